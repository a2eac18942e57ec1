"""What `manage.py check` says of how Formroom is run, and what no server starts with.

Errors here are refused by every way to serve: `manage.py` runs the checks before its commands, and `asgi.py` before it
hands the application to whatever server loads it. Must not ask the database: it may be away when a server starts.
"""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks
from uvicorn.config import STARTUP_FAILURE

from collab.protocol.codec import MAX_OPS
from collab.rooms.limits import FORM_COST, room_limits

TAG = "formroom"  # what a server is not started with
LOCAL = {"localhost", "127.0.0.1", "::1", "[::1]"}
# Keys that stand in a file which everybody can read. None of them is short, so no rule for passwords finds them.
SPECIMENS = (
    "django-insecure-",
    "for-development",
    "only-for-tests",
    "change-me",
    "changeme",
    "example",
    "formroom-demo",
)
TOKEN_LENGTH = 16
LEAST_LIMITS = {"burst": FORM_COST + 1, "people_per_room": 2, "sockets_per_user": 1, "rows_per_table": 1}


def serves_others() -> bool:
    """Whether this is more than somebody's own machine: on https, under another name, or in several processes."""
    named = {host.strip().lower() for host in settings.ALLOWED_HOSTS}
    return settings.HTTPS or settings.PROCESSES > 1 or not named <= LOCAL


def refuse_to_start() -> None:
    """Ends the process, after every error at once, where there is one.

    With the status by which uvicorn's supervisor knows that the same would happen again: else it would try for ever.
    """
    errors = [message for message in run_checks(tags=[TAG]) if message.is_serious() and not message.is_silenced()]
    if errors:
        print("Formroom does not start like this.", *errors, sep="\n", file=sys.stderr)
        sys.exit(STARTUP_FAILURE)


@register(TAG)
def several_processes_share_what_they_need(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if settings.PROCESSES < 2:
        return []
    found: list[CheckMessage] = []
    if settings.EMBEDDED:
        hint = "Set DATABASE_URL. One file takes one writer: every process would wait for every other."
        found.append(Error(_several("SQLite"), hint=hint, id="formroom.E001"))
    if not settings.REDIS_URL:
        hint = "Set REDIS_URL. Without it a process hears of another's edits and sign-ins only when it looks."
        found.append(Error(_several("the channel layer in memory"), hint=hint, id="formroom.E002"))
    return found


def _several(what: str) -> str:
    return f"{settings.PROCESSES} processes are configured (FORMROOM_PROCESSES or WEB_CONCURRENCY) on {what}."


@register(TAG)
def debug_is_for_development(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if not (settings.DEBUG and serves_others()):
        return []
    hint = "Error pages show settings and what people typed. Take DJANGO_DEBUG away."
    return [Error("DJANGO_DEBUG is set where others are served.", hint=hint, id="formroom.E003")]


@register(TAG)
def the_key_is_nobodys_example(app_configs: Any, **_: Any) -> list[CheckMessage]:
    key = settings.SECRET_KEY.lower()
    if not serves_others() or not any(specimen in key for specimen in SPECIMENS):
        return []
    hint = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
    return [Error("DJANGO_SECRET_KEY is one from an example.", hint=hint, id="formroom.E004")]


@register(TAG)
def redis_asks_for_a_password(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Whoever reaches it could tell the processes that people are signed out, and read what is typed."""
    if not settings.REDIS_URL or not serves_others():
        return []
    url = urlsplit(settings.REDIS_URL)
    if url.password or url.scheme == "unix":
        return []
    hint = "redis://:password@host:6379/0, or redis://user:password@host:6379/0 with an ACL."
    message = "REDIS_URL has no password."
    if url.hostname in LOCAL:
        return [Warning(message, hint=hint, id="formroom.W001")]
    return [Error(message, hint=hint, id="formroom.E005")]


@register(TAG)
def metrics_token_is_none_or_long(app_configs: Any, **_: Any) -> list[CheckMessage]:
    if not settings.METRICS_TOKEN or len(settings.METRICS_TOKEN) >= TOKEN_LENGTH:
        return []
    hint = f"It takes {TOKEN_LENGTH} characters: python -c 'import secrets; print(secrets.token_urlsafe(24))'"
    return [Error("FORMROOM_METRICS_TOKEN can be guessed.", hint=hint, id="formroom.E007")]


@register(TAG)
def limits_let_people_work(app_configs: Any, **_: Any) -> list[CheckMessage]:
    limits = room_limits()
    low = [name for name, least in LEAST_LIMITS.items() if getattr(limits, name) < least]
    if limits.submits_per_second <= 0:
        low.append("submits_per_second")
    if not 1 <= limits.ops_per_submit <= MAX_OPS:
        low.append("ops_per_submit")
    return [
        Error(
            f"FORMROOM_{name.upper()} is {getattr(limits, name)}: nobody could work.",
            hint=f"FORMROOM_BURST is at least {FORM_COST + 1}, FORMROOM_OPS_PER_SUBMIT from 1 to {MAX_OPS}.",
            id="formroom.E006",
        )
        for name in low
    ]
