"""The pages of what was submitted, and of the form as it was: who sees them, what they hold, that they stay nowhere."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from collab.accounts.models import User
from collab.document.definition import Choice, Field
from collab.rooms.models import Form, Operation
from collab.rooms.record import in_words
from collab.rooms.submission import reopen_form, submit_form
from tests.rooms.conftest import World
from tests.rooms.test_commit import R1, add, cell, edit
from tests.rooms.test_pages import signed_in

BERLIN = ZoneInfo("Europe/Berlin")
PAGES = ("submissions/", "submissions/1/", "versions/1/")


@pytest.fixture
def submitted(world: World) -> World:
    """Three versions, the second of which is submitted, and a form that is open again."""
    world.submit("alice", edit("notes", "<b>first</b>"), add(R1), base=0)
    submit_form(world.people["alice"], world.form.pk, now=timezone.now())
    reopen_form(world.people["bob"], world.form.pk, reason="Row 1 is <wrong>.", now=timezone.now())
    world.submit("bob", cell(R1, "value", 2.5), base=2)
    return world


def page(world: World, path: str, user: str = "dora") -> str:
    answer = signed_in(world.people[user]).get(f"/forms/{world.form.pk}/{path}", follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_who_may_not_open_the_form_sees_none_of_it(submitted: World, path: str) -> None:
    address = f"/forms/{submitted.form.pk}/{path}"
    assert Client().get(address).status_code == 302
    assert signed_in(User.objects.create(username="stranger")).get(address).status_code == 403
    Form.objects.filter(pk=submitted.form.pk).update(archived_at=timezone.now())
    assert signed_in(submitted.people["dora"]).get(address).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_i7_they_are_kept_nowhere(submitted: World, path: str) -> None:
    answer = signed_in(submitted.people["dora"]).get(f"/forms/{submitted.form.pk}/{path}")
    assert "no-store" in answer["Cache-Control"]
    assert "js/signed-in" in answer.content.decode()  # which loads anew what comes out of the browser's memory


def test_the_list_tells_who_when_and_why(submitted: World) -> None:
    listed = page(submitted, "submissions/")
    assert "Submission 1" in listed
    assert "Alice" in listed
    assert "Row 1 is &lt;wrong&gt;." in listed
    assert submit_form(submitted.people["bob"], submitted.form.pk, now=timezone.now()).hash in page(
        submitted, "submissions/"
    )


def test_a_submission_is_what_was_submitted(submitted: World) -> None:
    shown = page(submitted, "submissions/1/")
    assert "&lt;b&gt;first&lt;/b&gt;" in shown
    assert "2.5" not in shown
    assert signed_in(submitted.people["dora"]).get(f"/forms/{submitted.form.pk}/submissions/2/").status_code == 404


def test_i4_a_version_is_the_form_as_it_was(submitted: World) -> None:
    assert "first" not in page(submitted, "versions/0/")
    first, third = page(submitted, "versions/1/"), page(submitted, "versions/3/")
    assert "first" in first
    assert "2.5" not in first
    assert "2.5" in third
    assert "is-latest" in third
    assert "Version 3 of 3" in page(submitted, "versions/99/")


@pytest.mark.parametrize(
    ("asked", "version"), [("version=2", 2), ("version=99", 3), ("version=-1", 3), ("", 3), ("at=x", 3)]
)
def test_every_version_can_be_asked_for(submitted: World, asked: str, version: int) -> None:
    answer = signed_in(submitted.people["dora"]).get(f"/forms/{submitted.form.pk}/versions/?{asked}")
    assert answer["Location"] == f"/forms/{submitted.form.pk}/versions/{version}/"


def test_the_form_as_it_was_on_a_day(submitted: World) -> None:
    """By the clocks of its time zone, to the minute."""
    Form.objects.filter(pk=submitted.form.pk).update(time_zone="Europe/Berlin")
    Operation.objects.filter(form=submitted.form, version__lte=2).update(at=timezone.now() - timedelta(days=2))
    day = (timezone.now().astimezone(BERLIN) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    client = signed_in(submitted.people["dora"])
    for asked, version in ((day, 2), ("2000-01-01T00:00", 0), ("2999-01-01T00:00", 3)):
        answer = client.get(f"/forms/{submitted.form.pk}/versions/", {"at": asked})
        assert answer["Location"] == f"/forms/{submitted.form.pk}/versions/{version}/"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (Field("a", "number", "A", unit="bar"), 2.0, "2 bar"),
        (Field("a", "number", "A"), 0.00001, "0.00001"),
        (Field("a", "number", "A"), 1e15, "1000000000000000"),
        (Field("a", "integer", "A"), 0, "0"),
        (Field("a", "checkbox", "A"), False, "No"),
        (Field("a", "date", "A"), "2026-01-31", "31 Jan 2026"),
        (Field("a", "datetime", "A"), "2026-07-01T12:03:00Z", "1 Jul 2026, 14:03"),
        (Field("a", "choice", "A", choices=(Choice("x", "Extra"),)), "x", "Extra"),
        (Field("a", "choices", "A", choices=(Choice("x", "Extra"),)), ["x"], "Extra"),
        (Field("a", "text", "A"), None, ""),
    ],
)
def test_values_in_words(field: Field, value: object, words: str) -> None:
    assert in_words(field, value, BERLIN) == words
