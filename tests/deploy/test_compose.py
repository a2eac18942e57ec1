"""docker-compose.yml against the compose specification, and against what we promise of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.deploy.compose import (
    DEVELOPMENT,
    PRODUCTION,
    ROOT,
    SECRETS,
    Missing,
    environment_of,
    interpolate,
    mounts_of,
    read,
    without_comments,
)
from tests.deploy.image import stages

# The specification's own schema, as the development dependency dclint brings it.
SCHEMA = ROOT / "node_modules/dclint/schemas/compose.schema.json"
FILES = pytest.mark.parametrize("path", [PRODUCTION, DEVELOPMENT], ids=lambda path: path.name)
SITE = {"web-1", "web-2", "migrate"}
STORES = {"postgresql", "redis"}


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = read(PRODUCTION, SECRETS)["services"]
    return found


# --- the specification -----------------------------------------------------------------------------


def problems(document: Any) -> list[str]:
    if not SCHEMA.is_file():
        pytest.skip("the schema comes with npm: make node_modules/.installed")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert schema["title"] == "Compose Specification"
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(document)]


@FILES
def test_the_file_keeps_to_the_specification(path: Path) -> None:
    assert not problems(read(path, SECRETS))


@pytest.mark.parametrize(
    ("service", "key", "value"),
    [
        ("web-1", "comand", ["python"]),
        ("redis", "read_only", {"yes": True}),
        ("proxy", "ports", "8080:8080"),
        ("postgresql", "healthcheck", {"test": ["CMD", "true"], "intervall": "5s"}),
        ("web-2", "depends_on", {"redis": {"condition": "service_healty"}}),
    ],
)
def test_a_mistake_is_found(services: dict[str, Any], service: str, key: str, value: object) -> None:
    services[service] = {**services[service], key: value}
    assert problems({"services": services})


def test_what_depends_on_what_is_there(services: dict[str, Any]) -> None:
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in services, f"{name} depends on {other}"
            if how["condition"] == "service_healthy":
                assert has_healthcheck(services[other]), f"{name} waits for the health of {other}"


@FILES
def test_every_file_that_is_mounted_is_there(path: Path) -> None:
    for name, service in read(path, SECRETS)["services"].items():
        for target, source in mounts_of(service).items():
            assert source.exists(), f"{name}: {target}"


# --- secrets ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("empty", [True, False])
def test_nothing_starts_without_its_secrets(name: str, empty: bool) -> None:
    given = {other: value for other, value in SECRETS.items() if other != name}
    with pytest.raises(Missing, match=f"{name}: make one, see .env.example"):
        read(PRODUCTION, given | {name: ""} if empty else given)


def test_no_secret_is_in_the_file() -> None:
    """Whatever is a password there is a variable."""
    text = without_comments(PRODUCTION)
    for name, value in re.findall(r"^\s*([A-Z_]*(?:PASSWORD|SECRET|KEY|TOKEN)[A-Z_]*): *(.*)$", text, re.MULTILINE):
        assert not value or value.startswith(f"${{{name}:?"), name
    for url in re.findall(r"\w+://(\S+)@", text):
        assert re.fullmatch(r"formroom:\$\{[A-Z_]+:\?.*\}", url), url


def test_each_is_told_only_what_it_needs(services: dict[str, Any]) -> None:
    """The superuser's password is PostgreSQL's alone; the proxy knows no secret at all."""
    told = {name: set(map(str, environment_of(service, SECRETS).values())) for name, service in services.items()}
    text = {name: " ".join(values) for name, values in told.items()}
    for name, value in SECRETS.items():
        knows = {service for service, values in text.items() if value in values}
        expected = {
            "DJANGO_SECRET_KEY": SITE,
            "POSTGRES_PASSWORD": {"postgresql"},
            "FORMROOM_DATABASE_PASSWORD": SITE | {"postgresql"},
            "REDIS_PASSWORD": SITE | {"redis"},
        }[name]
        assert knows == expected, name


# --- what is open, and what a container may ----------------------------------------------------------


def test_only_the_proxy_is_published_and_that_on_loopback(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"proxy": ["127.0.0.1:8080:8080"]}


def test_the_stores_are_on_a_network_without_a_way_out(services: dict[str, Any]) -> None:
    networks = read(PRODUCTION, SECRETS)["networks"]
    for name in STORES:
        assert [networks[network]["internal"] for network in services[name]["networks"]] == [True]


@FILES
def test_the_ports_of_both_files_are_on_loopback(path: Path) -> None:
    for service in read(path, SECRETS)["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_every_container_is_nobody_who_can_do_nothing(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True, name
        assert "cap_add" not in service, name
        assert "privileged" not in service, name
        user = stages()[-1].the("USER") if name in SITE else service["user"]
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), f"{name} runs as {user}"


def has_healthcheck(service: dict[str, Any]) -> bool:
    """Its own, or that of our image."""
    return "test" in service.get("healthcheck", {}) or ("build" in service and "healthcheck" not in service)


def test_every_container_that_stays_has_a_healthcheck(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if not has_healthcheck(service)] == ["migrate"]


@FILES
def test_what_is_not_ours_has_a_version(path: Path) -> None:
    for name, service in read(path, SECRETS)["services"].items():
        if "build" not in service:
            assert re.search(r":\d[\w.-]*$", service["image"]), f"{name}: {service['image']}"


# --- settings --------------------------------------------------------------------------------------

# Of the file's variables, what has no place in a container of the site, and why.
NOT_FOR_CONTAINERS = {
    "DJANGO_DEBUG",  # development only
    "STATIC_ROOT",  # the image says it
    "SQLITE_BUSY_TIMEOUT",  # it runs on PostgreSQL
    "POSTGRES_PASSWORD",  # PostgreSQL's own
    "FORMROOM_DATABASE_PASSWORD",  # in DATABASE_URL
    "REDIS_PASSWORD",  # in REDIS_URL
    "FORMROOM_TRUSTED_PROXY",  # the proxy's
    "FORMROOM_PUBLISH",  # the proxy's
    "FORMROOM_RELEASE",  # the image's tag
    "PROMETHEUS_MULTIPROC_DIR",  # one process to a container
}


def named_in_example() -> set[str]:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", text, re.MULTILINE))


def test_every_setting_of_the_example_reaches_the_site(services: dict[str, Any]) -> None:
    for name in SITE:
        assert not named_in_example() - NOT_FOR_CONTAINERS - set(services[name]["environment"]), name


def test_every_variable_of_the_file_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", without_comments(PRODUCTION)))
    assert used <= named_in_example()


def test_what_is_set_outside_reaches_the_container_and_what_is_not_does_not(services: dict[str, Any]) -> None:
    told = environment_of(services["web-1"], {"DJANGO_HTTPS": "true"})
    assert told["DJANGO_HTTPS"] == "true"
    assert "EMAIL_URL" not in told


# --- reading as compose does -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("${A}", "a"), ("${B}", ""), ("${NONE}", ""), ("${NONE:-word}", "word"), ("${NONE-word}", "word"),
        ("${B:-word}", "word"), ("${B-word}", ""), ("${A:?needed}", "a"), ("${B?needed}", ""), ("$$A ${A}", "$A a"),
    ],
)  # fmt: skip
def test_variables_are_put_in(text: str, read_as: str) -> None:
    assert interpolate(text, {"A": "a", "B": ""}) == read_as
