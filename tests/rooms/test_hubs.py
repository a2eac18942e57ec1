"""Several processes on one form: ops and people cross at once; what gets lost is found again. Rules C2, D1, R1."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from channels.layers import get_channel_layer

from collab.rooms.hub import group_of
from collab.rooms.models import Form
from collab.rooms.opening import read_run
from collab.rooms.services import change_form
from tests.rooms.conftest import World
from tests.rooms.elsewhere import process
from tests.rooms.faults import PATIENCE, another_connection, backend_waiting_for, postgresql_only
from tests.rooms.live import LiveServer, Visitor, live_server
from tests.rooms.test_commit import edit, set_

NEVER = 3_600.0
HAS_REDIS = type(get_channel_layer()).__name__ == "RedisPubSubChannelLayer"
redis_only = pytest.mark.skipif(not HAS_REDIS, reason="needs a channel layer that reaches other processes")


@pytest_asyncio.fixture
async def here(world: World) -> AsyncIterator[LiveServer]:
    async with live_server() as server:
        yield server


@pytest_asyncio.fixture
async def there(world: World) -> AsyncIterator[LiveServer]:
    """A second server with a hub and a writer of its own; the channel layer is all that connects them."""
    async with live_server() as server:
        yield server


@pytest.fixture
def no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """The channel layer must do: nothing is found by looking, nothing gossiped by the clock."""
    monkeypatch.setattr("collab.rooms.hub.POLL_SECONDS", NEVER)
    monkeypatch.setattr("collab.rooms.hub.GOSSIP_SECONDS", NEVER)


@asynccontextmanager
async def server_elsewhere() -> AsyncIterator[tuple[LiveServer, asyncio.subprocess.Process]]:
    async with process("serve") as running:
        assert running.stdout is not None
        port = int(await asyncio.wait_for(running.stdout.readline(), 60))
        yield LiveServer(port), running


def versions(frames: list[dict[str, Any]]) -> list[int]:
    return [version for frame in frames for version in range(frame["from"], frame["to"] + 1)]


async def presence(visitor: Visitor, kind: str, name_or_session: str) -> dict[str, Any]:
    """Waits until the visitor was told that somebody joined, moved or left; told before counts too."""
    seen = 0
    async with asyncio.timeout(PATIENCE):
        while True:
            for frame in visitor.received[seen:]:
                for each in frame.get(kind, []) if frame["type"] == "presence" else []:
                    if name_or_session in (each, each["user"]["name"] if kind == "joined" else ""):
                        return {"session": each}
                    if kind == "changed" and each["session"] == name_or_session:
                        return dict(each)
            seen = len(visitor.received)
            await visitor.next("presence")


# --- across processes ----------------------------------------------------------------------------------


async def test_ops_cross_between_processes_at_once(
    no_poll: None, here: LiveServer, there: LiveServer, world: World
) -> None:
    async with (
        here.join(world.people["alice"], world.form) as alice,
        there.join(world.people["bob"], world.form) as bob,
    ):
        for turn in range(10):
            await alice.submit(edit("notes", "a"), base=2 * turn)
            assert (await bob.until_version(2 * turn + 1))[-1]["to"] == 2 * turn + 1
            await bob.submit(edit("title", "b"), base=2 * turn + 1)
            assert (await alice.until_version(2 * turn + 2))[-1]["to"] == 2 * turn + 2
        for visitor in (alice, bob):
            assert versions(await visitor.until_version(20)) == list(range(1, 21))


async def test_ops_are_published_only_where_another_hub_has_the_room(
    no_poll: None, here: LiveServer, there: LiveServer, world: World
) -> None:
    layer: Any = get_channel_layer()
    ear = await layer.new_channel("ear")
    await layer.group_add(group_of(world.form.pk), ear)

    async def heard_until(kind: str) -> list[str]:
        heard: list[str] = []
        while kind not in heard:
            heard.append((await asyncio.wait_for(layer.receive(ear), PATIENCE))["type"])
        return heard

    async with here.join(world.people["alice"], world.form) as alice:
        await alice.submit(edit("notes", "alone"), base=0)
        assert (await alice.next("acked"))["version"] == 1
        async with there.join(world.people["bob"], world.form) as bob:
            assert "run" not in await heard_until("who")
            await presence(alice, "joined", "Bob")
            await alice.submit(edit("notes", "not alone "), base=1)
            await bob.until_version(2)
            assert "run" in await heard_until("run")


async def test_c2_two_writers_at_once_give_everyone_one_order(
    no_poll: None, here: LiveServer, there: LiveServer, world: World
) -> None:
    async def write(visitor: Visitor) -> None:
        seen = 0
        for _ in range(30):
            await visitor.submit(edit("notes", visitor.client_id[0]), base=seen)
            seen = (await visitor.next("acked"))["version"]

    async with (
        here.join(world.people["alice"], world.form) as alice,
        there.join(world.people["bob"], world.form) as bob,
        here.join(world.people["dora"], world.form) as reader,
    ):
        await asyncio.gather(write(alice), write(bob))
        told = [await visitor.until_version(60) for visitor in (alice, bob, reader)]
        for frames in told:
            assert versions(frames) == list(range(1, 61))
        ops = [[(op["by"], op["seq"], op["op"]) for frame in frames for op in frame["ops"]] for frames in told]
        assert ops[0] == ops[1] == ops[2]


async def test_r1_people_of_both_processes_see_each_other(
    no_poll: None, here: LiveServer, there: LiveServer, world: World
) -> None:
    async with here.join(world.people["alice"], world.form) as alice:
        async with there.join(world.people["bob"], world.form) as bob:
            await presence(alice, "joined", "Bob")
            if "Alice" not in [person["user"]["name"] for person in bob.joined["people"]]:
                await presence(bob, "joined", "Alice")
            for one, other in ((alice, bob), (bob, alice)):
                await one.send({"type": "focus", "at": {"field": "notes"}, "selection": [0, 0], "base": 0})
                moved = await presence(other, "changed", one.joined["you"]["session"])
                assert moved["at"] == {"field": "notes"}
            async with there.join(world.people["carol"], world.form) as carol:
                names = {person["user"]["name"]: person for person in carol.joined["people"]}
                assert names.keys() == {"Alice", "Bob", "Carol"}
                assert names["Alice"]["at"] == {"field": "notes"}
        await presence(alice, "left", bob.joined["you"]["session"])


@redis_only
async def test_r1_the_people_of_a_killed_process_vanish(
    here: LiveServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collab.rooms.hub.GOSSIP_SECONDS", 0.2)
    async with (
        here.join(world.people["alice"], world.form) as alice,
        server_elsewhere() as (elsewhere, running),
        elsewhere.join(world.people["bob"], world.form) as bob,
    ):
        await presence(alice, "joined", "Bob")
        await bob.submit(set_("done", True))
        assert (await alice.next("committed"))["to"] == 1
        running.kill()
        await running.wait()
        monkeypatch.setattr("collab.rooms.presence.FORGET_SECONDS", 0.5)  # no need to wait for all of the 40
        await presence(alice, "left", bob.joined["you"]["session"])


@redis_only
async def test_r1_the_people_of_a_process_that_stops_are_gone_at_once(
    no_poll: None, here: LiveServer, world: World
) -> None:
    async with (
        here.join(world.people["alice"], world.form) as alice,
        server_elsewhere() as (elsewhere, running),
        elsewhere.join(world.people["bob"], world.form) as bob,
    ):
        await presence(alice, "joined", "Bob")
        running.send_signal(signal.SIGTERM)
        assert (await bob.closed())[0] == 1012
        await presence(alice, "left", bob.joined["you"]["session"])
        assert await asyncio.wait_for(running.wait(), PATIENCE) is not None


# --- what gets lost ------------------------------------------------------------------------------------


async def test_d1_an_op_whose_message_is_lost_is_found_within_two_seconds(
    here: LiveServer, there: LiveServer, world: World
) -> None:
    async with (
        here.join(world.people["alice"], world.form) as alice,
        there.join(world.people["bob"], world.form) as bob,
    ):
        await alice.submit(set_("done", True))
        await bob.until_version(1)
        await make_deaf(there, world.form)
        for version in (2, 3, 4):
            await alice.submit(set_("count", version))
            await alice.until_version(version)
            async with asyncio.timeout(2):
                frames = await bob.until_version(version)
        assert versions(frames) == [1, 2, 3, 4]


async def test_d1_an_op_lost_right_after_the_join_is_found_too(
    here: LiveServer, there: LiveServer, world: World
) -> None:
    async with (
        here.join(world.people["alice"], world.form) as alice,
        there.join(world.people["bob"], world.form) as bob,
    ):
        await make_deaf(there, world.form)
        await alice.submit(set_("done", True))
        async with asyncio.timeout(2):
            await bob.until_version(1)


async def test_d1_a_changed_form_whose_message_is_lost_is_found_within_two_seconds(
    here: LiveServer, world: World
) -> None:
    async with here.join(world.people["alice"], world.form) as alice:
        await make_deaf(here, world.form)
        await in_thread(change_form)(world.form, status="closed")
        async with asyncio.timeout(2):
            changed = await alice.next("form_changed")
        assert (changed["revision"], changed["status"]) == (1, "closed")


async def make_deaf(server: LiveServer, form: Form) -> None:
    """The hub of this server hears no more of the form, and does not know."""
    hub = await server.hub()
    await get_channel_layer().group_discard(group_of(form.pk), hub._channel)


async def test_c2_a_run_out_of_turn_is_completed_from_the_log(no_poll: None, here: LiveServer, world: World) -> None:
    async with here.join(world.people["alice"], world.form) as alice:
        for version in range(6):
            await in_thread(world.submit)("bob", set_("count", version), base=version)  # nobody is told
        for since, up_to in ((4, 5), (1, 2), (4, 6), (5, 6)):
            run = await in_thread(read_run)(world.form.pk, since, up_to=up_to)
            assert run is not None
            await tell(world.form, {"type": "run", **run.pack()})
        frames = await alice.until_version(6)
        assert versions(frames) == [1, 2, 3, 4, 5, 6]
        await alice.send({"type": "ping"})
        await alice.next("pong")
        assert versions([frame for frame in alice.received if frame["type"] == "committed"]) == [1, 2, 3, 4, 5, 6]


async def test_nonsense_from_another_process_is_logged_and_survived(
    no_poll: None, here: LiveServer, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    nonsense: list[dict[str, Any]] = [
        {"type": "run"},
        {"type": "run", "form": "none"},
        {"type": "run", "form": str(world.form.pk), "first": "x", "ops": 3, "clients": None},
        {"type": "presence", "form": str(world.form.pk), "frame": "{"},
        {"type": "people", "form": str(world.form.pk), "frame": '{"joined": [{}]}'},
        {"type": "head", "form": str(world.form.pk), "version": 10**6, "revision": -5},
        {"type": "unheard of", "form": str(world.form.pk)},
    ]
    async with here.join(world.people["alice"], world.form) as alice:
        for message in nonsense:
            await tell(world.form, message)
        await in_thread(world.submit)("bob", set_("done", True), base=0)
        await tell(world.form, {"type": "head", "form": str(world.form.pk), "version": 1, "revision": 0})
        assert versions(await alice.until_version(1)) == [1]
    assert "was not understood" in caplog.text


async def tell(form: Form, message: dict[str, Any]) -> None:
    await get_channel_layer().group_send(group_of(form.pk), {"hub": "another", **message})


async def test_c2_what_a_session_has_is_cut_from_what_its_room_hears(
    no_poll: None, here: LiveServer, world: World
) -> None:
    """A session may have read more than its room was told of: then the room's news are partly old to it."""
    hub = await here.hub()
    free = threading.Event()
    async with here.join(world.people["alice"], world.form) as alice:
        for version in range(3):
            await in_thread(world.submit)("carol", set_("count", version), base=version)  # nobody is told
        busy = asyncio.create_task(hub._watcher.run(free.wait, PATIENCE))  # nor does the hub get to look
        async with here.join(world.people["bob"], world.form) as bob:
            assert bob.joined["version"] == 3
            await in_thread(world.submit)("carol", set_("count", 3), base=3)
            run = await in_thread(read_run)(world.form.pk, 0, up_to=4)
            assert run is not None
            await tell(world.form, {"type": "run", **run.pack()})
            assert versions(await alice.until_version(4)) == [1, 2, 3, 4]
            assert versions(await bob.until_version(4)) == [4]
            free.set()
            await busy
            await bob.submit(set_("done", True), base=4)
            assert versions(await alice.until_version(5)) == [1, 2, 3, 4, 5]
            assert versions(await bob.until_version(5)) == [4, 5]


