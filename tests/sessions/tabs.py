"""What somebody has open in one browser: a live form and another page, at every server. What they hear at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from collab.rooms.models import Form
from tests.rooms.live import Visitor
from tests.sessions.browser import Browser, Site, closing

BOUND = 5.0


@dataclass(frozen=True, slots=True)
class Tabs:
    """Tabs of one browser."""

    rooms: tuple[Visitor, ...]
    watches: tuple[Visitor, ...]

    @property
    def all(self) -> tuple[Visitor, ...]:
        return self.rooms + self.watches


@asynccontextmanager
async def tabs(browser: Browser, form: Form, sites: Iterable[Site]) -> AsyncIterator[Tabs]:
    """Opens them."""
    async with AsyncExitStack() as stack:
        here = [browser.at(site) for site in dict.fromkeys(sites)]
        rooms = [await stack.enter_async_context(each.room(form)) for each in here]
        watches = [await stack.enter_async_context(each.watch()) for each in here]
        yield Tabs(tuple(rooms), tuple(watches))


@dataclass(frozen=True, slots=True)
class Told:
    """What each of some tabs was told, and how long after it was done the last of them was closed, in seconds."""

    frames: list[dict[str, Any]]
    after: float

    @property
    def ends(self) -> set[tuple[int, str | None, str]]:
        return {(frame["code"], frame.get("why"), frame["reason"]) for frame in self.frames}


async def told_when(done: Awaitable[object], listening: Iterable[Visitor]) -> Told:
    """Does it, and waits until these are closed."""

    async def hear(tab: Visitor) -> tuple[dict[str, Any], float]:
        return await closing(tab), time.monotonic()

    heard = [asyncio.create_task(hear(tab)) for tab in listening]
    await done
    was_done = time.monotonic()
    async with asyncio.timeout(BOUND):
        answers = await asyncio.gather(*heard)
    return Told([frame for frame, _ in answers], max(at for _, at in answers) - was_done)


async def is_alive(tab: Visitor) -> bool:
    """Whether it is open, and answered."""
    await tab.send({"type": "ping"})
    return bool((await tab.next("pong", "closing"))["type"] == "pong")
