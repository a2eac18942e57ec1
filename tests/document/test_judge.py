"""Judging on the part of a form that ops touch gives what judging on the whole gives; the log folds to the cells."""

from __future__ import annotations

import random
from typing import Any

import pytest

from collab.document.document import Document
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
