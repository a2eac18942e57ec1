"""Sign-ins that race all that ends one, in the same browsers and in others: no deadlock, and nothing in between. I5.

A storm is told by its seed. Whoever was there before: afterwards a person has one live sign-in or none, exactly the
browser that made it works, and nobody's answer was a failure.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest
from channels.db import database_sync_to_async as in_thread
from django.contrib.auth.hashers import make_password
from django.db import connection

from collab.accounts import sign_ins
from collab.accounts.models import End, SignIn, User
from tests.rooms.conftest import World
from tests.rooms.faults import ON_POSTGRESQL
from tests.sessions.browser import DEVICES, PASSWORD, Answer, Browser
from tests.sessions.conftest import Pair
from tests.sessions.counts import count, dice
from tests.sessions.gate import Gate, shut

STORMS = count(1_000, on_sqlite=10)
ANOTHER = "another horse"
FINE = {200, 204, 302, 400, 401}
"""Done, sent to the sign-in page, a password that is not right any more, signed out meanwhile."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does in a browser. At the gate are those who have to show a password."""

    name: str
    do: Callable[[Browser, Gate], Coroutine[Any, Any, Answer | None]]
    at_the_gate: Callable[[bool], bool] = lambda signed_in: False


def signs_in(person: User) -> Act:
    return Act(f"{person} signs in", lambda browser, gate: browser.sign_in(person, gate=gate), lambda signed_in: True)


def changes_the_password() -> Act:
    fields = {"old_password": PASSWORD, "new_password1": ANOTHER, "new_password2": ANOTHER}
    return Act(
        "changes the password",
        lambda browser, gate: browser.post("/accounts/password_change/", fields, gate=gate),
        lambda signed_in: signed_in,
    )


def posts(name: str, path: str) -> Act:
    return Act(name, lambda browser, gate: browser.post(path))


def is_signed_out_by_an_administrator(person: User) -> Act:
    async def end(browser: Browser, gate: Gate) -> None:
        await in_thread(sign_ins.end)([person.pk], End.BY_ADMIN)

    return Act(f"{person} is signed out", end)


class Storm:
    """A few browsers, who is signed in there, and what happens in all of them at once."""

    def __init__(self, pair: Pair, people: tuple[User, User], chance: random.Random) -> None:
        self._people = people
        self._chance = chance
        self._gates = pair[0].gates
        number = chance.randint(2, 4)
        self._browsers = [Browser(chance.choice(pair), device=device) for device in chance.sample(DEVICES, number)]
        weighted = {
            signs_in(people[0]): 8,
            signs_in(people[1]): 8,
            posts("signs out", "/accounts/logout/"): 2,
            posts("signs out everywhere", "/accounts/devices/sign-out/"): 1,
            changes_the_password(): 2,
            is_signed_out_by_an_administrator(people[0]): 1,
        }
        self._acts = chance.choices(list(weighted), list(weighted.values()), k=number)
        self._before: dict[User, Browser] = {}

    def __str__(self) -> str:
        before = {browser: person for person, browser in self._before.items()}
        told = zip(self._browsers, self._acts, strict=True)
        return "; ".join(f"{browser.device} ({before.get(browser, 'nobody')}): {act.name}" for browser, act in told)

    async def gather(self) -> None:
        """People sign in, one after the other."""
        for browser in self._browsers:
            if self._chance.random() < 0.8:
                person = self._chance.choice(self._people)
                self._before[person] = await browser.signed_in(person)

    async def rage(self) -> list[Answer]:
        """All act at once."""
        acts = list(zip(self._browsers, self._acts, strict=True))
        with shut(self._gates) as gate:
            gated = [(browser, act) for browser, act in acts if act.at_the_gate(browser in self._before.values())]
            waiting = [asyncio.create_task(act.do(browser, gate)) for browser, act in gated]
            await gate.has(len(gated))
            others = [asyncio.create_task(self._soon(each, gate)) for each in acts if each not in gated]
            await asyncio.sleep(0)
            gate.open()
            return [answer for answer in await asyncio.gather(*waiting, *others) if answer is not None]

    async def _soon(self, what: tuple[Browser, Act], gate: Gate) -> Answer | None:
        """At some moment of the few milliseconds that the others take."""
        await asyncio.sleep(self._chance.random() * 0.01)
        browser, act = what
        return await act.do(browser, gate)

    async def settle(self) -> None:
        for person in self._people:
            live = await in_thread(live_devices)(person)
            assert len(live) <= 1, str(self)
            here = [browser.device for browser in self._browsers if await is_here(browser, person)]
            assert here == live, str(self)


async def is_here(browser: Browser, person: User) -> bool:
    answer = await browser.get("/api/session/")
    user = answer.json["user"]
    return user is not None and user["username"] == person.username


def live_devices(person: User) -> list[str]:
    return [sign_in.device for sign_in in SignIn.objects.filter(user=person, ended_at=None)]


def deadlocks() -> int:
    if not ON_POSTGRESQL:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def as_it_was() -> None:
    """Everybody has the old password, and nobody is signed in."""
    User.objects.update(password=make_password(PASSWORD))
    sign_ins.end(User.objects.values_list("pk", flat=True), End.EVERYWHERE)


async def test_i5_storms_of_sign_ins_and_their_ends(pair: Pair, world: World) -> None:
    chance = dice()
    people = world.people["alice"], world.people["bob"]
    before = await in_thread(deadlocks)()
    for _ in range(STORMS):
        storm = Storm(pair, people, chance)
        await storm.gather()
        answers = await storm.rage()
        assert {answer.status for answer in answers} <= FINE, (str(storm), answers)
        await storm.settle()
        await in_thread(as_it_was)()
    assert await in_thread(deadlocks)() == before
