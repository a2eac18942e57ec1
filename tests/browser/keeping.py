"""What the tests of the outbox share: tabs that die, what is stored in a browser and in a form, and how often."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from typing import Any

from playwright.sync_api import Error

from tests.browser.person import Person
from tests.browser.stored import stored

FULL = os.environ.get("KEEP") == "full"
CUT_OFF = re.compile("Reconnecting|Offline")


def count(full: int) -> int:
    """So many times in ``make keep``; a tenth of that in ``make test``."""
    return full if FULL else max(1, full // 10)


def crash(one: Person) -> None:
    """The tab dies, with all that is in it."""
    with suppress(Error):
        one.page.goto("chrome://crash")


def is_kept(one: Person, text: str) -> None:
    """Waits until it is in the browser's storage."""
    one.page.wait_for_function(
        """(text) => new Promise((resolve, reject) => {
            const opened = indexedDB.open('formroom');
            // Just cleared, it is the page's to make again: one that is made here would have no store.
            opened.onupgradeneeded = () => opened.transaction.abort();
            opened.onerror = () => (opened.error.name === 'AbortError' ? resolve(false) : reject(opened.error));
            opened.onsuccess = () => {
                const all = opened.result.transaction('outbox').objectStore('outbox').getAll();
                all.onerror = () => reject(all.error);
                all.onsuccess = () => {
                    opened.result.close();
                    resolve(JSON.stringify(all.result).includes(text));
                };
            };
        })""",
        arg=text,
    )


def entries(one: Person) -> list[dict[str, Any]]:
    """What is in the outboxes of this browser."""
    databases = json.loads(stored(one.page))[2]
    found: list[dict[str, Any]] = databases[2] if databases else []
    return found


def saved(one: Person, form: str) -> dict[str, Any]:
    """The form's values, as the server has them."""
    snapshot = one.context.request.get(f"{one.cable.url}/api/forms/{form}/").json()["snapshot"]
    return {field: cell["value"] for field, cell in snapshot["values"].items()}


def cut_off(one: Person) -> Person:
    one.cable.cut()
    one.sees_state(CUT_OFF)
    return one


def back_on(one: Person) -> Person:
    one.cable.mend()
    one.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    return one
