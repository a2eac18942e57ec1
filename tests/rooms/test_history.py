"""What became of a field and of a form: told from the log alone, and the same as what the cells said then. I4."""

from __future__ import annotations

import json
import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from collab.accounts.models import User
from collab.document.values import empty, same_value
from collab.rooms.commit import Outcome, commit_batch
from collab.rooms.history import PAGE_CHARACTERS
from collab.rooms.models import Form, Operation
from collab.rooms.submission import reopen_form, submit_form
from tests.rooms.conftest import World
from tests.rooms.fold import stored
from tests.rooms.test_api import UNKNOWN, Script, one, refusal
from tests.rooms.test_commit import R1, R2, add, cell, codes, edit, row_op, set_
from tests.rooms.test_cost import explained

SEED = int(os.environ.get("SEED", random.randrange(2**32)))
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Clock:
    """What people do, and when: seconds after noon."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.version = 0

    def at(self, seconds: float, name: str, *ops: Any, tab: str = "1") -> None:
        submission = self._world.submission(name, ops, base=self.version)
        if tab != "1":
            submission = type(submission)(
                submission.form, submission.user, f"{name}-tab-{tab}", int(seconds * 10) + 1, self.version, list(ops)
            )
        now = NOON + timedelta(seconds=seconds)
        outcome = commit_batch([submission], now=now, limits=self._world.limits, handed={}).outcomes[0]
        assert isinstance(outcome, Outcome)
        assert codes(outcome) == []
        self.version += len(ops)


@pytest.fixture(autouse=True)
def as_much_as_one_likes(settings: Settings) -> None:
    """People do not ask for a hundred versions in a second (L4); these tests do."""
    settings.ROOM_LIMITS = {"burst": 10**6}


@pytest.fixture
def clock(world: World) -> Clock:
    return Clock(world)


@pytest.fixture
def alice(world: World) -> Script:
    return Script(world.people["alice"])


def changes(script: Script, form: Form, asked: str) -> list[dict[str, Any]]:
    status, answer = script.get(f"{one(form)}history/?{asked}")
    assert status == 200, answer
    found: list[dict[str, Any]] = answer["changes"]
    return found


def told(script: Script, form: Form, asked: str) -> list[tuple[Any, ...]]:
    """Who did what, the newest first."""
    names = ("version", "from_version", "kind", "before", "after")
    return [(each["by"]["name"], *(each[name] for name in names)) for each in changes(script, form, asked)]


def cell_of(row: str, field: str) -> str:
    return f"table=readings&row={row}&field={field}"


# --- one field -----------------------------------------------------------------------------------------


def test_who_changed_a_value_when_from_what_to_what(world: World, clock: Clock, alice: Script) -> None:
    clock.at(0, "alice", set_("count", 4), set_("temperature", 20))
    clock.at(1, "bob", set_("done", True))
    clock.at(2, "bob", set_("count", None))
    newest, oldest = changes(alice, world.form, "field=count")
    bob = {"id": str(world.people["bob"].pk), "name": "Bob"}
    assert newest == {
        "version": 4, "from_version": 4, "at": "2026-11-21T12:00:02.000Z", "by": bob,
        "kind": "set", "before": 4, "after": None,
    }  # fmt: skip
    assert (oldest["before"], oldest["after"], oldest["by"]["name"]) == (3, 4, "Alice"), "from the default on"
    assert changes(alice, world.form, "field=shift") == []


def test_what_one_person_types_on_is_one_change(world: World, clock: Clock, alice: Script) -> None:
    clock.at(0, "alice", edit("notes", "one"))
    clock.at(60, "alice", edit("notes", 3, " two"), edit("title", "T"), tab="2")
    clock.at(120, "alice", edit("notes", 7, "!"))
    clock.at(180.001, "alice", edit("notes", 8, "?"))
    assert told(alice, world.form, "field=notes") == [
        ("Alice", 5, 5, "edit", "one two!", "one two!?"),
        ("Alice", 4, 1, "edit", None, "one two!"),
    ]


def test_what_somebody_else_types_between_parts_it(world: World, clock: Clock, alice: Script) -> None:
    clock.at(0, "alice", edit("notes", "a"))
    clock.at(1, "bob", edit("notes", 1, "b"))
    clock.at(2, "alice", edit("notes", 2, "a"))
    clock.at(3, "bob", edit("title", "elsewhere"))
    clock.at(4, "alice", edit("notes", 3, "a"))
    assert told(alice, world.form, "field=notes") == [
        ("Alice", 5, 3, "edit", "ab", "abaa"),
        ("Bob", 2, 2, "edit", "a", "ab"),
        ("Alice", 1, 1, "edit", None, "a"),
    ]


def test_what_changed_nothing_is_no_change(world: World, clock: Clock, alice: Script) -> None:
    clock.at(0, "alice", set_("count", 3), set_("count", 3.0), set_("shift", None), set_("tags", []))
    clock.at(1, "alice", edit("notes", "x"), edit("title", "y"))
    clock.at(2, "alice", edit("notes", {"d": 1}))
    assert [told(alice, world.form, f"field={name}") for name in ("count", "shift", "tags", "notes")] == [[]] * 4
    assert len(told(alice, world.form, "field=title")) == 1


def test_a_cell_comes_and_goes_with_its_row(world: World, clock: Clock, alice: Script) -> None:
    clock.at(0, "alice", add(R1), add(R2))
    clock.at(1, "bob", cell(R1, "value", 7), cell(R2, "value", 8))
    clock.at(2, "bob", row_op("move_row", R1, after=R2))
    clock.at(3, "carol", row_op("remove_row", R1))
    clock.at(4, "alice", row_op("restore_row", R1))
    assert told(alice, world.form, cell_of(R1, "value")) == [
        ("Alice", 7, 7, "restore_row", None, 7),
        ("Carol", 6, 6, "remove_row", 7, None),
        ("Bob", 3, 3, "set", 1, 7),
        ("Alice", 1, 1, "add_row", None, 1),
    ]
    assert told(alice, world.form, cell_of(R1, "remark")) == []
    assert told(alice, world.form, cell_of("row-none", "value")) == []


def test_c5_a_text_is_as_it_was_after_transforming(world: World, clock: Clock, alice: Script) -> None:
    clock.at(0, "alice", edit("notes", "é😀 end"))
    world.submit("bob", edit("notes", 2, {"d": 4}), base=1)
    world.submit("carol", edit("notes", 6, "!"), base=1)
    assert [each[4:] for each in told(alice, world.form, "field=notes")] == [
        ("é😀", "é😀!"),
        ("é😀 end", "é😀"),
        (None, "é😀 end"),
    ]


def test_older_ones_are_asked_for_in_pages(world: World, clock: Clock, alice: Script) -> None:
    for number in range(7):
        clock.at(100 * number, "alice", edit("notes", "a"), edit("title", "x"))
        clock.at(100 * number + 1, "alice", edit("notes", "b"))
    whole = changes(alice, world.form, "field=notes")
    assert len(whole) == 7
    pages: list[dict[str, Any]] = []
    asked, more = "field=notes&limit=2", True
    while more:
        status, answer = alice.get(f"{one(world.form)}history/?{asked}")
        assert status == 200
        assert 1 <= len(answer["changes"]) <= 2
        pages += answer["changes"]
        more = answer["more"]
        asked = f"field=notes&limit=2&before={pages[-1]['from_version']}"
    assert pages == whole
    assert alice.get(f"{one(world.form)}history/?field=notes&before=1")[1] == {"changes": [], "more": False}


def test_long_texts_make_short_pages(world: World, clock: Clock, alice: Script) -> None:
    clock.at(0, "alice", edit("notes", "x" * 30_000))
    for number in range(1, 60):
        clock.at(100 * number, "alice", edit("notes", "y"))
    answer = alice.get(f"{one(world.form)}history/?field=notes")[1]
    length = sum(len(each["before"]) + len(each["after"]) for each in answer["changes"])
    assert PAGE_CHARACTERS <= length < PAGE_CHARACTERS + 70_000
    assert answer["more"]


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ("", "malformed"),
        ("field=", "malformed"),
        ("field=%00", "malformed"),
        ("field=nothing", "invalid"),
        ("field=value", "invalid"),
        ("table=readings&field=value", "malformed"),
        ("table=readings&row=short&field=value", "malformed"),
        ("table=nothing&row=row-0001&field=value", "invalid"),
        ("field=notes&before=x", "malformed"),
        ("field=notes&before=-1", "malformed"),
        ("field=notes&limit=0", "malformed"),
        ("field=notes&limit=201", "malformed"),
        ("field=notes&limit=", "malformed"),
    ],
)
def test_what_is_no_field_has_no_history(world: World, alice: Script, asked: str, wrong: str) -> None:
    assert refusal(alice.get(f"{one(world.form)}history/?{asked}")) == (400, wrong)


def test_who_may_see_the_form_sees_its_history(world: World, clock: Clock, alice: Script) -> None:
    clock.at(0, "alice", set_("count", 4))
    dora, stranger = Script(world.people["dora"]), Script(User.objects.create(username="stranger"))
    for path in ("history/?field=count", "versions/1/"):
        assert dora.get(f"{one(world.form)}{path}")[0] == 200
        assert refusal(stranger.get(f"{one(world.form)}{path}")) == (403, "not_allowed")
        assert refusal(Script(None).get(f"{one(world.form)}{path}")) == (401, "not_signed_in")
        assert refusal(alice.get(f"{one(UNKNOWN)}{path}")) == (404, "no_such_form")
        assert refusal(alice.post(f"{one(world.form)}{path}", {})) == (405, "method_not_allowed")


# --- the form at a version -----------------------------------------------------------------------------


def test_a_form_begins_with_its_defaults(world: World, alice: Script) -> None:
    before = stored(world.form)
    world.submit("bob", set_("count", 9), base=0)
    status, then = alice.get(f"{one(world.form)}versions/0/")
    assert status == 200
    assert (then["version"], then["snapshot"]) == (0, before)
    assert then["at"] == alice.get(f"{one(world.form)}versions/0/")[1]["at"]
    assert then["snapshot"]["values"]["count"] == {"value": 3, "version": 0, "by": None, "at": None}


def test_a_version_says_since_when_and_by_whom(world: World, clock: Clock, alice: Script) -> None:
    clock.at(0, "alice", set_("count", 4))
    clock.at(7, "bob", set_("done", True))
    then = alice.get(f"{one(world.form)}versions/1/")[1]
    assert then["at"] == "2026-11-21T12:00:00.000Z"
    assert then["clients"][str(then["snapshot"]["values"]["count"]["by"])]["user"]["name"] == "Alice"


@pytest.mark.parametrize(
    ("number", "wrong"), [("1", (409, "stale")), ("x", (400, "malformed")), ("-1", (400, "malformed"))]
)
def test_a_version_that_is_not_there(world: World, alice: Script, number: str, wrong: tuple[int, str]) -> None:
    assert refusal(alice.get(f"{one(world.form)}versions/{number}/")) == wrong


TEXTS = ("notes", "remark")


class Anybody:
    """Makes ops at random, of everything a form has."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def op(self) -> dict[str, Any]:
        chance, row = self._chance, f"row-{self._chance.randrange(6):04}"
        ops = [
            edit("notes", chance.choice(["a", "é", "😀"])),
            edit("notes", {"d": 1}),
            edit("notes", 1, "x", {"d": 1}),
            set_("count", chance.choice([None, 1, 2.0, 2])),
            set_("tags", chance.choice([None, [], ["a"], ["b", "a"]])),
            {"kind": "edit", "table": "readings", "row": row, "field": "remark", "delta": [chance.choice("pq")]},
            cell(row, "value", chance.randrange(3)),
            add(row, after=None),
            add(row, after=f"row-{chance.randrange(6):04}"),
            row_op(chance.choice(["remove_row", "restore_row"]), row),
            row_op("move_row", row, after=chance.choice([None, f"row-{chance.randrange(6):04}"])),
        ]
        return chance.choice(ops)


