"""A small, correct client at a real socket: one tab of a person on a form, which holds a replica and types.

It joins with ``since``, has at most one unacknowledged submit with edits, and after a lost connection sends the very
same submits again. What the protocol forbids the server to do it tells the history. Knows nothing of faults.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, WebSocketException

from collab.document.operations import read_op
from collab.document.replica import Replica
from tests.faults.history import History, Key, Submit
from tests.faults.typist import Typist
from tests.sessions.browser import Browser

IN_FLIGHT = 4
OPEN_SECONDS = 5.0
PING_SECONDS = 5.0
SILENT_SECONDS = 10.0
BACK_OFF = (0.05, 0.5)
ALLOWED_REFUSALS = {"conflict", "gone", "invalid"}  # of concurrent work; anything else is somebody's bug
OVER = {4401, 4409}


class Door(Protocol):
    """Where a web process is reached: its port, or a line to it."""

    @property
    def port(self) -> int: ...

    @property
    def origin(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Doors:
    """The ways in, the own process first."""

    all: Sequence[Door]
    home: int

    def choice(self, failures: int) -> int:
        return (self.home + failures) % len(self.all)


class Bot:
    """One tab. ``live`` until it is ended; ``type`` whenever something is to be typed, online or not."""

    def __init__(self, person: str, browser: Browser, form: str, doors: Doors, history: History, seed: str) -> None:
        self.person = person
        self.browser = browser
        self.form = form
        self.doors = doors
        self.client_id = f"{person}-{seed}-{random.randrange(10**6):06}"
        self.replica: Replica | None = None
        self.in_flight: list[Submit] = []
        self.online = False
        self.process = doors.home
        self.close_code: int | None = None
        self.offline_since = time.monotonic()
        self.longest_offline = 0.0
        self._history = history
        self._chance = random.Random(seed)
        self._typist = Typist(self.client_id, self._chance)
        self._seq = 0
        self._outbox: asyncio.Queue[Submit] = asyncio.Queue()
        self._connection: ClientConnection | None = None
        self._leaving = False

    @property
    def version(self) -> int:
        return self.replica.version if self.replica is not None else -1

    @property
    def over(self) -> bool:
        """Whether its sign-in has ended, as it was told."""
        return self.close_code in OVER

    # --- the connection ------------------------------------------------------------------------------

    async def live(self) -> None:
        """Connects, and connects again, until it is cancelled or its sign-in is over."""
        failures = 0
        while not self.over:
            try:
                await self._visit(self.doors.choice(failures))
                failures = 0
            except (OSError, WebSocketException, TimeoutError, EOFError) as error:
                failures += 1
                self._history.note("not connected", bot=self.client_id, error=f"{type(error).__name__}: {error}"[:200])
            finally:
                self._is_offline()
            if not self._leaving:
                await asyncio.sleep(self._chance.uniform(*BACK_OFF))
            self._leaving = False
        for submit in self.in_flight:
            self._history.give_up(self._key(submit))

    async def _visit(self, process: int) -> None:
        path = f"/ws/forms/{self.form}/"
        options = {"open_timeout": OPEN_SECONDS, "ping_interval": PING_SECONDS, "ping_timeout": SILENT_SECONDS}
        async with self.browser.at(self.doors.all[process]).socket(path, **options) as visitor:
            self.process, self._connection, self.close_code = process, visitor.connection, None
            since = None if self.replica is None else self.replica.version
            want = "snapshot" if since is None else "tail"
            await visitor.send({"type": "join", "client_id": self.client_id, "since": since, "want": want})
            self._outbox = asyncio.Queue()
            sending = asyncio.create_task(self._send_on(visitor.connection))
            try:
                with suppress(ConnectionClosed):
                    async for raw in visitor.connection:
                        self._received(json.loads(raw))
            finally:
                sending.cancel()
                self.close_code = visitor.connection.close_code
        self._history.note("closed", bot=self.client_id, code=self.close_code)

    async def _send_on(self, connection: ClientConnection) -> None:
        """Sends what is to be sent, in its order. What a lost connection swallows is sent again after the next join."""
        with suppress(ConnectionClosed):
            while True:
                submit = await self._outbox.get()
                submit.sent += 1
                if submit.sent > 1:
                    self._history.note("sent again", key=self._key(submit))
                frame = {"type": "submit", "seq": submit.seq, "base": submit.base, "ops": submit.ops}
                await connection.send(json.dumps(frame))

    async def go_home(self) -> None:
        """Back to the own process, where it is elsewhere: as a load balancer would spread people again."""
        if self.online and self.process != self.doors.home and self._connection is not None:
            self._leaving = True
            await self._connection.close()

    def hang_up(self) -> None:
        """The connection is torn away, and made anew."""
        if self._connection is not None:
            self._connection.transport.abort()

    def _is_offline(self) -> None:
        self._connection = None
        if self.online:
            self.online = False
            self.offline_since = time.monotonic()

    def _is_online(self) -> None:
        self.online = True
        self.longest_offline = max(self.longest_offline, time.monotonic() - self.offline_since)

    # --- typing --------------------------------------------------------------------------------------

    @property
    def is_free(self) -> bool:
        """Whether it may make another submit."""
        return self.replica is not None and len(self.in_flight) < IN_FLIGHT and not self.over

    def type(self) -> None:
        """Makes a submit, of one op or a few; sends it now or, offline, when it is back."""
        assert self.replica is not None
        self._seq += 1
        may_edit = not any(submit.has_edit for submit in self.in_flight)
        ops = self._typist.ops(self.replica, self._seq, may_edit=may_edit)
        submit = Submit(self._seq, self.replica.version, ops, time.monotonic())
        self.in_flight.append(submit)
        self._history.invoke(self._key(submit), submit)
        if self.online:
            self._outbox.put_nowait(submit)

    def _key(self, submit: Submit) -> Key:
        return self.form, self.client_id, submit.seq

    # --- what the server says ------------------------------------------------------------------------

    def _received(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "joined":
                self._joined(frame)
            case "committed":
                self._committed(frame)
            case "acked":
                self._acked(frame)
            case "closing":
                self._history.note("closing", bot=self.client_id, code=frame["code"])
            case "error":
                self._problem(f"was told the error {frame}")

    def _joined(self, frame: dict[str, Any]) -> None:
        if frame["version"] < self.version:
            self._problem(f"has version {self.version}, and joined at {frame['version']}")
        if frame["snapshot"] is not None:
            self.replica = Replica(frame["snapshot"], frame["version"])
        self._is_online()
        self._history.note("joined", bot=self.client_id, process=self.process, version=frame["version"])
        for submit in self.in_flight:
            self._outbox.put_nowait(submit)

    def _committed(self, frame: dict[str, Any]) -> None:
        replica = self.replica
        if replica is None:
            self._problem("was told ops before it had a snapshot")
            return
        if frame["from"] != replica.version + 1 or frame["to"] != frame["from"] + len(frame["ops"]) - 1:
            self._problem(f"has version {replica.version}, and was told {frame['from']} to {frame['to']}")
            return
        for entry in frame["ops"]:
            at = entry["at"] if "at" in entry else frame["at"]
            shown = [entry["by"], entry["seq"], entry["op"], at]
            self._history.show(self.form, replica.version + 1, shown, process=self.process)
            try:
                replica.apply(read_op(entry["op"]), by=entry["by"], at=at)
            except (LookupError, ValueError) as error:
                self._problem(f"cannot apply {shown}, which it was shown as version {replica.version}: {error!r}")

    def _acked(self, frame: dict[str, Any]) -> None:
        key = self.form, self.client_id, frame["seq"]
        rejected = [{"index": each["index"], "code": each["code"]} for each in frame["rejected"]]
        if wrong := {each["code"] for each in rejected} - ALLOWED_REFUSALS:
            self._problem(f"had {frame['seq']} rejected: {wrong}")
        if frame["version"] > self.version:
            self._problem(f"has version {self.version}, and was answered at {frame['version']}")
        self._history.acknowledge(key, frame["version"], rejected)
        self.in_flight = [submit for submit in self.in_flight if submit.seq != frame["seq"]]

    def _problem(self, text: str) -> None:
        self._history.problem(f"{self.client_id} on {self.form} {text}")
