"""The suite finds what is planted in the web processes: each bug takes away what holds one promise."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.crowd import Crowd, crowd_at
from tests.faults.layer import lose
from tests.faults.network import Network, line_to
from tests.faults.site import Site, until
from tests.faults.test_database import slow_commits
from tests.faults.web import PLANTED

CUT_WITHIN = 6_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

Story = Callable[[Site, Crowd, Network], Coroutine[Any, Any, None]]


async def with_cut_sockets(site: Site, crowd: Crowd, network: Network) -> None:
    network.cut_within = CUT_WITHIN
    for bot in crowd.bots:
        bot.hang_up()
    await crowd.until(lambda: crowd.history.counts["sent again"] > 60, 60, "submits are sent again")
    network.cut_within = 0
    for bot in crowd.bots:
        bot.hang_up()


async def with_failed_commits(site: Site, crowd: Crowd, network: Network) -> None:
    """Backends end in the middle of a COMMIT that takes its time."""
    with slow_commits(site, 400):
        for _ in range(3):
            await crowd.type_for(0.7)
            await until(lambda: site.sql(_HANG_UP) > 0, step=0.01)


_HANG_UP = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND wait_event = 'PgSleep'"
)


async def with_lost_messages(site: Site, crowd: Crowd, network: Network) -> None:
    lose(site.folder, 1.0)
    await crowd.type_for(4.0)


async def with_many_sign_ins(site: Site, crowd: Crowd, network: Network) -> None:
    """And nobody hears of them, but by looking."""
    lose(site.folder, 1.0)
    crowd.sign_in_seconds = 0.3
    await crowd.type_for(8.0)


@asynccontextmanager
async def planted(site: Site, bug: str) -> AsyncIterator[None]:
    """The web processes have this bug; afterwards they are new ones that have none."""
    try:
        await restart(site, bug)
        yield
    finally:
        lose(site.folder, 0)
        await restart(site, "")


async def restart(site: Site, bug: str) -> None:
    for web in site.webs:
        web.kill()
        web.environment[PLANTED] = bug
        web.start()
    await site.until_all_answer()


@pytest.mark.parametrize(
    ("bug", "story", "found"),
    [
        ("no_dedupe", with_cut_sockets, "is acknowledged|was answered|had . rejected|is not sound"),
        ("publish_before_commit", with_failed_commits, "was shown as|and joined at"),
        ("no_gap_repair", with_lost_messages, "every replica is at its form's version"),
        ("no_fence", with_many_sign_ins, "after its sign-in was replaced"),
    ],
)
async def test_a_planted_bug_is_found(
    site: Site, tmp_path: Path, chance: random.Random, bug: str, story: Story, found: str
) -> None:
    async with planted(site, bug), AsyncExitStack() as stack:
        network = Network(chance)
        lines = [await stack.enter_async_context(line_to(network, web)) for web in site.webs]
        crowd = await stack.enter_async_context(crowd_at(site, tmp_path, chance, doors=lines))
        await asyncio.sleep(0.5)
        with pytest.raises(AssertionError, match=found) as caught:  # noqa: PT012
            await story(site, crowd, network)
            await crowd.recover(bug)
        print(f"{bug}: {str(caught.value)[:300]}")
