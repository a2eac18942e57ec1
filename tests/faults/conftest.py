"""The site that the faults break, and the crowd that types there."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.crowd import Crowd, crowd_at
from tests.faults.rounds import dice
from tests.faults.site import Site, running_site
from tests.rooms.faults import ON_POSTGRESQL


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the suite on PostgreSQL alone, though they start their own; not beside what measures tenths of a second."""
    for item in items:
        if "tests/faults/" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("sessions"))
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL"))


@pytest.fixture
def chance() -> random.Random:
    return dice()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("faults"), seed=random.randrange(2**32)) as site:
        yield site


@pytest_asyncio.fixture
async def crowd(site: Site, tmp_path: Path, chance: random.Random) -> AsyncIterator[Crowd]:
    await site.until_all_answer()
    async with crowd_at(site, tmp_path, chance) as crowd:
        yield crowd
