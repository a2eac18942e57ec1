"""A tab of the older device that reads nothing: its connection goes in time, and it can write nothing. S1, S2, I9."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from pytest_django import Settings
from websockets.exceptions import ConnectionClosed

from collab.accounts.news import LAYER
from tests.rooms.conftest import World
from tests.rooms.live import LiveServer, Visitor, live_server
from tests.rooms.test_commit import set_
from tests.rooms.test_hubs import until
from tests.rooms.test_slow import SMALL, flood
from tests.sessions.browser import Browser

BOUND = 5.0

pytestmark = pytest.mark.slow


@pytest.fixture(params=["heard", "lost"])
def news(request: pytest.FixtureRequest, settings: Settings) -> str:
    """Whether it is told that the sign-in ended, or must be found by looking."""
    if request.param == "lost":
        settings.CHANNEL_LAYERS = {**settings.CHANNEL_LAYERS, LAYER: {"BACKEND": "tests.sessions.layers.Silent"}}
    return str(request.param)


@pytest_asyncio.fixture
async def here(world: World, settings: Settings, news: str) -> AsyncIterator[LiveServer]:
    settings.ROOM_LIMITS = {"submits_per_second": 1e6, "burst": 10**6}
    async with live_server() as running:
        yield running


@asynccontextmanager
async def stalled(server: LiveServer, world: World) -> AsyncIterator[Visitor]:
    """Alice's tab, which takes nothing any more while Bob writes."""
    alice = await Browser(server).signed_in(world.people["alice"])
    async with (
        server.join(world.people["bob"], world.form) as bob,
        server.join(world.people["carol"], world.form) as carol,
        alice.room(world.form, sock=server._socket(SMALL), max_queue=1) as tab,
    ):
        await flood(bob, carol, turns=40, since=0)
        hub = await server.hub()
        (session,) = [each for each in hub.sessions() if each.id == tab.joined["you"]["session"]]
        assert session._stalled is not None
        yield tab


def is_connected(server: LiveServer, tab: Visitor) -> bool:
    """Whether the server still holds the connection."""
    assert server._server is not None
    connections: Any = server._server.server_state.connections
    return tab.connection.local_address in [connection.client for connection in connections]


def version_of(world: World) -> int:
    world.form.refresh_from_db()
    return world.form.version


async def nothing_more(tab: Visitor) -> None:
    pass


async def submits(tab: Visitor) -> None:
    """What it sends waits in the server's kernel, and may be read once the room has let it go."""
    for number in range(20):
        await tab.submit(set_("temperature", number), base=0)


async def joins_again(tab: Visitor) -> None:
    """One frame more is read while a tab is stalled; the one after it, when it is let go."""
    await tab.submit(set_("temperature", -1), base=0)
    await tab.send({"type": "join", "client_id": tab.client_id, "since": None, "want": "snapshot"})
    await submits(tab)


@pytest.mark.parametrize("sends", [nothing_more, submits, joins_again])
async def test_s2_who_reads_nothing_is_cut_off(
    here: LiveServer, world: World, sends: Callable[[Visitor], Awaitable[None]]
) -> None:
    async with stalled(here, world) as tab:
        await sends(tab)
        began = asyncio.get_running_loop().time()
        await Browser(here, device="Chrome on Windows").signed_in(world.people["alice"])
        head = await in_thread(version_of)(world)
        async with asyncio.timeout(BOUND):
            await until(lambda: not is_connected(here, tab))
        print(f"cut off after {asyncio.get_running_loop().time() - began:.3f} s")
        hub = await here.hub()
        assert sorted(session.person.user.name for session in hub.sessions()) == ["Bob", "Carol"]
    assert await in_thread(version_of)(world) == head


async def test_s2_who_asks_and_does_not_hear_the_answers_is_cut_off_too(here: LiveServer, world: World) -> None:
    """The watch of another page: pings without end, whose pongs nobody takes."""
    alice = await Browser(here).signed_in(world.people["alice"])
    async with alice.watch(sock=here._socket(SMALL), max_queue=1) as tab:
        pinging = asyncio.create_task(ping_on(tab))
        await until(lambda: here.waiting_bytes > 0)
        await Browser(here, device="Chrome on Windows").signed_in(world.people["alice"])
        async with asyncio.timeout(BOUND):
            await until(lambda: not is_connected(here, tab))
        pinging.cancel()


async def ping_on(tab: Visitor) -> None:
    with suppress(ConnectionClosed):
        while True:
            await tab.send({"type": "ping"})
            await asyncio.sleep(0)  # the server's turn, in this loop
