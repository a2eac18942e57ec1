"""deploy/backup on a real PostgreSQL, as the role that owns the database: what is restored is what was there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from deploy.cluster import stores
from tests.deploy.stack import started
from tests.rooms.faults import postgresql_only
from tests.services import Account, postgresql_binaries

pytestmark = [
    postgresql_only,  # once in the suite that runs twice; it starts a server of its own
    pytest.mark.slow,
    pytest.mark.xdist_group("deploy"),
    pytest.mark.timeout(300),
]

ROOT = Path(__file__).resolve().parents[2]
Content = dict[str, list[str]]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="formroom-backup-"))
    folder.chmod(0o755)
    store = stores.postgresql(folder)
    with started(
        "postgresql", store.program.command, store.program.environment, Path("/"), folder,
        answers=store.program.answers, ending=store.program.ending, user=store.program.account.user,
    ):  # fmt: skip
        environment = {**os.environ, "DATABASE_URL": store.url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        for command in ("migrate", "load_demo"):
            manage = [sys.executable, "manage.py", command, "--verbosity", "0"]
            subprocess.run(manage, cwd=ROOT, env=environment, check=True)
        yield store.url
    shutil.rmtree(folder, ignore_errors=True)


def run(
    script: str, url: str, *arguments: str, given: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    parts = urlsplit(url)
    binaries = postgresql_binaries(Path("/nonexistent"), Account(user=None, group=None))
    libpq = {
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
    }
    command = ["sh", str(ROOT / "deploy/backup" / script), *arguments]
    return subprocess.run(command, env={**libpq, **environment}, input=given, capture_output=True, check=False)


def content(url: str) -> Content:
    """Every row of every table, and where each sequence stands."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        found = {}
        for (table,) in tables:
            rows = connection.execute(sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(table)))
            found[table] = [row for (row,) in rows]
        rows = connection.execute("SELECT sequencename || ' ' || COALESCE(last_value, 0) FROM pg_sequences ORDER BY 1")
        found["sequences"] = [row for (row,) in rows]
    assert found["accounts_user"]
    assert found["rooms_form"]
    return found


def change(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE litter (id bigserial PRIMARY KEY)")
        connection.execute("UPDATE accounts_user SET display_name = 'somebody else'")


def test_what_is_restored_is_what_was_there(url: str, tmp_path: Path) -> None:
    before = content(url)
    done = run("backup.sh", url, str(tmp_path))
    assert done.returncode == 0, done.stderr
    (file,) = tmp_path.iterdir()
    assert done.stdout.decode().strip() == str(file)
    assert file.stat().st_mode & 0o077 == 0, "what people typed is in it"

    change(url)
    changed = content(url)
    refused = run("restore.sh", url, str(file))
    assert refused.returncode == 1
    assert b"With RESTORE_OVER=yes" in refused.stderr
    assert content(url) == changed

    restored = run("restore.sh", url, str(file), RESTORE_OVER="yes")
    assert restored.returncode == 0, restored.stderr
    assert content(url) == before


def test_through_pipes_and_into_an_empty_database(url: str) -> None:
    before = content(url)
    dump = run("backup.sh", url, "-").stdout
    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    restored = run("restore.sh", url, "-", given=dump)
    assert restored.returncode == 0, restored.stderr
    assert content(url) == before


@pytest.mark.parametrize("part", [0, 0.3, 0.6, 0.9, 0.99])
def test_a_backup_that_is_cut_short_changes_nothing(url: str, part: float) -> None:
    before = content(url)
    dump = run("backup.sh", url, "-").stdout
    done = run("restore.sh", url, "-", given=dump[: int(len(dump) * part)], RESTORE_OVER="yes")
    assert done.returncode != 0
    assert b"restored into" not in done.stdout
    assert content(url) == before


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path) -> None:
    old = tmp_path / "formroom-20200101T000000Z.dump"
    old.touch()
    os.utime(old, (0, 0))
    done = run("backup.sh", "postgresql://formroom:x@127.0.0.1:1/formroom", str(tmp_path), KEEP_DAYS="7")
    assert done.returncode != 0
    assert list(tmp_path.iterdir()) == [old], "nor is an older one deleted"


def test_older_ones_go_when_the_new_one_is_complete(url: str, tmp_path: Path) -> None:
    old, mine = tmp_path / "formroom-20200101T000000Z.dump", tmp_path / "notes.txt"
    for path in (old, mine):
        path.touch()
        os.utime(path, (0, 0))
    assert run("backup.sh", url, str(tmp_path), KEEP_DAYS="7").returncode == 0
    assert mine.exists()
    assert not old.exists()
