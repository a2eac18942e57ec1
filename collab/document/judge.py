"""Decides on one op: applied as what, or refused for what. All rules C4 to C10 that need no database.

``judge`` is called inside the transaction that writes, for one op after the other, each seeing the accepted ones
before it. An accepted op is written into the document at the next version and returned as applied; a refused
one leaves the document as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Never, assert_never

from collab.document import text
from collab.document.document import Cell, Document, Row, wire_cell
from collab.document.operations import (
    Address,
    AddRow,
    Edit,
    MoveRow,
    Op,
    RemoveRow,
    RestoreRow,
    RowOp,
    Set,
)
from collab.document.schema import Field, Table
from collab.document.values import check_value, same_value


class Rejected(Exception):
    """An op that is refused: the protocol's code, why, and what stands there now where that helps the author."""

    def __init__(self, code: str, message: str, current: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.current = current


@dataclass(frozen=True, slots=True)
class Limits:
    """What one form may hold; told in ``joined.limits``."""

    rows_per_table: int = 2_000
    text_length: int = 100_000

    @property
    def rows_ever(self) -> int:
        """How many rows a table may ever have had: removed ones are kept, and read where rows are added or moved."""
        return 5 * self.rows_per_table


@dataclass(frozen=True, slots=True)
class Standing:
    """What the author may do with this form now (C10)."""

    may_edit: bool
    form_open: bool = True
    locked_sections: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Author:
    """Whose op is judged: the client's n, the base it saw, and the version of its last edit of any text (C5)."""

    client: int
    base: int
    last_edit: int
    standing: Standing


@dataclass(slots=True)
class Needs:
    """What of the form must be in the document before ops can be judged."""

    cells: set[Address] = field(default_factory=set)
    rows: set[tuple[str, str]] = field(default_factory=set)
    whole_rows: set[tuple[str, str]] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)

    def add(self, other: Needs) -> None:
        self.cells |= other.cells
        self.rows |= other.rows
        self.whole_rows |= other.whole_rows
        self.tables |= other.tables


def needs(ops: Iterable[Op]) -> Needs:
    """What ``judge`` will ask the document for: a cell and its row; for what moves rows, the table's order."""
    found = Needs()
    for op in ops:
        match op:
            case Set(at, _) | Edit(at, _):
                found.cells.add(at)
                if at.table is not None and at.row is not None:
                    found.rows.add((at.table, at.row))
            case RemoveRow(table, row):
                found.whole_rows.add((table, row))
            case RestoreRow(table, row):
                found.whole_rows.add((table, row))
                found.tables.add(table)
            case AddRow(table) | MoveRow(table):
                found.tables.add(table)
            case _:
                assert_never(op)
    return found


def judge(document: Document, op: Op, author: Author, *, at: str, limits: Limits) -> Op:
    """Writes the op into the document at its next version and returns it as applied. Raises ``Rejected``."""
    _refuse_without_standing(document, op, author.standing)
    match op:
        case Set():
            return _set(document, op, author, at)
        case Edit():
            return _edit(document, op, author, at, limits)
        case AddRow():
            return _add_row(document, op, author, at, limits)
        case RemoveRow():
            return _remove_row(document, op, author, at)
        case RestoreRow():
            return _restore_row(document, op, author, at, limits)
        case MoveRow():
            return _move_row(document, op, author, at)
        case _:
            assert_never(op)


def _refuse_without_standing(document: Document, op: Op, standing: Standing) -> None:
    if not standing.may_edit:
        raise Rejected("forbidden", "You may read this form, not change it.")
    if not standing.form_open:
        raise Rejected("locked", "This form is not open for changes.")
    key = (op.at.table or op.at.field) if isinstance(op, Set | Edit) else op.table
    if document.definition.section_of.get(key) in standing.locked_sections:
        raise Rejected("locked", "This section is not open for changes.")


def _set(document: Document, op: Set, author: Author, at: str) -> Op:
    field = _field_there(document, op.at)
    if field.merges:
        _invalid("A text is changed by edit, not by set.")
    problem = check_value(field, op.value)
    if problem is not None:
        _invalid(problem)
    cell = document.cell(op.at)
    if cell.stamp.last_by_others(author.client) > author.base and not same_value(cell.value, op.value):
        raise Rejected("conflict", "Somebody else changed this meanwhile.", wire_cell(cell))
    document.version += 1
    document.write_cell(op.at, op.value, by=author.client, at=at)
    return op


