"""What the containers run, run here: people meet through the proxy, on a Redis that may do nothing else."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
import redis

from tests.deploy.people import Door, at_the_logbook, meet
from tests.deploy.stack import NotHere, Process, Stack, as_nobody, stack
from tests.rooms.faults import postgresql_only
from tests.sessions.browser import Browser

pytestmark = [
    postgresql_only,  # once in the suite that runs twice; it starts servers of its own
    pytest.mark.slow,
    pytest.mark.xdist_group("deploy"),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="formroom-stack-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Stack]:
    """PostgreSQL and Redis; the database brought up to date, with the demo in it."""
    try:
        as_nobody()
    except NotHere as lacking:
        pytest.skip(str(lacking))
    with stack(folder) as found:
        for arguments in ([], ["load_demo", "--verbosity", "0"]):
            done = found.manage(*arguments)
            assert done.returncode == 0, done.stderr
        yield found


@pytest.fixture(scope="module")
def webs(running: Stack) -> Iterator[list[Process]]:
    with ExitStack() as both:
        yield [both.enter_context(running.run_web(name)) for name in ("web-1", "web-2")]


def test_migrating_again_changes_nothing(running: Stack) -> None:
    done = running.manage()
    assert "No migrations to apply." in done.stdout


def test_the_role_is_no_superuser_and_owns_one_database(running: Stack) -> None:
    url = running.site_environment("migrate")["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        role = "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles WHERE rolname = user"
        assert connection.execute(role).fetchone() == (False,)
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert connection.execute("SELECT current_setting(%s)", [setting]).fetchone() == ("on",)
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(url, dbname="postgres")


def test_people_on_two_processes_meet_and_so_they_do_through_the_proxy(running: Stack, webs: list[Process]) -> None:
    one, two = running.doors["web-1"], running.doors["web-2"]
    asyncio.run(meet(one, two))
    for name in ("web-1", "web-2"):
        health = running.health_of(name)
        assert health.returncode == 0, health.stderr
    try:
        with running.run_proxy() as proxy:
            asyncio.run(meet(running.doors["proxy"], one))
            asyncio.run(meet(two, running.doors["proxy"]))
            assert os.geteuid() != 0 or proxy.user_id() > 999
    except NotHere as lacking:
        pytest.skip(str(lacking))


def test_static_files_have_the_names_that_were_collected_and_are_kept_for_ever(
    running: Stack, webs: list[Process]
) -> None:
    browser = Browser(running.doors["web-1"])
    page = asyncio.run(browser.get("/accounts/login/")).text
    names = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page)
    assert names
    for name in names:
        assert re.search(r"\.[0-9a-f]{12}\.", name), f"{name} has no hash"
        assert "immutable" in asyncio.run(browser.get(name)).headers["cache-control"]


def test_nobody_is_root(webs: list[Process]) -> None:
    assert all(web.user_id() != 0 for web in webs)


def test_redis_is_asked_for_nothing_else_and_everything_else_is_refused(running: Stack, webs: list[Process]) -> None:
    """The channel layer has all that it needs, and nothing in the ACL that it does not."""
    asyncio.run(meet(running.doors["web-1"], running.doors["web-2"]))
    with running.watched() as watcher:
        assert watcher.acl_log() == [], "it asked for more than it may"
        used = {name.removeprefix("cmdstat_") for name in watcher.info("commandstats")}
        rights = next(line for line in watcher.acl_list() if line.startswith("user formroom "))
    granted = {word[1:] for word in rights.split() if word.startswith("+")}
    assert granted - {"ping"} <= used, "a right that nobody uses"  # ping is the healthcheck's


FORBIDDEN = [
    "FLUSHALL", "KEYS *", "GET x", "SET x y", "CONFIG GET *", "EVAL return 0", "DEBUG SLEEP 0", "MODULE LIST",
    "SHUTDOWN", "CLIENT LIST", "CLIENT KILL TYPE normal", "ACL LIST", "MONITOR", "INFO", "PSUBSCRIBE *",
    "PUBLISH other x", "SUBSCRIBE other", "SELECT 1", "REPLICAOF 127.0.0.1 1",
]  # fmt: skip


@pytest.mark.parametrize("command", FORBIDDEN)
def test_whoever_gets_at_redis_can_do_no_harm(running: Stack, command: str) -> None:
    url = running.site_environment("web-1")["REDIS_URL"]
    with redis.Redis.from_url(url) as client:
        with pytest.raises(redis.exceptions.ResponseError, match=r"permissions|not allowed"):
            client.execute_command(*command.split())
    with running.watched() as watcher:
        watcher.acl_log_reset()


@pytest.mark.parametrize("user", ["", "default:", "formroom:a-guess", ":a-guess"])
def test_redis_asks_for_its_password(running: Stack, user: str) -> None:
    address = running.addresses["redis:6379"]
    with redis.Redis.from_url(f"redis://{user}@{address}/0") as client:
        with pytest.raises(redis.exceptions.AuthenticationError):
            client.ping()
    with running.watched() as watcher:
        watcher.acl_log_reset()


def test_sigterm_ends_each_with_0_and_its_people_are_told(running: Stack, webs: list[Process]) -> None:
    """The last one here: nothing is left to serve after it."""

    async def stay(door: Door, web: Process) -> int:
        async with at_the_logbook("carol", door) as visitor:
            web.process.terminate()
            code, _ = await visitor.closed()
            return code

    for name, web in zip(("web-1", "web-2"), webs, strict=True):
        assert asyncio.run(stay(running.doors[name], web)) == 1012
        assert web.end() == 0, web.said()
        assert "Traceback" not in web.said()
