"""A real server in the test's own loop, and people at real sockets who talk to it."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

import uvicorn
from channels.db import database_sync_to_async
from channels.routing import ProtocolTypeRouter
from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore
from django.core.asgi import get_asgi_application
from django.http import HttpRequest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from collab.accounts.models import User
from collab.rooms.hub import Hub
from collab.rooms.models import Form
from collab.rooms.routing import LiveForms
from collab.rooms.runtime import Runtime
from project.probes import Probes

PATIENCE = 10.0
_one_at_a_time = threading.Lock()

Frame = dict[str, Any]


class LiveServer:
    """Formroom under uvicorn, on a free port."""

    def __init__(self, port: int, live_forms: LiveForms | None = None, server: uvicorn.Server | None = None) -> None:
        self.port = port
        self._live_forms = live_forms
        self._server = server

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def waiting_bytes(self) -> int:
        """What is waiting in this process to be taken by all the readers together."""
        assert self._server is not None
        connections: Any = self._server.server_state.connections
        return sum(connection.transport.get_write_buffer_size() for connection in connections)

    async def runtime(self) -> Runtime:
        """What runs in a server of this process."""
        assert self._live_forms is not None
        return await self._live_forms.runtime()

    async def hub(self) -> Hub:
        return (await self.runtime()).hub

    @asynccontextmanager
    async def visit(
        self,
        user: User | None,
        form: Form | str,
        *,
        origin: str | None = None,
        client_id: str | None = None,
        receive_buffer: int | None = None,
    ) -> AsyncIterator[Visitor]:
        """A connected socket, not yet joined. With a small ``receive_buffer`` it is soon full when nobody reads."""
        headers = [] if user is None else [("Cookie", f"sessionid={await session_of(user)}")]
        path = f"/ws/forms/{form.pk if isinstance(form, Form) else form}/"
        url = f"ws://127.0.0.1:{self.port}{path}"
        async with connect(
            url,
            additional_headers=headers,
            origin=Origin(origin or self.origin),
            max_size=None,
            compression=None,
            close_timeout=1,
            sock=self._socket(receive_buffer),
            max_queue=None if receive_buffer is None else 1,
        ) as connection:
            name = user.username if user is not None else "nobody"
            yield Visitor(connection, client_id or f"{name}-tab-1")

    def _socket(self, receive_buffer: int | None) -> socket.socket:
        connected = _tcp_socket()
        if receive_buffer is not None:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connected.connect(("127.0.0.1", self.port))
        connected.setblocking(False)
        return connected

    @asynccontextmanager
    async def join(self, user: User, form: Form, **how: Any) -> AsyncIterator[Visitor]:
        """A socket that has joined."""
        visit = {key: how.pop(key) for key in ("origin", "client_id", "receive_buffer") if key in how}
        async with self.visit(user, form, **visit) as visitor:
            await visitor.join(**how)
            yield visitor


class Visitor:
    """One connection, seen from its browser: what was received stays until it was asked for."""

    def __init__(self, connection: ClientConnection, client_id: str) -> None:
        self.connection = connection
        self.client_id = client_id
        self.joined: Frame = {}
        self.received: list[Frame] = []
        self._seq = 0

    async def join(self, *, since: int | None = None, want: str = "snapshot") -> Self:
        await self.send({"type": "join", "client_id": self.client_id, "since": since, "want": want})
        self.joined = await self.next("joined")
        self._seq = self.joined["last_seq"]
        return self

    async def send(self, frame: Frame) -> None:
        await self.connection.send(json.dumps(frame, separators=(",", ":")))  # as browsers write it

    async def submit(self, *ops: Frame, base: int | None = None) -> int:
        self._seq += 1
        base = self.joined["version"] if base is None else base
        await self.send({"type": "submit", "seq": self._seq, "base": base, "ops": list(ops)})
        return self._seq

    async def next(self, *types: str) -> Frame:
        """The next frame of one of these types; others are kept in ``received``."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame: Frame = json.loads(await self.connection.recv())
                self.received.append(frame)
                if not types or frame["type"] in types:
                    return frame

    async def until_version(self, version: int) -> list[Frame]:
        """All ``committed`` frames up to a version."""
        frames = [frame for frame in self.received if frame["type"] == "committed"]
        while not frames or frames[-1]["to"] < version:
            frames.append(await self.next("committed"))
        return frames

    async def closed(self) -> tuple[int, list[Frame]]:
        """Waits for the end: its close code and the frames before it."""
        with suppress(ConnectionClosed):
            while True:
                await self.next()
        return self.connection.close_code or 0, self.received


async def session_of(user: User) -> str:
    """The session of the person's one device: that of the live sign-in, or of one that is made now."""

    def find() -> str:
        with _one_at_a_time:  # two of them would sign each other out
            live = user.sign_ins.filter(ended_at=None).first()
            return live.session_key if live is not None else sign_in(user)

    return str(await database_sync_to_async(find)())


def sign_in(user: User, *, device: str = "") -> str:
    """Signs a person in on another device, through ``login``; the key of the new session."""
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": device}
    request.session = SessionStore()
    login(request, User.objects.get(pk=user.pk))
    request.session.save()
    return str(request.session.session_key)


def _tcp_socket() -> socket.socket:
    """A socket that asyncio knows for TCP, and so lets send small frames at once; uvloop takes any for it."""
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)


def server_for(live_forms: LiveForms) -> uvicorn.Server:
    """uvicorn as ``manage.py serve`` runs it."""
    http = Probes(get_asgi_application(), live_forms)
    application = ProtocolTypeRouter({"http": http, "websocket": live_forms, "lifespan": live_forms})
    return uvicorn.Server(
        uvicorn.Config(
            application,
            ws="project.websocket:WebSocket",
            ws_max_size=65_536,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=5,
            log_config=None,  # to the loggers of the tests
            log_level="warning",
        )
    )


@asynccontextmanager
async def live_server() -> AsyncIterator[LiveServer]:
    live_forms = LiveForms()
    server = server_for(live_forms)
    with _tcp_socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)  # else the kernel hides a slow reader
        listener.bind(("127.0.0.1", 0))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
                await asyncio.sleep(0.005)
            yield LiveServer(listener.getsockname()[1], live_forms, server)
        finally:
            server.should_exit = True
            await serving
