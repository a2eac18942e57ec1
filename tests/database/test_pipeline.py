"""Statements that travel together: answers in the order of the questions, a connection that is sound after anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction

from collab.database import Database, Relation
from collab.pipeline import Pipeline, pipeline
from tests.rooms.faults import another_connection, postgresql_only

ID = "01a22107-25e1-761a-bd62-4d44baa53175"
PAIRS = Relation(id="uuid", number="bigint")

pytestmark = [postgresql_only, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def raw(transactional_db: None) -> Iterator[psycopg.Connection[Any]]:
    connection.ensure_connection()
    opened: Any = connection.connection
    opened.execute("CREATE TABLE kept (number bigint CONSTRAINT once UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    yield opened
    connection.ensure_connection()
    connection.connection.execute("DROP TABLE kept")


def kept(raw: psycopg.Connection[Any]) -> list[int]:
    return [number for (number,) in raw.execute("SELECT number FROM kept ORDER BY number").fetchall()]


@pytest.mark.parametrize("prepare", [True, False])
def test_answers_come_in_any_order_that_they_are_asked_for(raw: psycopg.Connection[Any], *, prepare: bool) -> None:
    for turn in range(7):  # the server settles on a plan after five
        with pipeline(raw, prepare=prepare) as asked:
            first = asked.execute("SELECT %s::bigint, %s::text, 'a%%b'", (turn, None))
            second = asked.execute("SELECT %s::uuid, true, 1.5::float8", (ID,))
            nothing = asked.execute("SELECT 1 WHERE false")
            assert second.fetchall() == [(UUID(ID), True, 1.5)]
            assert first.fetchall() == [(turn, None, "a%b")]
            third = asked.execute("SELECT generate_series(1, %s)", (3,))
            assert third.fetchall() == [(1,), (2,), (3,)]
            assert nothing.fetchall() == []
            asked.execute("INSERT INTO kept VALUES (%s)", (turn,))
    assert kept(raw) == list(range(7))


def test_more_than_the_sockets_hold_goes_both_ways(raw: psycopg.Connection[Any]) -> None:
    big = "x" * 4_000_000
    with pipeline(raw) as asked:
        answers = [asked.execute("SELECT %s::text", (big,)) for _ in range(4)]
        assert all(answer.fetchall() == [(big,)] for answer in answers)


@pytest.mark.parametrize("waits", [True, False], ids=["where it is waited for", "at the end"])
def test_a_statement_that_fails_is_told_and_the_connection_stays(raw: psycopg.Connection[Any], *, waits: bool) -> None:
    for _ in range(2):
        with pytest.raises(psycopg.errors.DivisionByZero), pipeline(raw) as asked:  # noqa: PT012
            asked.execute("SELECT 1").fetchall()
            failing = asked.execute("SELECT 1 / %s::int", (0,))
            later = asked.execute("SELECT 'prepared never' || %s::text", ("",))
            if waits:
                failing.fetchall()
        with pipeline(raw) as asked:
            later = asked.execute("SELECT 'prepared never' || %s::text", ("",))
            assert later.fetchall() == [("prepared never",)]


def test_what_python_raises_leaves_the_connection_sound(raw: psycopg.Connection[Any]) -> None:
    with pytest.raises(ZeroDivisionError), pipeline(raw) as asked:  # noqa: PT012
        asked.execute("SELECT generate_series(1, 100000)")
        raise ZeroDivisionError
    assert kept(raw) == []


def test_a_commit_that_fails_fails_the_transaction(raw: psycopg.Connection[Any]) -> None:
    db = Database()
    insert = "INSERT INTO kept SELECT r.number FROM {r} WHERE true"
    with pytest.raises(psycopg.errors.UniqueViolation), db.transaction():
        db.write(insert, PAIRS, [(UUID(ID), 1), (UUID(ID), 1)])
    assert kept(raw) == []
    with db.transaction():
        db.write(insert, PAIRS, [(UUID(ID), 1), (UUID(ID), 2)])
    assert kept(raw) == [1, 2]


def test_django_asks_in_the_middle(raw: psycopg.Connection[Any]) -> None:
    db = Database()
    with pytest.raises(ZeroDivisionError), db.transaction():  # noqa: PT012
        assert db.ask("SELECT r.number FROM {r}", PAIRS, [(UUID(ID), 5)], read=list).get() == [(5,)]
        waiting = db.ask("INSERT INTO kept SELECT r.number FROM {r} RETURNING number", PAIRS, [(None, 7)], read=list)
        with db.ordinary(), connection.cursor() as cursor:
            cursor.execute("SELECT number FROM kept")
            assert cursor.fetchall() == [(7,)]  # the same transaction
        assert waiting.get() == [(7,)]
        assert db.ask("SELECT r.id FROM {r}", PAIRS, [(UUID(ID), 1)], read=list).get() == [(UUID(ID),)]
        raise ZeroDivisionError
    assert kept(raw) == []


def test_what_is_asked_first_in_a_transaction_of_django_is_in_it(raw: psycopg.Connection[Any]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        Database().wait_for_locks(milliseconds=57)
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("57ms",)
        Database().write("INSERT INTO kept SELECT r.number FROM {r} WHERE true", PAIRS, [(UUID(ID), 1)])
        raise ZeroDivisionError
    assert kept(raw) == []
    with transaction.atomic():
        Database().write("INSERT INTO kept SELECT r.number FROM {r} WHERE true", PAIRS, [(UUID(ID), 1)])
    assert kept(raw) == [1]


def test_prepared_statements_outlive_what_django_rolls_back(raw: psycopg.Connection[Any]) -> None:
    """psycopg, where it prepares by itself, has the server forget all statements after a rollback to a savepoint."""
    db = Database()
    for number in range(8):
        assert db.ask("SELECT r.number FROM {r}", PAIRS, [(UUID(ID), number)], read=list).get() == [(number,)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM kept WHERE number = %s", [number])
        with transaction.atomic(), suppress(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError


def test_a_connection_that_is_lost_is_told_as_such(raw: psycopg.Connection[Any]) -> None:
    def lose(asked: Pipeline) -> None:
        (pid,) = asked.execute("SELECT pg_backend_pid()").fetchall()[0]
        with another_connection() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    with pytest.raises(psycopg.OperationalError), pipeline(raw) as asked:  # noqa: PT012
        lose(asked)
        asked.execute("SELECT 1").fetchall()
    assert raw.broken
    connection.close()
