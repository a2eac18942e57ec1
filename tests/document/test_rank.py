"""Ranks: there is always room between two of them, and a table filled from top to bottom keeps them short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.document.rank import PLACE_DIGITS, between, spread


@given(st.lists(st.floats(0, 1), max_size=200))
def test_a_rank_lies_between_its_neighbours(places: list[float]) -> None:
    ranks: list[str] = []
    for place in places:
        index = round(place * len(ranks))
        low = ranks[index - 1] if index else None
        high = ranks[index] if index < len(ranks) else None
        new = between(low, high)
        assert (low is None or low < new) and (high is None or new < high)  # noqa: PT018
        ranks.insert(index, new)
    assert ranks == sorted(ranks)


def test_rows_added_at_the_ends_keep_short_ranks() -> None:
    low = high = between(None, None)
    for _ in range(5_000):
        low, high = between(None, low), between(high, None)
    assert len(low) == len(high) == PLACE_DIGITS


@pytest.mark.parametrize("count", [0, 1, 2, 10_000])
def test_ranks_spread_anew_are_short_and_ascend(count: int) -> None:
    ranks = spread(count)
    assert ranks == sorted(set(ranks))
    assert {len(rank) for rank in ranks} <= {PLACE_DIGITS}
    assert len(ranks) == count


def test_ranks_that_do_not_ascend_are_refused() -> None:
    one = between(None, None)
    with pytest.raises(ValueError, match="ascend"):
        between(one, one)
