"""Requests of an older device: pages lead to the sign-in page, which says why; the API says it itself. S1, I5.

And those that were under way when their sign-in ended: they wait at the gate behind a password, or for a lock.
"""

from __future__ import annotations

import asyncio
from contextlib import closing as closed_at_the_end
from typing import Any
from urllib.parse import unquote

import pytest
from channels.db import database_sync_to_async as in_thread
from django.contrib.auth.hashers import make_password
from django.utils.html import strip_tags

from collab.accounts.ended import Ended
from collab.accounts.models import End, SignIn, User
from collab.forms.models import TemplateVersion
from collab.rooms.models import Form, Operation
from tests.rooms.conftest import DEFINITION, World
from tests.rooms.faults import another_connection, backend_waiting_for, postgresql_only
from tests.rooms.test_commit import set_
from tests.sessions.browser import PASSWORD, Answer, Browser
from tests.sessions.conftest import Pair
from tests.sessions.gate import shut

ANOTHER = "another horse"
PASSWORDS = {"old_password": PASSWORD, "new_password1": ANOTHER, "new_password2": ANOTHER}

pytestmark = pytest.mark.slow


@pytest.fixture
def older(pair: Pair) -> Browser:
    return Browser(pair[0])


@pytest.fixture
def newer(pair: Pair) -> Browser:
    return Browser(pair[1], device="Chrome on Windows")


@pytest.fixture
def alice(world: World) -> User:
    return world.people["alice"]


# --- afterwards ------------------------------------------------------------------------------------------


async def replaced(older: Browser, newer: Browser, alice: User) -> str:
    """The sentence that says it."""
    await older.signed_in(alice)
    await newer.signed_in(alice)
    return str(await in_thread(reason)(alice))


def reason(alice: User) -> str:
    newest = SignIn.objects.filter(user=alice).latest("generation")
    return Ended(0, End.REPLACED, newest.device, newest.began_at).reason


@pytest.mark.parametrize("path", ["/", "/forms/{form}/", "/accounts/devices/", "/accounts/password_change/"])
async def test_s1_a_page_leads_to_the_sign_in_page_which_says_why(
    older: Browser, newer: Browser, alice: User, world: World, path: str
) -> None:
    why = await replaced(older, newer, alice)
    answer = await older.get(path.format(form=world.form.pk))
    assert answer.status == 302
    assert answer.headers["location"].startswith("/accounts/login/?next=/")
    for _ in range(2):  # as often as it is looked at
        page = await older.get(answer.headers["location"])
        assert why in strip_tags(page.text)
        assert 'data-ended="replaced"' in page.text
    assert why.startswith("You signed in on Chrome on Windows at ")


async def test_s1_the_api_says_it_with_a_code(older: Browser, newer: Browser, alice: User, world: World) -> None:
    why = await replaced(older, newer, alice)
    submit = {"client_id": "tab-of-alice", "seq": 1, "base": 0, "ops": [set_("count", 1)]}
    answers = [
        await older.get("/api/forms/"),
        await older.get(f"/api/forms/{world.form.pk}/"),
        await older.get(f"/api/forms/{world.form.pk}/operations/?since=0"),
        await older.post(f"/api/forms/{world.form.pk}/operations/", submit),
        await older.post("/api/forms/", {"template": "trial", "title": "Another"}),
        await older.get("/api/templates/"),
        await older.post("/api/templates/", DEFINITION),
        await older.post("/api/session/activity/"),
    ]
    told = [(answer.status, answer.json["code"], answer.json["message"], answer.json["device"]) for answer in answers]
    assert told == [(401, "signed_in_elsewhere", why, "Chrome on Windows")] * len(answers)
    assert all(answer.json["at"].endswith("Z") for answer in answers)
    assert await in_thread(Operation.objects.count)() == 0


async def test_the_session_api_tells_it_as_the_socket_does(older: Browser, newer: Browser, alice: User) -> None:
    why = await replaced(older, newer, alice)
    answer: Any = (await older.get("/api/session/")).json
    assert answer["user"] is None
    ended = answer["ended"]
    assert (ended["code"], ended["why"], ended["reason"]) == (4409, "replaced", why)
    assert (ended["device"], ended["at"][-1]) == ("Chrome on Windows", "Z")
    assert (await newer.get("/api/session/")).json["user"]["username"] == "alice"


async def test_signing_in_again_there_works_and_forgets_it(older: Browser, newer: Browser, alice: User) -> None:
    await replaced(older, newer, alice)
    await older.signed_in(alice)
    assert (await older.get("/api/session/")).json["ended"] is None
    assert (await newer.get("/api/forms/")).json["code"] == "signed_in_elsewhere"


# --- under way -------------------------------------------------------------------------------------------


def led_to(answer: Answer) -> str:
    assert answer.status == 302
    return str(unquote(answer.headers["location"]))


async def while_at_the_gate(pair: Pair, request: Any, meanwhile: Any) -> Answer:
    """Has a request wait behind its password, and lets something happen before it goes on."""
    with shut(pair[0].gates) as gate:
        waiting = asyncio.create_task(request(gate))
        await gate.has(1)
        await meanwhile()
        gate.open()
        answer: Answer = await waiting
        return answer


async def test_i5_an_older_device_changes_no_password(pair: Pair, older: Browser, newer: Browser, alice: User) -> None:
    await older.signed_in(alice)
    answer = await while_at_the_gate(
        pair,
        lambda gate: older.post("/accounts/password_change/", PASSWORDS, gate=gate),
        lambda: newer.signed_in(alice),
    )
    assert led_to(answer) == "/accounts/login/?next=/accounts/password_change/"
    assert await in_thread(reason)(alice) in strip_tags((await older.get(answer.headers["location"])).text)
    assert (await newer.get("/api/forms/")).status == 200
    await in_thread(alice.refresh_from_db)()
    assert alice.check_password(PASSWORD)


