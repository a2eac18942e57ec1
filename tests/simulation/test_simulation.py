"""The real client against the real store over a bad network: I4 holds, and no character is lost or doubled.

`SEEDS` and `FIRST_SEED` choose the stories. A failing one names its seed: `SEEDS=1 FIRST_SEED=<seed>` plays it again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import Error

from collab.document import text
from collab.rooms import commit, store
from collab.rooms.run import Run
from collab.rooms.store import LoggedOp
from tests.rooms.conftest import World
from tests.simulation.clients import Clients
from tests.simulation.story import Story, forgo_durability

SEEDS = int(os.environ.get("SEEDS", "200"))
FIRST = int(os.environ.get("FIRST_SEED", "0"))
SHARE = max(1, min(50, SEEDS))

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    with Clients() as running:
        yield running


def play(world: World, clients: Clients, seed: int) -> None:
    people = [world.people[name] for name in ("alice", "bob", "carol")]
    story = Story(seed, form=world.new_form(), people=[*people, *people[:2]], clients=clients)
    try:
        story.play()
    except AssertionError as broken:
        raise AssertionError(f"seed {seed}: {broken}") from broken


def play_all(world: World, clients: Clients, seeds: Iterable[int]) -> None:
    for seed in seeds:
        play(world, clients, seed)


@pytest.mark.parametrize("first", range(FIRST, FIRST + SEEDS, SHARE))
def test_i4_stories_over_a_bad_network(world: World, clients: Clients, first: int) -> None:
    forgo_durability()
    play_all(world, clients, range(first, min(first + SHARE, FIRST + SEEDS)))


def no_dedupe(monkeypatch: pytest.MonkeyPatch) -> None:
    """A submit that comes again is applied again."""
    judged = commit._Batch._judge

    def outcome(self: commit._Batch, each: commit._Submitted, *, waited: bool) -> commit.Outcome:
        work = self._forms[each.submission.form]
        return judged(self, work, self._clients[each.submission.client], each)

    monkeypatch.setattr(commit._Batch, "_outcome", outcome)
    monkeypatch.setattr(store, "insert_submits", lambda db, submits: None)


def no_transform(monkeypatch: pytest.MonkeyPatch) -> None:
    """A late edit is applied as if nothing had happened since its base."""
    monkeypatch.setattr(text, "transform", lambda delta, other, side: delta)


def wrong_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two inserts at one place the later committed stands first."""
    transform = text.transform
    monkeypatch.setattr(text, "transform", lambda delta, other, side: transform(delta, other, "left"))


def wrong_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is told in another order than the one it was committed in, under versions that look right."""
    runs = commit._Batch._runs

    def told(self: commit._Batch, handed: Mapping[UUID, int]) -> list[Run]:
        return [replace(run, ops=tuple(backwards(run))) for run in runs(self, handed)]

    def backwards(run: Run) -> Iterator[LoggedOp]:
        return (op._replace(version=version) for version, op in enumerate(reversed(run.ops), start=run.first))

    monkeypatch.setattr(commit._Batch, "_runs", told)


@pytest.mark.parametrize("bug", [no_dedupe, no_transform, wrong_side, wrong_order])
def test_the_stories_catch_a_planted_bug(world: World, bug: object, monkeypatch: pytest.MonkeyPatch) -> None:
    forgo_durability()
    assert callable(bug)
    bug(monkeypatch)
    with Clients() as clients, pytest.raises((AssertionError, Error)) as caught:
        play_all(world, clients, range(40))
    print(f"{caught.type.__name__}: {str(caught.value)[:300]}")
