"""A line to Redis that can lose what Redis says, without a word, or be cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Line:
    """Passes everything on. While it is ``deaf`` nothing comes back; while it is ``cut`` nobody is connected."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._port = 0
        self._serving: set[asyncio.Task[None]] = set()
        self.deaf = False
        self._cut = False

    @property
    def url(self) -> str:
        """Redis, over this line."""
        where = self._target
        return f"redis://:{where.password or ''}@127.0.0.1:{self._port}{where.path}"

    def cut(self) -> None:
        """Ends all connections, and those that are tried."""
        self._cut = True
        for task in self._serving:
            task.cancel()

    def mend(self) -> None:
        self._cut = False

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        self._serving.add(asyncio.get_running_loop().create_task(self._serve(reader, writer)))

    async def end(self) -> None:
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._target.hostname, self._target.port)
        try:
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer, answers=True))
        except ConnectionError:
            pass
        finally:
            for end in (writer, back):
                end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = False) -> None:
        while data := await reader.read(65_536):
            if not (answers and self.deaf):
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def line_to(redis_url: str) -> AsyncIterator[Line]:
    line = Line(redis_url)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line._port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        await line.end()
