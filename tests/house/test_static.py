"""Static files as production serves them: collected under hashed names, every import naming a file that is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMPORT = re.compile(r"""\b(?:from|import)\s*["'](\.[^"']+)["']""")
HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("static")
    environment = {**os.environ, "STATIC_ROOT": str(directory), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        cwd=ROOT, env=environment, check=True,
    )  # fmt: skip
    return directory


@pytest.mark.slow
def test_every_import_of_a_hashed_module_names_a_hashed_module(collected: Path) -> None:
    hashed = [path for path in (collected / "js").rglob("*.js") if HASHED.search(path.name)]
    assert hashed
    for path in hashed:
        for target in IMPORT.findall(path.read_text(encoding="utf-8")):
            assert HASHED.search(target), f"{path.name} imports {target}, which is not hashed"
            assert (path.parent / target).is_file(), f"{path.name} imports {target}, which is not there"
