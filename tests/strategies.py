"""Hypothesis strategies: everything random that the tests of several rooms draw from."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from collab.document.text import Component, Delta, apply, normalize

# Few different characters, so that ties and equal neighbours are common; some that take two UTF-16 units, some that
# people see as one with what stands before them.
CHARACTERS = "aab \n\té\u0301\u200d\u20ac\uffff\U0001f600\U0001f601\U00020000\U0010ffff"


def texts(max_size: int = 20) -> st.SearchStrategy[str]:
    return st.text(alphabet=CHARACTERS, max_size=max_size)


def inserts() -> st.SearchStrategy[str]:
    return st.text(alphabet=CHARACTERS, min_size=1, max_size=4)


@st.composite
def deltas(draw: st.DrawFn, text: str) -> Delta:
    """A well-formed delta that fits the text."""
    delta: list[Component] = []
    left = len(text)
    for kind in draw(st.lists(st.sampled_from(["skip", "insert", "delete"]), max_size=8)):
        if kind == "insert":
            delta.append(draw(inserts()))
        elif left:
            count = draw(st.integers(1, left))
            left -= count
            delta.append(count if kind == "skip" else {"d": count})
    return normalize(delta)


@st.composite
def edited_texts(draw: st.DrawFn) -> tuple[str, Delta]:
    """A text and a delta for it."""
    text = draw(texts())
    return text, draw(deltas(text))


@st.composite
def concurrent_edits(draw: st.DrawFn) -> tuple[str, Delta, Delta]:
    """A text and two deltas, both made on it."""
    text = draw(texts())
    return text, draw(deltas(text)), draw(deltas(text))


@st.composite
def consecutive_edits(draw: st.DrawFn, count: int = 3) -> tuple[str, list[Delta]]:
    """A text and deltas, each made on what the one before left."""
    text = draw(texts())
    chain: list[Delta] = []
    now = text
    for _ in range(count):
        chain.append(draw(deltas(now)))
        now = apply(now, chain[-1])
    return text, chain


def json_values(max_leaves: int = 20) -> st.SearchStrategy[Any]:
    """Anything JSON can say, and what Python's reader makes of more than that: lone surrogates, NaN, huge integers."""
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([0, -1, 2**53, 2**53 + 1, 10**400]),
        st.floats(),
        st.text(max_size=10),
        st.text(alphabet=st.sampled_from("a\0\ud800\udfff\U0001f600"), max_size=4),
    )

    def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=6), inner, max_size=5)

    return st.recursive(leaves, containers, max_leaves=max_leaves)
