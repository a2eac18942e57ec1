"""Live forms in the admin, through its pages: what may be changed there, and that it is a change of the form's own."""

from __future__ import annotations

import pytest
from django.test import Client

from collab.accounts.models import Role, Team, User
from collab.forms.services import import_definition
from collab.rooms.models import Form
from collab.rooms.services import create_form
from collab.rooms.submission import reopen_form, submit_form
from tests.forms.conftest import NOW, definition, member

pytestmark = pytest.mark.django_db
LIST = "/admin/rooms/form/"


@pytest.fixture
def root(client: Client) -> User:
    user = User.objects.create_superuser("root")
    client.force_login(user)
    return user


@pytest.fixture
def form() -> Form:
    team = Team.objects.create(name="North", slug="north")
    version = import_definition(definition(), team_id=team.pk, now=NOW).version
    author = member("eve", team, Role.EDITOR)
    return create_form(template_version=version, title="Early shift", author=author, values={"note": "a secret"})


def change(form: Form) -> str:
    return f"{LIST}{form.pk}/change/"


def test_a_form_is_found_by_title_template_and_team(client: Client, root: User, form: Form) -> None:
    for asked, found in (("Early", True), ("round", True), ("North", True), ("nothing", False)):
        assert (change(form) in client.get(LIST, {"q": asked}).content.decode()) is found, asked


def test_a_change_raises_the_revision_so_that_the_room_hears_of_it(client: Client, root: User, form: Form) -> None:
    assert client.post(change(form), {"title": "Late shift", "status": "closed"}).status_code == 302
    form.refresh_from_db()
    assert (form.title, form.status, form.revision, form.version) == ("Late shift", "closed", 1, 1)
    client.post(change(form), {"title": "Late shift", "status": "closed"})
    form.refresh_from_db()
    assert form.revision == 1, "nothing was changed"


def test_i2_what_is_committed_meanwhile_is_not_written_over(client: Client, root: User, form: Form) -> None:
    given = {"title": "Late shift", "status": "open", "version": "0", "revision": "7", "team": "", "archived_at": ""}
    assert client.post(change(form), given).status_code == 302
    team, template_version = form.team, form.template_version
    form.refresh_from_db()
    assert (form.version, form.revision, form.team, form.template_version) == (1, 1, team, template_version)


def test_an_unknown_status_or_no_title_is_refused(client: Client, root: User, form: Form) -> None:
    for wrong in ({"title": "", "status": "open"}, {"title": "Late", "status": "burnt"}):
        assert client.post(change(form), wrong).status_code == 200
    form.refresh_from_db()
    assert (form.title, form.revision) == ("Early shift", 0)


def test_nothing_is_made_or_deleted_and_nobodys_words_are_shown(client: Client, root: User, form: Form) -> None:
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{form.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [str(form.pk)], "post": "yes"})
    assert Form.objects.filter(pk=form.pk).exists()
    page = client.get(change(form)).content.decode()
    assert "Early shift" in page
    assert "a secret" not in page


def test_who_is_no_staff_and_staff_without_the_right_get_nowhere(client: Client, form: Form) -> None:
    for name, is_staff in (("sam", True), ("una", False)):
        client.force_login(User.objects.create_user(name, is_staff=is_staff))
        assert client.post(change(form), {"title": "Mine", "status": "closed"}).status_code in (302, 403)
    form.refresh_from_db()
    assert (form.title, form.status) == ("Early shift", "open")


# --- what was submitted --------------------------------------------------------------------------------

SUBMISSIONS = "/admin/rooms/submission/"


def test_a_submitted_form_is_not_opened_or_closed_here(client: Client, root: User, form: Form) -> None:
    """Opening it again takes an editor and a reason; submitting it is no choice of a list."""
    assert "submitted" not in client.get(change(form)).content.decode()
    assert client.post(change(form), {"title": "Late", "status": "submitted"}).status_code == 200
    submit_form(form.created_by, form.pk, now=NOW)
    for status in ("open", "closed"):
        assert client.post(change(form), {"title": "Late shift", "status": status}).status_code == 302
    form.refresh_from_db()
    assert (form.title, form.status, form.revision) == ("Late shift", "submitted", 2)


def test_submissions_are_found_and_read_and_nothing_else(client: Client, root: User, form: Form) -> None:
    made = submit_form(form.created_by, form.pk, now=NOW)
    reopen_form(form.created_by, form.pk, reason="The date is wrong.", now=NOW)
    one = f"{SUBMISSIONS}{made.pk}/change/"
    for asked, found in (("Early", True), (made.hash, True), ("nothing", False)):
        assert (one in client.get(SUBMISSIONS, {"q": asked}).content.decode()) is found, asked
    page = client.get(one).content.decode()
    assert made.hash in page
    assert "The date is wrong." in page
    assert "a secret" not in page
    assert client.get(f"{SUBMISSIONS}add/").status_code == 403
    assert client.post(one, {"number": "7"}).status_code == 403
    assert client.post(f"{SUBMISSIONS}{made.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(SUBMISSIONS, {"action": "delete_selected", "_selected_action": [str(made.pk)], "post": "yes"})
    assert form.submissions.count() == 1
