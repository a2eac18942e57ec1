"""The sockets of the site: which path is served by what, and the runtime behind them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

from collab.accounts.consumer import SessionConnection
from collab.protocol.codes import CloseCode
from collab.rooms.consumer import RoomConnection
from collab.rooms.metrics import Metrics
from collab.rooms.runtime import Runtime
from collab.sockets import RETIRE

WATCH_PATH = "/ws/session/"
ROOM_PATH = re.compile(r"/ws/forms/([^/]+)/")

ASGIApp = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class LiveForms:
    """The ASGI application for sockets and the lifespan: starts the runtime with the server, closes it with it."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self._runtime: Runtime | None = None
        self._starting = asyncio.Lock()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        path = ROOM_PATH.fullmatch(scope["path"])
        if path is not None:
            await RoomConnection(await self.runtime(), scope, receive, send).serve(path[1])
        elif scope["path"] == WATCH_PATH:
            runtime = await self.runtime()
            take = runtime.limits.bucket(asyncio.get_running_loop().time).take
            await SessionConnection(runtime.watch, runtime.hub.read, scope, receive, send, take=take).serve()
        else:
            await _refuse(receive, send)

    async def runtime(self) -> Runtime:
        """The process's runtime, started by the first socket where the server has no lifespan."""
        async with self._starting:
            if self._runtime is None:
                self._runtime = await Runtime.start(self.metrics)
            return self._runtime

    @property
    def is_leaving(self) -> bool:
        """Whether this process takes nobody in any more."""
        return self._runtime is not None and self._runtime.is_leaving

    def measured(self) -> bytes:
        """The metrics, as they are now."""
        if self._runtime is not None:
            self._runtime.measure()
        return self.metrics.text()

    def retire(self) -> None:
        """The server stops: it says so for every socket, and the first time counts."""
        if self._runtime is not None:
            self._runtime.retire()

    async def close(self) -> None:
        if self._runtime is not None:
            await self._runtime.close()
            self._runtime = None

    async def _lifespan(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.runtime()
                scope.get("state", {})[RETIRE] = self.retire
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


async def _refuse(receive: Any, send: Any) -> None:
    """There is nothing here: told, then closed (T4)."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": int(CloseCode.NO_SUCH_FORM), "reason": "no such address"})
