"""The content security policy, in a real browser: no page does what it forbids, and it does forbid.

A `person` fails the test where the browser's console tells of a violation; so does every other browser test.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.browser.person import PASSWORD, Person

ROOT = f"""
from collab.accounts.models import User
from django.contrib.auth.hashers import make_password
User.objects.get_or_create(
    username="root", defaults=dict(is_staff=True, is_superuser=True, password=make_password("{PASSWORD}"))
)
"""


@pytest.fixture
def root(person: People, beside: Callable[[str], None]) -> Person:
    beside(ROOT)
    return person("root")


def settled(page: Page, url: str) -> None:
    answer = page.goto(url)
    assert answer is not None
    assert answer.ok, url
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    page.wait_for_load_state("networkidle")


def test_the_pages_of_signing_in(person: People, browser: object) -> None:
    someone = person("alice")
    someone.context.clear_cookies()
    for path in ("login/", "password_reset/", "password_reset/done/", "reset/x/y-z/", "reset/done/"):
        settled(someone.page, f"{someone.cable.url}/accounts/{path}")


def test_the_pages_of_who_is_signed_in(person: People) -> None:
    someone = person("bob")
    for path in ("", "accounts/password_change/", "accounts/devices/"):
        settled(someone.page, f"{someone.cable.url}/{path}")


def test_a_form_that_two_fill(person: People, form: str) -> None:
    """Badges, carets, colours and panels are put there by scripts; none of it is a style in the markup."""
    alice, bob = (person(name).open(form) for name in ("alice", "bob"))
    alice.control("summary").click()
    alice.type("Typed here")
    expect(bob.badge("summary", "Alice")).to_be_visible()
    bob.control("summary").click()
    bob.type("And there ")
    bob.add_row("readings")
    bob.sees_saved()
    alice.sees_saved()


def test_the_admin(root: Person) -> None:
    page, admin = root.page, f"{root.cable.url}/admin"
    settled(page, f"{admin}/")
    models = page.locator("#content-main a[href^='/admin/']").evaluate_all(
        "links => [...new Set(links.map(link => link.pathname))]"
    )
    assert len(models) > 5
    for path in models:
        settled(page, f"{root.cable.url}{path}")
    for path in ("add/", "?q=alice", "?is_staff__exact=1"):
        settled(page, f"{admin}/accounts/user/{path}")
    page.get_by_role("link", name="root", exact=True).first.click()
    for link in ("History", "Delete"):
        change = page.url
        page.get_by_role("link", name=link, exact=True).first.click()
        page.wait_for_load_state("networkidle")
        assert page.url != change
        page.goto(change)
    settled(page, f"{admin}/accounts/team/add/")
    page.locator("#id_memberships-0-user + .select2").click()  # its search is drawn by a script
    expect(page.locator(".select2-results__option").first).to_be_visible()


def test_the_admins_own_way_in(person: People) -> None:
    someone = person("alice")
    someone.context.clear_cookies()
    settled(someone.page, f"{someone.cable.url}/admin/login/")


def test_what_is_inline_is_refused(person: People) -> None:
    """The policy holds, and the guard that the other tests rely on hears of it."""
    someone = person("alice")
    settled(someone.page, f"{someone.cable.url}/")
    someone.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\" id=planted></p>')")
    someone.page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'document.title = "planted"';
            document.body.append(script);
        }"""
    )
    assert someone.page.title() != "planted"
    assert someone.page.locator("#planted").evaluate("it => getComputedStyle(it).color") != "rgb(255, 0, 0)"
    assert len(someone.errors) == 2
    someone.errors.clear()
