"""Redis that is restarted, paused, emptied, hung up, or that loses messages: it is a hint, and nobody needs it. D1.

While it is away people on one process go on live, and those on another follow within 2 s; nothing is lost.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import median

import pytest

from tests.faults.crowd import Crowd
from tests.faults.layer import lose, lost
from tests.faults.rounds import FULL, done, rounds
from tests.faults.site import Site
from tests.services import valkey_answers
from tests.sessions.browser import Browser

LIVE_SECONDS = 0.1 if FULL else 0.4  # who hears of it by looking, once a second, needs half a second
FOLLOW_SECONDS = 2.0 if FULL else 5.0  # D1; in `make test` other tests have the processors as well

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


def longest(lags: Sequence[float]) -> float:
    return round(max(lags, default=0.0), 3)


@asynccontextmanager
async def followed(crowd: Crowd, fault: str) -> AsyncIterator[None]:
    """Here people of both processes see what the others type in time; what is said of it is printed."""
    await crowd.go_home()
    crowd.history.measure()
    yield
    lags = crowd.history.lags
    done(f"{fault} followed", same=longest(lags.same), other=longest(lags.other), seen=len(lags.other))
    assert len(lags.other) > 0, "nobody of another process saw anything"
    assert max(lags.same + lags.other) <= FOLLOW_SECONDS
    assert median(lags.same) < LIVE_SECONDS


@pytest.mark.parametrize(("seconds", "full"), [(1.0, 5), (8.0, 5), (60.0, 2)])
async def test_it_is_restarted(site: Site, crowd: Crowd, seconds: float, full: int) -> None:
    fault = f"redis_{seconds:.0f}s"
    for _ in rounds(fault, full, short=int(seconds < 10)):
        started = site.redis("INFO", "server")["run_id"]
        async with followed(crowd, fault):
            await crowd.type_for(0.5)
            site.valkey.process.kill()
            assert site.valkey.process.wait() == -signal.SIGKILL
            assert not valkey_answers(site.valkey)
            await crowd.type_for(seconds)
            said = [(await Browser(web).get("/readyz")).json["status"] for web in site.webs]
            site.valkey.start()
            await crowd.type_for(1.0)
        await site.until_all_answer()
        run_ids = started, site.redis("INFO", "server")["run_id"]
        assert run_ids[0] != run_ids[1]
        await crowd.recover(fault, run_ids=run_ids, readyz=said)
        assert said == ["degraded"] * len(site.webs)


async def test_it_is_paused(site: Site, crowd: Crowd) -> None:
    for _ in rounds("redis_paused", 5):
        async with followed(crowd, "redis_paused"):
            await crowd.type_for(0.5)
            site.valkey.process.send_signal(signal.SIGSTOP)
            status = f"/proc/{site.valkey.process.pid}/status"
            await crowd.type_for(4.0)
            with open(status, encoding="ascii") as file:  # noqa: ASYNC230
                state = next(line.split()[1] for line in file if line.startswith("State"))
            site.valkey.process.send_signal(signal.SIGCONT)
            await crowd.type_for(1.0)
        assert state == "T"
        await crowd.recover("redis_paused", state=state)


async def test_it_is_emptied(site: Site, crowd: Crowd) -> None:
    for _ in rounds("redis_flushed", 5):
        site.redis("SET", "formroom:canary", "1")
        async with followed(crowd, "redis_flushed"):
            await crowd.type_for(0.5)
            site.redis("FLUSHALL")
            await crowd.type_for(1.0)
        left = site.redis("DBSIZE")
        assert left == 0
        await crowd.recover("redis_flushed", left=left)


async def test_it_hangs_up(site: Site, crowd: Crowd) -> None:
    for _ in rounds("redis_clients", 5):
        async with followed(crowd, "redis_clients"):
            await crowd.type_for(0.5)
            killed = site.redis("CLIENT", "KILL", "TYPE", "pubsub") + site.redis("CLIENT", "KILL", "TYPE", "normal")
            await crowd.type_for(2.0)
        assert killed > 0
        await crowd.recover("redis_clients", killed=killed)


@pytest.mark.parametrize("part", [0.01, 0.1, 1.0])
async def test_it_loses_messages(site: Site, crowd: Crowd, chance: random.Random, part: float) -> None:
    fault = f"redis_loses_{part:.0%}".replace("%", "")
    for _ in rounds(fault, 1):
        before, messages = lost(site.folder), time.monotonic()
        lose(site.folder, part)
        try:
            async with followed(crowd, fault):
                await crowd.type_for(30.0 if FULL else 4.0)
                if part < 1:  # a rare loss may need a while
                    await crowd.until(lambda before=before: lost(site.folder) > before, 60, "a message is lost")
            await crowd.recover(fault, lost=lost(site.folder) - before, seconds=time.monotonic() - messages)
            assert lost(site.folder) > before
        finally:
            lose(site.folder, 0)
