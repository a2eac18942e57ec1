"""A page of the site with an ordinary form: the comments of a form, and the draft of one.

The words of the tests of drafts. What the page's markup is called is known here and nowhere else.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.person import Person

SAVED = re.compile(r"^Draft saved \d\d:\d\d$")
KEPT = "() => Object.entries(localStorage).flat().join('\\n')"


class CommentPage:
    """A tab with the comments of a form, on which nobody has a draft yet."""

    def __init__(self, person: Person, form: str, page: Page | None = None) -> None:
        self.person = person
        self.page = page or person.page
        self.url = f"{person.cable.url}/forms/{form}/comments/"

    def open(self) -> CommentPage:
        with self.page.expect_response(re.compile("/api/(?:load|save)-draft/")):
            self.page.goto(self.url)
        return self

    @property
    def text(self) -> Locator:
        return self.page.get_by_label("Comment", exact=True)

    @property
    def line(self) -> Locator:
        return self.page.locator("[data-draft-line]")

    @property
    def notice(self) -> Locator:
        return self.page.locator("[data-draft-notice]")

    def type(self, text: str) -> None:
        self.text.press_sequentially(text)

    def press(self, name: str) -> None:
        self.notice.get_by_role("button", name=name).click()

    def send(self) -> None:
        self.page.get_by_role("button", name="Send the comment").click()

    def sees_saved(self) -> None:
        expect(self.line).to_have_text(SAVED)

    def sees_restored(self, text: str) -> None:
        expect(self.text).to_have_value(text)
        expect(self.notice).to_contain_text(re.compile(r"Your draft of \d\d:\d\d is back"))

    def sees_nothing(self) -> None:
        """And what could still come has come."""
        self.page.wait_for_load_state("networkidle")
        expect(self.text).to_have_value("")
        expect(self.notice).to_be_hidden()
        expect(self.line).to_have_text("")

    def kept(self) -> str:
        kept: str = self.page.evaluate(KEPT)
        return kept

    def server_has(self) -> Any:
        identifier = f"comment:{self.url.split('/')[-3]}"
        return self.person.context.request.get(f"{self.person.cable.url}/api/load-draft/{identifier}/").json()["data"]
