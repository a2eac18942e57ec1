"""Text as one reads it: small stories for every function. What holds for all texts is in test_text_properties."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collab.document import text
from collab.document.text import TextError

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "text.json").read_text("utf-8"))


def vectors(name: str) -> pytest.MarkDecorator:
    """The cases of one function, which the JavaScript twin runs too."""
    return pytest.mark.parametrize("case", VECTORS[name], ids=lambda case: case["name"])


@vectors("check")
def test_check(case: dict[str, Any]) -> None:
    assert text.check(case["delta"]) == case["checked"]


@vectors("refused")
def test_check_refuses(case: dict[str, Any]) -> None:
    with pytest.raises(TextError):
        text.check(case["delta"])


@vectors("apply")
def test_apply(case: dict[str, Any]) -> None:
    assert text.apply(case["text"], case["delta"]) == case["result"]


@vectors("too_long")
def test_apply_and_invert_refuse_a_delta_longer_than_its_text(case: dict[str, Any]) -> None:
    with pytest.raises(TextError):
        text.apply(case["text"], case["delta"])
    with pytest.raises(TextError):
        text.invert(case["delta"], case["text"])


@vectors("transform")
def test_c5_transform(case: dict[str, Any]) -> None:
    assert text.transform(case["delta"], case["other"], "left") == case["left"]
    assert text.transform(case["delta"], case["other"], "right") == case["right"]


@vectors("compose")
def test_compose(case: dict[str, Any]) -> None:
    assert text.compose(case["first"], case["second"]) == case["result"]


@vectors("invert")
def test_invert(case: dict[str, Any]) -> None:
    assert text.invert(case["delta"], case["text"]) == case["result"]


@vectors("position")
def test_r1_transform_position(case: dict[str, Any]) -> None:
    assert text.transform_position(case["position"], case["delta"]) == case["others"]
    assert text.transform_position(case["position"], case["delta"], own=True) == case["own"]


@vectors("diff")
def test_diff(case: dict[str, Any]) -> None:
    assert text.diff(case["old"], case["new"], case["caret"]) == case["delta"]


def test_c5_insert_at_same_place_first_committed_first() -> None:
    committed: text.Delta = [2, "first"]
    late: text.Delta = [2, "second"]

    assert text.apply(text.apply("ab", committed), text.transform(late, committed, "right")) == "abfirstsecond"


@pytest.mark.parametrize("count", [True, 1.0, float("nan"), float("inf"), 2**53, 10**400, 1j, None])
def test_check_refuses_what_python_takes_for_a_number(count: object) -> None:
    for delta in [{"d": count}], [count, {"d": 1}]:
        with pytest.raises(TextError):
            text.check(delta)


def test_check_hands_out_nothing_it_was_given() -> None:
    given = [{"d": 1}, {"d": 2}]

    checked = text.check(given)
    checked[0] = "changed"

    assert given == [{"d": 1}, {"d": 2}]
