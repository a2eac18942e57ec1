"""Patterns: what is read, what it matches, and that no pattern takes long."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.document.pattern import MAX_MATCHED_LENGTH, PatternError, compile_pattern

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "values_patterns.json").read_text())


@pytest.mark.parametrize("case", VECTORS["read"], ids=[case["pattern"] for case in VECTORS["read"]])
def test_matches_the_whole_text(case: dict[str, Any]) -> None:
    matcher = compile_pattern(case["pattern"])
    assert [text for text in case["fits"] if not matcher.fits(text)] == []
    assert [text for text in case["unfit"] if matcher.fits(text)] == []


@pytest.mark.parametrize("pattern", VECTORS["refused"])
def test_refuses_what_it_does_not_know(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


@given(st.text("ab|*+?(){}[]^$.\\-,012dws:/", max_size=12), st.text("ab1 _-.\n", max_size=8))
def test_arbitrary_patterns_are_refused_or_mean_what_they_mean_elsewhere(pattern: str, text: str) -> None:
    try:
        fits = compile_pattern(pattern).fits(text)
    except PatternError:
        return
    assert fits == (re.fullmatch(pattern, text, re.ASCII) is not None)


PIECE = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "\\d", "\\w", "\\s", "\\D"])
PATTERN = st.recursive(
    PIECE,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map("".join)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{0,2}"])).map(lambda p: f"({p[0]}){p[1]}")
    ),
    max_leaves=6,
)


@given(PATTERN, st.text("ab1 \n", max_size=6))
def test_agrees_with_the_engine_of_python(pattern: str, text: str) -> None:
    try:
        fits = compile_pattern(pattern).fits(text)
    except PatternError:  # too large
        return
    assert fits == (re.fullmatch(pattern, text, re.ASCII) is not None)


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "((a?){10}){20}b", "(.*.*.*.*){20}b", "((((((a*)*)*)*)*)*)*b"]
)
def test_no_pattern_takes_long(pattern: str) -> None:
    started = time.process_time()
    assert not compile_pattern(pattern).fits("a" * MAX_MATCHED_LENGTH)
    assert time.process_time() - started < 5  # others would take years


def test_a_longer_text_is_not_matched_at_all() -> None:
    assert compile_pattern("a*").fits("a" * MAX_MATCHED_LENGTH)
    assert not compile_pattern("a*").fits("a" * (MAX_MATCHED_LENGTH + 1))
