"""Every way a sign-in ends, seen from the sockets at both servers: at once, with its code and its own reason. S2, T4.

The servers here look after nothing: what closes a socket was heard through the channel layer. On SQLite, where no
layer reaches the server, what is not done in it is found by looking.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from channels.db import database_sync_to_async as in_thread
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from collab.accounts import services
from collab.accounts.ended import Ended
from collab.accounts.models import End, Membership, SignIn, User
from tests.rooms.conftest import World
from tests.rooms.faults import ON_POSTGRESQL
from tests.rooms.live import sign_in
from tests.sessions.browser import PASSWORD, Browser, closing
from tests.sessions.conftest import Pair
from tests.sessions.processes import server
from tests.sessions.tabs import Told, is_alive, tabs, told_when

AT_ONCE = 1.0 if ON_POSTGRESQL else 5.0
ANOTHER = "another horse"

pytestmark = pytest.mark.slow

Act = Callable[["Scene"], Awaitable[None]]


@pytest.fixture(scope="module")
def running(folder: Path, django_db_setup: None) -> Iterator[Pair]:
    with ExitStack() as stack:
        several = {"planted": "no_look" if ON_POSTGRESQL else "", "FORMROOM_SERVICE_ACCOUNTS": "robot"}
        servers = [stack.enter_context(server(folder, **several)) for _ in range(2 if ON_POSTGRESQL else 1)]
        yield servers[0], servers[-1]


class Scene:
    """Alice in her browser, an administrator in another, two servers."""

    def __init__(self, pair: Pair, world: World) -> None:
        self.pair = pair
        self.world = world
        self.alice = world.people["alice"]
        self.browser = Browser(pair[0])
        self.administrator = Browser(pair[1], device="Chrome on Linux")

    async def told(self, act: Act) -> Told:
        """What all of Alice's tabs are told as it happens."""
        await self.browser.signed_in(self.alice)
        async with tabs(self.browser, self.world.form, self.pair) as open:
            return await told_when(act(self), open.all)


@pytest.fixture
def scene(running: Pair, world: World) -> Iterator[Scene]:
    User.objects.create(
        username="root", display_name="Root", is_staff=True, is_superuser=True, password=make_password(PASSWORD)
    )
    yield Scene(running, world)
    for each in running:
        each.assert_content()


async def as_administrator(scene: Scene) -> Browser:
    return await scene.administrator.signed_in(await in_thread(User.objects.get)(username="root"))


# --- what is done, and what is told of it --------------------------------------------------------------


async def changes_the_password(scene: Scene) -> None:
    fields = {"old_password": PASSWORD, "new_password1": ANOTHER, "new_password2": ANOTHER}
    answer = await scene.browser.at(scene.pair[1]).post("/accounts/password_change/", fields)
    assert answer.headers["location"] == "/accounts/password_change/done/"


async def administrator_sets_the_password(scene: Scene) -> None:
    fields = {"password1": ANOTHER, "password2": ANOTHER, "usable_password": "true"}
    administrator = await as_administrator(scene)
    answer = await administrator.post(f"/admin/accounts/user/{scene.alice.pk}/password/", fields)
    assert answer.status == 302


async def command_sets_the_password(scene: Scene) -> None:
    await in_thread(call_command)("changepassword", "alice")


async def account_is_closed(scene: Scene) -> None:
    scene.alice.is_active = False
    await in_thread(scene.alice.save)()


async def person_is_anonymised(scene: Scene) -> None:
    await in_thread(services.anonymise)(scene.alice, now=timezone.now())


async def administrator_signs_out(scene: Scene) -> None:
    administrator = await as_administrator(scene)
    answer = await administrator.post(
        "/admin/accounts/user/", {"action": "sign_out", "_selected_action": str(scene.alice.pk)}
    )
    assert answer.status == 302


async def signs_out_in_another_tab(scene: Scene) -> None:
    assert (await scene.browser.post("/accounts/logout/")).status == 302


async def signs_out_everywhere(scene: Scene) -> None:
    assert (await scene.browser.at(scene.pair[1]).post("/accounts/devices/sign-out/")).status == 302


async def somebody_else_signs_in(scene: Scene) -> None:
    await scene.browser.at(scene.pair[1]).signed_in(scene.world.people["bob"])


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (changes_the_password, End.PASSWORD),
        (administrator_sets_the_password, End.PASSWORD),
        (command_sets_the_password, End.PASSWORD),
        (account_is_closed, End.DISABLED),
        (person_is_anonymised, End.DISABLED),
        (administrator_signs_out, End.BY_ADMIN),
        (signs_out_in_another_tab, End.SIGNED_OUT),
        (signs_out_everywhere, End.EVERYWHERE),
        (somebody_else_signs_in, End.TAKEN_OVER),
    ],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
async def test_s2_every_tab_is_closed_at_once_and_told_why(
    scene: Scene, act: Act, why: End, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt="": ANOTHER)  # at the terminal of the command
    told = await scene.told(act)
    print(f"closed after {told.after:.3f} s")
    assert told.after < AT_ONCE
    assert told.ends == {(4401, why.value, Ended(0, why).reason)}
    assert {(frame.get("device"), frame.get("at")) for frame in told.frames} == {(None, None)}
    assert len(told.frames) == 2 * len(set(scene.pair))


async def live_sign_ins(user: User) -> int:
    return int(await in_thread(SignIn.objects.filter(user=user, ended_at=None).count)())


# --- whose tabs these are, afterwards --------------------------------------------------------------------


async def test_who_changed_the_password_is_signed_in_there_and_nowhere_else(scene: Scene) -> None:
    await scene.browser.signed_in(scene.alice)
    await changes_the_password(scene)
    async with tabs(scene.browser, scene.world.form, scene.pair) as open:
        assert all([await is_alive(tab) for tab in open.all])
    assert await live_sign_ins(scene.alice) == 1


