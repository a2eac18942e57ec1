"""How long a socket of the older device can live when what should end it at once is ill. S2, I9.

Within 5 seconds, whatever the channel layer does: it loses the message, stands still, is gone, or is busy with a room.
"""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import redis
from channels.db import database_sync_to_async as in_thread
from channels.layers import get_channel_layer
from django.conf import settings

from collab.accounts.models import User
from collab.rooms.hub import group_of
from collab.rooms.models import Form
from collab.rooms.opening import read_run
from tests import services
from tests.rooms.conftest import World
from tests.rooms.live import Visitor
from tests.rooms.test_commit import set_
from tests.rooms.test_hubs import redis_only
from tests.sessions.browser import Browser, closing
from tests.sessions.conftest import Pair
from tests.sessions.line import line_to
from tests.sessions.processes import Server, server

AT_ONCE = 1.0
BOUND = 5.0
SIGN_IN_BOUND = 5.0
"""A sign-in tries for two seconds to tell the others; the rest is a busy machine's."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


@dataclass(frozen=True, slots=True)
class Took:
    """How long a sign-in took, and how long after it was made the last socket of the older device was closed."""

    signing_in: float
    closing: float

    def __str__(self) -> str:
        return f"signed in within {self.signing_in:.3f} s, closed after {self.closing:.3f} s"


class Tabs:
    """What the older device has open: a room and another page at each of the servers."""

    def __init__(self, stack: AsyncExitStack, user: User, form: Form) -> None:
        self._stack = stack
        self._user = user
        self._form = form
        self._open: list[Visitor] = []

    async def open(self, *sites: Any) -> None:
        browser = await Browser(sites[0]).signed_in(self._user)
        for site in sites:
            here = browser.at(site)
            self._open += [await self._stack.enter_async_context(tab) for tab in (here.room(self._form), here.watch())]

    async def sign_in_at(self, site: Any) -> Took:
        """Somewhere else, and all of these are closed."""
        closings = [asyncio.create_task(_closed(tab)) for tab in self._open]
        began = time.time()
        await Browser(site, device="Chrome on Windows").signed_in(self._user)
        signing_in = time.time() - began
        async with asyncio.timeout(BOUND + 1):
            return Took(signing_in, closing=max(await asyncio.gather(*closings)))


async def _closed(tab: Visitor) -> float:
    """How long after the new sign-in it was."""
    told = await closing(tab)
    now = time.time()
    assert (told["code"], told["why"], told["device"]) == (4409, "replaced", "Chrome on Windows")
    return now - datetime.fromisoformat(told["at"]).timestamp()


async def test_s2_within_a_second_through_the_channel_layer(pair: Pair, world: World) -> None:
    took = []
    for _ in range(10):
        async with AsyncExitStack() as stack:
            tabs = Tabs(stack, world.people["alice"], world.form)
            await tabs.open(*dict.fromkeys(pair))
            took.append(await tabs.sign_in_at(pair[1]))
    assert_at_once(took)


def assert_at_once(took: list[Took]) -> None:
    print(*took, sep="\n")
    assert median(each.closing for each in took) < AT_ONCE
    assert max(each.closing for each in took) < BOUND


@redis_only
async def test_s2_the_message_is_suppressed(folder: Path, world: World, pair: Pair) -> None:
    async with line_to(settings.REDIS_URL) as line, AsyncExitStack() as stack:
        deaf = await in_thread(stack.enter_context)(server(folder, REDIS_URL=line.url))
        tabs = Tabs(stack, world.people["alice"], world.form)
        await tabs.open(deaf)
        line.deaf = True
        took = await tabs.sign_in_at(pair[0])
        print(took)
        assert 0.1 < took.closing < BOUND  # at once would mean that it heard of it


@redis_only
async def test_s2_when_redis_is_back_it_is_heard_of_at_once_again(folder: Path, world: World, stack: ExitStack) -> None:
    """At servers that do not look: what they hear is all they know."""
    async with line_to(settings.REDIS_URL) as line:

        def start() -> Pair:
            one, other = (stack.enter_context(server(folder, planted="no_look", REDIS_URL=line.url)) for _ in range(2))
            return one, other

        one, other = await in_thread(start)()
        line.cut()
        await Browser(one).signed_in(world.people["bob"])  # tells, in vain, and knows that Redis is gone
        line.mend()
        async with asyncio.timeout(30):
            while not await is_told_at_once(one, other, world):
                pass


async def is_told_at_once(one: Server, other: Server, world: World) -> bool:
    async with AsyncExitStack() as sockets:
        tabs = Tabs(sockets, world.people["alice"], world.form)
        await tabs.open(one, other)
        try:
            took = await tabs.sign_in_at(other)
        except TimeoutError:
            return False
    print(took)
    return took.closing < AT_ONCE


def stand_still(server: services.Server) -> None:
    server.process.send_signal(signal.SIGSTOP)


def die(server: services.Server) -> None:
    server.process.kill()


@redis_only
@pytest.mark.parametrize("stop", [stand_still, die])
async def test_s2_redis_is_stopped(
    folder: Path, world: World, stop: Callable[[services.Server], None], stack: ExitStack
) -> None:
    own = stack.enter_context(services.valkey())
    one, other = (stack.enter_context(server(folder, REDIS_URL=own.url)) for _ in range(2))
    async with AsyncExitStack() as sockets:
        tabs = Tabs(sockets, world.people["alice"], world.form)
        await tabs.open(one, other)
        stop(own)
        took = await tabs.sign_in_at(other)
        print(took)
        assert took.signing_in < SIGN_IN_BOUND
        assert took.closing < BOUND
    if stop is stand_still:
        own.process.send_signal(signal.SIGCONT)
        async with AsyncExitStack() as sockets:
            tabs = Tabs(sockets, world.people["alice"], world.form)
            await tabs.open(one, other)
            again = await tabs.sign_in_at(one)
            print(f"when it went on: {again}")
            assert again.closing < BOUND


@redis_only
async def test_s2_a_noisy_room_delays_nobody(pair: Pair, world: World) -> None:
    took = []
    for number in range(5):
        async with AsyncExitStack() as stack:
            tabs = Tabs(stack, world.people["alice"], world.form)
            await tabs.open(pair[0])  # the other has nobody in the room, and goes about the sign-in undisturbed
            await in_thread(world.submit)("bob", set_("count", number), base=number)
            await flood(world.form, await noise(world.form, number + 1))
            took.append(await tabs.sign_in_at(pair[1]))
    assert_at_once(took)


async def noise(form: Form, version: int) -> list[dict[str, Any]]:
    """What a room hears all day: runs that it has already, people who move."""
    run = await in_thread(read_run)(form.pk, version - 1, up_to=version)
    assert run is not None
    moved = {"session": "nobody", "at": {"field": "notes"}, "selection": None, "base": 0}
    presence = json.dumps({"type": "presence", "joined": [], "left": [], "changed": [moved]})
    common = {"hub": "another", "form": str(form.pk)}
    return [{**common, "type": "run", **run.pack()}, {**common, "type": "presence", "frame": presence}]


async def flood(form: Form, messages: list[dict[str, Any]], count: int = 10_000) -> None:
    """So many messages to the room of a form, all at once."""
    layer = get_channel_layer()
    channel = layer._get_group_channel_name(group_of(form.pk))
    packed = [layer.serialize(message) for message in messages]

    def publish() -> None:
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            pipeline = client.pipeline(transaction=False)
            for number in range(count):
                pipeline.publish(channel, packed[number % len(packed)])
            assert min(pipeline.execute()) >= 1  # everybody was told

    await in_thread(publish)()


async def test_s2_who_joins_again_and_again_is_closed_as_well(pair: Pair, world: World) -> None:
    for _ in range(20):
        user = world.people["alice"]
        older = await Browser(pair[0]).signed_in(user)
        async with older.room(world.form) as visitor:
            again = asyncio.create_task(join_again_and_again(visitor))
            await Browser(pair[1], device="Chrome on Windows").signed_in(user)
            async with asyncio.timeout(BOUND):
                told = await closing(visitor)
            assert (told["code"], told["why"]) == (4409, "replaced")
            again.cancel()


async def join_again_and_again(visitor: Visitor) -> None:
    while True:
        await visitor.send({"type": "join", "client_id": visitor.client_id, "since": 0, "want": "snapshot"})
        await asyncio.sleep(0)
