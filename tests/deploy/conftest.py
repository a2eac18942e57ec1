"""Where the processes of these tests keep what they write."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that everybody may enter: where we are root, PostgreSQL and nginx run as somebody else."""
    path = Path(tempfile.mkdtemp(prefix="formroom-deploy-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)
