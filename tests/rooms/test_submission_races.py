"""Submitting against running edits, over real sockets: one winner, every op is in the snapshot or refused. C8, C10.

`SUBMISSIONS` and `FIRST_SEED` choose the rounds. A failing one names its seed: `SUBMISSIONS=1 FIRST_SEED=<seed>`.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from contextlib import AsyncExitStack
from typing import Any

import pytest
from channels.db import database_sync_to_async as in_thread
from django.db import connection
from pytest_django import Settings

from collab.rooms import submission
from collab.rooms.models import Form, Operation, Submission
from tests.rooms.conftest import World
from tests.rooms.faults import postgresql_only
from tests.rooms.fold import assert_sound, folded
from tests.rooms.live import LiveServer, Visitor, live_server
from tests.rooms.test_api import Answer, Script
from tests.rooms.test_commit import add, cell, edit, set_
from tests.rooms.test_submission import submit
from tests.simulation.story import forgo_durability

ROUNDS = int(os.environ.get("SUBMISSIONS", "100"))
FIRST = int(os.environ.get("FIRST_SEED", "0"))
SHARE = max(1, min(25, ROUNDS))
PATIENCE = 60.0
EDITORS = ("alice", "bob", "carol")
CLASHES = ("conflict", "gone", "invalid", "stale")  # of ops made at random; stale is a second edit of one text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


@pytest.fixture(autouse=True)
def nobody_is_too_fast(settings: Settings) -> None:
    """Who types without pause is over the limit as soon as the server is quick."""
    settings.ROOM_LIMITS = {"submits_per_second": 1e6, "burst": 10**6}


class Editor:
    """Somebody who types on without pause, until the form is not open any more."""

    def __init__(self, visitor: Visitor, name: str, seed: int) -> None:
        self.accepted: dict[int, int] = {}  # ops, by the number of their submit
        self.refused: list[str] = []
        self._visitor = visitor
        self._name = name
        self._chance = random.Random(f"{seed} {name}")
        self._base = visitor.joined["version"]

    async def type_on(self, somebody_typed: asyncio.Event) -> None:
        while "locked" not in self.refused:
            ops = [self._op() for _ in range(self._chance.choice([1, 1, 2, 5]))]
            seq = await self._visitor.submit(*ops, base=self._base)
            acked = await self._visitor.next("acked")
            assert acked["seq"] == seq
            self._base = acked["version"]
            codes = [each["code"] for each in acked["rejected"]]
            self.refused += codes
            self.accepted[seq] = len(ops) - len(codes)
            somebody_typed.set()

    async def heard(self) -> dict[str, Any]:
        """What the room was told of the submission."""
        told = [frame for frame in self._visitor.received if frame["type"] == "form_changed"]
        return told[0] if told else await self._visitor.next("form_changed")

    def _op(self) -> dict[str, Any]:
        chance, row = self._chance, f"row-{self._name}-{self._chance.randrange(4)}"
        ops = [
            set_("temperature", chance.randrange(9)),
            set_("shift", chance.choice(["early", "late"])),
            add(row),
            cell(row, "value", chance.randrange(9)),
        ]
        return chance.choice([*ops, edit("notes", chance.choice("abc")), edit("title", "é😀")])


async def play(server: LiveServer, world: World, scripts: list[Script], seed: int) -> None:
    chance = random.Random(seed)
    form = await in_thread(world.new_form)(f"Round {seed}")
    async with AsyncExitStack() as stack, asyncio.timeout(PATIENCE):
        visitors = [await stack.enter_async_context(server.join(world.people[name], form)) for name in EDITORS]
        editors = [Editor(visitor, name, seed) for visitor, name in zip(visitors, EDITORS, strict=True)]
        typed = asyncio.Event()
        typing = [asyncio.create_task(editor.type_on(typed)) for editor in editors]
        try:
            for _ in range(chance.randrange(8)):
                await typed.wait()
                typed.clear()
            answers = await asyncio.gather(*(asyncio.to_thread(submitted, script, form) for script in scripts))
            await asyncio.gather(*typing)
        finally:
            for task in typing:
                task.cancel()
        frames = [await editor.heard() for editor in editors]
    await in_thread(check)(form, editors, answers, frames)


def submitted(script: Script, form: Form) -> Answer:
    try:
        return submit(script, form)
    finally:
        connection.close()


def check(form: Form, editors: list[Editor], answers: list[Answer], frames: list[dict[str, Any]]) -> None:
    (made,) = [answer for status, answer in answers if status == 201]
    others = [(status, answer["code"]) for status, answer in answers if status != 201]
    assert others == [(409, "locked")] * (len(answers) - 1)

    kept, now = Submission.objects.get(form=form), Form.objects.get(pk=form.pk)
    assert (now.status, kept.version) == ("submitted", made["version"])
    assert now.version == kept.version, "ops were committed after it"
    snapshot = json.loads(kept.snapshot)
    assert snapshot == folded(form), "the snapshot is not the log at its version"
    assert_sound(form)
    ids = {"form": form.pk, "template_version": form.template_version_id}
    assert kept.hash == made["hash"] == submission.hash_of(**ids, version=kept.version, snapshot=snapshot)

    for editor in editors:
        assert set(editor.refused) <= {"locked", *CLASHES}
    acknowledged = sum(sum(editor.accepted.values()) for editor in editors)
    assert acknowledged == Operation.objects.filter(form=form).count() == kept.version
    for told in frames:
        assert (told["status"], told["submission"]["number"]) == ("submitted", 1)
        assert told["submission"]["version"] == kept.version


@pytest.fixture
def scripts(world: World) -> list[Script]:
    """Of two who type, too."""
    forgo_durability()
    return [Script(world.people[name]) for name in ("alice", "bob")]


async def play_all(world: World, scripts: list[Script], first: int, count: int) -> None:
    async with live_server() as server:
        for seed in range(first, first + count):
            try:
                await play(server, world, scripts, seed)
            except (AssertionError, TimeoutError) as broken:
                raise AssertionError(f"seed {seed}: {broken!r}") from broken


@pytest.mark.parametrize("first", range(FIRST, FIRST + ROUNDS, SHARE))
async def test_c10_a_form_is_submitted_while_people_type(world: World, scripts: list[Script], first: int) -> None:
    await play_all(world, scripts, first, min(SHARE, FIRST + ROUNDS - first))


@postgresql_only
async def test_the_rounds_catch_a_submission_that_holds_nothing(
    world: World, scripts: list[Script], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bug planted: the form is read, and not locked."""
    monkeypatch.setattr(submission, "_locked", lambda user, form_id: Form.objects.get(pk=form_id))
    with pytest.raises(AssertionError, match=r"snapshot is not the log|ops were committed after it"):
        await play_all(world, scripts[:1], 0, 100)
