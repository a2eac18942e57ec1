"""A form is submitted, for good, and opened again for a reason: what is kept, who may, what is refused. C8, C10, S1."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.utils import timezone

from collab.accounts.fence import SignedOut
from collab.accounts.models import End, User
from collab.accounts.sign_ins import end
from collab.document.canonical import canonical
from collab.rooms import api_submission, services
from collab.rooms.models import Form, FormStatus, Immutable, Reopening, Submission
from collab.rooms.services import StatusKept, change_form
from tests.rooms.conftest import DEFINITION, World
from tests.rooms.faults import holding, postgresql_only
from tests.rooms.fold import assert_sound, stored
from tests.rooms.live import LiveServer, live_server, sign_in
from tests.rooms.test_api import UNKNOWN, Answer, Script, one, refusal
from tests.rooms.test_commit import R1, add, cell, codes, edit, row_op, set_

STRICT = deepcopy(DEFINITION)
STRICT["sections"][0]["fields"][2] |= {"required": True, "min": 10}
STRICT["sections"][0]["tables"][0]["columns"][2] |= {"required": True}
STRICT["sections"][1]["fields"][0] |= {"pattern": "[A-Z]+", "max_length": 3}


def submit(script: Script, form: Form | str) -> Answer:
    return script.post(f"{one(form)}submission/", {})


def reopen(script: Script, form: Form | str, reason: Any = "The date is wrong.") -> Answer:
    return script.post(f"{one(form)}reopening/", {"reason": reason})


@pytest.fixture
def strict(transactional_db: None) -> World:
    return World(STRICT)


@pytest.fixture
def alice(world: World) -> Script:
    return Script(world.people["alice"])


# --- submitting ----------------------------------------------------------------------------------------


def test_a_submission_is_the_form_at_its_version(world: World, alice: Script) -> None:
    world.submit("bob", edit("notes", "hello"), add(R1), cell(R1, "value", 2.5), row_op("remove_row", R1), base=0)
    before = stored(world.form)
    status, made = submit(alice, world.form)
    assert status == 201
    assert made.keys() == {"number", "version", "hash", "at", "by"}
    assert (made["number"], made["version"]) == (1, 4)
    assert made["by"] == {"id": str(world.people["alice"].pk), "name": "Alice"}
    status, told = alice.get(f"{one(world.form)}submissions/1/")
    assert status == 200
    assert told["snapshot"] == before == stored(world.form)
    assert told["template"]["key"] == "trial"
    assert told["clients"]["1"]["user"]["name"] == "Bob"
    assert {key: told[key] for key in made} == made
    assert_sound(world.form)


def test_the_hash_can_be_made_again_by_anybody(world: World, alice: Script) -> None:
    """Of what the API tells, and of what is stored."""
    world.submit("bob", edit("notes", "„é 😀\n"), set_("temperature", 1e-5), set_("count", 1.0), base=0)
    made = submit(alice, world.form)[1]
    told = alice.get(f"{one(world.form)}submissions/1/")[1]
    kept = Submission.objects.get(form=world.form)
    for snapshot in (told["snapshot"], json.loads(kept.snapshot)):
        content = {key: told[key] for key in ("form", "template_version", "version")} | snapshot
        assert hashlib.sha256(canonical(content).encode()).hexdigest() == made["hash"] == kept.hash
    other = told["snapshot"] | {"values": told["snapshot"]["values"] | {"count": {"value": 2}}}
    content = {key: told[key] for key in ("form", "template_version", "version")} | other
    assert hashlib.sha256(canonical(content).encode()).hexdigest() != made["hash"]


def test_c10_nothing_is_committed_after_it(world: World, alice: Script) -> None:
    world.submit("bob", set_("temperature", 1), base=0)
    submit(alice, world.form)
    ops = [set_("temperature", 2), edit("notes", "x"), add(R1)]
    assert codes(world.submit("bob", *ops, base=1)) == [(0, "locked"), (1, "locked"), (2, "locked")]
    assert Form.objects.get(pk=world.form.pk).version == 1


def test_c8_everything_that_is_missing_is_told_at_once_in_the_order_of_the_form(strict: World) -> None:
    alice = Script(strict.people["alice"])
    strict.submit("bob", add(R1), add("row-gone"), edit("sign", "abcd"), row_op("remove_row", "row-gone"), base=0)
    status, answer = submit(alice, strict.form)
    assert (status, answer["code"]) == (400, "incomplete")
    assert answer["message"]
    assert [(each.pop("message") != "") for each in answer["problems"]] == [True] * 4
    assert answer["problems"] == [
        {"field": "temperature", "code": "required"},
        {"table": "readings", "row": R1, "field": "remark", "code": "required"},
        {"field": "sign", "code": "pattern"},
        {"field": "sign", "code": "max_length"},
    ]
    form = Form.objects.get(pk=strict.form.pk)
    assert (form.status, form.revision, Submission.objects.count()) == ("open", 0, 0)
    strict.submit("bob", set_("temperature", 9), edit("sign", {"d": 4}), row_op("remove_row", R1), base=4)
    (problem,) = submit(alice, strict.form)[1]["problems"]
    assert (problem["field"], problem["code"], problem["message"]) == ("temperature", "min", "At least 10.")
    strict.submit("bob", set_("temperature", 10), base=7)
    assert submit(alice, strict.form)[0] == 201


def test_a_form_that_is_not_open_is_locked(world: World, alice: Script) -> None:
    assert submit(alice, world.form)[0] == 201
    assert refusal(submit(alice, world.form)) == (409, "locked")
    closed = world.new_form()
    change_form(closed, status="closed")
    assert refusal(submit(alice, closed)) == (409, "locked")
    assert Submission.objects.count() == 1


def test_who_may_not_edit_submits_and_reopens_nothing(world: World, alice: Script) -> None:
    stranger = Script(User.objects.create(username="stranger"))
    dora, nobody = Script(world.people["dora"]), Script(None)
    forger = Script(world.people["bob"], token=False)
    for act in (submit, reopen):
        assert refusal(act(dora, world.form)) == (403, "not_allowed")
        assert refusal(act(stranger, world.form)) == (403, "not_allowed")
        assert refusal(act(nobody, world.form)) == (401, "not_signed_in")
        assert refusal(act(forger, world.form)) == (403, "csrf")
        for unknown in (UNKNOWN, "nonsense"):
            assert refusal(act(alice, unknown)) == (404, "no_such_form")
    archived = world.new_form()
    Form.objects.filter(pk=archived.pk).update(archived_at=timezone.now())
    assert refusal(submit(alice, archived)) == (404, "no_such_form")
    for path in ("submission/", "reopening/"):
        assert refusal(alice.get(f"{one(world.form)}{path}")) == (405, "method_not_allowed")
    assert refusal(alice.post(f"{one(world.form)}submission/", b"nonsense")) == (400, "malformed")
    assert not Submission.objects.exists()
    assert not Reopening.objects.exists()


def test_s1_an_ended_sign_in_submits_nothing(world: World, alice: Script) -> None:
    """Signed in elsewhere before the request, and while it is under way: the transaction asks again."""
    request = RequestFactory().post("/", b"{}", content_type="application/json")
    request.user = world.people["alice"]
    request.sign_in = world.people["alice"].sign_ins.get(ended_at=None)  # type: ignore[attr-defined]
    sign_in(world.people["alice"], device="Another")
    with pytest.raises(SignedOut):
        api_submission.submission(request, str(world.form.pk))
    status, answer = submit(alice, world.form)
    assert (status, answer["code"]) == (401, "signed_in_elsewhere")
    end([world.people["alice"].pk], End.BY_ADMIN)
    assert submit(alice, world.form)[0] == 401
    assert not Submission.objects.exists()


@postgresql_only
def test_a_held_form_is_busy_and_nothing_is_stored(
    world: World, alice: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "WAIT_MILLISECONDS", 50)
    with holding(world.form.pk):
        assert refusal(submit(alice, world.form)) == (503, "busy")
    assert submit(alice, world.form)[0] == 201


# --- opening again -------------------------------------------------------------------------------------


def test_a_reopened_form_goes_on_and_its_next_submission_is_a_new_one(world: World, alice: Script) -> None:
    world.submit("bob", set_("temperature", 1), base=0)
    first = submit(alice, world.form)[1]
    bob = Script(world.people["bob"])
    assert reopen(bob, world.form, "  The date is wrong. ") == (200, {"status": "open", "revision": 2})
    world.submit("bob", set_("temperature", 2), base=1)
    second = submit(bob, world.form)[1]
    assert [(each["number"], each["version"]) for each in (first, second)] == [(1, 1), (2, 2)]
    status, listed = alice.get(f"{one(world.form)}submissions/")
    assert status == 200
    assert listed["submissions"] == [first, second]
    (reopening,) = listed["reopenings"]
    assert reopening.pop("at")
    by = {"id": str(world.people["bob"].pk), "name": "Bob"}
    assert reopening == {"number": 1, "by": by, "reason": "The date is wrong."}
    values = [
        alice.get(f"{one(world.form)}submissions/{number}/")[1]["snapshot"]["values"]["temperature"]["value"]
        for number in (1, 2)
    ]
    assert values == [1, 2]
    assert_sound(world.form)


@pytest.mark.parametrize("reason", [None, 7, "", "   ", "x" * 501, "nul\0", "half \ud800", ["because"]])
def test_a_reason_is_given(world: World, alice: Script, reason: Any) -> None:
    submit(alice, world.form)
    assert refusal(reopen(alice, world.form, reason)) == (400, "invalid")
    assert Form.objects.get(pk=world.form.pk).status == "submitted"
    assert reopen(alice, world.form, "é" * 500)[0] == 200


def test_only_a_submitted_form_is_reopened(world: World, alice: Script) -> None:
    assert refusal(reopen(alice, world.form)) == (409, "not_submitted")
    change_form(world.form, status="closed")
    assert refusal(reopen(alice, world.form)) == (409, "not_submitted")
    other = world.new_form()
    submit(alice, other)
    assert reopen(alice, other)[0] == 200
    assert refusal(reopen(alice, other)) == (409, "not_submitted")


def test_there_is_no_other_way_to_it_or_from_it(world: World, alice: Script) -> None:
    with pytest.raises(StatusKept):
        change_form(world.form, status=FormStatus.SUBMITTED)
    submit(alice, world.form)
    for status in ("open", "closed"):
        with pytest.raises(StatusKept):
            change_form(world.form, status=status, title="Another")
    change_form(world.form, title="Another")
    assert Form.objects.values_list("status", "title").get(pk=world.form.pk) == ("submitted", "Another")


# --- what is kept --------------------------------------------------------------------------------------


def test_what_was_submitted_never_changes(world: World, alice: Script) -> None:
    submit(alice, world.form)
    reopen(alice, world.form)
    for kept in (Submission.objects.get(), Reopening.objects.get()):
        before = type(kept).objects.values().get()
        kept.at = timezone.now()
        for change in (
            kept.save,
            kept.delete,
            type(kept).objects.all().delete,
            lambda kept=kept: type(kept).objects.update(at=kept.at),
            lambda kept=kept: type(kept).objects.bulk_update([kept], ["at"]),
        ):
            with pytest.raises(Immutable):
                change()
        twin = type(kept)(**{**before, "at": kept.at})
        with pytest.raises(IntegrityError):
            twin.save()
        assert type(kept).objects.values().get() == before


def test_a_number_is_given_once_and_a_submission_is_reopened_once(world: World, alice: Script) -> None:
    submit(alice, world.form)
    reopen(alice, world.form)
    made, reopened = Submission.objects.get(), Reopening.objects.get()
    again = {"form": made.form, "number": 1, "version": 0, "snapshot": "{}", "hash": "", "author": made.author}
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(**again, at=made.at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reopening.objects.create(after=made, by=reopened.by, at=reopened.at, reason="Again")


def test_everybody_in_the_team_reads_what_was_submitted_and_nobody_else(world: World, alice: Script) -> None:
    submit(alice, world.form)
    dora, stranger = Script(world.people["dora"]), Script(User.objects.create(username="stranger"))
    for path in (f"{one(world.form)}submissions/", f"{one(world.form)}submissions/1/"):
        assert dora.get(path)[0] == 200
        assert refusal(stranger.get(path)) == (403, "not_allowed")
        assert refusal(Script(None).get(path)) == (401, "not_signed_in")
    for number in ("0", "2", "999999999999999999"):
        assert refusal(alice.get(f"{one(world.form)}submissions/{number}/")) == (404, "no_such_submission")
    for number in ("-1", "x", "1.0", "٣", "9" * 19):
        assert refusal(alice.get(f"{one(world.form)}submissions/{number}/")) == (400, "malformed")


# --- the room ------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def server(world: World) -> AsyncIterator[LiveServer]:
    async with live_server() as running:
        yield running


async def test_everybody_in_the_room_hears_of_it_at_once(server: LiveServer, world: World) -> None:
    alice = await in_thread(Script)(world.people["alice"])
    async with server.join(world.people["alice"], world.form), server.join(world.people["bob"], world.form) as bob:
        assert (bob.joined["form"]["status"], bob.joined["form"]["submission"]) == ("open", None)
        _, made = await in_thread(submit)(alice, world.form)
        stands = {key: made[key] for key in ("number", "version", "at", "by")}
        async with asyncio.timeout(2):
            told = await bob.next("form_changed")
        assert (told["revision"], told["status"], told["submission"]) == (1, "submitted", stands)
        async with server.join(world.people["carol"], world.form) as carol:
            assert (carol.joined["form"]["status"], carol.joined["form"]["submission"]) == ("submitted", stands)
        await in_thread(reopen)(alice, world.form)
        async with asyncio.timeout(2):
            told = await bob.next("form_changed")
        assert (told["revision"], told["status"], told["submission"]) == (2, "open", None)
        await bob.submit(set_("done", True))
        assert (await bob.next("acked"))["rejected"] == []
