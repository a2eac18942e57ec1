"""What goes wrong with a database, made to happen for real: held rows, killed backends, a wire that is cut.

Everything here is done over connections of the test's own; the code under test is left as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from typing import Any, Literal
from uuid import UUID

import psycopg
import pytest
from channels.db import database_sync_to_async as in_thread
from django.conf import settings
from django.db import connection, connections

ON_POSTGRESQL = "postgresql" in settings.DATABASES["default"]["ENGINE"]
postgresql_only = pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL")

PATIENCE = 20.0


def another_connection(**more: Any) -> psycopg.Connection[Any]:
    """A connection to the test database that is nobody else's."""
    where = connection.settings_dict
    return psycopg.connect(
        host=where["HOST"],
        port=where["PORT"],
        user=where["USER"],
        password=where["PASSWORD"],
        dbname=where["NAME"],
        **more,
    )


@contextmanager
def holding(*forms: UUID) -> Iterator[psycopg.Connection[Any]]:
    """Another transaction holds these forms ``FOR UPDATE``, until it is left or rolled back."""
    with closing(another_connection()) as other:
        other.execute("SELECT id FROM rooms_form WHERE id = ANY(%s) ORDER BY id FOR UPDATE", (list(forms),))
        yield other


async def backend_waiting_for(other: psycopg.Connection[Any]) -> int:
    """The process id of the backend that waits for what this connection holds, once there is one."""
    with closing(another_connection(autocommit=True)) as observer:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = observer.execute(
                    "SELECT pid FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", (other.info.backend_pid,)
                ).fetchone()
                if found is not None:
                    return int(found[0])
                await asyncio.sleep(0.005)


def terminate(backend: int) -> None:
    with closing(another_connection(autocommit=True)) as observer:
        observer.execute("SELECT pg_terminate_backend(%s, 5000)", (backend,))


@asynccontextmanager
async def refusing_operations_with(word: str, *, state: str = "P0001") -> AsyncIterator[None]:
    """The database itself refuses to store an op whose JSON holds a word: a poison that no check finds before.

    On PostgreSQL with that SQLSTATE: some say that the same may succeed in a moment.
    """
    poison = _POISON if ON_POSTGRESQL else _POISON_SQLITE
    await in_thread(_execute)([each.replace("{word}", word).replace("{state}", state) for each in poison])
    try:
        yield
    finally:
        await in_thread(_execute)(["DROP TRIGGER poison" + (" ON rooms_operation" if ON_POSTGRESQL else "")])


def _execute(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


_POISON = [
    # What it could not store a database repeats, in the message or in its detail.
    "CREATE OR REPLACE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RAISE EXCEPTION 'poison: %', NEW.op USING ERRCODE = '{state}'; END $$",
    "CREATE TRIGGER poison BEFORE INSERT ON rooms_operation FOR EACH ROW"
    " WHEN (strpos(NEW.op, '{word}') > 0) EXECUTE FUNCTION poison()",
]
_POISON_SQLITE = [
    "CREATE TRIGGER poison BEFORE INSERT ON rooms_operation WHEN instr(NEW.op, '{word}') > 0"
    " BEGIN SELECT RAISE(ABORT, 'poison'); END"
]


class Wire:
    """A line to PostgreSQL that is cut once, before the next COMMIT arrives there or before its answer comes back."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self.cuts = 0
        self.target = port
        self._cut: Literal["before", "after"] | None = None

    def cut(self, when: Literal["before", "after"]) -> None:
        self._cut = when

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        line = _Line([writer, back])
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await asyncio.gather(self._there(reader, back, line), self._back(there, writer, line))
        line.end()

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: _Line) -> None:
        while data := await reader.read(65_536):
            if self._cut is not None and b"COMMIT" in data:
                when, self._cut = self._cut, None
                self.cuts += 1
                if when == "before":
                    break
                line.deaf = True
            writer.write(data)
            await writer.drain()
        line.end()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: _Line) -> None:
        heard = b""
        while data := await reader.read(65_536):
            if line.deaf:
                heard += data
                if b"COMMIT\0" in heard:  # the server says so; nobody hears it
                    break
                continue
            writer.write(data)
            await writer.drain()
        line.end()


class _Line:
    """One connection over the wire."""

    def __init__(self, ends: list[asyncio.StreamWriter]) -> None:
        self.deaf = False
        self._ends = ends

    def end(self) -> None:
        for writer in self._ends:
            writer.transport.abort()


@asynccontextmanager
async def wired() -> AsyncIterator[Wire]:
    """Everything that connects from now on does so over a wire."""
    where = connections.settings["default"]
    wire = Wire(int(where["PORT"]))
    async with await asyncio.start_server(wire.serve, "127.0.0.1", 0) as server:
        wire.port = server.sockets[0].getsockname()[1]
        await in_thread(_connect_to)(wire.port)
        try:
            yield wire
        finally:
            await in_thread(_connect_to)(wire.target)


def _connect_to(port: int) -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    connections.settings["default"]["PORT"] = str(port)
