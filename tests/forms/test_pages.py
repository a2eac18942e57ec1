"""The page that brings in a template: for editors, with every error and its path, and a draft that ends with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import strip_tags

from collab.accounts.fence import SignedOut
from collab.accounts.models import End, Membership, Role, Team, User
from collab.accounts.sign_ins import end
from collab.drafts.services import Ended, load_draft, save_draft
from collab.forms.models import Template, TemplateVersion
from collab.forms.views import IMPORT_DRAFT, import_page
from tests.drafts.conftest import overtaken
from tests.forms.conftest import NOW, definition, member

pytestmark = pytest.mark.django_db
PAGE = "/templates/import/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(answer: Any) -> str:
    return " ".join(strip_tags(answer.content.decode()).split())


@pytest.fixture
def eve(editor: User) -> Client:
    return signed_in(editor)


@pytest.mark.parametrize("way", ["text", "file"])
def test_a_definition_is_imported_and_published(eve: Client, editor: User, team: Team, way: str) -> None:
    raw = json.dumps(definition())
    given = raw if way == "text" else SimpleUploadedFile("t.json", raw.encode())
    answer = eve.post(PAGE, {"team": str(team.pk), way: given}, follow=True)
    version = TemplateVersion.objects.get()
    assert (version.template.team, version.number, version.published_by) == (team, 1, editor)
    assert answer.redirect_chain == [("/", 302)]
    assert "“Round” is imported: version 1." in words(answer)
    assert "Round" in answer.content.decode().partition("<select")[2], "it can be started at once"


def test_what_is_there_already_is_said(eve: Client, team: Team) -> None:
    given = {"team": str(team.pk), "text": json.dumps(definition())}
    eve.post(PAGE, given)
    assert "version 1 of “Round” says this already" in words(eve.post(PAGE, given, follow=True))
    assert TemplateVersion.objects.count() == 1


def test_every_error_is_shown_with_its_path_and_the_text_stays(eve: Client, team: Team) -> None:
    broken = definition(sections=[{"key": "s", "title": "S", "fields": [{"key": "a", "label": "<b>"}, 7]}], wat=1)
    answer = eve.post(PAGE, {"team": str(team.pk), "text": json.dumps(broken)})
    page = answer.content.decode()
    assert answer.status_code == 400
    for path in ("wat", "sections[0].fields[0].type", "sections[0].fields[1]"):
        assert f"<code>{path}</code>" in page
    assert "3 things are wrong with it" in words(answer)
    assert "&lt;b&gt;" in page.partition("<textarea")[2]
    assert "data-draft-filled" in page
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"text": "{"}, "Not JSON"),
        ({"text": "7"}, "an object"),
        ({"text": ""}, "Give a file or a text, one of them."),
        ({"text": '{"a": "' + "x" * 1024 * 1024 + '"}'}, "This is too large."),
        ({"file": SimpleUploadedFile("t.json", b"\xff")}, "not UTF-8"),
    ],
    ids=["no-json", "no-object", "nothing", "too-large", "no-text"],
)
def test_what_is_no_definition_is_said(eve: Client, team: Team, given: dict[str, Any], shown: str) -> None:
    answer = eve.post(PAGE, {"team": str(team.pk), **given})
    assert answer.status_code == 400
    assert shown in words(answer)


def test_only_for_who_edits_and_only_in_their_teams(
    eve: Client, viewer: User, team: Team, other_team: Team, client: Client
) -> None:
    assert signed_in(viewer).get(PAGE).status_code == 403
    assert signed_in(viewer).post(PAGE, {"team": str(team.pk), "text": "{}"}).status_code == 403
    assert client.get(PAGE).headers["Location"] == f"/accounts/login/?next={PAGE}"
    answer = eve.post(PAGE, {"team": str(other_team.pk), "text": json.dumps(definition())})
    assert answer.status_code == 400
    assert not Template.objects.exists()
    assert "South" not in eve.get(PAGE).content.decode()


def test_home_leads_there_who_may_also_where_there_is_no_template_yet(eve: Client, viewer: User) -> None:
    assert f'href="{PAGE}"' in eve.get("/").content.decode()
    assert PAGE not in signed_in(viewer).get("/").content.decode()


def test_an_archived_template_takes_none(eve: Client, team: Team) -> None:
    Template.objects.create(team=team, key="round", archived_at=NOW)
    answer = eve.post(PAGE, {"team": str(team.pk), "text": json.dumps(definition())})
    assert "This template is archived." in words(answer)


def test_a_draft_ends_with_what_it_was_imported_as_and_not_before(eve: Client, editor: User, team: Team) -> None:
    now = datetime(2026, 11, 21, 14, 3, tzinfo=UTC)
    save_draft(editor.pk, IMPORT_DRAFT, data='{"text":"{"}', base_version=0, now=now)
    eve.post(PAGE, {"team": str(team.pk), "text": "{"})
    assert load_draft(editor.pk, IMPORT_DRAFT).version == 1
    eve.post(PAGE, {"team": str(team.pk), "text": json.dumps(definition())})
    assert load_draft(editor.pk, IMPORT_DRAFT).data == "{}"
    assert save_draft(editor.pk, IMPORT_DRAFT, data='{"text":"late"}', base_version=1, now=now) == Ended(2)


def test_s1_a_sign_in_that_is_over_imports_nothing(eve: Client, editor: User, team: Team) -> None:
    end([editor.pk], End.BY_ADMIN)
    eve.post(PAGE, {"team": str(team.pk), "text": json.dumps(definition())})
    assert not Template.objects.exists()


def test_s1_nor_one_that_ends_while_it_is_under_way(editor: User, team: Team) -> None:
    given = {"team": str(team.pk), "text": json.dumps(definition())}
    with pytest.raises(SignedOut):
        import_page(overtaken(editor, PAGE, data=given))
    assert not Template.objects.exists()


def test_of_several_teams_one_is_chosen(eve: Client, editor: User, team: Team, other_team: Team) -> None:
    member_too = member("max", other_team, Role.EDITOR)
    Membership.objects.create(user=member_too, team=team, role=Role.EDITOR)
    given = {"team": str(other_team.pk), "text": json.dumps(definition())}
    signed_in(member_too).post(PAGE, given)
    assert Template.objects.get().team == other_team
