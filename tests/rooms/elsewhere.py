"""Another process on the database of the tests: a server that can be killed, or a writer among several.

    python -m tests.rooms.elsewhere serve                 # prints its port, serves until it is told to end
    python -m tests.rooms.elsewhere web                   # the same, as `manage.py web` does it
    python -m tests.rooms.elsewhere commit < submissions  # one JSON line each; prints their outcomes

Started by the tests with ``process``, which tells it the database.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import BinaryIO

DATABASE = "FORMROOM_TESTS_DATABASE"


@asynccontextmanager
async def process(task: str, *, log: BinaryIO | None = None, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another process, killed at the end if it has not ended. ``more``: of its environment."""
    from django.db import connection

    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.rooms.elsewhere",
        task,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
        limit=2**24,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            DATABASE: str(connection.settings_dict["NAME"]),
            **more,
        },
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


def main(task: str) -> None:
    import django
    from django.db import connections

    django.setup()
    connections.settings["default"]["NAME"] = os.environ[DATABASE]
    if task == "serve":
        _serve()
    elif task == "web":
        _web()
    else:
        _commit()


def _serve() -> None:
    import socket

    from collab.rooms.routing import LiveForms
    from tests.rooms.live import server_for

    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        server_for(LiveForms()).run(sockets=[listener])


def _web() -> None:
    import socket

    from project.serving import serve

    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        serve(listener)


def _commit() -> None:
    """Commits what it is given, a batch a line, each until it is committed."""
    from datetime import UTC, datetime
    from uuid import UUID

    from collab.database import is_passing
    from collab.document.judge import Limits
    from collab.rooms.commit import Outcome, Submission, commit_batch

    def commit(submissions: list[Submission]) -> list[Outcome]:
        found: dict[int, Outcome] = {}
        wait = None
        while len(found) < len(submissions):
            left = [index for index in range(len(submissions)) if index not in found]
            try:
                result = commit_batch(
                    [submissions[index] for index in left],
                    now=datetime.now(UTC),
                    limits=Limits(),
                    handed={},
                    wait_milliseconds=wait,
                )
            except Exception as error:
                if not is_passing(error):
                    raise
                continue
            found |= {
                index: outcome
                for index, outcome in zip(left, result.outcomes, strict=True)
                if isinstance(outcome, Outcome)
            }
            wait = 50  # as the writer does it: first without waiting, then with
        return [found[index] for index in range(len(submissions))]

    for batch in [json.loads(line) for line in sys.stdin]:
        submissions = [
            Submission(UUID(form), UUID(user), client_id, seq, base, ops)
            for form, user, client_id, seq, base, ops in batch
        ]
        outcomes = commit(submissions)
        print(json.dumps([[outcome.seq, outcome.version, outcome.rejected] for outcome in outcomes]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
