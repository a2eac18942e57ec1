"""People of the demo at a site that runs elsewhere: they sign in, open the shift's logbook, and type."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from collab.accounts.demo import DEMO_PASSWORD
from tests.rooms.live import Visitor
from tests.sessions.browser import Browser


@dataclass(frozen=True, slots=True)
class Door:
    """Where a site is reached."""

    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def at_the_logbook(name: str, door: Door) -> AsyncIterator[Visitor]:
    """A person who has signed in there, and joined."""
    browser = Browser(door)
    answer = await browser.post("/api/session/", {"username": name, "password": DEMO_PASSWORD})
    assert answer.status == 200, answer
    forms = (await browser.get("/api/forms/")).json["forms"]
    logbook = next(form["id"] for form in forms if form["template"] == "shift-logbook")
    async with browser.socket(f"/ws/forms/{logbook}/") as visitor:
        yield await visitor.join()


async def write(visitor: Visitor, text: str) -> int:
    """Types into the summary; the version at which it is committed."""
    await visitor.submit({"kind": "edit", "field": "summary", "delta": [text]})
    acked = await visitor.next("acked")
    assert not acked["rejected"], acked
    return int(acked["version"])


async def summary(door: Door, name: str) -> str:
    async with at_the_logbook(name, door) as visitor:
        return str(visitor.joined["snapshot"]["values"]["summary"]["value"])


async def meet(one: Door, other: Door) -> None:
    """What Alice types at one door Bob sees at the other, and the other way round."""
    async with AsyncExitStack() as stack:
        alice = await stack.enter_async_context(at_the_logbook("alice", one))
        bob = await stack.enter_async_context(at_the_logbook("bob", other))
        for writer, reader, text in ((alice, bob, "from Alice "), (bob, alice, "from Bob ")):
            version = await write(writer, text)
            frames = await asyncio.wait_for(reader.until_version(version), 10)
            shown = [entry["op"] for frame in frames for entry in frame["ops"]]
            assert any(text in op["delta"] for op in shown), shown
