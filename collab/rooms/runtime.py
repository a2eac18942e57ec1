"""What a process needs to serve live forms: one hub, one writer, and the threads they block in.

Made when the server starts (or with the first socket, under servers without a lifespan), closed when it stops.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from datetime import UTC, datetime
from typing import Self

from channels.layers import get_channel_layer

from collab.accounts import news
from collab.accounts.watch import Watch
from collab.protocol.codes import CloseCode
from collab.rooms.doorkeeper import Doorkeeper
from collab.rooms.hub import Hub
from collab.rooms.limits import RoomLimits, room_limits
from collab.rooms.metrics import Metrics, shared_directory
from collab.rooms.writer import Writer
from collab.sockets import closing_of
from collab.threads import DatabaseThreads

# More of them do not read faster, they take turns at the one interpreter with the loop and the writer: with four, a few
# people who come in made everybody else's edits twice as late as two do.
READERS = 2
LANES = 2
MEASURE_SECONDS = 1.0
# Of the seconds that a server has for stopping (`timeout_graceful_shutdown`); the rest is for goodbyes.
DRAIN_SECONDS = 3.0
THREADS_SECONDS = 0.5
# A writer thread that comes back from the database waits this long for the interpreter while the loop is busy
# telling a room; Python's own 5 ms would be waited several times a commit.
SWITCH_SECONDS = 0.0005
# What was made until a server starts is there to stay, and need not be looked through again and again. A batch makes
# thousands of objects that are gone after it: with Python's own 700 they would be looked through in its middle.
GARBAGE = 20_000, 20, 20


class Runtime:
    """The live half of a process."""

    def __init__(
        self,
        hub: Hub,
        writer: Writer,
        doorkeeper: Doorkeeper,
        watch: Watch,
        *,
        limits: RoomLimits,
        metrics: Metrics,
        threads: tuple[DatabaseThreads, ...],
    ) -> None:
        self.hub = hub
        self.writer = writer
        self.doorkeeper = doorkeeper
        self.watch = watch
        self.limits = limits
        self.metrics = metrics
        self._threads = threads
        self._leaving: asyncio.Task[None] | None = None
        self._measuring: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, metrics: Metrics | None = None) -> Self:
        metrics = metrics or Metrics()
        sys.setswitchinterval(SWITCH_SECONDS)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE)
        limits = room_limits()
        readers = DatabaseThreads("reader", count=READERS)
        watcher = DatabaseThreads("watcher", count=1)
        lookout = DatabaseThreads("lookout", count=1)  # never behind what a room has to read
        lanes = DatabaseThreads("writer", count=LANES)
        layer, news_layer = get_channel_layer(), get_channel_layer(news.LAYER)
        assert layer is not None
        assert news_layer is not None
        hub = Hub(layer, readers=readers, watcher=watcher, metrics=metrics)
        await hub.start()
        writer = Writer(hub, lanes, limits=limits.of_document(), clock=lambda: datetime.now(UTC), metrics=metrics)
        doorkeeper = Doorkeeper(
            lambda: [(session.admission, session.leave) for session in hub.sessions()],
            watcher,
            signed_in=lambda generations: watch.look(generations),
        )
        watch = Watch(news_layer, lookout, on_access=doorkeeper.changed, sockets_per_user=limits.sockets_per_user)
        await watch.start()
        threads = (readers, watcher, lookout, lanes)
        runtime = cls(hub, writer, doorkeeper, watch, limits=limits, metrics=metrics, threads=threads)
        if shared_directory() is not None:
            runtime._measuring = asyncio.create_task(runtime._measure_on())
        return runtime

    def measure(self) -> None:
        """Writes down what is so just now."""
        self.metrics.standing(
            sockets=self.watch.sockets,
            sessions=self.hub.seated,
            rooms=self.hub.rooms,
            queued=self.writer.queued,
        )

    async def _measure_on(self) -> None:
        """For the other processes, of which any may be asked."""
        while True:
            self.measure()
            await asyncio.sleep(MEASURE_SECONDS)

    @property
    def is_leaving(self) -> bool:
        """Whether nobody and nothing is taken in any more."""
        return self._leaving is not None

    def retire(self) -> asyncio.Task[None]:
        """Takes nothing more; commits and acknowledges what was submitted, then closes the sockets with 1012.

        A database that takes longer than a moment is not waited for: what was submitted comes again (C3).
        """
        if self._leaving is None:
            self._leaving = asyncio.create_task(self._take_leave())
        return self._leaving

    async def _take_leave(self) -> None:
        await asyncio.wait([asyncio.ensure_future(self.writer.close())], timeout=DRAIN_SECONDS)
        for session in self.hub.sessions():
            session.leave(CloseCode.RESTARTING)
        self.watch.send_away(closing_of(CloseCode.RESTARTING))

    async def close(self) -> None:
        """Retires, and ends what runs. A thread that hangs in the database ends with the process."""
        if self._measuring is not None:
            self._measuring.cancel()
        await self.retire()
        await self.watch.close()
        await self.doorkeeper.close()
        await self.hub.close()
        await asyncio.wait(
            [asyncio.ensure_future(threads.close()) for threads in self._threads], timeout=THREADS_SECONDS
        )
