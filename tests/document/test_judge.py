"""Judging on the part of a form that ops touch gives what judging on the whole gives; the log folds to the cells."""

from __future__ import annotations

import random
from typing import Any

import pytest

from collab.document.document import MAX_RANK_LENGTH, Document
from collab.document.judge import Author, Limits, Rejected, Standing, judge, needs
from collab.document.operations import Address, AddRow, Edit, MoveRow, Op, RemoveRow, RestoreRow, Set
from collab.document.replica import Replica
from collab.document.schema import Definition, read_definition

AT = "2026-11-21T06:00:00.000Z"
EMPTY: dict[str, Any] = {"values": {}, "tables": {"readings": []}}
FREE = Standing(may_edit=True)


@pytest.fixture
def definition() -> Definition:
    columns = [
        {"key": "value", "type": "number", "label": "Value", "default": 1},
        {"key": "remark", "type": "text", "label": "Remark"},
    ]
    fields = [{"key": "notes", "type": "text", "label": "Notes"}, {"key": "count", "type": "integer", "label": "Count"}]
    tables = [{"key": "readings", "title": "Readings", "columns": columns}]
    section = {"key": "main", "title": "Main", "fields": fields, "tables": tables}
    return read_definition({"key": "trial", "title": "Trial", "sections": [section]})


def random_op(chance: random.Random, document: Document) -> Op:
    """An op that often fits: of a row that is there, that was, or that never was."""
    rows = [*document.rows("readings").known, "row-never"]
    row, after = chance.choice(rows), chance.choice([None, *rows])
    cell = chance.choice([Address("readings", row, "value"), Address(None, None, "count")])
    text = chance.choice([Address("readings", row, "remark"), Address(None, None, "notes")])
    length = len(document.cell(text).value or "")
    skip = [chance.randint(1, length)] if length and chance.random() < 0.7 else []
    ops: list[Op] = [
        Set(cell, chance.choice([None, 1, 2, 3])),
        Edit(text, [*skip, chance.choice("abc")]),
        Edit(text, [{"d": 1}] if length else ["x"]),
        AddRow("readings", f"row-{chance.randrange(10**6):06}", after),
        RemoveRow("readings", row),
        RestoreRow("readings", row),
        MoveRow("readings", row, after),
    ]
    return chance.choice(ops)


def part_of(whole: Document, op: Op) -> Document:
    """What `needs` asks for, and not a cell more."""
    part = Document(whole.definition, whole.version)
    need = needs([op])
    for table, rows in whole.tables.items():
        for row, state in rows.known.items():
            if table in need.tables or (table, row) in need.rows | need.whole_rows:
                part.load_rows([(table, row, state)])
    for at, cell in whole.cells.items():
        if at in need.cells or (at.table, at.row) in need.whole_rows:
            part.load_cells([(at, cell)])
            part.load_edits((at, edit) for edit in whole.edits.get(at, ()))
    return part


def outcome(document: Document, op: Op, author: Author) -> object:
    try:
        return judge(document, op, author, at=AT, limits=Limits(rows_per_table=12, text_length=40))
    except Rejected as refusal:
        return refusal.code, refusal.message, refusal.current


def test_c7_rows_moved_between_the_same_two_for_ever_keep_short_ranks(definition: Definition) -> None:
    document, replica = Document(definition), Replica(EMPTY, 0)
    author = Author(client=1, base=0, last_edit=0, standing=FREE)
    rows = [f"row-{number:04}" for number in range(6)]
    ops: list[Op] = [AddRow("readings", row, None) for row in rows]
    ops += [MoveRow("readings", rows[number % 5], rows[5]) for number in range(3_000)]
    for op in ops:
        document.touched_rows.clear()
        replica.apply(judge(document, op, author, at=AT, limits=Limits()), by=1, at=AT)
        if len(document.touched_rows) > 1:
            assert document.touched_rows == {("readings", row) for row in rows}
    assert all(len(row.rank) <= MAX_RANK_LENGTH for row in document.rows("readings").known.values())
    assert replica.snapshot() == document.snapshot()
    assert document.rows("readings").order == sorted(document.rows("readings").order)


def test_a_table_has_an_end_for_rows_that_come_and_go(definition: Definition) -> None:
    document, limits = Document(definition), Limits(rows_per_table=3)
    author = Author(client=1, base=0, last_edit=0, standing=FREE)
    for number in range(limits.rows_ever):
        judge(document, AddRow("readings", f"row-{number:04}", None), author, at=AT, limits=limits)
        judge(document, RemoveRow("readings", f"row-{number:04}"), author, at=AT, limits=limits)
    with pytest.raises(Rejected, match="no more can be added"):
        judge(document, AddRow("readings", "row-over", None), author, at=AT, limits=limits)


@pytest.mark.parametrize("seed", range(60))
def test_a_part_is_judged_like_the_whole_and_the_log_folds_to_the_cells(definition: Definition, seed: int) -> None:
    chance = random.Random(seed)
    whole, replica = Document(definition), Replica(EMPTY, 0)
    for _ in range(80):
        base = chance.randint(max(0, whole.version - 6), whole.version)
        author = Author(client=chance.randint(1, 3), base=base, last_edit=0, standing=FREE)
        op = random_op(chance, whole)
        version = whole.version
        in_part = outcome(part_of(whole, op), op, author)
        applied = outcome(whole, op, author)
        assert in_part == applied
        if whole.version > version:
            replica.apply(applied, by=author.client, at=AT)  # type: ignore[arg-type]
            assert replica.version == whole.version
        assert replica.snapshot() == whole.snapshot()
