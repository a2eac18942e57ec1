"""Networks that cut, double, delay and hang. C3, I2, I3."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.crowd import FORMS, Crowd, crowd_at
from tests.faults.network import Network, line_to
from tests.faults.others import signed_in
from tests.faults.rounds import FULL, rounds
from tests.faults.site import Site

CUT_WITHIN = 12_000  # bytes: about what a bot says and hears in some seconds, its handshake included
HALF_OPEN_SECONDS = 45.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


@asynccontextmanager
async def crowd_over(network: Network, site: Site, folder: Path, chance: random.Random) -> AsyncIterator[Crowd]:
    """A crowd that reaches both processes over this network."""
    await site.until_all_answer()
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(line_to(network, web)) for web in site.webs]
        yield await stack.enter_async_context(crowd_at(site, folder, chance, doors=lines))


async def test_sockets_are_cut_at_any_byte(site: Site, tmp_path: Path, chance: random.Random) -> None:
    network = Network(chance)
    async with crowd_over(network, site, tmp_path, chance) as crowd:
        per_round = 50
        for _ in rounds("cuts", 1_000 // per_round, short=1):
            await crowd.go_home()
            before, network.cut_within = network.cuts, CUT_WITHIN
            for bot in crowd.bots:
                bot.hang_up()
            await crowd.until(lambda before=before: network.cuts >= before + per_round, 120, "sockets are cut")
            network.cut_within = 0
            for bot in crowd.bots:  # those that would be cut at some later byte
                bot.hang_up()
            await crowd.recover("cuts", cuts=network.cuts - before)


async def test_frames_are_doubled_and_delayed(site: Site, tmp_path: Path, chance: random.Random) -> None:
    network = Network(chance, double=0.5, delay=0.3)
    async with crowd_over(network, site, tmp_path, chance) as crowd:
        for _ in rounds("doubled", 5):
            before = network.doubled, network.delayed
            await crowd.type_for(10.0 if FULL else 4.0)
            await crowd.recover("doubled", doubled=network.doubled - before[0], delayed=network.delayed - before[1])
            assert network.doubled > before[0]


async def test_half_open_sockets_are_closed(site: Site, tmp_path: Path, chance: random.Random) -> None:
    """The network of one half of the people hangs: the server lets them go, the other half goes on."""
    for _ in rounds("half_open", 2, short=0):  # 40 s; tests/rooms/test_slow.py has a quicker ping
        network = Network(chance)
        async with AsyncExitStack() as stack:
            crowd = await stack.enter_async_context(crowd_at(site, tmp_path, chance))
            line = await stack.enter_async_context(line_to(network, site.webs[0]))
            browser = await signed_in(site, site.people[-1])
            visitors = [
                await stack.enter_async_context(browser.at(line).socket(f"/ws/forms/{form}/", ping_interval=None))
                for form in crowd.forms
            ]
            for visitor in visitors:
                await visitor.join()
            network.hung, began = True, time.monotonic()
            ended = network.ended_by_server
            await crowd.until(lambda ended=ended: len(ended) == FORMS, HALF_OPEN_SECONDS, "they are closed")
            took = [round(at - began, 1) for at in ended]
            await crowd.recover("half_open", closed_after=[min(took), max(took)])
