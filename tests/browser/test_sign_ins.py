"""One account, one device: the older one is told at once, nothing typed there is lost, nobody fights over it (S2)."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.notice import HERE, THERE, ZONE, Notice
from tests.browser.person import Person


def clipboard(one: Person) -> str:
    text: str = one.page.evaluate("() => navigator.clipboard.readText()")
    return text


def watched(one: Person) -> None:
    """A page without a room has its socket."""
    one.page.wait_for_function("() => window.dials >= 1")


def cut_off(one: Person) -> None:
    one.cable.cut()
    one.sees_state(re.compile("Reconnecting|Offline"))


def back_online(one: Person) -> None:
    one.cable.mend()
    one.page.evaluate("() => window.dispatchEvent(new Event('online'))")


def times_written(one: Person, form: str, field: str) -> int:
    """How many committed ops this field had."""
    operations = "async (url) => (await (await fetch(url)).json()).ops"
    ops = one.page.evaluate(operations, f"/api/forms/{form}/operations/?since=0")
    return sum(entry["op"].get("field") == field for entry in ops)


def test_s2_the_older_device_is_told_within_a_second(device: People, newcomer: str) -> None:
    """Also with somebody typing there, and while what is typed is no value yet."""
    old = device(newcomer, **HERE)
    old.open(old.make_form("Told at once"))
    old.control("summary").fill("Saved before.")
    old.sees_saved()
    old.control("staff").press_sequentially("-")
    notice = Notice(old)
    notice.watch()
    device(newcomer, **THERE)
    notice.sees_replaced("Firefox on Linux")
    assert notice.seconds_after(notice.told["at"]) < 1.0
    notice.lists(("People on shift", "-"))
    old.sees_state("Disconnected, 1 edit not saved")
    expect(old.control("summary")).to_have_value("Saved before.")


def test_s2_a_page_without_a_room_is_told_within_a_second(device: People, newcomer: str) -> None:
    old = device(newcomer, **HERE)
    notice = Notice(old)
    watched(old)
    notice.watch()
    device(newcomer, **THERE)
    notice.sees_replaced("Firefox on Linux")
    assert notice.seconds_after(notice.told["at"]) < 1.0
    expect(notice.ended.locator("[data-unsaved]")).to_be_hidden()


def test_what_was_typed_is_there_to_copy_and_comes_back_once(device: People, newcomer: str, another: str) -> None:
    old, reader = device(newcomer, **HERE), device(another)
    form = old.make_form("Typed and not saved")
    old.open(form)
    reader.open(form)
    cut_off(old)
    old.put_caret("summary", 0)
    old.type("Valve 3 leaks\nagain. 😀")
    old.control("staff").fill("7")
    old.press("Tab")
    new = device(newcomer, **THERE)
    back_online(old)
    notice = Notice(old)
    notice.sees_replaced("Firefox on Linux")
    notice.lists(("Summary", "Valve 3 leaks\nagain. 😀"), ("People on shift", "7"))
    expect(notice.ended).to_contain_text("2 changes are not saved yet")

    notice.unsaved.nth(0).get_by_role("button", name="Copy").click()
    expect(notice.ended.get_by_role("status")).to_have_text("Copied.")
    assert clipboard(old) == "Valve 3 leaks\nagain. 😀"
    notice.press("Copy all")
    old.page.wait_for_function(
        "async (text) => (await navigator.clipboard.readText()) === text",
        arg="Summary:\nValve 3 leaks\nagain. 😀\n\nPeople on shift:\n7",
    )

    new.open(form)
    expect(new.control("summary")).to_have_value("")
    notice.sign_in_again()
    notice.gone()
    old.sees_saved()
    for one in (old, reader):
        expect(one.control("summary")).to_have_value("Valve 3 leaks\nagain. 😀")
        expect(one.control("staff")).to_have_value("7")
    assert times_written(reader, form, "summary") == 1
    assert times_written(reader, form, "staff") == 1
    old.put_caret("summary", 0)
    old.type("Still: ")
    old.sees_saved()
    expect(reader.control("summary")).to_have_value("Still: Valve 3 leaks\nagain. 😀")
    Notice(new).sees(re.compile("^You signed in on Chrome on Windows at "))


def test_the_page_can_be_read_behind_the_dialog_and_after_it(device: People, newcomer: str) -> None:
    old = device(newcomer, **HERE)
    old.open(old.make_form("To be read"))
    old.control("summary").fill("\n".join(f"line {number}" for number in range(40)))
    old.sees_saved()
    old.control("staff").press_sequentially("-")
    device(newcomer, **THERE)
    notice = Notice(old)
    notice.sees_replaced("Firefox on Linux")
    old.press("Escape")
    expect(notice.ended).to_be_hidden()
    expect(notice.bar).to_contain_text("You signed in on Firefox on Linux")
    expect(notice.bar).to_contain_text("This page can save nothing.")
    expect(old.control("summary")).to_be_visible()
    expect(old.control("summary")).not_to_be_editable()
    old.put_caret("summary", 0, 6)
    assert old.page.evaluate("() => String(getSelection()) || document.activeElement.value.slice(0, 6)") == "line 0"
    old.control("handed_to").scroll_into_view_if_needed()
    old.page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    notice.bar.get_by_role("button", name="Sign in again").click()
    notice.sees_replaced("Firefox on Linux")
    notice.lists(("People on shift", "-"))
    notice.press("Keep reading")
    expect(notice.bar).to_be_visible()
    old.press("x")
    expect(old.control("staff")).to_have_value("-")


def test_nothing_connects_by_itself_and_two_devices_do_not_fight(device: People, newcomer: str) -> None:
    """T4: final is final. Only somebody's act in a browser takes the account there, on either side, each time."""
    one, two = device(newcomer, clock=True, **HERE), None
    form = one.make_form("Here and there")
    one.open(form)
    two = device(newcomer, clock=True, **THERE)
    two.open(form)
    for older, newer in [(one, two), (two, one), (one, two)]:
        notice = Notice(older)
        expect(notice.ended).to_be_visible()
        notice.stays()
        older.press("Escape")
        notice.stays()
        newer.sees_saved()
        expect(Notice(newer).ended).to_be_hidden()
        notice.bar.get_by_role("button", name="Sign in again").click()
        notice.sign_in_again()
        notice.gone()
        older.sees_saved()
    newcomers = one.page.evaluate("() => fetch('/accounts/devices/').then((answer) => answer.text())")
    assert newcomers.count('<th scope="row">') == 4  # the two sign-ins of the beginning, and one for each act


