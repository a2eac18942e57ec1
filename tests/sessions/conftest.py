"""People with a password, a form of theirs, and servers in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password

from collab.accounts.models import User
from tests.rooms.conftest import World
from tests.rooms.faults import ON_POSTGRESQL
from tests.sessions.browser import PASSWORD
from tests.sessions.processes import Server, server

Pair = tuple[Server, Server]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One after the other: what is measured in tenths of a second is not measured beside its neighbours."""
    for item in items:
        if "tests/sessions/" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("sessions"))


@pytest.fixture
def world(transactional_db: None) -> World:
    world = World()
    User.objects.update(password=make_password(PASSWORD))
    for person in world.people.values():
        person.refresh_from_db()
    return world


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sessions")


@pytest.fixture(scope="session")
def running_pair(folder: Path, django_db_setup: None) -> Iterator[Pair]:
    """Two servers; on SQLite, where no channel layer reaches another process, one in both roles."""
    with ExitStack() as stack:
        servers = [stack.enter_context(server(folder)) for _ in range(2 if ON_POSTGRESQL else 1)]
        yield servers[0], servers[-1]


@pytest.fixture
def pair(running_pair: Pair, world: World) -> Iterator[Pair]:
    """The two servers, which complain of nothing."""
    yield running_pair
    for each in running_pair:
        each.assert_content()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Undone at the end of the test: servers of its own, which take their time."""
    with ExitStack() as stack:
        yield stack
