"""Canonical JSON: the shared vectors, whose texts are JavaScript's own, and that it says what it was made of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.document.canonical import canonical
from collab.document.values import same_value

CASES = json.loads((Path(__file__).parent.parent / "vectors" / "canonical.json").read_text())["cases"]
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-(2.0**53), 2.0**53)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(alphabet=st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_value_has_one_text(case: dict[str, Any]) -> None:
    assert canonical(case["value"]) == case["text"]


@given(VALUES)
def test_the_text_says_the_value_and_is_its_own(value: Any) -> None:
    text = canonical(value)
    assert same(json.loads(text), value)
    assert canonical(json.loads(text)) == text


def same(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return same_value(one, other)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 2**53 + 1, 1e300, object(), {"a": {1}}])
def test_what_json_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        canonical(value)
