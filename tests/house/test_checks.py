"""What no server starts with: told by `manage.py check`, and refused by every way to serve."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from project.checks import refuse_to_start
from tests.services import free_port

ROOT = Path(__file__).resolve().parents[2]


def run(directory: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    bare = {
        "PATH": os.environ["PATH"], "FORMROOM_VAR_DIR": str(directory),
        "DATABASE_URL": "", "REDIS_URL": "", "DJANGO_DEBUG": "", "DJANGO_ALLOWED_HOSTS": "localhost",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=bare | environment,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


NAMED: dict[str, Any] = {"ALLOWED_HOSTS": ["forms.example.org"]}
SHARED: dict[str, Any] = {"EMBEDDED": False, "REDIS_URL": "redis://:so-secret@redis.example.org:6379/0"}

REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("formroom.E001", {"PROCESSES": 2}),
    ("formroom.E002", {"PROCESSES": 2}),
    ("formroom.E002", {"PROCESSES": 2, "EMBEDDED": False}),
    ("formroom.E003", {"DEBUG": True, **NAMED}),
    ("formroom.E003", {"DEBUG": True, "HTTPS": True}),
    ("formroom.E003", {"DEBUG": True, "PROCESSES": 2, **SHARED}),
    ("formroom.E004", {**NAMED, "SECRET_KEY": "for-development-only-it-is-in-plain-sight-of-everybody"}),
    ("accounts.E002", {"EMBEDDED": False, "SECRET_KEY": "too-short"}),
    ("formroom.E005", {**NAMED, "REDIS_URL": "redis://redis:6379/0"}),
    ("formroom.E006", {"ROOM_LIMITS": {"burst": 5}}),
    ("formroom.E006", {"ROOM_LIMITS": {"ops_per_submit": 101}}),
    ("formroom.E006", {"ROOM_LIMITS": {"submits_per_second": 0}}),
]
ACCEPTED: list[dict[str, Any]] = [
    {},
    {"DEBUG": True},
    {"PROCESSES": 2, **NAMED, **SHARED},
    {"PROCESSES": 2, **SHARED, "REDIS_URL": "redis://127.0.0.1:6379/0"},
    {**NAMED, "REDIS_URL": "unix:///run/redis.sock"},
    {**NAMED, "HTTPS": True},
    {"ROOM_LIMITS": {"burst": 100_000, "submits_per_second": 50_000}},
]


@pytest.fixture
def own_machine(settings: Settings) -> Settings:
    """As it is with nothing set, but for the key."""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    settings.SECRET_KEY = secrets.token_urlsafe(48)
    settings.EMBEDDED, settings.REDIS_URL, settings.PROCESSES = True, "", 1
    settings.DEBUG = settings.HTTPS = False
    return settings


@pytest.mark.parametrize(("told", "values"), REFUSED, ids=str)
def test_what_is_dangerous_is_refused_and_said(
    own_machine: Settings, capsys: pytest.CaptureFixture[str], told: str, values: dict[str, Any]
) -> None:
    for name, value in values.items():
        setattr(own_machine, name, value)
    with pytest.raises(SystemExit) as ended:
        refuse_to_start()
    assert ended.value.code == 3, "or uvicorn's supervisor would start it for ever"
    said = capsys.readouterr().err
    assert told in said
    assert "so-secret" not in said
    assert own_machine.SECRET_KEY not in said


@pytest.mark.parametrize("values", ACCEPTED, ids=str)
def test_what_is_sound_is_started(own_machine: Settings, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(own_machine, name, value)
    refuse_to_start()


@pytest.mark.slow
def test_no_server_starts_with_it(tmp_path: Path) -> None:
    """`manage.py serve`, and uvicorn by its own command, one process and several: all end, and say why."""
    port = str(free_port())
    uvicorn = ["-m", "uvicorn", "asgi:application", "--port", port, "--ws", "project.websocket:WebSocket"]
    for command, environment in (
        (["manage.py", "serve", "--port", port], {"FORMROOM_PROCESSES": "2"}),
        (uvicorn, {"FORMROOM_PROCESSES": "2"}),
        (uvicorn, {"WEB_CONCURRENCY": "2"}),
    ):
        done = run(tmp_path, *command, **environment)
        assert "formroom.E001" in done.stderr, command  # and it has ended by itself
    assert not (tmp_path / "formroom.sqlite3").exists()
