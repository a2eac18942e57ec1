"""The sign-in watch, at ``/ws/session/``, for pages without a room: tells when the sign-in is over (T1, S2).

From server to client only; a client may ask with ``ping`` whether the server is there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from collab.accounts.ended import Ended
from collab.accounts.sign_ins import Present, who
from collab.accounts.watch import Guest, Watch
from collab.logs import about
from collab.protocol.codec import decode, encode
from collab.protocol.codes import CloseCode, ErrorCode, TooMany
from collab.protocol.errors import ProtocolError
from collab.protocol.messages import Closing, Ping, Pong, User, Watching
from collab.sockets import Closed, Receive, Scope, Send, closing_of, same_origin, say_goodbye, session_key, too_many

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 20.0
PONG = encode(Pong())

Read = Callable[..., Awaitable[Any]]
"""Runs a reading function, given with its arguments, in a thread."""


class SessionConnection:
    """One WebSocket, from handshake to close."""

    def __init__(
        self, watch: Watch, read: Read, scope: Scope, receive: Receive, send: Send, *, take: Callable[[], bool]
    ) -> None:
        """``take`` counts a frame, and says whether one more is allowed."""
        self._watch = watch
        self._read = read
        self._take = take
        self._scope = scope
        self._receive = receive
        self._send = send
        self._untold: asyncio.Queue[str] = asyncio.Queue(maxsize=16)
        self._over: asyncio.Future[Closing] = asyncio.get_running_loop().create_future()

    async def serve(self) -> None:
        await self._receive()  # websocket.connect
        if not same_origin(self._scope):
            await self._send({"type": "websocket.close", "code": 1008})
            return
        await self._send({"type": "websocket.accept"})
        try:
            await self._converse()
        except Closed as closed:
            await say_goodbye(self._send, closed.closing, closed.error)
        except (OSError, TimeoutError):
            pass  # the client has gone, or reads nothing
        except Exception:
            logger.exception("a sign-in watch failed")
            await say_goodbye(self._send, closing_of(CloseCode.INTERNAL))

    async def _converse(self) -> None:
        present = await self._read(who, session_key(self._scope))
        if not isinstance(present, Present):
            raise Closed(present.closing() if isinstance(present, Ended) else CloseCode.NOT_SIGNED_IN)
        about(user=present.user.pk)
        guest = Guest(present.user.pk, present.generation, end=self._end, tell=self._tell)
        if not self._watch.admit(guest):
            raise Closed(too_many(TooMany.SOCKETS))
        self._tell(encode(Watching(User(str(present.user.pk), str(present.user)))))
        tasks = [asyncio.create_task(self._hear()), asyncio.create_task(self._speak())]
        try:
            waits: list[asyncio.Future[Any]] = [self._over, *tasks]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._watch.dismiss(guest)
            for task in tasks:
                task.cancel()
            failures = await asyncio.gather(*tasks, return_exceptions=True)
        if self._over.done():
            raise Closed(self._over.result())
        for failure in failures:
            if isinstance(failure, Exception):
                raise failure

    async def _hear(self) -> None:
        while (event := await self._receive())["type"] != "websocket.disconnect":
            text = event.get("text")
            if text is None:
                raise Closed(CloseCode.MALFORMED, ProtocolError(ErrorCode.NOT_TEXT))
            if not self._take():
                raise Closed(too_many(TooMany.FRAMES))
            try:
                message = decode(text)
            except ProtocolError as error:
                raise Closed(error.close, error) from None
            if not isinstance(message, Ping):
                raise Closed(CloseCode.MALFORMED, ProtocolError(ErrorCode.MALFORMED))
            self._tell(PONG)

    async def _speak(self) -> None:
        while True:
            frame = await self._untold.get()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._send({"type": "websocket.send", "text": frame})

    def _tell(self, frame: str) -> None:
        """Who asks faster than he reads is not told more."""
        if not self._untold.full():
            self._untold.put_nowait(frame)

    def _end(self, closing: Closing) -> None:
        if not self._over.done():
            self._over.set_result(closing)
