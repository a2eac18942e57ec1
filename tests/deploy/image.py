"""The Dockerfile, read and followed here: what its stages copy, what the last one says of how it is run."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "Dockerfile"


@dataclass(slots=True)
class Stage:
    """From one FROM to the next."""

    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        return [rest for found, rest in self.instructions if found == name]

    def the(self, name: str) -> str:
        return self.all(name)[-1]

    def words(self, name: str) -> list[str]:
        """An instruction in its exec form. The shell form is no JSON: a shell would stand before its signals."""
        found: Any = json.loads(self.the(name).removeprefix("CMD "))
        return [str(word) for word in found]


def stages() -> list[Stage]:
    found: list[Stage] = []
    for name, rest in _instructions():
        if name == "FROM":
            found.append(Stage(rest.rpartition(" AS ")[2]))
        elif found:
            found[-1].instructions.append((name, rest))
    return found


def _instructions() -> Iterator[tuple[str, str]]:
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name.upper(), rest.strip()


def context() -> list[Path]:
    """The files that the build is given: what .dockerignore leaves, its last matching line deciding."""
    rules = [line.strip() for line in (ROOT / ".dockerignore").read_text().splitlines() if line.strip()]
    rules = [line for line in rules if not line.startswith("#")]
    skipped = {".git", ".venv", "node_modules", "var"}
    tops = [path for path in ROOT.iterdir() if path.name not in skipped]
    files = [file for top in tops for file in ([top] if top.is_file() else top.rglob("*")) if file.is_file()]
    return [file for file in files if not _ignored(file.relative_to(ROOT), rules)]


def _ignored(path: Path, rules: list[str]) -> bool:
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix("!")
        names = [str(parent) for parent in (path, *path.parents)][:-1]
        if any(_matches(name, pattern) for name in names):
            ignored = not rule.startswith("!")
    return ignored


def _matches(name: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatch.fnmatch(name.rpartition("/")[2], pattern.removeprefix("**/"))
    return "/" not in name and fnmatch.fnmatch(name, pattern)


def copy_into(folder: Path) -> None:
    """What the first stage copies from the context, as it is copied: into its working directory."""
    given = context()
    for rest in stages()[0].all("COPY"):
        *sources, target = rest.split()
        for source in sources:
            files = [file for file in given if file.relative_to(ROOT).is_relative_to(source.rstrip("/"))]
            assert files, f"COPY {source}: .dockerignore leaves nothing of it"
            for file in files:
                inside = file.relative_to(ROOT / source) if (ROOT / source).is_dir() else Path(file.name)
                placed = folder / target / inside
                placed.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, placed)


def build_in(folder: Path) -> None:
    """The image's /formroom, in this folder: its files, and the step that collects the static ones, on nothing else."""
    copy_into(folder)
    collect = next(line for line in stages()[0].all("RUN") if "collectstatic" in line)
    with tempfile.TemporaryDirectory() as private:
        here = collect.replace("=/tmp", f"={private}").replace("/formroom", str(folder))
        here = here.replace("/venv/bin/python", sys.executable)
        bare = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run(["sh", "-euc", here], cwd=folder, env=bare, check=True)
        assert (folder / "staticfiles/staticfiles.json").is_file()
