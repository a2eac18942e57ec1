"""Servers in processes of their own, on the database of the tests: what they log, and what is planted in them.

python -m tests.sessions.processes    # prints its port, serves until it is told to end
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rooms import elsewhere
from tests.services import free_port
from tests.sessions.gate import GATES

PLANTED = "FORMROOM_TESTS_PLANTED"
STOP_SECONDS = 15.0


@dataclass(eq=False, slots=True)
class Server:
    """A server in another process."""

    port: int
    process: subprocess.Popen[bytes]
    gates: Path
    log: Path
    _read: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def assert_content(self) -> None:
        if said := self.errors():
            raise AssertionError(f"a server complained:\n{said[-6_000:]}")

    def errors(self) -> str:
        """What it said, since this was last asked, if there was a complaint in it. To be busy for a moment is none."""
        said = self.log.read_text()[self._read :]
        self._read += len(said)
        wrong = [line for line in said.splitlines() if " ERROR " in line and "Service Unavailable" not in line]
        return said if wrong or "Traceback" in said else ""


@contextmanager
def server(folder: Path, *, planted: str = "", **environment: str) -> Iterator[Server]:
    """A server. ``planted`` names the bugs that it is to have, see `plants`; the rest is its environment."""
    from django.db import connection

    log = folder / f"server-{free_port()}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.sessions.processes"],
            stdout=subprocess.PIPE,
            stderr=said,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.sessions.settings",
                elsewhere.DATABASE: str(connection.settings_dict["NAME"]),
                GATES: str(folder),
                PLANTED: planted,
                **environment,
            },
        )
    try:
        assert process.stdout is not None
        port = process.stdout.readline()
        assert port, f"the server did not start:\n{log.read_text()}"
        yield Server(int(port), process, folder, log)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def main() -> None:
    import django

    django.setup()
    from django.contrib.contenttypes.models import ContentType
    from django.core.signals import request_started

    from tests.sessions import plants

    plants.plant(os.environ[PLANTED])
    # Between two tests the tables are emptied, and these get other numbers.
    request_started.connect(lambda **_: ContentType.objects.clear_cache(), weak=False)
    elsewhere.main("serve")


if __name__ == "__main__":
    main()
