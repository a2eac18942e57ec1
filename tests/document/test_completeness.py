"""Rule C8, when a form is submitted: the shared vectors, as every page must have them, and a whole document."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from collab.document.completeness import of_document, shortcomings
from collab.document.document import Cell, Document, Row
from collab.document.operations import Address
from collab.document.schema import read_definition

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "completeness.json").read_text())
CASES = pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
DEFINITION = read_definition(VECTORS["definition"])


class Filled:
    """A form of the vectors."""

    def __init__(self, case: dict[str, Any]) -> None:
        self._case = case

    def value(self, at: Address) -> Any:
        if at.table is None:
            return self._case["values"].get(at.field)
        row = next(row for row in self._case["rows"][at.table] if row["row"] == at.row)
        return row["values"].get(at.field)

    def there(self, table: str) -> Iterable[str]:
        return [row["row"] for row in self._case["rows"].get(table, [])]


@CASES
def test_c8_everything_is_told_at_once_in_the_order_of_the_form(case: dict[str, Any]) -> None:
    assert [each.wire() for each in shortcomings(DEFINITION, Filled(case))] == case["shortcomings"]


@CASES
def test_c8_a_document_is_asked_of_the_rows_that_are_there(case: dict[str, Any]) -> None:
    document = Document(DEFINITION)
    hidden = [("readings", "row-gone", Row("zzz", removed=True))]
    tables = case["rows"].items()
    rows = [(table, row["row"], Row(f"{rank:04}")) for table, rows in tables for rank, row in enumerate(rows)]
    document.load_rows([*rows, *hidden])
    document.load_cells((Address(None, None, key), Cell(value)) for key, value in case["values"].items())
    document.load_cells(
        (Address(table, row["row"], key), Cell(value))
        for table, rows in tables
        for row in rows
        for key, value in row["values"].items()
    )
    assert [each.wire() for each in of_document(document)] == case["shortcomings"]
