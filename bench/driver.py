"""Plays all the people of a load, in one process: reads a plan (JSON) on stdin, writes what it saw (JSON) on stdout.

An edit's delay is taken from the moment its frame is written to the socket, to the moment the bytes that carry it
arrive at another socket of the room. Edits are evenly spaced for each editor, each with a phase of its own; they are
sent on time whether or not the server keeps up. Frames are parsed once for a room, not once for each socket: everyone
at one server gets the same bytes, so the frames after the last one seen are compared, not read.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import psutil
import uvloop

from bench.dialects import DIALECTS, Client, Dialect, Edit, RoomWords
from bench.processes import allow_many_sockets
from bench.websocket import Connection, as_servers_send, connect

BUCKETS_PER_SECOND = 20_000  # delays are counted in steps of 0.05 ms
CONNECTING_AT_ONCE = 50
JOIN_TIMEOUT = 60.0  # and as much again for every thousand people


@dataclass(frozen=True, slots=True)
class Plan:
    dialect: str
    host: str
    ports: list[int]  # of the server's processes; the people of a room are dealt out to them in turn
    rooms: list[dict[str, Any]]  # {path, people: [{cell, editor, headers}]}
    rate: float
    dwell: float
    warmup: float
    window: float
    drain: float
    seed: int
    processes: dict[str, list[int]]  # whose processor time is read: {"server": [pid], …}


@dataclass(slots=True)
class Frame:
    """A frame that everybody in a feed gets, and who got it when."""

    index: int
    wire: bytes  # as it comes from TCP
    edits: list[Edit]
    version: int
    sockets: array[int] = field(default_factory=lambda: array("I"))
    times: array[float] = field(default_factory=lambda: array("d"))


@dataclass(slots=True)
class Feed:
    """What one process of the server tells one room: the same bytes to all of its people there."""

    dialect: Dialect
    words: RoomWords
    people: list[int] = field(default_factory=list)  # the numbers of those who listen
    frames: list[Frame] = field(default_factory=list)
    by_payload: dict[bytes, Frame] = field(default_factory=dict)

    def find(self, payload: bytes) -> Frame | None:
        frame = self.by_payload.get(payload)
        if frame is None and (read := self.dialect.broadcast(self.words, payload)) is not None:
            edits, version = read
            frame = Frame(len(self.frames), as_servers_send(payload, self.dialect.opcode), edits, version)
            self.frames.append(frame)
            self.by_payload[payload] = frame
        return frame

    def due(self, frame: Frame) -> int:
        """How many sockets get this frame. Who is given no edit of their own gets no frame that is nothing else."""
        authors = {author for author, _ in frame.edits}
        left_out = not self.dialect.echoes and len(authors) == 1 and not authors.isdisjoint(self.people)
        return len(self.people) - left_out


@dataclass(slots=True)
class Room:
    """The same room, whichever process one hears it from."""

    words: RoomWords
    feeds: list[Feed]
    size: int


@dataclass(frozen=True, slots=True)
class Door:
    """Where a person comes in."""

    port: int
    path: str
    headers: dict[str, str]


class Person:
    """One socket: hears everything, and edits if it is an editor."""

    __slots__ = ("_dialect", "_feed", "_next", "client", "connection", "door", "ended", "ready", "room", "sent")

    def __init__(self, client: Client, room: Room, feed: Feed, door: Door) -> None:
        self.client = client
        self.room = room
        self.door = door
        self.sent: list[float] = []  # when each edit was sent: number 1 first
        self.connection: Connection | None = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended: str | None = None
        self._feed = feed
        self._dialect = feed.dialect
        self._next = 0  # the index of the feed's frame that should come next

    def opened(self, connection: Connection) -> None:
        self.connection = connection
        hello = self._dialect.hello(self.client)
        if not hello:
            self.client.ready = True
            self._tell_if_ready()
        for frame in hello:
            connection.send(frame)

    def recognised(self, data: bytes, at: float) -> int:
        """Take the frames that others in the feed have had already, as long as they come in the same order."""
        frames, index, end = self._feed.frames, self._next, 0
        while index < len(frames) and data.startswith((frame := frames[index]).wire, end):
            frame.sockets.append(self.client.number)
            frame.times.append(at)
            end += len(frame.wire)
            index += 1
        if end:
            self._next = index
            self.client.version = max(self.client.version, frames[index - 1].version)
        return end

    def received(self, payload: bytes, at: float) -> None:
        frame = self._feed.find(payload)
        if frame is None:
            self._dialect.private(self.client, payload)
            self._tell_if_ready()
            return
        frame.sockets.append(self.client.number)
        frame.times.append(at)
        self.client.version = max(self.client.version, frame.version)
        self._next = frame.index + 1

    def closed(self, code: int, reason: str) -> None:
        self.ended = f"{code} {reason}".strip()
        self.connection = None
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"{self.client.name}: closed with {self.ended} before it was in"))

    def edit(self) -> None:
        if self.connection is not None:
            self.client.seq += 1
            frame = self._dialect.edit(self.client)
            self.sent.append(perf_counter())
            self.connection.send(frame)

    def _tell_if_ready(self) -> None:
        if self.client.ready and not self.ready.done():
            self.ready.set_result(None)


# --- the run -------------------------------------------------------------------------------------


async def run(plan: Plan) -> dict[str, Any]:
    people, editors = make_people(plan)
    began = perf_counter()
    await connect_all(plan, people)
    joined_in = perf_counter() - began
    await asyncio.sleep(plan.dwell)
    gc.collect()
    gc.freeze()
    gc.disable()  # a pause of the driver would be counted as the server's

    pace = Pace(editors, rate=plan.rate, randomness=random.Random(plan.seed))
    pace.start()
    await asyncio.sleep(plan.warmup)
    opens, before = perf_counter(), processor_seconds(plan.processes)
    await asyncio.sleep(plan.window)
    closes, after = perf_counter(), processor_seconds(plan.processes)
    pace.stop()
    await drain(people, at_most=plan.drain)

    gc.enable()
    return {
        **count(people, opens=opens, closes=closes),
        "joined_in": joined_in,
        "driver_late_p99": pace.late(0.99),
        "cpu": {name: after[name] - before[name] for name in after},
        "closed": Counter(person.ended for person in people if person.ended is not None),
    }


def make_people(plan: Plan) -> tuple[list[Person], list[Person]]:
    dialect = DIALECTS[plan.dialect]
    people: list[Person] = []
    editors: list[Person] = []
    for number, planned in enumerate(plan.rooms):
        words = RoomWords()
        room = Room(words, [Feed(dialect, words) for _ in plan.ports], size=len(planned["people"]))
        for place, member in enumerate(planned["people"]):
            name = f"bench-{number:03}-{len(people):05}"
            client = Client(number=len(people), name=name, cell=member["cell"], room=number)
            words.by_name[client.name] = words.by_cell[client.cell] = client.number
            process = place % len(plan.ports)
            room.feeds[process].people.append(client.number)
            door = Door(plan.ports[process], planned["path"], member["headers"])
            people.append(Person(client, room, room.feeds[process], door))
            if member["editor"]:
                editors.append(people[-1])
    return people, editors


async def connect_all(plan: Plan, people: Sequence[Person]) -> None:
    gate = asyncio.Semaphore(CONNECTING_AT_ONCE)
    opcode = DIALECTS[plan.dialect].opcode

    async def come_in(person: Person) -> None:
        async with gate:
            door = person.door
            await connect(plan.host, door.port, path=door.path, headers=door.headers, listener=person, opcode=opcode)
            await person.ready

    async with asyncio.timeout(JOIN_TIMEOUT * (1 + len(people) / 1000)):
        await asyncio.gather(*map(come_in, people))


class Pace:
    """Lets every editor edit on time: the next edit is due one period after the last was due, however late it was."""

    def __init__(self, editors: Sequence[Person], *, rate: float, randomness: random.Random) -> None:
        self._editors = editors
        self._period = 1 / rate
        self._randomness = randomness
        self._late: list[float] = []
        self._stopped = False

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for editor in self._editors:
            due = now + self._randomness.random() * self._period
            loop.call_at(due, self._edit, editor, due)

    def stop(self) -> None:
        self._stopped = True

    def late(self, share: float) -> float:
        """How late the driver itself was, for all but the worst of its edits."""
        ordered = sorted(self._late)
        return ordered[int(share * (len(ordered) - 1))] if ordered else 0.0

    def _edit(self, editor: Person, due: float) -> None:
        if self._stopped:
            return
        loop = asyncio.get_running_loop()
        self._late.append(loop.time() - due)
        editor.edit()
        loop.call_at(due + self._period, self._edit, editor, due + self._period)


async def drain(people: Sequence[Person], *, at_most: float) -> None:
    """Wait until everyone has everything, but not for ever. Looking is cheap: being told would cost every delivery."""
    deadline = perf_counter() + at_most
    while perf_counter() < deadline and not everything_arrived(people):  # noqa: ASYNC110
        await asyncio.sleep(0.05)


def everything_arrived(people: Sequence[Person]) -> bool:
    """Whether every process has told all that was sent, and everyone has heard it."""
    sent: Counter[int] = Counter()
    rooms = {id(person.room): person.room for person in people}
    for person in people:
        sent[id(person.room)] += len(person.sent)
    return all(
        sum(len(frame.edits) for frame in feed.frames) >= sent[key]
        and all(len(frame.times) >= feed.due(frame) for frame in reversed(feed.frames))
        for key, room in rooms.items()
        for feed in room.feeds
        if len(feed.people) > (not feed.dialect.echoes)
    )


def processor_seconds(processes: dict[str, list[int]]) -> dict[str, float]:
    """Processor time so far: of each group of processes with their children, of the driver, of everything else."""
    groups = {name: [psutil.Process(pid) for pid in pids] for name, pids in processes.items()}
    own = psutil.Process().cpu_times()
    seen = {name: sum(map(tree_seconds, group)) for name, group in groups.items()} | {"driver": own.user + own.system}
    machine = psutil.cpu_times()
    return seen | {"others": sum(machine) - machine.idle - getattr(machine, "iowait", 0.0) - sum(seen.values())}


def tree_seconds(process: psutil.Process) -> float:
    total = 0.0
    for member in (process, *process.children(recursive=True)):
        try:
            times = member.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


# --- what was seen -------------------------------------------------------------------------------


def count(people: Sequence[Person], *, opens: float, closes: float) -> dict[str, Any]:
    """Every delivery of every edit that was sent while the window was open, to everyone but its author."""
    delays: Counter[int] = Counter()
    rooms = {id(person.room): person.room for person in people}.values()
    feeds = [feed for room in rooms for feed in room.feeds]
    for feed in feeds:
        count_feed(feed, people, delays, opens=opens, closes=closes)
    inside = [(person, sum(opens <= at < closes for at in person.sent)) for person in people]
    edits = sum(sent for _, sent in inside)
    return {
        "delays": {bucket: times for bucket, times in sorted(delays.items()) if times},
        "buckets_per_second": BUCKETS_PER_SECOND,
        "expected": sum(sent * (person.room.size - 1) for person, sent in inside),
        "delivered": delays.total(),
        "edits": edits,
        "seconds": closes - opens,
        "accepted": sum(person.client.accepted for person in people),
        "rejections": sum((person.client.rejections for person in people), Counter()),
        "frames": sum(len(feed.frames) for feed in feeds),
        "frame_bytes": sum(len(frame.wire) for feed in feeds for frame in feed.frames),
    }


def count_feed(feed: Feed, people: Sequence[Person], delays: Counter[int], *, opens: float, closes: float) -> None:
    for frame in feed.frames:
        if feed.dialect.repeats:
            forget_repeats(frame)
        for author, seq in frame.edits:
            sent = people[author].sent[seq - 1]
            if not opens <= sent < closes:
                continue
            delays.update([int((at - sent) * BUCKETS_PER_SECOND) for at in frame.times])
            if author in frame.sockets:
                own = frame.times[frame.sockets.index(author)]
                delays[int((own - sent) * BUCKETS_PER_SECOND)] -= 1


def forget_repeats(frame: Frame) -> None:
    """Keep the first time that each socket got this frame."""
    first: dict[int, float] = {}
    for number, at in zip(frame.sockets, frame.times, strict=True):
        first.setdefault(number, at)
    frame.sockets, frame.times = array("I", first), array("d", first.values())


def play(what: Callable[[Plan], Coroutine[Any, Any, dict[str, Any]]]) -> None:
    """The plan from stdin, the answer to stdout."""
    allow_many_sockets()
    json.dump(uvloop.run(what(Plan(**json.load(sys.stdin)))), sys.stdout)


if __name__ == "__main__":
    play(run)
