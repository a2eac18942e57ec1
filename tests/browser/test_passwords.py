"""Other ends of a sign-in, and passwords: what the page says, and the way back, end to end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.notice import HERE, THERE, Notice
from tests.browser.person import PASSWORD, Person

NEW_PASSWORD = "another-way-in-7"

Beside = Callable[[str], None]


@pytest.fixture
def admin(device: People, another: str, beside: Beside) -> Person:
    """An administrator, at their own browser."""
    beside(
        "from collab.accounts.models import User\n"
        f"User.objects.filter(username={another!r}).update(is_staff=True, is_superuser=True)"
    )
    return device(another)


@pytest.fixture
def left_open(device: People, newcomer: str) -> Person:
    """Somebody with a form open, and something on it that is not saved."""
    one = device(newcomer, **HERE)
    one.open(one.make_form("Left open"))
    one.control("staff").press_sequentially("-")
    return one


def open_in_admin(admin: Person, name: str) -> None:
    admin.goto(f"/admin/accounts/user/?q={name}")
    admin.page.get_by_role("link", name=name, exact=True).click()


def choose_new_password(one: Person, *, old: str | None = None) -> None:
    if old is not None:
        one.page.get_by_label("Old password").fill(old)
    one.page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    one.page.get_by_label("New password confirmation").fill(NEW_PASSWORD)


def link_mailed(log: Path, name: str) -> str:
    """Out of the mail to this person, as soon as the server has written it beside its own lines."""
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline:
        mail = log.read_text().partition(f"To: {name}@example.org")[2]
        if found := re.search(r"http://\S+/accounts/reset/\S+/$", mail, re.MULTILINE):
            return found[0]
        time.sleep(0.05)
    raise AssertionError("no mail")


def test_it_was_not_me_leads_to_a_new_password_and_the_old_tab_comes_back(
    device: People, left_open: Person, newcomer: str
) -> None:
    """Somebody knows the password: its owner takes the account back, on the device it was taken from."""
    notice = Notice(left_open)
    thief = device(newcomer, **THERE)
    notice.sees_replaced("Firefox on Linux")
    with left_open.context.expect_page() as opened:
        notice.not_me.click()
    tab = left_open.another_tab()
    tab.page.close()
    tab.page = opened.value
    expect(tab.page.locator("[data-ended]")).to_contain_text("You signed in on Firefox on Linux")
    tab.fill_in_sign_in()
    choose_new_password(tab, old=PASSWORD)
    Notice(thief).sees(re.compile("^You signed in on Chrome on Windows at "))
    tab.page.get_by_role("button", name="Change the password").click()
    expect(tab.page.get_by_role("heading", name="Your password is changed")).to_be_visible()

    notice.gone()
    expect(left_open.control("staff")).to_have_value("-")
    left_open.control("staff").fill("7")
    left_open.press("Tab")
    left_open.sees_saved()
    Notice(thief).sign_in_again()
    expect(Notice(thief).trouble).to_have_text("This password is not right.")


def test_a_new_password_on_one_tab_leaves_the_others_of_that_browser_alone(left_open: Person) -> None:
    tab = left_open.another_tab()
    tab.goto("/accounts/password_change/")
    choose_new_password(tab, old=PASSWORD)
    tab.page.get_by_role("button", name="Change the password").click()
    expect(tab.page.get_by_role("heading", name="Your password is changed")).to_be_visible()
    Notice(left_open).gone()
    left_open.control("staff").fill("7")
    left_open.press("Tab")
    left_open.sees_saved()


def test_an_administrator_signs_somebody_out(left_open: Person, admin: Person, newcomer: str) -> None:
    admin.goto(f"/admin/accounts/user/?q={newcomer}")
    chosen = f"Select this object for an action - {newcomer.capitalize()}"
    admin.page.get_by_role("checkbox", name=chosen, exact=True).check()
    admin.page.locator("select[name=action]").select_option(label="Sign out the selected people")
    notice = Notice(left_open)
    notice.watch()
    admin.page.get_by_role("button", name=re.compile("^(Go|Run)")).click()
    notice.sees("You are signed out")
    expect(notice.ended).to_contain_text("An administrator signed you out.")
    notice.lists(("People on shift", "-"))
    expect(notice.not_me).to_be_hidden()
    notice.sign_in_again()
    notice.gone()
    expect(left_open.control("staff")).to_have_value("-")


def test_an_account_that_is_closed_has_no_way_back_but_what_was_typed(
    left_open: Person, admin: Person, newcomer: str
) -> None:
    open_in_admin(admin, newcomer)
    admin.page.get_by_text("Permissions", exact=True).click()
    admin.page.get_by_label("Active", exact=True).uncheck()
    admin.page.get_by_role("button", name="Save", exact=True).click()
    notice = Notice(left_open)
    notice.sees("You are signed out")
    expect(notice.ended).to_contain_text("This account was closed.")
    expect(notice.ended).to_contain_text("Copy it before you leave this page.")
    notice.lists(("People on shift", "-"))
    expect(notice.password).to_be_hidden()
    expect(notice.not_me).to_be_hidden()
    left_open.screenshot("ended-disabled")
    notice.press("Keep reading")
    notice.bar.get_by_role("button", name="Why?").click()
    notice.sees("You are signed out")


def test_a_password_that_an_administrator_sets(left_open: Person, admin: Person, newcomer: str) -> None:
    open_in_admin(admin, newcomer)
    admin.goto(admin.page.url.partition(str(admin.cable.port))[2].replace("/change/", "/password/"))
    admin.page.get_by_label("Password:", exact=True).fill(NEW_PASSWORD)
    admin.page.get_by_label("Password confirmation:").fill(NEW_PASSWORD)
    admin.page.get_by_role("button", name="Change password").click()
    notice = Notice(left_open)
    notice.sees("You are signed out")
    expect(notice.ended).to_contain_text("The password of this account was changed.")
    left_open.screenshot("ended-password")
    notice.sign_in_again()
    expect(notice.trouble).to_have_text("This password is not right.")
    notice.sign_in_again(NEW_PASSWORD)
    notice.gone()
    expect(left_open.control("staff")).to_have_value("-")


def test_s2_within_five_seconds_where_the_message_is_lost(left_open: Person, newcomer: str, beside: Beside) -> None:
    """Done by another process, from which this server hears nothing."""
    notice = Notice(left_open)
    notice.watch()
    beside(
        "from collab.accounts import sign_ins; from collab.accounts.models import End, User\n"
        f"sign_ins.end([User.objects.get(username={newcomer!r}).pk], End.BY_ADMIN)"
    )
    notice.sees("You are signed out", within=5.0)


def test_a_forgotten_password_is_set_by_mail_once(device: People, newcomer: str, server_folder: Path) -> None:
    one = device(newcomer, **THERE)
    elsewhere = device(newcomer, **HERE)
    one.goto("/accounts/login/")
    one.page.get_by_role("link", name="Forgotten your password?").click()
    one.page.get_by_label("Email").fill(f"{newcomer}@example.org")
    one.screenshot("reset-ask", whole=True)
    one.page.get_by_role("button", name="Send the mail").click()
    expect(one.page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    one.screenshot("reset-asked", whole=True)
    link = link_mailed(server_folder / "serve.log", newcomer)
    one.page.goto(link)
    choose_new_password(one)
    one.screenshot("reset-set", whole=True)
    one.page.get_by_role("button", name="Set the password").click()
    expect(one.page.get_by_role("heading", name="Your new password is set")).to_be_visible()
    one.screenshot("reset-done", whole=True)
    Notice(elsewhere).sees("You are signed out")
    one.page.get_by_role("link", name="Sign in").click()
    one.fill_in_sign_in(PASSWORD)
    expect(one.page.get_by_role("alert")).to_be_visible()
    one.fill_in_sign_in(NEW_PASSWORD)
    one.sees_home()
    one.page.goto(link)
    expect(one.page.get_by_role("heading", name="This link does not work any more")).to_be_visible()
    one.screenshot("reset-used", whole=True)


def test_five_wrong_passwords_and_one_has_to_wait(visit: People, newcomer: str) -> None:
    one = visit(newcomer)
    one.goto("/accounts/login/")
    for _ in range(4):
        one.fill_in_sign_in("not it")
        expect(one.page.get_by_role("alert")).to_be_visible()
    one.fill_in_sign_in("not it")
    expect(one.page.get_by_role("heading", name="Too many wrong passwords")).to_be_visible()
    expect(one.page.get_by_text("Try again in 15 minutes.")).to_be_visible()
    one.screenshot("locked", whole=True)
    one.goto("/accounts/login/")
    one.fill_in_sign_in()
    expect(one.page.get_by_role("heading", name="Too many wrong passwords")).to_be_visible()


def test_five_wrong_passwords_in_the_dialog(device: People, left_open: Person, newcomer: str) -> None:
    device(newcomer, **THERE)
    notice = Notice(left_open)
    notice.sees_replaced("Firefox on Linux")
    for _ in range(4):
        notice.sign_in_again("not it")
        expect(notice.trouble).to_have_text("This password is not right.")
        expect(notice.ended.get_by_role("button", name="Sign in here again")).to_be_enabled()
    notice.sign_in_again("not it")
    expect(notice.trouble).to_have_text("The password was wrong too often. Please wait 15 minutes.")
    notice.sign_in_again()
    expect(notice.trouble).to_have_text("The password was wrong too often. Please wait 15 minutes.")
    notice.lists(("People on shift", "-"))
