"""Watches over the sign-ins that have sockets in this process (S2).

Who is ended elsewhere is heard of through the channel layer, on a channel of its own that no room fills; every few
seconds all are looked at in the database, whatever was heard. Records who was active, and warns who was not. Knows
guests, not what their sockets are for.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from channels.layers import BaseChannelLayer

from collab.accounts import lookout, news
from collab.accounts.ended import Ended
from collab.layer import LAYER_SECONDS
from collab.logs import name_of
from collab.protocol.codec import encode
from collab.protocol.messages import Closing, Idle
from collab.threads import DatabaseThreads

logger = logging.getLogger(__name__)

LOOK_SECONDS = 3.0
AGAIN_SECONDS = 1.0
REMEMBERED = 10_000


@dataclass(eq=False, slots=True)
class Guest:
    """One socket and whose it is. ``end`` closes it, ``tell`` sends it a frame; neither waits."""

    user: UUID
    generation: int
    end: Callable[[Closing], None]
    tell: Callable[[str], None]
    active: bool = field(default=False, init=False)


class Watch:
    """The guests of this process, and what is heard of their sign-ins."""

    def __init__(
        self,
        layer: BaseChannelLayer,
        threads: DatabaseThreads,
        *,
        on_access: Callable[[set[UUID]], None],
        sockets_per_user: int,
    ) -> None:
        """``on_access`` is told of people whose rights have changed."""
        self._layer = layer
        self._threads = threads
        self._on_access = on_access
        self._sockets_per_user = sockets_per_user
        self._sockets: Counter[UUID] = Counter()
        self._away: Closing | None = None
        self._guests: dict[int, set[Guest]] = {}
        self._over: OrderedDict[int, Ended] = OrderedDict()
        self._warned: set[int] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._looking: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begins to listen and to look; returns when the group is joined, or the layer does not answer."""
        joined = asyncio.Event()
        self._tasks = [asyncio.create_task(self._listen(joined)), asyncio.create_task(self._look_on())]
        await joined.wait()

    async def close(self) -> None:
        tasks = [*self._tasks, *self._looking]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- guests --------------------------------------------------------------------------------------

    def admit(self, guest: Guest) -> bool:
        """A socket whose sign-in was live a moment ago. Where it was heard to be over since, the guest is ended.

        False, and no guest, where the person has as many sockets here as one may have.
        """
        if self._sockets[guest.user] >= self._sockets_per_user:
            return False
        self._sockets[guest.user] += 1
        self._guests.setdefault(guest.generation, set()).add(guest)
        if (ended := self._over.get(guest.generation)) is not None:
            guest.end(ended.closing())
        elif self._away is not None:
            guest.end(self._away)
        return True

    def dismiss(self, guest: Guest) -> None:
        company = self._guests.get(guest.generation, set())
        if guest not in company:
            return  # never let in
        company.discard(guest)
        self._sockets[guest.user] -= 1
        if not self._sockets[guest.user]:
            del self._sockets[guest.user]
        if not company:
            self._guests.pop(guest.generation, None)
            self._warned.discard(guest.generation)

    @property
    def sockets(self) -> int:
        """How many there are in this process, of all people."""
        return self._sockets.total()

    def send_away(self, closing: Closing) -> None:
        """The process ends: for who is here, and for who is just being let in."""
        self._away = closing
        for guest in [guest for company in self._guests.values() for guest in company]:
            guest.end(closing)

    def doubt(self, generation: int) -> None:
        """This one seems to be over: it is looked at now, not in a few seconds."""
        task = asyncio.create_task(self._look_at(generation))
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def _look_at(self, generation: int) -> None:
        try:
            await self.look([generation])
        except Exception as error:
            logger.warning("could not look who is still signed in: %s", name_of(error))

    async def look(self, generations: Iterable[int] | None = None) -> None:
        """Asks the database once about these sign-ins, or about all that have guests here."""
        asked = list(self._guests if generations is None else generations)
        active = [generation for generation in asked if self._take_active(generation)]
        if not asked:
            return
        found = await self._threads.run_once(lookout.look, asked, active, now=datetime.now(UTC))
        for ended in found.ended:
            self._end(ended)
        idle = {generation for generation in found.idle if generation in self._guests}
        for generation in idle:
            self._tell(generation, Idle(round(found.idle[generation])))
        over = {ended.generation for ended in found.ended}  # these are told that, and not that they are idle no more
        for generation in self._warned.intersection(asked) - idle - over:
            self._tell(generation, Idle(None))
        self._warned = (self._warned - set(asked)) | idle

    def _take_active(self, generation: int) -> bool:
        was_active = False
        for guest in self._guests.get(generation, ()):
            was_active = was_active or guest.active
            guest.active = False
        return was_active

    def _tell(self, generation: int, message: Idle) -> None:
        frame = encode(message)
        for guest in list(self._guests.get(generation, ())):
            guest.tell(frame)

    def _end(self, ended: Ended) -> None:
        self._over[ended.generation] = ended
        while len(self._over) > REMEMBERED:
            self._over.popitem(last=False)
        closing = ended.closing()
        for guest in list(self._guests.get(ended.generation, ())):
            guest.end(closing)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception as error:
                logger.warning("could not look who is still signed in: %s", name_of(error))

    # --- the other processes -------------------------------------------------------------------------

    async def _listen(self, joined: asyncio.Event) -> None:
        """Hears what other processes tell, and joins the group again whenever the layer was ill."""
        while True:
            try:
                async with asyncio.timeout(LAYER_SECONDS):
                    channel = await self._layer.new_channel("accounts")
                    await self._layer.group_add(news.GROUP, channel)
                joined.set()
                while True:  # never cancelled for a timeout: a layer may take that for the end of the channel
                    self._heard(await self._layer.receive(channel))
            except Exception as error:
                logger.warning("the channel layer tells nothing of accounts: %s", name_of(error))
                joined.set()
                await asyncio.sleep(AGAIN_SECONDS)

    def _heard(self, message: dict[str, Any]) -> None:
        try:
            match message["type"]:
                case "ended":
                    for raw in message["ended"]:
                        self._end(Ended.unpack(raw))
                case "access":
                    self._on_access({UUID(user) for user in message["users"]})
        except Exception:
            logger.exception("a message of another process was not understood")
