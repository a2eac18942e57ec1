"""All that a browser keeps for the site, as one text: to be searched for what must not be there."""

from __future__ import annotations

import time

from playwright.sync_api import Page

STORED = """async () => {
    const asked = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const databases = [];
    for (const { name } of await indexedDB.databases()) {
        const database = await asked(indexedDB.open(name));
        for (const store of database.objectStoreNames) {
            databases.push(name, store, await asked(database.transaction(store).objectStore(store).getAll()));
        }
        database.close();
    }
    return JSON.stringify([
        Object.entries(sessionStorage), Object.entries(localStorage), databases, await caches.keys(), document.cookie,
    ]);
}"""
PATIENCE = 5.0


def stored(page: Page) -> str:
    found: str = page.evaluate(STORED)
    return found


def keeps_nothing_of(page: Page, *traces: str) -> None:
    """What somebody else has kept is taken out as a page is loaded: a moment later none of it is there."""
    deadline = time.monotonic() + PATIENCE
    while any(trace in (found := stored(page)) for trace in traces):
        assert time.monotonic() < deadline, found
        page.wait_for_timeout(20)
