"""`manage.py prune`: what is old is forgotten, what was promised is not. C3, C9; drafts, sessions, sign-ins, audit."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from pytest_django import Settings

from collab import forgetting
from collab.accounts.models import AppendOnly, AuditEntry, AuditKind, End, SignIn
from collab.accounts.sign_ins import Present, end, who
from collab.drafts.models import Draft
from collab.drafts.services import save_draft
from collab.rooms.commit import Outcome
from collab.rooms.models import Cell, Operation, Reopening, Row, Submission, Submit
from collab.rooms.submission import reopen_form, submit_form
from tests.drafts.conftest import at_once
from tests.rooms.conftest import World
from tests.rooms.fold import assert_sound, stored
from tests.rooms.live import sign_in
from tests.rooms.test_commit import R1, add, cell, codes, edit, set_, value


def prune(*, dry_run: bool = False) -> dict[str, int]:
    """What it says it did."""
    out = io.StringIO()
    call_command("prune", dry_run=dry_run, stdout=out)
    lines = [line.partition(": ") for line in out.getvalue().splitlines()]
    words = "would be forgotten" if dry_run else "forgotten"
    counted = {what: said.removesuffix(words) for what, _, said in lines if said.endswith(words)}
    return {what: int(count) for what, count in counted.items()}


def ago(*, days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def age(found: QuerySet[Any], *, days: float) -> None:
    """Makes rows as old as that, past what their managers allow."""
    name = {"Draft": "saved_at", "SignIn": "ended_at", "Session": "expire_date"}.get(found.model.__name__, "at")
    QuerySet(found.model).filter(pk__in=list(found.values_list("pk", flat=True))).update(**{name: ago(days=days)})


def everything() -> dict[str, list[Any]]:
    """Every row that `prune` could touch, and those of a form."""
    models = (Submit, Draft, Session, SignIn, AuditEntry, Operation, Cell, Row, Submission, Reopening)
    return {model.__name__: sorted(map(str, QuerySet(model).values_list())) for model in models}


# --- outcomes of submits -------------------------------------------------------------------------------


def submitted(world: World, name: str, count: int) -> list[Outcome]:
    return [world.submit(name, set_("count", number), base=number, seq=number) for number in range(1, count + 1)]


def test_c3_an_outcome_is_kept_for_30_days(world: World) -> None:
    world.submit("bob", set_("done", True), base=0)
    submitted(world, "alice", 4)
    age(Submit.objects.filter(seq=1), days=30.1)
    age(Submit.objects.filter(seq=2), days=29.9)
    assert prune()["outcomes of submits"] == 1
    kept = Submit.objects.filter(client__client_id="alice-tab-1").values_list("seq", flat=True)
    assert sorted(kept) == [2, 3, 4]


def test_c3_a_clients_newest_is_kept_for_ever(world: World) -> None:
    """With it the numbers go on, a resend is answered, and an edit that is too old is known as one (C5)."""
    world.submit("bob", edit("title", "b"), base=0)
    first, _, newest = (
        world.submit("alice", edit("notes", "a"), base=0, seq=3),
        world.submit("alice", set_("count", 1), base=2, seq=4),
        world.submit("alice", set_("shift", "noon"), base=3, seq=7),
    )
    age(Submit.objects.all(), days=9_999)
    assert prune()["outcomes of submits"] == 2
    assert Submit.objects.count() == 2, "one of each client"
    assert world.submit("alice", set_("shift", "noon"), base=3, seq=7) == newest
    again = world.submit("alice", edit("notes", "a"), base=0, seq=3)
    assert (codes(again), first.rejected) == ([(0, "stale")], None), "not applied a second time"
    assert codes(world.submit("alice", set_("count", 2), base=2, seq=8)) == [(0, "stale")], "bases never decrease"
    assert codes(world.submit("alice", edit("notes", "b"), base=3, seq=9)) == []
    assert value(world, "notes") == "ba"
    assert_sound(world.form)


def test_c5_the_last_edit_of_a_client_is_not_forgotten(world: World) -> None:
    world.submit("alice", edit("notes", "a"), base=0, seq=1)
    age(Submit.objects.all(), days=9_999)
    prune()
    assert codes(world.submit("alice", edit("notes", "b"), base=0, seq=2)) == [(0, "stale")]


def test_many_outcomes_of_many_clients_go_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 3)
    monkeypatch.setattr("collab.rooms.keeping.CLIENTS_AT_ONCE", 2)
    for name, count in (("alice", 5), ("bob", 8), ("carol", 1)):
        submitted(world, name, count)
    age(Submit.objects.all(), days=31)
    assert prune(dry_run=True)["outcomes of submits"] == 11
    assert prune()["outcomes of submits"] == 11
    assert sorted(Submit.objects.values_list("client__client_id", "seq")) == [
        ("alice-tab-1", 5),
        ("bob-tab-1", 8),
        ("carol-tab-1", 1),
    ]


# --- a form --------------------------------------------------------------------------------------------


def test_c9_of_a_form_everything_is_kept(world: World) -> None:
    world.submit("alice", add(R1), cell(R1, "value", 2), edit("notes", "hello"), base=0)
    submit_form(world.people["alice"], world.form.pk, now=ago(days=9_999))
    reopen_form(world.people["alice"], world.form.pk, reason="To go on.", now=ago(days=9_999))
    submit_form(world.people["alice"], world.form.pk, now=ago(days=9_999))
    age(Operation.objects.all(), days=9_999)
    before, snapshot = everything(), stored(world.form)
    prune()
    assert everything() == before
    assert stored(world.form) == snapshot


# --- people --------------------------------------------------------------------------------------------


def test_ended_sign_ins_and_old_audit_go_and_who_is_signed_in_stays(world: World) -> None:
    alice = world.people["alice"]
    keys = [sign_in(alice, device=f"Device {number}") for number in range(4)]
    age(alice.sign_ins.filter(session_key=keys[0]), days=731)
    age(alice.sign_ins.filter(session_key=keys[1]), days=729)
    SignIn.objects.filter(session_key=keys[3]).update(began_at=ago(days=999), active_at=ago(days=999))
    age(AuditEntry.objects.filter(kind=AuditKind.ENDED), days=731)
    entries = AuditEntry.objects.filter(kind=AuditKind.SIGNED_IN)
    age(entries, days=729)
    counts = prune()
    assert (counts["ended sign-ins"], counts["audit entries"], counts["expired sessions"]) == (1, 3, 0)
    assert set(alice.sign_ins.values_list("session_key", flat=True)) == set(keys[1:])
    assert isinstance(who(keys[3]), Present)
    assert AuditEntry.objects.count() == entries.count() == 4


def test_the_audit_loses_entries_in_no_other_way(world: World) -> None:
    sign_in(world.people["alice"])
    age(AuditEntry.objects.all(), days=999)
    (entry,) = AuditEntry.objects.all()
    for attempt in (entry.delete, entry.save, AuditEntry.objects.all().delete):
        with pytest.raises(AppendOnly):
            attempt()
    assert prune()["audit entries"] == 1


def test_an_expired_session_goes_and_its_sign_in_ends(world: World) -> None:
    people = [world.people[name] for name in ("alice", "bob", "carol")]
    expired, alive, over = (sign_in(user) for user in people)
    end([people[2].pk], End.SIGNED_OUT)
    stray = SessionStore()
    stray.create()
    age(Session.objects.filter(pk__in=[expired, stray.session_key]), days=0.1)
    assert over not in Session.objects.values_list("pk", flat=True)
    assert prune(dry_run=True)["expired sessions"] == 2
    assert prune()["expired sessions"] == 2
    assert set(Session.objects.values_list("pk", flat=True)) == {alive}
    assert people[0].sign_ins.get().ended_why == End.EXPIRED
    assert people[1].sign_ins.get().ended_at is None
    assert AuditEntry.objects.filter(user=people[0], detail=End.EXPIRED).count() == 1


def test_a_draft_that_nobody_touches_goes(world: World) -> None:
    now = datetime.now(UTC)
    for name in ("old", "young"):
        save_draft(world.people["alice"].pk, name, data='{"a":"b"}', base_version=0, now=now)
    age(Draft.objects.filter(form_identifier="old"), days=91)
    age(Draft.objects.filter(form_identifier="young"), days=89)
    assert prune()["drafts"] == 1
    assert Draft.objects.get().form_identifier == "young"


# --- the command ---------------------------------------------------------------------------------------


def grow_old(world: World) -> None:
    """Something of every kind that may go."""
    submitted(world, "alice", 3)
    save_draft(world.people["alice"].pk, "f", data='{"a":"b"}', base_version=0, now=datetime.now(UTC))
    for name in ("alice", "alice", "bob"):
        sign_in(world.people[name])
    ended = SignIn.objects.exclude(ended_at=None)
    for found in (Submit.objects.all(), Draft.objects.all(), Session.objects.all(), ended, AuditEntry.objects.all()):
        age(found, days=9_999)


GONE = {"outcomes of submits": 2, "drafts": 1, "expired sessions": 2, "ended sign-ins": 1, "audit entries": 4}


def test_a_dry_run_counts_and_forgets_nothing_and_a_second_run_finds_nothing(world: World) -> None:
    grow_old(world)
    before = everything()
    assert prune(dry_run=True) == GONE
    assert everything() == before
    assert prune() == GONE
    after = everything()
    assert prune() == dict.fromkeys(GONE, 0)
    assert everything() == after


@pytest.mark.parametrize("name", ["outcomes", "drafts", "sign_ins", "audit"])
@pytest.mark.parametrize("days", [29, 1, -1])
def test_nothing_is_forgotten_before_its_time_whatever_the_settings_say(
    world: World, settings: Settings, name: str, days: int
) -> None:
    grow_old(world)
    before = everything()
    settings.KEEP_DAYS = {**settings.KEEP_DAYS, name: days}
    with pytest.raises(CommandError, match=f"FORMROOM_KEEP_{name.upper()}_DAYS is {days}"):
        prune()
    assert everything() == before


def test_0_days_are_for_ever(world: World, settings: Settings) -> None:
    grow_old(world)
    settings.KEEP_DAYS = dict.fromkeys(settings.KEEP_DAYS, 0)
    assert prune() == {"expired sessions": 2}
    out = io.StringIO()
    call_command("prune", stdout=out)
    assert out.getvalue().splitlines() == [
        "outcomes of submits: all kept",
        "drafts: all kept",
        "expired sessions: 0 forgotten",
        "ended sign-ins: all kept",
        "audit entries: all kept",
        "ops, submissions, reopenings: all kept",
    ]


@pytest.mark.slow
def test_it_runs_beside_itself_and_beside_who_writes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row is forgotten once, and a submit that is under way meanwhile is neither lost nor forgotten."""
    monkeypatch.setattr(forgetting, "AT_ONCE", 5)
    monkeypatch.setattr("collab.rooms.keeping.CLIENTS_AT_ONCE", 1)
    for name in ("alice", "bob"):
        submitted(world, name, 60)
    age(Submit.objects.all(), days=31)
    head = world.submit("carol", set_("done", True), base=0).version

    def write_on() -> dict[str, int]:
        for seq in range(61, 91):
            outcome = world.submit("alice", set_("temperature", seq), base=head, seq=seq)
            assert codes(outcome) == []
        return {}

    pruned = at_once(prune, prune, prune, write_on)
    # alice's 60 was her newest until she went on; then it might go
    assert sum(counts.get("outcomes of submits", 0) for counts in pruned) + prune()["outcomes of submits"] == 60 + 59
    kept = Submit.objects.filter(client__client_id="alice-tab-1").values_list("seq", flat=True)
    assert sorted(kept) == list(range(61, 91))
    assert (
        json.loads(world.submit("alice", set_("temperature", 1), base=head, seq=60).rejected or "")[0]["code"]
        == "stale"
    )
    assert_sound(world.form)
