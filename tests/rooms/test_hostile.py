"""Clients that mean harm: no exception leaves the handler, no other session notices. T4, T5, C4, I9."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from pytest_django import Settings
from websockets.exceptions import ConnectionClosed

from collab.accounts.models import User
from tests.rooms.conftest import World
from tests.rooms.faults import PATIENCE
from tests.rooms.fold import assert_sound
from tests.rooms.hostile import Hostile
from tests.rooms.live import LiveServer, Visitor, live_server
from tests.rooms.test_commit import add, edit
from tests.rooms.test_hubs import until

FRAMES = 20_000
AT_ONCE = 24
PER_SOCKET = 30

pytestmark = pytest.mark.slow


@pytest_asyncio.fixture
async def server(world: World, settings: Settings, caplog: pytest.LogCaptureFixture) -> AsyncIterator[LiveServer]:
    """A server that reads as fast as it can; nothing goes wrong in it that it would log, or asyncio tell of."""
    settings.ROOM_LIMITS = {"submits_per_second": 1e6, "burst": 10**6}
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
    async with live_server() as running:
        yield running
    assert told == []
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR or each.exc_info] == []


class Pair:
    """Two people who write one text together, in the middle of it all. Every edit is answered and seen."""

    def __init__(self, one: Visitor, other: Visitor) -> None:
        self._visitors = (one, other)
        self.exchanged = 0

    async def write(self) -> None:
        while True:
            for writer, reader in (self._visitors, self._visitors[::-1]):
                async with asyncio.timeout(PATIENCE):
                    await self._one_edit(writer, reader)
                self.exchanged += 1

    async def _one_edit(self, writer: Visitor, reader: Visitor) -> None:
        seq = await writer.submit(edit("title", f"{self.exchanged} "), base=writer.joined["version"])
        acked = await writer.next("acked")
        assert (acked["seq"], acked["rejected"]) == (seq, [])
        writer.joined["version"] = acked["version"]
        while (await reader.next("committed"))["to"] < acked["version"]:
            pass
        for visitor in self._visitors:
            visitor.received.clear()


async def test_t5_hostile_frames_harm_nobody(server: LiveServer, world: World) -> None:
    seed = int(os.environ.get("SEED", random.randrange(2**32)))
    print("seed", seed)
    chance = random.Random(seed)
    mallory = await in_thread(world.person)("mallory")
    await in_thread(world.submit)("alice", add("row-0001"), add("row-0002"), base=0)
    async with (
        server.join(world.people["alice"], world.form) as alice,
        server.join(world.people["bob"], world.form) as bob,
    ):
        pair = Pair(alice, bob)
        writing = asyncio.create_task(pair.write())
        sent = 0
        while sent < FRAMES:
            attacks = [
                attack(
                    server,
                    world,
                    chance.choice([mallory, world.people["dora"]]),
                    Hostile(random.Random(chance.random())),
                )
                for _ in range(AT_ONCE)
            ]
            sent += sum(await asyncio.gather(*attacks))
            assert not writing.done(), writing.exception()
        before = pair.exchanged
        await until(lambda: pair.exchanged >= before + 2 or writing.done())
        assert not writing.done(), writing.exception()
        writing.cancel()
        print(f"{sent} hostile frames; the pair exchanged {pair.exchanged} edits meanwhile")
        assert pair.exchanged > 50
        hub = await server.hub()
        await until(lambda: len(hub.sessions()) == 2)
    await in_thread(assert_sound)(world.form)


async def attack(server: LiveServer, world: World, user: User, hostile: Hostile) -> int:
    """One socket: frames that it survives, each submit with one answer, and one that it does not. How many it sent."""
    async with server.join(user, world.form, client_id=hostile.client_id(), want="tail") as visitor:
        frames = [hostile.frame() for _ in range(PER_SOCKET)]
        for frame in frames:
            await visitor.connection.send(frame)
        submits = sum(json.loads(frame)["type"] == "submit" for frame in frames)
        for _ in range(submits):
            await visitor.next("acked")
        data, is_text = hostile.last_words()
        await visitor.connection.send(data, text=is_text)
        code, told = await visitor.closed()
        assert code in (4400, 1009), (code, data[:200])
        if code == 4400:
            assert [frame["type"] for frame in told[-2:]] == ["error", "closing"], data[:200]
        return len(frames) + 1


async def test_t5_broken_websockets_harm_nobody(server: LiveServer, world: World) -> None:
    seed = int(os.environ.get("SEED", random.randrange(2**32)))
    print("seed", seed)
    hostile = Hostile(random.Random(seed))
    async with server.join(world.people["alice"], world.form) as alice:
        for _ in range(200):
            async with server.join(world.people["dora"], world.form) as visitor:
                transport: Any = visitor.connection.transport
                transport.write(hostile.violation())
                await alice.submit(edit("title", "x"), base=alice.joined["version"])
                alice.joined["version"] = (await alice.next("acked"))["version"]
                transport.write_eof()
                with suppress(ConnectionClosed, TimeoutError):
                    await asyncio.wait_for(visitor.closed(), PATIENCE)
        hub = await server.hub()
        await until(lambda: len(hub.sessions()) == 1)


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": "sessionid=\xff\xfe"},
        {"Cookie": 'sessionid="' + "\\000" * 32 + '"'},
        {"Cookie": "sessionid=" + "x" * 4_000},
        {"Cookie": "; ; =; sessionid"},
        {"Origin": "http://["},
        {"Origin": "http://127.0.0.1:99999999"},
        {"Host": "[", "Origin": "http://["},
        {"Host": "127.0.0.1:x", "Origin": "http://127.0.0.1:x"},
        {"Host": "", "Origin": ""},
        {"Origin": "\xff"},
    ],
)
async def test_t5_hostile_handshakes_harm_nobody(server: LiveServer, world: World, headers: dict[str, str]) -> None:
    lines = {
        "Host": f"127.0.0.1:{server.port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    for path in (f"/ws/forms/{world.form.pk}/", "/ws/forms/%00%ff/", "/ws/forms/a\x01b/", "/ws/nothing/", "/ws/%0A"):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1"))
        status = await asyncio.wait_for(reader.readline(), PATIENCE)
        assert status.split()[1] in (b"101", b"400", b"403"), status
        writer.transport.abort()
