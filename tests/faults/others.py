"""People beside the crowd, on forms of their own, and how long a pair of tabs waits for each other."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.faults.site import Site
from tests.rooms.live import Visitor
from tests.sessions.browser import PASSWORD, Browser

TURN_SECONDS = 0.02  # at the least: a session may send so many frames a second, and no more


async def signed_in(site: Site, person: str) -> Browser:
    browser = Browser(site.webs[0])
    answer = await browser.post("/api/session/", {"username": person, "password": PASSWORD})
    assert answer.status == 200, answer
    return browser


class Pair:
    """Two tabs of one person on one form: what one writes the other waits for."""

    def __init__(self, writer: Visitor, reader: Visitor) -> None:
        self.version = writer.joined["version"]
        self._writer = writer
        self._reader = reader
        self._length = 0

    async def write(self, *, turns: int, size: int) -> float:
        """Replaces a text again and again: the 95th percentile of the time until the other has it."""
        delays = []
        for turn in range(turns):
            began = time.monotonic()
            old = [{"d": self._length}] if self._length else []
            delta = [chr(97 + turn % 26) * size, *old]
            await self._writer.submit({"kind": "edit", "field": "notes", "delta": delta}, base=self.version)
            while (await self._reader.next("committed"))["to"] <= self.version:
                pass
            delays.append(time.monotonic() - began)
            acked = await self._writer.next("acked")
            assert acked["rejected"] == []
            self.version, self._length = acked["version"], size
            self._writer.received.clear()
            self._reader.received.clear()
            await asyncio.sleep(began + TURN_SECONDS - time.monotonic())
        return percentile(delays, 0.95)


@asynccontextmanager
async def pair_on(browser: Browser, form: str) -> AsyncIterator[Pair]:
    path = f"/ws/forms/{form}/"
    async with browser.socket(path) as writer, browser.socket(path) as reader:
        await writer.join()
        await reader.join()
        yield Pair(writer, reader)


def percentile(values: Sequence[float], part: float) -> float:
    return round(sorted(values)[math.ceil(part * len(values)) - 1], 4)
