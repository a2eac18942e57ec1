"""`make run`, less the environment: `manage.py serve` on an empty folder, answered, interrupted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.services import free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def serving(directory: Path, *, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server, and what it printed before it began to serve."""
    environment = {**os.environ, "DATABASE_URL": "", "REDIS_URL": "", "FORMROOM_VAR_DIR": str(directory)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-u", "manage.py", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        try:
            yield process, printed
        finally:
            process.kill()


def get(port: int, path: str, **headers: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


def test_it_says_where_it_is_and_who_can_sign_in_then_ends_cleanly(tmp_path: Path) -> None:
    port = free_port()
    with serving(tmp_path, port=port) as (process, printed):
        assert f"http://127.0.0.1:{port}" in printed
        for account in ("alice", "bob", "carol", "dora", "formroom-demo", "editor", "viewer"):
            assert account in printed.lower()
        assert get(port, "/healthz").status == 200
        assert get(port, "/").status == 302
        style = get(port, "/static/css/base.css")
        assert style.status == 200
        assert style.getheader("Content-Type", "").startswith("text/css")
        assert (
            get(port, "/static/css/base.css", **{"If-Modified-Since": style.getheader("Last-Modified", "")}).status
            == 304
        )

        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=30)[0]
    assert process.returncode == 0
    assert "Traceback" not in rest
    assert "Warning" not in rest


def test_a_port_in_use_is_said_before_anything_is_done(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with serving(tmp_path, port=port) as (process, printed):
            assert process.wait(timeout=30) == 1
    assert f"cannot listen on 127.0.0.1:{port}" in printed
    assert "Traceback" not in printed
    assert not (tmp_path / "formroom.sqlite3").exists()
