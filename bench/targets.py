"""What is measured, and how each is started: a fresh server and a fresh store for every run.

A target is a context manager that yields a `Running`: where it listens, its rooms, and the processes whose time counts.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.loads import Load
from tests import services

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_TIMEOUT = 60.0
SECTION = 100  # fields


@dataclass(frozen=True, slots=True)
class Running:
    dialect: str
    port: int
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
    rooms = [
        {
            "path": f"/ws/room{room}/",
            "people": [{"cell": cell(i), "editor": i < load.editors, "headers": {}} for i in range(load.people)],
        }
        for room in range(load.rooms)
    ]
    with serving("bench.textbook.app:application", dict(os.environ)) as (port, pid):
        yield Running(dialect="textbook", port=port, rooms=rooms, processes={"server": [pid]})


@contextmanager
def formroom_embedded(load: Load) -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="formroom-bench-") as directory:
        environment = {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", "FORMROOM_VAR_DIR": directory}
        with formroom(load, environment) as running:
            yield running


@contextmanager
def formroom_postgresql(load: Load) -> Iterator[Running]:
    """On the servers of `DATABASE_URL` and `REDIS_URL` where they are set, else on our own."""
    with services.servers(os.environ) as environment:
        environment.setdefault("DJANGO_SECRET_KEY", "only-for-the-benchmark")
        with formroom(load, environment) as running:
            yield running


TARGETS = (
    Target("textbook", "textbook Channels, nothing stored", textbook),
    Target("embedded", "Formroom, SQLite", formroom_embedded),
    Target("postgresql", "Formroom, PostgreSQL and Redis", formroom_postgresql),
)


@contextmanager
def formroom(load: Load, environment: dict[str, str]) -> Iterator[Running]:
    what = {"rooms": load.rooms, "people": load.people, "editors": load.editors, "definition": numbers(load.people)}
    prepared = prepare(what, environment)
    with serving("asgi:application", environment) as (port, pid):
        processes = {"server": [pid], "stores": store_processes()}
        yield Running(
            "formroom", port=port, rooms=prepared["rooms"], processes=processes, versions=prepared["versions"]
        )


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
def serving(application: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """uvicorn with `application` on a free port: the port and the process id. Stopped at the end."""
    port = services.free_port()
    command = [sys.executable, "-m", "bench.server", application, HOST, str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL) as process:
        try:
            wait_until_it_answers(process, port)
            yield port, process.pid
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=5).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start (exit code {process.poll()})")


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
