"""The hub of a process: its rooms, the sessions in them, and the talk with the hubs of other processes.

The database is the truth, the channel layer a hint: a run that comes out of turn, or a head that the poll finds
ahead, makes the hub read the log. The hub alone owns a channel; sessions hang off it. Carries C2, D1, D2 and R1.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID, uuid4

from channels.layers import BaseChannelLayer

from collab.database import Database
from collab.layer import LAYER_SECONDS
from collab.logs import name_of
from collab.protocol.codec import encode
from collab.protocol.messages import FormChanged
from collab.rooms import lookup
from collab.rooms.metrics import Metrics
from collab.rooms.models import Form
from collab.rooms.opening import read_run, submission_of
from collab.rooms.presence import People
from collab.rooms.room import Room
from collab.rooms.run import Run
from collab.rooms.session import Session
from collab.threads import DatabaseThreads

logger = logging.getLogger(__name__)

T = TypeVar("T")

POLL_SECONDS = 1.0
GRACE_SECONDS = 0.25  # what a head in the database is ahead of a room by, its own writer delivers at once
PRESENCE_SECONDS = 0.1
GOSSIP_SECONDS = 15.0


def group_of(form: UUID) -> str:
    return f"formroom.form.{form}"


class Hub:
    """Delivers runs to the sessions of this process and tells other processes; implements the writer's audience."""

    def __init__(
        self,
        layer: BaseChannelLayer,
        *,
        readers: DatabaseThreads,
        watcher: DatabaseThreads,
        metrics: Metrics | None = None,
    ) -> None:
        """``watcher`` looks after the rooms: however many people come in at once, it has no queue."""
        self.id = uuid4().hex
        self._layer = layer
        self._readers = readers
        self._watcher = watcher
        self._metrics = metrics or Metrics()
        self._rooms: dict[UUID, Room] = {}
        self._loop = asyncio.get_running_loop()
        self._channel: str | None = None
        self._outbox: asyncio.Queue[tuple[UUID, dict[str, Any]]] = asyncio.Queue(maxsize=1_000)
        self._dropped = 0  # messages to other processes, since that was last said
        self._layer_ill_until = 0.0
        self._background: set[asyncio.Task[Any]] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Opens the hub's channel, if the layer answers, and begins to listen, publish, poll and gossip."""
        await self._with_layer(self._open_channel())
        works = (self._listen, self._publish, self._poll, self._gossip, self._stay_subscribed)
        self._tasks = [asyncio.create_task(work()) for work in works]

    # --- rooms and sessions --------------------------------------------------------------------------

    async def enter(self, form: UUID) -> Room:
        """The room of a form, subscribed: what is committed from now on reaches it. ``seat`` or ``abandon`` follows."""
        room = self._rooms.get(form)
        if room is None:
            room = self._rooms[form] = Room(form)
        room.entering += 1
        try:
            if not room.subscribed:
                await self._subscribe(room)
        except BaseException:
            self.abandon(room)
            raise
        return room

    def settle(self, room: Room, version: int, revision: int) -> None:
        """A session of this room has read the form at a version: the room begins there, or learns it is behind."""
        if room.version is None:
            room.version = version
            room.revision = revision
            room.handed_version = max(room.handed_version, version)
        room.revision = min(room.revision, revision)  # read before the room was told of a newer one: it is told again
        self._hear(room, version)

    def seat(self, room: Room, session: Session) -> None:
        """Adds a session to the room and tells the others."""
        room.entering -= 1
        session.person = replace(session.person, color=room.people.color_for(session.person))
        room.sessions[session.id] = session
        room.people.put(session.person)
        self._presence_changed(room)

    def unseat(self, room: Room, session: Session) -> None:
        """Takes a session out of the room; the last one out closes it."""
        room.sessions.pop(session.id, None)
        room.people.drop(session.id)
        self._presence_changed(room)
        self._close_if_empty(room)

    def abandon(self, room: Room) -> None:
        """Somebody who entered is not seated after all."""
        room.entering -= 1
        self._close_if_empty(room)

    def moved(self, room: Room, session: Session) -> None:
        """A session's person has moved to another field or selection."""
        room.people.put(session.person)
        self._presence_changed(room)

    async def read_on(self, room: Room, since: int) -> Run | None:
        """What was delivered above a version, from memory or the log; None, at once, where there is nothing."""
        if room.version is None or since >= room.version:
            return None
        run = room.remembered(since)
        if run is not None:
            return run
        return await self.read(read_run, room.form, since, up_to=room.version)

    async def read(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Runs a reading function in a thread of the readers."""
        return await self._readers.run_once(function, *args, **kwargs)

    def sessions(self) -> list[Session]:
        return [session for room in self._rooms.values() for session in room.sessions.values()]

    @property
    def seated(self) -> int:
        """How many sessions there are here."""
        return sum(len(room.sessions) for room in self._rooms.values())

    @property
    def rooms(self) -> int:
        """How many forms are open here."""
        return len(self._rooms)

    async def close(self) -> None:
        """Tells the other hubs that nobody is here any more, and ends."""
        for room in self._rooms.values():
            self._send_to_hubs(room.form, self._people_message(room, People()))
        with suppress(TimeoutError):
            async with asyncio.timeout(LAYER_SECONDS):
                await self._outbox.join()
        await _end({*self._tasks, *self._background})

    # --- the writer's audience -----------------------------------------------------------------------

    def handed(self, form: UUID) -> int | None:
        room = self._rooms.get(form)
        return None if room is None or room.version is None else max(room.version, room.handed_version)

    def hand(self, run: Run) -> None:
        room = self._rooms.get(run.form)
        if room is not None:
            room.handed_version = max(room.handed_version, run.last)

    def deliver(self, run: Run) -> None:
        """Tells a run of this process: to its own sessions and, where other hubs have the room, to them.

        One that has it and is not known yet asks ``who``, and hears the version with the answer.
        """
        room = self._rooms.get(run.form)
        if room is None or room.people.are_elsewhere:
            self._send_to_hubs(run.form, {"type": "run", **run.pack()})
        self._deliver_here(run)

    # --- delivery ------------------------------------------------------------------------------------

    def _deliver_here(self, run: Run) -> None:
        room = self._rooms.get(run.form)
        if room is None:
            return
        if room.version is None or run.first > room.version + 1:
            self._hear(room, run.last)
            return
        if run.last <= room.version:
            return
        run = run.after(room.version)
        room.version = run.last
        room.keep(run)
        for session in list(room.sessions.values()):
            session.deliver(run)

    def _hear(self, room: Room, version: int) -> None:
        """Somebody told of a version. Where the room is behind it, the log is read."""
        room.heard = max(room.heard, version)
        if room.version is not None and room.heard > room.version and room.repair is None:
            room.repair = self._in_background(self._repair(room))

    async def _repair(self, room: Room) -> None:
        """Reads the log up to what was heard of: a message was lost, or came out of turn (D1)."""
        try:
            while room.version is not None and room.version < room.heard and self._is_open(room):
                run = await self._watcher.run_once(read_run, room.form, room.version, up_to=room.heard)
                if run is None:
                    room.heard = room.version  # a rumour
                else:
                    self._metrics.repaired()
                    self._deliver_here(run)
        except Exception:
            logger.warning("could not read the log of a form", exc_info=True, extra={"form": room.form})
        finally:
            room.repair = None

    async def _poll(self) -> None:
        """Looks after the active rooms every second, whatever happened the last time."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if self._dropped:
                logger.warning("the channel layer is too slow: %d messages to other processes dropped", self._dropped)
                self._dropped = 0
            for room in list(self._rooms.values()):
                room.people.forget_silent(now=self._loop.time())
                self._presence_changed(room)
            try:
                await self._compare_heads()
            except Exception as error:
                logger.warning("could not poll the active forms: %s", name_of(error))

    async def _compare_heads(self) -> None:
        """Compares version and revision of the active rooms with the database: one query for all of them (D1)."""
        forms = [form for form, room in self._rooms.items() if room.version is not None]
        if not forms:
            return
        heads = await self._watcher.run_once(_read_heads, forms)
        for form, (version, revision) in heads.items():
            self._heard_head(form, version, revision)

    def _heard_head(self, form: UUID, version: int, revision: int) -> None:
        room = self._rooms.get(form)
        if room is None or room.version is None:
            return
        if version > room.version:
            self._loop.call_later(GRACE_SECONDS, self._hear, room, version)
        if revision > room.revision and room.telling is None:
            room.telling = self._in_background(self._tell_form(room))

    async def _tell_form(self, room: Room) -> None:
        """Tells the sessions of a room what of the form changed that is not an op."""
        try:
            form = await self._watcher.run_once(_read_form, room.form)
        except Exception as error:
            # The next poll finds it again.
            logger.warning("could not read a form: %s", name_of(error), extra={"form": room.form})
            return
        finally:
            room.telling = None
        if form is None or form.revision <= room.revision:
            return
        room.revision = form.revision
        frame = encode(form)
        for session in list(room.sessions.values()):
            session.tell(frame)

    # --- presence ------------------------------------------------------------------------------------

    def _presence_changed(self, room: Room) -> None:
        """Tells the room within a tenth of a second, coalesced: at once where nothing was told lately."""
        if room.presence_timer is None:
            wait = max(0.0, room.presence_told + PRESENCE_SECONDS - self._loop.time())
            room.presence_timer = self._loop.call_later(wait, self._tell_presence, room)

    def _tell_presence(self, room: Room) -> None:
        room.presence_timer = None
        room.presence_told = self._loop.time()
        changes = room.people.take_untold()
        if changes:
            frame = changes.frame()
            for session in list(room.sessions.values()):
                session.tell_people(changes, frame)
        self._gossip_changes(room)

    def _gossip_changes(self, room: Room) -> None:
        """Tells other hubs what changed among the people here. One that comes later asks who is here."""
        gossip = room.people.take_ungossiped()
        if gossip and room.people.are_elsewhere:
            self._send_to_hubs(room.form, {"type": "presence", "form": str(room.form), "frame": gossip.frame()})

    async def _gossip(self) -> None:
        """Tells other hubs who is here every now and then."""
        while True:
            await asyncio.sleep(GOSSIP_SECONDS)
            for room in list(self._rooms.values()):
                await self._outbox.put((room.form, self._people_message(room, room.people)))

    def _send_people(self, room: Room) -> None:
        self._send_to_hubs(room.form, self._people_message(room, room.people))

    def _people_message(self, room: Room, people: People) -> dict[str, Any]:
        """Who is here, and how far the room has come."""
        version = -1 if room.version is None else room.version
        return {
            "type": "people",
            "form": str(room.form),
            "frame": people.pack_here(),
            "version": version,
            "hub": self.id,
        }

    # --- the other hubs ------------------------------------------------------------------------------

    def _send_to_hubs(self, form: UUID, message: dict[str, Any]) -> None:
        """Queues a message for the other hubs; a full queue drops it, and their poll finds out."""
        try:
            self._outbox.put_nowait((form, {**message, "hub": self.id}))
        except asyncio.QueueFull:
            self._dropped += 1

    async def _publish(self) -> None:
        while True:
            form, message = await self._outbox.get()
            try:
                if self._loop.time() >= self._layer_ill_until:
                    await self._with_layer(self._layer.group_send(group_of(form), message))
            finally:
                self._outbox.task_done()

    async def _stay_subscribed(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            for room in [room for room in self._rooms.values() if not room.subscribed]:
                await self._subscribe(room)

    async def _subscribe(self, room: Room) -> None:
        """Joins the room's group; where the layer is down the poll carries the room until it is back."""
        if self._loop.time() < self._layer_ill_until or self._channel is None:
            return
        if await self._with_layer(self._layer.group_add(group_of(room.form), self._channel)):
            room.subscribed = True
            self._send_to_hubs(room.form, {"type": "who", "form": str(room.form)})

    async def _with_layer(self, doing: Any) -> bool:
        """Does something with the channel layer, bounded in time; an ill layer is left alone for a moment."""
        try:
            async with asyncio.timeout(LAYER_SECONDS):
                await doing
        except Exception as error:
            logger.warning("the channel layer does not answer: %s", name_of(error))
            self._metrics.layer_failed()
            self._layer_ill_until = self._loop.time() + POLL_SECONDS
            return False
        return True

    async def _listen(self) -> None:
        """Receives what other hubs tell; whatever happens, it goes on listening."""
        while True:
            try:
                if self._channel is None:
                    await self._open_channel()
                assert self._channel is not None
                # Never cancelled for a timeout: a layer may take that for the end of the channel.
                message = await self._layer.receive(self._channel)
            except Exception as error:
                logger.warning("the channel layer is deaf: %s", name_of(error))
                await asyncio.sleep(POLL_SECONDS)
                continue
            if message.get("hub") != self.id:
                try:
                    self._receive(message)
                except Exception:
                    logger.exception("a message of another process was not understood")

    async def _open_channel(self) -> None:
        self._channel = await self._layer.new_channel("hub")

    def _receive(self, message: dict[str, Any]) -> None:
        room = self._rooms.get(UUID(message["form"]))
        if room is None:
            return
        now = self._loop.time()
        hub = message["hub"]  # empty: of a request, which is no hub
        if hub and room.people.hear_of(hub, now=now) and message["type"] != "who":
            self._send_people(room)  # it may not know of this one either: after the layer was away for long
        match message["type"]:
            case "run":
                self._deliver_here(Run.unpack(message))
            case "head":
                self._heard_head(room.form, message["version"], message["revision"])
            case "presence":
                room.people.hear_changes(message["hub"], message["frame"], now=now)
                self._presence_changed(room)
            case "people":
                room.people.hear_everyone(message["hub"], message["frame"], now=now)
                self._presence_changed(room)
                self._hear(room, message.get("version", -1))
            case "who":
                self._send_people(room)

    # --- housekeeping --------------------------------------------------------------------------------

    def _is_open(self, room: Room) -> bool:
        return self._rooms.get(room.form) is room

    def _close_if_empty(self, room: Room) -> None:
        if not room.sessions and not room.entering and self._is_open(room):
            self._close_room(room)

    def _close_room(self, room: Room) -> None:
        if room.presence_timer is not None:
            room.presence_timer.cancel()
        self._gossip_changes(room)
        del self._rooms[room.form]
        if room.subscribed and self._channel is not None:
            self._in_background(self._unsubscribe(room.form, self._channel))

    async def _unsubscribe(self, form: UUID, channel: str) -> None:
        if form not in self._rooms:
            await self._with_layer(self._layer.group_discard(group_of(form), channel))
            if (room := self._rooms.get(form)) is not None:
                room.subscribed = False  # entered again meanwhile: subscribed anew in a moment, polled until then

    def _in_background(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


async def _end(tasks: set[asyncio.Task[Any]]) -> None:
    """Cancels tasks until they have ended: a client library may swallow a cancellation that comes with an answer."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=0.2)


def _read_form(form: UUID) -> FormChanged | None:
    db = Database()
    with db.snapshot(), db.ordinary():
        found = Form.objects.filter(pk=form).first()
        if found is None:
            return None
        changes = {"title": found.title, "submission": submission_of(found)}
    return FormChanged(found.revision, found.status, changes)


def _read_heads(forms: list[UUID]) -> dict[UUID, tuple[int, int]]:
    return lookup.ask_heads(Database(), forms).get()
