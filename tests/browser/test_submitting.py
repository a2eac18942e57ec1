"""Submitting a form together: what is missing is led to, the form is read-only for all at once, and opened again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import People
from tests.browser.person import Person
from tests.browser.test_look import LOOKS, scrolls_sideways, serious

MISSING = (
    "Date",
    "Shift",
    "Shift leader",
    "People on shift.*not saved",
    "Summary",
    "Time, row 1",
    "Read and understood",
)
REASON = "The pressure of row 1 was read wrongly."
# All that a screen reader is told from now on.
HEAR = """() => {
    const live = document.querySelector('[data-live]');
    window.heard = [];
    new MutationObserver(() => window.heard.push(live.textContent)).observe(live, { childList: true });
}"""


def heard(one: Person) -> list[str]:
    told: list[str] = one.page.evaluate("() => window.heard")
    return told


def submit_button(one: Person) -> Locator:
    return one.page.locator("[data-bar]").get_by_role("button", name="Submit", exact=True)


def dialog(one: Person) -> Locator:
    return one.page.locator("[data-submit-dialog]")


def problems(one: Person) -> Locator:
    return one.page.locator("[data-problems-list] li")


def submitted(one: Person) -> Locator:
    return one.page.locator("[data-submitted]")


def fill_in(one: Person) -> None:
    """Everything that the logbook needs."""
    one.control("date").fill("2026-01-31")
    one.control("shift").select_option("early")
    one.control("leader").fill("Alice")
    one.control("summary").fill("All is well.")
    one.control("confirmed").check()
    one.sees_saved()


def submit(one: Person) -> None:
    submit_button(one).click()
    dialog(one).get_by_role("button", name="Submit").click()
    expect(submitted(one)).to_be_visible()
    expect(dialog(one)).to_be_hidden()


def reopen(one: Person, reason: str = REASON) -> None:
    submitted(one).get_by_role("button", name="Reopen").click()
    asked = one.page.locator("[data-reopen-dialog]")
    asked.get_by_label("Why?").fill(reason)
    asked.get_by_role("button", name="Reopen").click()
    expect(submitted(one)).to_be_hidden()


def test_c8_all_that_is_missing_is_told_at_once_and_led_to(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.add_row("readings")
    alice.control("staff").fill("-")
    alice.sees_state("1 edit not saved")
    submit_button(alice).click()
    expect(problems(alice)).to_have_text([re.compile(entry) for entry in MISSING])
    expect(alice.page.locator("[data-problems-title]")).to_be_focused()
    expect(dialog(alice)).to_be_hidden()
    expect(alice.field("leader").locator("[data-note]")).to_have_text("This must be filled in.")
    alice.press("Tab", "Tab", "Enter")  # the cross, then the first entry
    assert alice.focused()["field"] == "date"
    alice.control("date").fill("2026-01-31")
    expect(problems(alice)).to_have_count(len(MISSING) - 1)
    bob.control("leader").fill("Bob")
    expect(problems(alice)).to_have_count(len(MISSING) - 2)
    expect(alice.field("leader").locator("[data-note]")).to_be_empty()
    problems(alice).filter(has_text="Time, row 1").get_by_role("link").click()
    assert alice.focused() == {"field": "at", "row": "1"}
    alice.cell_control("readings", 0, "at").fill("14:03")
    alice.control("staff").fill("4")
    fill_in(alice)
    expect(alice.page.locator("[data-problems-title]")).to_have_text("Nothing is missing any more")
    alice.page.locator("[data-problems]").get_by_role("button", name="Submit").click()
    dialog(alice).get_by_role("button", name="Submit").click()
    expect(submitted(bob)).to_be_visible()
    expect(alice.page.locator("[data-problems]")).to_be_hidden()


def test_c10_a_submitted_form_is_read_only_for_all_at_once_and_opens_again(person: People, form: str) -> None:
    alice, bob, dora = (person(name).open(form) for name in ("alice", "bob", "dora"))
    fill_in(alice)
    expect(bob.control("summary")).to_have_value("All is well.")
    bob.page.evaluate(HEAR)
    submit(alice)
    expect(alice.page.locator("[data-submitted-text]")).to_be_focused()
    for one in (alice, bob, dora):
        expect(submitted(one)).to_contain_text(re.compile(r"Submitted by Alice Arden at \d\d:\d\d · version \d+"))
        expect(one.control("summary")).not_to_be_editable()
        expect(one.page.locator("[data-form-status]")).to_have_text("Submitted")
        expect(one.page.locator("[data-banner]")).to_be_hidden()
    expect(submit_button(bob)).to_be_hidden()
    expect(submitted(dora).get_by_role("button", name="Reopen")).to_have_count(0)
    assert "The form is Submitted now." in heard(bob)
    reopen(bob)
    for one in (alice, bob):
        expect(one.control("summary")).to_be_editable()
        expect(one.page.locator("[data-form-status]")).to_have_text("Open")
    expect(submitted(dora)).to_be_hidden()
    alice.control("summary").fill("Better.")
    expect(bob.control("summary")).to_have_value("Better.")
    submit(bob)
    expect(submitted(alice)).to_contain_text("Submitted by Bob Becker")
    submitted(alice).get_by_role("link", name="Submissions").click()
    expect(alice.page.get_by_text(REASON)).to_be_visible()
    alice.page.get_by_role("link", name="Submission 1").click()
    expect(alice.page.locator(".answer", has_text="Summary")).to_contain_text("All is well.")


def test_i6_what_was_typed_too_late_stays_with_its_author_and_says_why(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    fill_in(alice)
    expect(bob.control("summary")).to_have_value("All is well.")
    bob.cable.cut()
    bob.sees_state(re.compile("Reconnecting|Offline"))
    bob.control("staff").fill("7")
    submit(alice)
    bob.cable.mend()
    expect(bob.panel("staff")).to_contain_text("Alice Arden submitted the form before this reached the server")
    expect(bob.panel("staff")).to_contain_text("7")
    reopen(bob)
    bob.panel("staff").get_by_role("button", name="Try again").click()
    bob.sees_saved()
    expect(alice.control("staff")).to_have_value("7")


def test_who_is_second_is_told_who_was_first(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    fill_in(alice)
    expect(bob.control("summary")).to_have_value("All is well.")
    submit_button(bob).click()
    expect(dialog(bob)).to_be_visible()
    submit(alice)
    expect(dialog(bob)).to_contain_text(re.compile(r"Submitted by Alice Arden at \d\d:\d\d"))
    expect(dialog(bob).get_by_role("button", name="Submit")).to_be_hidden()
    dialog(bob).get_by_role("button", name="Close").click()
    expect(dialog(bob)).to_be_hidden()


def test_nothing_is_submitted_before_everything_is_saved(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    fill_in(alice)
    alice.cable.cut()
    alice.sees_state(re.compile("Reconnecting|Offline"))
    alice.control("summary").fill("The last word.")
    submit_button(alice).click()
    expect(dialog(alice)).to_contain_text("no connection")
    expect(dialog(alice).get_by_role("button", name="Submit")).to_have_attribute("aria-disabled", "true")
    alice.cable.mend()
    expect(dialog(alice)).to_contain_text("read-only for everybody")
    dialog(alice).get_by_role("button", name="Submit").click()
    expect(submitted(bob)).to_be_visible()
    expect(bob.control("summary")).to_have_value("The last word.")


def test_it_says_who_is_still_typing(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    fill_in(alice)
    bob.put_caret("open_points", 0)
    bob.type("x")
    bob.sees_saved()
    submit_button(alice).click()
    expect(dialog(alice)).to_contain_text("Bob Becker is still typing")
    alice.press("Escape")
    expect(dialog(alice)).to_be_hidden()
    expect(alice.page.locator("[data-form-status]")).to_have_text("Open")


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_serious_and_nothing_sideways(person: People, form: str, look: str) -> None:
    alice = person("alice", **LOOKS[look]).open(form)
    alice.add_row("readings")
    alice.cell_control("readings", 0, "pressure").fill("2.5")
    submit_button(alice).click()
    expect(problems(alice).first).to_be_visible()
    assert serious(alice) == []
    alice.screenshot(f"submit-missing-{look}")
    alice.page.locator("[data-hide-problems]").click()
    expect(problems(alice).first).to_be_hidden()
    alice.cell_control("readings", 0, "at").fill("14:03")
    fill_in(alice)
    submit_button(alice).click()
    expect(dialog(alice)).to_be_visible()
    assert serious(alice) == []
    alice.screenshot(f"submit-asked-{look}")
    dialog(alice).get_by_role("button", name="Submit").click()
    expect(submitted(alice)).to_be_visible()
    assert serious(alice) == []
    assert not scrolls_sideways(alice)
    alice.screenshot(f"submit-done-{look}")
    submitted(alice).get_by_role("button", name="Reopen").click()
    assert serious(alice) == []
    alice.screenshot(f"submit-reopen-{look}")
    alice.press("Escape")
    reopen(alice)
    for name, path in {"submissions": "submissions/", "submission": "submissions/1/", "version": "versions/3/"}.items():
        alice.goto(f"/forms/{form}/{path}")
        assert serious(alice) == []
        assert not scrolls_sideways(alice)
        alice.screenshot(f"{name}-{look}", whole=True)
