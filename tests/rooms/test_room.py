"""A room over real sockets: joining, order, answers, refusals. Rules T1 to T5, C1 to C4, C9, R1."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from django.contrib.sessions.models import Session
from django.db import transaction
from pytest_django import Settings
from websockets.exceptions import ConnectionClosed, InvalidStatus

from collab.accounts.models import Membership, User
from collab.forms.definitions import definition_of
from collab.rooms.models import Form
from collab.rooms.services import change_form
from tests.rooms.conftest import World
from tests.rooms.fold import stored
from tests.rooms.live import PATIENCE, LiveServer, Visitor, live_server
from tests.rooms.test_commit import edit, set_

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def server(world: World) -> AsyncIterator[LiveServer]:
    async with live_server() as running:
        yield running


async def test_joined_tells_the_form_at_a_version(server: LiveServer, world: World) -> None:
    async with server.join(world.people["alice"], world.form) as alice:
        joined = alice.joined
        assert (joined["version"], joined["role"], joined["last_seq"]) == (0, "editor", 0)
        assert joined["form"]["template"]["key"] == "trial"
        assert joined["snapshot"] == await in_thread(stored)(world.form)
        assert [person["user"]["name"] for person in joined["people"]] == ["Alice"]
        assert joined["you"]["session"] == joined["people"][0]["session"]
        assert joined["limits"]["ops_per_submit"] == 100


async def test_c4_the_answer_comes_after_the_ops_and_everyone_gets_the_same(server: LiveServer, world: World) -> None:
    async with (
        server.join(world.people["alice"], world.form) as alice,
        server.join(world.people["bob"], world.form) as bob,
    ):
        seq = await alice.submit(set_("temperature", 21.5), set_("shift", "noon"))
        acked = await alice.next("acked")
        assert (acked["seq"], acked["version"]) == (seq, 1)
        assert [each["code"] for each in acked["rejected"]] == ["invalid"]
        own = [frame for frame in alice.received if frame["type"] == "committed"]
        assert own == [await bob.next("committed")]
        assert own[0]["ops"] == [{"by": 1, "seq": seq, "op": set_("temperature", 21.5)}]
        assert own[0]["clients"]["1"]["client_id"] == alice.client_id


async def test_c2_a_join_meets_live_commits_without_gap_or_double(server: LiveServer, world: World) -> None:
    async with server.join(world.people["alice"], world.form) as alice:

        async def write_on() -> None:
            while True:
                await alice.submit(set_("temperature", 1), base=0)
                await alice.next("acked")

        writing = asyncio.create_task(write_on())
        for _ in range(8):
            async with server.join(world.people["bob"], world.form, since=0, want="both") as bob:
                frames = await bob.until_version(bob.joined["version"] + 5)
                versions = [v for frame in frames for v in range(frame["from"], frame["to"] + 1)]
                assert versions == list(range(1, frames[-1]["to"] + 1))
        writing.cancel()


async def test_c9_a_since_from_the_future_is_answered_with_a_snapshot(server: LiveServer, world: World) -> None:
    async with server.visit(world.people["alice"], world.form) as alice:
        await alice.join(since=99, want="tail")
        assert alice.joined["snapshot"] is not None


async def test_c9_a_tail_continues_where_the_client_was(server: LiveServer, world: World) -> None:
    for number in range(5):
        await in_thread(world.submit)("bob", set_("temperature", number), base=number)
    async with server.visit(world.people["alice"], world.form) as alice:
        await alice.join(since=2, want="tail")
        assert alice.joined["snapshot"] is None
        (frame,) = await alice.until_version(5)
        assert [op["op"]["value"] for op in frame["ops"]] == [2, 3, 4]
        assert all("at" in op for op in frame["ops"])
        assert set(frame["clients"]) == {"1"}


async def test_i8_a_tail_is_all_that_is_asked_of_a_process_that_has_just_started(
    server: LiveServer, world: World
) -> None:
    """Everybody who was in the room of a killed server comes back so: nothing of the form was read there before."""
    await in_thread(world.submit)("bob", set_("temperature", 1), base=0)
    definition_of.cache_clear()
    async with server.visit(world.people["alice"], world.form) as alice:
        await alice.join(since=0, want="tail")
        assert alice.joined["form"]["template"]["key"] == "trial"
        await alice.until_version(1)


async def test_c3_a_submit_sent_again_after_a_reconnect_gets_its_first_outcome(
    server: LiveServer, world: World
) -> None:
    frame = {"type": "submit", "seq": 1, "base": 0, "ops": [edit("notes", "once")]}
    outcomes = []
    for _ in range(3):
        async with server.join(world.people["alice"], world.form) as alice:
            await alice.send(frame)
            outcomes.append(await alice.next("acked"))
    assert outcomes == [outcomes[0]] * 3
    assert (await in_thread(stored)(world.form))["values"]["notes"]["value"] == "once"


async def test_d1_a_commit_of_another_process_is_told_within_two_seconds(server: LiveServer, world: World) -> None:
    async with server.join(world.people["alice"], world.form) as alice:
        await in_thread(world.submit)("bob", set_("temperature", 5), base=0)  # no hub hears of this one
        async with asyncio.timeout(2):
            assert (await alice.next("committed"))["to"] == 1


async def test_d1_a_changed_form_is_told(server: LiveServer, world: World) -> None:
    async with server.join(world.people["alice"], world.form) as alice:
        await in_thread(change_form)(world.form, title="Another title")
        async with asyncio.timeout(2):
            changed = await alice.next("form_changed")
        assert (changed["revision"], changed["title"]) == (1, "Another title")


async def test_r1_people_come_move_and_go(server: LiveServer, world: World) -> None:
    async with server.join(world.people["alice"], world.form) as alice:
        async with server.join(world.people["bob"], world.form) as bob:
            assert {person["user"]["name"] for person in bob.joined["people"]} == {"Alice", "Bob"}
            await _presence(alice, "joined", lambda person: person["user"]["name"] == "Bob")
            await bob.send({"type": "focus", "at": {"field": "notes"}, "selection": [0, 0], "base": 0})
            moved = await _presence(alice, "changed", lambda move: move["at"] == {"field": "notes"})
            assert moved["session"] == bob.joined["you"]["session"]
            await bob.send({"type": "blur"})
            await _presence(alice, "changed", lambda move: move["at"] is None)
        await _presence(alice, "left", lambda session: session == bob.joined["you"]["session"])


async def _presence(visitor: Visitor, kind: str, wanted: Any) -> Any:
    while True:
        frame = await visitor.next("presence")
        for each in frame[kind]:
            if wanted(each):
                return each


async def test_t4_who_may_not_come_in_is_told_why(server: LiveServer, world: World) -> None:
    stranger = await in_thread(User.objects.create)(username="stranger")
    unknown = "0198c0de-0000-7000-8000-000000000000"
    cases: list[tuple[User | None, Form | str, int]] = [
        (None, world.form, 4401),
        (stranger, world.form, 4403),
        (world.people["alice"], unknown, 4404),
        (world.people["alice"], "nonsense", 4404),
    ]
    for user, form, code in cases:
        async with server.visit(user, form) as visitor:
            closed, frames = await visitor.closed()
            assert closed == code
            assert frames[-1]["type"] == "closing"
            assert frames[-1]["code"] == code
            assert frames[-1]["reason"]


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1", "null", "x://[["])
async def test_t3_another_origin_is_refused_in_the_handshake(server: LiveServer, world: World, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with server.visit(world.people["alice"], world.form, origin=origin):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "frame",
    ["", "nonsense", "[]", '{"type":"dance"}', '{"type":"submit","seq":0,"base":0,"ops":[{}]}', '{"type":"submit"}'],
)
async def test_t4_a_malformed_frame_is_4400_error_first(server: LiveServer, world: World, frame: str) -> None:
    async with server.join(world.people["alice"], world.form) as alice:
        await alice.connection.send(frame)
        code, frames = await alice.closed()
        assert code == 4400
        assert [each["type"] for each in frames[-2:]] == ["error", "closing"]


async def test_t4_the_first_frame_is_join(server: LiveServer, world: World) -> None:
    async with server.visit(world.people["alice"], world.form) as alice:
        await alice.send({"type": "ping"})
        assert (await alice.closed())[0] == 4400


async def test_t4_too_many_frames_are_4429_and_the_rest_goes_on(server: LiveServer, world: World) -> None:
    async with (
        server.join(world.people["alice"], world.form) as alice,
        server.join(world.people["bob"], world.form) as bob,
    ):
        for _ in range(2_000):
            try:
                await alice.send({"type": "ping"})
            except Exception:
                break
        assert (await alice.closed())[0] == 4429
        await bob.submit(set_("done", True))
        await bob.next("acked")


async def test_t4_joining_again_and_again_is_4429(server: LiveServer, world: World) -> None:
    async with server.join(world.people["alice"], world.form) as alice:
        for _ in range(5):
            await alice.join()
        with suppress(ConnectionClosed):
            for _ in range(200):
                await alice.join()
        assert (await alice.closed())[0] == 4429


async def test_i9_what_is_far_behind_costs_more(world: World, settings: Settings) -> None:
    """A late edit is transformed over all that it missed: nobody has others wait for that a hundred times a second."""
    settings.ROOM_LIMITS = {"submits_per_second": 1e-9, "burst": 60}
    for start in range(0, 1_000, 100):
        await in_thread(world.submit)("bob", *[set_("count", number) for number in range(100)], base=start)
    async with live_server() as server:
        async with server.join(world.people["alice"], world.form) as alice:
            for _ in range(30):  # a set is late for nothing
                await alice.submit(set_("temperature", 1), base=0)
                await alice.next("acked")
        async with server.join(world.people["alice"], world.form, client_id="another-tab") as alice:
            for _ in range(12):  # 3 each, after the join
                await alice.submit(edit("notes", "x"), base=0)
                await alice.next("acked")
            with suppress(ConnectionClosed):
                for _ in range(4):
                    await alice.submit(edit("notes", "x"), base=0)
            assert (await alice.closed())[0] == 4429


async def test_a_join_waits_for_no_writer(server: LiveServer, world: World) -> None:
    """Readers beside a writer, on SQLite too: a big form that is opened, or a commit, keeps nobody waiting."""
    writes = threading.Event()
    done = threading.Event()

    def write() -> None:
        with transaction.atomic():
            Form.objects.filter(pk=world.form.pk).update(title="Not yet")
            writes.set()
            done.wait(PATIENCE)

    async with server.visit(world.people["alice"], world.form) as alice:
        writing = asyncio.create_task(asyncio.to_thread(write))
        await asyncio.to_thread(writes.wait, PATIENCE)
        try:
            async with asyncio.timeout(5):
                await alice.join()
            assert alice.joined["form"]["title"] == "A form"
        finally:
            done.set()
            await writing


async def test_t4_a_frame_too_large_is_1009(server: LiveServer, world: World) -> None:
    async with server.join(world.people["alice"], world.form) as alice:
        await alice.connection.send(json.dumps({"type": "ping", "padding": "x" * 70_000}))
        assert (await alice.closed())[0] == 1009


async def test_ping_is_answered_and_a_second_join_is_a_fresh_start(server: LiveServer, world: World) -> None:
    async with server.join(world.people["alice"], world.form) as alice:
        await alice.send({"type": "ping"})
        await alice.next("pong")
        await alice.join(want="both", since=0)
        await alice.submit(set_("done", True))
        await alice.next("acked")


async def test_c10_a_viewer_sees_and_cannot_write(server: LiveServer, world: World) -> None:
    async with (
        server.join(world.people["alice"], world.form) as alice,
        server.join(world.people["dora"], world.form) as dora,
    ):
        assert dora.joined["role"] == "viewer"
        await dora.submit(set_("done", True))
        assert [each["code"] for each in (await dora.next("acked"))["rejected"]] == ["forbidden"]
        await alice.submit(set_("done", True))
        assert (await dora.next("committed"))["ops"][0]["op"]["value"] is True


async def test_replicas_agree_under_crossfire(server: LiveServer, world: World) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    chance = random.Random(seed)
    names = ["alice", "bob", "carol"]

    async def busy(name: str) -> Visitor:
        visitor = await stack.enter_async_context(server.join(world.people[name], world.form))
        seen = 0
        for _ in range(40):
            seq = await visitor.submit(edit("notes", chance.choice("abcdef")), base=seen)
            acked = await visitor.next("acked")
            assert acked["seq"] == seq
            assert acked["rejected"] == []
            seen = acked["version"]
        return visitor

    async with AsyncExitStack() as stack:
        visitors = await asyncio.gather(*(busy(name) for name in names))
        for visitor in visitors:
            frames = await visitor.until_version(120)
            versions = [v for frame in frames for v in range(frame["from"], frame["to"] + 1)]
            assert versions == list(range(visitor.joined["version"] + 1, 121))
    assert len((await in_thread(stored)(world.form))["values"]["notes"]["value"]) == 120


async def test_everyone_in_a_room_has_a_colour_of_their_own(server: LiveServer, world: World) -> None:
    people = [await in_thread(world.person)(f"person-{number}") for number in range(8)]
    async with AsyncExitStack() as stack:
        for user in people:
            visitor = await stack.enter_async_context(server.join(user, world.form))
        twin = await stack.enter_async_context(server.join(people[0], world.form, client_id="another-tab"))
        colors = {person["user"]["id"]: person["color"] for person in visitor.joined["people"]}
        assert len(set(colors.values())) == len(colors) == 8
        assert twin.joined["you"]["color"] == colors[str(people[0].pk)]


async def test_t4_whose_ground_has_gone_is_told_and_hears_no_more(server: LiveServer, world: World) -> None:
    alice, bob, carol, dora = (world.people[name] for name in ("alice", "bob", "carol", "dora"))

    def change_everything() -> None:
        Session.objects.all().filter(session_key=key).delete()
        Membership.objects.filter(user=bob).delete()
        Membership.objects.filter(user=carol).update(role="viewer")

    async with (
        server.join(alice, world.form) as signed_out,
        server.join(bob, world.form) as taken_out,
        server.join(carol, world.form) as demoted,
        server.join(dora, world.form) as untouched,
    ):
        key = (signed_out.connection.request.headers["Cookie"]).partition("=")[2]  # type: ignore[union-attr]
        await in_thread(change_everything)()
        runtime = await server.runtime()
        await runtime.watch.look()
        await runtime.doorkeeper.look()
        assert (await signed_out.closed())[0] == 4401
        assert (await taken_out.closed())[0] == 4403
        assert (await demoted.closed())[0] == 1012
        await untouched.send({"type": "ping"})
        await untouched.next("pong")
