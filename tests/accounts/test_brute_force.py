"""Guessing passwords is slow: five wrong ones for a name from an address, then that pair waits 15 minutes."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth import aauthenticate, authenticate
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from collab.accounts.models import AuditEntry, AuditKind, User

PASSWORD = "correct horse"
LIMIT = 5
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"

pytestmark = pytest.mark.django_db


@pytest.fixture
def eve() -> User:
    return User.objects.create_user("eve", password=PASSWORD)


def sign_in(
    name: str = "eve", password: str = "wrong", *, address: str = "192.0.2.1", agent: str = FIREFOX,
    page: str = "/accounts/login/",
) -> Any:  # fmt: skip
    client = Client(REMOTE_ADDR=address, HTTP_USER_AGENT=agent)
    return client.post(page, {"username": name, "password": password})


def lock(name: str = "eve", *, address: str = "192.0.2.1") -> None:
    for _ in range(LIMIT):
        answer = sign_in(name, address=address)
    assert answer.status_code == 429


def kinds() -> list[tuple[str, str | None]]:
    return [
        (entry.kind, entry.user.username if entry.user else None)
        for entry in AuditEntry.objects.select_related("user").order_by("at", "pk")
    ]


# --- the lock --------------------------------------------------------------------------------------


def test_after_five_wrong_passwords_not_even_the_right_one_is_tried(eve: User) -> None:
    for _ in range(LIMIT - 1):
        assert sign_in().status_code == 200
    assert sign_in().status_code == 429
    assert sign_in(password=PASSWORD).status_code == 429


def test_the_page_says_what_happened_how_long_it_lasts_and_the_other_way_in(eve: User) -> None:
    lock()
    page = sign_in(password=PASSWORD)
    assert "Try again in 15 minutes." in page.text
    assert "/accounts/password_reset/" in page.text
    assert 0 < int(page["Retry-After"]) <= 15 * 60
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("page", ["/accounts/login/", "/admin/login/"])
def test_a_name_that_nobody_has_is_locked_the_same(eve: User, page: str) -> None:
    answers = {
        name: [sign_in(name, page=page).status_code for _ in range(LIMIT + 1)] for name in ("eve", "nobody at all")
    }
    assert answers["eve"] == answers["nobody at all"]
    assert answers["eve"][-2:] == [429, 429]


def test_the_api_answers_with_a_code(eve: User) -> None:
    client = Client()
    body = {"username": "eve", "password": "wrong"}
    for _ in range(LIMIT):
        answer = client.post("/api/session/", body, content_type="application/json")
    assert answer.status_code == 429
    assert answer.json() == {"code": "too_many", "message": "The password was wrong too often. Please wait 15 minutes."}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("name", ["a\x00b", "\ud800", "x" * 5000, ""])
@pytest.mark.parametrize("password", ["wrong", "\ud800", "a\x00"])
def test_what_nobody_can_be_called_is_only_wrong(eve: User, name: str, password: str) -> None:
    body = json.dumps({"username": name, "password": password})
    answers = [Client().post("/api/session/", body, content_type="application/json") for _ in range(LIMIT)]
    assert [answer.status_code for answer in answers] == [400] * (LIMIT - 1) + [429]


def test_others_are_not_locked_with_it(eve: User) -> None:
    """One office behind one address is not locked together, nor does a stranger elsewhere lock anybody out."""
    User.objects.create_user("adam", password=PASSWORD)
    lock()
    assert sign_in("adam", PASSWORD).status_code == 302
    assert sign_in(password=PASSWORD, address="192.0.2.2").status_code == 302


def test_another_browser_at_the_same_address_is_no_way_around(eve: User) -> None:
    for number in range(LIMIT):
        answer = sign_in(agent=f"Browser {number}")
    assert answer.status_code == 429


def test_who_has_a_network_has_one_address(eve: User) -> None:
    for number in range(LIMIT):
        answer = sign_in(address=f"2001:db8:0:7::{number}")
    assert answer.status_code == 429
    assert sign_in(password=PASSWORD, address="2001:db8:0:7:ffff::1").status_code == 429
    assert sign_in(password=PASSWORD, address="2001:db8:0:8::1").status_code == 302


@pytest.mark.parametrize("spelling", ["eve", " eve ", "ｅｖｅ", "evｅ"])
def test_spellings_that_django_takes_for_one_name_count_as_one(eve: User, spelling: str) -> None:
    assert sign_in(spelling, PASSWORD).status_code == 302
    lock()
    assert sign_in(spelling, PASSWORD).status_code == 429


def test_it_ends_after_15_minutes_however_often_it_is_tried_meanwhile(eve: User) -> None:
    lock()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14, seconds=30))
    locked = sign_in(password=PASSWORD)
    assert locked.status_code == 429
    assert "Try again in 1 minute." in locked.text
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert sign_in(password=PASSWORD).status_code == 302


def test_the_right_password_forgets_the_wrong_ones(eve: User) -> None:
    for _ in range(LIMIT - 1):
        sign_in()
    assert sign_in(password=PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists()
    for _ in range(LIMIT - 1):
        assert sign_in().status_code == 200


def test_the_old_password_cannot_be_guessed_on_the_page_that_changes_it(eve: User) -> None:
    client = Client()
    client.force_login(eve)
    new = {"new_password1": "a long secret 7", "new_password2": "a long secret 7"}
    for _ in range(LIMIT):
        answer = client.post("/accounts/password_change/", {"old_password": "wrong", **new})
    assert answer.status_code == 429
    assert client.post("/accounts/password_change/", {"old_password": PASSWORD, **new}).status_code == 429
    assert User.objects.get().check_password(PASSWORD)


def test_the_admins_page_that_changes_it_is_the_same(eve: User) -> None:
    User.objects.update(is_staff=True)
    client = Client()
    client.force_login(eve)
    assert client.get("/admin/password_change/")["Location"] == "/accounts/password_change/"


def test_asynchronous_code_meets_the_lock_too(eve: User) -> None:
    lock(address="127.0.0.1")
    request = RequestFactory().post("/")
    assert async_to_sync(aauthenticate)(request, username="eve", password=PASSWORD) is None
    assert authenticate(RequestFactory().post("/", REMOTE_ADDR="192.0.2.9"), username="eve", password=PASSWORD) == eve


class Held(MD5PasswordHasher):
    """Has the right password half checked, and takes its time."""

    algorithm = "held"
    reached, go_on = threading.Event(), threading.Event()

    def verify(self, password: str, encoded: str) -> bool:
        if password == PASSWORD:
            self.reached.set()
            self.go_on.wait(30)
        return super().verify(password, encoded)


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_all_at_once_get_no_further(settings: Any) -> None:
    """The right one is not told from the wrong ones that were judged while it was looked at."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Held"]
    User.objects.create_user("eve", password=PASSWORD)
    answers: list[int] = []

    def guess() -> None:
        answers.append(sign_in(password=PASSWORD).status_code)
        connection.close()

    right = threading.Thread(target=guess)
    right.start()
    assert Held.reached.wait(30)
    lock()
    Held.go_on.set()
    right.join(30)
    assert answers == [429]
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_failures_at_once_are_all_counted(eve: User) -> None:
    lined_up = threading.Barrier(LIMIT)
    answers: list[int] = []

    def guess() -> None:
        lined_up.wait(30)
        answers.append(sign_in().status_code)
        connection.close()

    threads = [threading.Thread(target=guess) for _ in range(LIMIT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert 429 in answers
    assert set(answers) <= {200, 429}
    assert AccessAttempt.objects.get().failures_since_start == LIMIT
    assert sign_in(password=PASSWORD).status_code == 429


# --- what is kept ----------------------------------------------------------------------------------


def test_what_was_typed_is_not_stored_anywhere(eve: User) -> None:
    """People type their password where the user name belongs."""
    client = Client()
    secret = "my secret in the wrong field"
    client.post(f"/accounts/login/?next=/forms/&q={secret}", {"username": secret, "password": secret, "extra": secret})
    stored = [str(row) for model in (AccessAttempt, AuditEntry) for row in model.objects.values()]
    assert len(stored) == 2
    assert not any(secret in row or "forms" in row for row in stored)


def test_nothing_is_kept_of_those_who_sign_in_and_out(eve: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"username": "eve", "password": PASSWORD})
    client.post("/accounts/logout/")
    assert not any(model.objects.exists() for model in (AccessAttempt, AccessFailureLog, AccessLog))


# --- the audit -------------------------------------------------------------------------------------


def test_failures_and_the_lock_are_in_the_audit_but_not_what_bounced_off_it(eve: User) -> None:
    lock()
    for _ in range(3):
        sign_in(password=PASSWORD)
    assert kinds() == [(AuditKind.FAILED, "eve")] * LIMIT + [(AuditKind.LOCKED_OUT, "eve")]
    entry = AuditEntry.objects.earliest("at")
    assert (entry.address, entry.device) == ("192.0.2.1", "Firefox on Linux")


def test_a_name_that_nobody_has_is_in_the_audit_without_the_name(eve: User) -> None:
    lock("nobody at all")
    assert {user for _, user in kinds()} == {None}
    assert not any("nobody" in str(row) for row in AuditEntry.objects.values())
