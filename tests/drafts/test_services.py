"""What a draft is worth: the newest version wins by its number, and one that has ended stays so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from collab.accounts.models import User
from collab.accounts.services import anonymise
from collab.drafts.models import Draft
from collab.drafts.services import (
    MAX_BYTES,
    MAX_DRAFTS,
    NONE,
    Conflict,
    Ended,
    Kept,
    Saved,
    TooLarge,
    TooMany,
    end_draft,
    forget_drafts,
    load_draft,
    save_draft,
)

NOW = datetime(2026, 11, 21, 14, 3, tzinfo=UTC)
ONE, TWO, THREE = '{"title":"one"}', '{"title":"two"}', '{"title":"three"}'


def save(user: User, data: str, base: int, *, form: str = "trial", now: datetime = NOW) -> Saved | Conflict | Ended:
    return save_draft(user.pk, form, data=data, base_version=base, now=now)


def test_there_is_none_before_the_first(alice: User) -> None:
    assert load_draft(alice.pk, "trial") == NONE


def test_each_save_is_the_next_version(alice: User) -> None:
    assert save(alice, ONE, 0) == Saved(1, NOW)
    assert save(alice, TWO, 1) == Saved(2, NOW)
    assert load_draft(alice.pk, "trial") == Kept(TWO, 2, NOW)


def test_one_that_is_not_based_on_the_newest_is_refused_and_shown_it(alice: User) -> None:
    save(alice, ONE, 0)
    save(alice, TWO, 1)
    for stale in (0, 1, 3, 99):
        assert save(alice, THREE, stale) == Conflict(Kept(TWO, 2, NOW))
    assert load_draft(alice.pk, "trial").data == TWO


def test_the_number_counts_and_not_the_clock(alice: User) -> None:
    save(alice, ONE, 0)
    assert save(alice, TWO, 1, now=NOW - timedelta(days=365)) == Saved(2, NOW - timedelta(days=365))
    assert save(alice, THREE, 1, now=NOW + timedelta(days=365)) == Conflict(Kept(TWO, 2, NOW - timedelta(days=365)))


def test_i3_a_save_whose_answer_was_lost_gets_it_again(alice: User) -> None:
    save(alice, ONE, 0)
    assert save(alice, ONE, 0, now=NOW + timedelta(seconds=9)) == Saved(1, NOW)
    assert load_draft(alice.pk, "trial").version == 1


def test_what_was_sent_before_the_end_comes_too_late(alice: User) -> None:
    save(alice, ONE, 0)
    assert end_draft(alice.pk, "trial", now=NOW) == 2
    for base in (0, 1):
        assert save(alice, TWO, base) == Ended(2)
    assert load_draft(alice.pk, "trial") == Kept("{}", 2, NOW)
    assert save(alice, THREE, 2) == Saved(3, NOW), "a page that was loaded since may begin another"
    assert save(alice, TWO, 1) == Ended(3), "and the old one is no less over for that"


def test_a_draft_that_never_reached_the_server_ends_too(alice: User) -> None:
    """Typed and sent within half a second: the autosave comes after the submission."""
    assert end_draft(alice.pk, "trial") == 1
    assert save(alice, ONE, 0) == Ended(1)


def test_the_end_is_undone_with_what_it_was_part_of(alice: User) -> None:
    save(alice, ONE, 0)
    with transaction.atomic():
        end_draft(alice.pk, "trial")
        transaction.set_rollback(True)
    assert save(alice, TWO, 1) == Saved(2, NOW)


def test_drafts_are_apart_by_person_and_form(alice: User, bob: User) -> None:
    save(alice, ONE, 0)
    assert load_draft(bob.pk, "trial") == NONE
    assert save(bob, TWO, 0) == Saved(1, NOW)
    assert save(alice, THREE, 0, form="other") == Saved(1, NOW)
    end_draft(bob.pk, "trial")
    assert load_draft(alice.pk, "trial").data == ONE


def test_a_draft_is_as_large_as_it_may_be_and_no_larger(alice: User) -> None:
    room = MAX_BYTES - len('{"a":""}')
    with pytest.raises(TooLarge):
        save(alice, '{"a":"%s"}' % ("x" * (room + 1)), 0)
    with pytest.raises(TooLarge):
        save(alice, '{"a":"%s"}' % ("é" * (room // 2 + 1)), 0)
    assert save(alice, '{"a":"%s"}' % ("é" * (room // 2)), 0) == Saved(1, NOW)


def test_i9_nobody_has_drafts_without_end(alice: User, bob: User) -> None:
    Draft.objects.bulk_create(
        Draft(user=alice, form_identifier=f"f{number}", data=ONE, version=1, saved_at=NOW)
        for number in range(MAX_DRAFTS)
    )
    with pytest.raises(TooMany):
        save(alice, ONE, 0)
    assert save(alice, TWO, 1, form="f0") == Saved(2, NOW), "those that are there can be gone on with"
    assert save(bob, ONE, 0) == Saved(1, NOW)
    end_draft(alice.pk, "f1")
    assert save(alice, ONE, 0) == Saved(1, NOW)


def test_what_is_old_is_forgotten(alice: User) -> None:
    save(alice, ONE, 0, form="old", now=NOW - timedelta(days=91))
    save(alice, ONE, 0, form="new")
    assert forget_drafts(before=NOW - timedelta(days=90)) == 1
    assert load_draft(alice.pk, "old") == NONE
    assert load_draft(alice.pk, "new").data == ONE
    assert save(alice, TWO, 1, form="old") == Conflict(NONE), "a page that is still open hears that it is gone"


def test_who_is_anonymised_leaves_none(alice: User, bob: User) -> None:
    save(alice, ONE, 0)
    save(bob, TWO, 0)
    anonymise(alice, now=NOW)
    assert [draft.user_id for draft in Draft.objects.all()] == [bob.pk]
