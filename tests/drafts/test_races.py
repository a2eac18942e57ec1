"""Drafts under real contention, on both databases: of two saves at once one wins, and a submission ends it for good.

`SUBMISSIONS` chooses the rounds, `SEED` takes one run again.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import transaction

from collab.accounts.models import User
from collab.drafts.models import Draft
from collab.drafts.services import Conflict, Ended, Saved, end_draft, load_draft, save_draft
from tests.drafts.conftest import at_once

ROUNDS = int(os.environ.get("SUBMISSIONS", "100"))
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(0)]


def saving(user: User, form: str, text: str, base: int) -> Callable[[], Saved | Conflict | Ended | int]:
    return lambda: save_draft(user.pk, form, data=f'{{"a":"{text}"}}', base_version=base, now=datetime.now(UTC))


def submitting(user: User, form: str) -> Callable[[], Saved | Conflict | Ended | int]:
    def submit() -> int:
        with transaction.atomic():
            return end_draft(user.pk, form)

    return submit


def test_of_the_first_saves_at_once_one_wins(alice: User) -> None:
    for number in range(ROUNDS):
        form = f"f{number % 7}"
        base = load_draft(alice.pk, form).version
        outcomes = at_once(*(saving(alice, form, f"{number} {who}", base) for who in "abcd"))
        won = [who for who, outcome in zip("abcd", outcomes, strict=True) if isinstance(outcome, Saved)]
        assert len(won) == 1
        stands = load_draft(alice.pk, form)
        assert (stands.data, stands.version) == (f'{{"a":"{number} {won[0]}"}}', base + 1)
        for outcome in outcomes:
            assert isinstance(outcome, Saved) or outcome == Conflict(stands)
    assert Draft.objects.count() == 7


def test_a_submission_against_a_running_autosave_revives_nothing(alice: User) -> None:
    """Whichever is first: the draft is empty afterwards, and every save based on what was before is told so."""
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")
    chance = random.Random(seed)
    for number in range(ROUNDS):
        form = f"f{number}"
        base = 0
        if chance.random() < 0.5:
            saving(alice, form, "before", 0)()
            base = 1
        works = [saving(alice, form, "late", base), submitting(alice, form), saving(alice, form, "later", base)]
        order = chance.sample(range(3), 3)
        outcomes = dict(zip(order, at_once(*(works[index] for index in order)), strict=True))
        stands = load_draft(alice.pk, form)
        ended = outcomes[1]
        assert isinstance(ended, int)
        assert (stands.data, stands.version) == ("{}", ended)
        saved = [outcome for index, outcome in outcomes.items() if index != 1 and isinstance(outcome, Saved)]
        assert len(saved) <= 1
        assert ended == base + len(saved) + 1
        assert saving(alice, form, "much later", base)() == Ended(ended)


def test_the_last_of_many_in_a_row_is_there(alice: User) -> None:
    """Four pages that each load and save again where they came too late: every one gets its turn."""

    def persist(who: str) -> Callable[[], int]:
        def run() -> int:
            for tries in range(1, 1000):
                base = load_draft(alice.pk, "trial").version
                if isinstance(saving(alice, "trial", who, base)(), Saved):
                    return tries
            raise AssertionError("never got a turn")

        return run

    at_once(*(persist(who) for who in "abcd"))
    assert load_draft(alice.pk, "trial").version == 4
