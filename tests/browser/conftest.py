"""Real browsers at a real server. Every test gets a form of its own; nobody shares a browser context."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.cable import Cable
from tests.browser.person import Person
from tests.browser.server import run_beside, running_server
from tests.chromium import ADVICE, find_chromium

expect.set_options(timeout=10_000)

People = Callable[..., Person]
_titles = (f"Form {number}" for number in itertools.count(1))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("formroom")


@pytest.fixture(scope="session")
def server_port(server_folder: Path) -> Iterator[int]:
    with running_server(server_folder) as port:
        yield port


@pytest.fixture
def beside(server_folder: Path, server_port: int) -> Callable[[str], None]:
    """``beside(code)`` runs Python on the server's database, in another process."""
    return lambda code: run_beside(server_folder, code)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.fail(ADVICE, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sign_ins() -> dict[str, Any]:
    """The cookies of who has signed in, so that each signs in once."""
    return {}


@pytest.fixture
def person(browser: Browser, server_port: int, sign_ins: dict[str, Any]) -> Iterator[People]:
    """``person("alice")``: at a browser of her own, with a cable of her own. Options are the browser context's."""
    here: list[Person] = []

    def come(name: str, **options: Any) -> Person:
        cable = Cable(server_port)
        context = browser.new_context(storage_state=sign_ins.get(name), **options)
        someone = Person(name, context, cable)
        here.append(someone)
        if name not in sign_ins:
            someone.sign_in()
            sign_ins[name] = context.storage_state()
        return someone

    yield come
    for someone in here:
        someone.context.close()
        someone.cable.cut()
    errors = {someone.name: someone.errors for someone in here if someone.errors}
    assert not errors, f"errors on the page: {errors}"


@pytest.fixture
def form(person: People) -> str:
    """A new, empty logbook."""
    return person("carol").make_form(next(_titles))
