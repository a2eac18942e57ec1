"""A server that is told to end (SIGTERM), in a process of its own: what was submitted is answered, every socket is told
1012, the process ends in time, and people go on at another one with nothing lost and nothing twice. T4, C3, I1."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from typing import Any

import pytest
from channels.db import database_sync_to_async as in_thread
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from collab.rooms.models import Operation
from tests.rooms.conftest import World
from tests.rooms.elsewhere import process
from tests.rooms.faults import another_connection, backend_waiting_for, holding, postgresql_only
from tests.rooms.fold import assert_sound
from tests.rooms.live import LiveServer, Visitor, session_of
from tests.rooms.test_commit import add, cell, set_

pytestmark = pytest.mark.slow

GRACE = 5.0  # uvicorn's timeout_graceful_shutdown
PATIENCE = 30.0


@asynccontextmanager
async def server_elsewhere() -> AsyncIterator[tuple[asyncio.subprocess.Process, LiveServer]]:
    async with process("web") as running:
        assert running.stdout is not None
        yield running, LiveServer(int(await running.stdout.readline()))


async def stops_accepting(server: LiveServer) -> None:
    """Returns once nobody is let in any more."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            except OSError:
                return
            writer.close()
            await asyncio.sleep(0.01)


async def ends(running: asyncio.subprocess.Process) -> None:
    """It ends by itself, in time, and says that this was no failure."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with asyncio.timeout(GRACE * 3):  # the aim is the grace; a busy machine is no counterexample
        assert await running.wait() == 0
    print(f"ended {loop.time() - begun:.1f} s after its sockets")


def acked(frames: list[dict[str, Any]]) -> list[int]:
    return [frame["seq"] for frame in frames if frame["type"] == "acked"]


@postgresql_only
async def test_i1_what_was_submitted_is_answered_before_every_socket_is_told_1012(world: World) -> None:
    alice, bob = world.people["alice"], world.people["bob"]
    async with server_elsewhere() as (running, server), AsyncExitStack() as stack:
        writing = await stack.enter_async_context(server.join(alice, world.form))
        reading = await stack.enter_async_context(server.join(bob, world.form))
        cookie = [("Cookie", f"sessionid={await session_of(bob)}")]
        watch = await stack.enter_async_context(
            connect(f"ws://127.0.0.1:{server.port}/ws/session/", additional_headers=cookie)
        )
        with holding(world.form.pk) as other:
            seqs = [await writing.submit(set_("count", number)) for number in range(5)]
            await backend_waiting_for(other)
            running.terminate()
            await stops_accepting(server)
            late = await writing.submit(set_("count", 99))
            other.rollback()
        code, frames = await writing.closed()
        assert acked(frames) == seqs
        assert late not in acked(frames)
        assert (code, frames[-1]["type"], frames[-1]["code"]) == (1012, "closing", 1012)
        code, frames = await reading.closed()
        assert (code, frames[-1]["code"]) == (1012, 1012)
        assert [frame["to"] for frame in frames if frame["type"] == "committed"][-1] == 5
        with suppress(ConnectionClosed):
            async for told in watch:
                last = told
        assert (watch.close_code, '"code":1012' in str(last)) == (1012, True)
        await ends(running)


@postgresql_only
async def test_i8_a_form_that_stays_held_does_not_keep_the_process(world: World) -> None:
    alice = world.people["alice"]
    async with server_elsewhere() as (running, server), server_elsewhere() as (_, another):
        async with server.join(alice, world.form) as first:
            with holding(world.form.pk) as other:
                seq = await first.submit(set_("count", 7))
                await backend_waiting_for(other)
                running.terminate()
                code, frames = await first.closed()
                assert (code, acked(frames)) == (1012, [])
                await ends(running)
        async with another.join(alice, world.form) as again:
            assert again.joined["last_seq"] < seq
            assert await again.submit(set_("count", 7), base=0) == seq
            assert (await again.next("acked"))["version"] == 1
        await in_thread(assert_sound)(world.form)


@postgresql_only
async def test_i8_a_database_that_hangs_does_not_keep_the_process(world: World) -> None:
    alice = world.people["alice"]
    async with server_elsewhere() as (running, server), server.join(alice, world.form) as visitor:
        with closing(another_connection()) as other:
            other.execute("LOCK TABLE rooms_form IN ACCESS EXCLUSIVE MODE")  # not even SKIP LOCKED goes past this
            await visitor.submit(set_("count", 7))
            await backend_waiting_for(other)
            running.terminate()
            code, frames = await visitor.closed()
            assert (code, acked(frames)) == (1012, [])
            await ends(running)


async def test_c3_edits_under_way_are_answered_or_come_again_exactly_once(world: World) -> None:
    """Three people type without a pause; the process is told to end in the middle; they go on at another."""
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    await in_thread(world.submit)("alice", *[add(f"row-{number:04}") for number in range(3)], base=0)
    names = ["alice", "bob", "carol"]
    async with server_elsewhere() as (running, first), server_elsewhere() as (_, second), AsyncExitStack() as stack:
        people = [
            await stack.enter_async_context(first.join(world.people[name], world.form, client_id=f"{name}-typing"))
            for name in names
        ]
        typists = [asyncio.create_task(type_until_closed(visitor, number)) for number, visitor in enumerate(people)]
        await people[0].next("acked")
        await asyncio.sleep(chance.random() / 5)  # any moment will do
        running.terminate()
        sent = [await typist for typist in typists]
        ended = [await visitor.closed() for visitor in people]
        await ends(running)
        assert [code for code, _ in ended] == [1012] * 3
        assert all(frames[-1]["type"] == "closing" for _, frames in ended)
        for number, (_, frames) in enumerate(ended):
            await send_again(second, world, names[number], number, set(sent[number]) - set(acked(frames)))
            assert acked(frames), "nothing was answered before the end"
    await in_thread(assert_sound)(world.form)
    logged = await in_thread(logged_submits)(world)
    expected = {(f"{name}-typing", seq) for name, seqs in zip(names, sent, strict=True) for seq in seqs}
    assert logged == Counter(expected)


def op_of(number: int, seq: int) -> dict[str, Any]:
    """Each types into a cell of its own, so that nothing is refused."""
    return cell(f"row-{number:04}", "value", seq)


async def type_until_closed(visitor: Visitor, number: int) -> list[int]:
    sent: list[int] = []
    with suppress(ConnectionClosed):
        while True:
            seq = await visitor.submit(op_of(number, len(sent) + 1))
            sent.append(seq)
            await asyncio.sleep(0.012)  # a rate that is allowed
    return sent


async def send_again(server: LiveServer, world: World, name: str, number: int, unanswered: set[int]) -> None:
    """As a browser does: the very same submits, in their order (C3)."""
    async with server.join(world.people[name], world.form, client_id=f"{name}-typing") as visitor:
        for seq in sorted(unanswered):
            frame = {"type": "submit", "seq": seq, "base": 3, "ops": [op_of(number, seq)]}
            await visitor.send(frame)
            answer = await visitor.next("acked")
            assert (answer["seq"], answer["rejected"]) == (seq, [])


def logged_submits(world: World) -> Counter[tuple[str, int]]:
    clients = dict(world.form.clients.values_list("n", "client_id"))
    found = Operation.objects.filter(form=world.form).values_list("by", "seq")
    return Counter((clients[by], seq) for by, seq in found if clients[by].endswith("-typing"))
