"""Whether this process can serve: the database answers, with the tables of this release, and so does the channel layer.

Each part is asked at most once a second, all at once, and waited for two seconds, however many ask and whatever hangs.
What a part's failure was is logged; who asks learns only that it failed, for anybody may ask.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from collab.logs import name_of
from collab.threads import DatabaseThreads

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 2.0
FRESH_SECONDS = 1.0
GROUP = "formroom.readiness"  # nobody listens there


@dataclass(frozen=True, slots=True)
class State:
    """How a part is. What is not well but no reason to send people elsewhere is ``degraded``."""

    status: str
    detail: str = ""

    def wire(self) -> dict[str, str]:
        return {"status": self.status, **({"detail": self.detail} if self.detail else {})}


OK = State("ok")


class Part:
    """One thing that is looked at. Asked again while the last look still hangs, it says the same as that: no answer."""

    def __init__(
        self, name: str, look: Callable[[], Awaitable[State]], *, failed: State, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._name = name
        self._patience = patience
        self._look = look
        self._failed = failed
        self._looking: asyncio.Task[State] | None = None
        self._found: tuple[float, State] | None = None

    async def state(self) -> State:
        now = asyncio.get_running_loop().time()
        if self._found is not None and now - self._found[0] < FRESH_SECONDS:
            return self._found[1]
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_once())
        done, _ = await asyncio.wait([self._looking], timeout=self._patience)
        return self._looking.result() if done else self._failed

    async def _look_once(self) -> State:
        try:
            found = await self._look()
        except Exception as error:
            logger.warning("not ready: %s: %s", self._name, name_of(error))
            found = self._failed
        self._found = asyncio.get_running_loop().time(), found
        return found


class Readiness:
    """The parts of one process."""

    def __init__(self) -> None:
        self._thread = DatabaseThreads("readiness", count=1)
        no_answer = State("failed", "does not answer")
        self._parts = {
            "database": Part("database", self._database, failed=no_answer),
            "migrations": Part("migrations", self._migrations, failed=State("unknown", "the database does not answer")),
            "channel_layer": Part("channel layer", _layers, failed=_LAYER_FAILED),
        }

    async def states(self) -> Mapping[str, State]:
        found = await asyncio.gather(*(part.state() for part in self._parts.values()))
        return dict(zip(self._parts, found, strict=True))

    async def _database(self) -> State:
        await self._thread.run_once(_ask)
        return OK

    async def _migrations(self) -> State:
        missing = await self._thread.run_once(self._not_applied)
        return OK if not missing else State("failed", f"{missing} not applied")

    def _not_applied(self) -> int:
        return len(self._known - MigrationRecorder(connection).applied_migrations().keys())

    @cached_property
    def _known(self) -> set[Any]:
        """The migrations of this release, read from its files once."""
        return set(MigrationLoader(None).disk_migrations)


_LAYER_FAILED = State("degraded", "does not answer: people on other processes follow up to 2 seconds later")


def _ask() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


async def _layers() -> State:
    """Says something where nobody listens; the layer has to carry it all the same."""
    for name in settings.CHANNEL_LAYERS:
        layer = get_channel_layer(name)
        assert layer is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            await layer.group_send(GROUP, {"type": "readiness"})
    return OK


def overall(states: Mapping[str, State]) -> str:
    """The worst of them: a part that is only degraded takes nobody out of service."""
    worst = {state.status for state in states.values()} - {OK.status}
    return "ready" if not worst else "degraded" if worst == {"degraded"} else "unready"
