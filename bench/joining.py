"""Coming into a big form: 200 people at once into one of 10,000 cells, and people who have missed 5,000 ops.

A join lasts from the TCP connection to the last byte of `joined`; catching up, to the frame that holds the newest op.
What is received is looked at, not parsed: what takes long here should be the server.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import uvloop

from bench.open_form import COLUMNS, Tab, fill, table
from bench.processes import HOST
from bench.targets import prepare, serving, surroundings
from bench.websocket import Connection, connect

TIMEOUT = 240.0
TO = re.compile(rb'"to":(\d+)')


@dataclass(frozen=True, slots=True)
class Size:
    cells: int
    people: int  # who come at once
    missed: int  # ops
    late: int  # people who have missed them


BIG = Size(cells=10_000, people=200, missed=5_000, late=20)


@dataclass(frozen=True, slots=True)
class Form:
    port: int
    path: str
    cookies: list[str]
    version: int


class Comer:
    """Somebody who comes in and notes when all of it was there."""

    def __init__(self, name: str, *, since: int | None, up_to: int) -> None:
        self._since = since
        self._up_to = up_to
        self._connection: Connection | None = None
        self._name = name
        self._began = perf_counter()
        self.took: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def opened(self, connection: Connection) -> None:
        self._connection = connection
        want = "snapshot" if self._since is None else "tail"
        join = {"type": "join", "client_id": self._name, "since": self._since, "want": want}
        connection.send(json.dumps(join).encode())

    def recognised(self, data: bytes, at: float) -> int:
        return 0

    def received(self, payload: bytes, at: float) -> None:
        if not self.took.done() and self._is_last(payload[:200]):
            self.took.set_result(at - self._began)

    def closed(self, code: int, reason: str) -> None:
        if not self.took.done():
            self.took.set_exception(ConnectionError(f"{code} {reason}"))

    def leave(self) -> None:
        if self._connection is not None:
            self._connection.abort()

    def _is_last(self, beginning: bytes) -> bool:
        if self._since is None:
            return b'"joined"' in beginning
        to = TO.search(beginning) if b'"committed"' in beginning else None
        return to is not None and int(to[1]) >= self._up_to


async def come_in(form: Form, *, people: int, since: int | None) -> list[float]:
    """All at once; how long it took each, in seconds."""
    comers = []
    for number, cookie in enumerate(form.cookies[:people]):
        comer = Comer(f"bench-comer-{number:04}", since=since, up_to=form.version)
        await connect(HOST, form.port, path=form.path, headers={"Cookie": cookie}, listener=comer)
        comers.append(comer)
    async with asyncio.timeout(TIMEOUT):
        took = await asyncio.gather(*(comer.took for comer in comers))
    for comer in comers:
        comer.leave()
    return list(took)


def measure(form: Form, size: Size) -> dict[str, float | None]:
    first = uvloop.run(come_in(form, people=1, since=None))  # what the server makes once
    joins = uvloop.run(come_in(form, people=size.people, since=None))
    since = form.version - size.missed
    alone = uvloop.run(come_in(form, people=1, since=since))
    together = uvloop.run(come_in(form, people=size.late, since=since))
    return {
        "join_first": first[0],
        "join_p50": median(joins),
        "join_last": max(joins),
        "missed_alone": alone[0],
        "missed_p50": median(together),
        "missed_last": max(together),
    }


def run(target: str, size: Size = BIG) -> tuple[dict[str, float | None], list[str]]:
    """Fill a form through the front door, and let them come: the figures, and the versions of what it ran on."""
    with surroundings(target) as environment:
        prepared = prepare({"rooms": 1, "people": size.people, "editors": 1, "definition": table()}, environment)
        room = prepared["rooms"][0]
        cookies = [person["headers"]["Cookie"] for person in room["people"]]
        with serving("asgi:application", environment) as (port, _):
            tab = Tab(f"{HOST}:{port}{room['path']}", cookies[0])
            fill(tab, rows=size.cells // COLUMNS)
            seen = measure(Form(port, room["path"], cookies, tab.version), size)
    return seen, list(prepared["versions"].values())
