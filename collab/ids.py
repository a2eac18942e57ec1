"""Identifiers the server makes: UUIDv7 (RFC 9562), which sort by the time they were made.

Within one process they rise strictly, even when two fall into the same millisecond or the clock steps back.
Knows nothing of Django; time and randomness are handed in, so that a test can stand still.
"""

import secrets
import threading
import time
from collections.abc import Callable
from uuid import UUID

_VERSION = 7
_VARIANT = 0b10
_TAIL_BITS = 74  # what follows the milliseconds, without version and variant: 12 bits and then 62
_LOW_BITS = 62
_STEP_BITS = 32


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


class Uuid7Generator:
    """Makes UUIDv7s that never go back: RFC 9562, section 6.2, method 2 (a random start, then random steps)."""

    __slots__ = ("_clock", "_lock", "_moment", "_random_bits", "_tail")

    def __init__(
        self,
        *,
        clock: Callable[[], int] = _milliseconds,
        random_bits: Callable[[int], int] = secrets.randbits,
    ) -> None:
        self._clock = clock
        self._random_bits = random_bits
        self._lock = threading.Lock()
        self._moment = -1
        self._tail = 0

    def __call__(self) -> UUID:
        with self._lock:
            self._advance()
            return _pack(self._moment, self._tail)

    def _advance(self) -> None:
        now = self._clock()
        if now > self._moment:
            self._moment, self._tail = now, self._fresh_tail()
            return
        # The step is random too, or one id would give away the next.
        self._tail += 1 + self._random_bits(_STEP_BITS)
        if self._tail >> _TAIL_BITS:
            self._moment, self._tail = self._moment + 1, self._fresh_tail()

    def _fresh_tail(self) -> int:
        # The highest bit stays free, so that a millisecond does not run out after a few ids.
        return self._random_bits(_TAIL_BITS - 1)


def _pack(moment: int, tail: int) -> UUID:
    high, low = tail >> _LOW_BITS, tail & ((1 << _LOW_BITS) - 1)
    return UUID(int=moment << 80 | _VERSION << 76 | high << 64 | _VARIANT << 62 | low)


_generator = Uuid7Generator()  # one per process, or there would be no order to keep


def uuid7() -> UUID:
    """A new identifier, greater than every one this process made before."""
    return _generator()
