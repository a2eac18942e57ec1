"""Web processes that are killed, all at once or one after the other, and that are told to end. I1 to I5, I8."""

from __future__ import annotations

import random
import signal

import pytest

from tests.faults.crowd import Crowd
from tests.faults.rounds import FULL, rounds
from tests.faults.site import Site, until
from tests.faults.web import Web

BACK_SECONDS = 5.0  # who was at a process that ends is at another one by then

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


async def kill(web: Web) -> tuple[int, int]:
    """Kills a process and starts it anew: the process ids."""
    old = web.process.pid
    assert web.kill() == -signal.SIGKILL
    web.start()
    return old, web.process.pid


async def test_a_process_is_killed(site: Site, crowd: Crowd, chance: random.Random) -> None:
    for _ in rounds("kill_one", 50):
        await crowd.go_home()
        await crowd.type_for(chance.uniform(0.5, 1.5))
        web = chance.choice(site.webs)
        pids = await kill(web)
        await crowd.type_for(chance.uniform(0.5, 1.5))
        await until(web.answers)
        await crowd.recover("kill_one", pids=pids)


async def test_all_processes_are_killed(site: Site, crowd: Crowd, chance: random.Random) -> None:
    for _ in rounds("kill_all", 5):
        await crowd.go_home()
        await crowd.type_for(chance.uniform(0.5, 1.5))
        pids = [await kill(web) for web in site.webs]
        await crowd.type_for(chance.uniform(0.5, 1.5))
        await site.until_all_answer()
        await crowd.recover("kill_all", pids=pids)


async def test_processes_are_restarted_one_after_the_other(site: Site, crowd: Crowd, chance: random.Random) -> None:
    for _ in rounds("rolling", 5):
        await crowd.go_home()
        await crowd.type_for(chance.uniform(0.5, 1.5))
        pids, ends = [], []
        for web in site.webs:
            pids.append(web.process.pid)
            web.process.terminate()
            await until(lambda web=web: web.process.poll() is not None)  # type: ignore[misc]
            ends.append(web.process.returncode)
            web.start()
            await until(web.answers)
        await crowd.recover("rolling", pids=pids, ended_with=ends)
        assert ends == [0, 0]
        assert crowd.history.counts["closing"] > 0
        assert max(bot.longest_offline for bot in crowd.bots) < BACK_SECONDS or not FULL
