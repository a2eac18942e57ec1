"""PostgreSQL that is restarted, killed, slow, or has no connection left: what it has committed is all there is. I1."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import psycopg
import pytest

from tests.faults.crowd import Crowd
from tests.faults.rounds import FULL, rounds
from tests.faults.site import Site, until
from tests.services import postgresql_answers

STARTED = "SELECT pg_postmaster_start_time()::text"

AWAY_SECONDS = 17.0 if FULL else 3.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]


@pytest.mark.parametrize(("fault", "how"), [("database_fast", signal.SIGINT), ("database_killed", signal.SIGKILL)])
async def test_it_is_restarted(site: Site, crowd: Crowd, fault: str, how: signal.Signals) -> None:
    for _ in rounds(fault, 5):
        await crowd.go_home()
        await crowd.type_for(1.0)
        before = site.sql(STARTED)
        site.postgresql.process.send_signal(how)
        await until(lambda: site.postgresql.process.poll() is not None)
        await start(site)
        await crowd.type_for(1.0)
        started = before, site.sql(STARTED)
        assert started[0] != started[1]
        await crowd.recover(fault, started=started)


async def test_it_is_away_for_a_while(site: Site, crowd: Crowd) -> None:
    """Long enough for the pool of connections to try less and less often."""
    for _ in rounds("database_away", 2):
        await crowd.go_home()
        await crowd.type_for(1.0)
        site.postgresql.process.send_signal(signal.SIGINT)
        await until(lambda: site.postgresql.process.poll() is not None)
        await crowd.type_for(AWAY_SECONDS)
        await start(site)
        await crowd.recover("database_away", seconds=AWAY_SECONDS)


async def start(site: Site) -> None:
    """Starts it again; the backends of one that was killed may hold its memory for a moment, and it ends at once."""
    async with asyncio.timeout(60):
        site.postgresql.start()
        while not await asyncio.to_thread(postgresql_answers, site.postgresql):
            if site.postgresql.process.poll() is not None:
                site.postgresql.start()
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("milliseconds", [50, 500, 5_000])
async def test_its_commits_are_slow(site: Site, crowd: Crowd, milliseconds: int) -> None:
    fault = f"commits_{milliseconds}ms"
    for _ in rounds(fault, 1):
        await crowd.go_home()
        with slow_commits(site, milliseconds) as slept:
            await crowd.type_for(max(3.0, milliseconds * 0.003) * (3 if FULL else 1))
            count = slept()
        assert count > 0
        await crowd.recover(fault, slept=count, slowest=round(max(crowd.history.answer_times), 2))
        assert max(crowd.history.answer_times) >= milliseconds / 1_000


@contextmanager
def slow_commits(site: Site, milliseconds: int) -> Iterator[Callable[[], int]]:
    """Every COMMIT of ops takes so long, all locks held; given is how many did."""
    for statement in _SLOW:
        site.sql(statement.replace("{seconds}", str(milliseconds / 1_000)))
    try:
        yield lambda: int(site.sql("SELECT last_value FROM faults_slept WHERE is_called") or 0)
    finally:
        site.sql("DROP TRIGGER faults_slow ON rooms_operation")
        site.sql("DROP SEQUENCE faults_slept")


# Deferred, so it runs inside COMMIT; once for each transaction, however many ops it has.
_SLOW = [
    "CREATE SEQUENCE faults_slept",
    "CREATE OR REPLACE FUNCTION faults_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF current_setting('faults.slept', true) IS DISTINCT FROM pg_current_xact_id()::text THEN"
    "  PERFORM set_config('faults.slept', pg_current_xact_id()::text, true);"
    "  PERFORM nextval('faults_slept'); PERFORM pg_sleep({seconds});"
    " END IF; RETURN NULL; END $$",
    "CREATE CONSTRAINT TRIGGER faults_slow AFTER INSERT ON rooms_operation DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION faults_slow()",
]


async def test_it_has_no_connection_left(site: Site, crowd: Crowd) -> None:
    for _ in rounds("connections", 1):
        await crowd.go_home()
        await crowd.type_for(1.0)
        with ExitStack() as stack:
            held = await asyncio.to_thread(hold_all, site, stack)
            await crowd.type_for(10.0 if FULL else 3.0)
        await crowd.recover("connections", held=held)


def hold_all(site: Site, stack: ExitStack) -> int:
    """Hangs up on everybody else and takes every connection there is; how many."""
    held: list[psycopg.Connection[Any]] = []
    refused = False
    while not refused:
        try:
            held.append(psycopg.connect(site.postgresql.url, autocommit=True))
            stack.enter_context(closing(held[-1]))
        except psycopg.OperationalError as error:
            if "too many clients" not in str(error):
                raise
            mine = [each.info.backend_pid for each in held]
            others = held[0].execute(_HANG_UP, [mine]).fetchall()
            refused = not others
    return len(held)


_HANG_UP = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> ALL(%s)"
)
