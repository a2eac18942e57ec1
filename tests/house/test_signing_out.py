"""Whatever an administrator, or the person on their own page, does to an account: its sockets hear it at once (S2)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async as in_thread
from django.test import Client

from collab.accounts.models import Membership, User
from tests.accounts.test_admin import management
from tests.rooms.conftest import World
from tests.rooms.live import LiveServer, live_server, session_of

pytestmark = pytest.mark.asyncio
AT_ONCE = 1.0
PEOPLE = "/admin/accounts/user/"

Way = Callable[[Client, User], None]


@pytest.fixture
def world(transactional_db: None) -> World:
    return World()


@pytest_asyncio.fixture
async def server(world: World) -> AsyncIterator[LiveServer]:
    async with live_server() as running:
        yield running


def office() -> Client:
    """The administrator's browser."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def choose(client: Client, page: str, action: str, chosen: object) -> None:
    client.post(f"/admin/accounts/{page}/", {"action": action, "_selected_action": [str(chosen)]})


def end_the_sign_in(client: Client, user: User) -> None:
    choose(client, "signin", "sign_out", user.sign_ins.get(ended_at=None).pk)


def end_the_person(client: Client, user: User) -> None:
    choose(client, "user", "sign_out", user.pk)


def anonymise(client: Client, user: User) -> None:
    choose(client, "user", "anonymise", user.pk)


def close_the_account(client: Client, user: User) -> None:
    person = {"username": user.username, "date_joined_0": "2026-11-20", "date_joined_1": "12:00:00"}
    client.post(f"{PEOPLE}{user.pk}/change/", {**person, **management("memberships")})


def set_a_password(client: Client, user: User) -> None:
    given = {"usable_password": "true", "password1": "another 7 words", "password2": "another 7 words"}
    client.post(f"{PEOPLE}{user.pk}/password/", given)


def take_the_password(client: Client, user: User) -> None:
    client.post(f"{PEOPLE}{user.pk}/password/", {"usable_password": "false", "unset-password": "yes"})


def change_the_team(client: Client, user: User, **change: str) -> None:
    member = Membership.objects.get(user=user)
    given = {"id": str(member.pk), "user": str(user.pk), "role": member.role, **change}
    counts = {**management("memberships", 1), "memberships-INITIAL_FORMS": "1"}
    inline = {f"memberships-0-{name}": value for name, value in given.items()}
    client.post(f"/admin/accounts/team/{member.team_id}/change/", {"name": "T", "slug": "t", **counts, **inline})


def give_another_role(client: Client, user: User) -> None:
    change_the_team(client, user, role="viewer")


def take_out_of_the_team(client: Client, user: User) -> None:
    change_the_team(client, user, DELETE="on")


@pytest.mark.parametrize(
    ("way", "code", "why"),
    [
        (end_the_sign_in, 4401, "by_admin"),
        (end_the_person, 4401, "by_admin"),
        (anonymise, 4401, "disabled"),
        (close_the_account, 4401, "disabled"),
        (set_a_password, 4401, "password"),
        (take_the_password, 4401, "password"),
        (take_out_of_the_team, 4403, None),
        (give_another_role, 1012, None),
    ],
)
async def test_s2_what_the_admin_does_closes_the_sockets(
    server: LiveServer, world: World, way: Way, code: int, why: str | None
) -> None:
    alice, bob = world.people["alice"], world.people["bob"]
    client = await in_thread(office)()
    async with server.join(alice, world.form) as here, server.join(bob, world.form) as other:
        await in_thread(way)(client, alice)
        done = time.monotonic()
        closed, frames = await here.closed()
        assert time.monotonic() - done < AT_ONCE
        assert (closed, frames[-1]["type"], frames[-1].get("why")) == (code, "closing", why)
        assert frames[-1]["reason"]
        await other.send({"type": "ping"})
        assert (await other.next("pong", "closing"))["type"] == "pong", "nobody else's"


async def test_s2_signing_out_everywhere_closes_the_sockets(server: LiveServer, world: World) -> None:
    alice = world.people["alice"]
    browser = Client()
    browser.cookies["sessionid"] = await session_of(alice)
    async with server.join(alice, world.form) as here:
        answer = await in_thread(browser.post)("/accounts/devices/sign-out/")
        assert answer.status_code == 302
        done = time.monotonic()
        closed, frames = await here.closed()
        assert time.monotonic() - done < AT_ONCE
        assert (closed, frames[-1]["why"]) == (4401, "everywhere")
