"""What machines ask of a process: `/healthz`, `/readyz`, `/metrics`. Answered before Django, whose hosts and https are
for people: a probe comes past the proxy, to an address.

Owns the addresses and who may read them. What is looked at is `readiness`, what is counted the rooms' `metrics`.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any, Protocol

from django.conf import settings

from project.readiness import Readiness, overall

Scope = dict[str, Any]
ASGIApp = Callable[[Scope, Any, Any], Awaitable[None]]
Answer = tuple[int, str, bytes]

TEXT = "text/plain; charset=utf-8"
METRICS = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = {b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via"}


class Live(Protocol):
    """What is asked of the live half of the process."""

    @property
    def is_leaving(self) -> bool: ...

    def measured(self) -> bytes: ...


class Probes:
    """An ASGI application around another, for HTTP."""

    def __init__(self, application: ASGIApp, live: Live) -> None:
        self._application = application
        self._live = live
        self._readiness = Readiness()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        match scope["path"]:
            case "/healthz":
                answer = _healthz()
            case "/readyz":
                answer = await self._readyz()
            case "/metrics":
                answer = self._metrics(scope)
            case _:
                await self._application(scope, receive, send)
                return
        await _send(send, answer)

    async def _readyz(self) -> Answer:
        """503 only where sending people elsewhere helps, or where nobody can be served anyway."""
        states = await self._readiness.states()
        status = "leaving" if self._live.is_leaving else overall(states)
        body = {"status": status, "parts": {name: state.wire() for name, state in states.items()}}
        return 200 if status in ("ready", "degraded") else 503, "application/json", json.dumps(body).encode()

    def _metrics(self, scope: Scope) -> Answer:
        if (refused := _refused(scope)) is not None:
            return refused
        return 200, METRICS, self._live.measured()


def _healthz() -> Answer:
    """This process answers. It asks nothing of the database: a restart would not mend that."""
    return 200, TEXT, b"ok\n"


def _refused(scope: Scope) -> Answer | None:
    """Whoever shows the token may read; without one, whoever asks from this machine, and not through a proxy."""
    headers = dict(scope["headers"])
    if settings.METRICS_TOKEN:
        shown, wanted = headers.get(b"authorization", b""), f"Bearer {settings.METRICS_TOKEN}".encode()
        return None if hmac.compare_digest(shown, wanted) else (401, TEXT, b"with FORMROOM_METRICS_TOKEN as bearer\n")
    if FORWARDED & headers.keys() or not _is_loopback(scope.get("client")):
        return 403, TEXT, b"from this machine only, or with FORMROOM_METRICS_TOKEN\n"
    return None


def _is_loopback(client: Any) -> bool:
    try:
        return client is not None and ip_address(client[0]).is_loopback
    except ValueError:
        return False


async def _send(send: Any, answer: Answer) -> None:
    status, content_type, body = answer
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