async def test_an_administrator_who_sets_their_own_password_stays(scene: Scene) -> None:
    administrator = await as_administrator(scene)
    root = await in_thread(User.objects.get)(username="root")
    fields = {"password1": ANOTHER, "password2": ANOTHER, "usable_password": "true"}
    answer = await administrator.post(f"/admin/accounts/user/{root.pk}/password/", fields)
    assert answer.status == 302
    assert (await administrator.get("/admin/")).status == 200


async def test_b_over_a_has_the_browser_and_a_is_signed_in_nowhere(scene: Scene) -> None:
    await scene.browser.signed_in(scene.alice)
    await somebody_else_signs_in(scene)
    async with tabs(scene.browser, scene.world.form, scene.pair) as open:
        assert {tab.joined["you"]["user"]["name"] for tab in open.rooms} == {"Bob"}
    assert await live_sign_ins(scene.alice) == 0


async def test_the_same_person_again_in_the_same_browser_ends_nothing(scene: Scene) -> None:
    await scene.browser.signed_in(scene.alice)
    async with tabs(scene.browser, scene.world.form, scene.pair) as open:
        await scene.browser.at(scene.pair[1]).signed_in(scene.alice)
        page = await scene.browser.sign_in(scene.alice, page="/admin/login/")  # by any page
        assert page.status in (200, 302)
        assert all([await is_alive(tab) for tab in open.all])
    assert await in_thread(SignIn.objects.filter(user=scene.alice).count)() == 1


async def test_a_rolled_back_sign_in_kicks_nobody(scene: Scene) -> None:
    def sign_in_and_roll_back() -> None:
        with transaction.atomic():
            sign_in(scene.alice, device="Firefox")
            transaction.set_rollback(True)

    await scene.browser.signed_in(scene.alice)
    async with tabs(scene.browser, scene.world.form, scene.pair) as open:
        await in_thread(sign_in_and_roll_back)()
        # What was told before this is heard before this.
        await Browser(scene.pair[1]).signed_in(scene.world.people["bob"])
        assert all([await is_alive(tab) for tab in open.all])
    assert await in_thread(SignIn.objects.filter(user=scene.alice).count)() == 1
    assert (await scene.browser.get("/api/forms/")).status == 200


# --- rights ----------------------------------------------------------------------------------------------


async def leaves_the_team(scene: Scene) -> None:
    membership = await in_thread(Membership.objects.get)(user=scene.alice)
    await in_thread(membership.delete)()


async def becomes_a_viewer(scene: Scene) -> None:
    membership = await in_thread(Membership.objects.get)(user=scene.alice)
    membership.role = "viewer"
    await in_thread(membership.save)()


@pytest.mark.parametrize(
    ("act", "code"), [(leaves_the_team, 4403), (becomes_a_viewer, 1012)], ids=["left the team", "demoted"]
)
async def test_t4_other_rights_close_the_rooms_and_no_other_page(scene: Scene, act: Act, code: int) -> None:
    await scene.browser.signed_in(scene.alice)
    async with tabs(scene.browser, scene.world.form, scene.pair) as open:
        told = await told_when(act(scene), open.rooms)
        print(f"closed after {told.after:.3f} s")
        assert told.after < AT_ONCE
        assert {(frame["code"], frame.get("why")) for frame in told.frames} == {(code, None)}
        assert all([await is_alive(tab) for tab in open.watches])
    async with scene.browser.socket(f"/ws/forms/{scene.world.form.pk}/") as again:
        if code == 4403:
            assert (await closing(again))["code"] == 4403
        else:
            assert (await again.join()).joined["role"] == "viewer"


# --- machines --------------------------------------------------------------------------------------------


async def test_a_service_account_has_several_sign_ins_side_by_side(scene: Scene, folder: Path) -> None:
    """Until it is no service account any more: then the next sign-in ends the others."""
    robot = await in_thread(scene.world.person)("robot")
    await in_thread(User.objects.filter(pk=robot.pk).update)(password=make_password(PASSWORD))
    machines = [await Browser(scene.pair[number % 2]).signed_in(robot) for number in range(3)]
    assert await live_sign_ins(robot) == 3
    async with (
        tabs(machines[0], scene.world.form, scene.pair) as one,
        tabs(machines[1], scene.world.form, scene.pair) as two,
    ):
        assert all([await is_alive(tab) for tab in one.all + two.all])
        assert [(await machine.get("/api/forms/")).status for machine in machines] == [200] * 3
        with ExitStack() as stack:
            ordinary = stack.enter_context(server(folder))
            told = await told_when(Browser(ordinary).signed_in(robot), one.all + two.all) if ON_POSTGRESQL else None
            if told is None:  # no channel layer between the two: it would be found by looking
                await Browser(ordinary).signed_in(robot)
    assert told is None or {(frame["code"], frame["why"]) for frame in told.frames} == {(4409, "replaced")}
    assert [(await machine.get("/api/forms/")).status for machine in machines] == [401] * 3
    assert await live_sign_ins(robot) == 1


# --- afterwards, over HTTP -------------------------------------------------------------------------------


async def test_what_ended_over_the_socket_has_ended_over_http_too(scene: Scene) -> None:
    await scene.told(administrator_signs_out)
    answer: Any = (await scene.browser.get("/api/forms/")).json
    reason = Ended(0, End.BY_ADMIN).reason
    assert answer == {"code": "not_signed_in", "message": reason, "device": None, "at": None}
    assert reason in (await scene.browser.get("/accounts/login/")).text
