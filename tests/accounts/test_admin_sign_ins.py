"""Sign-ins and the audit in the admin, through its pages: read by who may, written by nobody, ended by a button."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models.signals import post_delete, post_save
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collab.accounts.models import AuditEntry, AuditKind, End, Membership, Role, SignIn, Team, User
from collab.accounts.services import anonymise
from tests.accounts.test_admin import management
from tests.accounts.test_devices import CHROME, FIREFOX, at

pytestmark = pytest.mark.django_db
SIGN_INS = "/admin/accounts/signin/"
AUDIT = "/admin/accounts/auditentry/"
PEOPLE = "/admin/accounts/user/"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root", password="correct horse")


@pytest.fixture
def eve() -> User:
    return User.objects.create_user("eve", password="correct horse", display_name="Eve V.")


@pytest.fixture
def office(root: User) -> Client:
    """The administrator's browser."""
    return at("", "root", address="203.0.113.1")


def words(page: Any) -> str:
    return read(text(page))


def read(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def text(answer: Any) -> str:
    page: str = answer.content.decode()
    return page


def live(user: User) -> bool:
    return SignIn.objects.filter(user=user, ended_at=None).exists()


def generation(user: User) -> int:
    return SignIn.objects.filter(user=user).latest("generation").generation


def sign_out(office: Client, page: str, *chosen: object, **more: str) -> Any:
    given = {"action": "sign_out", "_selected_action": [str(each) for each in chosen], **more}
    return office.post(page, given, follow=True)


# --- the list of sign-ins ----------------------------------------------------------------------------


def test_the_list_tells_who_is_where_and_why_not(office: Client, eve: User) -> None:
    at(FIREFOX)
    at(CHROME, address="198.51.100.4")
    page = text(office.get(SIGN_INS, {"q": "eve"}))
    found = [read(row) for row in re.findall(r"<tr><td.*?</tr>", page, re.DOTALL)]
    assert len(found) == 2
    assert re.match(r"Eve V\. Chrome on Windows 198\.51\.100\.4 signed in \w+\.? \d", found[0])
    assert re.match(r"Eve V\. Firefox on Linux 192\.0\.2\.7 signed in on another device \w+\.? \d", found[1])


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({"live": "yes"}, {"Chrome"}),
        ({"live": "no"}, {"Firefox"}),
        ({"ended_why__exact": "replaced"}, {"Firefox"}),
        ({"ended_why__exact": "idle"}, set()),
        ({"q": "Eve V"}, {"Chrome", "Firefox"}),
        ({"q": "nobody"}, set()),
    ],
)
def test_it_is_filtered_and_searched(office: Client, eve: User, asked: dict[str, str], seen: set[str]) -> None:
    at(FIREFOX)
    at(CHROME)
    page = text(office.get(SIGN_INS, asked))
    assert {name for name in ("Chrome", "Firefox") if f"{name} on" in page} == seen


def test_i7_a_sessions_key_is_shown_nowhere(office: Client, eve: User) -> None:
    key = at(FIREFOX).cookies["sessionid"].value
    for page in (SIGN_INS, f"{SIGN_INS}{generation(eve)}/change/", AUDIT):
        answer = office.get(page)
        assert answer.status_code == 200
        assert key not in text(answer)
    assert "Firefox" not in text(office.get(SIGN_INS, {"q": key}))


# --- signing out ---------------------------------------------------------------------------------------


def test_one_sign_in_is_ended_and_no_other(office: Client, eve: User, settings: Any) -> None:
    settings.SERVICE_ACCOUNTS = ["eve"]
    stays, goes = at(CHROME), at(FIREFOX)
    answer = sign_out(office, SIGN_INS, generation(eve))
    assert "Signed out: 1 person, on 1 device." in words(answer)
    assert SignIn.objects.get(user=eve, device="Firefox on Linux").ended_why == End.BY_ADMIN
    assert [client.get("/api/forms/").status_code for client in (stays, goes)] == [200, 401]
    assert AuditEntry.objects.filter(user=eve, kind=AuditKind.ENDED, detail=End.BY_ADMIN).count() == 1


def test_chosen_people_are_signed_out_with_all_their_devices(office: Client, eve: User, settings: Any) -> None:
    settings.SERVICE_ACCOUNTS = ["eve"]
    max_ = User.objects.create_user("max", password="correct horse")
    una = User.objects.create_user("una", password="correct horse")
    clients = [at(FIREFOX), at(CHROME), at(FIREFOX, "max")]
    other = at(FIREFOX, "una")
    answer = sign_out(office, PEOPLE, eve.pk, max_.pk)
    assert "Signed out: 2 people, on 3 devices." in words(answer)
    assert [client.get("/api/forms/").status_code for client in clients] == [401, 401, 401]
    assert other.get("/api/forms/").status_code == 200
    assert not live(eve)
    assert live(una)
    assert {entry.object_repr for entry in LogEntry.objects.filter(change_message="Signed out.")} == {"Eve V.", "max"}


