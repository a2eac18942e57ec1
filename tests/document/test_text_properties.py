"""What holds for all texts and deltas: the algebra that lets replicas meet (I4) and loses nobody's typing (C5)."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from collab.document.text import (
    Delta,
    TextError,
    apply,
    check,
    compose,
    diff,
    invert,
    normalize,
    transform,
    transform_position,
)
from tests.strategies import concurrent_edits, consecutive_edits, deltas, edited_texts, json_values, texts

many = settings(max_examples=400, deadline=None)


@many
@given(concurrent_edits())
def test_tp1_both_orders_meet(drawn: tuple[str, Delta, Delta]) -> None:
    text, first, second = drawn

    by_first = apply(apply(text, first), transform(second, first, "right"))
    by_second = apply(apply(text, second), transform(first, second, "left"))

    assert by_first == by_second


@many
@given(concurrent_edits())
def test_c5_no_character_is_lost_or_doubled(drawn: tuple[str, Delta, Delta]) -> None:
    text, first, second = drawn
    typed = Counter(inserted(first) + inserted(second))
    gone = deleted(first) | deleted(second)
    kept = Counter(character for place, character in enumerate(text) if place not in gone)

    merged = apply(apply(text, first), transform(second, first, "right"))

    assert Counter(merged) == typed + kept


@many
@given(st.data())
def test_a_client_and_the_server_meet_over_several_edits(data: st.DataObject) -> None:
    """What a replica does with edits of others while its own waits, and what the server does with the late one."""
    text, committed = data.draw(consecutive_edits())
    mine = data.draw(deltas(text))

    shown, waiting, server = apply(text, mine), mine, text
    for theirs in committed:
        server = apply(server, theirs)
        shown = apply(shown, transform(theirs, waiting, "left"))
        waiting = transform(waiting, theirs, "right")

    assert apply(server, waiting) == shown


@many
@given(consecutive_edits())
def test_compose_does_what_one_after_the_other_does(drawn: tuple[str, list[Delta]]) -> None:
    text, (first, second, _) = drawn

    assert apply(text, compose(first, second)) == apply(apply(text, first), second)


@many
@given(consecutive_edits())
def test_compose_may_be_bracketed_as_one_likes(drawn: tuple[str, list[Delta]]) -> None:
    text, (first, second, third) = drawn

    left = compose(compose(first, second), third)
    right = compose(first, compose(second, third))

    # The deltas may differ in how an insert and a delete at one place are ordered; what they do may not.
    assert apply(text, left) == apply(text, right)
    assert size(left) == size(right)


@many
@given(edited_texts())
def test_invert_undoes(drawn: tuple[str, Delta]) -> None:
    text, delta = drawn
    undo = invert(delta, text)

    assert apply(apply(text, delta), undo) == text
    assert apply(text, compose(delta, undo)) == text


@many
@given(concurrent_edits())
def test_results_are_well_formed_and_arguments_untouched(drawn: tuple[str, Delta, Delta]) -> None:
    text, one, other = drawn
    before = json.dumps([one, other])

    for result in (
        transform(one, other, "left"),
        transform(one, other, "right"),
        compose(one, deltas_behind(text, one, other)),
        invert(one, text),
    ):
        assert check(result) == result == normalize(result)
    assert json.dumps([one, other]) == before


@many
@given(edited_texts())
def test_nothing_is_neutral(drawn: tuple[str, Delta]) -> None:
    text, delta = drawn

    assert transform(delta, [], "left") == transform(delta, [], "right") == delta
    assert transform([], delta, "left") == []
    assert compose(delta, []) == compose([], delta) == delta
    assert apply(text, []) == text


@many
@given(edited_texts(), st.integers(0, 20), st.booleans())
def test_r1_a_caret_stays_between_its_neighbours(drawn: tuple[str, Delta], place: int, own: bool) -> None:
    text, delta = drawn
    caret = min(place, len(text))

    assert transform_position(caret, delta, own=own) == caret_by_places(caret, delta, own=own)


@many
@given(texts(), texts(), st.none() | st.integers(-2, 25))
def test_diff_is_one_splice_that_leads_from_old_to_new(old: str, new: str, caret: int | None) -> None:
    delta = diff(old, new, caret)

    assert apply(old, delta) == new
    assert check(delta) == delta
    assert [type(component) for component in delta] in [
        [*skip, *change] for skip in ([], [int]) for change in ([], [str], [dict], [dict, str])
    ]
    assert size(delta) == size(diff(old, new)), "the caret chooses the place, not the size"


@many
@given(st.data())
def test_diff_finds_what_was_typed_at_the_caret(data: st.DataObject) -> None:
    old = data.draw(texts())
    place = data.draw(st.integers(0, len(old)))
    typed = data.draw(texts(3))
    new = old[:place] + typed + old[place:]

    assert diff(old, new, place + len(typed)) == normalize([place, typed])


@many
@given(edited_texts())
def test_round_trip_through_json_and_utf16(drawn: tuple[str, Delta]) -> None:
    text, delta = drawn
    result = apply(text, delta)

    wire = json.dumps(delta, ensure_ascii=False, separators=(",", ":")).encode()
    as_browsers_keep_it = text.encode("utf-16-le").decode("utf-16-le")

    assert check(json.loads(wire)) == delta
    assert apply(as_browsers_keep_it, json.loads(wire)).encode("utf-16-le") == result.encode("utf-16-le")


@many
@given(json_values() | st.lists(json_values(4), max_size=5))
def test_check_raises_nothing_but_its_own_error(raw: object) -> None:
    try:
        checked = check(raw)
    except TextError:
        return
    assert check(checked) == checked == normalize(checked)
    json.dumps(checked, ensure_ascii=False).encode()


def deltas_behind(text: str, first: Delta, other: Delta) -> Delta:
    """Some delta that fits behind the first: the other, transformed."""
    behind = transform(other, first, "right")
    apply(apply(text, first), behind)
    return behind


def inserted(delta: Delta) -> str:
    return "".join(component for component in delta if isinstance(component, str))


def deleted(delta: Delta) -> set[int]:
    """The places of a text that a delta deletes."""
    places: set[int] = set()
    at = 0
    for component in delta:
        if isinstance(component, dict):
            places.update(range(at, at + component["d"]))
            at += component["d"]
        elif isinstance(component, int):
            at += component
    return places


def size(delta: Delta) -> tuple[int, int]:
    """How much is inserted and how much is deleted."""
    return len(inserted(delta)), len(deleted(delta))


def caret_by_places(caret: int, delta: Delta, *, own: bool) -> int:
    """The slow way: count what stands before the caret when all is done."""
    gone = deleted(delta)
    position = sum(1 for place in range(caret) if place not in gone)
    at = 0
    for component in delta:
        if isinstance(component, str):
            at_caret = at >= caret and all(place in gone for place in range(caret, at))
            position += len(component) if at < caret or (own and at_caret) else 0
        else:
            at += component if isinstance(component, int) else component["d"]
    return position
