"""`make run-cluster`, less the environment: everything starts, people meet across processes, everything ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from deploy.cluster.proxy import find_nginx
from tests.deploy.people import Door, meet, summary
from tests.services import free_port

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("deploy")]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0


@dataclass(slots=True)
class Cluster:
    """The command, running; what it says is read as it is said."""

    process: subprocess.Popen[str]
    port: int
    said: list[str] = field(default_factory=list)

    def read(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(iter(self.process.stdout.readline, ""))

    def until(self, text: str, times: int = 1) -> None:
        deadline = time.monotonic() + PATIENCE
        while sum(text in line for line in list(self.said)) < times:
            assert time.monotonic() < deadline, f"never said {text!r}:\n{''.join(self.said)}"
            assert self.process.poll() is None or text in "".join(self.said), "".join(self.said)
            time.sleep(0.02)

    def web(self, number: int) -> psutil.Process:
        wanted = ["web", "--port", str(self.port + number)]
        return next(child for child in self.children() if child.cmdline()[-3:] == wanted)

    def children(self) -> list[psutil.Process]:
        found: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return found

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE)


@contextmanager
def cluster(folder: Path, port: int, **environment: str) -> Iterator[Cluster]:
    bare = {name: value for name, value in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "REDIS_PREFIX"}}
    given = {"DATABASE_URL": "", "REDIS_URL": "", "PROCESSES": "2", "HOST": "127.0.0.1", "DJANGO_SECRET_KEY": ""}
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "deploy.cluster"],
        cwd=ROOT,
        env={**bare, **given, "CLUSTER_DIR": str(folder), "PORT": str(port), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        running = Cluster(process, port)
        reading = threading.Thread(target=running.read)
        reading.start()
        try:
            yield running
        finally:
            process.kill()
            reading.join()


def free_ports() -> int:
    """The first of three that are free."""
    while True:
        first = free_port()
        try:
            for port in (first + 1, first + 2):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first


@pytest.mark.timeout(300)
def test_people_meet_across_processes_and_nothing_is_lost_in_between(folder: Path) -> None:
    port = free_ports()
    doors = [Door(port + 1), Door(port + 2)]
    with cluster(folder, port) as running:
        running.until("Ctrl-C")
        told = "".join(running.said)
        for expected in ("alice", "dora", "formroom-demo", f"127.0.0.1:{port + 1}", f"127.0.0.1:{port + 2}"):
            assert expected in told
        if find_nginx():
            assert f"Formroom is at http://127.0.0.1:{port}\n" in told
            doors.append(Door(port))
        for one, other in zip(doors, doors[1:] + doors[:1], strict=True):
            asyncio.run(meet(one, other))

        running.web(2).kill()
        running.until("web-2 | ended with -9, is started again")
        before = {running.web(1).pid}

        running.process.send_signal(signal.SIGHUP)
        running.until("… restarted")
        assert running.web(1).pid not in before
        asyncio.run(meet(doors[0], doors[1]))
        written = asyncio.run(summary(doors[0], "alice"))

        children = running.children()
        assert running.end(signal.SIGINT) == 0
        assert not psutil.wait_procs(children, timeout=10)[1]
        assert "Traceback" not in "".join(running.said)

    with cluster(folder, port) as running:
        running.until("Ctrl-C")
        assert asyncio.run(summary(doors[1], "bob")) == written
        with cluster(folder, free_ports()) as second:
            assert second.process.wait(timeout=PATIENCE) == 1
        assert f"already, as process {running.process.pid}" in "".join(second.said)

        children = running.children()
        running.end(signal.SIGKILL)
        assert not psutil.wait_procs(children, timeout=30)[1], "left behind"


def test_a_port_in_use_is_said_before_anything_is_done(folder: Path) -> None:
    port = free_ports()
    with socket.create_server(("127.0.0.1", port + 2)):
        with cluster(folder, port) as running:
            assert running.process.wait(timeout=PATIENCE) == 1
    assert f"cannot listen on 127.0.0.1:{port + 2}" in "".join(running.said)
    assert not list(folder.iterdir())


def test_a_step_that_fails_ends_the_whole_and_says_why(folder: Path) -> None:
    urls = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
    with cluster(folder, free_ports(), DATABASE_POOL_TIMEOUT="1", **urls) as running:
        assert running.process.wait(timeout=PATIENCE) == 1
    assert "migrate failed" in "".join(running.said)


def test_a_mistake_in_what_is_asked_for_is_told(folder: Path) -> None:
    with cluster(folder, free_ports(), PROCESSES="none") as running:
        assert running.process.wait(timeout=PATIENCE) == 1
    assert "PROCESSES must be a number from 1, not 'none'" in "".join(running.said)