async def test_who_signs_in_again_as_another_device_takes_over_has_the_last_word(
    pair: Pair, older: Browser, newer: Browser, alice: User
) -> None:
    """The session that the browser had is deleted while it signs in; it gets another."""
    await older.signed_in(alice)
    had = older.cookies["sessionid"]
    answer = await while_at_the_gate(pair, lambda gate: older.sign_in(alice, gate=gate), lambda: newer.signed_in(alice))
    assert answer.status == 200
    assert older.cookies["sessionid"] != had
    assert (await older.get("/api/forms/")).status == 200
    assert (await newer.get("/api/forms/")).json["code"] == "signed_in_elsewhere"


@pytest.mark.parametrize("page", ["/api/session/", "/accounts/login/", "/admin/login/"])
async def test_a_password_that_was_right_a_moment_ago_lets_nobody_in(
    pair: Pair, older: Browser, alice: User, page: str
) -> None:
    await in_thread(User.objects.filter(pk=alice.pk).update)(is_staff=True)
    answer = await signs_in_as_the_password_changes(pair, older, alice, page)
    message = "While you were signing in, the password was changed or the account was closed."
    if page.startswith("/api/"):
        assert (answer.status, answer.json) == (400, {"code": "invalid", "message": message})
    else:
        assert led_to(answer).startswith("/accounts/login/")
        assert message in strip_tags((await older.get(answer.headers["location"])).text)
    assert (await older.get("/api/session/")).json["user"] is None
    assert await in_thread(SignIn.objects.count)() == 0


async def test_nor_leaves_it_there_who_was_signed_in_before(
    pair: Pair, older: Browser, world: World, alice: User
) -> None:
    """Django has thrown away Bob's session by then."""
    await older.signed_in(world.people["bob"])
    await signs_in_as_the_password_changes(pair, older, alice, "/api/session/")
    assert (await older.get("/api/session/")).json["user"] is None
    (bob,) = await in_thread(lambda: list(SignIn.objects.all()))()
    assert bob.ended_why == End.TAKEN_OVER


async def signs_in_as_the_password_changes(pair: Pair, older: Browser, alice: User, page: str) -> Answer:
    change = User.objects.filter(pk=alice.pk).update
    return await while_at_the_gate(
        pair,
        lambda gate: older.sign_in(alice, gate=gate, page=page),
        lambda: in_thread(change)(password=make_password(ANOTHER)),
    )


@postgresql_only
@pytest.mark.parametrize(
    ("path", "body"),
    [("/api/forms/", {"template": "trial", "title": "Another"}), ("/api/templates/", {**DEFINITION, "key": "another"})],
)
async def test_i5_what_a_view_writes_waits_for_the_end_and_is_refused(
    older: Browser, alice: User, path: str, body: dict[str, Any]
) -> None:
    await older.signed_in(alice)
    counts = await in_thread(made)()
    with closed_at_the_end(another_connection()) as other:
        other.execute(END, (alice.pk,))
        posting = asyncio.create_task(older.post(path, body))
        await backend_waiting_for(other)
        other.commit()
        answer = await posting
    assert (answer.status, answer.json["message"]) == (401, Ended(0, End.BY_ADMIN).reason)
    assert await in_thread(made)() == counts


@postgresql_only
async def test_i5_what_is_submitted_while_the_sign_in_ends_is_refused(
    older: Browser, alice: User, world: World
) -> None:
    """It waits for nobody: the same is to be sent again, and then it is over."""
    await older.signed_in(alice)
    submit = {"client_id": "tab-of-alice", "seq": 1, "base": 0, "ops": [set_("count", 1)]}
    path = f"/api/forms/{world.form.pk}/operations/"
    with closed_at_the_end(another_connection()) as other:
        other.execute(END, (alice.pk,))
        busy = await older.post(path, submit)
        assert (busy.status, busy.json["code"]) == (503, "busy")
        other.commit()
    over = await older.post(path, submit)
    assert (over.status, over.json["message"]) == (401, Ended(0, End.BY_ADMIN).reason)
    assert await in_thread(Operation.objects.count)() == 0


END = "UPDATE accounts_signin SET ended_at = now(), ended_why = 'by_admin' WHERE user_id = %s AND ended_at IS NULL"


def made() -> tuple[int, int]:
    return Form.objects.count(), TemplateVersion.objects.count()


@postgresql_only
@pytest.mark.parametrize("page", ["/api/session/", "/admin/login/"])
async def test_a_request_whose_session_is_deleted_under_it_is_answered_as_signed_out(
    older: Browser, alice: User, page: str
) -> None:
    """It has done its work and is about to store its session, which is not there any more."""
    await in_thread(User.objects.filter(pk=alice.pk).update)(is_staff=True)
    await older.signed_in(alice)
    with closed_at_the_end(another_connection()) as other:
        other.execute(END, (alice.pk,))
        other.execute("DELETE FROM django_session WHERE session_key = %s", (older.cookies["sessionid"],))
        storing = asyncio.create_task(older.sign_in(alice, page=page))
        await backend_waiting_for(other)
        other.commit()
        answer = await storing
    why = Ended(0, End.BY_ADMIN).reason
    if page.startswith("/api/"):
        assert (answer.status, answer.json["code"], answer.json["message"]) == (401, "not_signed_in", why)
    else:
        assert led_to(answer) == "/accounts/login/?next=/admin/login/"
        assert why in strip_tags((await older.get(answer.headers["location"])).text)
