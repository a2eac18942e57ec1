"""C3, I6, I7: what is not acknowledged is kept in the browser, and arrives once, whatever becomes of the page."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Dialog, expect

from tests.browser.conftest import People
from tests.browser.keeping import back_on, crash, cut_off, entries, is_kept, saved
from tests.browser.person import Person

# The page's socket says nothing more as soon as the test says so; and then there are no more sockets.
MUTE = """
window.WebSocket = class extends WebSocket {
    constructor(...how) {
        if (window.isWithoutSockets) {
            const none = { readyState: 3, close() {}, send() {} };
            setTimeout(() => none.onclose?.({ code: 1006, reason: '' }));
            return none;
        }
        super(...how);
    }
    send(frame) { window.isMute || super.send(frame); }
};
"""


def write_cut_off(one: Person, form: str, text: str) -> None:
    cut_off(one.open(form))
    one.put_caret("summary", 0)
    one.type(text)
    is_kept(one, text)


def yes(dialog: Dialog) -> None:
    dialog.accept()


# --- kept, found, and gone -----------------------------------------------------------------------


def test_nothing_is_kept_while_nothing_waits(person: People, form: str) -> None:
    alice = person("alice").open(form)
    alice.control("summary").fill("saved at once")
    alice.control("staff").fill("7")
    alice.sees_saved()
    assert entries(alice) == []


def test_c3_a_tab_that_dies_offline(person: People, form: str) -> None:
    alice, bob = person("alice"), person("bob").open(form)
    write_cut_off(alice, form, "typed in the dark")
    alice.add_row("readings")
    alice.type("0815AM")
    alice.sees_state(re.compile(r", 3 edits wait on this device$"))
    crash(alice)
    alice.cable.mend()
    again = alice.another_tab().open(form)
    expect(again.page.locator(".toast")).to_contain_text("3 edits of yours are kept on this device, from just now.")
    for one in (again, bob):
        expect(one.control("summary")).to_have_value("typed in the dark")
        expect(one.rows("readings")).to_have_count(1)
    assert entries(again) == []


def test_c3_a_tab_that_dies_in_the_middle_of_a_word(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    alice.control("summary").press_sequentially("Half a sent")
    is_kept_or_saved = "Half a"
    expect(bob.control("summary")).to_have_value(re.compile(f"^{is_kept_or_saved}"))
    crash(alice)
    again = alice.another_tab().open(form)
    for one in (again, bob):
        expect(one.control("summary")).to_have_value(re.compile("^Half a( s(e(nt?)?)?)?$"))
    assert again.control("summary").input_value() == saved(bob, form)["summary"]


def test_c3_a_tab_that_is_closed_sends_its_last_edits(person: People, form: str) -> None:
    """It has no socket, but there is a network."""
    alice, bob = person("alice"), person("bob").open(form)
    alice.page.add_init_script(MUTE)
    alice.open(form)
    alice.page.evaluate("() => { window.isWithoutSockets = true; }")
    cut_off(alice)
    alice.put_caret("summary", 0)
    alice.type("the last words")
    alice.control("staff").fill("7")
    alice.cable.mend()
    alice.page.close(run_before_unload=True)
    expect(bob.control("summary")).to_have_value("the last words")
    expect(bob.control("staff")).to_have_value("7")
    again = alice.another_tab().open(form)
    for one in (again, bob):
        expect(one.control("summary")).to_have_value("the last words")
    assert entries(again) == []


def test_c3_a_tab_that_is_closed_while_a_submit_is_under_way(person: People, form: str) -> None:
    """That one is sent once more; what waits behind it must wait for its answer, and so for the page to come back."""
    alice, bob = person("alice"), person("bob").open(form)
    alice.page.add_init_script(MUTE)
    alice.open(form)
    alice.page.evaluate("() => { window.isMute = true; }")
    alice.put_caret("summary", 0)
    alice.type("the last words")
    is_kept(alice, "the last words"[1:])  # the first letter is under way, and never arrives
    cut_off(alice)
    alice.page.evaluate("() => { window.isWithoutSockets = true; }")
    alice.cable.mend()
    alice.page.close(run_before_unload=True)
    expect(bob.control("summary")).to_have_value("t")
    again = alice.another_tab().open(form)
    for one in (again, bob):
        expect(one.control("summary")).to_have_value("the last words")
    assert entries(again) == []


def test_c3_the_server_is_away_while_the_page_is_loaded_again(person: People, form: str) -> None:
    """There is no page then; but as soon as there is one, there is what was typed."""
    alice = person("alice")
    write_cut_off(alice, form, "typed before")
    alice.page.on("dialog", yes)
    alice.page.evaluate("() => location.reload()")
    expect(alice.page.locator("body")).to_contain_text("ERR_CONNECTION_REFUSED")
    alice.cable.mend()
    alice.goto(f"/forms/{form}/")
    alice.sees_open_form()
    expect(alice.control("summary")).to_have_value("typed before")
    assert saved(alice, form)["summary"] == "typed before"


def test_c3_a_duplicated_tab_leaves_it_to_its_twin(person: People, form: str) -> None:
    alice, bob = person("alice"), person("bob").open(form)
    write_cut_off(alice, form, "typed once")
    alice.cable.mend()
    with alice.context.expect_page() as opened:
        alice.page.evaluate("() => void window.open(location.href)")
    twin = opened.value
    expect(twin.locator("[data-save-text]")).to_have_text("Saved")
    alice.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    alice.sees_saved()
    expect(twin.locator("#control-summary")).to_have_value("typed once")
    expect(bob.control("summary")).to_have_value("typed once")
    assert entries(alice) == []


def test_c3_several_tabs_that_died_are_gone_on_from_one_after_the_other(person: People, form: str) -> None:
    alice, bob = person("alice"), person("bob").open(form)
    second = alice.another_tab()
    for tab in (alice, second):
        tab.open(form)
    alice.cable.cut()
    for tab, text in ((alice, "the first. "), (second, "the second. ")):
        tab.put_caret("summary", 0)
        tab.type(text)
        is_kept(tab, text)
    crash(alice)
    crash(second)
    alice.cable.mend()
    again = alice.another_tab().open(form)
    expect(bob.control("summary")).to_have_value("the first. ")
    notice = again.page.locator("[data-kept-edits]")
    expect(notice).to_contain_text("There is more. 1 edit of yours is kept on this device")
    again.screenshot("kept-edits")
    notice.get_by_role("button", name="Load them").click()
    expect(bob.control("summary")).to_have_value(re.compile("^the (first|second). the (first|second). $"))
    again.sees_saved()
    expect(again.page.locator("[data-kept-edits]")).to_have_count(0)
    assert entries(again) == []


def test_i6_a_refused_edit_outlives_the_tab(person: People, form: str) -> None:
    alice, bob = person("alice").open(form), person("bob").open(form)
    cut_off(alice)
    alice.control("staff").fill("11")
    bob.control("staff").fill("12")
    bob.sees_saved()
    back_on(alice)
    expect(alice.panel("staff")).to_be_visible()
    is_kept(alice, "conflict")
    crash(alice)
    again = alice.another_tab()
    again.goto(f"/forms/{form}/")
    expect(again.panel("staff").locator("dd")).to_have_text(["11", "12"])
    again.panel("staff").get_by_role("button", name="Keep mine").click()
    expect(bob.control("staff")).to_have_value("11")
    again.sees_saved()
    assert entries(again) == []


def test_what_was_kept_for_a_form_ends_with_it(person: People, form: str, beside: Any) -> None:
    """What was refused because the form is closed stays on the page for its author, but not in the browser."""
    alice = person("alice")
    write_cut_off(alice, form, "too late")
    beside(
        "from collab.rooms.models import Form; from collab.rooms.services import change_form;"
        f"change_form(Form.objects.get(pk={form!r}), status='closed')"
    )
    back_on(alice)
    expect(alice.panel("summary")).to_contain_text("too late")
    alice.page.wait_for_function("() => document.querySelector('[data-save-text]').textContent === '1 edit not saved'")
    assert entries(alice) == []
    alice.page.on("dialog", yes)
    alice.page.reload()
    expect(alice.panel("summary")).to_contain_text("too late")


# --- whose it is ---------------------------------------------------------------------------------


def test_who_was_signed_in_elsewhere_meanwhile_finds_it_when_they_are_back(device: People, newcomer: str) -> None:
    here = device(newcomer)
    form = here.make_form("Left open")
    write_cut_off(here, form, "before I left")
    there = device(newcomer)
    crash(here)
    here.cable.mend()
    again = here.another_tab()
    again.sign_in()
    assert "before I left" in str(entries(again))
    again.open(form)
    expect(again.control("summary")).to_have_value("before I left")
    assert saved(again, form)["summary"] == "before I left"
    assert there is not again


def test_signing_out_asks_about_what_no_tab_holds_any_more_and_takes_it_out(device: People, newcomer: str) -> None:
    here = device(newcomer)
    form = here.make_form("Left open")
    write_cut_off(here, form, "never sent")
    crash(here)
    here.cable.mend()
    again = here.another_tab()
    again.goto("/")
    again.page.get_by_role("button", name="Sign out").click()
    dialog = again.page.locator('[data-session-dialog="sign-out"]')
    expect(dialog).to_contain_text("1 change is not saved yet")
    expect(dialog).to_contain_text("It waits on this device, in a form that was closed before it could be sent.")
    dialog.get_by_role("button", name="Stay").click()
    assert len(entries(again)) == 1
    again.page.get_by_role("button", name="Sign out").click()
    dialog.get_by_role("button", name="Sign out anyway").click()
    again.sees_sign_in_page()
    assert entries(again) == []


def test_i7_what_waits_in_one_tab_is_not_sent_in_the_name_of_who_signs_in_in_another(
    device: People, newcomer: str, another: str
) -> None:
    """A page that goes away sends its last edits with the token of its own sign-in."""
    first = device(newcomer)
    form = first.make_form("Shared")
    first.page.add_init_script(f"{MUTE} window.BroadcastChannel = class {{ postMessage() {{}} }}")  # it hears of nobody
    write_cut_off(first, form, "in my own name")
    first.page.evaluate("() => { window.isWithoutSockets = true; }")
    first.cable.mend()
    first.context.clear_cookies()
    next_one = first.another_tab()
    next_one.name = another
    next_one.sign_in()
    first.page.on("dialog", yes)
    first.page.close(run_before_unload=True)
    next_one.open(form)
    expect(next_one.control("summary")).to_have_value("")
    assert saved(next_one, form).get("summary") is None
