"""How submits fall into batches changes nothing: neither outcomes, nor the log, nor the cells. C2 to C7, I2 to I4."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import pytest

from collab.rooms.commit import Outcome, Submission
from collab.rooms.models import Form, Operation
from tests.rooms.conftest import World
from tests.rooms.fold import assert_sound, stored
from tests.rooms.test_commit import add, cell, edit, row_op, set_

SUBMITS = 60
ROWS = [f"row-{number:04}" for number in range(5)]


class Story:
    """Submits of three people in a few tabs, on bases old and new, some sent again, some with something wrong."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self._world = world
        self._chance = chance
        self._seqs: dict[str, int] = {}
        self._bases: dict[str, int] = {}
        self.submissions: list[Submission] = []

    def next(self, version: int) -> Submission:
        """The next submit, of somebody who has seen the form at about this version."""
        again = self.submissions and self._chance.random() < 0.15
        self.submissions.append(self._chance.choice(self.submissions) if again else self._new(version))
        return self.submissions[-1]

    def _new(self, version: int) -> Submission:
        name = self._chance.choice(["alice", "bob", "carol"])
        client_id = f"{name}-tab-{self._chance.randrange(2)}"
        self._seqs[client_id] = seq = self._seqs.get(client_id, 0) + self._chance.choice([1, 1, 1, 2, 0])
        base = max(self._bases.get(client_id, 0), self._chance.randint(max(0, version - 8), version))
        if self._chance.random() < 0.03:
            base = version + 1  # from the future
        else:
            self._bases[client_id] = base
        ops = [self._op() for _ in range(self._chance.choice([1, 1, 2, 4]))]
        return Submission(self._world.form.pk, self._world.people[name].pk, client_id, max(seq, 1), base, ops)

    def _op(self) -> dict[str, Any]:
        chance, row = self._chance, self._chance.choice(ROWS)
        text = chance.choice(
            [edit("notes", "a"), edit("notes", "b", {"d": 1}), edit("notes", 1, "c"), edit("title", "d")]
        )
        ops = [
            text,
            text,
            {"kind": "edit", "table": "readings", "row": row, "field": "remark", "delta": [chance.choice("xyz")]},
            set_("count", chance.randrange(4)),
            set_("shift", chance.choice(["early", "late", "noon"])),
            cell(row, "value", chance.randrange(3)),
            add(row, chance.choice([None, *ROWS])),
            row_op("move_row", row, after=chance.choice([None, *ROWS])),
            row_op(chance.choice(["remove_row", "restore_row"]), row),
        ]
        return chance.choice(ops)


def commit(world: World, form: Form, submissions: Sequence[Submission], sizes: Sequence[int]) -> list[Outcome]:
    """Commits them to a form, in batches of these sizes."""
    left, outcomes = [each._replace(form=form.pk) for each in submissions], []
    for size in sizes:
        batch, left = left[:size], left[size:]
        outcomes += world.commit(*batch).outcomes
    assert not left
    return [outcome for outcome in outcomes if isinstance(outcome, Outcome)]


def without_times(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: without_times(value) for key, value in told.items() if key != "at"}
    return [without_times(each) for each in told] if isinstance(told, list) else told


def log(form: Form) -> list[tuple[int, int, int, str]]:
    return list(Operation.objects.filter(form=form).order_by("version").values_list("version", "by", "seq", "op"))


def random_sizes(chance: random.Random) -> list[int]:
    sizes: list[int] = []
    while sum(sizes) < SUBMITS:
        sizes.append(min(chance.randint(1, 12), SUBMITS - sum(sizes)))
    return sizes


@pytest.mark.parametrize("seed", range(12))
def test_how_submits_fall_into_batches_changes_nothing(world: World, seed: int) -> None:
    chance = random.Random(seed)
    story, one_by_one = Story(world, chance), world.new_form()
    version, outcomes = 0, []
    for _ in range(SUBMITS):
        (outcome,) = commit(world, one_by_one, [story.next(version)], [1])
        version = max(version, outcome.version)
        outcomes.append(outcome)
    expected = found(one_by_one, outcomes)
    assert version > SUBMITS / 10
    for sizes in ([SUBMITS], random_sizes(chance), random_sizes(chance)):
        form = world.new_form()
        assert found(form, commit(world, form, story.submissions, sizes)) == expected


def found(form: Form, outcomes: list[Outcome]) -> Any:
    assert_sound(form)
    return [(each.seq, each.version, _codes(each)) for each in outcomes], log(form), without_times(stored(form))


def _codes(outcome: Outcome) -> Any:
    return without_times(json.loads(outcome.rejected or "[]"))
