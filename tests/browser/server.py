"""A real Formroom for the browser tests: `manage.py serve` on a free port, on SQLite, with a database of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


class Server:
    """One that may be frozen and killed, and started again in its place. What it said is in `folder/serve.log`."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "serve.log"

    def start(self) -> None:
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=environment(self.folder) | self._settings,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until_it_answers(self._process, self.port, self.log)

    def freeze(self) -> None:
        """It answers nothing and hears nothing, and nobody sees that."""
        self._send(signal.SIGSTOP)

    def kill(self) -> None:
        """In the middle of whatever it does."""
        self._send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def stop(self) -> None:
        self._send(signal.SIGTERM)
        try:
            if self._process is not None:
                self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()

    def _send(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)


@contextmanager
def running_server(folder: Path, **settings: str) -> Iterator[Server]:
    server = Server(folder, **settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "FORMROOM_VAR_DIR": str(folder), "DATABASE_URL": "", "REDIS_URL": ""}


def run_beside(folder: Path, code: str) -> None:
    """Runs Python on the server's database, in a process of its own: what an operator does, or another server."""
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", code]
    subprocess.run(command, cwd=ROOT, env=environment(folder), check=True, timeout=PATIENCE)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
