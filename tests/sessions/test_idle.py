"""The idle limit, in seconds: who does nothing is warned and then signed out, whoever types stays, wherever they do.

Two servers in this process, which share nothing but the database, each with a watch of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from pytest_django import Settings

from collab.accounts.ended import Ended
from collab.accounts.models import End, SignIn
from tests.rooms.conftest import World
from tests.rooms.live import LiveServer, Visitor, live_server
from tests.rooms.test_commit import set_
from tests.sessions.browser import Browser, closing
from tests.sessions.tabs import Tabs, tabs

LIMIT = 3.0
GRACE = 0.3  # a tenth of it: so seldom is activity written down
LOOK = 0.1
SLACK = 2.0  # of a busy machine

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def limit(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.IDLE_MINUTES = LIMIT / 60
    monkeypatch.setattr("collab.accounts.watch.LOOK_SECONDS", LOOK)


@pytest_asyncio.fixture
async def here(limit: None, world: World) -> AsyncIterator[LiveServer]:
    async with live_server() as server:
        yield server


@pytest_asyncio.fixture
async def there(limit: None, world: World) -> AsyncIterator[LiveServer]:
    async with live_server() as server:
        yield server


async def warned(tab: Visitor) -> int:
    """Waits for the warning; in how many seconds it will be over."""
    while (seconds := (await tab.next("idle", "closing"))["seconds"]) is None:
        pass
    return int(seconds)


def idle_seconds() -> float:
    """For how long nothing had been done when the last sign-in was ended."""
    last = SignIn.objects.latest("generation")
    assert last.ended_at is not None
    return (last.ended_at - last.active_at).total_seconds()


async def at_ease(tab: Visitor) -> None:
    """Waits until all is well again."""
    while (await tab.next("idle", "closing"))["seconds"] is not None:
        pass


async def test_who_does_nothing_is_warned_and_then_signed_out(here: LiveServer, world: World) -> None:
    began = time.monotonic()
    alice = await Browser(here).signed_in(world.people["alice"])
    async with tabs(alice, world.form, [here]) as open:
        for tab in open.all:
            assert 0 < await warned(tab) <= LIMIT / 2
        told = await asyncio.gather(*(closing(tab) for tab in open.all))
        took = time.monotonic() - began
    assert took < LIMIT + GRACE + SLACK
    assert await in_thread(idle_seconds)() >= LIMIT
    reason = Ended(0, End.IDLE).reason
    assert {(frame["code"], frame["why"], frame["reason"]) for frame in told} == {(4401, "idle", reason)}
    answer = await alice.get("/api/forms/")
    assert (answer.status, answer.json["message"]) == (401, reason)


async def test_the_countdown_counts_down(here: LiveServer, world: World) -> None:
    alice = await Browser(here).signed_in(world.people["alice"])
    async with alice.watch() as tab:
        await closing(tab)
    seconds = [frame["seconds"] for frame in tab.received if frame["type"] == "idle"]
    assert len(seconds) > 3
    assert seconds == sorted(seconds, reverse=True)


async def submits(open: Tabs, browser: Browser) -> None:
    (room,) = open.rooms
    await room.submit(set_("count", time.monotonic_ns() % 1_000), base=room.joined["version"])


async def goes_to_a_field(open: Tabs, browser: Browser) -> None:
    (room,) = open.rooms
    await room.send({"type": "focus", "at": {"field": "notes"}, "selection": [0, 0], "base": 0})


async def says_so(open: Tabs, browser: Browser) -> None:
    assert (await browser.post("/api/session/activity/")).status == 204


async def loads_a_page(open: Tabs, browser: Browser) -> None:
    assert (await browser.get("/")).status == 200


Act = Callable[[Tabs, Browser], Awaitable[Any]]


@pytest.mark.parametrize("act", [submits, goes_to_a_field, says_so, loads_a_page])
async def test_whoever_does_something_stays(here: LiveServer, world: World, act: Act) -> None:
    """Once when they are warned, which takes the warning back; then all the time, and are not even warned."""
    alice = await Browser(here).signed_in(world.people["alice"])
    async with tabs(alice, world.form, [here]) as open:
        hearing = [asyncio.create_task(warned(tab)) for tab in open.all]
        await asyncio.gather(*hearing)
        await act(open, alice)
        await asyncio.gather(*(at_ease(tab) for tab in open.all))
        frames = sum(len(tab.received) for tab in open.all)
        until = time.monotonic() + 1.2 * LIMIT
        while time.monotonic() < until:
            await act(open, alice)
            await asyncio.sleep(LIMIT / 10)
        for tab in open.all:
            await tab.send({"type": "ping"})
            await tab.next("pong")
            assert [frame for frame in tab.received[frames:] if frame["type"] in ("idle", "closing")] == []


async def test_what_is_done_at_another_server_counts(here: LiveServer, there: LiveServer, world: World) -> None:
    alice = await Browser(here).signed_in(world.people["alice"])
    async with tabs(alice, world.form, [here]) as quiet, tabs(alice.at(there), world.form, [there]) as busy:
        until = time.monotonic() + 1.2 * LIMIT
        while time.monotonic() < until:
            await goes_to_a_field(busy, alice)
            await asyncio.sleep(LIMIT / 10)
        for tab in quiet.all:
            await tab.send({"type": "ping"})
            await tab.next("pong")
            assert [frame for frame in tab.received if frame["type"] in ("idle", "closing")] == []


async def test_asking_who_is_here_and_pinging_is_nothing_done(here: LiveServer, world: World) -> None:
    """What a page does by itself keeps nobody signed in."""
    alice = await Browser(here).signed_in(world.people["alice"])
    began = time.monotonic()
    async with tabs(alice, world.form, [here]) as open:
        ended = [asyncio.create_task(closing(tab)) for tab in open.all]
        while not all(each.done() for each in ended):
            assert time.monotonic() - began < LIMIT + GRACE + SLACK
            await alice.get("/api/session/")
            for tab in open.all:
                if not ended[open.all.index(tab)].done():
                    await tab.send({"type": "ping"})
            await asyncio.sleep(LIMIT / 10)
        assert {(await each)["why"] for each in ended} == {"idle"}


async def test_nobody_is_ended_early(here: LiveServer, there: LiveServer, world: World) -> None:
    """Who was last active at some moment is there until the limit after it, whichever server hears of it."""
    alice = await Browser(here).signed_in(world.people["alice"])
    async with tabs(alice, world.form, [here]) as one, tabs(alice.at(there), world.form, [there]) as other:
        await asyncio.gather(*(warned(tab) for tab in one.all + other.all))
        await goes_to_a_field(other, alice)
        active = time.monotonic()
        told = await asyncio.gather(*(closing(tab) for tab in one.all + other.all))
        took = time.monotonic() - active
    assert {frame["why"] for frame in told} == {"idle"}
    assert LIMIT <= took < LIMIT + 2 * GRACE + SLACK


async def test_without_a_limit_nobody_is_signed_out(here: LiveServer, world: World, settings: Settings) -> None:
    settings.IDLE_MINUTES = 0
    alice = await Browser(here).signed_in(world.people["alice"])
    await in_thread(SignIn.objects.update)(active_at="2020-01-01T00:00:00Z")
    async with tabs(alice, world.form, [here]) as open:
        watch = (await here.runtime()).watch
        await watch.look()
        for tab in open.all:
            await tab.send({"type": "ping"})
            await tab.next("pong")
            assert "idle" not in [frame["type"] for frame in tab.received]
