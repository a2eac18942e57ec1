"""The compose files, read as compose reads them: variables put in, anchors merged. No container engine is needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = ROOT / "docker-compose.yml"
DEVELOPMENT = ROOT / "docker-compose.dev.yml"

SECRETS = {
    "DJANGO_SECRET_KEY": "x" * 20 + "-of-the-tests-" + "y" * 20,
    "POSTGRES_PASSWORD": "superuser-of-the-tests",
    "FORMROOM_DATABASE_PASSWORD": "role-of-the-tests",
    "REDIS_PASSWORD": "redis-of-the-tests",
}
VARIABLE = re.compile(r"\$(?:(\$)|\{([A-Z_]+)(?:(:?[-?])([^}]*))?\})")

Service = Mapping[str, Any]


class Missing(Exception):
    """A variable that must be set is not."""


def read(path: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """The file as compose sees it with these variables in its environment."""
    return dict(yaml.safe_load(interpolate(without_comments(path), environment)))


def without_comments(path: Path) -> str:
    """What stands in a comment is not put in, nor missed."""
    return "\n".join(re.sub(r"(^|\s)#.*$", "", line) for line in path.read_text(encoding="utf-8").splitlines())


def interpolate(text: str, environment: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        escaped, name, how, word = found.groups()
        if escaped:
            return "$"
        given = environment.get(name)
        if given is not None and (given or not (how or "").startswith(":")):
            return given
        if how and how.endswith("?"):
            raise Missing(f"{name}: {word}")
        return word or ""

    return VARIABLE.sub(value, text)


def environment_of(service: Service, environment: Mapping[str, str]) -> dict[str, str]:
    """What a container is told: what stands in the file; what is only named there, where it is set outside."""
    named: Mapping[str, str | None] = service.get("environment", {})
    told = {name: environment.get(name) if value is None else str(value) for name, value in named.items()}
    return {name: value for name, value in told.items() if value is not None}


def mounts_of(service: Service) -> dict[str, Path]:
    """Which file or folder of ours a container sees where."""
    short = (volume.split(":") for volume in service.get("volumes", []))
    return {target: (ROOT / source).resolve() for source, target, *_ in short if source.startswith(".")}


def as_here(service: Service, words: list[str]) -> list[str]:
    """A command of a container, its files named as they are here."""
    found = mounts_of(service)
    for target, source in found.items():
        words = [word.replace(target, str(source)) for word in words]
    return words
