"""Identifiers: UUIDv7 as RFC 9562 has it, rising within a process whatever the clock does."""

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from collab.ids import Uuid7Generator, uuid7

MOMENT = 0x017F22E279B0  # the example of RFC 9562, appendix A.6


def clock(*moments: int) -> Callable[[], int]:
    rest: Iterator[int] = iter(moments)
    return lambda: next(rest)


def test_carries_the_milliseconds_the_version_and_the_variant() -> None:
    made = Uuid7Generator(clock=clock(MOMENT), random_bits=lambda bits: (1 << bits) - 1)()
    assert made == UUID("017f22e2-79b0-77ff-bfff-ffffffffffff")
    assert (made.version, made.variant) == (7, RFC_4122)


def test_randomness_fills_the_rest() -> None:
    tail = 0xCC3 << 62 | 0x18C4DC0C0C07398F
    made = Uuid7Generator(clock=clock(MOMENT), random_bits=lambda bits: tail)()
    assert made == UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


@given(st.lists(st.integers(0, 2**48 - 1), min_size=2, max_size=50), st.randoms(use_true_random=False))
def test_rises_even_when_the_clock_stands_or_steps_back(moments: list[int], random: Random) -> None:
    generator = Uuid7Generator(clock=clock(*moments), random_bits=random.getrandbits)
    made = [generator() for _ in moments]
    assert all(one < two for one, two in pairwise(made))
    assert all(each.version == 7 and each.variant == RFC_4122 for each in made)


def test_goes_on_in_the_next_millisecond_when_one_is_used_up() -> None:
    generator = Uuid7Generator(clock=lambda: 5, random_bits=lambda bits: (1 << 73) - 1)
    made = [generator() for _ in range(6)]
    assert [each.int >> 80 for each in made] == [5, 5, 6, 6, 7, 7]
    assert all(one < two for one, two in pairwise(made))


def test_threads_share_one_order() -> None:
    made: list[list[UUID]] = [[] for _ in range(4)]
    threads = [threading.Thread(target=lambda mine: mine.extend(uuid7() for _ in range(500)), args=(m,)) for m in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each for mine in made for each in mine}) == 2_000
    assert all(one < two for mine in made for one, two in pairwise(mine))
