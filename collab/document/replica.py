"""A replica: the fold of a form's log, as every client holds it.

Built from ops *as applied* alone, it knows no ranks and no hidden rows' places: what it says must equal what the
store says (I4). It is also the form as it was at any version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from collab.document import text
from collab.document.operations import Address, AddRow, Edit, MoveRow, Op, RemoveRow, RestoreRow, Set

WireCell = dict[str, Any]
WireRow = dict[str, Any]


class Replica:
    """A form's committed state, in the very shape of a snapshot."""

    def __init__(self, snapshot: Mapping[str, Any], version: int) -> None:
        self.version = version
        self._values: dict[str, WireCell] = {key: dict(cell) for key, cell in snapshot["values"].items()}
        self._tables: dict[str, list[WireRow]] = {
            table: [{**row, "values": {key: dict(cell) for key, cell in row["values"].items()}} for row in rows]
            for table, rows in snapshot["tables"].items()
        }
        self._rows = {(table, row["row"]): row for table, rows in self._tables.items() for row in rows}

    def apply(self, op: Op, *, by: int, at: str) -> None:
        """Applies the op of the next version."""
        self.version += 1
        match op:
            case Set(address, value):
                self._write(address, value, by, at)
            case Edit(address, delta):
                old = self._cells(address).get(address.field, {}).get("value") or ""
                self._write(address, text.apply(old, delta), by, at)
            case AddRow(table, row, after, values) | RestoreRow(table, row, after, values):
                cells = {key: self._cell(value, by, at) for key, value in (values or {}).items()}
                self._insert(table, after, {"row": row, "version": self.version, "values": cells})
            case RemoveRow(table, row):
                self._take(table, row)
            case MoveRow(table, row, after):
                moved = self._take(table, row)
                moved["version"] = self.version
                self._insert(table, after, moved)
            case _:
                assert_never(op)

    def snapshot(self) -> dict[str, Any]:
        return {"values": self._values, "tables": self._tables}

    def _write(self, at: Address, value: Any, by: int, when: str) -> None:
        self._cells(at)[at.field] = self._cell(value, by, when)

    def _cell(self, value: Any, by: int, at: str) -> WireCell:
        return {"value": value, "version": self.version, "by": by, "at": at}

    def _cells(self, at: Address) -> dict[str, WireCell]:
        if at.table is None or at.row is None:
            return self._values
        cells: dict[str, WireCell] = self._rows[at.table, at.row]["values"]
        return cells

    def _insert(self, table: str, after: str | None, row: WireRow) -> None:
        rows = self._tables.setdefault(table, [])
        rows.insert(0 if after is None else self._index(table, after) + 1, row)
        self._rows[table, row["row"]] = row

    def _take(self, table: str, row: str) -> WireRow:
        del self._rows[table, row]
        return self._tables[table].pop(self._index(table, row))

    def _index(self, table: str, row: str) -> int:
        return next(index for index, there in enumerate(self._tables[table]) if there["row"] == row)
