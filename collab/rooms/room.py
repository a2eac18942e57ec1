"""A room: one form that people of this process have open, and what the hub knows of it.

Owns what was delivered, who is here and what is still under way; does nothing by itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from uuid import UUID

from collab.rooms.presence import People
from collab.rooms.run import Run
from collab.rooms.session import Session

TAIL_CHARACTERS = 1_000_000


class Room:
    """One active form in this process: what was delivered of it, and to whom more is delivered."""

    def __init__(self, form: UUID) -> None:
        self.form = form
        self.version: int | None = None  # delivered up to here; unknown until the first session has read
        self.revision = -1
        self.handed_version = -1
        self.heard = -1  # the highest version anybody told of
        self.entering = 0  # who is on the way in keeps the room open
        self.sessions: dict[str, Session] = {}
        self.people = People()
        self.tail: deque[Run] = deque()
        self.tail_characters = 0
        self.repair: asyncio.Task[None] | None = None
        self.telling: asyncio.Task[None] | None = None
        self.presence_timer: asyncio.TimerHandle | None = None
        self.presence_told = 0.0
        self.subscribed = False

    def keep(self, run: Run) -> None:
        """Remembers recent runs, so that a reader who lags a little needs no database."""
        self.tail.append(run)
        self.tail_characters += run.characters
        while self.tail_characters > TAIL_CHARACTERS and len(self.tail) > 1:
            self.tail_characters -= self.tail.popleft().characters

    def remembered(self, since: int) -> Run | None:
        """The remembered run that continues at ``since``, if the tail reaches back that far."""
        if not self.tail or self.tail[0].first > since + 1:
            return None
        return next((run.after(since) for run in self.tail if run.first <= since + 1 <= run.last), None)
