"""The real servers that the other tests stand on: started, answering, stopped, whatever happens."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from tests import services

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "tests.services", "--"]


def without_urls() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}


def test_postgresql_is_real_and_durable() -> None:
    with services.postgresql() as server, psycopg.connect(server.url) as connection:
        settings = {
            name: connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            for name in ("fsync", "synchronous_commit", "full_page_writes")
        }
    assert settings == {"fsync": ("on",), "synchronous_commit": ("on",), "full_page_writes": ("on",)}
    assert server.process.returncode is not None


def test_postgresql_asks_for_a_password() -> None:
    with services.postgresql() as server, pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url, password="a guess")


def test_valkey_speaks_redis_and_asks_for_a_password() -> None:
    with services.valkey() as server:
        with redis.Redis.from_url(server.url) as client:
            assert client.ping()
        address, _, port = server.url.rpartition("@")[2].partition("/")[0].partition(":")
        with redis.Redis(host=address, port=int(port), password="a guess") as client:
            with pytest.raises(redis.AuthenticationError):
                client.ping()
    assert server.process.returncode is not None


def test_a_frozen_server_is_stopped_too() -> None:
    with services.valkey() as server:
        server.process.send_signal(signal.SIGSTOP)
    assert server.process.returncode is not None


def test_the_command_hands_over_urls_and_exit_code() -> None:
    script = "import os, sys; sys.exit(7 if os.environ['DATABASE_URL'] and os.environ['REDIS_URL'] else 1)"
    done = subprocess.run([*COMMAND, sys.executable, "-c", script], cwd=ROOT, env=without_urls(), check=False)
    assert done.returncode == 7


def test_given_urls_are_used_and_nothing_is_started() -> None:
    environment = {**without_urls(), "DATABASE_URL": "postgresql://given", "REDIS_URL": "redis://given"}
    with services.servers(environment) as seen:
        assert seen == environment


def test_servers_die_with_a_killed_parent(tmp_path: Path) -> None:
    """Not even a SIGKILL of the test run leaves a server behind."""
    script = (
        "import sys, time\n"
        "from tests import services\n"
        "with services.valkey() as server:\n"
        "    print(server.url, flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        with redis.Redis.from_url(parent.stdout.readline().strip()) as client:
            subscriber = client.pubsub()
            subscriber.subscribe("nothing")
            subscriber.get_message(timeout=5)
            parent.kill()
            with pytest.raises(redis.ConnectionError):  # it hangs up as it ends; nothing else will ever come
                subscriber.get_message(timeout=None)
