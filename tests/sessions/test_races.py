"""Sign-ins that really race, in real processes: exactly one of them is the one. S1, S2, I5.

All that race wait behind the password, and go on together into `login()`.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from channels.db import database_sync_to_async as in_thread
from django.db import connection

from collab.accounts.models import SignIn, User
from tests.rooms.conftest import World
from tests.rooms.faults import postgresql_only
from tests.sessions.browser import DEVICES, Answer, Browser, closing
from tests.sessions.conftest import Pair
from tests.sessions.counts import count, dice
from tests.sessions.gate import shut
from tests.sessions.processes import server

PAGES = ["/api/session/", "/accounts/login/"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


async def raced(pair: Pair, user: User, contestants: list[Browser], chance: random.Random) -> None:
    """All sign in, by one page or the other, and are let into `login()` at once."""
    pages = chance.choices(PAGES, k=len(contestants))
    with shut(pair[0].gates) as gate:
        signing_in = [
            asyncio.create_task(each.sign_in(user, gate=gate, page=page))
            for each, page in zip(contestants, pages, strict=True)
        ]
        await gate.has(len(contestants))
        gate.open()
        for answer in await asyncio.gather(*signing_in):
            assert_in_or_told_why(answer)


def assert_in_or_told_why(answer: Answer) -> None:
    """Who has lost already is told so: by the API, or by the page that they are led back to."""
    if answer.status == 302:
        assert answer.headers["location"] in ("/", "/accounts/login/")
    elif answer.status != 200:
        assert_told_why(answer)


def contestants_for(pair: Pair, number: int, chance: random.Random) -> list[Browser]:
    """On as many devices as may be, at both servers."""
    devices = chance.sample(DEVICES, number)
    servers = [pair[index % 2] for index in range(number)]
    chance.shuffle(servers)
    return [Browser(site, device=device) for site, device in zip(servers, devices, strict=True)]


def live_of(user: User) -> list[SignIn]:
    return list(SignIn.objects.filter(user=user, ended_at=None))


async def assert_one_is_signed_in(world: World, user: User, contestants: list[Browser]) -> Browser:
    """One row, one cookie, over HTTP and on the sockets of both kinds; the others are told why. The one it is."""
    live = [sign_in.device for sign_in in await in_thread(live_of)(user)]
    assert len(live) == 1
    answers = await asyncio.gather(*(each.get("/api/forms/") for each in contestants))
    winners = [each for each, answer in zip(contestants, answers, strict=True) if answer.status == 200]
    assert [winner.device for winner in winners] == live
    for answer in answers:
        if answer.status != 200:
            assert_told_why(answer)
    losers = [each for each in contestants if each is not winners[0]]
    await asyncio.gather(in_the_room(world, winners[0]), *(shut_out(world, loser) for loser in losers))
    assert (await winners[0].get("/api/forms/")).status == 200
    return winners[0]


def assert_told_why(answer: Answer) -> None:
    assert answer.status == 401
    assert answer.json["code"] == "signed_in_elsewhere"
    assert answer.json["device"] in DEVICES
    assert answer.json["at"]


async def in_the_room(world: World, browser: Browser) -> None:
    async with browser.room(world.form), browser.watch():
        pass


async def shut_out(world: World, browser: Browser) -> None:
    for path in (f"/ws/forms/{world.form.pk}/", "/ws/session/"):
        async with browser.socket(path) as visitor:
            told = await closing(visitor)
        assert (told["code"], told["why"]) == (4409, "replaced")
        assert told["device"] in DEVICES
        assert told["at"]


async def race(pair: Pair, world: World, number: int, chance: random.Random) -> None:
    user = world.people[chance.choice(["alice", "bob", "carol"])]
    contestants = contestants_for(pair, number, chance)
    async with AsyncExitStack() as stack:
        before = [await Browser(chance.choice(pair)).signed_in(user)] if chance.random() < 0.5 else []
        tabs = [
            await stack.enter_async_context(tab) for each in before for tab in (each.room(world.form), each.watch())
        ]
        await raced(pair, user, contestants, chance)
        told = await asyncio.gather(*(closing(tab) for tab in tabs))
        assert [(each["code"], each["why"]) for each in told] == [(4409, "replaced")] * len(tabs)
    await assert_one_is_signed_in(world, user, [*contestants, *before])


async def races(pair: Pair, world: World, number: int, times: int, chance: random.Random) -> None:
    for _ in range(times):
        await race(pair, world, number, chance)


@pytest.mark.parametrize(("number", "times"), [(2, count(1_000, on_sqlite=10)), (8, count(300, on_sqlite=3))])
async def test_s1_of_several_sign_ins_at_once_exactly_one_lives(
    pair: Pair, world: World, number: int, times: int
) -> None:
    await races(pair, world, number, times, dice())


# --- planted ---------------------------------------------------------------------------------------------


@postgresql_only
@pytest.mark.parametrize("constraint", [True, False], ids=["and the constraint", "and without the constraint"])
async def test_the_races_find_a_missing_lock(folder: Path, world: World, constraint: bool) -> None:
    """With the lock taken out of `begin`, two of a race are signed in; or one fails, where the constraint is left."""
    if not constraint:
        await in_thread(execute)("DROP INDEX sign_in_one_live")
    try:
        with server(folder, planted="no_lock") as one, server(folder, planted="no_lock") as other:
            chance = dice()
            with pytest.raises(AssertionError) as caught:
                await races((one, other), world, 2, 20, chance)
            print(f"{caught.type.__name__}: {str(caught.value)[:300]}")
            assert ("IntegrityError" in one.errors() + other.errors()) is constraint
    finally:
        if not constraint:
            await in_thread(execute)(ONE_LIVE_AGAIN)


ONE_LIVE_AGAIN = """
    TRUNCATE accounts_signin;
    CREATE UNIQUE INDEX sign_in_one_live ON accounts_signin (user_id) WHERE ended_at IS NULL AND NOT several
"""


def execute(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)
