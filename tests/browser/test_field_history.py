"""What became of a field: who wrote what, live while one looks, and every value to be had back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import People
from tests.browser.person import Person
from tests.browser.test_look import LOOKS, scrolls_sideways, serious


def panel(one: Person) -> Locator:
    return one.page.locator("[data-history]")


def changes(one: Person) -> Locator:
    return panel(one).locator(".change")


def open_history(one: Person, key: str) -> None:
    one.field(key).hover()
    one.field(key).locator("[data-open-history]").click()
    expect(panel(one)).to_be_visible()


def test_it_tells_who_wrote_what_and_goes_on_while_one_looks(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("summary").fill("The valve is open.")
    alice.sees_saved()
    bob.control("summary").fill("The valve was not open.")
    bob.sees_saved()
    open_history(alice, "summary")
    expect(panel(alice).get_by_role("heading")).to_have_text("History of Summary")
    expect(changes(alice)).to_have_count(3)
    expect(changes(alice).nth(0)).to_contain_text(re.compile(r"Bob Becker \d\d:\d\d"))
    expect(changes(alice).nth(0).locator("ins")).to_have_text(re.compile("was not"))
    expect(changes(alice).nth(0).locator("del")).to_have_text(re.compile("is"))
    expect(changes(alice).nth(0).locator(".chip")).to_have_text("Now")
    expect(changes(alice).nth(1)).to_contain_text("You")
    expect(changes(alice).nth(2)).to_contain_text("At first")
    carol = person("carol").open(form)
    carol.control("summary").fill("Closed.")
    expect(changes(alice)).to_have_count(4)
    expect(changes(alice).nth(0)).to_contain_text("Carol")
    expect(panel(alice).get_by_role("status")).to_contain_text("has just changed this")


def test_a_text_is_restored_for_all_and_that_can_be_undone(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("summary").fill("The valve is open.")
    alice.sees_saved()
    bob.control("summary").fill("Nothing to tell.")
    bob.sees_saved()
    alice.control("summary").focus()
    alice.press("Control+Alt+h")
    changes(alice).nth(1).get_by_role("button", name="Restore this value").click()
    expect(alice.control("summary")).to_have_value("The valve is open.")
    expect(bob.control("summary")).to_have_value("The valve is open.")
    expect(changes(alice).nth(0)).to_contain_text("You")
    expect(changes(alice)).to_have_count(4)
    alice.press("Escape")
    expect(panel(alice)).to_be_hidden()
    assert alice.focused()["field"] == "summary"
    alice.press("Control+z")
    expect(alice.control("summary")).to_have_value("Nothing to tell.")
    expect(bob.control("summary")).to_have_value("Nothing to tell.")


def test_a_number_and_a_cell_are_restored(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("staff").fill("4")
    alice.sees_saved()
    bob.control("staff").fill("5")
    bob.sees_saved()
    open_history(alice, "staff")
    expect(changes(alice)).to_have_count(3)
    expect(changes(alice).nth(0).locator("del")).to_have_text("4")
    expect(changes(alice).nth(0).locator("ins")).to_have_text("5")
    changes(alice).nth(1).get_by_role("button", name="Restore this value").click()
    expect(bob.control("staff")).to_have_value("4")
    alice.press("Escape")
    alice.add_row("readings")
    alice.cell_control("readings", 0, "pressure").fill("2.5")
    alice.press("Tab")
    alice.sees_saved()
    alice.cell_control("readings", 0, "pressure").fill("")
    alice.sees_saved()
    alice.page.get_by_role("button", name="History of Pressure, row 1").click()
    expect(changes(alice).nth(0).locator("del")).to_have_text("2.5 bar")
    expect(changes(alice).nth(0).locator("ins")).to_have_text("nothing")
    changes(alice).nth(1).get_by_role("button", name="Restore this value").click()
    expect(bob.cell_control("readings", 0, "pressure")).to_have_value("2.5")


def test_c10_who_may_only_view_reads_it_and_restores_nothing(person: People, form: str) -> None:
    alice, dora = person("alice").open(form), person("dora").open(form)
    alice.control("staff").fill("4")
    alice.sees_saved()
    alice.control("staff").fill("5")
    alice.sees_saved()
    open_history(dora, "staff")
    expect(changes(dora)).to_have_count(3)
    expect(changes(dora).nth(0).locator("ins")).to_have_text("5")
    expect(dora.page.get_by_role("button", name="Restore this value")).to_have_count(0)


def test_what_cannot_be_asked_for_is_told_and_asked_again(person: People, form: str) -> None:
    alice = person("alice").open(form)
    alice.control("staff").fill("4")
    alice.sees_saved()
    alice.cable.cut()
    open_history(alice, "staff")
    expect(panel(alice).get_by_role("status")).to_contain_text("does not answer")
    alice.cable.mend()
    panel(alice).get_by_role("button", name="Try again").click()
    expect(changes(alice)).to_have_count(2)


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_serious_and_nothing_sideways(person: People, form: str, look: str) -> None:
    alice, bob = person("alice", **LOOKS[look]).open(form), person("bob").open(form)
    alice.control("summary").fill("Line 2 stopped twice, the valve is open.\nThe filter was changed.")
    alice.sees_saved()
    bob.control("summary").fill("Line 2 stopped once, the valve is not open.\nThe filter was changed.")
    bob.sees_saved()
    alice.control("summary").focus()
    assert serious(alice) == []
    alice.screenshot(f"history-way-{look}")
    alice.press("Control+Alt+h")
    expect(changes(alice)).to_have_count(3)
    assert serious(alice) == []
    assert not scrolls_sideways(alice)
    alice.screenshot(f"history-{look}")
