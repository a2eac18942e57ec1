"""Group commit under trouble: held forms, poison, lost connections, the end. DESIGN.md's "Group commit", C3, I1, I2."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from typing import Any, Literal

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread

from collab.accounts.models import User
from collab.rooms.commit import Fenced, Outcome, Submission
from collab.rooms.models import Form, Operation
from collab.rooms.runtime import Runtime
from collab.rooms.writer import GIVE_UP_SECONDS
from tests.rooms.conftest import World
from tests.rooms.faults import (
    PATIENCE,
    another_connection,
    backend_waiting_for,
    holding,
    postgresql_only,
    refusing_operations_with,
    terminate,
    wired,
)
from tests.rooms.fold import assert_sound, stored
from tests.rooms.live import live_server
from tests.rooms.test_commit import codes, edit, set_

Answer = asyncio.Future[Outcome | Fenced | None]


@pytest_asyncio.fixture
async def runtime(world: World) -> AsyncIterator[Runtime]:
    runtime = await Runtime.start()
    yield runtime
    await runtime.close()


def submit(runtime: Runtime, submission: Submission) -> Answer:
    answer: Answer = asyncio.get_running_loop().create_future()
    runtime.writer.submit(submission, answer.set_result)
    return answer


async def answers_of(answers: Sequence[Answer]) -> list[Outcome | Fenced | None]:
    async with asyncio.timeout(PATIENCE):
        return await asyncio.gather(*answers)


async def outcomes(answers: Sequence[Answer]) -> list[Outcome]:
    found = await answers_of(answers)
    told = [outcome for outcome in found if isinstance(outcome, Outcome)]
    assert len(told) == len(found)
    return told


async def outcome_of(answer: Answer) -> Outcome:
    (outcome,) = await outcomes([answer])
    return outcome


def values(form: Form) -> dict[str, Any]:
    return {key: cell["value"] for key, cell in stored(form)["values"].items()}


def logged(form: Form) -> list[dict[str, Any]]:
    return [json.loads(entry.op) for entry in Operation.objects.filter(form=form).order_by("version")]


# --- held forms ----------------------------------------------------------------------------------------


@postgresql_only
async def test_a_held_form_delays_no_other_and_keeps_its_order(runtime: Runtime, world: World) -> None:
    others = [await in_thread(world.new_form)(f"Form {number}") for number in range(5)]
    loop = asyncio.get_running_loop()
    with holding(world.form.pk) as holder:
        until = loop.time() + 2.0
        waiting: list[Answer] = []
        rounds = 0
        while loop.time() < until:  # everything in here is answered while the one form is held
            waiting.append(submit(runtime, world.submission("alice", [set_("count", rounds)], base=0)))
            answers = [
                submit(runtime, world.submission(name, [set_("count", rounds)], base=rounds, seq=rounds + 1, form=form))
                for form in others
                for name in ("bob",)
            ]
            assert all(outcome.rejected is None for outcome in await outcomes(answers))
            rounds += 1
        assert rounds > 20
        assert not any(answer.done() for answer in waiting)
        holder.rollback()
        versions = [outcome.version for outcome in await outcomes(waiting)]
    assert versions == list(range(1, rounds + 1))
    assert [op["value"] for op in await in_thread(logged)(world.form)] == list(range(rounds))


@postgresql_only
async def test_many_held_forms_delay_none_that_was_held_a_moment(runtime: Runtime, world: World) -> None:
    held = [await in_thread(world.new_form)(f"Held {number}") for number in range(8)]
    with holding(*(form.pk for form in held)) as holder, holding(world.form.pk) as moment:
        stuck = [submit(runtime, world.submission("bob", [set_("done", True)], base=0, seq=1, form=f)) for f in held]
        answer = submit(runtime, world.submission("alice", [set_("done", True)], base=0))
        blocked = await backend_waiting_for(holder)
        assert blocked
        moment.rollback()
        assert (await outcome_of(answer)).version == 1
        assert not any(each.done() for each in stuck)
        holder.rollback()
        assert [outcome.version for outcome in await outcomes(stuck)] == [1] * len(held)


@postgresql_only
async def test_a_form_held_for_ever_is_given_up_and_said_so(
    runtime: Runtime, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert GIVE_UP_SECONDS > 5
    monkeypatch.setattr("collab.rooms.writer.GIVE_UP_SECONDS", 0.5)
    with holding(world.form.pk):
        async with asyncio.timeout(PATIENCE):
            assert await submit(runtime, world.submission("alice", [set_("done", True)], base=0)) is None
    assert (await outcome_of(submit(runtime, world.submission("alice", [set_("done", True)], base=0)))).version == 1


@postgresql_only
async def test_c3_what_its_client_sent_later_is_given_up_with_it(
    runtime: Runtime, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judged alone, it would make the first one stale, which then could never be stored."""
    first, second = (world.submission("alice", [set_("count", number)], base=0) for number in (1, 2))
    bobs = world.submission("bob", [set_("done", True)], base=0)
    with holding(world.form.pk) as holder:
        monkeypatch.setattr("collab.rooms.writer.GIVE_UP_SECONDS", 0.5)
        given_up = submit(runtime, first)
        monkeypatch.setattr("collab.rooms.writer.GIVE_UP_SECONDS", GIVE_UP_SECONDS)
        with_it, kept = submit(runtime, second), submit(runtime, bobs)
        assert await answers_of([given_up, with_it]) == [None, None]
        assert not kept.done()
        holder.rollback()
        assert (await outcome_of(kept)).version == 1
    again = [submit(runtime, first), submit(runtime, second)]
    assert [codes(outcome) for outcome in await outcomes(again)] == [[], []]


