"""What a form is made of: the values that a template's definition is read into.

Owns their shapes and nothing else: `schema` reads them from JSON, `values` checks what is filled in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Protocol

MERGING: Final = frozenset({"text", "long_text"})


class FieldAddress(Protocol):
    """As much of an operation's address as says which field is meant."""

    @property
    def table(self) -> str | None: ...
    @property
    def field(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not right, and where: `sections[0].fields[2].choices[1]`. Codes never change."""

    path: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question, or one column of a table."""

    key: str
    type: str
    label: str
    help: str = ""
    unit: str = ""
    required: bool = False
    min: int | float | str | None = None
    max: int | float | str | None = None
    pattern: str | None = None
    max_length: int | None = None
    choices: tuple[Choice, ...] = ()
    default: Any = None

    @property
    def merges(self) -> bool:
        """Whether it changes by `edit`, character by character, and not by `set`."""
        return self.type in MERGING


@dataclass(frozen=True, slots=True)
class Table:
    key: str
    title: str
    help: str
    columns: tuple[Field, ...]

    def column(self, key: str) -> Field | None:
        return next((column for column in self.columns if column.key == key), None)


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    help: str
    fields: tuple[Field, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A template's definition, checked. `source` is the JSON it was read from."""

    key: str
    title: str
    sections: tuple[Section, ...]
    source: Mapping[str, Any]
    fields: Mapping[str, Field] = dataclasses.field(repr=False, compare=False)
    tables: Mapping[str, Table] = dataclasses.field(repr=False, compare=False)
    section_of: Mapping[str, str] = dataclasses.field(repr=False, compare=False)
    _cells: Mapping[tuple[str | None, str], Field] = dataclasses.field(repr=False, compare=False)

    @classmethod
    def of(cls, *, key: str, title: str, sections: tuple[Section, ...], source: Mapping[str, Any]) -> Definition:
        """A definition with its look-ups: everything in it is found by key, without a search."""
        fields = {field.key: field for section in sections for field in section.fields}
        tables = {table.key: table for section in sections for table in section.tables}
        section_of = {field.key: section.key for section in sections for field in section.fields}
        section_of |= {table.key: section.key for section in sections for table in section.tables}
        cells: dict[tuple[str | None, str], Field] = {(None, key): field for key, field in fields.items()}
        cells |= {(table.key, column.key): column for table in tables.values() for column in table.columns}
        frozen = MappingProxyType
        return cls(key, title, sections, source, frozen(fields), frozen(tables), frozen(section_of), frozen(cells))

    def field_at(self, address: FieldAddress) -> Field | None:
        """The field that an address means: one of the form, or a column of the table that it names."""
        return self._cells.get((address.table, address.field))
