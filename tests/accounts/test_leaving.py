"""I7: who leaves a browser leaves nothing in it, and nothing of what was answered is kept for its back button."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from collab.accounts import sign_ins
from collab.accounts.models import End, SignIn, User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse"
CLEARED = '"storage"'


@pytest.fixture
def alice() -> User:
    return User.objects.create_superuser("alice", password=PASSWORD)


@pytest.fixture
def bob() -> User:
    return User.objects.create_superuser("bob", password=PASSWORD)


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    """One in which Alice has signed in."""
    signs_in(client, alice)
    return client


def signs_in(browser: Client, user: User) -> Any:
    credentials = {"username": user.username, "password": PASSWORD}
    answer = browser.post("/api/session/", credentials, content_type="application/json")
    assert answer.status_code == 200
    return answer


@pytest.mark.parametrize("page", ["/accounts/logout/", "/accounts/devices/sign-out/", "/admin/logout/"])
def test_signing_out_clears(browser: Client, page: str) -> None:
    assert browser.post(page)["Clear-Site-Data"] == CLEARED


def test_signing_out_where_the_sign_in_has_ended_already_clears(browser: Client, alice: User) -> None:
    sign_ins.end([alice.pk], End.BY_ADMIN)
    assert browser.post("/accounts/logout/")["Clear-Site-Data"] == CLEARED


def test_signing_in_over_somebody_clears(browser: Client, bob: User) -> None:
    assert signs_in(browser, bob)["Clear-Site-Data"] == CLEARED


def test_signing_in_over_somebody_by_the_admins_page_clears(browser: Client, bob: User) -> None:
    answer = browser.post("/admin/login/?next=/admin/", {"username": "bob", "password": PASSWORD})
    assert (answer.status_code, answer["Clear-Site-Data"]) == (302, CLEARED)


@pytest.mark.parametrize("why", [End.REPLACED, End.IDLE, End.EXPIRED, End.BY_ADMIN, End.PASSWORD])
def test_signing_in_where_somebody_elses_sign_in_has_ended_clears(
    browser: Client, alice: User, bob: User, why: End
) -> None:
    sign_ins.end([alice.pk], why)
    answer = browser.post("/accounts/login/", {"username": "bob", "password": PASSWORD})
    assert (answer.status_code, answer["Clear-Site-Data"]) == (302, CLEARED)


@pytest.mark.parametrize("why", [End.REPLACED, End.IDLE, End.PASSWORD])
def test_who_comes_back_finds_what_was_kept(browser: Client, alice: User, why: End) -> None:
    sign_ins.end([alice.pk], why)
    assert "Clear-Site-Data" not in browser.get("/accounts/login/")
    assert "Clear-Site-Data" not in signs_in(browser, alice)


def test_who_signs_in_again_where_they_are_signed_in_keeps_it(browser: Client, alice: User) -> None:
    assert "Clear-Site-Data" not in signs_in(browser, alice)


def test_the_first_in_a_browser_has_nothing_to_clear(client: Client, alice: User) -> None:
    assert "Clear-Site-Data" not in signs_in(client, alice)


def test_a_wrong_password_clears_nothing(browser: Client, alice: User, bob: User) -> None:
    sign_ins.end([alice.pk], End.IDLE)
    answer = browser.post("/accounts/login/", {"username": "bob", "password": "wrong"})
    assert "Clear-Site-Data" not in answer


def test_a_new_password_by_mail_or_by_hand_keeps_what_is_its_owners(browser: Client) -> None:
    given = {"old_password": PASSWORD, "new_password1": "another 7 words", "new_password2": "another 7 words"}
    answer = browser.post("/accounts/password_change/", given)
    assert (answer.status_code, "Clear-Site-Data" in answer) == (302, False)


# --- no-store ------------------------------------------------------------------------------------


def addresses(patterns: Any = None, before: str = "/") -> Iterator[str]:
    """All that can be asked for without knowing an id."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and "<" not in path and "(" not in path and "^" not in path:
            yield path


def test_nothing_that_is_answered_to_somebody_is_to_be_kept(browser: Client) -> None:
    asked = [path for path in addresses() if "logout" not in path]
    assert {"/", "/accounts/devices/", "/api/forms/", "/admin/accounts/user/"} <= set(asked)
    for path in [*asked, "/no/such/page/", "/forms/01234567-89ab-7def-8123-456789abcdef/"]:
        answer = browser.get(path)
        assert "no-store" in answer.headers.get("Cache-Control", ""), path


def test_nor_is_a_page_that_says_what_one_may_not_do(browser: Client, alice: User) -> None:
    answer = Client(enforce_csrf_checks=True)
    answer.cookies = browser.cookies
    refused = answer.post("/accounts/password_change/", {})
    assert (refused.status_code, "no-store" in refused["Cache-Control"]) == (403, True)


def test_what_is_nobodys_may_be_kept(client: Client) -> None:
    assert "no-store" not in client.get("/static/css/base.css").headers.get("Cache-Control", "")


def test_the_header_costs_a_look_only_where_somebody_signs_in(
    browser: Client, alice: User, django_assert_num_queries: Any
) -> None:
    SignIn.objects.update(active_at=SignIn.objects.get(ended_at=None).active_at)
    with django_assert_num_queries(3):  # the session, the person, the sign-in
        browser.get("/api/session/")