def test_who_is_not_signed_in_is_not_counted(office: Client, eve: User) -> None:
    at(FIREFOX).post("/accounts/logout/")
    assert "None of them was signed in." in words(sign_out(office, SIGN_INS, generation(eve)))
    assert "None of them was signed in." in words(sign_out(office, PEOPLE, eve.pk))
    assert SignIn.objects.get(user=eve).ended_why == End.SIGNED_OUT


@pytest.mark.parametrize("page", [SIGN_INS, PEOPLE])
def test_who_would_sign_themself_out_is_warned_and_allowed(office: Client, root: User, eve: User, page: str) -> None:
    at(FIREFOX)
    chosen = [generation(root), generation(eve)] if page == SIGN_INS else [root.pk, eve.pk]
    warning = sign_out(office, page, *chosen)
    assert "Your own sign-in is among those you chose." in words(warning)
    assert "1 other sign-in ends with it." in words(warning)
    assert live(root)
    assert live(eve), "nothing has happened yet"
    hidden = dict(re.findall(r'<input type="hidden" name="(action|select_across)" value="([^"]*)">', text(warning)))
    again = re.findall(r'name="_selected_action" value="([^"]*)"', text(warning))
    done = sign_out(office, page, *again, **hidden, sure="yes")
    assert done.redirect_chain[-1][0] == "/accounts/login/"
    assert "Signed out: 2 people, on 2 devices." in words(done)
    assert not live(root)
    assert not live(eve)
    assert office.get("/admin/").status_code == 302


def test_it_takes_the_right_to_change_people(eve: User) -> None:
    reader = User.objects.create_user("sam", password="correct horse", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename__in=["view_signin", "view_user"]))
    client = at(CHROME, "sam")
    at(FIREFOX)
    assert "sign_out" not in text(client.get(SIGN_INS))
    for page, chosen in ((SIGN_INS, generation(eve)), (PEOPLE, eve.pk)):
        sign_out(client, page, chosen)
    assert live(eve)
    reader.user_permissions.add(Permission.objects.get(codename="change_user"))
    sign_out(client, SIGN_INS, generation(eve))
    assert not live(eve)


@pytest.mark.parametrize(
    "given",
    [
        {"usable_password": "true", "password1": "another 7 words", "password2": "another 7 words"},
        {"usable_password": "false", "password1": "", "password2": "", "unset-password": "yes"},
    ],
)
def test_s1_a_password_changed_or_taken_in_the_admin_ends_every_sign_in(
    office: Client, eve: User, given: dict[str, str]
) -> None:
    client = at(FIREFOX)
    assert office.post(f"{PEOPLE}{eve.pk}/password/", given).status_code == 302
    assert client.get("/api/forms/").status_code == 401
    assert SignIn.objects.get(user=eve).ended_why == End.PASSWORD
    assert AuditEntry.objects.filter(user=eve, kind=AuditKind.PASSWORD_CHANGED).count() == 1


def test_s1_an_account_closed_in_the_admin_ends_every_sign_in(office: Client, eve: User) -> None:
    client = at(FIREFOX)
    person = {"username": "eve", "display_name": "Eve V.", "date_joined_0": "2026-11-20", "date_joined_1": "12:00:00"}
    assert office.post(f"{PEOPLE}{eve.pk}/change/", {**person, **management("memberships")}).status_code == 302
    assert client.get("/api/forms/").status_code == 401
    assert SignIn.objects.get(user=eve).ended_why == End.DISABLED


def test_s1_an_administrator_who_was_replaced_is_told_where_they_sign_in_again(office: Client) -> None:
    assert "You signed in on" not in words(Client().get("/admin/", follow=True))
    at(CHROME, "root")
    answer = office.get(SIGN_INS, follow=True)
    assert answer.redirect_chain == [(f"/admin/login/?next={SIGN_INS}", 302)]
    assert re.search(r"You signed in on Chrome on Windows at \d\d:\d\d UTC\.", words(answer))


