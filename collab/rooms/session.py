"""The outgoing half of one session: what it has been told, and how it is told more without waiting for it.

A frame is handed to the transport at once, in the caller's turn. A reader too slow to take it is *stalled*: it
is told nothing more until it has, then it is served from the log, or closed with 4408 (D2). So nothing queues up
for it, and it delays nobody. Knows the ways to the wire and nothing of rooms' contents.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterable
from contextlib import suppress
from itertools import takewhile
from typing import Any

from collab.protocol.codes import CloseCode
from collab.protocol.messages import Person
from collab.rooms.commit import Outcome
from collab.rooms.doorkeeper import Admission
from collab.rooms.presence import Changes
from collab.rooms.run import Frame, Run
from collab.sockets import Send, WriteFrames, text_frame

logger = logging.getLogger(__name__)

STALL_SECONDS = 20.0

ReadOn = Callable[[int], Awaitable[Run | None]]
"""Given a version, the ops above it; None where there are none."""


class Session:
    """One WebSocket connection in a room. Made when it joins; ``leave`` ends it."""

    def __init__(
        self,
        *,
        id: str,
        admission: Admission,
        client_id: str,
        person: Person,
        send: Send,
        write_frames: WriteFrames | None,
    ) -> None:
        self.id = id
        self.admission = admission
        self.client_id = client_id
        self.person = person
        self.sent = -1
        self.gone = asyncio.Event()
        self.close_code: CloseCode | None = None
        self._send = send
        self._write_frames = write_frames
        self._live = False
        self._stalled: asyncio.Task[None] | None = None
        self._outcomes: deque[Outcome] = deque()
        self._missed = Changes()
        self._read_on: ReadOn | None = None
        self._frames_missed: list[str] = []

    async def begin(self, joined: str, version: int, tail: Iterable[str], read_on: ReadOn) -> None:
        """Tells ``joined`` and the tail, then everything committed since, and goes live (C2)."""
        self._read_on = read_on
        await self._send_text(joined)
        for frame in tail:
            await self._send_text(frame)
        self.sent = version
        await self._catch_up()
        self._live = True
        self._flush()

    @property
    def is_stalled(self) -> bool:
        return self._stalled is not None

    async def reading(self) -> None:
        """Waits while the reader is stalled: who does not read is not read on either, so that nothing queues up."""
        if self._stalled is not None:
            await asyncio.wait([self._stalled])

    def deliver(self, run: Run) -> None:
        """Tells a run, cut to what the session does not have. A stalled session reads it later."""
        if not self._live or self._stalled is not None or run.last <= self.sent:
            return
        if run.first > self.sent + 1:
            self._stall(self._catch_up())
            return
        for frame in run.after(self.sent).frames():
            self.sent = frame.last
            if not self._write_with_answers(frame):
                return
        self._flush()

    def answer(self, outcome: Outcome) -> None:
        """Acknowledges a submit, once the session has the ops it holds (C4)."""
        self._outcomes.append(outcome)
        if self._live and self._stalled is None:
            self._flush()

    def tell_people(self, changes: Changes, frame: str) -> None:
        if not self._live or self._stalled is not None:
            self._missed.merge(changes)
        else:
            self._write(frame)

    def tell(self, frame: str) -> None:
        """Tells a frame that is small and rare; a stalled session gets it when it reads again."""
        if not self._live or self._stalled is not None:
            self._frames_missed.append(frame)
        else:
            self._write(frame)

    def leave(self, code: CloseCode | None = None) -> None:
        """Ends the session; with a code, whoever owns the socket closes it with that."""
        self.close_code = self.close_code or code
        self._live = False
        self.gone.set()
        if self._stalled is not None:
            self._stalled.cancel()

    def _flush(self) -> None:
        """Sends what waited for the session to have caught up."""
        while self._outcomes and self._outcomes[0].version <= self.sent and self._stalled is None:
            self._write(self._outcomes.popleft().frame())
        while self._frames_missed and self._stalled is None:
            self._write(self._frames_missed.pop(0))
        if self._missed and self._stalled is None:
            missed, self._missed = self._missed, Changes()
            self._write(missed.frame())

    def _write_with_answers(self, frame: Frame) -> bool:
        """Hands over a frame, with the acknowledgements that wait for it: one system call for all of them."""
        due = list(takewhile(lambda outcome: outcome.version <= self.sent, self._outcomes))
        answers = b"".join(text_frame(outcome.frame()) for outcome in due)
        if not self._hand_over(frame.wire + answers):
            return self._write(frame.text, frame.wire)
        for _ in due:
            self._outcomes.popleft()
        return True

    def _hand_over(self, frames: bytes) -> bool:
        """Hands frames to the transport past ASGI, in this very turn; False where there is another way, or none."""
        if self._write_frames is None:
            return False
        try:
            return self._write_frames(frames)
        except Exception:  # the connection is gone: whoever receives from it will notice
            self.leave()
            return False

    def _write(self, text: str, wire: bytes | None = None) -> bool:
        """Hands a frame to the transport in this very turn; False where the reader must be waited for."""
        if self._write_frames is not None and self._hand_over(wire or text_frame(text)):
            return True
        if self.gone.is_set():
            return False
        sending = self._send({"type": "websocket.send", "text": text})
        steps = sending.__await__()
        try:
            waiting_for = next(steps)
        except StopIteration:
            return True
        except Exception:  # the connection is gone: whoever receives from it will notice
            self.leave()
            return False
        self._stall(_Continued(steps, waiting_for))
        return False

    def _stall(self, until: Awaitable[None]) -> None:
        self._stalled = asyncio.ensure_future(self._recover(until))

    async def _recover(self, until: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                await until
            await self._catch_up()
        except TimeoutError:
            self.leave(CloseCode.TOO_SLOW)
        except Exception:
            self.leave()
        else:
            self._stalled = None
            if self._live:
                self._flush()

    async def _catch_up(self) -> None:
        """Reads and tells what was committed since, until there is nothing more."""
        assert self._read_on is not None
        while (run := await self._read_on(self.sent)) is not None:
            for frame in run.frames():
                await self._send_text(frame.text)
                self.sent = frame.last

    async def _send_text(self, text: str) -> None:
        async with asyncio.timeout(STALL_SECONDS):
            await self._send({"type": "websocket.send", "text": text})


class _Continued:
    """The rest of a coroutine that was begun by hand and had to wait."""

    def __init__(self, steps: Generator[Any, None, None], waiting_for: Any) -> None:
        self._steps = steps
        self._waiting_for = waiting_for

    def __await__(self) -> Generator[Any, None, None]:
        waiting_for = self._waiting_for
        with suppress(StopIteration):
            while True:
                try:
                    yield waiting_for
                except BaseException as error:
                    waiting_for = self._steps.throw(error)
                else:
                    waiting_for = next(self._steps)
