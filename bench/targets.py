"""What is measured, and how each is started: a fresh server and a fresh store for every run.

A target is a context manager that yields a `Running`: where it listens, its rooms, and the processes whose time counts.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

from bench import node
from bench.loads import Load
from bench.processes import HOST, ROOT, until_stopped
from tests import services

SECTION = 100  # fields
# Limits are raised by Formroom's own settings: under too much load an edit is late, and its author behind, which counts
# as frames. What is to be seen then is the delay, not who is sent away. Who comes in is not logged a line each.
SETTINGS = {
    "FORMROOM_SUBMITS_PER_SECOND": "1000",
    "FORMROOM_BURST": "10000",
    "FORMROOM_PEOPLE_PER_ROOM": "5000",
    "LOG_LEVEL": "WARNING",
}


@dataclass(frozen=True, slots=True)
class Running:
    dialect: str
    ports: list[int]  # of the server's processes
    rooms: list[dict[str, Any]]
    processes: dict[str, list[int]]
    versions: dict[str, str] = field(default_factory=dict)


Start = Callable[[Load], AbstractContextManager[Running]]


@dataclass(frozen=True, slots=True)
class Target:
    key: str
    title: str
    start: Start


@contextmanager
def textbook(load: Load) -> Iterator[Running]:
    rooms = open_rooms(load, path="/ws/room{}/")
    with serving("bench.textbook.app:application", dict(os.environ), stop=signal.SIGKILL) as (port, pid):
        yield Running(dialect="textbook", ports=[port], rooms=rooms, processes={"server": [pid]})


@contextmanager
def echo(load: Load) -> Iterator[Running]:
    """Says nothing by itself, like the textbook."""
    with serving("bench.echo:application", dict(os.environ), stop=signal.SIGKILL) as (port, pid):
        yield Running("textbook", ports=[port], rooms=open_rooms(load, path="/"), processes={"server": [pid]})


@contextmanager
def embedded() -> Iterator[dict[str, str]]:
    """What Formroom is told where it needs nothing: its data go with the run."""
    with tempfile.TemporaryDirectory(prefix="formroom-bench-") as directory:
        yield {**os.environ, **SETTINGS, "DATABASE_URL": "", "REDIS_URL": "", "FORMROOM_VAR_DIR": directory}


@contextmanager
def on_servers() -> Iterator[dict[str, str]]:
    """The servers of `DATABASE_URL` and `REDIS_URL` where they are set, else our own."""
    with services.servers({**os.environ, **SETTINGS}) as environment:
        environment.setdefault("DJANGO_SECRET_KEY", secrets.token_urlsafe(48))
        yield environment


def surroundings(target: str) -> AbstractContextManager[dict[str, str]]:
    return embedded() if target == "embedded" else on_servers()


@contextmanager
def formroom(load: Load, *, target: str, processes: int = 1) -> Iterator[Running]:
    what = {"rooms": load.rooms, "people": load.people, "editors": load.editors, "definition": numbers(load.people)}
    with ExitStack() as stack:
        environment = stack.enter_context(surroundings(target))
        prepared = prepare(what, environment)
        servers = [stack.enter_context(serving("asgi:application", environment)) for _ in range(processes)]
        yield Running(
            "formroom",
            ports=[port for port, _ in servers],
            rooms=prepared["rooms"],
            processes={"server": [pid for _, pid in servers], "stores": store_processes()},
            versions=prepared["versions"],
        )


@contextmanager
def hocuspocus(load: Load) -> Iterator[Running]:
    with node.serving("hocuspocus.mjs") as (port, pid):
        rooms = open_rooms(load, path="/")
        yield Running("hocuspocus", ports=[port], rooms=rooms, processes={"server": [pid]}, versions=node.versions())


@contextmanager
def y_websocket(load: Load) -> Iterator[Running]:
    with node.serving("y-websocket.mjs") as (port, pid):
        rooms = open_rooms(load, path="/room{}")
        yield Running("y-websocket", ports=[port], rooms=rooms, processes={"server": [pid]}, versions=node.versions())


@contextmanager
def sharedb(load: Load, environment: Mapping[str, str] = MappingProxyType({})) -> Iterator[Running]:
    with node.serving("sharedb.mjs", str(load.rooms), environment=environment) as (port, pid):
        rooms = open_rooms(load, path="/")
        processes = {"server": [pid], **({"stores": store_processes()} if environment else {})}
        yield Running("sharedb", ports=[port], rooms=rooms, processes=processes, versions=node.versions())


@contextmanager
def sharedb_postgresql(load: Load) -> Iterator[Running]:
    with services.postgresql() as server, sharedb(load, {"DATABASE_URL": server.url}) as running:
        yield running


TARGETS = (
    Target("textbook", "textbook Channels, nothing stored", textbook),
    Target("y-websocket", "y-websocket, nothing stored", y_websocket),
    Target("sharedb", "ShareDB, in memory", sharedb),
    Target("sharedb-postgresql", "ShareDB, PostgreSQL", sharedb_postgresql),
    Target("hocuspocus", "Hocuspocus, nothing stored", hocuspocus),
    Target("embedded", "Formroom, SQLite", partial(formroom, target="embedded")),
    Target("postgresql", "Formroom, PostgreSQL and Redis", partial(formroom, target="postgresql")),
    Target("postgresql2", "Formroom, the same, two processes", partial(formroom, target="postgresql", processes=2)),
)

ECHO = Target("echo", "uvicorn, an echo", echo)  # for what a socket costs


def open_rooms(load: Load, *, path: str) -> list[dict[str, Any]]:
    """Rooms that anybody may walk into."""
    people = [{"cell": cell(number), "editor": number < load.editors, "headers": {}} for number in range(load.people)]
    return [{"path": path.format(room), "people": people} for room in range(load.rooms)]


def prepare(what: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
    """Migrate, and make accounts, sessions and forms, straight in the database."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.prepare"], input=json.dumps(what), env=environment, cwd=ROOT, text=True,
        stdout=subprocess.PIPE, check=True, timeout=300,
    )  # fmt: skip
    prepared: dict[str, Any] = json.loads(done.stdout)
    return prepared


def store_processes() -> list[int]:
    """The servers of `tests.services` that this process has started: not those somebody else runs."""
    import psutil

    return [child.pid for child in psutil.Process().children() if child.name() in {"postgres", "valkey-server"}]


@contextmanager
def serving(application: str, environment: dict[str, str], *, stop: int = signal.SIGINT) -> Iterator[tuple[int, int]]:
    """uvicorn with `application` on a free port: the port and the process id. Stopped at the end."""
    port = services.free_port()
    command = [sys.executable, "-m", "bench.server", application, HOST, str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL) as process:
        with until_stopped(process, port, by=stop):
            yield port, process.pid


def numbers(count: int) -> dict[str, Any]:
    """A template with a number field for everybody."""
    fields = [{"key": cell(number), "type": "number", "label": f"Number {number}"} for number in range(count)]
    sections = [
        {"key": f"from_{start}", "title": f"From {start}", "fields": fields[start : start + SECTION]}
        for start in range(0, count, SECTION)
    ]
    return {"key": "benchmark", "title": "Benchmark", "sections": sections}


def cell(number: int) -> str:
    return f"n{number:04}"
