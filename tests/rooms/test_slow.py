"""Readers that do not read, or die in the middle: they are served when they can be, and harm nobody. D2, I9, T4."""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from pytest_django import Settings
from websockets.frames import Frame, Opcode

from collab.rooms.session import Session
from tests.rooms.conftest import World
from tests.rooms.faults import PATIENCE
from tests.rooms.live import LiveServer, Visitor, live_server
from tests.rooms.test_commit import edit, set_
from tests.rooms.test_hubs import until, versions

BIG = 8_000
SMALL = 4_096  # bytes that a slow reader's kernel takes

pytestmark = pytest.mark.slow


@pytest_asyncio.fixture
async def server(world: World, settings: Settings, caplog: pytest.LogCaptureFixture) -> AsyncIterator[LiveServer]:
    """A server that takes as much as it can, and logs no error whatever its clients do."""
    settings.ROOM_LIMITS = {"submits_per_second": 1e6, "burst": 10**6}
    async with live_server() as running:
        yield running
    failures = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert failures == []


async def flood(writer: Visitor, watcher: Visitor, *, turns: int, since: int) -> None:
    """Big edits, each seen by a watcher before the next is made: what delays the watcher would end the test."""
    async with asyncio.timeout(PATIENCE):
        for version in range(since, since + turns):
            await writer.submit(edit("notes", chr(97 + version % 26) * BIG, *_replaced(version)), base=version)
            await writer.next("acked")
            await watcher.until_version(version + 1)


def _replaced(version: int) -> list[dict[str, int]]:
    return [{"d": BIG}] if version else []


async def session_of(server: LiveServer, visitor: Visitor) -> Session:
    hub = await server.hub()
    return next(each for each in hub.sessions() if each.id == visitor.joined["you"]["session"])


async def test_d2_who_stops_reading_delays_nobody_and_is_served_from_the_log(server: LiveServer, world: World) -> None:
    async with (
        server.join(world.people["alice"], world.form) as alice,
        server.join(world.people["bob"], world.form) as bob,
        server.join(world.people["dora"], world.form, receive_buffer=SMALL) as slow,
    ):
        session = await session_of(server, slow)
        await flood(alice, bob, turns=40, since=0)
        assert session._stalled is not None
        full = server.waiting_bytes
        await flood(alice, bob, turns=160, since=40)
        assert server.waiting_bytes <= full + 1_024  # 160 × 8,000 bytes later
        assert session.close_code is None

        frames = await slow.until_version(200)
        assert versions(frames) == list(range(1, 201))
        await flood(alice, bob, turns=3, since=200)
        assert versions(await slow.until_version(203)) == list(range(1, 204))


async def test_d2_memory_of_a_room_is_bounded_by_bytes(server: LiveServer, world: World) -> None:
    async with (
        server.join(world.people["alice"], world.form) as alice,
        server.join(world.people["bob"], world.form) as bob,
    ):
        await flood(alice, bob, turns=300, since=0)
        room = (await server.hub())._rooms[world.form.pk]
        assert sum(len(op.op) for run in room.tail for op in run.ops) <= 1_100_000


async def test_c4_who_stops_reading_is_not_read_and_gets_every_answer_later(server: LiveServer, world: World) -> None:
    async with (
        server.join(world.people["alice"], world.form) as alice,
        server.join(world.people["bob"], world.form) as bob,
        server.join(world.people["carol"], world.form, receive_buffer=SMALL) as slow,
    ):
        session = await session_of(server, slow)
        await flood(alice, bob, turns=40, since=0)
        assert session._stalled is not None
        seqs = [await slow.submit(set_("count", number), base=0) for number in range(150)]
        for _ in range(40):
            await slow.send({"type": "ping"})
        await flood(alice, bob, turns=5, since=(await in_thread(_version)(world)))
        assert len(session._outcomes) <= 64
        assert len(session._frames_missed) <= 1

        acked = [await slow.next("acked") for _ in seqs]
        assert [frame["seq"] for frame in acked] == seqs
        while len([frame for frame in slow.received if frame["type"] == "pong"]) < 40:
            await slow.next("pong")
        told = versions([frame for frame in slow.received if frame["type"] == "committed"])
        assert told == list(range(1, told[-1] + 1))


def _version(world: World) -> int:
    world.form.refresh_from_db()
    return world.form.version


