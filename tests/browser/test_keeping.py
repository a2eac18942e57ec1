"""Nothing that somebody typed is lost: conflicts, half a number, no network, a reload."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.person import Person


def in_conflict(person: People, form: str) -> tuple[Person, Person]:
    """Alice, cut off, wrote 11 where Bob wrote 12 meanwhile; then she is back."""
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.cable.cut()
    alice.sees_state(re.compile("Reconnecting|Offline"))
    alice.control("staff").fill("11")
    bob.control("staff").fill("12")
    bob.sees_saved()
    alice.cable.mend()
    expect(alice.panel("staff")).to_be_visible()
    return alice, bob


def test_c6_a_conflict_shows_both_values_and_mine_can_be_kept(person: People, form: str) -> None:
    alice, bob = in_conflict(person, form)
    expect(alice.panel("staff")).to_contain_text(re.compile("Bob .* changed this while you did"))
    expect(alice.panel("staff").locator("dd")).to_have_text(["11", "12"])
    expect(alice.control("staff")).to_have_value("11")
    expect(bob.control("staff")).to_have_value("12")
    alice.sees_state("1 edit not saved")
    alice.screenshot("conflict")
    alice.panel("staff").get_by_role("button", name="Keep mine").click()
    expect(alice.panel("staff")).to_have_count(0)
    expect(bob.control("staff")).to_have_value("11")
    alice.sees_saved()
    assert alice.focused()["field"] == "staff"


def test_c6_a_conflict_is_led_to_and_theirs_can_be_taken_from_the_keyboard(person: People, form: str) -> None:
    alice, bob = in_conflict(person, form)
    alice.page.get_by_role("button", name="1 needs you").focus()
    alice.press("Enter")
    expect(alice.panel("staff").get_by_role("button", name="Keep mine")).to_be_focused()
    alice.press("Tab", "Enter")
    expect(alice.panel("staff")).to_have_count(0)
    expect(alice.control("staff")).to_have_value("12")
    alice.sees_saved()
    expect(bob.control("staff")).to_have_value("12")


def test_i6_a_conflict_in_a_table_stands_below_its_row(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.add_row("readings")
    expect(bob.rows("readings")).to_have_count(1)
    alice.sees_saved()
    alice.cable.cut()
    alice.sees_state(re.compile("Reconnecting|Offline"))
    alice.cell_control("readings", 0, "pressure").fill("3")
    bob.cell_control("readings", 0, "pressure").fill("4")
    bob.sees_saved()
    alice.cable.mend()
    panel = alice.page.locator(".row-notice .panel")
    expect(panel).to_contain_text(re.compile("Bob .* changed this"))
    panel.get_by_role("button", name="Take theirs").click()
    expect(panel).to_have_count(0)
    expect(alice.cell_control("readings", 0, "pressure")).to_have_value("4")


def test_i6_what_is_no_number_stays_as_typed_and_says_so(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("produced").press_sequentially("-")
    expect(alice.field("produced").locator("[data-note]")).to_have_text(re.compile("Not a number yet"))
    alice.sees_state("1 edit not saved")
    bob.control("produced").fill("7")
    expect(alice.field("produced").locator("[data-note]")).to_have_text(re.compile("Bob .* wrote 7"))
    expect(alice.control("produced")).to_have_value("-")
    alice.type("1.")
    expect(alice.control("produced")).to_have_value("-1.")
    expect(bob.control("produced")).to_have_value("-1")
    alice.press("Tab")
    expect(alice.control("produced")).to_have_value("-1")
    expect(alice.field("produced").locator("[data-note]")).not_to_be_empty()  # below its least value, and saved
    alice.sees_saved()


def test_a_value_out_of_range_is_told_on_leaving_not_while_typing(person: People, form: str) -> None:
    alice = person("alice").open(form)
    alice.control("staff").press_sequentially("99")
    expect(alice.field("staff").locator("[data-note]")).to_be_empty()
    alice.press("Tab")
    expect(alice.field("staff").locator("[data-note]")).not_to_be_empty()
    alice.control("staff").fill("9")
    expect(alice.field("staff").locator("[data-note]")).to_be_empty()


def test_offline_and_back_nothing_is_lost_and_the_state_is_true(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("summary").fill("before. ")
    alice.sees_saved()
    alice.cable.cut()
    alice.sees_state(re.compile("Reconnecting|Offline"))
    alice.put_caret("summary", 8)
    alice.type("while cut off. ")
    alice.add_row("readings")
    alice.type("0800AM")
    alice.sees_state(re.compile(r"(Offline|Reconnecting), \d+ edits? waits? on this device"))
    alice.screenshot("offline")
    bob.put_caret("summary", 0)
    bob.type("Bob meanwhile. ")
    alice.press("Control+s")
    expect(alice.page.get_by_text(re.compile("wait on this device, to be saved")).first).to_be_attached()
    alice.cable.mend()
    alice.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    for one in (alice, bob):
        one.sees_saved()
        expect(one.control("summary")).to_have_value("Bob meanwhile. before. while cut off. ")
        expect(one.rows("readings")).to_have_count(1)


def test_a_reload_in_the_middle_of_typing(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("summary").press_sequentially("half a sent")
    alice.page.on("dialog", lambda dialog: dialog.accept())
    alice.page.reload()
    alice.sees_open_form()
    for one in (alice, bob):
        expect(one.control("summary")).to_have_value("half a sent")


def test_what_was_typed_without_a_network_survives_a_reload(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.cable.cut()
    alice.sees_state(re.compile("Reconnecting|Offline"))
    alice.put_caret("summary", 0)
    alice.type("not sent yet")
    alice.page.on("dialog", lambda dialog: dialog.accept())
    alice.cable.mend()
    alice.page.reload()
    alice.sees_open_form()
    for one in (alice, bob):
        expect(one.control("summary")).to_have_value("not sent yet")


def test_i7_what_was_typed_is_not_left_in_the_browser(person: People, form: str) -> None:
    alice = person("alice").open(form)
    alice.cable.cut()
    alice.sees_state(re.compile("Reconnecting|Offline"))
    alice.put_caret("summary", 0)
    alice.type("for nobody else")
    alice.page.on("dialog", lambda dialog: dialog.accept())
    alice.cable.mend()
    alice.context.clear_cookies()
    alice.page.goto(f"{alice.cable.url}/accounts/login/")
    expect(alice.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert alice.page.evaluate("() => Object.keys(sessionStorage)") == []


def test_i7_what_one_person_typed_is_not_sent_by_the_next_one_in_the_same_browser(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.cable.cut()
    alice.sees_state(re.compile("Reconnecting|Offline"))
    alice.put_caret("summary", 0)
    alice.type("as Alice")
    alice.context.clear_cookies()
    alice.context.add_cookies(bob.context.cookies())  # type: ignore[arg-type]
    alice.cable.mend()
    alice.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    expect(alice.page.get_by_role("heading", name="Forms", exact=True)).to_be_visible()  # Bob's
    expect(alice.page.get_by_text("as Alice")).to_have_count(0)
    assert not any("kept" in key for key in alice.page.evaluate("() => Object.keys(sessionStorage)"))
    bob.control("leader").fill("Bob")
    bob.sees_saved()
    expect(bob.control("summary")).to_have_value("")


def test_c3_a_duplicated_tab_is_another_client(person: People, form: str) -> None:
    alice = person("alice").open(form)
    with alice.context.expect_page() as opened:
        alice.page.evaluate("() => void window.open(location.href)")  # with a copy of the storage
    twin = opened.value
    expect(twin.locator("[data-save-text]")).to_have_text("Saved")
    ids = [page.evaluate("() => Object.entries(sessionStorage).sort().join()") for page in (alice.page, twin)]
    assert all(ids)
    assert ids[0] != ids[1]
    alice.control("summary").fill("typed once")
    expect(twin.locator("#control-summary")).to_have_value("typed once")
    alice.page.reload()
    alice.sees_open_form()
    assert alice.page.evaluate("() => Object.entries(sessionStorage).sort().join()") == ids[0]


def test_what_is_said_of_a_row_goes_and_comes_with_it(person: People, form: str) -> None:
    alice = person("alice").open(form)
    alice.add_row("readings")
    alice.cell_control("readings", 0, "pressure").press_sequentially("-")
    alice.sees_state("1 edit not saved")
    alice.cell_control("readings", 0, "pressure").press("Control+Shift+Backspace")
    expect(alice.rows("readings")).to_have_count(0)
    alice.sees_saved()
    alice.add_row("readings")
    alice.cell_control("readings", 0, "pressure").fill("-1")
    alice.press("Tab")
    expect(alice.cell("readings", 0, "pressure")).to_have_class(re.compile("has-note"))
    alice.cell_control("readings", 0, "pressure").press("Control+Shift+Backspace")
    expect(alice.rows("readings")).to_have_count(0)
    alice.page.locator(".toast").last.get_by_role("button", name="Undo").click()
    expect(alice.cell_control("readings", 0, "pressure")).to_have_value("-1")
    expect(alice.cell("readings", 0, "pressure")).to_have_class(re.compile("has-note"))


def test_ctrl_s_answers(person: People, form: str) -> None:
    alice = person("alice").open(form)
    alice.press("Control+s")
    expect(alice.page.locator(".toast")).to_contain_text("Everything is saved.")
