"""Real browsers at a real server. Every test gets a form of its own; nobody shares a browser context."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.cable import Cable
from tests.browser.person import PASSWORD, Person
from tests.browser.server import run_beside, running_server
from tests.chromium import ADVICE, find_chromium

expect.set_options(timeout=10_000)

People = Callable[..., Person]
NEWCOMERS_MADE = 200
NEWCOMERS = f"""
from django.contrib.auth.hashers import make_password
from collab.accounts.models import Membership, Team, User
team, password = Team.objects.get(slug="plant-north"), make_password("{PASSWORD}")
names = [f"newcomer{{number}}" for number in range(1, {NEWCOMERS_MADE} + 1)]
people = User.objects.bulk_create(
    User(username=name, display_name=name.capitalize(), email=name + "@example.org", password=password)
    for name in names
)
Membership.objects.bulk_create(Membership(team=team, user=user, role="editor") for user in people)
"""
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
    with running_server(server_folder) as server:
        yield server.port


@pytest.fixture
def beside(server_folder: Path, server_port: int) -> Callable[[str], None]:
    """``beside(code)`` runs Python on the server's database, in another process."""
    return lambda code: run_beside(server_folder, code)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of one."""
    path = find_chromium()
    if path is None:
        pytest.fail(ADVICE, pytrace=False)
    return path


@pytest.fixture(scope="session")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def sign_ins() -> dict[str, Any]:
    """The cookies of who has signed in, so that each signs in once."""
    return {}


@pytest.fixture
def visit(browser: Browser, server_port: int) -> Iterator[People]:
    """``visit("alice")``: at a browser of her own, with a cable of her own, where nobody is signed in yet.

    Options are the browser context's; ``port`` is that of another server than the one all tests share; with ``clock``
    a test can let hours pass on the pages.
    """
    here: list[Person] = []

    def come(
        name: str, *, port: int = server_port, at: Browser = browser, clock: bool = False, **options: Any
    ) -> Person:
        context = at.new_context(**options)
        if clock:
            context.clock.install()
        someone = Person(name, context, Cable(port))
        here.append(someone)
        return someone

    yield come
    for someone in here:
        someone.context.close()
        someone.cable.cut()
    errors = {someone.name: someone.errors for someone in here if someone.errors}
    assert not errors, f"errors on the page: {errors}"


@pytest.fixture
def person(visit: People, sign_ins: dict[str, Any]) -> People:
    """``person("alice")``: signed in, in every test with the same sign-in, as often as there are several of her."""

    def come(name: str, **options: Any) -> Person:
        someone = visit(name, storage_state=sign_ins.get(name), **options)
        if name not in sign_ins:
            someone.sign_in()
            sign_ins[name] = someone.context.storage_state()
        return someone

    return come


@pytest.fixture
def device(visit: People) -> People:
    """``device(newcomer, user_agent=FIREFOX)``: signs in there anew, which ends the sign-in that the account had."""

    def come(name: str, **options: Any) -> Person:
        someone = visit(name, **options)
        someone.sign_in()
        return someone

    return come


@pytest.fixture(scope="session")
def newcomers(server_folder: Path, server_port: int) -> Iterator[str]:
    run_beside(server_folder, NEWCOMERS)
    return (f"newcomer{number}" for number in range(1, NEWCOMERS_MADE + 1))


@pytest.fixture
def newcomer(newcomers: Iterator[str]) -> str:
    """The user name of an editor who was never signed in: for a test that signs people in and out."""
    return next(newcomers)


@pytest.fixture
def another(newcomers: Iterator[str]) -> str:
    """And of one more."""
    return next(newcomers)


@pytest.fixture
def form(person: People) -> str:
    """A new, empty logbook."""
    return person("carol").make_form(next(_titles))