async def test_d2_who_never_reads_again_is_let_go(
    server: LiveServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collab.rooms.session.STALL_SECONDS", 0.3)
    monkeypatch.setattr("collab.sockets.CLOSE_SECONDS", 0.3)
    monkeypatch.setattr("project.websocket.LINGER_SECONDS", 0.3)
    async with (
        server.join(world.people["alice"], world.form) as alice,
        server.join(world.people["bob"], world.form) as bob,
        server.join(world.people["dora"], world.form, receive_buffer=SMALL) as slow,
    ):
        session = await session_of(server, slow)
        await flood(alice, bob, turns=40, since=0)
        await asyncio.wait_for(session.gone.wait(), PATIENCE)
        assert session.close_code == 4408
        hub = await server.hub()
        await until(lambda: session not in hub.sessions())
        await until(lambda: server.waiting_bytes == 0)
        await flood(alice, bob, turns=3, since=40)


async def test_r1_who_answers_no_ping_is_let_go_with_what_it_has_not_taken(
    server: LiveServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that is only half there holds a little of what it was told, too little to be stalled by."""
    monkeypatch.setattr("project.websocket.LINGER_SECONDS", 0.3)
    async with (
        server.join(world.people["alice"], world.form) as alice,
        server.join(world.people["bob"], world.form) as bob,
    ):
        assert server._server is not None
        monkeypatch.setattr(server._server.config, "ws_ping_interval", 1.0)
        monkeypatch.setattr(server._server.config, "ws_ping_timeout", 0.3)
        async with server.join(world.people["dora"], world.form, receive_buffer=SMALL) as slow:
            session = await session_of(server, slow)
            version = 0
            while server.waiting_bytes == 0:
                await flood(alice, bob, turns=1, since=version)
                version += 1
            assert session._stalled is None
            hub = await server.hub()
            await until(lambda: session not in hub.sessions())
            await until(lambda: server.waiting_bytes == 0)


async def test_t4_who_does_not_read_what_it_joins_is_let_go(
    server: LiveServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collab.rooms.session.STALL_SECONDS", 0.3)
    monkeypatch.setattr("collab.sockets.CLOSE_SECONDS", 0.3)
    for version in range(60):
        await in_thread(world.submit)("alice", edit("notes", "x" * BIG, *_replaced(version)), base=version)
    async with server.visit(world.people["bob"], world.form, receive_buffer=SMALL) as bob:
        await bob.send({"type": "join", "client_id": bob.client_id, "since": 0, "want": "both"})
        hub = await server.hub()
        await until(lambda: hub.sessions())
        await until(lambda: not hub.sessions())


async def test_i9_connections_that_die_in_the_middle_harm_nobody(server: LiveServer, world: World) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    async with (
        server.join(world.people["alice"], world.form) as alice,
        server.join(world.people["bob"], world.form) as bob,
    ):
        for turn in range(25):
            victim = server.join(world.people["dora"], world.form, receive_buffer=SMALL)
            dying = await victim.__aenter__()
            busy = asyncio.create_task(flood(alice, bob, turns=10, since=10 * turn))
            for _ in range(chance.randrange(200)):  # somewhere in the middle
                await asyncio.sleep(0)
            reset(dying)
            await busy
            await victim.__aexit__(None, None, None)
        hub = await server.hub()
        await until(lambda: len(hub.sessions()) == 2)


def reset(visitor: Visitor) -> None:
    """The other end of the connection is torn away, not closed."""
    transport: Any = visitor.connection.transport
    raw: socket.socket = transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def test_i9_pings_of_who_does_not_read_do_not_pile_up(server: LiveServer, world: World) -> None:
    async with (
        server.join(world.people["alice"], world.form) as alice,
        server.join(world.people["bob"], world.form) as bob,
        server.join(world.people["dora"], world.form, receive_buffer=SMALL) as slow,
    ):
        session = await session_of(server, slow)
        await flood(alice, bob, turns=40, since=0)
        assert session._stalled is not None
        full = server.waiting_bytes
        pings = Frame(Opcode.PING, b"x" * 125).serialize(mask=True) * 2_000
        transport: Any = slow.connection.transport
        for _ in range(10):  # 2.6 MB of them
            transport.write(pings)
            await flood(alice, bob, turns=1, since=await in_thread(_version)(world))
        await until(lambda: transport.get_write_buffer_size() == 0)
        assert server.waiting_bytes <= full + 1_024
