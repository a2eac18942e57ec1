"""What a person, a session and a room may hold and send, and what is said to who is over it. I9, T4, L1 to L5."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async as in_thread
from django.test import Client
from pytest_django import Settings
from websockets.asyncio.client import connect

from collab.rooms.limits import RoomLimits, TokenBucket
from collab.rooms.throttle import Throttle, TooMuch
from tests.rooms.conftest import World
from tests.rooms.elsewhere import process
from tests.rooms.faults import ON_POSTGRESQL
from tests.rooms.live import LiveServer, Visitor, live_server, session_of
from tests.rooms.test_commit import edit, set_


def told(frames: list[dict[str, Any]]) -> tuple[int, str | None]:
    """Code and ``why`` of the last frame, and that there are words for people."""
    closing = frames[-1]
    assert closing["type"] == "closing"
    assert closing["reason"]
    return closing["code"], closing.get("why")


# --- L1: frames ------------------------------------------------------------------------------------


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_l1_the_defaults_hold_what_was_promised() -> None:
    limits = RoomLimits()
    assert (limits.submits_per_second, limits.burst, limits.sockets_per_user) == (100.0, 200, 200)
    clock = Clock()
    bucket = TokenBucket(rate=limits.submits_per_second, burst=limits.burst, clock=clock)
    assert sum(bucket.take() for _ in range(500)) == 200
    for _ in range(10):
        clock.now += 1
        assert sum(bucket.take() for _ in range(500)) == 100


async def test_l1_frames_are_counted_by_session_and_each_setting_is_told(world: World, settings: Settings) -> None:
    settings.ROOM_LIMITS = {"submits_per_second": 1e-9, "burst": 40, "ops_per_submit": 7, "text_length": 99}
    async with live_server() as server:
        alice, bob = world.people["alice"], world.people["bob"]
        async with server.join(alice, world.form) as one, server.join(bob, world.form) as other:
            limits = one.joined["limits"]
            assert (limits["submits_per_second"], limits["burst"]) == (1e-9, 40)
            assert (limits["ops_per_submit"], limits["text_length"]) == (7, 99)
            for _ in range(40):
                await one.send({"type": "ping"})
            code, frames = await one.closed()
            assert code == 4429
            assert told(frames) == (4429, "frames")
            await other.submit(set_("done", True))  # from the same address
            await other.next("acked")


async def test_l1_a_sign_in_watch_is_counted_too(world: World, settings: Settings) -> None:
    settings.ROOM_LIMITS = {"submits_per_second": 1e-9, "burst": 40}
    cookie = [("Cookie", f"sessionid={await session_of(world.people['alice'])}")]
    async with live_server() as server:
        async with connect(f"ws://127.0.0.1:{server.port}/ws/session/", additional_headers=cookie) as watch:
            visitor = Visitor(watch, "alice-watches")
            for _ in range(41):
                await visitor.send({"type": "ping"})
            assert told((await visitor.closed())[1]) == (4429, "frames")


async def test_l1_more_ops_than_fit_here_are_malformed(world: World, settings: Settings) -> None:
    settings.ROOM_LIMITS = {"ops_per_submit": 2}
    async with live_server() as server, server.join(world.people["alice"], world.form) as alice:
        await alice.submit(*[set_("count", number) for number in range(2)])
        await alice.next("acked")
        await alice.submit(*[set_("count", number) for number in range(3)])
        assert (await alice.closed())[0] == 4400


# --- L2: people ------------------------------------------------------------------------------------


async def test_l2_a_full_room_lets_nobody_else_in_until_somebody_leaves(world: World, settings: Settings) -> None:
    settings.ROOM_LIMITS = {"people_per_room": 2}
    people = world.people
    async with live_server() as server:
        async with server.join(people["alice"], world.form) as alice:
            async with server.join(people["bob"], world.form):
                async with server.visit(people["carol"], world.form) as carol:
                    await carol.send({"type": "join", "client_id": "carol-tab", "since": None, "want": "snapshot"})
                    code, frames = await carol.closed()
                    assert (code, told(frames)) == (4429, (4429, "people"))
                other = await in_thread(world.new_form)("Another")
                async with server.join(people["carol"], other):
                    pass  # another room has room
                await alice.submit(set_("done", True))
                await alice.next("acked")
            while True:  # until the hub knows that Bob has left
                if (await alice.next("presence"))["left"]:
                    break
            async with server.join(people["carol"], world.form):
                pass


@pytest.mark.skipif(not ON_POSTGRESQL, reason="people of another process are heard of through Redis")
async def test_l2_people_of_other_processes_count(world: World, settings: Settings) -> None:
    settings.ROOM_LIMITS = {"people_per_room": 1}
    async with live_server() as here, process("serve") as other:
        assert other.stdout is not None
        elsewhere = LiveServer(int(await other.stdout.readline()))
        async with elsewhere.join(world.people["alice"], world.form):
            async with AsyncExitStack() as stack:
                bob = await stack.enter_async_context(here.visit(world.people["bob"], world.form))
                hub = await here.hub()
                room = await hub.enter(world.form.pk)  # keeps it open, as somebody on the way in does
                while not room.people.count:
                    await in_thread(lambda: None)()  # lets the loop hear
                await bob.send({"type": "join", "client_id": "bob-tab-1", "since": None, "want": "snapshot"})
                assert told((await bob.closed())[1]) == (4429, "people")
                hub.abandon(room)


# --- L3: sockets -----------------------------------------------------------------------------------


async def test_l3_a_person_has_so_many_sockets_and_others_are_not_asked_for_it(
    world: World, settings: Settings
) -> None:
    settings.ROOM_LIMITS = {"sockets_per_user": 3}
    async with live_server() as server:
        alice = world.people["alice"]
        for _ in range(2):  # who closes some may open others
            async with AsyncExitStack() as stack:
                for number in range(3):
                    await stack.enter_async_context(server.join(alice, world.form, client_id=f"alice-tab-{number}"))
                async with server.visit(alice, world.form) as one_more:
                    assert told((await one_more.closed())[1]) == (4429, "sockets")
                async with server.join(world.people["bob"], world.form):
                    pass
            guests = (await server.runtime()).watch
            while guests.sockets:
                await in_thread(lambda: None)()


# --- L4: over HTTP ---------------------------------------------------------------------------------


def test_l4_a_person_who_waited_as_told_is_served() -> None:
    clock, limits = Clock(), RoomLimits(submits_per_second=2, burst=20)
    throttle = Throttle(clock)
    alice, bob = uuid4(), uuid4()
    throttle.pay(alice, 20, limits)
    with pytest.raises(TooMuch) as refused:
        throttle.pay(alice, 7, limits)
    assert refused.value.seconds == 4
    throttle.pay(bob, 20, limits)
    clock.now += refused.value.seconds
    throttle.pay(alice, 7, limits)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/forms/{form}/"),
        ("get", "/api/forms/{form}/operations/?since=0"),
        ("post", "/api/forms/{form}/operations/"),
        ("post", "/api/forms/{form}/submission/"),
        ("post", "/api/forms/{form}/reopening/"),
        ("get", "/api/forms/{form}/history/?field=notes"),
        ("get", "/api/forms/{form}/versions/0/"),
        ("get", "/api/forms/{form}/submissions/1/"),
        ("get", "/forms/{form}/versions/0/"),
        ("get", "/forms/{form}/submissions/1/"),
    ],
)
def test_l4_over_http_it_is_429_with_retry_after(world: World, settings: Settings, method: str, path: str) -> None:
    settings.ROOM_LIMITS = {"submits_per_second": 0.1, "burst": 40}
    client, other = Client(), Client()
    client.force_login(world.people["alice"])
    other.force_login(world.people["bob"])

    def ask(client: Client, seq: int) -> Any:
        body = {"client_id": "script-1", "seq": seq, "base": 0, "ops": [edit("notes", "x")], "reason": "why"}
        if method == "get":
            return client.get(path.format(form=world.form.pk))
        return client.post(path.format(form=world.form.pk), body, content_type="application/json")

    for seq in range(1, 60):
        answer = ask(client, seq)
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 200
    if path.startswith("/api/"):
        assert answer.json()["code"] == "too_many"
    assert ask(other, 1).status_code != 429  # from the same address
