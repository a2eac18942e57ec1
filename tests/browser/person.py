"""Somebody at a browser: signed in, on a form's page, seen as they see it.

The words of the tests. What the page's markup is called is known here and nowhere else.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.browser.cable import Cable

PASSWORD = "formroom-demo"
# Counts the sockets that a page makes.
DIALS = """
window.dials = 0;
window.WebSocket = class extends WebSocket {
    constructor(...how) { super(...how); window.dials += 1; }
};
"""


class Person:
    def __init__(self, name: str, context: BrowserContext, cable: Cable) -> None:
        self.name = name
        self.cable = cable
        self.context = context
        self.page: Page = context.new_page()
        self.page.add_init_script(DIALS)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        """What the content security policy forbids is an error on every page."""
        if "Content Security Policy" in message.text:
            self.errors.append(message.text)

    # --- coming and going -----------------------------------------------------------------------

    def goto(self, path: str) -> None:
        self.page.goto(f"{self.cable.url}{path}")

    def sign_in(self, password: str = PASSWORD) -> None:
        self.goto("/accounts/login/")
        self.fill_in_sign_in(password)
        self.sees_home()

    def fill_in_sign_in(self, password: str = PASSWORD) -> None:
        self.page.get_by_label("User name").fill(self.name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def another_tab(self) -> Person:
        """Of the same browser."""
        tab = Person(self.name, self.context, self.cable)
        tab.errors = self.errors
        return tab

    def sees_home(self) -> None:
        expect(self.page.get_by_role("heading", name="Forms", exact=True)).to_be_visible()

    def sees_sign_in_page(self) -> None:
        expect(self.page.get_by_role("heading", name="Sign in")).to_be_visible()

    @property
    def user_id(self) -> str:
        """Of who is signed in here, as the end of the page says it: waited for, it comes after what is seen first."""
        said = self.page.locator("#signed-in").text_content()
        user: str = json.loads(said or "null")["user"]["id"]
        return user

    @property
    def dials(self) -> int:
        """How many sockets this page has made."""
        made: int = self.page.evaluate("() => window.dials")
        return made

    def make_form(self, title: str, template: str = "shift-logbook") -> str:
        """A new form of the demo's team; its id."""
        home = self.context.request.get(f"{self.cable.url}/").text()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', home)
        assert token is not None, "the page has no CSRF token"
        answer = self.context.request.post(
            f"{self.cable.url}/api/forms/",
            data={"template": template, "title": title},
            headers={"X-CSRFToken": token[1], "Origin": self.cable.url},
        )
        assert answer.ok, answer.text()
        form_id: str = answer.json()["id"]
        return form_id

    def demo_form(self, template: str) -> str:
        """The demo's form in progress: filled, in the time zone of Berlin, and shared by the tests that only look."""
        listed = self.context.request.get(f"{self.cable.url}/api/forms/").json()["forms"]
        oldest: str = min(entry["id"] for entry in listed if entry["template"] == template)  # ids rise with time
        return oldest

    def open(self, form_id: str) -> Person:
        self.page.goto(f"{self.cable.url}/forms/{form_id}/")
        self.sees_open_form()
        return self

    def sees_open_form(self) -> None:
        expect(self.page.locator("[data-form]:not(.is-loading)")).to_be_attached()
        self.sees_state("Saved")

    # --- fields ---------------------------------------------------------------------------------

    def field(self, key: str) -> Locator:
        return self.page.locator(f'.field[data-field="{key}"]')

    def control(self, key: str) -> Locator:
        return self.page.locator(f"#control-{key}")

    def badge(self, key: str, name: str) -> Locator:
        return self.field(key).locator(".badge", has_text=name)

    def panel(self, key: str) -> Locator:
        return self.field(key).locator(".panel")

    def caret(self, key: str) -> list[int]:
        """Start and end of the selection."""
        where: list[int] = self.control(key).evaluate("it => [it.selectionStart, it.selectionEnd]")
        return where

    def put_caret(self, key: str, start: int, end: int | None = None) -> None:
        self.control(key).evaluate(
            "(it, [start, end]) => { it.focus(); it.setSelectionRange(start, end); }",
            [start, start if end is None else end],
        )

    # --- tables ---------------------------------------------------------------------------------

    def rows(self, table: str) -> Locator:
        return self.page.locator(f'[data-table="{table}"] tbody [data-row]')

    def cell(self, table: str, row: int, key: str) -> Locator:
        return self.rows(table).nth(row).locator(f'[data-field="{key}"]')

    def cell_control(self, table: str, row: int, key: str) -> Locator:
        return self.cell(table, row, key).locator("[data-control]")

    def add_row(self, table: str) -> None:
        self.page.locator(f'[data-table="{table}"]').get_by_role("button", name="Add row").click()

    # --- the page -------------------------------------------------------------------------------

    @property
    def state(self) -> Locator:
        return self.page.locator("[data-save-text]")

    def sees_state(self, text: str | re.Pattern[str]) -> None:
        expect(self.state).to_have_text(text)

    def sees_saved(self) -> None:
        self.sees_state("Saved")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def focused(self) -> dict[str, Any]:
        """Which field, and in which row, has the focus."""
        where: dict[str, Any] = self.page.evaluate(
            """() => ({
                field: document.activeElement.closest('[data-field]')?.dataset.field ?? null,
                row: document.activeElement.closest('[data-row]')?.querySelector('.row-number')?.textContent ?? null,
            })"""
        )
        return where

    def screenshot(self, name: str, *, whole: bool = False) -> None:
        """Only where somebody wants to look at it: `FORMROOM_SCREENSHOTS=folder make test-browser`."""
        folder = os.environ.get("FORMROOM_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=whole)
