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


@dataclass(frozen=True, slots=True)
class Server:
    """A server in another process."""

    port: int
    process: subprocess.Popen[bytes]
    gates: Path
    log: Path

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def errors(self) -> str:
        """What it complained of; nothing, if all went well. That it is busy for a moment (503) is no complaint."""
        said = self.log.read_text()
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
    from tests.sessions import plants

    plants.plant(os.environ[PLANTED])
    elsewhere.main("serve")


if __name__ == "__main__":
    main()