# --- nothing is written ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [SIGN_INS, AUDIT])
def test_nothing_is_added_changed_or_deleted_even_by_a_superuser(office: Client, eve: User, page: str) -> None:
    at(FIREFOX)
    key = generation(eve) if page == SIGN_INS else AuditEntry.objects.get(user=eve).pk
    assert office.get(f"{page}add/").status_code == 403
    assert office.post(f"{page}{key}/change/", {"device": "Mine"}).status_code == 403
    assert office.post(f"{page}{key}/delete/", {"post": "yes"}).status_code == 403
    before = AuditEntry.objects.count(), SignIn.objects.count()
    office.post(page, {"action": "delete_selected", "_selected_action": [str(key)], "post": "yes"})
    assert (AuditEntry.objects.count(), SignIn.objects.count()) == before
    assert not SignIn.objects.filter(device="Mine").exists()
    assert 'name="_save"' not in text(office.get(f"{page}{key}/change/"))


def test_staff_without_the_right_see_neither(eve: User) -> None:
    User.objects.create_user("sam", password="correct horse", is_staff=True)
    client = at(CHROME, "sam")
    assert [client.get(page).status_code for page in (SIGN_INS, AUDIT)] == [403, 403]


# --- the audit -------------------------------------------------------------------------------------------


def test_the_audit_is_read_in_words(office: Client, eve: User) -> None:
    at(FIREFOX)
    at(CHROME, address="198.51.100.4")
    page = words(office.get(AUDIT, {"q": "eve"}))
    assert "signed in Eve V. Firefox on Linux 192.0.2.7" in page
    assert "was signed out Eve V. Chrome on Windows 198.51.100.4 signed in on another device" in page


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({"kind__exact": "failed"}, {"Safari"}),
        ({"kind__exact": "signed_in"}, {"Firefox"}),
        ({"q": "198.51.100"}, {"Safari"}),
        ({"q": "firefox"}, {"Firefox"}),
        ({"q": "Eve V"}, {"Firefox", "Safari"}),
        ({"at__year": "2026", "at__month": "11", "at__day": "20"}, {"Firefox", "Safari"}),
        ({"at__year": "2025"}, set()),
    ],
)
def test_the_audit_is_filtered_and_searched(office: Client, eve: User, asked: dict[str, str], seen: set[str]) -> None:
    facts = {"user": eve, "at": NOON}
    AuditEntry.objects.create(kind="signed_in", device="Firefox on Linux", address="192.0.2.7", **facts)
    AuditEntry.objects.create(kind="failed", device="Safari on iOS", address="198.51.100.4", **facts)
    page = text(office.get(AUDIT, asked))
    assert {name for name in ("Firefox", "Safari") if f"{name} on" in page} == seen


@pytest.mark.parametrize("page", [SIGN_INS, AUDIT])
def test_a_longer_list_takes_no_more_queries(office: Client, root: User, page: str) -> None:
    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            user = User.objects.create_user(f"p{number}")
            AuditEntry.objects.create(user=user, kind="ended", detail="idle", device="A", at=NOON)
            SignIn.objects.create(user=user, device="A", began_at=NOON, ended_at=NOON, ended_why=End.IDLE)

    fill(0, 2)
    office.get(page)
    with CaptureQueriesContext(connection) as few:
        office.get(page)
    fill(2, 40)
    with CaptureQueriesContext(connection) as many:
        assert "p39" in text(office.get(page))
    assert len(few) == len(many)


# --- who cannot be deleted -----------------------------------------------------------------------------


def test_who_has_signed_in_cannot_be_deleted_and_the_page_says_what_to_do(office: Client, eve: User) -> None:
    at(FIREFOX)
    one = office.get(f"{PEOPLE}{eve.pk}/delete/")
    many = office.post(PEOPLE, {"action": "delete_selected", "_selected_action": [str(eve.pk)]})
    for page in (one, many):
        assert "the audit of their sign-ins are kept" in words(page)
        assert "Anonymise instead" in words(page)
        assert "permission" not in words(page)
    office.post(f"{PEOPLE}{eve.pk}/delete/", {"post": "yes"})
    office.post(PEOPLE, {"action": "delete_selected", "_selected_action": [str(eve.pk)], "post": "yes"})
    assert User.objects.filter(pk=eve.pk).exists()
    for page in (one, many):
        offered = re.findall(r'<input type="hidden" name="(action|_selected_action)" value="([^"]+)">', text(page))
        assert offered == [("action", "anonymise"), ("_selected_action", str(eve.pk))]
    office.post(PEOPLE, dict(offered))
    assert User.objects.get(pk=eve.pk).anonymised_at is not None