def live_for_a_while(world: World, chance: random.Random, steps: int) -> list[dict[str, Any]]:
    """A form's life, its submissions included; what the cells said at each version."""
    anybody, known = Anybody(chance), [stored(world.form)]
    for _ in range(steps):
        name = chance.choice(["alice", "bob", "carol"])
        outcome = world.submit(name, anybody.op(), base=len(known) - 1)
        if outcome.version == len(known):
            known.append(stored(world.form))
        if chance.random() < 0.04:
            editor = world.people[name]
            submit_form(editor, world.form.pk, now=datetime.now(UTC))
            reopen_form(editor, world.form.pk, reason="To go on.", now=datetime.now(UTC))
    return known


@pytest.mark.slow
@pytest.mark.parametrize("number", range(6))
def test_i4_every_version_and_every_change_is_what_the_cells_said(world: World, alice: Script, number: int) -> None:
    print(f"SEED={SEED}")
    known = live_for_a_while(world, random.Random(SEED + number), 90)
    assert len(known) > 30
    for version, snapshot in enumerate(known):
        assert alice.get(f"{one(world.form)}versions/{version}/")[1]["snapshot"] == snapshot, version
    asked = [f"field={name}" for name in ("notes", "count", "tags")]
    asked += [cell_of(f"row-{row:04}", name) for row in range(6) for name in ("value", "remark")]
    for each in asked:
        check_changes(changes(alice, world.form, f"{each}&limit=200"), each, known)


