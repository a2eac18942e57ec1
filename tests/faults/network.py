"""A bad network between bots and a web process: lines that are cut at a byte, that double and delay frames, or hang.

Owns what happens to the bytes of a connection. Bytes are passed on as they are; of WebSocket it knows where a frame
ends, and nothing of what frames say.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.faults.bot import Door

TEXT_FRAME = 0x81


@dataclass(eq=False, slots=True)
class Network:
    """What is wrong with the lines now, and how often it went wrong."""

    chance: random.Random
    cut_within: int = 0  # bytes: every new connection is cut at a random one of so many; 0: none is
    double: float = 0.0  # this share of the frames of clients arrives twice
    delay: float = 0.0  # seconds: every frame or piece comes later by up to so much, in order
    hung: bool = False  # nothing passes any more, and nobody is told
    cuts: int = 0
    doubled: int = 0
    delayed: int = 0
    ended_by_server: list[float] = field(default_factory=list)  # when, of connections that hang


class Line:
    """A door that leads to a web process over the network."""

    def __init__(self, network: Network, target: Door) -> None:
        self.port = 0
        self._network = network
        self._target = target
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def end(self) -> None:
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target.port)
        except OSError:
            writer.transport.abort()
            return
        within = self._network.cut_within
        call = _Call(self._network, self._network.chance.randrange(1, within) if within else None)
        try:
            ways = [asyncio.create_task(way) for way in (call.there(reader, back), call.back(there, writer))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            for end in (writer, back):
                end.transport.abort()


class _Call:
    """One connection."""

    def __init__(self, network: Network, bytes_left: int | None) -> None:
        self._network = network
        self._left = bytes_left

    async def there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """What the client says: its request, then frame by frame, so that one can be said twice."""
        with suppress(asyncio.IncompleteReadError):
            await self._pass(await reader.readuntil(b"\r\n\r\n"), writer)
            first = True
            while True:
                frame = await _frame(reader)
                times = 1
                if frame[0] == TEXT_FRAME and not first and self._network.chance.random() < self._network.double:
                    self._network.doubled += 1
                    times = 2
                first = False  # the join: said twice it would be another session
                await self._wait()
                await self._pass(frame * times, writer)

    async def back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionResetError):
            while data := await reader.read(65_536):
                await self._wait()
                await self._pass(data, writer)
        if self._network.hung:
            self._network.ended_by_server.append(time.monotonic())

    async def _wait(self) -> None:
        if self._network.delay:
            self._network.delayed += 1
            await asyncio.sleep(self._network.chance.uniform(0, self._network.delay))

    async def _pass(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        if self._network.hung:
            return
        if self._left is not None:
            data, self._left = data[: self._left], self._left - len(data)
        writer.write(data)
        await writer.drain()
        if self._left is not None and self._left <= 0:
            self._network.cuts += 1
            raise ConnectionAbortedError


async def _frame(reader: asyncio.StreamReader) -> bytes:
    """The bytes of one masked frame."""
    head = await reader.readexactly(2)
    length = head[1] & 0x7F
    if length >= 126:
        more = await reader.readexactly(2 if length == 126 else 8)
        head, length = head + more, int.from_bytes(more, "big")
    return head + await reader.readexactly(4 + length)


@asynccontextmanager
async def line_to(network: Network, target: Door) -> AsyncIterator[Line]:
    line = Line(network, target)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        await line.end()