def test_who_signed_in_for_years_is_refused_as_fast(office: Client, eve: User) -> None:
    at(FIREFOX)
    with CaptureQueriesContext(connection) as asked:
        assert "Anonymise instead" in words(office.get(f"{PEOPLE}{eve.pk}/delete/"))
    read_entries = [query["sql"] for query in asked if '"accounts_auditentry"."detail"' in query["sql"]]
    assert read_entries == [], "it took 3.5 s for 10,000 entries when they were read"


def test_who_left_no_trace_is_deleted(office: Client, eve: User) -> None:
    assert "Are you sure" in words(office.get(f"{PEOPLE}{eve.pk}/delete/"))
    office.post(f"{PEOPLE}{eve.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=eve.pk).exists()


def test_s1_an_anonymised_person_is_signed_out_and_their_devices_forgotten(eve: User) -> None:
    at(CHROME)
    client = at(FIREFOX)
    anonymise(eve, now=NOON + timedelta(days=1))
    assert client.get("/api/forms/").status_code == 401
    kept = SignIn.objects.filter(user=eve)
    assert set(kept.values_list("session_key", "device", "address")) == {("", "", None)}
    assert set(kept.values_list("ended_why", flat=True)) == {End.REPLACED, End.DISABLED}
    assert AuditEntry.objects.filter(user=eve, address="192.0.2.7", device="Firefox on Linux").exists(), "kept for good"


# --- rights changed in the admin are heard of -------------------------------------------------------------


@pytest.fixture
def heard() -> Any:
    """Whose membership was saved or deleted, as a signal tells it."""
    told: list[tuple[str, UUID]] = []

    def saved(instance: Membership, **_: object) -> None:
        told.append(("saved", instance.user_id))

    def deleted(instance: Membership, **_: object) -> None:
        told.append(("deleted", instance.user_id))

    post_save.connect(saved, sender=Membership)
    post_delete.connect(deleted, sender=Membership)
    yield told
    post_save.disconnect(saved, sender=Membership)
    post_delete.disconnect(deleted, sender=Membership)


def test_a_role_given_changed_and_taken_in_the_admin_is_heard_of(office: Client, eve: User, heard: Any) -> None:
    team = Team.objects.create(name="North", slug="north")
    page, about = f"/admin/accounts/team/{team.pk}/change/", {"name": "North", "slug": "north"}
    prefix = "memberships-0-"

    def change(initial: int, **member: str) -> None:
        given = {f"{prefix}{name}": value for name, value in member.items()}
        counts = {**management("memberships", 1), "memberships-INITIAL_FORMS": str(initial)}
        assert office.post(page, {**about, **counts, **given}).status_code == 302

    change(0, user=str(eve.pk), role="viewer")
    key = str(Membership.objects.get().pk)
    change(1, id=key, user=str(eve.pk), role="editor")
    change(1, id=key, user=str(eve.pk), role="editor", DELETE="on")
    assert heard == [("saved", eve.pk), ("saved", eve.pk), ("deleted", eve.pk)]


def test_a_team_deleted_with_its_members_is_heard_of_for_each(office: Client, eve: User, heard: Any) -> None:
    pages = []
    for name in ("north", "south"):
        team = Team.objects.create(name=name, slug=name)
        Membership.objects.create(team=team, user=eve, role=Role.EDITOR)
        pages.append(team.pk)
    heard.clear()
    office.post(f"/admin/accounts/team/{pages[0]}/delete/", {"post": "yes"})
    office.post(
        "/admin/accounts/team/", {"action": "delete_selected", "_selected_action": [str(pages[1])], "post": "y"}
    )
    assert heard == [("deleted", eve.pk), ("deleted", eve.pk)]


def test_a_membership_taken_on_the_persons_page_is_heard_of(office: Client, eve: User, heard: Any) -> None:
    team = Team.objects.create(name="North", slug="north")
    member = Membership.objects.create(team=team, user=eve, role=Role.EDITOR)
    heard.clear()
    person = {"username": "eve", "display_name": "Eve V.", "is_active": "on"}
    joined = {"date_joined_0": "2026-11-20", "date_joined_1": "12:00:00"}
    counts = {**management("memberships", 1), "memberships-INITIAL_FORMS": "1"}
    given = {"id": str(member.pk), "team": str(team.pk), "role": "editor", "DELETE": "on"}
    inline = {f"memberships-0-{name}": value for name, value in given.items()}
    answer = office.post(f"{PEOPLE}{eve.pk}/change/", {**person, **joined, **counts, **inline})
    assert answer.status_code == 302, text(answer)
    assert heard == [("deleted", eve.pk)]
