"""I7: one browser, one person after the other. Nothing of the first is left for the second, whichever way they came."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.browser.conftest import People
from tests.browser.notice import HERE, THERE, Notice
from tests.browser.person import PASSWORD, Person
from tests.browser.stored import keeps_nothing_of, stored

SECRET = "for nobody else"
HIDE = """() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
}"""
STORABLE = {"Content-Type": "text/html; charset=utf-8"}
# All that can be seen or found on a page, and all that is typed into it.
ON_THE_PAGE = """() => document.documentElement.outerHTML
    + [...document.querySelectorAll('input, textarea, select')].map((one) => one.value).join()"""


@pytest.fixture(scope="module")
def remembering(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """A browser that keeps the pages one left as they were, for its back button, as people's browsers do."""
    browser = playwright.chromium.launch(
        executable_path=chromium,
        args=["--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


def leave_unsaved(one: Person, form: str) -> None:
    """Cut off, with text that is not saved, in a tab that is out of sight: it is in the browser's storage, too."""
    one.open(form)
    one.cable.cut()
    one.sees_state(re.compile("Reconnecting|Offline"))
    one.put_caret("summary", 0)
    one.type(SECRET)
    one.page.evaluate(HIDE)
    assert SECRET in stored(one.page)


def nothing_is_left(tab: Person, *traces: str) -> None:
    found = tab.page.evaluate(ON_THE_PAGE)
    assert not [trace for trace in (SECRET, *traces) if trace in found]
    keeps_nothing_of(tab.page, SECRET, *traces)


def sees_home_of(tab: Person, name: str) -> None:
    tab.sees_home()
    expect(tab.page.locator(".account-name")).to_have_text(name)


def sees_nothing_stored(tab: Person) -> None:
    tab.page.wait_for_function("() => sessionStorage.length === 0")


def go_back(tab: Person) -> str:
    """With the browser's button; where to. A page out of its memory is never loaded, so that cannot be waited for."""
    tab.page.go_back(wait_until="commit")
    tab.page.wait_for_load_state("networkidle")
    return tab.page.url


def test_who_signs_in_after_a_sign_in_that_ended_elsewhere_finds_nothing(
    device: People, newcomer: str, another: str
) -> None:
    """The dialog still stands, with what was typed, when somebody else sits down at this computer."""
    first = device(newcomer, **HERE)
    first.page.get_by_label("Title").fill(SECRET)
    user, form = first.user_id, first.make_form("Before somebody else")
    second = first.another_tab().open(first.make_form("In another tab"))
    second.control("staff").press_sequentially("-")
    working = first.another_tab()
    leave_unsaved(working, form)
    device(newcomer, **THERE)
    first.cable.mend()
    for tab in (working, first, second):
        tab.page.evaluate("() => window.dispatchEvent(new Event('online'))")
        Notice(tab).sees_replaced("Firefox on Linux")
    assert SECRET in working.page.evaluate(ON_THE_PAGE)

    next_one = first.another_tab()
    next_one.name = another
    next_one.sign_in()
    for tab in (first, second, working, next_one):
        sees_home_of(tab, another.capitalize())
        nothing_is_left(tab, newcomer, newcomer.capitalize(), user)
    next_one.open(form)
    expect(next_one.control("summary")).to_have_value("")


def test_who_signs_in_over_somebody_finds_nothing(device: People, newcomer: str, beside: Callable[[str], None]) -> None:
    """By the admin's sign-in page, which lets in who is signed in as somebody else: every tab of theirs is wiped."""
    first = device(newcomer, **HERE)
    user, form = first.user_id, first.make_form("Taken over")
    beside(
        "from collab.accounts.models import User\n"
        f"User.objects.create_superuser('{newcomer}-admin', password={PASSWORD!r}, display_name='Somebody else')"
    )
    home = first.another_tab()
    home.goto("/")
    home.page.get_by_label("Title").fill(SECRET)
    first.open(form)
    first.control("staff").press_sequentially("-")
    admin = first.another_tab()
    admin.goto("/admin/")
    admin.name = f"{newcomer}-admin"
    admin.page.get_by_label("Username").fill(admin.name)
    admin.page.get_by_label("Password").fill(PASSWORD)
    admin.page.get_by_role("button", name="Log in").click()
    expect(admin.page.get_by_role("heading", name="Site administration")).to_be_visible()
    for tab in (first, home):
        gone = tab.page.get_by_text("Somebody else signed in with this browser.")  # or is signed in there already
        expect(gone.or_(tab.page.locator(".account-name", has_text="Somebody else"))).to_be_visible()
        nothing_is_left(tab, user)


def test_the_back_button_brings_nothing_back(visit: People, remembering: Browser, newcomer: str, another: str) -> None:
    """Neither a page out of the browser's memory, nor what was typed into one, which is kept with the history."""
    first = visit(newcomer, at=remembering, **HERE)
    first.sign_in()
    user, form = first.user_id, first.make_form("Read and left")
    first.page.get_by_label("Title").fill(SECRET)
    first.page.on("dialog", lambda dialog: dialog.accept())
    first.open(form)
    first.control("staff").press_sequentially("-")
    first.goto("/accounts/devices/")
    Notice(first).sign_out()
    first.sees_sign_in_page()
    first.name = another
    first.fill_in_sign_in()
    first.sees_home()
    pages: list[str] = []
    while go_back(first) != "about:blank":
        pages.append(first.page.url)
        nothing_is_left(first, user)
    assert any(form in page for page in pages), pages


def test_a_page_out_of_the_browsers_memory_is_not_seen_for_a_moment(
    visit: People, remembering: Browser, newcomer: str
) -> None:
    """Some browsers keep what was never to be stored; this one does when it is not told so."""
    first = visit(newcomer, at=remembering, **HERE)
    first.sign_in()
    first.page.route("**/", lambda route: route.fulfill(response=route.fetch(), headers=STORABLE))
    first.goto("/")
    first.page.wait_for_function("() => window.dials >= 1")
    first.page.evaluate(
        """() => addEventListener('pageshow', ({ persisted }) => {
            sessionStorage.setItem('seen', `${persisted} ${document.documentElement.checkVisibility()}`);
        })"""
    )
    first.goto("/healthz")
    go_back(first)
    first.page.wait_for_function("() => sessionStorage.getItem('seen')?.startsWith('true')")
    assert first.page.evaluate("() => sessionStorage.getItem('seen')") == "true false"
    first.sees_home()


def test_the_same_person_may_go_back(visit: People, remembering: Browser, newcomer: str) -> None:
    first = visit(newcomer, at=remembering, **HERE)
    first.sign_in()
    first.open(first.make_form("There and back"))
    first.control("summary").fill("saved")
    first.sees_saved()
    first.goto("/accounts/devices/")
    go_back(first)
    first.sees_open_form()
    expect(first.control("summary")).to_have_value("saved")
    first.put_caret("summary", 5)
    first.type(" and on")
    first.sees_saved()


def test_signing_out_in_one_tab_signs_out_the_others(device: People, newcomer: str) -> None:
    first = device(newcomer, **HERE)
    second = first.another_tab().open(first.make_form("In another tab"))
    second.control("summary").fill("saved")
    second.sees_saved()
    Notice(first).sign_out()
    for tab in (first, second):
        tab.sees_sign_in_page()
    sees_nothing_stored(second)
    first.page.go_back()
    first.sees_sign_in_page()


def test_signing_out_with_something_unsaved_in_another_tab_is_asked_about(device: People, newcomer: str) -> None:
    first = device(newcomer, **HERE)
    second = first.another_tab().open(first.make_form("Unsaved in another tab"))
    second.control("summary").fill("saved")
    second.sees_saved()
    second.control("staff").press_sequentially("-")
    notice = Notice(first)
    notice.sign_out()
    expect(notice.signing_out.get_by_role("heading")).to_have_text("1 change is not saved yet")
    expect(notice.signing_out).to_contain_text("It is in another tab. If you sign out now, it is lost.")
    expect(notice.signing_out.get_by_role("button", name="Stay")).to_be_focused()
    first.screenshot("sign-out-asks")
    first.press("Enter")
    expect(notice.signing_out).to_be_hidden()
    second.control("staff").fill("7")
    second.press("Tab")
    second.sees_saved()
    second.control("staff").fill("-")
    notice.sign_out()
    notice.signing_out.get_by_role("button", name="Sign out anyway").click()
    for tab in (first, second):
        tab.sees_sign_in_page()


def test_signing_out_with_something_unsaved_on_the_same_page_is_asked_about(device: People, newcomer: str) -> None:
    one = device(newcomer, **HERE)
    one.open(one.make_form("Unsaved here"))
    one.control("staff").press_sequentially("-")
    notice = Notice(one)
    notice.sign_out()
    expect(notice.signing_out).to_contain_text("It is on this page.")
    notice.signing_out.get_by_role("button", name="Stay").click()
    expect(one.control("staff")).to_have_value("-")
    notice.sign_out()
    expect(notice.signing_out).to_be_visible()
    one.press("Escape")
    expect(notice.signing_out).to_be_hidden()
    notice.sign_out()
    notice.signing_out.get_by_role("button", name="Sign out anyway").click()
    one.sees_sign_in_page()
    sees_nothing_stored(one)