# --- coming and going ----------------------------------------------------------------------------------


async def test_c2_who_comes_as_the_last_one_leaves_misses_nothing(
    no_poll: None, here: LiveServer, world: World
) -> None:
    """A reload: the old socket ends while the new one joins, again and again."""
    version = 0
    async with asyncio.timeout(60):
        visit = here.visit(world.people["alice"], world.form)
        alice = await (await visit.__aenter__()).join()
        for _ in range(40):
            following = here.visit(world.people["alice"], world.form)
            successor = await following.__aenter__()
            await asyncio.gather(successor.join(), visit.__aexit__(None, None, None))
            visit, alice = following, successor
            seq = await alice.submit(set_("count", version), base=version)
            assert (await alice.next("acked"))["seq"] == seq
            version += 1
        await visit.__aexit__(None, None, None)


@postgresql_only
async def test_c2_a_room_stays_open_for_who_is_still_reading_the_form(
    no_poll: None, here: LiveServer, world: World
) -> None:
    hub = await here.hub()
    async with here.visit(world.people["bob"], world.form) as bob:
        with closing(another_connection()) as other:
            async with here.join(world.people["alice"], world.form):
                other.execute("LOCK TABLE rooms_client IN ACCESS EXCLUSIVE MODE")  # cells may be remembered
                joining = asyncio.create_task(bob.join())
                await until(lambda: hub._rooms[world.form.pk].entering == 1)
            await until(lambda: not hub.sessions())
            other.rollback()
        await joining
        await bob.submit(set_("done", True))
        assert (await bob.next("acked"))["version"] == 1


