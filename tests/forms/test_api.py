"""Templates over HTTP: who gets what, and what is answered to what cannot be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from collab.accounts.models import Membership, Role, Team, User
from collab.forms.jsontext import MAX_BYTES
from collab.forms.models import Template, TemplateVersion
from collab.forms.services import import_definition
from tests.forms.conftest import NOW, definition, member

pytestmark = pytest.mark.django_db
ALL = "/api/templates/"
ONE = "/api/templates/round/"


def bring(team: Team, data: object, *, publish: bool = True) -> TemplateVersion:
    return import_definition(data, team_id=team.pk, now=NOW, publish=publish).version


def get(client: Client, path: str) -> tuple[int, Any]:
    answer = client.get(path)
    return answer.status_code, answer.json()


def post(client: Client, data: object, path: str = ALL) -> tuple[int, Any]:
    raw = data if isinstance(data, bytes) else json.dumps(data)
    answer = client.post(path, raw, content_type="application/json")
    return answer.status_code, answer.json()


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    assert body["message"]
    return status, body["code"]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_lists_what_one_may_make_forms_from(team: Team, other_team: Team, editor: User) -> None:
    bring(team, definition())
    bring(team, definition("Newer"))
    bring(team, definition(key="draft"), publish=False)
    bring(other_team, definition(key="theirs"))
    listed = {"key": "round", "title": "Newer", "team": "north", "version": 2}
    assert get(signed_in(editor), ALL) == (200, {"templates": [listed]})


def test_a_viewer_makes_no_forms_but_may_read_the_template(team: Team, viewer: User) -> None:
    bring(team, definition())
    assert get(signed_in(viewer), ALL) == (200, {"templates": []})
    assert get(signed_in(viewer), ONE) == (200, definition())


def test_gives_the_newest_or_the_version_asked_for(team: Team, editor: User) -> None:
    bring(team, definition())
    bring(team, definition("Newer"))
    client = signed_in(editor)
    assert get(client, ONE) == (200, definition("Newer"))
    assert get(client, f"{ONE}?version=1") == (200, definition())
    for wrong in ("3", "0", "-1", "x", "", "１", "9" * 50):
        assert code(get(client, f"{ONE}?version={wrong}")) == (404, "not_found")


def test_another_team_s_template_is_not_there(other_team: Team, editor: User) -> None:
    bring(other_team, definition())
    assert code(get(signed_in(editor), ONE)) == (404, "not_found")
    assert code(get(signed_in(editor), f"{ONE}?team=south")) == (404, "not_found")
    assert code(get(signed_in(editor), "/api/templates/%00/")) == (404, "not_found")


def test_the_same_key_in_two_teams_needs_the_team(team: Team, other_team: Team, editor: User) -> None:
    Membership.objects.create(user=editor, team=other_team, role=Role.VIEWER)
    bring(team, definition("North"))
    bring(other_team, definition("South"))
    client = signed_in(editor)
    assert code(get(client, ONE)) == (409, "ambiguous")
    assert get(client, f"{ONE}?team=south") == (200, definition("South"))


def test_imports_into_the_one_team_that_one_edits(team: Team, other_team: Team, editor: User) -> None:
    Membership.objects.create(user=editor, team=other_team, role=Role.VIEWER)
    client = signed_in(editor)
    made = {"key": "round", "title": "Round", "team": "north", "version": 1}
    assert post(client, definition()) == (201, made)
    assert post(client, definition()) == (200, made)
    assert post(client, definition("New"))[1]["version"] == 2
    assert TemplateVersion.objects.get(number=2).published_by == editor


def test_who_edits_several_teams_says_which(team: Team, other_team: Team, editor: User) -> None:
    Membership.objects.create(user=editor, team=other_team, role=Role.EDITOR)
    client = signed_in(editor)
    assert code(post(client, definition())) == (409, "ambiguous")
    assert post(client, definition(), f"{ALL}?team=south")[1]["team"] == "south"


def test_c10_only_editors_import(team: Team, other_team: Team, viewer: User) -> None:
    client = signed_in(viewer)
    assert code(post(client, definition())) == (403, "forbidden")
    assert code(post(client, definition(), f"{ALL}?team=north")) == (403, "forbidden")
    assert code(post(client, definition(), f"{ALL}?team=south")) == (404, "not_found")
    assert code(post(client, definition(), f"{ALL}?team=%00")) == (404, "not_found")
    assert not Template.objects.exists()


def test_every_error_is_answered_with_its_path(team: Team, editor: User) -> None:
    status, body = post(signed_in(editor), definition(colour=1, title=""))
    assert (status, body["code"]) == (400, "invalid")
    assert [(error["path"], error["code"]) for error in body["errors"]] == [("colour", "unknown"), ("title", "empty")]
    assert all(error["message"] for error in body["errors"])


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 100_000, b'{"key": 1, "key": 2}', b'{"a": NaN}'])
def test_what_is_not_json_is_malformed(team: Team, editor: User, raw: bytes) -> None:
    assert code(post(signed_in(editor), raw)) == (400, "malformed")


@pytest.mark.parametrize("data", [None, 7, "x", [], {}, True, {"key": "\ud800", "title": "\0", "sections": [[]]}])
def test_json_that_is_no_definition_is_invalid(team: Team, editor: User, data: object) -> None:
    assert code(post(signed_in(editor), data)) == (400, "invalid")


def test_what_is_too_large_is_not_read(team: Team, editor: User) -> None:
    assert code(post(signed_in(editor), b" " * (MAX_BYTES + 1))) == (413, "too_large")
    assert code(post(signed_in(editor), b" " * 3_000_000)) == (413, "too_large")


def test_an_archived_template_is_a_conflict(team: Team, editor: User) -> None:
    bring(team, definition())
    Template.objects.update(archived_at=NOW)
    assert code(post(signed_in(editor), definition("New"))) == (409, "archived")
    assert code(get(signed_in(editor), ONE)) == (404, "not_found")


def test_who_is_not_signed_in_gets_nothing(client: Client, team: Team) -> None:
    bring(team, definition())
    assert code(get(client, ALL)) == (401, "not_signed_in")
    assert code(get(client, ONE)) == (401, "not_signed_in")
    assert code(post(client, definition())) == (401, "not_signed_in")


def test_other_methods_are_not_taken(team: Team, editor: User) -> None:
    assert signed_in(editor).delete(ONE).status_code == 405
    assert signed_in(editor).put(ALL).status_code == 405


def test_a_post_needs_the_csrf_token(team: Team, editor: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    assert client.post(ALL, json.dumps(definition()), content_type="application/json").status_code == 403
    assert not Template.objects.exists()


def test_answers_are_not_cached(team: Team, editor: User) -> None:
    assert "no-store" in signed_in(editor).get(ALL).headers["Cache-Control"]


def test_a_person_of_another_team_is_told_nothing(team: Team, other_team: Team) -> None:
    bring(team, definition())
    stranger = signed_in(member("max", other_team, Role.EDITOR))
    assert get(stranger, ALL) == (200, {"templates": []})
    assert code(get(stranger, ONE)) == (404, "not_found")
