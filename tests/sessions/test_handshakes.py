"""Handshakes that race a sign-in: whichever way they fall, no socket of the older device stays. S2.

They come to both servers, for rooms and for the watch, before the sign-in, while it is under way, and after it.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from tests.rooms.conftest import World
from tests.rooms.faults import postgresql_only
from tests.rooms.live import Visitor
from tests.sessions.browser import Browser, closing
from tests.sessions.conftest import Pair
from tests.sessions.counts import count, dice
from tests.sessions.processes import server

HANDSHAKES = count(1_000, on_sqlite=40)
AT_ONCE = 20
BOUND = 5.0
SPREAD = 0.2

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


async def open_and_listen(browser: Browser, world: World, delay: float, chance: random.Random) -> float:
    """A socket of the older device, from handshake to close. When it was over."""
    await asyncio.sleep(delay)
    path = chance.choice([f"/ws/forms/{world.form.pk}/", "/ws/session/"])
    async with browser.socket(path) as visitor:
        if path != "/ws/session/":
            await _try_to_join(visitor)
        told = await closing(visitor)
    assert (told["code"], told["why"], told["device"]) == (4409, "replaced", "Chrome on Windows")
    return asyncio.get_running_loop().time()


async def _try_to_join(visitor: Visitor) -> None:
    try:
        await visitor.send({"type": "join", "client_id": visitor.client_id, "since": None, "want": "snapshot"})
    except ConnectionClosed:
        pass  # it had come too late


async def race(pair: Pair, world: World, chance: random.Random) -> float:
    """How long after the sign-in the last socket of the older device was open."""
    user = world.people["alice"]
    older, newer = Browser(pair[0]), Browser(pair[1], device="Chrome on Windows")
    await older.signed_in(user)
    sockets = [
        asyncio.create_task(open_and_listen(older.at(chance.choice(pair)), world, chance.random() * SPREAD, chance))
        for _ in range(AT_ONCE)
    ]
    await asyncio.sleep(chance.random() * SPREAD)
    await newer.signed_in(user)
    signed_in = asyncio.get_running_loop().time()
    async with asyncio.timeout(BOUND + 1):
        over = await asyncio.gather(*sockets)
    return max(over) - signed_in


async def races(pair: Pair, world: World, chance: random.Random, handshakes: int) -> list[float]:
    return [await race(pair, world, chance) for _ in range(handshakes // AT_ONCE)]


async def test_s2_no_socket_of_the_older_device_is_left(pair: Pair, world: World) -> None:
    took = sorted(await races(pair, world, dice(), HANDSHAKES))
    print(f"the last socket was open: median {took[len(took) // 2]:.3f} s, longest {took[-1]:.3f} s")
    assert took[-1] < BOUND


@postgresql_only
async def test_the_handshakes_find_a_watch_that_forgets(folder: Path, world: World) -> None:
    """A socket of which the database still says that it may come in as the news arrive that it may not."""
    planted = "slow_answers no_memory no_look"
    with server(folder, planted=planted) as one, server(folder, planted=planted) as other:
        with pytest.raises(TimeoutError):
            await races((one, other), world, dice(), 1_000)


@postgresql_only
async def test_s2_nor_where_the_news_overtake_the_database(folder: Path, world: World) -> None:
    """As above, and without a look: what was heard before it came is enough."""
    planted = "slow_answers no_look"
    with server(folder, planted=planted) as one, server(folder, planted=planted) as other:
        await races((one, other), world, dice(), HANDSHAKES)
        one.assert_content()
        other.assert_content()
