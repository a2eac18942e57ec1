"""C1, C3, I7, many times over: reloads, killed servers, lost answers, and one person after the other in one browser.

`make keep` runs all of them, `make test` a tenth. Chance is by a seed, which is printed; ``SEED`` takes it again.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.cable import Cable
from tests.browser.conftest import People
from tests.browser.keeping import back_on, count, crash, cut_off, is_kept, saved
from tests.browser.person import Person
from tests.browser.profile import Profile
from tests.browser.server import Server, running_server
from tests.browser.stored import keeps_nothing_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]

# Reloads by itself, so many milliseconds after the last key.
RELOAD = """([last, delay]) => {
    const control = document.querySelector('#control-summary');
    control.addEventListener('input', () => {
        if (control.value.endsWith(last)) {
            setTimeout(() => location.reload(), delay);
        }
    });
}"""


# Types one character after the other, each of which there is only once, anywhere in the text.
TYPE = """([first, pause]) => {
    const control = document.querySelector('#control-summary');
    let next = first;
    const step = () => {
        const at = Math.floor(Math.random() * (control.value.length + 1));
        control.focus();
        control.setRangeText(String.fromCodePoint(next), at, at, 'end');
        control.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertText' }));
        next += 1;
    };
    const timer = setInterval(step, pause);
    window.stopTyping = () => { clearInterval(timer); return next - first; };
}"""
FIRST = 0x3400  # from here on 27,000 characters that are one unit of JavaScript's each
SHARE = 9_000  # for each of them


@pytest.fixture
def chance() -> random.Random:
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")
    return random.Random(seed)


@pytest.mark.parametrize("delay", [10, 50, 200, 1000])
def test_c3_a_reload_after_the_last_key(person: People, form: str, delay: int) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.page.on("dialog", lambda dialog: dialog.accept())
    expected = ""
    for time in range(count(50)):
        words = f"{time} times after {delay} ms. "
        alice.page.evaluate(RELOAD, [words[-8:], delay])
        alice.put_caret("summary", len(expected))
        with alice.page.expect_event("load"):
            alice.type(words)
        alice.sees_open_form()
        expected += words
        expect(alice.control("summary")).to_have_value(expected)
    alice.sees_saved()
    expect(bob.control("summary")).to_have_value(expected)
    assert saved(bob, form)["summary"] == expected


# --- a server that dies --------------------------------------------------------------------------


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own, to be killed."""
    with running_server(tmp_path) as server:
        yield server


def test_c1_c3_a_server_that_is_killed_while_three_type(visit: People, mortal: Server, chance: random.Random) -> None:
    people = [visit(name, port=mortal.port) for name in ("alice", "bob", "carol")]
    for one in people:
        one.sign_in()
    form = people[0].make_form("Killed many times")
    for one in people:
        one.open(form)
    nexts = [FIRST + number * SHARE for number in range(len(people))]
    for _ in range(count(100)):
        for one, first in zip(people, nexts, strict=True):
            one.page.evaluate(TYPE, [first, 40])
        people[0].page.wait_for_timeout(chance.uniform(50, 800))
        mortal.kill()
        people[0].page.wait_for_timeout(chance.uniform(0, 300))
        mortal.start()
        nexts = [first + stop_typing(one) for one, first in zip(people, nexts, strict=True)]
        for one in people:
            one.page.evaluate("() => window.dispatchEvent(new Event('online'))")
        for one in people:
            expect(one.state).to_have_text("Saved", timeout=60_000)
        all_is_there_once(people, form, nexts)


def stop_typing(one: Person) -> int:
    """How many characters were typed."""
    typed: int = one.page.evaluate("() => window.stopTyping()")
    return typed


