"""Server processes: waiting until one listens, and stopping it whatever happens. Knows not what they serve."""

from __future__ import annotations

import resource
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_TIMEOUT = 60.0
STOP_TIMEOUT = 15.0


def allow_many_sockets() -> None:
    """For this process, as many open files as it may ask for."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def until_stopped(process: subprocess.Popen[bytes], port: int, *, by: int = signal.SIGINT) -> Iterator[None]:
    """While it listens on `port`. Stopped at the end."""
    try:
        wait_until_it_answers(process, port)
        yield
    finally:
        process.send_signal(by)
        try:
            process.wait(timeout=STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=5).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start (exit code {process.poll()})")
