"""Undo and redo: one's own last change, wherever in the form it was, and never another's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import People
from tests.browser.person import Person

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True},
}


def button(person: Person, name: str) -> Locator:
    return person.page.locator("[data-bar]").get_by_role("button", name=name, exact=True)


def hears(person: Person, text: str) -> None:
    expect(person.page.locator("[data-live]")).to_have_text(re.compile(f"^{re.escape(text)}\\s*$"))


def test_undo_goes_from_field_to_field_in_the_order_of_time(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("summary").focus()
    alice.type("pump")
    alice.control("staff").focus()
    alice.type("12")
    alice.control("leader").focus()
    alice.type("Alice")
    expect(bob.control("leader")).to_have_value("Alice")
    alice.press("Control+z", "Control+z")
    expect(alice.control("leader")).to_have_value("")
    expect(alice.control("staff")).to_have_value("")
    assert alice.focused()["field"] == "staff"
    alice.press("Control+z")
    assert alice.focused()["field"] == "summary"
    hears(alice, "Undone: Summary.")
    for key in ("leader", "staff", "summary"):
        expect(bob.control(key)).to_have_value("")
    alice.press("Control+Shift+z", "Control+y", "Control+y")
    assert alice.focused()["field"] == "leader"
    hears(alice, "Redone: Shift leader.")
    for key, text in (("leader", "Alice"), ("staff", "12"), ("summary", "pump")):
        expect(bob.control(key)).to_have_value(text)
    alice.sees_saved()


def test_i6_what_others_typed_in_between_stays_and_the_caret_comes_back(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("summary").focus()
    alice.type("mine")
    expect(bob.control("summary")).to_have_value("mine")
    bob.put_caret("summary", 2)
    bob.type("THEIRS")
    expect(alice.control("summary")).to_have_value("miTHEIRSne")
    alice.control("leader").focus()
    alice.press("Control+z")
    expect(bob.control("summary")).to_have_value("THEIRS")
    assert alice.focused()["field"] == "summary"
    assert alice.caret("summary") == [6, 6]
    alice.press("Control+y")
    expect(bob.control("summary")).to_have_value("miTHEIRSne")
    assert alice.caret("summary") == [10, 10]
    bob.press("Control+z")
    expect(alice.control("summary")).to_have_value("mine")


def test_c6_a_value_that_another_changed_since_is_left_to_them(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("staff").fill("12")
    expect(bob.control("staff")).to_have_value("12")
    bob.control("staff").fill("14")
    expect(alice.control("staff")).to_have_value("14")
    alice.press("Control+z")
    expect(alice.page.locator(".toast")).to_have_text(re.compile("^Not undone: Bob .*has changed .* since.$"))
    expect(alice.control("staff")).to_have_value("14")
    alice.press("Control+z")
    hears(alice, "There is nothing to undo.")
    bob.press("Control+z")
    expect(alice.control("staff")).to_have_value("12")


def test_rows_come_go_and_move_back_by_keys(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.page.locator('[data-table="readings"]').get_by_role("button", name="Add row").focus()
    alice.press("Enter", "Control+Enter")
    alice.cell_control("readings", 1, "note").focus()
    alice.type("second")
    alice.press("Alt+Shift+ArrowUp")
    expect(bob.cell_control("readings", 0, "note")).to_have_value("second")
    alice.press("Control+Shift+Backspace")
    expect(bob.rows("readings")).to_have_count(1)
    alice.press("Control+z")
    expect(bob.rows("readings")).to_have_count(2)
    hears(alice, "Undone: row 1 of Readings is back.")
    assert alice.focused()["row"] == "1"
    alice.press("Control+z")
    expect(bob.cell_control("readings", 1, "note")).to_have_value("second")
    assert alice.focused()["row"] == "2"
    alice.press("Control+z")
    assert alice.focused() == {"field": "note", "row": "2"}
    alice.press("Control+z")
    expect(bob.rows("readings")).to_have_count(1)
    expect(alice.page.locator(".row.is-gone")).to_have_count(0)
    assert alice.focused() == {"field": "note", "row": "1"}, "the focus went to the row beside"
    alice.press(*["Control+y"] * 4)
    expect(bob.rows("readings")).to_have_count(1)
    alice.press("Control+z")
    expect(bob.cell_control("readings", 0, "note")).to_have_value("second")
    alice.sees_saved()


def test_a_row_that_another_has_filled_stays(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.add_row("readings")
    expect(bob.rows("readings")).to_have_count(1)
    bob.cell_control("readings", 0, "note").fill("filled")
    expect(alice.cell_control("readings", 0, "note")).to_have_value("filled")
    alice.press("Control+z")
    expect(alice.page.locator(".toast")).to_have_text(re.compile("has written in this row since"))
    expect(bob.rows("readings")).to_have_count(1)


def test_what_cannot_be_read_goes_first(person: People, form: str) -> None:
    alice = person("alice").open(form)
    alice.control("staff").focus()
    alice.type("12")
    alice.sees_saved()
    alice.type("x")
    alice.press("Control+z")
    expect(alice.control("staff")).to_have_value("12")
    alice.press("Control+z")
    expect(alice.control("staff")).to_have_value("")


def test_an_input_method_that_composes_is_left_alone(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("leader").focus()
    alice.type("Al")
    alice.control("summary").focus()
    alice.type("ab ")
    keyboard = alice.context.new_cdp_session(alice.page)
    keyboard.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
    alice.press("Control+z")
    expect(alice.control("summary")).to_have_value("ab に")
    expect(alice.control("leader")).to_have_value("Al")
    keyboard.send("Input.imeSetComposition", {"text": "にほ", "selectionStart": 2, "selectionEnd": 2})
    bob.put_caret("summary", 0)
    bob.type(">")
    keyboard.send("Input.insertText", {"text": "日本"})
    expect(alice.control("summary")).to_have_value(">ab 日本")
    expect(bob.control("summary")).to_have_value(">ab 日本")
    alice.press("Control+z")
    expect(bob.control("summary")).to_have_value(">ab ")
    alice.press("Control+z", "Control+z")
    expect(bob.control("summary")).to_have_value(">")
    expect(bob.control("leader")).to_have_value("")


def test_it_works_without_a_network(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("summary").focus()
    alice.type("kept ")
    expect(bob.control("summary")).to_have_value("kept ")
    alice.cable.cut()
    alice.type("dropped")
    alice.press("Control+z")
    alice.control("staff").fill("7")
    bob.put_caret("summary", 0)
    bob.type("Bob ")
    alice.cable.mend()
    expect(bob.control("staff")).to_have_value("7")
    expect(alice.control("summary")).to_have_value("Bob kept ")
    alice.press("Control+z", "Control+z")
    expect(bob.control("summary")).to_have_value("Bob ")
    expect(bob.control("staff")).to_have_value("")


@pytest.mark.parametrize("look", LOOKS)
def test_the_buttons_tell_whether_there_is_anything_to_undo(person: People, form: str, look: str) -> None:
    alice = person("alice", reduced_motion="reduce", **LOOKS[look]).open(form)
    undo, redo = button(alice, "Undo"), button(alice, "Redo")
    expect(undo).to_have_attribute("aria-disabled", "true")
    expect(redo).to_have_attribute("aria-disabled", "true")
    alice.control("summary").fill("words")
    alice.control("staff").fill("3")
    expect(undo).to_have_attribute("aria-disabled", "false")
    undo.focus()
    alice.press("Enter")
    expect(alice.control("staff")).to_have_value("")
    expect(redo).to_have_attribute("aria-disabled", "false")
    alice.screenshot(f"undo-{look}")
    alice.press("Enter", "Enter")
    expect(alice.control("summary")).to_have_value("")
    expect(undo).to_be_focused()
    expect(undo).to_have_attribute("aria-disabled", "true")
    redo.click()
    redo.click()
    expect(alice.control("staff")).to_have_value("3")
    assert not alice.page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth")


def test_a_viewer_has_nothing_to_undo(person: People, form: str) -> None:
    dora = person("dora").open(form)
    expect(button(dora, "Undo")).to_have_count(0)
    dora.control("summary").focus()
    dora.press("Control+z")
    expect(dora.page.locator(".toast")).to_have_count(0)
