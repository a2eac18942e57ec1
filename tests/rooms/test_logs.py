"""What stands in the log of a real server, and what does not: nothing that anybody typed, whatever goes wrong."""

from __future__ import annotations

import asyncio
import json
import logging
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from collab.logs import Json, Text, about, name_of
from tests.rooms.conftest import World
from tests.rooms.elsewhere import process
from tests.rooms.faults import refusing_operations_with
from tests.rooms.live import LiveServer, session_of
from tests.rooms.test_commit import edit, set_

SECRET = "xyzzy-what-alice-typed"


def record(message: str, *, name: str = "collab.trial", error: BaseException | None = None, **extra: Any) -> Any:
    info = None if error is None else (type(error), error, error.__traceback__)
    made = logging.LogRecord(name, logging.ERROR, __file__, 1, message, (), info)
    made.__dict__.update(extra)
    return made


def group_of_errors() -> None:
    """Raises a group with a cause, all of which repeat what was typed."""
    try:
        int(SECRET)
    except ValueError as error:
        raise ExceptionGroup(SECRET, [KeyError(SECRET), error]) from error


@pytest.mark.parametrize("format", [Json(), Text()], ids=["json", "text"])
def test_an_exception_is_told_without_its_words(format: logging.Formatter) -> None:
    with pytest.raises(ExceptionGroup) as raised:
        group_of_errors()
    line = format.format(record("it failed", error=raised.value))
    assert SECRET not in line
    for kind in ("ExceptionGroup", "KeyError", "ValueError", "test_logs.py"):
        assert kind in line


def test_asyncio_shows_no_task_with_its_exception() -> None:
    message = f"Task exception was never retrieved\nfuture: <Task exception=ValueError({SECRET!r})>"
    line = json.loads(Json().format(record(message, name="asyncio")))
    assert line["message"] == "Task exception was never retrieved"


async def test_a_line_says_whose_it_is() -> None:
    about(form="f", user="u")
    about(session="s")
    line = json.loads(Json().format(record("it failed", client_id="tab-12345", seq=7)))
    ids = {name: line[name] for name in ("form", "user", "session", "client_id", "seq")}
    assert ids == {"form": "f", "user": "u", "session": "s", "client_id": "tab-12345", "seq": 7}
    assert Text().format(record("it failed", seq=7)).endswith("it failed form=f session=s user=u seq=7")


def test_a_database_is_named_by_its_code() -> None:
    class Ill(Exception):
        sqlstate = "57P01"

    with pytest.raises(OSError, match=SECRET) as raised:
        raise OSError(SECRET) from Ill(SECRET)
    assert name_of(raised.value) == "OSError 57P01"


@pytest.mark.slow
@pytest.mark.parametrize("format", ["json", "text"])
async def test_nothing_that_was_typed_is_in_the_log_of_a_server(world: World, tmp_path: Path, format: str) -> None:
    path = tmp_path / "log"
    with path.open("wb") as log:
        async with process("serve", log=log, LOG_FORMAT=format, LOG_LEVEL="DEBUG") as running:
            assert running.stdout is not None
            server = LiveServer(int(await running.stdout.readline()))
            async with refusing_operations_with("poison"):
                await type_and_break_things(server, world)
            running.terminate()
            await running.wait()
    text = path.read_text()
    assert SECRET not in text
    for said in ("joined as editor", "submit answered", "submit rejected", "commit.py", "closed", "left"):
        assert said in text, "or this test has provoked nothing"
    assert str(world.form.pk) in text
    assert "alice-tab-1" in text
    if format == "json":
        lines = {line["message"]: line for line in map(json.loads, text.splitlines())}
        rejected = lines["submit rejected: the database cannot store it"]
        assert rejected.keys() >= {"form", "user", "client_id", "seq", "error", "trace"}
        assert lines["closed"].keys() >= {"form", "user", "session", "client_id", "code", "why"}


async def type_and_break_things(server: LiveServer, world: World) -> None:
    """Everything that somebody can type into, in good order and in bad, and a database that refuses some of it."""
    alice = world.people["alice"]
    async with server.join(alice, world.form) as visitor:
        await visitor.submit(edit("notes", SECRET))
        await visitor.submit(edit("title", f"{SECRET} poison"))
        await visitor.submit(set_("shift", SECRET), {"kind": SECRET}, {"kind": "set", "field": SECRET, "value": SECRET})
        for _ in range(3):
            await visitor.next("acked")
        await visitor.send({"type": "focus", "at": {"field": SECRET}, "selection": None, "base": 0})
        await visitor.send({"type": SECRET})
        await visitor.closed()
    for raw in (SECRET.encode() + b"\xff", f'{{"type": "{SECRET}', SECRET):
        async with server.join(alice, world.form) as visitor:
            await visitor.connection.send(raw)
            await visitor.closed()
    form = f"/api/forms/{world.form.pk}"
    poison = {"client_id": "alice-script", "seq": 1, "base": 0, "ops": [edit("title", f"{SECRET} poison")]}
    asks: list[tuple[str, Any]] = [
        (f"{form}/operations/", poison),
        (f"{form}/operations/", SECRET),
        (f"{form}/reopening/", {"reason": SECRET}),
        (f"{form}/history/?field={SECRET}", None),
        (f"/forms/{world.form.pk}/comments/", {"text": SECRET}),
        ("/api/save-draft/", {"form_identifier": "trial", "data": {"a": SECRET}, "base_version": 0}),
        ("/api/session/", {"username": SECRET, "password": SECRET}),
        (f"/accounts/login/?next={SECRET}", {"username": SECRET, "password": SECRET}),
        (f"/{world.form.pk}/?q={SECRET}", None),
    ]
    cookie = f"sessionid={await session_of(alice)}"
    for path, given in asks:
        await asyncio.to_thread(ask, server, path, given, cookie)


def ask(server: LiveServer, path: str, given: Any, cookie: str) -> None:
    token = "a" * 32
    headers = {"Cookie": f"{cookie}; csrftoken={token}", "X-CSRFToken": token, "Content-Type": "application/json"}
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    body = None if given is None else json.dumps(given)
    connection.request("GET" if body is None else "POST", path, body=body, headers=headers)
    connection.getresponse().read()
    connection.close()
