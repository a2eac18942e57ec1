"""A process, and keeping it alive: started again when it dies, a bounded number of times, and stopped for good.

Owns processes and what they print. Knows nothing of what they are.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.services import Account, die_with_parent

RESTARTS = 5  # within RESTART_SECONDS; one more ends the whole
RESTART_SECONDS = 60.0
START_SECONDS = 60.0
STOP_SECONDS = 20.0
LONGEST_LINE = 1024 * 1024

Say = Callable[[str], None]


class Failed(RuntimeError):
    """A process that does not start, does not stay, or a step that did not work: the whole ends, saying this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What is to run. It ends by itself when whoever started it is gone."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    directory: Path
    answers: Callable[[], bool]  # may block for a moment
    log: Path | None = None  # None: what it prints is said, line by line
    ending: signal.Signals = signal.SIGTERM
    account: Account = field(default_factory=lambda: Account(user=None, group=None))


class Kept:
    """A program that is kept running from `begin` to `stop`; `failed` is done when that cannot be."""

    def __init__(self, program: Program, say: Say) -> None:
        self.program = program
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._say: Say = lambda line: say(f"{program.name} | {line}")
        self._ending = asyncio.Event()
        self._answered = False
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def begin(self) -> None:
        self._ending.clear()
        self._answered = False
        self._process = await _begin(self.program)
        self._keeping = asyncio.create_task(self._keep(self._process))

    async def stop(self) -> None:
        self._ending.set()
        if self._process is not None and self._keeping is not None:
            await _end(self._process, self.program.ending)
            await self._keeping

    async def answering(self) -> None:
        """Waits until it answers. One that ends before it did is not started again."""
        deadline = time.monotonic() + START_SECONDS
        while not await asyncio.to_thread(self.program.answers):
            if time.monotonic() > deadline:
                raise Failed(f"{self.program.name} does not answer after {START_SECONDS:.0f} s{self._logged()}")
            await asyncio.wait([self.failed], timeout=0.05)
            if self.failed.done():
                self.failed.result()
        self._answered = True

    async def _keep(self, process: asyncio.subprocess.Process) -> None:
        deaths: deque[float] = deque(maxlen=RESTARTS)
        while not await self._see_through(process):
            now = time.monotonic()
            often = len(deaths) == RESTARTS and now - deaths[0] < RESTART_SECONDS
            if often or not self._answered:
                told = f"{self.program.name} does not stay: it ended with {process.returncode}{self._logged()}"
                self.failed.set_exception(Failed(told))
                return
            deaths.append(now)
            self._say(f"ended with {process.returncode}, is started again")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), timeout=0.1 * 2 ** len(deaths))
                return
            try:
                process = self._process = await _begin(self.program)
            except Failed as failure:
                self.failed.set_exception(failure)
                return

    async def _see_through(self, process: asyncio.subprocess.Process) -> bool:
        """Says what the process prints until it has ended; whether it was meant to."""
        saying = asyncio.create_task(_lines(process.stdout, self._say))
        await process.wait()
        await asyncio.wait([saying], timeout=1)  # a child of its own may still hold the pipe
        saying.cancel()
        return self._ending.is_set()

    def _logged(self) -> str:
        log = self.program.log
        if log is None or not log.exists():
            return ""
        return f":\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}"


async def _begin(program: Program) -> asyncio.subprocess.Process:
    output = asyncio.subprocess.PIPE if program.log is None else program.log.open("ab")
    try:
        return await asyncio.create_subprocess_exec(
            *map(str, program.command),
            env=program.environment, cwd=program.directory,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, limit=LONGEST_LINE,
            user=program.account.user, group=program.account.group,
            extra_groups=None if program.account.user is None else [],
            start_new_session=True,  # a Ctrl-C is for the one that keeps them, which ends them in order
            preexec_fn=die_with_parent if sys.platform == "linux" else None,
        )  # fmt: skip
    except OSError as error:
        raise Failed(f"{program.name} cannot be started: {error}") from error
    finally:
        if not isinstance(output, int):
            output.close()


async def _end(process: asyncio.subprocess.Process, how: signal.Signals) -> None:
    if process.returncode is not None:
        return
    process.send_signal(how)
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _lines(stream: asyncio.StreamReader | None, say: Say) -> None:
    while stream is not None:
        try:
            line = await stream.readline()
        except ValueError:  # longer than LONGEST_LINE: left out
            continue
        if not line:
            return
        say(line.decode(errors="replace").rstrip())


async def run_once(name: str, command: Sequence[str | Path], environment: Mapping[str, str], directory: Path) -> str:
    """A step that has to have worked before the next one; what it printed."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), env=environment, cwd=directory,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    try:
        told, _ = await process.communicate()
    except asyncio.CancelledError:
        await _end(process, signal.SIGTERM)
        raise
    if process.returncode != 0:
        raise Failed(f"{name} failed:\n{told.decode(errors='replace')[-4000:]}")
    return told.decode(errors="replace")


def to_terminal(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
