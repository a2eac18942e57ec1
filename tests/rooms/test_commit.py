"""The rules of a submit, C1 to C10, against the real store: what is committed, what refused, what is on record."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from collab.rooms.commit import Outcome
from collab.rooms.models import Form, Operation, SectionStatus
from tests.rooms.conftest import World
from tests.rooms.fold import assert_sound, stored


def set_(field: str, value: Any) -> dict[str, Any]:
    return {"kind": "set", "field": field, "value": value}


def edit(field: str, *delta: Any) -> dict[str, Any]:
    return {"kind": "edit", "field": field, "delta": list(delta)}


def add(row: str, after: str | None = None) -> dict[str, Any]:
    return {"kind": "add_row", "table": "readings", "row": row, "after": after}


def cell(row: str, field: str, value: Any) -> dict[str, Any]:
    return {"kind": "set", "table": "readings", "row": row, "field": field, "value": value}


def row_op(kind: str, row: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "table": "readings", "row": row, **more}


def codes(outcome: Outcome) -> list[tuple[int, str]]:
    return [(each["index"], each["code"]) for each in json.loads(outcome.rejected or "[]")]


def current(outcome: Outcome) -> Any:
    return json.loads(outcome.rejected or "[]")[0]["current"]


def value(world: World, field: str) -> Any:
    return stored(world.form)["values"].get(field, {}).get("value")


def rows(world: World) -> list[str]:
    return [row["row"] for row in stored(world.form)["tables"]["readings"]]


def log(world: World) -> list[dict[str, Any]]:
    entries = Operation.objects.filter(form=world.form).order_by("version")
    return [json.loads(entry.op) for entry in entries]


R1, R2, R3, R4 = "row-0001", "row-0002", "row-0003", "row-0004"


def test_c2_versions_are_dense_over_people_and_batches(world: World) -> None:
    world.commit(
        world.submission("alice", [set_("temperature", 1), set_("done", True)], base=0),
        world.submission("bob", [set_("shift", "late")], base=0),
    )
    assert world.submit("carol", set_("count", 4), base=3).version == 4
    assert_sound(world.form)


def test_one_batch_serves_many_forms_and_people(world: World) -> None:
    forms = [world.new_form(f"Form {number}") for number in range(4)]
    submissions = [
        world.submission(name, [set_("temperature", number)], base=0, seq=1, form=form)
        for number, (form, name) in enumerate(zip(forms, ["alice", "bob", "carol", "dora"], strict=True))
    ]
    outcomes = world.commit(*submissions).outcomes
    assert [codes(outcome) for outcome in outcomes if isinstance(outcome, Outcome)] == [[], [], [], [(0, "forbidden")]]


def test_c3_a_resend_gets_its_first_outcome_and_changes_nothing(world: World) -> None:
    first = world.submit("alice", set_("temperature", 1), set_("shift", "nonsense"), base=0, seq=7)
    world.submit("bob", set_("done", True), base=1)
    again = world.submit("alice", set_("temperature", 1), set_("shift", "nonsense"), base=0, seq=7)
    assert again == first
    assert codes(again) == [(1, "invalid")]
    assert len(log(world)) == 2


def test_c3_a_resend_within_one_batch_is_applied_once(world: World) -> None:
    submission = world.submission("alice", [edit("notes", "hello")], base=0)
    one, two = world.commit(submission, submission).outcomes
    assert one == two
    assert value(world, "notes") == "hello"


def test_c3_the_same_key_with_other_ops_is_seq_reused(world: World) -> None:
    world.submit("alice", set_("temperature", 1), base=0, seq=1)
    assert codes(world.submit("alice", set_("temperature", 2), set_("done", True), base=1, seq=1)) == [
        (0, "seq_reused"),
        (1, "seq_reused"),
    ]
    assert value(world, "temperature") == 1


def test_c3_a_seq_below_the_last_that_is_not_on_record_is_stale(world: World) -> None:
    world.submit("alice", set_("temperature", 1), base=0, seq=5)
    assert codes(world.submit("alice", set_("temperature", 2), base=1, seq=4)) == [(0, "stale")]


def test_c4_a_refused_op_does_not_refuse_its_neighbours_but_those_that_need_it(world: World) -> None:
    outcome = world.submit(
        "alice",
        set_("temperature", "warm"),
        set_("done", True),
        row_op("add_row", "x", after=None),
        cell("row-none", "value", 2),
        add(R1),
        cell(R1, "value", 5),
        base=0,
    )
    assert codes(outcome) == [(0, "invalid"), (2, "invalid"), (3, "gone")]
    assert outcome.version == 3
    assert_sound(world.form)


def test_c4_bases_never_decrease(world: World) -> None:
    world.submit("alice", set_("temperature", 1), base=0)
    world.submit("alice", set_("done", True), base=1)
    assert codes(world.submit("alice", set_("shift", "late"), base=0)) == [(0, "stale")]


def test_c4_an_edit_that_transforms_to_nothing_takes_a_version(world: World) -> None:
    world.submit("alice", edit("notes", "abc"), base=0)
    world.submit("bob", edit("notes", {"d": 3}), base=1)
    outcome = world.submit("carol", edit("notes", {"d": 3}), base=1)
    assert (outcome.version, outcome.rejected) == (3, None)
    assert log(world)[2] == edit("notes")
    assert_sound(world.form)


def test_c5_insert_at_same_place_first_committed_first(world: World) -> None:
    world.submit("alice", edit("notes", "one "), base=0)
    world.submit("bob", edit("notes", "two "), base=0)
    assert value(world, "notes") == "one two "
    assert_sound(world.form)


def test_c5_edits_merge_within_one_batch(world: World) -> None:
    world.submit("alice", edit("notes", "0123456789"), base=0)
    world.commit(
        world.submission("alice", [edit("notes", 5, "A")], base=1),
        world.submission("bob", [edit("notes", 5, "B")], base=1),
        world.submission("carol", [edit("notes", 2, {"d": 6})], base=1),
    )
    assert value(world, "notes") == "01AB89"
    assert_sound(world.form)


def test_c5_a_late_edit_is_transformed_over_everything_since_its_base(world: World) -> None:
    world.submit("alice", edit("notes", "base"), base=0)
    for version in range(1, 40):
        world.submit("bob", edit("notes", str(version % 10)), base=version)
    world.submit("carol", edit("notes", 4, "!"), base=1)
    assert value(world, "notes").endswith("base!")
    assert_sound(world.form)


def test_c5_counts_are_code_points(world: World) -> None:
    world.submit("alice", edit("notes", "a😀b"), base=0)
    world.submit("bob", edit("notes", 2, "-"), base=1)
    assert value(world, "notes") == "a😀-b"


def test_c5_one_edit_of_a_cell_in_a_submit(world: World) -> None:
    outcome = world.submit("alice", edit("notes", "a"), edit("notes", 1, "b"), base=0)
    assert codes(outcome) == [(1, "stale")]


def test_c5_a_base_older_than_ones_own_last_edit_is_stale(world: World) -> None:
    world.submit("alice", edit("notes", "a"), base=0)
    assert codes(world.submit("alice", edit("notes", "b"), base=0)) == [(0, "stale")]
    assert codes(world.submit("alice", edit("notes", 1, "b"), base=1)) == []


def test_c6_a_set_over_another_persons_set_is_a_conflict_with_current(world: World) -> None:
    world.submit("alice", set_("temperature", 20), base=0)
    outcome = world.submit("bob", set_("temperature", 25), base=0)
    assert codes(outcome) == [(0, "conflict")]
    assert {key: current(outcome)[key] for key in ("value", "version", "by")} == {"value": 20, "version": 1, "by": 1}
    assert codes(world.submit("bob", set_("temperature", 25), base=1)) == []


def test_c6_the_same_value_is_no_conflict(world: World) -> None:
    world.submit("alice", set_("temperature", 20), base=0)
    assert codes(world.submit("bob", set_("temperature", 20.0), base=0)) == []


def test_c6_ones_own_sets_do_not_conflict(world: World) -> None:
    world.submit("alice", set_("temperature", 20), base=0)
    assert codes(world.submit("alice", set_("temperature", 25), base=0)) == []


def test_c6_a_change_hidden_behind_an_own_one_is_still_seen(world: World) -> None:
    world.submit("alice", add(R1), base=0)
    world.submit("bob", cell(R1, "value", 2), base=1)
    world.submit("alice", cell(R1, "value", 2), base=1)
    assert codes(world.submit("alice", row_op("remove_row", R1), base=1)) == [(0, "conflict")]


def test_c6_removing_a_row_that_another_changed_is_a_conflict_with_the_row(world: World) -> None:
    world.submit("alice", add(R1), base=0)
    world.submit("bob", cell(R1, "value", 2), base=1)
    outcome = world.submit("alice", row_op("remove_row", R1), base=1)
    assert codes(outcome) == [(0, "conflict")]
    assert current(outcome)["row"] == R1
    assert codes(world.submit("alice", row_op("remove_row", R1), base=2)) == []
    assert_sound(world.form)


def test_c6_a_small_submit_is_not_answered_by_the_same_row_a_hundred_times(world: World) -> None:
    remark = {"kind": "edit", "table": "readings", "row": R1, "field": "remark", "delta": ["x" * 50_000]}
    world.submit("alice", add(R1), remark, base=0)
    world.submit("bob", cell(R1, "value", 2), base=2)
    outcome = world.submit("alice", *[row_op("remove_row", R1)] * 100, base=2)
    assert codes(outcome) == [(index, "conflict") for index in range(100)]
    assert current(outcome)["row"] == R1
    assert len(outcome.rejected or "") < 150_000


def test_c7_rows_stand_where_they_were_put(world: World) -> None:
    world.submit("alice", add(R1), add(R2, R1), add(R3), base=0)
    assert rows(world) == [R3, R1, R2]
    world.submit("bob", row_op("move_row", R3, after=R2), base=3)
    assert rows(world) == [R1, R2, R3]
    world.submit("bob", row_op("move_row", R3, after=None), base=4)
    assert rows(world) == [R3, R1, R2]
    assert_sound(world.form)


def test_c7_after_a_removed_row_means_just_there(world: World) -> None:
    world.submit("alice", add(R1), add(R2, R1), add(R3, R2), base=0)
    world.submit("alice", row_op("remove_row", R2), base=3)
    world.submit("bob", add(R4, R2), base=3)
    assert rows(world) == [R1, R4, R3]
    assert log(world)[-1]["after"] == R1
    world.submit("bob", row_op("restore_row", R2), base=5)
    assert rows(world) == [R1, R2, R4, R3]
    assert_sound(world.form)


def test_c7_a_removed_row_comes_back_with_its_cells(world: World) -> None:
    world.submit("alice", add(R1), cell(R1, "value", 7), base=0)
    world.submit("alice", row_op("remove_row", R1), base=2)
    assert codes(world.submit("bob", cell(R1, "value", 8), base=3)) == [(0, "gone")]
    world.submit("bob", row_op("restore_row", R1), base=3)
    assert log(world)[-1] == row_op("restore_row", R1, after=None, values={"value": 7})
    assert_sound(world.form)


@pytest.mark.parametrize(
    ("op", "code"),
    [
        (add(R1), "invalid"),
        (add(R2, "row-never"), "invalid"),
        (row_op("move_row", R1, after=R1), "invalid"),
        (row_op("move_row", R1, after="row-never"), "invalid"),
        (row_op("restore_row", R1), "invalid"),
        (row_op("move_row", "row-never", after=None), "gone"),
        (row_op("remove_row", "row-never"), "gone"),
        (row_op("restore_row", "row-never"), "gone"),
        ({"kind": "add_row", "table": "nothing", "row": R2, "after": None}, "invalid"),
        (add("short"), "invalid"),
    ],
)
def test_c7_what_no_row_op_may_do(world: World, op: dict[str, Any], code: str) -> None:
    world.submit("alice", add(R1), base=0)
    assert codes(world.submit("alice", op, base=1)) == [(0, code)]


def test_c7_an_id_once_used_is_used_for_ever(world: World) -> None:
    world.submit("alice", add(R1), row_op("remove_row", R1), base=0)
    assert codes(world.submit("bob", add(R1), base=2)) == [(0, "invalid")]


@pytest.mark.parametrize(
    "op",
    [
        set_("temperature", "21"),
        set_("temperature", True),
        set_("temperature", 2**60),
        set_("temperature", 10**400),
        set_("count", 1.5),
        set_("shift", "noon"),
        set_("tags", ["a", "a"]),
        set_("done", 1),
        set_("day", "2026-02-30"),
        set_("notes", "text"),
        set_("nothing", 1),
        edit("temperature", "1"),
        edit("notes", 5, "beyond"),
        edit("notes", "nul\0"),
        edit("notes", "half \ud800"),
        edit("notes", -1),
        edit("notes", True, "x"),
        {"kind": "nonsense"},
        {"kind": "set", "field": "temperature"},
        {"kind": ["set"], "field": {}},
        {},
    ],
)
def test_c8_what_does_not_fit_is_invalid_and_alone(world: World, op: dict[str, Any]) -> None:
    outcome = world.submit("alice", set_("done", True), op, set_("count", 9), base=0)
    assert codes(outcome) == [(1, "invalid")]
    assert (value(world, "done"), value(world, "count")) == (True, 9)
    assert_sound(world.form)


def test_c8_defaults_are_there_at_version_0_and_in_each_new_row(world: World) -> None:
    assert stored(world.form)["values"] == {"count": {"value": 3, "version": 0, "by": None, "at": None}}
    world.submit("alice", add(R1), base=0)
    assert log(world)[0]["values"] == {"value": 1}
    assert_sound(world.form)


def test_c9_a_base_newer_than_the_form_is_stale_and_harms_nothing_later(world: World) -> None:
    assert codes(world.submit("alice", set_("temperature", 1), base=9)) == [(0, "stale")]
    assert codes(world.submit("alice", set_("temperature", 1), base=0)) == []


def test_c10_a_viewers_ops_are_forbidden(world: World) -> None:
    assert codes(world.submit("dora", set_("temperature", 1), base=0)) == [(0, "forbidden")]


def test_c10_a_form_or_section_that_is_not_open_is_locked(world: World) -> None:
    SectionStatus.objects.create(form=world.form, section="closing", status="closed")
    assert codes(world.submit("alice", edit("sign", "A"), set_("done", True), base=0)) == [(0, "locked")]
    for change in ({"status": "closed"}, {"status": "open", "archived_at": timezone.now()}):
        Form.objects.filter(pk=world.form.pk).update(**change)
        assert codes(world.submit("alice", set_("done", False), base=1)) == [(0, "locked")]


def test_a_table_and_a_text_have_an_end(world: World) -> None:
    world.limits = type(world.limits)(rows_per_table=2, text_length=5)
    outcome = world.submit("alice", add(R1), add(R2), add(R3), edit("notes", "123456"), edit("title", "12345"), base=0)
    assert codes(outcome) == [(2, "invalid"), (3, "invalid")]


def test_n_is_given_at_the_first_committed_op_and_explained_once(world: World) -> None:
    world.submit("alice", set_("temperature", "no"), base=0)
    result = world.commit(world.submission("bob", [set_("done", True)], base=0))
    assert {n: client.user.name for n, client in result.runs[0].clients.items()} == {1: "Bob"}
    result = world.commit(
        world.submission("bob", [set_("done", False)], base=1), world.submission("alice", [set_("count", 1)], base=1)
    )
    assert {n: client.user.name for n, client in result.runs[0].clients.items()} == {2: "Alice"}


def test_c2_a_run_begins_where_the_room_was_handed_the_last(world: World) -> None:
    world.submit("alice", set_("temperature", 1), set_("done", True), base=0)
    result = world.commit(world.submission("bob", [set_("count", 8)], base=2), handed={world.form.pk: 1})
    assert [(run.first, run.last) for run in result.runs] == [(2, 3)]
    assert set(result.runs[0].clients) == {1, 2}
