"""Tables: filled from the keyboard, changed from several sides, never under anybody's hands."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import People


def test_a_table_is_filled_from_the_keyboard_alone(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.page.locator('[data-table="readings"]').get_by_role("button", name="Add row").focus()
    alice.press("Enter")
    assert alice.focused() == {"field": "at", "row": "1"}
    alice.type("0615AM")
    alice.press("Tab", "Tab", "Tab")  # Chromium's time field is three stops itself, and a fourth for its button
    alice.cell_control("readings", 0, "temperature").focus()
    for number in ("82.4", "81.9", "84"):
        alice.type(number)
        alice.press("Enter")
    assert alice.focused() == {"field": "temperature", "row": "4"}
    alice.press("ArrowUp", "ArrowRight")
    assert alice.focused() == {"field": "pressure", "row": "3"}
    alice.type("3.2")
    for row, number in enumerate(("82.4", "81.9", "84")):
        expect(bob.cell_control("readings", row, "temperature")).to_have_value(number)
    expect(bob.cell_control("readings", 2, "pressure")).to_have_value("3.2")
    expect(bob.cell_control("readings", 0, "at")).to_have_value("06:15")
    alice.sees_saved()


def test_rows_are_moved_and_removed_by_keys_and_come_back(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    for number in range(3):
        alice.add_row("readings")
        alice.cell_control("readings", number, "note").fill(f"row {number}")
    alice.cell_control("readings", 2, "note").focus()
    alice.press("Alt+Shift+ArrowUp", "Alt+Shift+ArrowUp")
    assert alice.focused() == {"field": "note", "row": "1"}
    for row, text in enumerate(("row 2", "row 0", "row 1")):
        expect(bob.cell_control("readings", row, "note")).to_have_value(text)
    alice.press("Control+Shift+Backspace")
    expect(bob.rows("readings")).to_have_count(2)
    assert alice.focused() == {"field": "note", "row": "1"}
    alice.page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(bob.rows("readings")).to_have_count(3)
    expect(bob.cell_control("readings", 0, "note")).to_have_value("row 2")


def test_c7_rows_from_both_sides_leave_focus_and_caret_alone(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.add_row("readings")
    alice.cell_control("readings", 0, "note").fill("typing here")
    expect(bob.cell_control("readings", 0, "note")).to_have_value("typing here")
    note = alice.cell_control("readings", 0, "note")
    note.evaluate("it => it.setSelectionRange(3, 6)")
    bob.cell_control("readings", 0, "at").focus()
    bob.press("Control+Enter")
    bob.cell_control("readings", 1, "note").fill("second")
    bob.press("Alt+Shift+ArrowUp")
    expect(alice.cell_control("readings", 0, "note")).to_have_value("second")
    expect(alice.cell_control("readings", 1, "note")).to_be_focused()
    kept = alice.cell_control("readings", 1, "note")
    assert kept.evaluate("it => [it.selectionStart, it.selectionEnd]") == [3, 6]
    alice.type("ING")
    expect(bob.cell_control("readings", 1, "note")).to_have_value("typING here")


def test_the_badge_and_the_mark_on_the_row(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.add_row("readings")
    alice.add_row("readings")
    expect(bob.rows("readings")).to_have_count(2)
    bob.cell_control("readings", 1, "pressure").focus()
    expect(alice.cell("readings", 1, "pressure").locator(".badge")).to_have_text(re.compile("Bob"))
    expect(alice.rows("readings").nth(1)).to_have_class(re.compile("has-people"))
    expect(alice.rows("readings").nth(0)).not_to_have_class(re.compile("has-people"))
    alice.page.get_by_role("button", name=re.compile("Bob .*, in Pressure, row 2")).click()
    assert alice.focused() == {"field": "pressure", "row": "2"}


def test_a_row_removed_under_me_stays_until_i_leave_and_can_come_back(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.add_row("readings")
    alice.add_row("readings")
    alice.cell_control("readings", 0, "note").fill("mine")
    expect(bob.cell_control("readings", 0, "note")).to_have_value("mine")
    bob.rows("readings").nth(0).get_by_role("button", name="Remove row").click()
    expect(alice.page.locator(".row.is-gone")).to_have_count(1)
    alice.type("into nothing")
    expect(alice.page.locator(".row:not(.is-gone) [data-field=note] input")).to_have_value("")
    alice.page.get_by_role("button", name="Bring it back").click()
    expect(bob.rows("readings")).to_have_count(2)
    expect(alice.page.locator(".row.is-gone")).to_have_count(0)
    expect(alice.cell_control("readings", 0, "note")).to_have_value("mine")
