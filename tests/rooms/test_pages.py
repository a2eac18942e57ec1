"""The pages of live forms: who sees what, what a new form is, and that a form's page holds nobody's words (I7)."""

from __future__ import annotations

import pytest
from django.test import Client

from collab.accounts.models import User
from collab.rooms.models import Form
from tests.rooms.conftest import World
from tests.rooms.test_commit import edit


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("path", ["/", "/forms/{form}/"])
def test_who_is_not_signed_in_is_sent_to_sign_in(world: World, path: str) -> None:
    answer = Client().get(path.format(form=world.form.pk))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_home_lists_the_forms_of_ones_teams_alone(world: World) -> None:
    stranger = User.objects.create(username="stranger")
    assert world.form.title in signed_in(world.people["dora"]).get("/").content.decode()
    assert world.form.title not in signed_in(stranger).get("/").content.decode()


def test_only_editors_start_a_form(world: World) -> None:
    new = {"template": str(world.template_version.pk), "title": "Night shift", "time_zone": "Europe/Lisbon"}
    answer = signed_in(world.people["alice"]).post("/forms/new/", new)
    made = Form.objects.get(title="Night shift")
    assert answer["Location"] == f"/forms/{made.pk}/"
    assert (made.time_zone, made.team) == ("Europe/Lisbon", world.team)
    assert signed_in(world.people["dora"]).post("/forms/new/", new).status_code == 400


def test_what_was_typed_into_a_refused_new_form_is_still_there(world: World) -> None:
    answer = signed_in(world.people["alice"]).post("/forms/new/", {"template": "nonsense", "title": "My title"})
    assert answer.status_code == 400
    assert "My title" in answer.content.decode()


def test_a_time_zone_that_there_is_not_is_utc(world: World) -> None:
    new = {"template": str(world.template_version.pk), "title": "Somewhere", "time_zone": "Atlantis/Center"}
    signed_in(world.people["alice"]).post("/forms/new/", new)
    assert Form.objects.get(title="Somewhere").time_zone == "UTC"


def test_i7_a_forms_page_holds_its_skeleton_and_nobodys_words(world: World) -> None:
    world.submit("alice", edit("notes", "what Alice wrote"), base=0)
    answer = signed_in(world.people["alice"]).get(f"/forms/{world.form.pk}/")
    page = answer.content.decode()
    assert "Temperature" in page
    assert "what Alice wrote" not in page
    assert "no-store" in answer["Cache-Control"]


def test_a_form_that_is_not_ones_own_is_refused(world: World) -> None:
    stranger = signed_in(User.objects.create(username="stranger"))
    assert stranger.get(f"/forms/{world.form.pk}/").status_code == 403
    assert stranger.get("/forms/0198c0de-0000-7000-8000-000000000000/").status_code == 404
