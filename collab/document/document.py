"""The stored state of a form as the judge sees it: cells and rows with the facts that decide about new ops.

A ``Document`` may hold a part of a form: the writer loads what a batch touches and no more, so the cost of an
edit does not grow with the form. Who loads a part promises that it holds everything ``judge`` will ask for
(see ``judge.needs``). Owns the bookkeeping of versions and ranks; decides nothing.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from collab.document import rank
from collab.document.operations import Address
from collab.document.schema import Definition
from collab.document.text import Delta

MAX_RANK_LENGTH = 100


class Stamp(NamedTuple):
    """Who changed a thing last, and since when it stands untouched by others.

    ``version`` and ``by`` (a client's n) name the last change. ``prior`` is the version of the last change by
    any other client than ``by``: with it, the last change by *others* is known for every client, without the log.
    """

    version: int = 0
    by: int | None = None
    prior: int = 0
    at: str | None = None

    def touched(self, *, version: int, by: int, at: str) -> Stamp:
        prior = self.prior if by == self.by else self.version
        return Stamp(version=version, by=by, prior=prior, at=at)

    def last_by_others(self, client: int | None) -> int:
        """The version of the last change by any client but this one (0: none)."""
        return self.prior if self.by == client else self.version


class Cell(NamedTuple):
    value: Any = None
    stamp: Stamp = Stamp()


class Row(NamedTuple):
    """A row that is there or was; a removed one keeps its rank and its cells."""

    rank: str
    removed: bool = False
    stamp: Stamp = Stamp()


@dataclass(slots=True)
class Rows:
    """The rows of one table. ``order`` holds all of them, removed ones included, where the whole table is known."""

    known: dict[str, Row] = field(default_factory=dict)
    order: list[tuple[str, str]] = field(default_factory=list)

    def put(self, row: str, state: Row) -> None:
        old = self.known.get(row)
        if old is not None and old.rank != state.rank:
            del self.order[bisect_left(self.order, (old.rank, row))]
            old = None
        if old is None:
            insort(self.order, (state.rank, row))
        self.known[row] = state

    def spread(self) -> None:
        """Gives all rows new short ranks; their order, all that anyone sees of ranks, stays."""
        rows = [row for _, row in self.order]
        self.order = list(zip(rank.spread(len(rows)), rows, strict=True))
        for short, row in self.order:
            self.known[row] = self.known[row]._replace(rank=short)

    def there(self) -> list[str]:
        return [row for _, row in self.order if not self.known[row].removed]

    def rank_after(self, after: str | None) -> str:
        """A rank for a row that is to stand right behind ``after``, hidden or not."""
        index = 0 if after is None else bisect_left(self.order, (self.known[after].rank, after)) + 1
        low = self.order[index - 1][0] if index else None
        high = self.order[index][0] if index < len(self.order) else None
        return rank.between(low, high)

    def visible_before(self, row: str) -> str | None:
        """The nearest row above that is there: what a replica knows a place by."""
        index = bisect_left(self.order, (self.known[row].rank, row))
        for _, above in reversed(self.order[:index]):
            if not self.known[above].removed:
                return above
        return None


@dataclass(frozen=True, slots=True)
class LoggedEdit:
    """A committed edit of a cell, as applied: what a late edit of the same cell is transformed over."""

    version: int
    by: int
    delta: Delta


class Document:
    """A form at a version, or the part of it that a batch needs."""

    def __init__(self, definition: Definition, version: int = 0) -> None:
        self.definition = definition
        self.version = version
        self.cells: dict[Address, Cell] = {}
        self.tables: dict[str, Rows] = {}
        self.edits: dict[Address, list[LoggedEdit]] = {}
        self.touched_cells: set[Address] = set()
        self.touched_rows: set[tuple[str, str]] = set()
        self._cells_of_row: dict[tuple[str, str], set[Address]] = {}

    def load_cells(self, cells: Iterable[tuple[Address, Cell]]) -> None:
        for address, cell in cells:
            self._put_cell(address, cell)

    def load_rows(self, rows: Iterable[tuple[str, str, Row]]) -> None:
        for table, row, state in rows:
            self.rows(table).put(row, state)

    def load_edits(self, edits: Iterable[tuple[Address, LoggedEdit]]) -> None:
        for address, edit in edits:
            self.edits.setdefault(address, []).append(edit)

    def cell(self, address: Address) -> Cell:
        return self.cells.get(address) or Cell()

    def rows(self, table: str) -> Rows:
        return self.tables.setdefault(table, Rows())

    def cells_of_row(self, table: str, row: str) -> dict[str, Cell]:
        addresses = self._cells_of_row.get((table, row), ())
        return {address.field: self.cells[address] for address in sorted(addresses, key=lambda at: at.field)}

    def write_cell(self, address: Address, value: Any, *, by: int, at: str) -> None:
        """Gives a cell its value at the document's version."""
        stamp = self.cell(address).stamp.touched(version=self.version, by=by, at=at)
        self._put_cell(address, Cell(value, stamp))
        self.touched_cells.add(address)

    def write_row(self, table: str, row: str, *, rank: str, removed: bool, by: int, at: str) -> None:
        """Gives a row its place and presence at the document's version."""
        old = self.rows(table).known.get(row)
        stamp = (old.stamp if old else Stamp()).touched(version=self.version, by=by, at=at)
        self.rows(table).put(row, Row(rank, removed, stamp))
        self.touched_rows.add((table, row))

    def place_row(self, table: str, row: str, after: str | None, *, by: int, at: str) -> str | None:
        """Puts a row right behind another one, hidden or not; the row that is there above it. Needs the whole table."""
        rows = self.rows(table)
        self.write_row(table, row, rank=rows.rank_after(after), removed=False, by=by, at=at)
        if len(rows.known[row].rank) > MAX_RANK_LENGTH:  # somebody moved rows between the same two for long
            rows.spread()
            self.touched_rows |= {(table, each) for each in rows.known}
        return rows.visible_before(row)

    def log_edit(self, address: Address, *, by: int, delta: Delta) -> None:
        self.edits.setdefault(address, []).append(LoggedEdit(self.version, by, delta))

    def snapshot(self) -> dict[str, Any]:
        """The rows that are there and every cell ever written, as PROTOCOL.md has it. Needs the whole form."""
        values = {at.field: wire_cell(cell) for at, cell in self.cells.items() if at.table is None}
        tables = {key: [self.wire_row(key, row) for row in self.rows(key).there()] for key in self.definition.tables}
        return {"values": values, "tables": tables}

    def wire_row(self, table: str, row: str) -> dict[str, Any]:
        cells = {key: wire_cell(cell) for key, cell in self.cells_of_row(table, row).items()}
        return {"row": row, "version": self.rows(table).known[row].stamp.version, "values": cells}

    def _put_cell(self, address: Address, cell: Cell) -> None:
        self.cells[address] = cell
        if address.table is not None and address.row is not None:
            self._cells_of_row.setdefault((address.table, address.row), set()).add(address)


def wire_cell(cell: Cell) -> dict[str, Any]:
    """A cell as snapshots and conflicts show it; ``by`` is a client's n, null for what was there at version 0."""
    stamp = cell.stamp
    return {"value": cell.value, "version": stamp.version, "by": stamp.by, "at": stamp.at}
