"""An older device that writes without pause while a newer one signs in. S1, I5.

PostgreSQL itself says in which order they were committed: no op of the older one after the sign-in that replaced it,
and every op that was acknowledged to it is stored.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from channels.db import database_sync_to_async as in_thread
from django.db import connection
from websockets.exceptions import ConnectionClosed

from collab.accounts.models import User
from collab.rooms.models import Form
from tests.rooms.conftest import World
from tests.rooms.faults import ON_POSTGRESQL, postgresql_only
from tests.rooms.live import Visitor
from tests.rooms.test_commit import set_
from tests.sessions.browser import Browser
from tests.sessions.conftest import Pair
from tests.sessions.counts import count, dice
from tests.sessions.processes import server

TIMES = count(1_000, on_sqlite=10)
ROUNDS_A_FORM = 50
IN_FLIGHT = 16

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


@dataclass(slots=True)
class Tab:
    """A tab of the older device, which writes on and on."""

    client_id: str
    acknowledged: set[int] = field(default_factory=set)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_send: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(IN_FLIGHT))

    def heard(self, seq: int, rejected: object) -> None:
        assert rejected == []
        self.acknowledged.add(seq)
        self.begun.set()
        self.may_send.release()


@asynccontextmanager
async def on_the_socket(browser: Browser, form: Form) -> AsyncIterator[tuple[Tab, asyncio.Task[None]]]:
    """Submits without waiting for the answers: always a few are under way."""
    async with browser.room(form) as visitor:
        tab = Tab(visitor.client_id)
        sending = asyncio.create_task(_send_on(visitor, tab))
        yield tab, asyncio.create_task(_hear_the_end(visitor, tab))
        sending.cancel()


async def _send_on(visitor: Visitor, tab: Tab) -> None:
    with suppress(ConnectionClosed):
        while True:
            await tab.may_send.acquire()
            await visitor.submit(set_("count", visitor._seq))


async def _hear_the_end(visitor: Visitor, tab: Tab) -> None:
    while (frame := await visitor.next("acked", "closing"))["type"] == "acked":
        tab.heard(frame["seq"], frame["rejected"])
    assert (frame["code"], frame["why"]) == (4409, "replaced")
    assert [told["type"] for told in (await visitor.closed())[1]][-1] == "closing"
    assert visitor.connection.close_code == 4409


@asynccontextmanager
async def over_http(browser: Browser, form: Form) -> AsyncIterator[tuple[Tab, asyncio.Task[None]]]:
    """Submits one after the other."""
    tab = Tab(f"script-{random.randrange(10**12):012}")
    yield tab, asyncio.create_task(_post_on(browser, form, tab))


async def _post_on(browser: Browser, form: Form, tab: Tab) -> None:
    version = (await browser.get(f"/api/forms/{form.pk}/")).json["version"]
    seq = 1
    while True:
        body = {"client_id": tab.client_id, "seq": seq, "base": version, "ops": [set_("temperature", seq)]}
        answer = await browser.post(f"/api/forms/{form.pk}/operations/", body)
        if answer.status == 200:
            tab.heard(seq, answer.json["rejected"])
            seq += 1
        elif answer.status != 503:  # somebody holds the sign-in, or the form: the same again
            break
    assert (answer.status, answer.json["code"]) == (401, "signed_in_elsewhere")


async def write_on_while_another_signs_in(pair: Pair, user: User, form: Form, chance: random.Random) -> float:
    """One round. How long the sign-in took."""
    older, newer = await Browser(pair[0]).signed_in(user), Browser(pair[1], device="Chrome on Windows")
    ways = [on_the_socket(older, form), on_the_socket(older.at(pair[1]), form), over_http(older, form)]
    async with AsyncExitStack() as stack:
        # One on the socket, mostly; the two of them write the same cell, so not at once.
        chosen = [chance.choice(ways[:2]), *chance.choices([ways[2:], []], [1, 4])[0]]
        tabs, ends = zip(*[await stack.enter_async_context(way) for way in chosen], strict=True)
        async with asyncio.timeout(10):
            await asyncio.gather(*(tab.begun.wait() for tab in tabs))
        clock = asyncio.get_running_loop().time
        began = clock()
        await newer.signed_in(user)
        took, head = clock() - began, await in_thread(version_of)(form)
        async with asyncio.timeout(5):
            await asyncio.gather(*ends)
    await in_thread(assert_nothing_came_after)(form, user, tabs, head)
    return took


def version_of(form: Form) -> int:
    form.refresh_from_db()
    return form.version


def assert_nothing_came_after(form: Form, user: User, tabs: list[Tab], head: int) -> None:
    for tab in tabs:
        stored = stored_ops(form, tab)
        assert tab.acknowledged <= stored.keys()
        assert max(version for version, _ in stored.values()) <= head
        if ON_POSTGRESQL:
            signed_in = committed_sign_in(user)
            late = {seq: version for seq, (version, committed) in stored.items() if committed > signed_in}
            assert late == {}


def stored_ops(form: Form, tab: Tab) -> dict[int, tuple[int, float]]:
    """By seq: the version, and when its transaction was committed."""
    instant = "extract(epoch FROM pg_xact_commit_timestamp(o.xmin))" if ON_POSTGRESQL else "0"
    sql = (
        f"SELECT o.seq, o.version, {instant} FROM rooms_operation o JOIN rooms_client c ON c.form_id = o.form_id"
        " AND c.n = o.by WHERE o.form_id = %s AND c.client_id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [form.pk if ON_POSTGRESQL else form.pk.hex, tab.client_id])
        return {seq: (version, float(committed)) for seq, version, committed in cursor.fetchall()}


def committed_sign_in(user: User) -> float:
    """When the live one was committed."""
    sql = "SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM accounts_signin WHERE user_id = %s"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} AND ended_at IS NULL", [user.pk])
        return float(cursor.fetchone()[0])


async def rounds(pair: Pair, world: World, times: int, chance: random.Random) -> list[float]:
    took = []
    for number in range(times):
        if number % ROUNDS_A_FORM == 0:
            form = await in_thread(world.new_form)()
        took.append(await write_on_while_another_signs_in(pair, world.people["alice"], form, chance))
    return took


async def test_s1_nothing_of_an_older_device_is_stored_after_the_sign_in(pair: Pair, world: World) -> None:
    took = sorted(await rounds(pair, world, TIMES, dice()))
    print(f"a sign-in over a busy writer: median {took[len(took) // 2]:.3f} s, longest {took[-1]:.3f} s")
    assert took[-1] < 5


@postgresql_only
@pytest.mark.parametrize("planted", ["no_fence", "no_share"])
async def test_writing_on_finds_a_missing_fence(folder: Path, world: World, planted: str) -> None:
    with server(folder, planted=planted) as one, server(folder, planted=planted) as other:
        with pytest.raises(AssertionError) as caught:
            await rounds((one, other), world, 100, dice())
    print(f"{caught.type.__name__}: {str(caught.value)[:300]}")
