"""The page *where am I signed in*, as people see it: light, dark, on a phone, in their own time zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.test_look import LOOKS, scrolls_sideways, serious

# What became of somebody's earlier sign-ins, as the page has to tell it: all kinds of ends, and a long name.
HISTORY = """
from datetime import datetime, timedelta, timezone
from collab.accounts.models import SignIn, User
dora, noon = User.objects.get(username="dora"), datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
devices = ["Firefox on Linux", "Mobile Safari on iOS", "Chrome on Windows", "Samsung Internet on Android"]
ends = ["replaced", "replaced", "idle", "by_admin", "signed_out", "password", "taken_over", "everywhere"]
if not SignIn.objects.filter(user=dora, began_at=noon).exists():
    for number, why in enumerate(ends):
        began = noon + timedelta(hours=2 * number)
        address = "2001:db8:85a3:8d3:1319:8a2e:370:7348" if number == 1 else None if number == 2 else "192.0.2.7"
        SignIn.objects.create(user=dora, session_key="", device=devices[number % 4], address=address,
                              began_at=began, ended_at=began + timedelta(hours=1), ended_why=why)
"""


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_serious_and_nothing_sideways(person: People, beside: Callable[[str], None], look: str) -> None:
    beside(HISTORY)
    dora = person("dora", **LOOKS[look], timezone_id="Asia/Tokyo")
    dora.page.goto(f"{dora.cable.url}/accounts/devices/")
    expect(dora.page.locator(".device")).to_contain_text("This device")
    expect(dora.page.locator(".past-table")).to_contain_text("Signed in on Mobile Safari on iOS")
    assert serious(dora) == []
    assert not scrolls_sideways(dora)
    dora.screenshot(f"devices-{look}", whole=True)
    dora.page.locator("summary", has_text="Sign out everywhere").click()
    expect(dora.page.get_by_role("button", name="Yes, sign me out everywhere")).to_be_visible()
    assert serious(dora) == []
    assert not scrolls_sideways(dora)
    dora.screenshot(f"devices-{look}-sure", whole=True)


def test_times_are_the_readers_own(person: People, beside: Callable[[str], None]) -> None:
    beside(HISTORY)
    dora = person("dora", timezone_id="Asia/Tokyo")
    dora.page.goto(f"{dora.cable.url}/accounts/devices/")
    first = dora.page.locator('.past-table time[datetime="2026-11-20T12:00:00+00:00"]')
    expect(first).to_have_text(re.compile("9:00.PM"))
    expect(first).to_have_attribute("title", "20 Nov 2026, 12:00 UTC")


def test_signing_out_everywhere_takes_two_presses_and_leads_to_the_sign_in_page(
    person: People, sign_ins: dict[str, Any]
) -> None:
    dora = person("dora")
    sign_ins.pop("dora")  # whoever needs her next signs in anew
    dora.page.goto(f"{dora.cable.url}/")
    dora.page.get_by_role("link", name="Dora Dahl").click()
    button = dora.page.get_by_role("button", name="Yes, sign me out everywhere")
    expect(button).to_be_hidden()
    dora.page.locator("summary", has_text="Sign out everywhere").focus()
    dora.press("Enter")
    button.click()
    expect(dora.page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(dora.page.get_by_text("You are signed out everywhere.")).to_be_visible()
