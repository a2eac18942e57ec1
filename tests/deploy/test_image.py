"""The Dockerfile: what its image holds and who runs it, seen without a container engine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy import image
from tests.deploy.image import ROOT, stages


def test_it_is_built_in_one_stage_and_run_from_another() -> None:
    build, web = stages()
    assert (build.name, web.name) == ("build", "web")
    assert all(rest.startswith("--from=build ") for rest in web.all("COPY")), "the context is not copied there"
    assert not build.all("ADD") + web.all("ADD")


def test_nothing_is_built_with_what_is_not_pinned() -> None:
    text = image.DOCKERFILE.read_text(encoding="utf-8")
    assert "apt-get" not in text, "wheels need no compiler"
    assert "--only-binary=:all:" in text
    base = re.search(r"^ARG PYTHON=(.*)$", text, re.MULTILINE)
    assert base is not None
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", base[1])
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        assert not line or line.startswith("#") or re.fullmatch(r"[\w.-]+(\[[\w,]+\])?==[\w.]+", line), line


def test_it_is_run_by_nobody_without_a_shell_in_between() -> None:
    web = stages()[-1]
    user, _, group = web.the("USER").partition(":")
    assert int(user) > 999
    assert int(group) > 999
    assert web.words("CMD")[:3] == ["python", "manage.py", "web"]
    assert web.the("STOPSIGNAL") == "SIGTERM"
    assert not web.all("ENTRYPOINT")
    options, _, command = web.the("HEALTHCHECK").partition(" CMD ")
    assert "--interval" in options
    assert command.startswith('["python"')


def test_no_secret_and_nothing_else_gets_into_the_context(tmp_path: Path) -> None:
    tops = {file.relative_to(ROOT).parts[0] for file in image.context()}
    assert tops == {"requirements.txt", "asgi.py", "manage.py", "project", "collab", "templates", "static"}
    assert not [file for file in image.context() if file.suffix == ".pyc"]


@pytest.mark.slow
def test_what_is_copied_is_all_that_is_needed(tmp_path: Path) -> None:
    image.build_in(tmp_path)
    embedded = {"PATH": os.environ["PATH"], "FORMROOM_VAR_DIR": str(tmp_path / "var"), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "manage.py", "check"], cwd=tmp_path, env=embedded, check=True)
