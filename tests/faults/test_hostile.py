"""Clients that mean harm or read nothing: the process lives, in bounded memory, and delays nobody. T5, D2, I9."""

from __future__ import annotations

import asyncio
import random
import socket
from contextlib import AsyncExitStack
from typing import Any

import psutil
import pytest

from tests.faults import attack
from tests.faults.crowd import Crowd
from tests.faults.others import pair_on, percentile, signed_in
from tests.faults.rounds import FULL, count, rounds
from tests.faults.site import Site

GROWTH = 64 * 2**20
BIG = 8_000
NOISE = 0.02  # seconds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


def memory_of(site: Site) -> int:
    return int(psutil.Process(site.webs[0].process.pid).memory_info().rss)


async def test_hostile_frames_harm_nobody(site: Site, crowd: Crowd, chance: random.Random) -> None:
    for _ in rounds("hostile", 1):
        await crowd.go_home()
        crowd.history.measure()
        await crowd.type_for(20.0 if FULL else 4.0)
        before, memory = percentile(crowd.history.answer_times, 0.95), memory_of(site)
        crowd.history.measure()
        told = await attacked(site, crowd, chance, frames=count("hostile_frames", 100_000, short=3_000))
        beside, grown = percentile(crowd.history.answer_times, 0.95), memory_of(site) - memory
        await crowd.recover("hostile", p95_before=before, p95_beside=beside, grown=grown, **told)
        assert {code for _, code in told["too_large"]} == {1009}
        assert grown < GROWTH
        assert beside < 2 * before + NOISE or not FULL  # in `make test` other tests have the processors as well


async def attacked(site: Site, crowd: Crowd, chance: random.Random, *, frames: int) -> dict[str, Any]:
    """An editor attacks a form of their own, a viewer everybody's; the process lives to the end."""
    [own] = await site.ask("forms", count=1)
    editor, viewer = await signed_in(site, site.people[-1]), await signed_in(site, "dora")
    who = [[f"sessionid={editor.cookies['sessionid']}", own]]
    who += [[f"sessionid={viewer.cookies['sessionid']}", form] for form in crowd.forms]
    seed, pid = chance.randrange(2**32), site.webs[0].process.pid
    plan = {"port": site.webs[0].port, "who": who, "seed": seed, "frames": frames, "oversized": 5 if FULL else 1}
    told = await asyncio.to_thread(attack.run, plan)
    assert site.webs[0].process.poll() is None
    assert site.webs[0].process.pid == pid
    assert (await site.ask("state", form=own))["unsound"] == ""
    assert "Exception in ASGI application" not in site.webs[0].said()
    return told


async def test_who_stops_reading_costs_nothing(site: Site, crowd: Crowd) -> None:
    """Readers whose kernels take 4 KiB join a form on which somebody writes big texts, and read no more."""
    for _ in rounds("stalled", 1):
        await crowd.go_home()
        [form] = await site.ask("forms", count=1)
        browser = await signed_in(site, site.people[-1])
        async with AsyncExitStack() as stack:
            pair = await stack.enter_async_context(pair_on(browser, form))
            before = await pair.write(turns=60, size=BIG)
            for _number in range(10):
                slow = await stack.enter_async_context(
                    browser.socket(
                        f"/ws/forms/{form}/",
                        sock=small_socket(site.webs[0].port),
                        max_queue=1,
                        ping_interval=None,
                    )
                )
                await slow.join(since=pair.version, want="tail")
            await pair.write(turns=60, size=BIG)  # they are full now
            memory = memory_of(site)
            beside = await pair.write(turns=600 if FULL else 100, size=BIG)
            grown = memory_of(site) - memory
        await crowd.recover("stalled", p95_before=before, p95_beside=beside, grown=grown)
        assert grown < GROWTH
        assert beside < 2 * before + NOISE or not FULL  # in `make test` other tests have the processors as well


def small_socket(port: int) -> socket.socket:
    """A connection whose kernel takes next to nothing when nobody reads."""
    connected = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connected.connect(("127.0.0.1", port))
    connected.setblocking(False)
    return connected
