"""The idle limit: a warning that counts down, any sign of life an answer, and nothing typed lost at the end.

The server here allows 12 seconds, warns in the second half of them, and looks every 3.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.notice import HERE, Notice
from tests.browser.person import Person
from tests.browser.server import Server, running_server

LIMIT_SECONDS = 12
PATIENCE_MS = 25_000


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that soon signs out who does nothing."""
    folder = tmp_path_factory.mktemp("hasty")
    with running_server(folder, FORMROOM_IDLE_MINUTES=str(LIMIT_SECONDS / 60)) as server:
        yield server


@pytest.fixture
def somebody(visit: People, hasty: Server) -> Callable[[str], Person]:
    def come(name: str) -> Person:
        someone = visit(name, port=hasty.port, **HERE)
        someone.sign_in()
        return someone

    return come


@pytest.fixture
def alice(somebody: Callable[[str], Person]) -> Person:
    return somebody("alice")


def warned(one: Person) -> Notice:
    notice = Notice(one)
    expect(notice.idle).to_be_visible(timeout=PATIENCE_MS)
    return notice


def test_who_does_nothing_is_warned_then_signed_out_and_keeps_what_was_typed(alice: Person) -> None:
    alice.open(alice.make_form("Left alone"))
    alice.control("summary").fill("Saved.")
    alice.sees_saved()
    alice.control("staff").press_sequentially("-")
    notice = warned(alice)
    expect(notice.idle.get_by_role("heading")).to_have_text("Are you still there?")
    expect(notice.idle).to_contain_text("What is typed and not saved by then stays on this page.")
    expect(notice.idle.locator(".session-time")).to_have_text(re.compile(r"0:0\d"))
    expect(notice.idle.get_by_role("button", name="Stay signed in")).to_be_focused()
    notice.sees("You are signed out", within=PATIENCE_MS / 1000)
    expect(notice.idle).to_be_hidden()
    expect(notice.ended).to_contain_text("You were signed out because nothing was done here for a long time.")
    notice.lists(("People on shift", "-"))
    notice.sign_in_again()
    notice.gone()
    expect(alice.control("staff")).to_have_value("-")
    alice.control("staff").fill("7")
    alice.press("Tab")
    alice.sees_saved()


def test_the_countdown_counts_and_stay_signed_in_stays(alice: Person) -> None:
    alice.open(alice.make_form("Still there"))
    notice = warned(alice)
    time = notice.idle.locator(".session-time")
    before = time.inner_text()
    expect(time).not_to_have_text(before)
    notice.idle.get_by_role("button", name="Stay signed in").click()
    expect(notice.idle).to_be_hidden()
    warned(alice)  # the limit began anew: it is the next warning that comes, not the end
    expect(notice.ended).to_be_hidden()
    alice.press("Escape")
    expect(notice.idle).to_be_hidden()
    alice.control("summary").fill("and on")
    alice.sees_saved()


def test_a_key_is_an_answer_and_goes_where_one_was_typing(alice: Person) -> None:
    alice.open(alice.make_form("Typing on"))
    alice.control("summary").fill("Half a ")
    alice.sees_saved()
    notice = warned(alice)
    alice.type("sentence")
    expect(notice.idle).to_be_hidden()
    expect(alice.control("summary")).to_have_value("Half a sentence")
    alice.sees_saved()


def test_who_types_is_neither_asked_nor_signed_out(alice: Person, somebody: Callable[[str], Person]) -> None:
    """Alice what the server hears of, Bob where it hears of nothing until it is sent."""
    bob = somebody("bob")
    bob.goto("/accounts/password_change/")
    alice.open(alice.make_form("Busy"))
    alice.control("summary").focus()
    bob.page.get_by_label("Old password").focus()
    end = time.monotonic() + 1.5 * LIMIT_SECONDS
    while time.monotonic() < end:
        for one in (alice, bob):
            one.type("x")
            one.page.wait_for_timeout(700)  # the time itself is what is tested
            expect(Notice(one).idle).to_be_hidden()
            expect(Notice(one).ended).to_be_hidden()


def test_one_tab_speaks_for_all(alice: Person) -> None:
    alice.open(alice.make_form("In front"))
    other = alice.another_tab()
    other.goto("/")
    for tab in (alice, other):
        warned(tab)
    Notice(other).idle.get_by_role("button", name="Stay signed in").click()
    for tab in (alice, other):
        expect(Notice(tab).idle).to_be_hidden()
        expect(Notice(tab).ended).to_be_hidden()
