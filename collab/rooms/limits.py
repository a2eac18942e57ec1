"""What a person, a session, a room and a form may hold and send: settings with sane defaults (I9).

What a client has to know of them is told in ``joined.limits``. Owns the numbers and the counting of a rate; who is
counted, and what is said to who is over it, is decided where it happens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from django.conf import settings

from collab.document.judge import Limits
from collab.protocol import messages
from collab.protocol.codec import MAX_FRAME_BYTES, MAX_OPS


@dataclass(frozen=True, slots=True)
class RoomLimits:
    """The limits of a room (each key of the setting ``ROOM_LIMITS`` replaces one).

    ``submits_per_second`` and ``burst`` count all frames of a session, submits among them. ``people_per_room`` counts
    everybody who is known of, ``sockets_per_user`` the sockets in this process.
    """

    submits_per_second: float = 100.0
    burst: int = 200
    ops_per_submit: int = MAX_OPS
    people_per_room: int = 2_500
    sockets_per_user: int = 200
    rows_per_table: int = 2_000
    text_length: int = 100_000

    def bucket(self, clock: Callable[[], float]) -> TokenBucket:
        """For the frames of a session, or what a person asks over HTTP."""
        return TokenBucket(rate=self.submits_per_second, burst=self.burst, clock=clock)

    def wire(self) -> messages.Limits:
        return messages.Limits(
            frame_bytes=MAX_FRAME_BYTES,
            submits_per_second=self.submits_per_second,
            burst=self.burst,
            ops_per_submit=self.ops_per_submit,
            rows_per_table=self.rows_per_table,
            text_length=self.text_length,
        )

    def of_document(self) -> Limits:
        return Limits(rows_per_table=self.rows_per_table, text_length=self.text_length)


def room_limits() -> RoomLimits:
    return RoomLimits(**getattr(settings, "ROOM_LIMITS", {}))


# What costs the server more than a frame counts as several: a join reads a whole form, a submission checks one, and an
# edit is transformed over all that its author has not seen.
READING_COST = 10
FORM_COST = 20
BEHIND_PER_FRAME = 500
MOST_FOR_LATENESS = 50


def cost_of_lateness(submit: messages.Submit, version: int) -> int:
    """Frames that a submit counts beyond its own: a text edit is transformed over all that its author has not seen.

    A set costs nothing more, however old its base: it is compared with its cell alone.
    """
    behind = version - submit.base
    if behind < BEHIND_PER_FRAME or not any(op.get("kind") == "edit" for op in submit.ops):
        return 0
    return min(behind // BEHIND_PER_FRAME, MOST_FOR_LATENESS)


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
        self._earn()
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True

    def seconds_until(self, cost: int) -> int:
        """How long whoever was refused so much had better wait: at least a second."""
        self._earn()
        return max(1, ceil((cost - self._tokens) / self._rate))

    def _earn(self) -> None:
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._then) * self._rate)
        self._then = now