def test_a_wrong_password_is_told_and_can_be_set_right(device: People, newcomer: str) -> None:
    """And the page's forms can be sent, with the token of the new sign-in."""
    old = device(newcomer, **HERE)
    old.open(old.make_form("A wrong password"))
    device(newcomer, **THERE)
    notice = Notice(old)
    notice.sees_replaced("Firefox on Linux")
    notice.sign_in_again("not it")
    expect(notice.trouble).to_have_text("This password is not right.")
    expect(notice.password).to_be_focused()
    expect(notice.password).to_have_attribute("aria-invalid", "true")
    notice.sign_in_again()
    notice.gone()
    old.sees_saved()
    notice.sign_out()
    old.sees_sign_in_page()


def test_all_tabs_are_told_and_signing_in_again_in_one_brings_all_back(device: People, newcomer: str) -> None:
    """Several tabs of one browser are one device."""
    first = device(newcomer, **HERE)
    form, other_form = first.make_form("One tab"), first.make_form("Another tab")
    first.open(form)
    second, home = first.another_tab().open(other_form), first.another_tab()
    home.goto("/")
    tabs = [first, second, home]
    watched(home)
    second.control("staff").press_sequentially("-")
    new = device(newcomer, **THERE)
    for tab in tabs:
        Notice(tab).sees_replaced("Firefox on Linux")
    Notice(second).lists(("People on shift", "-"))
    Notice(second).sign_in_again()
    for tab in tabs:
        Notice(tab).gone()
    for tab in (first, second):
        tab.control("summary").fill("alive")
    first.sees_saved()
    second.sees_state("1 edit not saved")
    expect(second.control("staff")).to_have_value("-")
    Notice(new).sees(re.compile("^You signed in on Chrome on Windows"))
    Notice(new).sign_in_again()
    for tab in tabs:
        Notice(tab).sees_replaced("Firefox on Linux")


def test_a_new_tab_of_the_same_person_brings_the_others_back(device: People, newcomer: str) -> None:
    first = device(newcomer, **HERE)
    first.open(first.make_form("Left open"))
    device(newcomer, **THERE)
    Notice(first).sees_replaced("Firefox on Linux")
    first.another_tab().sign_in()
    Notice(first).gone()
    first.control("summary").fill("and on")
    first.sees_saved()


def test_who_comes_back_to_the_old_device_later_is_told_on_the_sign_in_page(device: People, newcomer: str) -> None:
    old = device(newcomer, **HERE)
    form = old.make_form("Closed meanwhile")
    old.open(form)
    old.page.goto("about:blank")
    device(newcomer, **THERE)
    old.goto(f"/forms/{form}/")
    old.sees_sign_in_page()
    said = old.page.locator("[data-ended]")
    at = datetime.fromisoformat(Notice(old).told["at"]).astimezone(ZoneInfo(ZONE))
    expect(said).to_contain_text(f"You signed in on Firefox on Linux at {at:%H:%M}. An account")
    old.screenshot("sign-in-replaced")
    old.fill_in_sign_in()
    old.sees_open_form()


def test_an_ordinary_form_keeps_what_was_typed_and_can_be_sent_after_signing_in_again(
    device: People, newcomer: str
) -> None:
    old = device(newcomer, **HERE)
    watched(old)
    old.cable.cut()  # else it is saved, as a draft
    old.page.get_by_label("Title").fill("Typed before I was signed out")
    new = device(newcomer, **THERE)
    back_online(old)
    notice = Notice(old)
    notice.sees_replaced("Firefox on Linux")
    notice.lists(("Title", "Typed before I was signed out"))
    old.press("Escape")
    expect(old.page.get_by_label("Title")).to_have_value("Typed before I was signed out")
    notice.bar.get_by_role("button", name="Sign in again").click()
    notice.sign_in_again()
    notice.gone()
    expect(old.page.get_by_label("Title")).to_have_value("Typed before I was signed out")
    old.page.get_by_role("button", name="Start", exact=True).click()
    expect(old.page.locator("[data-form-title]")).to_have_text("Typed before I was signed out")
    old.sees_open_form()
    Notice(new).sees(re.compile("^You signed in on Chrome on Windows"))


def test_an_ordinary_form_that_is_sent_all_the_same_leads_to_the_reason(device: People, newcomer: str) -> None:
    old = device(newcomer, **HERE)
    old.page.get_by_label("Title").fill("Sent too late")
    device(newcomer, **THERE)
    notice = Notice(old)
    notice.sees_replaced("Firefox on Linux")
    old.press("Escape")
    old.page.get_by_role("button", name="Start", exact=True).click()
    old.sees_sign_in_page()
    expect(old.page.locator("[data-ended]")).to_contain_text("You signed in on Firefox on Linux")
