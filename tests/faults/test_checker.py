"""The checker finds what it is there to find, each kind of it, in states that are made up."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collab.document.replica import Replica
from tests.faults.checker import State, find_problems
from tests.faults.history import History, Submit

FORM = "a-form"
AT = "2026-01-01T00:00:00.000Z"
SET = {"kind": "set", "field": "count", "value": 7}
EDIT = {"kind": "edit", "field": "notes", "delta": ["hello"]}
EMPTY: dict[str, Any] = {"values": {}, "tables": {}}


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """Two submits that were acknowledged and shown, and one that nobody knows of."""
    history = History(tmp_path / "history.jsonl")
    for seq, op in ((1, SET), (2, EDIT)):
        history.invoke((FORM, "tab", seq), Submit(seq, 0, [op], invoked=0.0, sent=1))
        history.acknowledge((FORM, "tab", seq), seq, [])
        history.show(FORM, seq, [1, seq, op, AT], process=0)
    history.invoke((FORM, "tab", 3), Submit(3, 0, [SET], invoked=0.0, sent=1))
    yield history
    history.close()


@pytest.fixture
def state() -> dict[str, Any]:
    return {
        "version": 2,
        "unsound": "",
        "snapshot": EMPTY,
        "clients": {"1": "tab"},
        "log": [[1, 1, 1, copy.deepcopy(SET), AT], [2, 1, 2, copy.deepcopy(EDIT), AT]],
    }


def problems(state: State, history: History, *, seen: dict[str, Any] = EMPTY) -> str:
    return "\n".join(find_problems({FORM: state}, history, [(FORM, "bob", Replica(seen, 2))]))


def test_all_is_well(state: dict[str, Any], history: History) -> None:
    assert problems(state, history) == ""


def test_an_edit_that_moved_is_the_same(state: dict[str, Any], history: History) -> None:
    history.shown.clear()
    state["log"][1][3]["delta"] = [12, "hello"]
    assert problems(state, history) == ""


def test_an_unknown_submit_may_be_there_once(state: dict[str, Any], history: History) -> None:
    state["version"] = 3
    state["log"].append([3, 1, 3, SET, AT])
    assert problems(state, history) == ""
    state["version"] = 4
    state["log"].append([4, 1, 3, SET, AT])
    assert "is stored" in problems(state, history)


def test_an_acknowledged_op_is_lost(state: dict[str, Any], history: History) -> None:
    history.shown.clear()
    state["log"].pop()
    state["version"] = 1
    assert "is acknowledged" in problems(state, history)


def test_an_op_is_there_twice(state: dict[str, Any], history: History) -> None:
    state["version"] = 3
    state["log"].append([3, 1, 1, SET, AT])
    assert "is acknowledged" in problems(state, history)


def test_an_op_is_another(state: dict[str, Any], history: History) -> None:
    history.shown.clear()
    state["log"][0][3]["value"] = 8
    assert "is acknowledged" in problems(state, history)


def test_an_op_is_nobodys(state: dict[str, Any], history: History) -> None:
    state["version"] = 3
    state["log"].append([3, 2, 1, SET, AT])
    assert "nobody submitted it" in problems(state, history)


def test_something_was_shown_that_is_not_there(state: dict[str, Any], history: History) -> None:
    history.show(FORM, 3, [1, 3, SET, AT], process=0)
    assert "was shown as" in problems(state, history)


def test_versions_have_a_gap(state: dict[str, Any], history: History) -> None:
    state["version"] = 3
    assert "are not dense" in problems(state, history)


def test_a_replica_is_another(state: dict[str, Any], history: History) -> None:
    cell = {"value": 7, "version": 1, "by": 1, "at": AT}
    assert "sees another form" in problems(state, history, seen={"values": {"count": cell}, "tables": {}})


def test_a_resend_got_another_outcome(state: dict[str, Any], history: History) -> None:
    history.acknowledge((FORM, "tab", 1), 5, [])
    assert "and then" in problems(state, history)


def test_two_people_were_shown_different_ops(state: dict[str, Any], history: History) -> None:
    history.show(FORM, 1, [1, 1, EDIT, AT], process=1)
    assert "and as" in problems(state, history)
