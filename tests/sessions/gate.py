"""A gate behind the password: sign-ins wait there, in whatever process, until all are there, and go on at once.

So they race in what comes after: in `login()`, and in the one transaction that lets one of them be the one. A gate
is a locked file in a folder that all processes know; who wants through leaves a mark beside it. Knows no Django.
"""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

HEADER = "X-Tests-Gate"
GATES = "FORMROOM_TESTS_GATES"
"""Names the folder to a server."""
PATIENCE = 30.0


class Gate:
    """A gate that is shut until ``open``."""

    def __init__(self, folder: Path) -> None:
        self.name = uuid4().hex
        self._folder = folder
        self._file = (folder / self.name).open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def waiting(self) -> int:
        return sum(1 for _ in self._folder.glob(f"{self.name}.*"))

    async def has(self, count: int) -> None:
        """Waits until so many are there."""
        async with asyncio.timeout(PATIENCE):
            while self.waiting() < count:  # noqa: ASYNC110  # they are in other processes
                await asyncio.sleep(0.002)

    def open(self) -> None:
        self._file.close()


@contextmanager
def shut(folder: Path) -> Iterator[Gate]:
    """A gate that is open at the end, whatever happens."""
    gate = Gate(folder)
    try:
        yield gate
    finally:
        gate.open()


def pass_through(folder: Path, name: str) -> None:
    """In the server: waits at a gate until it is open."""
    (folder / f"{name}.{uuid4().hex}").touch()
    with (folder / name).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
