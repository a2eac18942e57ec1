"""Several people in one form: what one writes the others see, and nobody is disturbed."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import People


def test_typing_in_different_fields(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("leader").press_sequentially("Alice")
    bob.control("order").press_sequentially("PO-204417")
    bob.control("produced").press_sequentially("38.5")
    expect(bob.control("leader")).to_have_value("Alice")
    expect(alice.control("order")).to_have_value("PO-204417")
    expect(alice.control("produced")).to_have_value("38.5")
    alice.sees_saved()
    bob.sees_saved()


def test_c5_three_people_type_in_one_text_at_once(person: People, form: str) -> None:
    people = [person(name).open(form) for name in ("alice", "bob", "carol")]
    words = ["first the valve ", "second the pump ", "third the filter "]
    for one in people:
        one.control("summary").focus()
    for letters in zip(*(word.ljust(20, ".") for word in words), strict=True):
        for one, letter in zip(people, letters, strict=True):
            one.type(letter)
    for one in people:
        one.sees_saved()
    text = people[0].control("summary").input_value()
    assert sorted(text) == sorted("".join(word.ljust(20, ".") for word in words))
    for one in people[1:]:
        expect(one.control("summary")).to_have_value(text)


def test_a_remote_edit_keeps_caret_selection_and_scroll(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("summary").fill("\n".join(f"line {number}" for number in range(60)))
    expect(bob.control("summary")).to_have_value(re.compile("line 59"))
    alice.put_caret("summary", 150, 170)
    alice.control("summary").evaluate("it => { it.scrollTop = 200; }")
    selected = alice.control("summary").evaluate("it => it.value.slice(it.selectionStart, it.selectionEnd)")
    bob.put_caret("summary", 0)
    bob.type("😀 early ")
    expect(alice.control("summary")).to_have_value(re.compile("^😀 early line 0"))
    after = alice.control("summary").evaluate("it => it.value.slice(it.selectionStart, it.selectionEnd)")
    assert after == selected
    assert alice.control("summary").evaluate("it => it.scrollTop") == 200
    assert alice.focused()["field"] == "summary"


def test_undo_takes_back_my_words_and_leaves_theirs(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("summary").press_sequentially("mine")
    expect(bob.control("summary")).to_have_value("mine")
    bob.put_caret("summary", 2)
    bob.type("THEIRS")
    expect(alice.control("summary")).to_have_value("miTHEIRSne")
    alice.press("Control+z")
    expect(alice.control("summary")).to_have_value("THEIRS")
    expect(bob.control("summary")).to_have_value("THEIRS")
    alice.press("Control+Shift+z")
    expect(bob.control("summary")).to_have_value("miTHEIRSne")


def test_a_composition_is_not_broken_by_a_remote_edit(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("summary").focus()
    keyboard = alice.context.new_cdp_session(alice.page)
    keyboard.send("Input.imeSetComposition", {"text": "にほ", "selectionStart": 2, "selectionEnd": 2})
    expect(bob.control("summary")).to_have_value("にほ")
    bob.put_caret("summary", 0)
    bob.type("> ")
    bob.sees_saved()
    expect(alice.field("summary")).to_have_class(re.compile("is-changed"))
    expect(alice.control("summary")).to_have_value("にほ")  # still composing: not touched
    keyboard.send("Input.imeSetComposition", {"text": "日本", "selectionStart": 2, "selectionEnd": 2})
    keyboard.send("Input.insertText", {"text": "日本"})
    expect(alice.control("summary")).to_have_value("> 日本")
    expect(bob.control("summary")).to_have_value("> 日本")


def test_who_is_where(person: People, form: str) -> None:
    alice, bob, dora = person("alice").open(form), person("bob").open(form), person("dora").open(form)
    bob.put_caret("summary", 0)
    dora.control("summary").focus()
    expect(alice.badge("summary", "Bob")).to_be_visible()
    expect(alice.badge("summary", "Dora")).to_be_visible()
    entry = alice.page.get_by_role("button", name=re.compile("Bob .*, in Summary"))
    expect(entry).to_be_visible()
    entry.click()
    assert alice.focused()["field"] == "summary"
    bob.control("leader").focus()
    expect(alice.badge("summary", "Bob")).to_have_count(0)
    expect(alice.badge("leader", "Bob")).to_be_visible()
    dora.page.close()
    expect(alice.badge("summary", "Dora")).to_have_count(0)


def test_badges_do_not_move_anything(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    before = alice.control("open_points").bounding_box()
    bob.control("summary").focus()
    expect(alice.badge("summary", "Bob")).to_be_visible()
    assert alice.control("open_points").bounding_box() == before


def test_remote_carets_and_selections_are_drawn(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("summary").fill("select these words")
    expect(bob.control("summary")).to_have_value("select these words")
    bob.put_caret("summary", 7, 12)
    expect(alice.field("summary").locator(".remote-selection")).to_have_text("these")
    expect(alice.field("summary").locator(".remote-caret")).to_have_attribute("data-name", re.compile("Bob"))
    alice.screenshot("presence")


def test_a_time_is_the_forms_own_wherever_one_reads_it(person: People) -> None:
    alice, bob = person("alice", timezone_id="America/New_York"), person("bob", timezone_id="Asia/Tokyo")
    form = alice.demo_form("incident-report")
    alice.open(form)
    bob.open(form)
    alice.control("reported_at").fill("2026-03-12T22:30")
    expect(bob.control("reported_at")).to_have_value("2026-03-12T22:30")
    alice.control("reported_at").fill("2026-03-29T02:30")  # the clocks in Berlin go from 02:00 to 03:00
    expect(alice.field("reported_at").locator("[data-note]")).to_contain_text("skip this time")
    alice.sees_state("1 edit not saved")
    expect(bob.control("reported_at")).to_have_value("2026-03-12T22:30")


def test_last_edited_by(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    bob.control("leader").fill("Bob")
    expect(alice.field("leader").locator("[data-edited]")).to_have_text(re.compile("Last edited by Bob.*, just now"))


def test_what_others_do_is_told_politely_and_can_be_silenced(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    bob.control("leader").fill("Bob")
    live = alice.page.locator("[data-live]")
    expect(live).to_have_attribute("aria-live", "polite")
    expect(live).to_have_text(re.compile("Bob .* changed Shift leader"))
    alice.press("Control+/")
    alice.page.get_by_label("None", exact=True).check()
    alice.press("Escape")
    alice.page.reload()
    alice.sees_open_form()
    bob.control("order").fill("PO-1")
    expect(alice.control("order")).to_have_value("PO-1")
    alice.press("Control+s")  # one's own answers are still told, and come after anything that was due
    expect(live).to_have_text("Everything is saved.")


def test_c10_a_viewer_sees_and_cannot_edit(person: People, form: str) -> None:
    alice, dora = person("alice").open(form), person("dora").open(form)
    expect(dora.page.get_by_text("You can view this form")).to_be_visible()
    alice.control("leader").fill("Alice")
    alice.add_row("readings")
    expect(dora.control("leader")).to_have_value("Alice")
    expect(dora.rows("readings")).to_have_count(1)
    expect(dora.control("leader")).not_to_be_editable()
    expect(dora.control("shift")).to_be_disabled()
    expect(dora.page.get_by_role("button", name=re.compile("Add row"))).to_have_count(0)
    dora.control("leader").focus()
    dora.type("x")
    dora.press("Control+z")
    expect(dora.control("leader")).to_have_value("Alice")
    dora.sees_saved()


def test_c6_leaving_a_field_writes_nothing_over_what_somebody_else_wrote_since(person: People, form: str) -> None:
    """A number that one typed waits two seconds before it gives way; who leaves it earlier has said nothing new."""
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("staff").fill("4")
    expect(bob.control("staff")).to_have_value("4")
    bob.control("staff").fill("5")
    bob.sees_saved()
    expect(alice.field("staff").locator("[data-edited]")).to_contain_text("Bob")
    alice.control("summary").focus()
    expect(alice.control("staff")).to_have_value("5")
    alice.control("summary").fill("After that.")
    expect(bob.control("summary")).to_have_value("After that.")
    expect(bob.control("staff")).to_have_value("5")
