"""Several processes on the same forms, through nothing but the database. I2, I3, I4, C3."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import pytest
from channels.db import database_sync_to_async as in_thread

from collab.rooms.models import Form, Operation
from tests.rooms.conftest import World
from tests.rooms.elsewhere import process
from tests.rooms.faults import ON_POSTGRESQL
from tests.rooms.fold import assert_sound
from tests.rooms.test_commit import add, cell, edit, row_op, set_

PROCESSES = 4
FORMS = 3
SUBMITS = 200 if ON_POSTGRESQL else 50  # of each process
BATCH = 8
PATIENCE = 90

Key = tuple[str, str, str, int]  # form, user, client_id, seq
Submitted = list[Any]  # the key, then base and ops: a submission as JSON
Batches = list[list[Submitted]]

pytestmark = pytest.mark.slow


class Author:
    """Makes the submits of one process: a few tabs that go on, and for each edit of a text a tab of its own."""

    def __init__(self, world: World, forms: list[Form], number: int, chance: random.Random) -> None:
        self._world = world
        self._forms = forms
        self._number = number
        self._chance = chance
        self._seqs: dict[tuple[str, str], int] = {}

    def batches(self) -> Batches:
        submits = [self._submit(count) for count in range(SUBMITS)]
        return [submits[start : start + BATCH] for start in range(0, SUBMITS, BATCH)]

    def _submit(self, count: int) -> Submitted:
        name = self._chance.choice(["alice", "bob", "carol"])
        form = str(self._chance.choice(self._forms).pk)
        ops = [self._op() for _ in range(self._chance.choice([1, 1, 1, 3]))]
        client_id = f"{name}-in-{self._number}"
        if any(op["kind"] == "edit" for op in ops):
            client_id += f"-{count}"
        seq = self._seqs[form, client_id] = self._seqs.get((form, client_id), 0) + 1
        return [form, str(self._world.people[name].pk), client_id, seq, 0, ops]

    def _op(self) -> dict[str, Any]:
        chance, row = self._chance, f"row-{self._chance.randrange(12):04}"
        ops = [
            edit("notes", chance.choice("abcdef")),
            edit("title", chance.choice("abcdef")),
            set_("count", chance.randrange(5)),
            set_("shift", chance.choice(["early", "late", "nonsense"])),
            add(row),
            cell(row, "value", chance.randrange(3)),
            row_op(chance.choice(["remove_row", "restore_row"]), row),
            row_op("move_row", row, after=None),
        ]
        return chance.choice(ops)


async def test_parallel_processes_give_dense_versions_and_apply_each_op_once(world: World) -> None:
    """Every process sends its own submits and its neighbour's as well, while the neighbour does the same."""
    seed = int(os.environ.get("SEED", random.randrange(2**32)))
    print("seed", seed)
    chance = random.Random(seed)
    forms = [world.form, *[await in_thread(world.new_form)(f"Form {number}") for number in range(FORMS - 1)]]
    own = [Author(world, forms, number, chance).batches() for number in range(PROCESSES)]
    doubled = [
        [mine + theirs for mine, theirs in zip(own[number], own[number - 1], strict=True)]
        for number in range(PROCESSES)
    ]
    outcomes = the_only(await asyncio.wait_for(run(doubled), PATIENCE))
    await in_thread(check)(forms, own, outcomes)

    heads = await in_thread(versions_of)(forms)
    again = the_only(await asyncio.wait_for(run(doubled[::-1]), PATIENCE))
    assert again == outcomes
    assert await in_thread(versions_of)(forms) == heads


def the_only(answered: list[tuple[Submitted, Any]]) -> dict[Key, Any]:
    """The outcome of every submit, the same whoever sent it however often (I3)."""
    found: dict[Key, Any] = {}
    for submitted, outcome in answered:
        assert found.setdefault(key_of(submitted), outcome) == outcome, "a resend got another outcome"
    return found


async def run(given: list[Batches]) -> list[tuple[Submitted, Any]]:
    """Every process commits its batches, all at once; each submit with its outcome."""
    async with AsyncExitStack() as stack:
        running = [await stack.enter_async_context(process("commit")) for _ in given]
        inputs = ["".join(json.dumps(batch) + "\n" for batch in batches).encode() for batches in given]
        outputs = await asyncio.gather(*(each.communicate(lines) for each, lines in zip(running, inputs, strict=True)))
        assert [each.returncode for each in running] == [0] * len(running)
    answered: list[tuple[Submitted, Any]] = []
    for batches, (output, _) in zip(given, outputs, strict=True):
        for batch, line in zip(batches, output.splitlines(), strict=True):
            answered += zip(batch, json.loads(line), strict=True)
    return answered


def check(forms: list[Form], own: list[Batches], outcomes: dict[Key, Any]) -> None:
    accepted: Counter[Key] = Counter()
    for batches in own:
        for submitted in (submitted for batch in batches for submitted in batch):
            key, ops = key_of(submitted), submitted[5]
            refused = json.loads(outcomes[key][2] or "[]")
            assert not {"seq_reused", "internal"} & {each["code"] for each in refused}
            assert not [each for each in refused if "later submit" in each["message"]], "judged out of its order"
            accepted[key] = len(ops) - len(refused)
    logged: Counter[Key] = Counter()
    for form in forms:
        assert_sound(form)
        clients = form.clients.values_list("n", "user", "client_id")
        known = {n: (str(user), client_id) for n, user, client_id in clients}
        for by, seq in Operation.objects.filter(form=form).values_list("by", "seq"):
            logged[str(form.pk), *known[by], seq] += 1
    assert logged == +accepted
    assert logged.total() > SUBMITS


def key_of(submitted: Submitted) -> Key:
    form, user, client_id, seq, *_ = submitted
    return form, user, client_id, seq


def versions_of(forms: list[Form]) -> list[int]:
    return [Form.objects.get(pk=form.pk).version for form in forms]
