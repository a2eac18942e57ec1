"""Threads that talk to the database: a pool whose connections are closed when it is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

import django.db

P = ParamSpec("P")
T = TypeVar("T")

CLOSE_SECONDS = 10.0


class DatabaseThreads:
    """A few threads of their own, so that one kind of work never waits behind another."""

    def __init__(self, name: str, *, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a function in one of the threads, which keeps its connection."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(function, *args, **kwargs))

    async def run_once(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a function and gives the connection back afterwards: for work that comes now and then."""
        return await self.run(_releasing, partial(function, *args, **kwargs))

    async def close(self) -> None:
        """Closes every thread's connection and ends the threads."""
        together = threading.Barrier(self._count)  # holds each until all are there, so that none is asked twice
        try:
            await asyncio.gather(*(self.run(_close_connection, together) for _ in range(self._count)))
        finally:
            self._pool.shutdown(wait=False)  # idle by now, or one hangs in the database: nobody waits for that here


def _releasing(function: Callable[[], T]) -> T:
    try:
        return function()
    finally:
        django.db.connection.close()


def _close_connection(together: threading.Barrier) -> None:
    together.wait(CLOSE_SECONDS)
    django.db.connection.close()
