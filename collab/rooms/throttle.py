"""How much a person may ask over HTTP: what a session may send on its socket, counted by person, never by address.

Owns one token bucket for each person who asked lately, of this process. Knows nothing of requests and answers.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from uuid import UUID

from collab.rooms.limits import RoomLimits, TokenBucket, room_limits

REMEMBERED = 10_000


class TooMuch(Exception):
    """Asked too often. After so many seconds the same may be asked again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Throttle:
    """The buckets of many people. Who has not asked for the longest time is forgotten, and begins with a full one."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: OrderedDict[UUID, TokenBucket] = OrderedDict()
        self._lock = threading.Lock()  # requests come in several threads

    def pay(self, person: UUID, cost: int, limits: RoomLimits) -> None:
        """Takes so much of what a person may ask. Raises ``TooMuch``."""
        with self._lock:
            bucket = self._buckets.pop(person, None) or limits.bucket(self._clock)
            self._buckets[person] = bucket
            if len(self._buckets) > REMEMBERED:
                self._buckets.popitem(last=False)
            if not bucket.take(cost):
                raise TooMuch(bucket.seconds_until(cost))


@cache
def _of_this_process() -> Throttle:
    return Throttle(time.monotonic)


def pay(person: UUID, cost: int) -> None:
    """Takes so much of what a person may ask of this process. Raises ``TooMuch``."""
    _of_this_process().pay(person, cost, room_limits())
