"""The HTTP twin, line by line of PROTOCOL.md's "The same over HTTP": same service, same rules, same outcomes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async as in_thread
from django.test import Client
from pytest_django import Settings

from collab.accounts.models import Membership, Team, User
from collab.forms.models import Template, TemplateVersion
from collab.rooms.models import Form
from tests.rooms.conftest import DEFINITION, World
from tests.rooms.faults import holding, postgresql_only, refusing_operations_with
from tests.rooms.fold import assert_sound, stored
from tests.rooms.live import live_server
from tests.rooms.test_commit import edit, set_

UNKNOWN = "0198c0de-0000-7000-8000-000000000000"
Answer = tuple[int, Any]


class Script:
    """A script of a person: a session cookie, and the CSRF token that a page gave it."""

    def __init__(self, user: User | None, *, token: bool = True) -> None:
        self.client = Client(enforce_csrf_checks=True)
        if user is not None:
            self.client.force_login(user)
        self.headers: dict[str, str] = {}
        if token:
            self.client.get("/accounts/login/?next=/")  # any page with a form hands out the token
            self.headers = {"X-CSRFToken": self._token()}

    def _token(self) -> str:
        if "csrftoken" not in self.client.cookies:
            self.client.cookies["csrftoken"] = "a" * 32
        return self.client.cookies["csrftoken"].value

    def get(self, path: str) -> Answer:
        return self._answer(self.client.get(path))

    def post(self, path: str, body: Any, content_type: str = "application/json") -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body)
        return self._answer(self.client.post(path, raw, content_type=content_type, headers=self.headers))

    def submit(self, form: Form, *ops: Any, seq: int = 1, base: int = 0, client_id: str = "script-1") -> Answer:
        body = {"client_id": client_id, "seq": seq, "base": base, "ops": list(ops)}
        return self.post(operations(form), body)

    def _answer(self, answer: Any) -> Answer:
        assert answer["Content-Type"] == "application/json", answer.content[:200]
        assert "no-store" in answer["Cache-Control"]
        return answer.status_code, answer.json()


def one(form: Form | str) -> str:
    return f"/api/forms/{form.pk if isinstance(form, Form) else form}/"


def operations(form: Form | str) -> str:
    return f"{one(form)}operations/"


def refusal(answer: Answer) -> tuple[int, str]:
    status, body = answer
    assert body.keys() == {"code", "message"}
    assert body["message"]
    return status, body["code"]


@pytest.fixture
def alice(world: World) -> Script:
    return Script(world.people["alice"])


@pytest.fixture
def stranger(world: World) -> Script:
    return Script(User.objects.create(username="stranger"))


# --- GET /api/forms/<id>/ ------------------------------------------------------------------------------


def test_a_form_is_told_as_joined(world: World, alice: Script) -> None:
    alice.submit(world.form, edit("notes", "hello"), seq=4)
    status, joined = alice.get(one(world.form))
    assert status == 200
    assert (joined["type"], joined["version"], joined["revision"], joined["role"]) == ("joined", 1, 0, "editor")
    assert joined["snapshot"] == stored(world.form)
    assert joined["form"]["id"] == str(world.form.pk)
    assert joined["form"]["template"]["key"] == "trial"
    assert joined["clients"]["1"]["client_id"] == "script-1"
    assert joined["limits"]["frame_bytes"] == 65_536
    assert (joined["people"], joined["you"], joined["last_seq"]) == ([], None, 0)
    assert alice.get(f"{one(world.form)}?client_id=script-1")[1]["last_seq"] == 4


@pytest.mark.parametrize(
    "client_id", ["", "short", "%00%00%00%00%00%00%00%00", "x" * 65, "%F0%9F%98%80%20%20%20%20%20"]
)
def test_a_client_id_that_is_none_is_malformed(world: World, alice: Script, client_id: str) -> None:
    assert refusal(alice.get(f"{one(world.form)}?client_id={client_id}")) == (400, "malformed")


def test_a_viewer_reads(world: World) -> None:
    dora = Script(world.people["dora"])
    assert dora.get(one(world.form))[1]["role"] == "viewer"
    assert dora.get(operations(world.form))[0] == 200


# --- GET …/operations/ ---------------------------------------------------------------------------------


def test_operations_since_are_told_as_committed(world: World, alice: Script) -> None:
    for number in range(5):
        world.submit("bob", set_("count", number), base=number)
    status, frame = alice.get(f"{operations(world.form)}?since=2")
    assert status == 200
    assert (frame["type"], frame["from"], frame["to"]) == ("committed", 3, 5)
    assert [op["op"]["value"] for op in frame["ops"]] == [2, 3, 4]
    assert all(op["at"] for op in frame["ops"])
    assert frame["clients"]["1"]["user"] == {"id": str(world.people["bob"].pk), "name": "Bob"}
    assert alice.get(operations(world.form))[1]["from"] == 1


def test_nothing_to_tell_is_an_empty_frame(world: World, alice: Script) -> None:
    for version in (0, 1):
        status, frame = alice.get(f"{operations(world.form)}?since={version}")
        assert (status, frame["from"], frame["to"], frame["ops"], frame["clients"]) == (
            200, version + 1, version, [], {},
        )  # fmt: skip
        world.submit("bob", set_("done", True), base=0)


def test_c9_a_future_since_is_stale(world: World, alice: Script) -> None:
    assert refusal(alice.get(f"{operations(world.form)}?since=1")) == (409, "stale")
    assert refusal(alice.get(f"{operations(world.form)}?since={10**17}")) == (409, "stale")


@pytest.mark.parametrize("since", ["", "-1", "x", "1.5", "1e3", "%D9%A1", "9" * 5_000, "%00", "null"])
def test_a_since_that_is_no_version_is_malformed(world: World, alice: Script, since: str) -> None:
    assert refusal(alice.get(f"{operations(world.form)}?since={since}")) == (400, "malformed")


# --- POST …/operations/ --------------------------------------------------------------------------------


def test_a_submit_is_answered_as_acked(world: World, alice: Script) -> None:
    status, acked = alice.submit(world.form, set_("temperature", 21.5), set_("shift", "noon"), edit("notes", "!"))
    assert status == 200
    assert (acked["type"], acked["seq"], acked["version"]) == ("acked", 1, 2)
    assert [(each["index"], each["code"]) for each in acked["rejected"]] == [(1, "invalid")]
    assert_sound(world.form)


def test_c6_a_conflict_is_told_with_what_stands_there(world: World, alice: Script) -> None:
    world.submit("bob", set_("temperature", 20), base=0)
    status, acked = alice.submit(world.form, set_("temperature", 25))
    assert status == 200
    (rejected,) = acked["rejected"]
    assert (rejected["code"], rejected["current"]["value"], rejected["current"]["version"]) == ("conflict", 20, 1)


def test_c3_the_same_again_gets_the_first_outcome(world: World, alice: Script) -> None:
    ops = [set_("temperature", 1), set_("shift", "noon")]
    first = alice.submit(world.form, *ops)
    world.submit("bob", set_("done", True), base=1)
    assert alice.submit(world.form, *ops) == first
    assert [each["code"] for each in alice.submit(world.form, set_("temperature", 2))[1]["rejected"]] == ["seq_reused"]
    assert [each["code"] for each in alice.submit(world.form, *ops, seq=2, base=9)[1]["rejected"]] == ["stale"] * 2


def test_c10_what_one_op_is_refused_for_is_no_error_of_the_request(world: World, alice: Script) -> None:
    status, acked = Script(world.people["dora"]).submit(world.form, set_("done", True))
    assert (status, [each["code"] for each in acked["rejected"]]) == (200, ["forbidden"])
    Form.objects.filter(pk=world.form.pk).update(status="closed")
    status, acked = alice.submit(world.form, set_("done", True))
    assert (status, [each["code"] for each in acked["rejected"]]) == (200, ["locked"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"client_id":"script-1","seq":0,"base":0,"ops":[{}]}',
        b'{"client_id":"script-1","seq":1,"base":-1,"ops":[{}]}',
        b'{"client_id":"script-1","seq":true,"base":0,"ops":[{}]}',
        b'{"client_id":"script-1","seq":1,"base":0,"ops":[]}',
        b'{"client_id":"script-1","seq":1,"base":0,"ops":{}}',
        b'{"client_id":"s","seq":1,"base":0,"ops":[{}]}',
        b'{"client_id":"script-1","seq":1,"base":0,"ops":[' + b",".join([b"{}"] * 101) + b"]}",
        b"[" * 60_000,
    ],
)
def test_a_body_that_is_no_submit_is_malformed(world: World, alice: Script, body: bytes) -> None:
    assert refusal(alice.post(operations(world.form), body)) == (400, "malformed")


def test_the_fields_of_a_page_are_malformed(world: World, alice: Script) -> None:
    page = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--\r\n"
    assert refusal(alice.post(operations(world.form), page, "multipart/form-data; boundary=x")) == (400, "malformed")
    assert refusal(alice.post(operations(world.form), b"a=b", "application/x-www-form-urlencoded")) == (
        400,
        "malformed",
    )


def test_over_64_kib_is_413(world: World, alice: Script) -> None:
    fits = {"client_id": "script-1", "seq": 1, "base": 0, "ops": [edit("notes", "x" * 65_000)]}
    assert alice.post(operations(world.form), fits)[0] == 200
    for body in ({**fits, "seq": 2, "ops": [edit("title", "x" * 65_536)]}, b"x" * 65_537, b"x" * 3_000_000):
        assert refusal(alice.post(operations(world.form), body)) == (413, "too_large")


# --- who -----------------------------------------------------------------------------------------------


def test_401_for_who_is_not_signed_in(world: World) -> None:
    for nobody in (Script(None), Script(None, token=False)):
        for path in ("/api/forms/", one(world.form), operations(world.form)):
            assert refusal(nobody.get(path)) == (401, "not_signed_in")
        assert refusal(nobody.submit(world.form, set_("done", True))) == (401, "not_signed_in")


def test_403_for_who_may_not_open_the_form(world: World, stranger: Script) -> None:
    assert refusal(stranger.get(one(world.form))) == (403, "not_allowed")
    assert refusal(stranger.get(operations(world.form))) == (403, "not_allowed")
    assert refusal(stranger.submit(world.form, set_("done", True))) == (403, "not_allowed")
    assert stranger.get("/api/forms/") == (200, {"forms": []})


@pytest.mark.parametrize("form", [UNKNOWN, "nonsense", "%00", "0", "%F0%9F%98%80"])
def test_404_for_what_is_not_there(world: World, alice: Script, form: str) -> None:
    assert refusal(alice.get(one(form))) == (404, "no_such_form")
    assert refusal(alice.get(operations(form))) == (404, "no_such_form")
    assert refusal(alice.post(operations(form), {})) == (404, "no_such_form")


def test_404_for_what_is_archived(world: World, alice: Script) -> None:
    Form.objects.filter(pk=world.form.pk).update(archived_at=world.form.created_at)
    assert refusal(alice.get(one(world.form))) == (404, "no_such_form")


def test_403_without_the_token_of_the_page(world: World) -> None:
    forger = Script(world.people["alice"], token=False)
    assert refusal(forger.submit(world.form, set_("done", True))) == (403, "csrf")
    assert refusal(forger.post("/api/forms/", {"template": "trial", "title": "Forged"})) == (403, "csrf")
    assert Form.objects.count() == 1
    assert forger.client.post("/accounts/login/", {}).headers["Content-Type"].startswith("text/html")


def test_405_for_another_method(world: World, alice: Script) -> None:
    for path in ("/api/forms/", one(world.form), operations(world.form)):
        answer = alice.client.delete(path, headers=alice.headers)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


# --- trouble -------------------------------------------------------------------------------------------


@postgresql_only
def test_a_held_form_is_busy_and_nothing_is_stored(
    world: World, alice: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collab.rooms.services.WAIT_MILLISECONDS", 50)
    with holding(world.form.pk):
        assert refusal(alice.submit(world.form, set_("done", True))) == (503, "busy")
    assert alice.submit(world.form, set_("done", True))[1]["version"] == 1


def test_a_poisonous_submit_is_internal_for_ever(world: World, alice: Script) -> None:
    async def twice() -> list[Answer]:
        async with refusing_operations_with("poison"):
            return [await in_thread(alice.submit)(world.form, edit("notes", "a poison")) for _ in range(2)]

    first, second = async_to_sync(twice)()
    assert (first[0], [each["code"] for each in first[1]["rejected"]]) == (200, ["internal"])
    assert first == second == alice.submit(world.form, edit("notes", "a poison"))
    assert_sound(world.form)


# --- beside the socket ---------------------------------------------------------------------------------


async def test_c3_one_outcome_over_socket_and_http(world: World) -> None:
    script = await in_thread(Script)(world.people["alice"])
    async with live_server() as server, server.join(world.people["alice"], world.form, client_id="both-ways") as alice:
        seq = await alice.submit(edit("notes", "once"), set_("shift", "noon"))
        by_socket = await alice.next("acked")
        again = await in_thread(script.submit)(
            world.form, edit("notes", "once"), set_("shift", "noon"), seq=seq, client_id="both-ways"
        )
        assert again == (200, by_socket)

        status, by_http = await in_thread(script.submit)(
            world.form, edit("notes", 4, "!"), seq=seq + 1, base=1, client_id="both-ways"
        )
        assert (status, by_http["version"]) == (200, 2)
        assert (await alice.until_version(2))[-1]["ops"][0]["op"] == edit("notes", 4, "!")  # the room hears of it
        await alice.submit(edit("notes", 4, "!"), base=1)
        assert await alice.next("acked") == by_http
    assert (await in_thread(stored)(world.form))["values"]["notes"]["value"] == "once!"


# --- /api/forms/ ---------------------------------------------------------------------------------------


def test_the_forms_one_may_open_are_listed(world: World, alice: Script) -> None:
    other = world.new_form("Another")
    elsewhere = Team.objects.create(name="Elsewhere", slug="elsewhere")
    Form.objects.create(team=elsewhere, template_version=world.template_version, created_by=world.people["bob"])
    status, answer = alice.get("/api/forms/")
    assert status == 200
    listed = {"id": str(other.pk), "title": "Another", "status": "open", "template": "trial"}
    assert listed in answer["forms"]
    assert {form["id"] for form in answer["forms"]} == {str(other.pk), str(world.form.pk)}


def test_a_form_is_made_in_the_templates_team_and_open_to_its_members(
    world: World, alice: Script, stranger: Script
) -> None:
    for template in ("trial", str(world.template_version.template_id), str(world.template_version.pk)):
        status, made = alice.post("/api/forms/", {"template": template, "title": "  Night shift  "})
        assert status == 201
        assert (made["title"], made["status"], made["template"]) == ("Night shift", "open", "trial")
        assert Form.objects.get(pk=made["id"]).team == world.team
        assert Script(world.people["dora"]).get(one(made["id"]))[1]["snapshot"]["values"]["count"]["value"] == 3
        assert refusal(stranger.get(one(made["id"]))) == (403, "not_allowed")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"template": "trial"},
        {"template": "trial", "title": ""},
        {"template": "trial", "title": "   "},
        {"template": "trial", "title": "x" * 201},
        {"template": "trial", "title": "nul\0"},
        {"template": "trial", "title": "half \ud800"},
        {"template": "trial", "title": 7},
        {"template": "nothing", "title": "A form"},
        {"template": ["trial"], "title": "A form"},
        {"template": None, "title": "A form"},
        {"title": "A form"},
    ],
)
def test_a_form_that_cannot_be_made_is_invalid(world: World, alice: Script, body: dict[str, Any]) -> None:
    assert refusal(alice.post("/api/forms/", body)) == (400, "invalid")
    assert Form.objects.count() == 1


def test_nobody_makes_forms_of_a_team_where_they_may_not_edit(world: World, stranger: Script) -> None:
    dora = Script(world.people["dora"])
    for script in (dora, stranger):
        assert refusal(script.post("/api/forms/", {"template": "trial", "title": "A form"})) == (400, "invalid")
    elsewhere = Team.objects.create(name="Elsewhere", slug="elsewhere")
    template = Template.objects.create(team=elsewhere, key="secret")
    TemplateVersion.objects.create(
        template=template, number=1, definition={**DEFINITION, "key": "secret"}, published_at=world.form.created_at
    )
    Membership.objects.create(user=world.people["dora"], team=elsewhere, role="viewer")
    assert refusal(dora.post("/api/forms/", {"template": "secret", "title": "A form"})) == (400, "invalid")


def test_a_dead_channel_layer_delays_no_answer(world: World, alice: Script, settings: Settings) -> None:
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:1/0"]},
        }
    }
    assert alice.submit(world.form, set_("done", True))[1]["version"] == 1
