"""Statements that travel together: the questions of a transaction in one packet, and their answers in one.

psycopg's own pipeline sends every statement as it comes, which costs some system calls each time; a commit is nine
statements. This one sends what was asked when the first answer is wanted. It stands on libpq's pipeline mode through
`psycopg.pq`: parameters travel as text whose types the server infers, results become the values that psycopg's
cursors make of them. Owns the order of answers, and what is left of a pipeline that failed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import adapt, generators, pq
from psycopg.errors import error_from_result

Row = tuple[Any, ...]

_FAILED = pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED
_numbers = count()
_prepared: WeakKeyDictionary[psycopg.Connection[Any], dict[str, bytes]] = WeakKeyDictionary()


class Answer:
    """What a statement of a pipeline will have answered."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self.rows: list[Row] | None = None

    def fetchall(self) -> list[Row]:
        """Waits for it. Raises what the statement, or one before it, failed with."""
        while self.rows is None:
            self._pipeline.receive()
        return self.rows


@contextmanager
def pipeline(connection: psycopg.Connection[Any], *, prepare: bool = True) -> Iterator[Pipeline]:
    """A pipeline; left without an exception, everything in it has succeeded.

    With ``prepare`` the server keeps its statements with the connection. psycopg must not prepare any there by itself:
    after a rollback it would have the server forget all.
    """
    opened = Pipeline(connection, prepare=prepare)
    try:
        yield opened
        opened.close()
    except BaseException:
        with suppress(psycopg.Error):  # a connection that is lost has nothing more to say
            opened.abandon()
        raise


class Pipeline:
    """Statements on a connection that does nothing else meanwhile. Made by ``pipeline``."""

    def __init__(self, connection: psycopg.Connection[Any], *, prepare: bool) -> None:
        self._connection = connection
        self._prepare = prepare
        self._pq = connection.pgconn
        self._values = adapt.Transformer.from_context(connection)
        self._prepared = _prepared.setdefault(connection, {})
        self._awaited: deque[Answer | None] = deque()  # in the order of the statements; None: only that it succeeds
        self._unsent = self._synced = False
        self._pq.enter_pipeline_mode()
        if not connection.autocommit and self._pq.transaction_status == pq.TransactionStatus.IDLE:
            self.execute("BEGIN")  # as psycopg's cursors do: a transaction begins with its first statement

    def execute(self, sql: str, params: Sequence[str | int | None] = ()) -> Answer:
        """Asks. It is sent with everything else as soon as an answer is waited for. ``%s`` are the parameters."""
        statement = _numbered(sql)
        values = [None if value is None else str(value).encode() for value in params]
        if self._prepare and values:  # to read BEGIN and COMMIT is no work
            self._pq.send_query_prepared(self._name(sql, statement), values)
        else:
            self._pq.send_query_params(statement, values)
        answer = Answer(self)
        self._awaited.append(answer)
        self._unsent = True
        return answer

    def _name(self, sql: str, statement: bytes) -> bytes:
        name = self._prepared.get(sql)
        if name is None:
            name = self._prepared[sql] = f"formroom_{next(_numbers)}".encode()
            self._pq.send_prepare(name, statement)
            self._awaited.append(None)
        return name

    def receive(self) -> None:
        """Waits for the next answer."""
        if self._unsent:
            self._pq.send_flush_request()
            self._send()
        result, answer = self._next()
        if result.status in _FAILED:
            raise _error(result, self._connection)
        if answer is not None:
            self._values.set_pgresult(result)
            answer.rows = self._values.load_rows(0, result.ntuples, tuple)

    def _send(self) -> None:
        self._connection.wait(generators.send(self._pq))
        self._unsent = False

    def _next(self) -> tuple[pq.abc.PGresult, Answer | None]:
        (result,) = self._connection.wait(generators.fetch_many(self._pq))
        return result, self._awaited.popleft()

    def close(self) -> None:
        """Waits for everything. Raises the first failure."""
        self._sync()
        while self._awaited:
            self.receive()
        self._leave()

    def abandon(self) -> None:
        """Gives up: what still comes is taken, and forgotten."""
        if self._pq.pipeline_status == pq.PipelineStatus.OFF:
            return
        self._prepared.clear()  # some may not have been prepared
        if not self._synced:
            self._sync()
        while self._awaited:
            self._next()
        self._leave()

    def _sync(self) -> None:
        self._pq.pipeline_sync()
        self._synced = True
        self._send()

    def _leave(self) -> None:
        self._connection.wait(generators.fetch_many(self._pq))  # the mark that the sync has set
        self._pq.exit_pipeline_mode()
        self._synced = False

    @contextmanager
    def interrupted(self) -> Iterator[None]:
        """For statements that go another way, on the same connection and in the same transaction."""
        self.close()
        yield
        self._pq.enter_pipeline_mode()


def _error(result: pq.abc.PGresult, connection: psycopg.Connection[Any]) -> psycopg.Error:
    if result.status == pq.ExecStatus.PIPELINE_ABORTED:
        return psycopg.errors.PipelineAborted("pipeline aborted")
    return error_from_result(result, encoding=connection.info.encoding)


@lru_cache(maxsize=256)
def _numbered(sql: str) -> bytes:
    """A statement as the server takes it, its parameters numbered."""
    first, *others = sql.split("%s")
    return "".join([first, *(f"${at}{other}" for at, other in enumerate(others, start=1))]).replace("%%", "%").encode()
