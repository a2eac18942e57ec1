"""What the settings make of the environment, read in a process of its own each time."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

from collab.rooms.limits import RoomLimits
from project.secret import secret_key_in

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("DATABASES", "CHANNEL_LAYERS", "DEBUG", "SECRET_KEY", "SESSION_COOKIE_SECURE", "STORAGES", "ROOM_LIMITS")


def read_settings(directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    script = (
        "import json; from project import settings\n"
        f"print(json.dumps({{name: getattr(settings, name) for name in {NAMES}}}, default=str))"
    )
    bare = {"PATH": os.environ["PATH"], "FORMROOM_VAR_DIR": str(directory), "DATABASE_URL": "", "REDIS_URL": ""}
    return subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=bare | environment, capture_output=True, text=True, check=False
    )


def test_with_nothing_set_it_is_embedded_and_safe(tmp_path: Path) -> None:
    settings = json.loads(read_settings(tmp_path).stdout)
    database = settings["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in database["OPTIONS"]["init_command"]
    assert settings["CHANNEL_LAYERS"]["default"]["BACKEND"] == "channels.layers.InMemoryChannelLayer"
    assert settings["DEBUG"] is False
    assert len(settings["SECRET_KEY"]) >= 50


def test_the_urls_make_it_a_server_of_several_processes(tmp_path: Path) -> None:
    done = read_settings(
        tmp_path,
        DATABASE_URL="postgresql://someone:s%40cret@db:5433/forms?pool=true",
        REDIS_URL="redis://redis:6379/0",
        DJANGO_SECRET_KEY="given",
        DATABASE_POOL_MAX="7",
    )
    settings = json.loads(done.stdout)
    database = settings["DATABASES"]["default"]
    assert (database["HOST"], database["PORT"], database["NAME"], database["PASSWORD"]) == (
        "db",
        5433,
        "forms",
        "s@cret",
    )
    assert database["OPTIONS"]["pool"]["max_size"] == 7
    assert database["CONN_MAX_AGE"] == 0
    layer = settings["CHANNEL_LAYERS"]["default"]
    assert layer["BACKEND"] == "channels_redis.pubsub.RedisPubSubChannelLayer"
    assert layer["CONFIG"]["hosts"][0]["retry"]
    assert not list(tmp_path.iterdir())


def test_every_limit_is_read_from_the_environment(tmp_path: Path) -> None:
    numbers = {field.name: number for number, field in enumerate(fields(RoomLimits), start=21)}
    names = {f"FORMROOM_{name.upper()}": str(number) for name, number in numbers.items()}
    assert json.loads(read_settings(tmp_path, **names).stdout)["ROOM_LIMITS"] == numbers


def test_several_processes_must_be_given_their_key(tmp_path: Path) -> None:
    done = read_settings(tmp_path, DATABASE_URL="postgresql://db/forms")
    assert done.returncode != 0
    assert "DJANGO_SECRET_KEY must be set" in done.stderr


def test_another_database_than_postgresql_is_refused(tmp_path: Path) -> None:
    done = read_settings(tmp_path, DATABASE_URL="mysql://db/forms", DJANGO_SECRET_KEY="given")
    assert done.returncode != 0
    assert "must be a postgresql:// URL" in done.stderr


def test_the_generated_key_is_kept_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    key = secret_key_in(tmp_path)
    assert secret_key_in(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: read_settings(tmp_path), range(4)))
    assert len({json.loads(run.stdout)["SECRET_KEY"] for run in runs}) == 1
