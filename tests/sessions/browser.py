"""A browser, as far as the server can tell: its cookies, its name, its requests, its sockets. Speaks to any server."""

from __future__ import annotations

import asyncio
import io
import json
import random
import string
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from http.cookies import SimpleCookie
from typing import Any, Protocol
from urllib.parse import urlencode

from websockets.asyncio.client import connect
from websockets.typing import Origin

from collab.accounts.models import User
from collab.rooms.models import Form
from tests.rooms.live import Visitor
from tests.sessions.gate import HEADER, Gate

PASSWORD = "correct horse"
PATIENCE = 30.0

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"
AGENTS = {
    "Firefox on Linux": FIREFOX,
    "Firefox on Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Chrome on Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/141.0.0.0 Safari/537.36",
    "Safari on Mac OS X": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/18.6 Safari/605.1.15",
    "Chrome on Linux": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/141.0.0.0 Safari/537.36",
    "Edge on Windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
    "Mobile Safari on iOS": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "Chrome Mobile on Android": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/141.0.0.0 Mobile Safari/537.36",
}
DEVICES = list(AGENTS)


class Site(Protocol):
    """A server that listens."""

    @property
    def port(self) -> int: ...

    @property
    def origin(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class _Received:
    """What came over a connection, as `http.client` reads it."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)


class Browser:
    """One browser at one server; ``at`` is the same browser at another."""

    def __init__(self, site: Site, *, device: str = "Firefox on Linux") -> None:
        self.device = device
        self.site = site
        token = "".join(random.choices(string.ascii_letters + string.digits, k=32))
        self.cookies = {"csrftoken": token}

    def at(self, site: Site) -> Browser:
        """The same cookies, another server."""
        other = Browser(site, device=self.device)
        other.cookies = self.cookies
        return other

    # --- requests ------------------------------------------------------------------------------------

    async def get(self, path: str) -> Answer:
        return await self._ask("GET", path, {}, b"")

    async def post(self, path: str, body: dict[str, Any] | None = None, *, gate: Gate | None = None) -> Answer:
        """As a page's form does it; under ``/api/`` as a script does."""
        headers = {"X-CSRFToken": self.cookies["csrftoken"]}
        if gate is not None:
            headers[HEADER] = gate.name
        if path.startswith("/api/"):
            headers["Content-Type"] = "application/json"
            return await self._ask("POST", path, headers, json.dumps(body or {}).encode())
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return await self._ask("POST", path, headers, urlencode(body or {}, doseq=True).encode())

    async def sign_in(self, user: User, *, gate: Gate | None = None, page: str = "/api/session/") -> Answer:
        return await self.post(page, {"username": user.username, "password": PASSWORD}, gate=gate)

    async def signed_in(self, user: User) -> Browser:
        """Has signed in."""
        answer = await self.sign_in(user)
        assert answer.status == 200, answer
        return self

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.site.port}",
            "Connection: close",
            f"User-Agent: {AGENTS[self.device]}",
            f"Cookie: {self._cookie()}",
            f"Content-Length: {len(body)}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.site.port)
            try:
                writer.write("\r\n".join([*lines, "", ""]).encode() + body)
                return self._read(await reader.read())
            finally:
                writer.close()

    def _read(self, raw: bytes) -> Answer:
        with HTTPResponse(_Received(raw)) as response:  # type: ignore[arg-type]
            response.begin()
            for cookie in response.headers.get_all("Set-Cookie", []):
                self._keep(cookie)
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read())

    def _keep(self, cookie: str) -> None:
        for name, morsel in SimpleCookie(cookie).items():
            if morsel["max-age"] == "0" or not morsel.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    # --- sockets -------------------------------------------------------------------------------------

    @asynccontextmanager
    async def socket(self, path: str, **options: Any) -> AsyncIterator[Visitor]:
        async with connect(
            f"ws://127.0.0.1:{self.site.port}{path}",
            additional_headers=[("Cookie", self._cookie())],
            origin=Origin(self.site.origin),
            max_size=None,
            compression=None,
            **{"close_timeout": 1, **options},
        ) as connection:
            yield Visitor(connection, f"tab-{random.randrange(10**12):012}")

    @asynccontextmanager
    async def room(self, form: Form, **options: Any) -> AsyncIterator[Visitor]:
        """A tab on the form, joined."""
        async with self.socket(f"/ws/forms/{form.pk}/", **options) as visitor:
            yield await visitor.join()

    @asynccontextmanager
    async def watch(self, **options: Any) -> AsyncIterator[Visitor]:
        """A tab on any other page, watching."""
        async with self.socket("/ws/session/", **options) as visitor:
            await visitor.next("watching")
            yield visitor


async def closing(visitor: Visitor) -> dict[str, Any]:
    """The ``closing`` frame of a socket, which has ended with its code."""
    code, frames = await visitor.closed()
    told = [frame for frame in frames if frame["type"] == "closing"]
    assert [frame["code"] for frame in told] == [code], (code, frames[-2:])
    return told[0]