def check_changes(found: list[dict[str, Any]], asked: str, known: list[dict[str, Any]]) -> None:
    """A change begins with what the last one left, and says what stood before and after it. A value stands still
    between them; a text may have been typed and taken out again."""
    at = dict(part.split("=") for part in asked.split("&"))
    value = value_of(known[0], at)
    end = 0
    for change in reversed(found):
        assert end < change["from_version"] <= change["version"]
        for version in range(change["from_version"] - 1 if at["field"] in TEXTS else end, change["from_version"]):
            assert same(value_of(known[version], at), value), (asked, version)
        assert same(change["before"], value), (asked, change)
        value, end = value_of(known[change["version"]], at), change["version"]
        assert same(change["after"], value), (asked, change)
    assert same(value_of(known[-1], at), value), asked


def value_of(snapshot: dict[str, Any], at: dict[str, str]) -> Any:
    cells = snapshot["values"]
    if "table" in at:
        rows = [row["values"] for row in snapshot["tables"][at["table"]] if row["row"] == at["row"]]
        cells = rows[0] if rows else {}
    return cells.get(at["field"], {}).get("value")


def same(one: Any, other: Any) -> bool:
    return same_value(one, other) or (empty(one) and empty(other))


# --- what it costs -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_history_of_a_form_reads_no_other_form(world: World, clock: Clock, alice: Script) -> None:
    """The log has no index for a field: it is found among the ops of its form, by the key of the log."""
    clock.at(0, "alice", set_("count", 4))
    op = json.dumps(set_("count", 5))
    for form in (world.new_form() for _ in range(20)):
        logged = {"form": form, "by": 1, "kind": "set", "field": "count", "op": op, "at": NOON}
        Operation.objects.bulk_create(Operation(version=number, seq=number, **logged) for number in range(1, 1_001))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    paths = [f"{one(world.form)}history/?field=count", f"{one(world.form)}versions/1/"]
    for path in paths * 8:  # until the statements are prepared, and planned once and for all
        alice.get(path)
    if connection.vendor == "postgresql":
        before = read_by_scanning()
        for path in paths:
            alice.get(path)
        assert read_by_scanning() == before
    else:
        statements: list[str] = []
        raw: Any = connection.connection
        raw.set_trace_callback(statements.append)
        for path in paths:
            alice.get(path)
        raw.set_trace_callback(None)
        plans = [plan for sql in statements if "rooms_operation" in sql for plan in explained(sql)]
        assert any("rooms_operation" in plan or " o " in plan for plan in plans)
        assert not [plan for plan in plans if plan.startswith("SCAN o")]


def read_by_scanning() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'rooms_operation'")
        return int(cursor.fetchone()[0])
