"""Drafts of ordinary forms in real browsers: a reload, a crash, two tabs, no network, another person, every control."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, Request, Route, expect

from tests.browser.comment_page import SAVED, CommentPage
from tests.browser.conftest import People
from tests.browser.person import PASSWORD
from tests.browser.stored import keeps_nothing_of
from tests.browser.test_look import LOOKS, scrolls_sideways, serious


def test_a_draft_comes_back_after_a_reload_and_can_be_discarded(person: People, form: str) -> None:
    tab = CommentPage(person("alice"), form).open()
    tab.type("Checked the valve")
    tab.sees_saved()
    assert "Checked" not in tab.kept(), "the browser keeps only what the server has not got"
    tab.page.reload()
    tab.sees_restored("Checked the valve")
    tab.person.screenshot("draft-restored")
    tab.press("Discard")
    expect(tab.text).to_have_value("")
    expect(tab.notice).to_contain_text("The draft is discarded.")
    tab.press("Undo")
    expect(tab.text).to_have_value("Checked the valve")
    tab.sees_saved()
    tab.page.reload()
    tab.sees_restored("Checked the valve")
    tab.press("Discard")
    expect(tab.text).to_have_value("")
    tab.page.reload()
    tab.sees_nothing()
    assert tab.server_has() == {}


@pytest.mark.parametrize("milliseconds", [10, 50, 200, 1000])
def test_a_reload_so_soon_after_the_last_key(person: People, form: str, milliseconds: int) -> None:
    tab = CommentPage(person("alice"), form).open()
    words = ""
    for number in range(3):
        tab.text.press("End")
        tab.type(f"word{number} ")
        words += f"word{number} "
        tab.page.wait_for_timeout(milliseconds)  # this is what is tested
        tab.page.reload()
        expect(tab.text).to_have_value(words)
    tab.sees_saved()
    assert tab.server_has() == {"text": words}
    assert "word" not in tab.kept()


def test_a_browser_that_is_shut_without_a_word(person: People, form: str) -> None:
    first = CommentPage(person("alice"), form).open()
    first.type("on the server by now")
    first.sees_saved()
    first.person.context.close()
    CommentPage(person("alice"), form).open().sees_restored("on the server by now")


def test_a_tab_that_crashes_in_the_middle_of_a_word(person: People, form: str) -> None:
    alice = person("alice")
    tab = CommentPage(alice, form).open()
    tab.page.route("**/api/save-draft/", lambda route: route.abort())
    tab.type("nobody has this but the browser")
    expect(tab.line).to_contain_text("kept in this browser")
    with pytest.raises(Error):
        tab.page.goto("chrome://crash")
    again = CommentPage(alice, form, alice.context.new_page()).open()
    again.sees_restored("nobody has this but the browser")
    again.sees_saved()
    assert again.server_has() == {"text": "nobody has this but the browser"}
    assert "nobody" not in again.kept()


def test_two_tabs_are_told_of_each_other(person: People, form: str) -> None:
    alice = person("alice")
    one, other = CommentPage(alice, form).open(), CommentPage(alice, form, alice.context.new_page()).open()
    one.type("from the first tab")
    expect(other.notice).to_contain_text("changed in another tab.")
    other.type("from the second")
    expect(other.line).to_contain_text("choose one of the two")
    one.page.wait_for_load_state("networkidle")
    assert one.server_has() == {"text": "from the first tab"}
    alice.screenshot("draft-two-tabs-first")
    other.press("Keep mine")
    other.sees_saved()
    expect(one.notice).to_contain_text("changed in another tab.")
    one.press("Load theirs")
    expect(one.text).to_have_value("from the second")
    expect(one.notice).to_be_hidden()
    one.sees_saved()


def test_another_device_that_no_tab_heard_of(person: People, form: str, beside: Callable[[str], None]) -> None:
    tab = CommentPage(person("alice"), form).open()
    tab.type("here")
    tab.sees_saved()
    beside(
        "from datetime import datetime, timezone\n"
        "from collab.accounts.models import User; from collab.drafts.services import load_draft, save_draft\n"
        f"alice, form = User.objects.get(username='alice').pk, 'comment:{form}'\n"
        'save_draft(alice, form, data=\'{"text":"there"}\', base_version=load_draft(alice, form).version,'
        " now=datetime.now(timezone.utc))"
    )
    tab.type(" and more")
    expect(tab.notice).to_contain_text("changed in another tab or on another device")
    expect(tab.text).to_have_value("here and more")
    tab.person.screenshot("draft-changed")
    tab.press("Load theirs")
    expect(tab.text).to_have_value("there")


def test_a_late_autosave_never_revives_what_was_sent(person: People, form: str) -> None:
    alice = person("alice")
    one, other = CommentPage(alice, form).open(), CommentPage(alice, form, alice.context.new_page()).open()
    one.type("done")
    one.sees_saved()
    other.page.reload()
    other.sees_restored("done")
    with alice.context.expect_event("response", lambda response: "/comments/" in response.url):
        one.send()
    expect(one.page.locator(".comment-text")).to_have_text("done")
    one.sees_nothing()
    expect(other.notice).to_contain_text("was sent or discarded in another tab")
    other.type(" late")
    expect(other.line).to_have_text("Not kept as a draft.")
    other.page.wait_for_timeout(1000)  # twice the pause after which it would be saved
    assert other.server_has() == {}
    other.press("Keep it as a new draft")
    other.sees_saved()
    assert other.server_has() == {"text": "done late"}


def test_typed_and_sent_at_once_leaves_nothing_behind(person: People, form: str) -> None:
    tab = CommentPage(person("alice"), form).open()
    for number in range(4):
        tab.type(f"remark {number}")
        tab.send()
        expect(tab.page.locator(".comment-text").first).to_have_text(f"remark {number}")
        tab.sees_nothing()
        assert tab.server_has() == {}
        assert "remark" not in tab.kept()


def test_no_network_the_browser_keeps_it_and_sends_it_later(person: People, form: str) -> None:
    alice = person("alice")
    tab = CommentPage(alice, form).open()
    alice.cable.cut()
    tab.type("written in the tunnel")
    expect(tab.line).to_have_text("The server cannot be reached. What you type is kept in this browser.")
    assert "tunnel" in tab.kept()
    alice.screenshot("draft-unreachable")
    alice.cable.mend()
    expect(tab.line).to_have_text(SAVED, timeout=45_000)
    assert tab.server_has() == {"text": "written in the tunnel"}
    assert "tunnel" not in tab.kept()


def test_a_page_whose_server_does_not_answer_shows_what_the_browser_kept(person: People, form: str) -> None:
    alice = person("alice")
    tab = CommentPage(alice, form).open()
    alice.context.route(re.compile("/api/(?:load|save)-draft/"), lambda route: route.abort())
    tab.type("only here")
    expect(tab.line).to_contain_text("kept in this browser")
    tab.page.reload()
    expect(tab.text).to_have_value("only here")
    expect(tab.notice).to_contain_text("The server cannot be reached. This is what this browser kept")
    alice.screenshot("draft-buffered")
    alice.context.unroute_all()
    tab.type("!")
    tab.sees_saved()
    assert tab.server_has() == {"text": "only here!"}


def test_what_the_browser_kept_outlives_a_sign_in_that_ended_by_itself(
    device: People, form: str, newcomer: str
) -> None:
    """It was said to be kept; nobody has left on purpose, and nobody else has come."""
    one = device(newcomer)
    tab = CommentPage(one, form).open()
    one.context.route("**/api/save-draft/", lambda route: route.abort())
    tab.type("typed before the laptop was shut")
    expect(tab.line).to_contain_text("kept in this browser")
    one.context.unroute_all()
    one.context.clear_cookies()  # it has expired
    tab.page.close()
    again = CommentPage(one, form, one.context.new_page())
    again.page.goto(again.url)
    expect(again.page.get_by_label("Password")).to_be_visible()
    again.page.wait_for_load_state("networkidle")
    sign_in_as(again.page, one.cable.url, newcomer)
    again.open().sees_restored("typed before the laptop was shut")
    again.sees_saved()
    assert again.server_has() == {"text": "typed before the laptop was shut"}


@pytest.mark.parametrize("way", ["signs in", "has a cookie"])
def test_i7_the_next_person_on_the_same_browser_sees_nothing(
    device: People, form: str, newcomer: str, another: str, way: str
) -> None:
    """A laptop is left as it is, unsaved words in it; somebody else comes, by the sign-in page or another way."""
    one = device(newcomer)
    tab = CommentPage(one, form).open()
    one.context.route("**/api/save-draft/", lambda route: route.abort())
    tab.type("a secret")
    expect(tab.line).to_contain_text("kept in this browser")
    assert "secret" in tab.kept()
    one.context.unroute_all()
    one.context.clear_cookies()
    fresh = CommentPage(one, form, one.context.new_page())
    tab.page.close()
    if way == "signs in":
        sign_in_as(fresh.page, one.cable.url, another)
        keeps_nothing_of(fresh.page, "secret")
    else:
        one.context.add_cookies(device(another).context.storage_state()["cookies"])  # type: ignore[arg-type]
    fresh.open()
    fresh.sees_nothing()
    assert "secret" not in fresh.kept()
    assert fresh.server_has() == {}
    fresh.page.go_back()
    assert "secret" not in fresh.page.content()


def sign_in_as(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Forms", exact=True)).to_be_visible()


def test_a_browser_that_keeps_nothing_works_and_says_so(person: People, form: str) -> None:
    alice = person("alice")
    alice.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } });"
    )
    tab = CommentPage(alice, form).open()
    tab.type("works")
    expect(tab.line).to_contain_text("This browser cannot keep what you type when the server cannot be reached.")
    tab.page.reload()
    tab.sees_restored("works")
    alice.cable.cut()
    tab.type(", and is only here")
    expect(tab.line).to_contain_text("This browser cannot keep what you type: leave this page open.")
    alice.cable.mend()
    expect(tab.line).to_contain_text("Draft saved", timeout=45_000)


def test_a_full_browser_works_and_says_so(person: People, form: str) -> None:
    tab = CommentPage(person("alice"), form).open()
    tab.page.evaluate(
        """() => {
            localStorage.clear();
            let size = 1 << 20;
            for (let part = 0; size >= 1; part += 1) {
                try { localStorage.setItem(`full${part}`, 'x'.repeat(size)); } catch { size >>= 1; }
            }
        }"""
    )
    tab.type("no room for this")
    expect(tab.line).to_contain_text("Draft saved")
    expect(tab.line).to_contain_text("This browser cannot keep what you type")


CONTROLS = """
<input type="text" name="plain" value="as it was">
<input type="password" name="secret"><input type="password" name="shown">
<input name="code" autocomplete="one-time-code"><input name="card" autocomplete="billing cc-number">
<input type="hidden" name="hidden" value="h"><input type="file" name="file"><input type="submit" name="go" value="Go">
<input name="skipped" data-draft-skip><input>
<input type="checkbox" name="one"><input type="checkbox" name="many" value="a" checked>
<input type="checkbox" name="many" value="b"><input type="checkbox" name="many" value="c">
<input type="radio" name="pick" value="x"><input type="radio" name="pick" value="y">
<select name="single"><option>s1</option><option>s2</option></select>
<select name="several" multiple><option>m1</option><option>m2</option><option>m3</option></select>
<input name="twice" value="1"><input name="twice" value="2"><input type="date" name="day">
"""


def with_controls(route: Route) -> None:
    answer = route.fetch()
    body = answer.text().replace('<div class="stack-field">', f'{CONTROLS}<div class="stack-field">', 1)
    route.fulfill(response=answer, body=body)


def test_every_control_comes_back_and_no_secret_is_kept(person: People, form: str) -> None:
    tab = CommentPage(person("alice"), form)
    tab.page.route(re.compile("/comments/$"), with_controls)
    sent: list[Request] = []
    tab.page.on("request", lambda request: sent.append(request) if is_save_request(request) else None)
    tab.open()
    page = tab.page
    page.locator('[name="shown"]').evaluate("it => { it.type = 'text'; }")
    for name in ("secret", "shown", "code", "card", "skipped"):
        page.locator(f'[name="{name}"]').fill("SECRET")
    page.locator('[name="one"]').check()
    page.locator('[name="many"][value="a"]').uncheck()
    page.locator('[name="many"][value="b"]').check()
    page.locator('[name="many"][value="c"]').check()
    page.locator('[name="pick"][value="y"]').check()
    page.locator('[name="single"]').select_option("s2")
    page.locator('[name="several"]').select_option(["m1", "m3"])
    page.locator('[name="twice"]').nth(1).fill("zwei")
    page.locator('[name="day"]').fill("2026-11-21")
    page.locator('[name="plain"]').fill('😀 as it is"<b>&')
    tab.sees_saved()
    wanted = {
        "plain": '😀 as it is"<b>&',
        "one": True,
        "many": ["b", "c"],
        "pick": "y",
        "single": "s2",
        "several": ["m1", "m3"],
        "twice": ["1", "zwei"],
        "day": "2026-11-21",
        "text": "",
    }
    assert tab.server_has() == wanted
    assert not any("SECRET" in (request.post_data or "") for request in sent)
    page.reload()
    expect(tab.notice).to_contain_text("is back")
    expect(page.locator('[name="plain"]')).to_have_value('😀 as it is"<b>&')
    expect(page.locator('[name="one"]')).to_be_checked()
    expect(page.locator('[name="many"]:checked')).to_have_count(2)
    expect(page.locator('[name="pick"]:checked')).to_have_value("y")
    expect(page.locator('[name="several"]')).to_have_values(["m1", "m3"])
    expect(page.locator('[name="twice"]').nth(1)).to_have_value("zwei")
    expect(page.locator('[name="day"]')).to_have_value("2026-11-21")
    expect(page.locator('[name="secret"]')).to_have_value("")
    tab.press("Discard")
    expect(page.locator('[name="plain"]')).to_have_value("as it was")
    expect(page.locator('[name="many"]:checked')).to_have_value("a")
    expect(page.locator('[name="single"]')).to_have_value("s1")
    expect(page.locator('[name="pick"]:checked')).to_have_count(0)
    assert tab.server_has() == {}


def is_save_request(request: Request) -> bool:
    return request.url.endswith("/api/save-draft/")


def test_a_form_that_was_refused_is_not_overwritten_by_its_draft(person: People) -> None:
    """The page that shows it again has what was sent, which is newer."""
    alice = person("alice")
    page, line = alice.page, alice.page.locator("[data-draft-line]")
    page.goto(f"{alice.cable.url}/templates/import/")
    text = page.get_by_label("or JSON text")
    text.fill('{"key": "x"}')
    expect(line).to_have_text(SAVED)
    text.fill('{"key": 7}')
    page.get_by_role("button", name="Import").click()
    expect(page.locator("#problems")).to_contain_text("wrong with it")
    expect(text).to_have_value('{"key": 7}')
    expect(line).to_have_text(SAVED)
    alice.screenshot("import-problems", whole=True)
    page.goto(f"{alice.cable.url}/templates/import/")
    expect(text).to_have_value('{"key": 7}')
    page.get_by_role("button", name="Discard").click()
    expect(text).to_have_value("")


def test_a_new_form_is_begun_here_and_made_there(person: People) -> None:
    alice = person("alice")
    page, title = alice.page, alice.page.get_by_label("Title")
    page.goto(alice.cable.url)
    title.fill("Late shift, line 4")
    page.get_by_label("Template").select_option(index=1)
    expect(page.locator("[data-draft-line]")).to_have_text(SAVED)
    page.reload()
    expect(title).to_have_value("Late shift, line 4")
    alice.screenshot("home-draft")
    page.get_by_role("button", name="Start").click()
    alice.sees_open_form()
    page.get_by_role("link", name="Comments").click()
    expect(page.get_by_role("heading", name="Comments on Late shift, line 4")).to_be_visible()
    page.get_by_role("link", name="Formroom").click()
    page.wait_for_load_state("networkidle")
    expect(title).to_have_value("")
    expect(page.locator("[data-draft-notice]")).to_be_hidden()


def test_signing_out_asks_about_what_no_draft_has_and_takes_nothing_else_away(
    device: People, form: str, newcomer: str
) -> None:
    one = device(newcomer)
    tab = CommentPage(one, form).open()
    tab.type("to be gone on with")
    tab.sees_saved()
    one.context.route("**/api/save-draft/", lambda route: route.abort())
    tab.type(", and more")
    expect(tab.line).to_contain_text("kept in this browser")
    tab.page.get_by_role("button", name="Sign out").click()
    tab.page.get_by_role("button", name="Stay").click()
    one.context.unroute_all()
    tab.type("!")
    tab.sees_saved()
    tab.page.get_by_role("button", name="Sign out").click()
    one.sees_sign_in_page()
    assert "to be gone" not in tab.kept()
    sign_in_as(tab.page, one.cable.url, newcomer)
    tab.open().sees_restored("to be gone on with, and more!")


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_serious_and_nothing_sideways(person: People, form: str, look: str) -> None:
    alice = person("alice", **LOOKS[look])
    tab = CommentPage(alice, form).open()
    tab.type("The valve of pump 3 was changed.\nIt is tight now.")
    tab.send()
    expect(tab.page.locator(".comment-text")).to_have_count(1)
    tab.type("And the filter")
    tab.sees_saved()
    tab.page.reload()
    tab.sees_restored("And the filter")
    assert serious(alice) == []
    assert not scrolls_sideways(alice)
    alice.screenshot(f"comments-{look}", whole=True)
    alice.page.goto(f"{alice.cable.url}/templates/import/")
    alice.page.wait_for_load_state("networkidle")
    assert serious(alice) == []
    assert not scrolls_sideways(alice)
    alice.screenshot(f"import-{look}", whole=True)
