"""Looks every few seconds whether the people in the rooms may still be there.

A join reads rights once, a commit reads its authors' again. This is for everybody else: who was taken out of the team
or got another role, hears no more and is told why (T4). One question for all, and at once for those of whom it is
heard that something changed. Who is signed in at all, `accounts.watch` looks after.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from collab.accounts import services as accounts
from collab.database import Database
from collab.logs import name_of
from collab.protocol.codes import CloseCode
from collab.threads import DatabaseThreads

logger = logging.getLogger(__name__)

LOOK_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Admission:
    """On what ground somebody was let in."""

    user: UUID
    generation: int
    team: UUID
    role: str


Leave = Callable[[CloseCode], None]
SignedIn = Callable[[set[int]], Awaitable[None]]
"""Ends the sockets of those of some sign-ins that are over."""


class Doorkeeper:
    """Ends the sessions whose ground has gone."""

    def __init__(
        self,
        admitted: Callable[[], Sequence[tuple[Admission, Leave]]],
        watcher: DatabaseThreads,
        *,
        signed_in: SignedIn,
    ) -> None:
        self._admitted = admitted
        self._watcher = watcher
        self._signed_in = signed_in
        self._changed: set[UUID] = set()
        self._wake = asyncio.Event()
        self._task = asyncio.create_task(self._look_on())

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def changed(self, users: set[UUID]) -> None:
        """The rights of these people have changed: they are looked at now."""
        self._changed |= users
        self._wake.set()

    async def look(self, users: set[UUID] | None = None) -> None:
        """Asks once for these people, or for everybody who is here now."""
        admitted = [each for each in self._admitted() if users is None or each[0].user in users]
        if not admitted:
            return
        verdicts = await self._watcher.run_once(_verdicts, {admission for admission, _ in admitted})
        lost = {admission.generation for admission, code in verdicts.items() if code is CloseCode.NOT_ALLOWED}
        if lost:
            await self._signed_in(lost)  # who has lost the account has lost the form, and is told of the account
        for admission, leave in admitted:
            if (code := verdicts.get(admission)) is not None:
                leave(code)

    async def _look_on(self) -> None:
        clock = asyncio.get_running_loop().time
        next_look = clock() + LOOK_SECONDS
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(next_look):
                    await self._wake.wait()
            self._wake.clear()
            changed, self._changed = self._changed, set()
            everybody = clock() >= next_look  # also where something is heard all the time
            if everybody:
                next_look = clock() + LOOK_SECONDS
            try:
                await self.look(None if everybody else changed)
            except Exception as error:
                logger.warning("could not look who may still be in the rooms: %s", name_of(error))


def _verdicts(admissions: set[Admission]) -> dict[Admission, CloseCode]:
    """For whom it is over, and why. Who only got another role is sent to join again, and learns it there."""
    roles = accounts.ask_roles(Database(), {(each.user, each.team) for each in admissions}).get()
    found: dict[Admission, CloseCode] = {}
    for admission in admissions:
        role = roles.get((admission.user, admission.team))
        if accounts.VIEW not in accounts.capabilities(role):
            found[admission] = CloseCode.NOT_ALLOWED
        elif role != admission.role:
            found[admission] = CloseCode.RESTARTING
    return found
