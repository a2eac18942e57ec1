"""What still keeps a form from being submitted: every field, and every cell of the rows that are there (C8).

The checks of one value are `values.report`; here they are asked of a whole form, all at once and in its own order:
section by section, fields before tables, rows as they stand, columns as they are defined.

Its twin is `static/js/document/completeness.js`: a page shows the list that the server would answer with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from collab.document.definition import Definition, Section
from collab.document.document import Document
from collab.document.operations import Address
from collab.document.values import report


class Filled(Protocol):
    """A form as it is filled in."""

    def value(self, at: Address) -> Any:
        """What an address holds; None where nothing does."""

    def there(self, table: str) -> Iterable[str]:
        """The rows of a table that are there, in order."""


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """Something that must be put right before the form can be submitted, and where. Codes are those of C8."""

    at: Address
    code: str
    message: str

    def wire(self) -> dict[str, str]:
        return {**self.at.wire(), "code": self.code, "message": self.message}


def shortcomings(definition: Definition, filled: Filled) -> list[Shortcoming]:
    """Everything that keeps the form from being submitted, in the order of the form."""
    return [
        Shortcoming(at, problem.code, problem.message)
        for section in definition.sections
        for at in _addresses(section, filled)
        if (field := definition.field_at(at)) is not None
        for problem in report(field, filled.value(at))
    ]


def of_document(document: Document) -> list[Shortcoming]:
    """The same of a document that holds the whole form."""
    return shortcomings(document.definition, _Whole(document))


def _addresses(section: Section, filled: Filled) -> Iterator[Address]:
    for field in section.fields:
        yield Address(None, None, field.key)
    for table in section.tables:
        for row in filled.there(table.key):
            for column in table.columns:
                yield Address(table.key, row, column.key)


@dataclass(frozen=True, slots=True)
class _Whole:
    """A document as it is filled in."""

    document: Document

    def value(self, at: Address) -> Any:
        return self.document.cell(at).value

    def there(self, table: str) -> Iterable[str]:
        return self.document.rows(table).there()
