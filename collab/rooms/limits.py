"""What one session and one form may hold and send: settings with sane defaults, told in ``joined.limits``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from collab.document.judge import Limits
from collab.protocol import messages
from collab.protocol.codec import MAX_FRAME_BYTES, MAX_OPS


@dataclass(frozen=True, slots=True)
class RoomLimits:
    """The limits of a room (each key of the setting ``ROOM_LIMITS`` replaces one)."""

    submits_per_second: float = 100.0
    burst: int = 200
    rows_per_table: int = 2_000
    text_length: int = 100_000

    def wire(self) -> messages.Limits:
        return messages.Limits(
            frame_bytes=MAX_FRAME_BYTES,
            submits_per_second=self.submits_per_second,
            burst=self.burst,
            ops_per_submit=MAX_OPS,
            rows_per_table=self.rows_per_table,
            text_length=self.text_length,
        )

    def of_document(self) -> Limits:
        return Limits(rows_per_table=self.rows_per_table, text_length=self.text_length)


def room_limits() -> RoomLimits:
    return RoomLimits(**getattr(settings, "ROOM_LIMITS", {}))


class TokenBucket:
    """Lets ``burst`` frames through at once and ``rate`` a second after that. The clock is passed in."""

    __slots__ = ("_burst", "_clock", "_rate", "_then", "_tokens")

    def __init__(self, *, rate: float, burst: int, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = float(burst)
        self._then = clock()

    def take(self, cost: int = 1) -> bool:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._then) * self._rate)
        self._then = now
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True