def _edit(document: Document, op: Edit, author: Author, at: str, limits: Limits) -> Op:
    field = _field_there(document, op.at)
    if not field.merges:
        _invalid("Only text is changed by edit; this field takes set.")
    if author.base < author.last_edit:
        raise Rejected("stale", "This edit was made before your last one was known to be saved.")
    delta = op.delta
    for logged in document.edits.get(op.at, ()):
        if logged.version > author.base and logged.by != author.client:
            delta = text.transform(delta, logged.delta, "right")
    old = document.cell(op.at).value or ""
    try:
        new = text.apply(old, delta)
    except text.TextError as error:
        _invalid(str(error))
    if len(new) > limits.text_length and len(new) > len(old):
        _invalid(f"A text holds at most {limits.text_length} characters.")
    document.version += 1
    document.write_cell(op.at, new, by=author.client, at=at)
    document.log_edit(op.at, by=author.client, delta=delta)
    return Edit(op.at, delta)


def _add_row(document: Document, op: AddRow, author: Author, at: str, limits: Limits) -> Op:
    table = _table(document, op.table)
    rows = document.rows(op.table)
    if op.row in rows.known:
        _invalid("A row with this id was there before.")
    _refuse_unknown_after(op.after, rows.known)
    _refuse_full(len(rows.there()), limits)
    if len(rows.known) >= limits.rows_ever:
        _invalid("This table had so many rows that no more can be added.")
    document.version += 1
    after = document.place_row(op.table, op.row, op.after, by=author.client, at=at)
    defaults = {column.key: column.default for column in table.columns if column.default is not None}
    for key, value in defaults.items():
        document.write_cell(Address(op.table, op.row, key), value, by=author.client, at=at)
    return AddRow(op.table, op.row, after, defaults)


def _remove_row(document: Document, op: RemoveRow, author: Author, at: str) -> Op:
    row = _row_there(document, op)
    cells = document.cells_of_row(op.table, op.row).values()
    stamps = [row.stamp, *(cell.stamp for cell in cells)]
    if max(stamp.last_by_others(author.client) for stamp in stamps) > author.base:
        current = document.wire_row(op.table, op.row)
        raise Rejected("conflict", "Somebody else changed this row meanwhile.", current)
    document.version += 1
    document.write_row(op.table, op.row, rank=row.rank, removed=True, by=author.client, at=at)
    return op


def _restore_row(document: Document, op: RestoreRow, author: Author, at: str, limits: Limits) -> Op:
    _table(document, op.table)
    rows = document.rows(op.table)
    row = rows.known.get(op.row)
    if row is None:
        _gone()
    if not row.removed:
        _invalid("This row is there.")
    _refuse_full(len(rows.there()), limits)
    document.version += 1
    document.write_row(op.table, op.row, rank=row.rank, removed=False, by=author.client, at=at)
    values = {key: cell.value for key, cell in document.cells_of_row(op.table, op.row).items()}
    for key, value in values.items():
        document.write_cell(Address(op.table, op.row, key), value, by=author.client, at=at)
    return RestoreRow(op.table, op.row, rows.visible_before(op.row), values)


def _move_row(document: Document, op: MoveRow, author: Author, at: str) -> Op:
    _row_there(document, op)
    rows = document.rows(op.table)
    if op.after == op.row:
        _invalid("A row cannot stand after itself.")
    _refuse_unknown_after(op.after, rows.known)
    document.version += 1
    after = document.place_row(op.table, op.row, op.after, by=author.client, at=at)
    return MoveRow(op.table, op.row, after)


def _table(document: Document, key: str) -> Table:
    table = document.definition.tables.get(key)
    if table is None:
        _invalid("The form has no such table.")
    return table


def _field_there(document: Document, at: Address) -> Field:
    """The definition of a field, whose row (if it is a cell) is there."""
    field = document.definition.field_at(at)
    if field is None:
        _invalid("The form has no such field.")
    if at.table is not None and at.row is not None:
        row = document.rows(at.table).known.get(at.row)
        if row is None or row.removed:
            _gone()
    return field


def _row_there(document: Document, op: RowOp) -> Row:
    _table(document, op.table)
    row = document.rows(op.table).known.get(op.row)
    if row is None or row.removed:
        _gone()
    return row


def _refuse_unknown_after(after: str | None, known: Mapping[str, Row]) -> None:
    if after is not None and after not in known:
        _invalid("There never was a row to stand after.")


def _refuse_full(there: int, limits: Limits) -> None:
    if there >= limits.rows_per_table:
        _invalid(f"A table holds at most {limits.rows_per_table} rows.")


def _invalid(message: str) -> Never:
    raise Rejected("invalid", message)


def _gone() -> Never:
    raise Rejected("gone", "This row is not there any more.")


__all__ = ["Author", "Cell", "Limits", "Needs", "Rejected", "Standing", "judge", "needs"]
