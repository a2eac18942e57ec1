"""The page *where am I signed in*: what it shows, to whom, and the way out of everywhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from collab.accounts.models import AuditEntry, End, SignIn, User

pytestmark = pytest.mark.django_db
PAGE = "/accounts/devices/"
EVERYWHERE = "/accounts/devices/sign-out/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def eve() -> User:
    return User.objects.create_user("eve", password="correct horse", display_name="Eve V.")


def at(agent: str, name: str = "eve", address: str = "192.0.2.7", **options: Any) -> Client:
    """Somebody who has just signed in, by the page, with this browser."""
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address, **options)
    client.get("/accounts/login/")
    given = {"username": name, "password": "correct horse", "csrfmiddlewaretoken": token(client)}
    assert client.post("/accounts/login/", given).status_code == 302
    return client


def token(client: Client) -> str:
    cookie = client.cookies.get("csrftoken")
    return "" if cookie is None else cookie.value


def past(user: User, why: End = End.SIGNED_OUT, **facts: Any) -> SignIn:
    given = {"session_key": "", "device": "Safari on iOS", "began_at": NOON, "ended_at": NOON + timedelta(hours=1)}
    return SignIn.objects.create(user=user, ended_why=why, **given | facts)


def rows(client: Client) -> list[list[str]]:
    """The history as it is read, cell by cell."""
    page = client.get(PAGE).content.decode()
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [" ".join(strip_tags(cell).split()) for cell in re.findall(r"<t[hd][^>]*>.*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]


def test_this_device_is_shown_and_marked(eve: User) -> None:
    page = at(FIREFOX).get(PAGE)
    assert page.headers["Cache-Control"].count("no-store") == 1
    text = " ".join(strip_tags(page.content.decode()).split())
    assert "An account is signed in on one device at a time." in text
    assert re.search(r"Firefox on Linux This device Since \d+ \w{3} \d{4}, \d\d:\d\d UTC · Address 192\.0\.2\.7", text)
    assert "None yet." in text, "no history"


def test_it_is_one_click_away_and_leads_on_to_the_password(eve: User) -> None:
    client = at(FIREFOX)
    home, page = (client.get(address).content.decode() for address in ("/", PAGE))
    assert re.search(rf'<a [^>]*href="{PAGE}"[^>]*>Eve V\.</a>', home)
    assert 'href="/accounts/password_change/"' in page


def test_who_is_not_signed_in_is_asked_to(eve: User) -> None:
    assert Client().get(PAGE).headers["Location"] == f"/accounts/login/?next={PAGE}"


def test_what_was_replaced_says_by_which_device(eve: User) -> None:
    at(FIREFOX)
    newer = at(CHROME, address="198.51.100.4")
    ((device, address, began, until, why),) = rows(newer)
    assert (device, address, why) == ("Firefox on Linux", "192.0.2.7", "Signed in on Chrome on Windows")
    assert began.endswith("UTC")
    assert until.endswith("UTC")


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (End.SIGNED_OUT, "Signed out"),
        (End.TAKEN_OVER, "Somebody else signed in with the same browser"),
        (End.EVERYWHERE, "Signed out everywhere"),
        (End.PASSWORD, "The password was changed"),
        (End.BY_ADMIN, "Signed out by an administrator"),
        (End.IDLE, "Nothing was done for too long"),
        (End.EXPIRED, "Expired"),
    ],
)
def test_every_other_end_has_plain_words(eve: User, why: End, words: str) -> None:
    past(eve, why)
    assert [row[-1] for row in rows(at(FIREFOX))] == [words]


def test_the_newest_fifty_newest_first_and_no_query_more_for_them(eve: User) -> None:
    client = at(FIREFOX)
    past(eve, device="Device 0")
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for number in range(1, 53):
        past(eve, End.REPLACED, device=f"Device {number}", address=None)
    with CaptureQueriesContext(connection) as many:
        shown = rows(client)
    assert len(few) == len(many)
    assert [row[0] for row in shown] == [f"Device {number}" for number in range(52, 2, -1)]
    assert shown[-1][1] == "–"
    assert shown[1][-1] == "Signed in on Device 52"


def test_i7_it_shows_nothing_of_anybody_else_and_no_session_key(eve: User) -> None:
    User.objects.create_user("mal", password="correct horse")
    at(CHROME, "mal", address="203.0.113.9")
    past(User.objects.get(username="mal"), device="Opera on Ubuntu")
    client = at(FIREFOX)
    page = client.get(PAGE).content.decode()
    for secret in ("Chrome", "Opera", "203.0.113.9", client.cookies["sessionid"].value):
        assert secret not in page


def test_a_service_account_sees_all_its_devices(eve: User, settings: Any) -> None:
    settings.SERVICE_ACCOUNTS = ["eve"]
    at(FIREFOX)
    page = " ".join(strip_tags(at(CHROME).get(PAGE).content.decode()).split())
    assert "may be signed in on several devices" in page
    assert page.index("Chrome on Windows This device") < page.index("Firefox on Linux Since")
    assert page.count("This device") == 1


def test_signing_out_everywhere_ends_all_and_says_so(eve: User, settings: Any) -> None:
    settings.SERVICE_ACCOUNTS = ["eve"]
    there, here = at(FIREFOX), at(CHROME)
    answer = here.post(EVERYWHERE, follow=True)
    assert answer.redirect_chain == [("/accounts/login/", 302)]
    assert "You are signed out everywhere." in answer.content.decode()
    assert set(SignIn.objects.values_list("ended_why", flat=True)) == {End.EVERYWHERE}
    assert AuditEntry.objects.filter(user=eve, kind="ended", detail=End.EVERYWHERE).count() == 2
    for client in (there, here):
        assert client.get(PAGE).status_code == 302
        assert client.get("/api/forms/").status_code == 401


def test_nobody_elses_sign_ins_end_with_it(eve: User) -> None:
    User.objects.create_user("max", password="correct horse")
    other = at(CHROME, "max")
    at(FIREFOX).post(EVERYWHERE)
    assert other.get(PAGE).status_code == 200


def test_it_takes_a_post_with_a_token(eve: User) -> None:
    client = at(FIREFOX, enforce_csrf_checks=True)
    assert client.get(EVERYWHERE).status_code == 405
    assert client.post(EVERYWHERE).status_code == 403
    assert SignIn.objects.filter(ended_at=None).exists()
    assert client.post(EVERYWHERE, {"csrfmiddlewaretoken": token(client)}).status_code == 302
    assert not SignIn.objects.filter(ended_at=None).exists()


def test_s1_who_was_replaced_meanwhile_signs_nobody_out_but_is_led_back(eve: User) -> None:
    older = at(FIREFOX)
    newer = at(CHROME)
    assert older.post(EVERYWHERE).headers["Location"] == f"/accounts/login/?next={PAGE}"
    assert newer.get(PAGE).status_code == 200


@pytest.mark.parametrize("forbidden", ["<script>", " style=", " onclick=", "javascript:"])
def test_nothing_runs_that_a_content_security_policy_forbids(eve: User, forbidden: str) -> None:
    past(eve)
    assert forbidden not in at(FIREFOX).get(PAGE).content.decode()
