"""How it looks when a sign-in ends or is about to, and by keyboard alone: light, dark, on a phone, for axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.notice import HERE, THERE, Notice
from tests.browser.person import PASSWORD, Person
from tests.browser.test_look import LOOKS, scrolls_sideways, serious

NARROW: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}
LONG = "Valve 3 leaks again. " * 40 + "\n" + "NoSpaceToBreakAt" * 12


# A hundred seconds before the end of their sign-in.
NEARLY_IDLE = """
from datetime import timedelta
from django.utils import timezone
from collab.accounts.idle import idle_limit
from collab.accounts.models import SignIn
limit = idle_limit()
active_at = timezone.now() - timedelta(seconds=limit.seconds + limit.recording - 100)
SignIn.objects.filter(user__username={name!r}, ended_at=None).update(active_at=active_at)
"""


def looks_right(one: Person, name: str) -> None:
    assert serious(one) == []
    assert not scrolls_sideways(one)
    one.screenshot(name)


def unsaved_on_a_form(one: Person) -> None:
    one.open(one.make_form("Left open on the other device"))
    one.control("leader").fill("Somebody")
    one.sees_saved()
    one.cable.cut()
    one.sees_state(re.compile("Reconnecting|Offline"))
    one.put_caret("summary", 0)
    one.page.keyboard.insert_text(LONG)
    one.control("staff").fill("7")
    one.control("shift").select_option("late")


@pytest.mark.parametrize("look", LOOKS)
def test_signed_in_elsewhere(device: People, newcomer: str, look: str) -> None:
    options = {**LOOKS[look], **(NARROW if "phone" in look else {})}
    old = device(newcomer, **{**HERE, **options})
    unsaved_on_a_form(old)
    device(newcomer, **THERE)
    old.cable.mend()
    old.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    notice = Notice(old)
    notice.sees_replaced("Firefox on Linux")
    looks_right(old, f"ended-{look}")
    notice.sign_in_again("not it")
    expect(notice.trouble).to_be_visible()
    looks_right(old, f"ended-trouble-{look}")
    notice.press("Keep reading")
    expect(notice.bar).to_be_visible()
    looks_right(old, f"ended-bar-{look}")
    old.goto("/accounts/login/")
    old.sees_sign_in_page()
    looks_right(old, f"ended-sign-in-{look}")


@pytest.mark.parametrize("look", LOOKS)
def test_signing_out_and_the_home_page(device: People, newcomer: str, look: str) -> None:
    options = {**LOOKS[look], **(NARROW if "phone" in look else {})}
    one = device(newcomer, **{**HERE, **options})
    tab = one.another_tab().open(one.make_form("In another tab"))
    tab.control("staff").press_sequentially("-")
    notice = Notice(one)
    notice.sign_out()
    expect(notice.signing_out).to_be_visible()
    looks_right(one, f"sign-out-{look}")
    notice.signing_out.get_by_role("button", name="Stay").click()
    device(newcomer, **THERE)
    notice.sees_replaced("Firefox on Linux")
    looks_right(one, f"ended-home-{look}")


@pytest.mark.parametrize("look", LOOKS)
def test_are_you_still_there(device: People, newcomer: str, beside: Callable[[str], None], look: str) -> None:
    options = {**LOOKS[look], **(NARROW if "phone" in look else {})}
    one = device(newcomer, **{**HERE, **options})
    beside(NEARLY_IDLE.format(name=newcomer))
    notice = Notice(one)
    expect(notice.idle).to_be_visible()
    expect(notice.idle.locator(".session-time")).to_have_text(re.compile(r"1:\d\d"))
    looks_right(one, f"idle-{look}")


def test_by_keyboard_alone(device: People, newcomer: str) -> None:
    """A key pressed in the moment when it comes does nothing; the focus goes back to where one was."""
    old = device(newcomer, **HERE)
    old.open(old.make_form("By keyboard"))
    old.control("summary").fill("Saved.")
    old.sees_saved()
    old.control("staff").press_sequentially("-")
    device(newcomer, **THERE)
    notice = Notice(old)
    notice.sees_replaced("Firefox on Linux")
    expect(notice.ended.get_by_role("heading", level=2)).to_be_focused()
    old.type("xyz ")
    old.press("Enter")
    expect(old.control("staff")).to_have_value("-")
    notice.lists(("People on shift", "-"))
    expect(notice.trouble).to_be_hidden()

    reached = []
    for _ in range(5):
        old.press("Tab")
        reached.append(old.page.evaluate("() => document.activeElement.textContent || document.activeElement.name"))
    assert reached == ["Copy People on shift", "password", "Sign in here again", "It wasn’t me", "Keep reading"]

    old.press("Escape")
    expect(notice.ended).to_be_hidden()
    assert old.focused()["field"] == "staff"
    notice.bar.get_by_role("button", name="Sign in again").focus()
    old.press("Enter")
    notice.sees_replaced("Firefox on Linux")
    old.press("Tab", "Tab")
    expect(notice.password).to_be_focused()
    old.type(PASSWORD)
    old.press("Enter")
    notice.gone()
    assert old.focused()["field"] == "staff"
    expect(old.control("staff")).to_have_value("-")
