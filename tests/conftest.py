"""What every test stands on: which database, a seed that is printed, and who starts what.

The suite runs twice: on SQLite with the channel layer in memory (nothing set), and on PostgreSQL with Redis
(`DATABASE_URL` and `REDIS_URL` set, as `python -m tests.services -- pytest` does).
"""

from __future__ import annotations

import hypothesis
import pytest
from django.conf import settings

# A busy machine is no counterexample; a real one can be run again from what is printed.
hypothesis.settings.register_profile("formroom", deadline=None, print_blob=True)
hypothesis.settings.load_profile("formroom")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On SQLite the test database is a file, in a folder of this run: threads and processes share it, runs do not."""
    database = settings.DATABASES["default"]
    if "sqlite3" in database["ENGINE"]:
        from django.db import connections

        path = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connections["default"].settings_dict["TEST"]["NAME"] = str(path)


def pytest_report_header() -> list[str]:
    database = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    layer = settings.CHANNEL_LAYERS["default"]["BACKEND"].rpartition(".")[2]
    return [f"formroom: {database}, {layer}"]