@postgresql_only
async def test_d1_a_form_that_changes_while_somebody_joins_is_told_them(here: LiveServer, world: World) -> None:
    hub = await here.hub()
    async with (
        here.join(world.people["alice"], world.form) as alice,
        here.visit(world.people["bob"], world.form) as bob,
    ):
        with closing(another_connection()) as other:
            other.execute("LOCK TABLE rooms_client IN ACCESS EXCLUSIVE MODE")
            joining = asyncio.create_task(bob.join())
            await until(lambda: hub._rooms[world.form.pk].entering == 1)
            await backend_waiting_for(other)
            await in_thread(change_form)(world.form, title="Another")
            await alice.next("form_changed")
            other.rollback()
        await joining
        assert bob.joined["revision"] == 0
        async with asyncio.timeout(2):
            assert (await bob.next("form_changed"))["revision"] == 1


@postgresql_only
async def test_d1_a_failing_database_does_not_end_the_poll(
    here: LiveServer, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with here.join(world.people["alice"], world.form) as alice:
        with closing(another_connection(autocommit=True)) as other:
            with renamed(other, "title"):
                other.execute("UPDATE rooms_form SET revision = revision + 1")
                await until(lambda: "could not read a form" in caplog.text)
                with renamed(other, "revision"):
                    await until(lambda: "could not poll" in caplog.text)
        async with asyncio.timeout(3):
            assert (await alice.next("form_changed"))["revision"] == 1


@contextmanager
def renamed(other: Any, column: str) -> Iterator[None]:
    """A form without this column, for a while: whatever happens, the next test has it again."""
    other.execute(f"ALTER TABLE rooms_form RENAME COLUMN {column} TO no_{column}")
    try:
        yield
    finally:
        other.execute(f"ALTER TABLE rooms_form RENAME COLUMN no_{column} TO {column}")


async def until(true: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110  # there is no event for it
            await asyncio.sleep(0.005)
