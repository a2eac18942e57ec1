"""What a page says of its sign-in: the dialogs that come by themselves, and the bar that stays.

The words of the tests, beside those of `person`: what the markup is called is known here.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.browser.person import PASSWORD, Person

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
ZONE = "Asia/Kolkata"
# Where this device is: its own clock, and a clipboard that can be read.
HERE: dict[str, Any] = {
    "timezone_id": ZONE,
    "locale": "en-GB",
    "user_agent": CHROME,
    "permissions": ["clipboard-read", "clipboard-write"],
}
THERE: dict[str, Any] = {"user_agent": FIREFOX}

WATCH = """() => {
    window.shownAt = new Promise((resolve) => {
        const look = () => document.querySelector('[data-session-dialog="ended"][open]')
            ? resolve(Date.now()) : requestAnimationFrame(look);
        look();
    });
}"""
# What a browser tells a page that makes it look whether the network is there.
STIR = """() => {
    for (const word of ['online', 'offline', 'online', 'focus']) {
        window.dispatchEvent(new Event(word));
    }
    window.dispatchEvent(new PageTransitionEvent('pageshow'));
    document.dispatchEvent(new Event('visibilitychange'));
}"""


class Notice:
    """Of one page."""

    def __init__(self, one: Person) -> None:
        self.one = one
        self.page: Page = one.page

    # --- signed out ------------------------------------------------------------------------------

    @property
    def ended(self) -> Locator:
        return self.page.locator('[data-session-dialog="ended"]')

    @property
    def bar(self) -> Locator:
        return self.page.get_by_role("region", name="Signed out")

    @property
    def password(self) -> Locator:
        return self.ended.get_by_label("Password of")

    @property
    def trouble(self) -> Locator:
        return self.ended.get_by_role("alert")

    @property
    def not_me(self) -> Locator:
        return self.ended.get_by_role("link", name="It wasn’t me")

    @property
    def unsaved(self) -> Locator:
        return self.ended.locator("[data-unsaved] li")

    def press(self, name: str) -> None:
        self.ended.get_by_role("button", name=name, exact=True).click()

    def sees(self, title: str | re.Pattern[str], *, within: float = 10.0) -> None:
        expect(self.ended).to_be_visible(timeout=within * 1000)
        expect(self.ended.get_by_role("heading", level=2)).to_have_text(title)

    def sees_replaced(self, device: str) -> None:
        """The older device is told where, and when in its own time."""
        expect(self.ended).to_be_visible()
        at = datetime.fromisoformat(self.told["at"]).astimezone(ZoneInfo(ZONE))
        self.sees(f"You signed in on {device} at {at:%H:%M}")

    @property
    def told(self) -> dict[str, str]:
        """What the server says of why nobody is signed in with this browser."""
        told: dict[str, str] = self.page.evaluate("async () => (await (await fetch('/api/session/')).json()).ended")
        return told

    def gone(self) -> None:
        expect(self.ended).to_be_hidden()
        expect(self.bar).to_be_hidden()

    def lists(self, *typed: tuple[str, str]) -> None:
        """What is not saved, each with its name."""
        expect(self.unsaved).to_have_count(len(typed))
        for item, (name, text) in zip(self.unsaved.all(), typed, strict=True):
            expect(item.locator(".session-name")).to_have_text(name)
            expect(item.locator(".session-typed")).to_have_text(text)

    def sign_in_again(self, password: str = PASSWORD) -> None:
        self.password.fill(password)
        self.press("Sign in here again")

    # --- how soon, and whether by itself ---------------------------------------------------------

    def watch(self) -> None:
        """From now on it is noted when the dialog appears."""
        self.page.evaluate(WATCH)

    def seconds_after(self, instant: str) -> float:
        """How long after this instant of the server's clock, which is the browser's, the dialog appeared."""
        shown: float = self.page.evaluate("() => window.shownAt")
        return shown / 1000 - datetime.fromisoformat(instant).timestamp()

    def stays(self) -> None:
        """Minutes pass on this page, and all happens that makes a page connect again: it does not.

        For a page whose clock was installed (`context.clock`).
        """
        before = self.one.dials
        for _ in range(4):
            self.page.evaluate(STIR)
            self.page.clock.run_for(60_000)
        assert self.one.dials == before, "the page connected by itself"

    # --- about to be signed out ------------------------------------------------------------------

    @property
    def idle(self) -> Locator:
        return self.page.locator('[data-session-dialog="idle"]')

    # --- signing out -----------------------------------------------------------------------------

    @property
    def signing_out(self) -> Locator:
        return self.page.locator('[data-session-dialog="sign-out"]')

    def sign_out(self) -> None:
        self.page.get_by_role("button", name="Sign out", exact=True).click()
