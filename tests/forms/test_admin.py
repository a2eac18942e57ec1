"""Templates in the admin, through its pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from collab.accounts.models import Team, User
from collab.forms.models import Template, TemplateVersion
from collab.forms.services import import_definition
from tests.forms.conftest import NOW, definition

pytestmark = pytest.mark.django_db
ADD = "/admin/forms/template/add/"


@pytest.fixture
def root(client: Client) -> User:
    user = User.objects.create_superuser("root")
    client.force_login(user)
    return user


def upload(client: Client, team: Team, raw: bytes, **data: Any) -> Any:
    return client.post(ADD, {"team": str(team.pk), "file": SimpleUploadedFile("t.json", raw), "publish": "on", **data})


def test_an_uploaded_file_becomes_a_published_version(client: Client, root: User, team: Team) -> None:
    assert client.get(ADD).status_code == 200
    answer = upload(client, team, json.dumps(definition()).encode())
    version = TemplateVersion.objects.get()
    assert answer.headers["Location"] == f"/admin/forms/template/{version.template_id}/change/"
    assert (version.definition, version.published_by) == (definition(), root)
    assert "Version 1 was imported." in client.get(answer.headers["Location"]).content.decode()


def test_a_text_becomes_a_draft_and_is_published_by_hand(client: Client, root: User, team: Team) -> None:
    client.post(ADD, {"team": str(team.pk), "text": json.dumps(definition())})
    draft = TemplateVersion.objects.get()
    assert draft.published_at is None
    chosen = {"action": "publish", "_selected_action": [str(draft.pk)]}
    assert "is published." in client.post("/admin/forms/templateversion/", chosen, follow=True).content.decode()
    draft.refresh_from_db()
    assert draft.published_by == root
    assert "published already" in client.post("/admin/forms/templateversion/", chosen, follow=True).content.decode()


def test_every_error_is_shown_with_its_path(client: Client, root: User, team: Team) -> None:
    broken = definition(sections=[{"key": "s", "title": "S", "fields": [{"key": "a", "label": "<b>"}, 7]}], wat=1)
    page = upload(client, team, json.dumps(broken).encode())
    text = page.content.decode()
    assert page.status_code == 200
    for path in ("wat", "sections[0].fields[0].type", "sections[0].fields[1]"):
        assert f"<code>{path}</code>" in text
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"{", "Not JSON"),
        (b"\xff", "not UTF-8"),
        (b'{"a": "\\ud800"}', "There is no such option."),
        (b"7", "an object"),
    ],
)
def test_what_is_no_definition_is_said(client: Client, root: User, team: Team, raw: bytes, shown: str) -> None:
    assert shown in upload(client, team, raw).content.decode()


def test_one_source_of_the_two(client: Client, root: User, team: Team) -> None:
    both = upload(client, team, json.dumps(definition()).encode(), text="{}")
    neither = client.post(ADD, {"team": str(team.pk)})
    for page in (both, neither):
        assert "Give a file or a text, one of them." in page.content.decode()


def test_an_archived_template_is_brought_back_first(client: Client, root: User, team: Team) -> None:
    upload(client, team, json.dumps(definition()).encode())
    template = Template.objects.get()
    chosen = {"_selected_action": [str(template.pk)]}
    client.post("/admin/forms/template/", {"action": "archive", **chosen})
    assert "Bring it back first" in upload(client, team, json.dumps(definition("New")).encode()).content.decode()
    client.post("/admin/forms/template/", {"action": "bring_back", **chosen})
    assert upload(client, team, json.dumps(definition("New")).encode()).status_code == 302
    assert template.versions.count() == 2


def test_a_version_is_downloaded_as_it_can_be_uploaded(client: Client, root: User, team: Team) -> None:
    version = import_definition(definition("Ä"), team_id=team.pk, now=NOW).version
    answer = client.get(f"/admin/forms/templateversion/{version.pk}/export/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="round-1.json"'
    assert json.loads(answer.content) == definition("Ä")
    assert "nothing" not in upload(client, team, answer.content).content.decode()
    assert TemplateVersion.objects.count() == 1


def test_nothing_is_edited_or_deleted_there(client: Client, root: User, team: Team) -> None:
    version = import_definition(definition(), team_id=team.pk, now=NOW).version
    page = client.get(f"/admin/forms/templateversion/{version.pk}/change/")
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert client.get(f"/admin/forms/templateversion/{version.pk}/delete/").status_code == 403
    assert client.get(f"/admin/forms/template/{version.template_id}/delete/").status_code == 403
    assert client.get("/admin/forms/templateversion/add/").status_code == 403
    client.post(f"/admin/forms/templateversion/{version.pk}/change/", {"number": "7", "definition": "{}"})
    client.post(f"/admin/forms/template/{version.template_id}/change/", {"key": "other"})
    version.refresh_from_db()
    assert (version.number, version.definition, version.template.key) == (1, definition(), "round")


def test_the_lists_open(client: Client, root: User, team: Team) -> None:
    version = import_definition(definition(), team_id=team.pk, now=NOW).version
    for page in ("template/", f"template/{version.template_id}/change/", "templateversion/", "template/?q=round"):
        assert client.get(f"/admin/forms/{page}").status_code == 200, page


def test_staff_without_the_right_get_nowhere(client: Client, team: Team) -> None:
    staff = User.objects.create_user("sam", is_staff=True)
    client.force_login(staff)
    version = import_definition(definition(), team_id=team.pk, now=NOW, publish=False).version
    export = f"/admin/forms/templateversion/{version.pk}/export/"
    assert client.get(ADD).status_code == 403
    assert client.get(export).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_templateversion"))
    assert client.get(export).status_code == 200
    chosen = {"action": "publish", "_selected_action": [str(version.pk)]}
    client.post("/admin/forms/templateversion/", chosen)
    version.refresh_from_db()
    assert version.published_at is None
