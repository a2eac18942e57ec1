"""The one place where PostgreSQL and SQLite differ for those who write SQL by hand.

Statements are written once. A set of rows goes in as one parameter, a *relation*: a JSON document, taken apart by
the database. (Parallel arrays through ``unnest`` cost Python more: every item is written by Python code.)
Questions are asked first and their answers taken later, so that in a pipeline many of them travel together: a
thread that waits for the database once, and not ten times, has to take its turn at the interpreter once. Owns the
conversion of values and the classes of failure; knows nothing of what is stored.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

import django.db
import psycopg
from django.conf import settings
from django.db import transaction
from psycopg import errors as pg_errors

from collab.pipeline import Pipeline, Row, pipeline

ColumnType = Literal["uuid", "text", "bigint", "boolean", "timestamptz"]
T = TypeVar("T")


class Relation:
    """Rows as a FROM item, ``{r}`` in a statement: its columns named and typed, its rows one JSON parameter."""

    def __init__(self, **columns: ColumnType) -> None:
        self.names = ", ".join(f'"{name}"' for name in columns)
        self._kinds = tuple(columns.values())
        taken = ", ".join(f'(j.value->>{at})::{kind} AS "{name}"' for at, (name, kind) in enumerate(columns.items()))
        # The limit, which takes away nothing, is for the planner: it guesses a tenth of it, ten rows, looks each up
        # by its key, and never reads a whole table of cells for the hundred rows it would guess otherwise.
        self.postgresql = f"(SELECT {taken} FROM json_array_elements(%s::json) AS j LIMIT %s) AS r"
        taken = ", ".join(f"json_extract(j.value, '$[{at}]') AS \"{name}\"" for at, name in enumerate(columns))
        self.sqlite = f"(SELECT {taken} FROM json_each(%s) AS j) AS r"

    def params(self, rows: Sequence[Row], *, postgresql: bool) -> tuple[Any, ...]:
        """The rows as the statement takes them. What JSON lacks becomes the text that the database reads it from."""
        if postgresql:
            return _ENCODER.encode(rows), len(rows)
        fits = [_SQLITE_FORM.get(kind) for kind in self._kinds]
        return (_ENCODER.encode([[_fitted(*pair) for pair in zip(fits, row, strict=True)] for row in rows]),)


class Asked(Generic[T]):
    """A question that is under way to the database."""

    def __init__(self, cursor: Any, read: Callable[[list[Row]], T]) -> None:
        self._cursor = cursor
        self._read = read
        self._answer: tuple[T] | None = None

    def get(self) -> T:
        """Waits for the answer, which is the same however often it is taken."""
        if self._answer is None:
            self._answer = (self._read(self._cursor.fetchall()),)
        return self._answer[0]


class Database:
    """The connection of the running thread."""

    def __init__(self) -> None:
        self._wrapper = django.db.connection
        self.postgresql = self._wrapper.vendor == "postgresql"
        self._pipeline: Pipeline | None = None
        self._gathered: list[tuple[str, tuple[Any, ...]]] | None = None

    def ask(
        self, sql: str, relation: Relation, rows: Sequence[Row], *params: Any, read: Callable[[list[Row]], T]
    ) -> Asked[T]:
        """Asks a query in which ``{r}`` is the relation; ``params`` follow it, ``read`` makes something of the rows."""
        return Asked(self._run(sql, relation, rows, params), read)

    def write(self, sql: str, relation: Relation, rows: Sequence[Row]) -> None:
        """Writes, at the latest when the transaction is left: no two writes of one may touch the same row."""
        if self._gathered is None:
            self._run(sql, relation, rows, ())
        else:
            self._gathered.append(self._bound(sql, relation, rows))

    def uuid(self, value: Any) -> UUID:
        return value if isinstance(value, UUID) else UUID(value)

    def instant(self, column: str) -> str:
        """SQL for a stored time as it travels: UTC, ISO 8601, to the millisecond."""
        if self.postgresql:
            return f"""to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
        return f"strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', {column})"

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction of its own; committed, for certain, when it is left.

        On PostgreSQL its questions travel in a pipeline, and what is written travels in one statement at its end.
        """
        if not self.postgresql or self._wrapper.in_atomic_block:
            with transaction.atomic(durable=True):
                yield
            return
        with self._piped("BEGIN"):
            self._gathered = []
            yield
            self._write_gathered()

    @contextmanager
    def _piped(self, begin: str) -> Iterator[None]:
        """A transaction in a pipeline: committed when it is left, rolled back with an exception."""
        self._wrapper.ensure_connection()
        raw: Any = self._wrapper.connection
        with self._rolled_back_on_error(raw), pipeline(raw, prepare=_prepares()) as self._pipeline:
            self._pipeline.execute(begin)
            yield
            self._pipeline.execute("COMMIT")

    @contextmanager
    def _rolled_back_on_error(self, raw: Any) -> Iterator[None]:
        try:
            yield
        except BaseException:
            with suppress(psycopg.Error):
                raw.rollback()
            raise
        finally:
            self._gathered = self._pipeline = None

    def ordinary(self) -> AbstractContextManager[None]:
        """For what Django asks, or another ``Database``, in a ``transaction`` or ``snapshot``: it goes another way."""
        return nullcontext() if self._pipeline is None else self._pipeline.interrupted()

    def _write_gathered(self) -> None:
        """Writes what was gathered as one statement: each part a CTE of its own, none seeing what another wrote."""
        parts = self._gathered or []
        if not parts:
            return
        *firsts, last = [sql for sql, _ in parts]
        named = ", ".join(f"w{number} AS ({sql})" for number, sql in enumerate(firsts))
        self._execute(f"WITH {named} {last}" if named else last, tuple(p for _, params in parts for p in params))

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """A transaction that sees one state of the database throughout, and keeps no writer waiting.

        On PostgreSQL its questions travel in a pipeline; for what Django asks in it, there is ``ordinary``.
        """
        if self._wrapper.in_atomic_block:
            yield
        elif self.postgresql:
            with self._piped("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"):
                yield
        else:
            self._execute("BEGIN DEFERRED", ())  # Django's own would take the one lock that writers need
            try:
                yield
            finally:
                self._execute("ROLLBACK", ())

    def wait_for_locks(self, *, milliseconds: int) -> None:
        """Bounds how long statements of this transaction wait for a lock. SQLite has its busy timeout."""
        if self.postgresql:
            self._execute(f"SET LOCAL lock_timeout = {int(milliseconds)}", ())

    def _run(self, sql: str, relation: Relation, rows: Sequence[Row], params: Sequence[Any]) -> Any:
        bound, taken = self._bound(sql, relation, rows)
        return self._execute(bound, (*taken, *params))

    def _bound(self, sql: str, relation: Relation, rows: Sequence[Row]) -> tuple[str, tuple[Any, ...]]:
        item = relation.postgresql if self.postgresql else relation.sqlite
        return sql.replace("{r}", item), relation.params(rows, postgresql=self.postgresql)

    def _execute(self, sql: str, params: Sequence[str | int | None]) -> Any:
        if self._pipeline is not None:
            return self._pipeline.execute(sql, params)
        self._wrapper.ensure_connection()
        raw: Any = self._wrapper.connection
        if self.postgresql:
            with pipeline(raw, prepare=_prepares()) as alone:
                return alone.execute(sql, params)
        return raw.execute(sql.replace("%s", "?").replace("%%", "%"), params)


def _prepares() -> bool:
    """Whether the few statements of the store are prepared, once for each connection, and run all day."""
    return getattr(settings, "DATABASE_PREPARES", True)


def _fitted(fit: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if fit is None or value is None else fit(value)


def _sqlite_time(instant: str) -> str:
    """As Django keeps it."""
    return datetime.fromisoformat(instant).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


# The ids of a batch come again and again, and to write one costs more than to look it up.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=lru_cache(maxsize=16_384)(UUID.__str__))
_SQLITE_FORM: Mapping[str, Callable[[Any], Any]] = {"uuid": lambda value: value.hex, "timestamptz": _sqlite_time}

# Lost connections, conflicts between transactions, locks not had in time, no resources, prepared statements that a
# pooler or somebody else had the server forget, a server that restarts or only reads, a failing system: classes and
# codes of PostgreSQL's errors that say nothing of the work itself.
_PASSING = ("08", "25006", "25P03", "26000", "40", "53", "55P03", "57P", "58")
_PASSING_SQLITE = ("locked", "busy", "disk I/O", "disk is full", "readonly")


def is_passing(error: BaseException) -> bool:
    """Whether the same work may well succeed in a moment: a lost connection, a deadlock, a busy database.

    Anything else is the fault of something in the work, and trying it again would fail again.
    """
    cause = _cause(error)
    if isinstance(cause, psycopg.InterfaceError | django.db.InterfaceError):
        return True
    if isinstance(cause, pg_errors.PipelineAborted):
        return False
    if isinstance(cause, psycopg.Error) and cause.sqlstate is not None:
        return cause.sqlstate.startswith(_PASSING)
    if isinstance(cause, psycopg.OperationalError):  # the connection broke, or there was none in the pool
        return True
    if isinstance(cause, sqlite3.OperationalError):
        return any(word in str(cause) for word in _PASSING_SQLITE)
    return False


def is_lock_timeout(error: BaseException) -> bool:
    """Whether a lock was not had in the time that ``wait_for_locks`` gave."""
    return isinstance(_cause(error), pg_errors.LockNotAvailable)


def _cause(error: BaseException) -> BaseException:
    """The driver's own error behind Django's."""
    return error.__cause__ if isinstance(error, django.db.Error) and error.__cause__ is not None else error
