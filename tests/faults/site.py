"""A whole site for the faults: PostgreSQL, Valkey and two web processes that are ours to break, and who looks at it.

Owns starting and ending them, and waiting until they answer. What is broken, and how, is `test_*`'s business.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests import services
from tests.faults.inspector import Inspector
from tests.faults.layer import FOLDER, SEED
from tests.faults.web import PLANTED, Web

PATIENCE = 60.0
PEOPLE = 32


@dataclass(frozen=True, slots=True)
class Site:
    """All that runs, by what it is."""

    folder: Path
    postgresql: services.Server
    valkey: services.Server
    webs: list[Web]
    inspector: Inspector
    people: list[str]

    async def ask(self, question: str, **details: Any) -> Any:
        return await asyncio.to_thread(self.inspector.ask, question, **details)

    def sql(self, statement: str, *params: Any) -> Any:
        """The first value of a statement's first row, over a connection of its own."""
        with psycopg.connect(self.postgresql.url, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement.encode(), params or None)
            row = cursor.fetchone() if cursor.description is not None else None
            return row[0] if row is not None else None

    def redis(self, *command: str) -> Any:
        with redis.Redis.from_url(self.valkey.url, socket_timeout=5, decode_responses=True) as client:
            return client.execute_command(*command)

    async def until_all_answer(self) -> None:
        """Until every server and every web process answers again."""
        await until(lambda: services.postgresql_answers(self.postgresql))
        await until(lambda: services.valkey_answers(self.valkey))
        for web in self.webs:
            await until(web.answers)


async def until(true: Callable[[], bool], *, patience: float = PATIENCE, step: float = 0.05) -> None:
    """Asks, in a thread, until it is so."""
    async with asyncio.timeout(patience):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110  # they are other processes
            await asyncio.sleep(step)


@contextmanager
def running_site(folder: Path, *, seed: int, planted: str = "", **environment: str) -> Iterator[Site]:
    """A site, whose web processes have these bugs and this environment."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        postgresql = stack.enter_context(services.postgresql())
        valkey = stack.enter_context(services.valkey())
        variables = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": postgresql.url,
            "REDIS_URL": valkey.url,
            FOLDER: str(folder),
            SEED: str(seed),
            PLANTED: planted,
            **environment,
        }
        inspector = Inspector(variables)
        stack.callback(inspector.close)
        people = inspector.ask("prepare", people=PEOPLE)
        webs = []
        for name in ("one", "other"):
            webs.append(Web(services.free_port(), variables, folder / f"web-{name}.log"))
            stack.callback(webs[-1].stop)
        yield Site(folder, postgresql, valkey, webs, inspector, people)