@postgresql_only
async def test_c3_what_waits_behind_a_given_up_batch_is_given_up_with_it(
    runtime: Runtime, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (world.submission("alice", [set_("count", number)], base=0) for number in (7_001, 2))
    bobs = world.submission("bob", [set_("done", True)], base=0)
    async with refusing_operations_with("7001", state="40001"):  # again and again, until it is too long
        monkeypatch.setattr("collab.rooms.writer.GIVE_UP_SECONDS", 0.5)
        given_up = submit(runtime, first)
        while runtime.writer.queued:  # noqa: ASYNC110  # until it is in a transaction, of which nothing tells
            await asyncio.sleep(0)
        monkeypatch.setattr("collab.rooms.writer.GIVE_UP_SECONDS", GIVE_UP_SECONDS)
        with_it, kept = submit(runtime, second), submit(runtime, bobs)
        assert await answers_of([given_up, with_it]) == [None, None]
        assert (await outcome_of(kept)).version == 1
    again = [submit(runtime, first), submit(runtime, second)]
    assert [codes(outcome) for outcome in await outcomes(again)] == [[], []]


# --- poison --------------------------------------------------------------------------------------------


async def test_c8_a_nul_and_a_huge_integer_are_rejected_alone(runtime: Runtime, world: World) -> None:
    answers = [
        submit(runtime, world.submission("alice", [edit("notes", "fine")], base=0)),
        submit(runtime, world.submission("bob", [edit("title", "nul\0"), set_("done", True)], base=0)),
        submit(runtime, world.submission("carol", [set_("count", 10**300), set_("temperature", -(10**300))], base=0)),
        submit(runtime, world.submission("alice", [set_("shift", "late")], base=0)),
    ]
    assert [codes(outcome) for outcome in await outcomes(answers)] == [
        [],
        [(0, "invalid")],
        [(0, "invalid"), (1, "invalid")],
        [],
    ]
    assert await in_thread(values)(world.form) == {"notes": "fine", "done": True, "shift": "late", "count": 3}


async def test_a_poisonous_submit_is_rejected_alone_and_its_resend_alike(runtime: Runtime, world: World) -> None:
    other = await in_thread(world.new_form)("Another")
    poison = world.submission("bob", [edit("notes", "a poison"), set_("done", True)], base=0)
    async with refusing_operations_with("poison"):
        answers = [
            submit(runtime, world.submission("alice", [edit("notes", "one ")], base=0)),
            submit(runtime, world.submission("carol", [set_("count", 7)], base=0, form=other)),
            submit(runtime, poison),
            submit(runtime, world.submission("carol", [edit("title", "two")], base=0)),
            submit(runtime, world.submission("alice", [set_("shift", "late")], base=0)),
        ]
        judged = await outcomes(answers)
        assert [codes(each) for each in judged] == [[], [], [(0, "internal"), (1, "internal")], [], []]
        assert await outcome_of(submit(runtime, poison)) == judged[2]
    assert await outcome_of(submit(runtime, poison)) == judged[2]
    assert (await in_thread(values)(world.form))["notes"] == "one "
    again = world.submission("bob", [edit("notes", "a poison")], base=3)
    assert codes(await outcome_of(submit(runtime, again))) == []
    await in_thread(assert_sound)(world.form)
    await in_thread(assert_sound)(other)


async def test_an_author_who_is_no_more_harms_nobody_and_is_told_at_once(runtime: Runtime, world: World) -> None:
    ghost = await in_thread(User.objects.create)(username="ghost")
    submission = Submission(world.form.pk, ghost.pk, "ghost-tab-1", 1, 0, [set_("done", True)])
    await in_thread(ghost.delete)()
    told = submit(runtime, submission)
    neighbours = [
        submit(runtime, world.submission(name, [set_("count", 1)], base=0)) for name in ("alice", "bob", "carol")
    ]
    assert [outcome.rejected for outcome in await outcomes(neighbours)] == [None, None, None]
    async with asyncio.timeout(5):
        assert await told is None


# --- lost connections ----------------------------------------------------------------------------------


@postgresql_only
@pytest.mark.parametrize(
    "hold",
    [
        pytest.param("LOCK TABLE rooms_operation IN SHARE MODE", id="as it writes"),
        pytest.param("LOCK TABLE rooms_cell IN ACCESS EXCLUSIVE MODE", id="as it reads"),
        pytest.param("SELECT 1 FROM accounts_user FOR UPDATE", id="as it commits"),
    ],
)
async def test_c3_a_writer_whose_backend_dies_stores_every_op_once(runtime: Runtime, world: World, hold: str) -> None:
    with closing(another_connection()) as other:
        other.execute(hold)
        answers = [
            submit(runtime, world.submission(name, [edit("notes", name), set_("done", True)], base=0))
            for name in ("alice", "bob", "carol")
        ]
        backend = await backend_waiting_for(other)
        terminate(backend)
        assert await backend_waiting_for(other) != backend  # it tries again, on another connection
        other.rollback()
    judged = await outcomes(answers)
    assert [(outcome.version, outcome.rejected) for outcome in judged] == [(2, None), (4, None), (6, None)]
    assert (await in_thread(values)(world.form))["notes"] == "alicebobcarol"
    await in_thread(assert_sound)(world.form)


@postgresql_only
@pytest.mark.parametrize("when", ["before", "after"])
async def test_c3_a_commit_of_unknown_outcome_stores_every_op_once(
    world: World, when: Literal["before", "after"]
) -> None:
    async with wired() as wire:
        runtime = await Runtime.start()
        try:
            first = submit(runtime, world.submission("alice", [edit("notes", "first ")], base=0))
            assert (await outcome_of(first)).version == 1
            wire.cut(when)
            answers = [
                submit(runtime, world.submission("alice", [edit("notes", 6, "mine ")], base=1)),
                submit(runtime, world.submission("bob", [edit("notes", 6, "his"), set_("shift", "noon")], base=1)),
            ]
            judged = await outcomes(answers)
        finally:
            await runtime.close()
    assert wire.cuts == 1
    assert [outcome.version for outcome in judged] == [2, 3]
    assert [codes(outcome) for outcome in judged] == [[], [(1, "invalid")]]
    assert (await in_thread(values)(world.form))["notes"] == "first mine his"
    await in_thread(assert_sound)(world.form)


@postgresql_only
async def test_c1_nothing_is_shown_or_answered_before_it_is_committed(world: World) -> None:
    async with (
        live_server() as server,
        server.join(world.people["alice"], world.form) as alice,
        server.join(world.people["bob"], world.form) as bob,
    ):
        with closing(another_connection()) as other:
            other.execute("SELECT 1 FROM accounts_user FOR UPDATE")  # all is written, its COMMIT waits
            await alice.submit(edit("notes", "durable first"))
            backend = await backend_waiting_for(other)
            for _ in range(2):
                for visitor in (alice, bob):
                    await visitor.send({"type": "ping"})
                    await visitor.next("pong")
                    assert not [each for each in visitor.received if each["type"] in ("committed", "acked")]
                terminate(backend)  # and now it was in vain, the first time
            other.rollback()
        for visitor in (alice, bob):
            assert [(each["from"], each["to"]) for each in await visitor.until_version(1)] == [(1, 1)]
        assert (await alice.next("acked"))["version"] == 1


# --- the end -------------------------------------------------------------------------------------------


async def test_close_commits_what_is_queued(world: World) -> None:
    runtime = await Runtime.start()
    answers = [submit(runtime, world.submission("alice", [set_("count", number)], base=0)) for number in range(50)]
    await runtime.close()
    assert [answer.result() and answer.result().version for answer in answers] == list(range(1, 51))  # type: ignore[union-attr]
    await in_thread(assert_sound)(world.form)


@postgresql_only
async def test_close_waits_for_a_held_form_and_refuses_what_comes_late(world: World) -> None:
    runtime = await Runtime.start()
    with holding(world.form.pk) as holder:
        early = submit(runtime, world.submission("alice", [set_("done", True)], base=0))
        await backend_waiting_for(holder)
        closing_down = asyncio.create_task(runtime.close())
        other = await in_thread(world.new_form)("Another")
        late = submit(runtime, world.submission("bob", [set_("done", True)], base=0, form=other))
        async with asyncio.timeout(PATIENCE):
            assert await late is None
        assert not closing_down.done()
        holder.rollback()
        async with asyncio.timeout(PATIENCE):
            await closing_down
    assert (await outcome_of(early)).version == 1
