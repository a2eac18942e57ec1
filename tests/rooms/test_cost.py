"""An edit's cost does not grow with the form: no table under it is read whole, however many cells there are."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from collab.rooms.models import Cell, Row
from tests.rooms.conftest import World
from tests.rooms.test_commit import codes, edit, set_

BIG = ("rooms_cell", "rooms_row")
ROWS = 2_000
WARM = 8  # commits until psycopg has prepared the statements, and plans them once and for all

pytestmark = pytest.mark.slow


def fill(world: World) -> None:
    """Ten thousand cells, straight into the store."""
    rows = [f"row-{number:06}" for number in range(ROWS)]
    common = {"form": world.form, "table": "readings", "version": 0}
    Row.objects.bulk_create(Row(row=row, rank=f"{number:06}", **common) for number, row in enumerate(rows))
    Cell.objects.bulk_create(
        Cell(row=row, field=field, value="1", **common) for row in rows for field in ("a", "b", "c", "value", "e")
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def edits(world: World, *, base: int) -> None:
    """A value, a text and a cell of a row, each as its own submit."""
    cell = {"kind": "set", "table": "readings", "row": f"row-{ROWS // 2:06}", "field": "value", "value": base}
    for number, op in enumerate((set_("temperature", base), edit("notes", "x"), cell)):
        assert codes(world.submit("alice", op, base=base + number)) == []


def rows_read(cursor: Any) -> dict[str, int]:
    """How many rows of each table PostgreSQL has read by scanning it."""
    cursor.execute("SELECT pg_stat_force_next_flush()")
    cursor.execute("SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname = ANY(%s)", [list(BIG)])
    return dict(cursor.fetchall())


def test_no_statement_of_an_edit_reads_a_table_whole(world: World) -> None:
    fill(world)
    for number in range(WARM):
        edits(world, base=3 * number)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            before = rows_read(cursor)
            edits(world, base=3 * WARM)
            after = rows_read(cursor)
        assert after == before
    else:
        statements: list[str] = []
        raw: Any = connection.connection
        raw.set_trace_callback(statements.append)
        edits(world, base=3 * WARM)
        raw.set_trace_callback(None)
        plans = [plan for sql in statements if any(table in sql for table in BIG) for plan in explained(sql)]
        assert plans
        assert {plan for plan in plans if plan.startswith("SCAN")} <= {"SCAN j VIRTUAL TABLE INDEX 1:"}


def explained(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}".replace("%", "%%"))
        return [row[3] for row in cursor.fetchall()]
