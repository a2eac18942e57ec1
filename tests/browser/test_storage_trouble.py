"""Storage that is full, forbidden, slow, or cleared under the page: the page works, and says what it cannot keep.

Every browser of these tests but those with a profile is a private window: what is kept there is kept till it is closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import People
from tests.browser.keeping import CUT_OFF, back_on, cut_off, entries, is_kept, saved
from tests.browser.person import Person

FORBIDDEN = """
for (const name of ['indexedDB', 'sessionStorage', 'localStorage']) {
    Object.defineProperty(window, name, { get() { throw new DOMException('Forbidden.', 'SecurityError'); } });
}
"""
SILENT = "IDBFactory.prototype.open = () => ({});"
WITHOUT_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });"

NOT_KEPT = re.compile(r"^(Reconnecting|Offline), 1 edit not kept on this device$")
WAITS = re.compile(r"^(Reconnecting|Offline), 1 edit waits on this device$")


def fill_up(one: Person) -> Callable[[], None]:
    """No room is left, until what is returned is called. To be called before the first write: later nobody looks."""
    cdp = one.context.new_cdp_session(one.page)
    cdp.send("Storage.overrideQuotaForOrigin", {"origin": one.cable.url, "quotaSize": 1})

    def make_room() -> None:
        cdp.send("Storage.overrideQuotaForOrigin", {"origin": one.cable.url})

    return make_room


def works(one: Person, form: str) -> None:
    """What is typed is saved, offline and on; and what is said of it is true."""
    one.open(form)
    one.control("summary").fill("saved. ")
    one.sees_saved()
    cut_off(one)
    one.put_caret("summary", 7)
    one.type("and this, too.")
    one.sees_state(NOT_KEPT)
    one.screenshot("not-kept")
    one.press("Control+s")
    expect(one.page.locator(".toast")).to_contain_text("1 edit waits on this page only: this device cannot keep them")
    back_on(one).sees_saved()
    assert saved(one, form)["summary"] == "saved. and this, too."


def test_storage_that_is_full(person: People, form: str) -> None:
    alice = person("alice")
    make_room = fill_up(alice)
    works(alice, form)
    make_room()
    cut_off(alice)
    alice.control("staff").fill("7")
    alice.sees_state(WAITS)
    assert len(entries(alice)) == 1
    back_on(alice).sees_saved()


@pytest.mark.parametrize("trouble", [FORBIDDEN, SILENT, WITHOUT_LOCKS])
def test_storage_that_is_forbidden_or_says_nothing(person: People, form: str, trouble: str) -> None:
    alice = person("alice")
    alice.page.add_init_script(trouble)
    works(alice, form)


def test_what_was_typed_offline_survives_a_reload_where_there_are_no_locks(person: People, form: str) -> None:
    """On an intranet without https, where browsers give pages no locks."""
    alice = person("alice")
    alice.page.add_init_script(WITHOUT_LOCKS)
    cut_off(alice.open(form))
    alice.put_caret("summary", 0)
    alice.type("still there")
    alice.page.on("dialog", lambda dialog: dialog.accept())
    alice.cable.mend()
    alice.page.reload()
    alice.sees_open_form()
    expect(alice.control("summary")).to_have_value("still there")
    assert saved(alice, form)["summary"] == "still there"


def test_storage_that_is_cleared_under_the_page(person: People, form: str) -> None:
    alice = person("alice")
    cut_off(alice.open(form))
    alice.put_caret("summary", 0)
    alice.type("a")
    is_kept(alice, "a")
    cdp = alice.context.new_cdp_session(alice.page)
    cdp.send("Storage.clearDataForOrigin", {"origin": alice.cable.url, "storageTypes": "indexeddb"})
    alice.type("nd on")
    alice.sees_state(CUT_OFF)
    is_kept(alice, "and on")
    back_on(alice).sees_saved()
    assert entries(alice) == []