def all_is_there_once(people: list[Person], form: str, nexts: list[int]) -> None:
    text = saved(people[0], form)["summary"]
    assert all(last <= FIRST + (number + 1) * SHARE for number, last in enumerate(nexts)), "they typed each other's"
    typed = [chr(code) for number, last in enumerate(nexts) for code in range(FIRST + number * SHARE, last)]
    found = Counter(text)
    assert [character for character in typed if found[character] != 1] == []
    assert len(text) == len(typed)
    for one in people:
        expect(one.control("summary")).to_have_value(text)


# --- an answer that is lost ----------------------------------------------------------------------


def test_c3_the_connection_is_cut_between_commit_and_ack(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    expected, rows = "", 0
    for time in range(count(1000)):
        alice.cable.deafen()
        alice.put_caret("summary", len(expected))
        expected += chr(FIRST + time)
        alice.type(expected[-1])
        if time % 10 == 0:
            alice.add_row("readings")
            rows += 1
        expect(bob.control("summary")).to_have_value(expected)  # so it is committed
        alice.cable.cut()
        back_on(alice)
        alice.sees_saved()
        expect(alice.control("summary")).to_have_value(expected)
        expect(bob.rows("readings")).to_have_count(rows)
    assert saved(bob, form)["summary"] == expected


# --- one person after the other ------------------------------------------------------------------

# All that can be seen or found on a page, and all that is typed into it.
ON_THE_PAGE = """() => document.documentElement.outerHTML
    + [...document.querySelectorAll('input, textarea, select')].map((one) => one.value).join()"""
WAYS = ["the tab is killed", "the tab is closed", "the browser is killed", "they sign out for the other"]


def test_i7_who_signs_in_after_somebody_finds_nothing_of_theirs(
    device: People, playwright: Playwright, chromium: str, server_port: int, tmp_path: Path, newcomer: str, another: str
) -> None:
    form = device(newcomer).make_form("Written by one, and read by the other")
    cable = Cable(server_port)
    for time in range(count(100)):
        way = WAYS[time % len(WAYS)]
        secret = f"secret{time}words"
        with Profile(playwright, chromium, tmp_path / f"profile-{time}") as profile:
            first = Person(newcomer, profile.context, cable)
            first.sign_in()
            cut_off(first.open(form))
            first.put_caret("summary", 0)
            first.type(secret)
            first.control("staff").press_sequentially("-")
            is_kept(first, secret)
            user = first.user_id
            next_one = leaves(first, profile, way)
            next_one.name = another
            next_one.sign_in()
            finds_nothing(next_one, form, secret, user, f"{way}, the {time}th time")
    cable.cut()


def leaves(first: Person, profile: Profile, way: str) -> Person:
    """The first one goes, without signing out cleanly; a tab for the next one."""
    match way:
        case "the tab is killed":
            crash(first)
        case "the tab is closed":
            first.page.close()
        case "the browser is killed":
            profile.kill()
            profile.open()
        case _:
            crash(first)
            first.cable.mend()
            tab = first.another_tab()
            tab.goto("/")
            tab.page.get_by_role("button", name="Sign out").click()
            tab.page.get_by_role("button", name="Sign out anyway").click()
            tab.sees_sign_in_page()
            return tab
    first.cable.mend()
    profile.context.clear_cookies()  # it has expired meanwhile
    return Person(first.name, profile.context, first.cable)


def finds_nothing(one: Person, form: str, secret: str, user: str, when: str) -> None:
    traces = (secret, user)
    keeps_nothing_of(one.page, *traces)
    one.open(form)
    shows_nothing(one, traces, when)
    assert "secret" not in str(saved(one, form)), when
    for _ in range(4):
        one.page.go_back(wait_until="commit")
        one.page.wait_for_load_state("load")
        shows_nothing(one, traces, when)
    one.goto("/")
    keeps_nothing_of(one.page, *traces)


def shows_nothing(one: Person, traces: tuple[str, ...], when: str) -> None:
    found = one.page.evaluate(ON_THE_PAGE)
    assert not [trace for trace in traces if trace in found], when
