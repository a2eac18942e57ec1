"""Looks every few seconds whether the people in the rooms may still be there.

A join reads rights once, a commit reads its authors' again. This is for everybody else: who signed out in another
tab, was taken out of the team or got another role, hears no more and is told why (T4). One question for all.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from collab.accounts import services as accounts
from collab.accounts.sessions import signed_in
from collab.database import Database
from collab.protocol.codes import CloseCode
from collab.rooms.threads import DatabaseThreads

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Admission:
    """On what ground somebody was let in."""

    session_key: str
    user: UUID
    team: UUID
    role: str


Leave = Callable[[CloseCode], None]


class Doorkeeper:
    """Ends the sessions whose ground has gone."""

    def __init__(self, admitted: Callable[[], Sequence[tuple[Admission, Leave]]], watcher: DatabaseThreads) -> None:
        self._admitted = admitted
        self._watcher = watcher
        self._task = asyncio.create_task(self._look_on())

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Asks once for everybody who is here now."""
        admitted = self._admitted()
        if not admitted:
            return
        verdicts = await self._watcher.run_once(_verdicts, {admission for admission, _ in admitted})
        for admission, leave in admitted:
            if (code := verdicts.get(admission)) is not None:
                leave(code)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception as error:
                logger.warning("could not look who may still be in the rooms: %s", error)


def _verdicts(admissions: set[Admission]) -> dict[Admission, CloseCode]:
    """For whom it is over, and why. Who only got another role is sent to join again, and learns it there."""
    keys = signed_in({admission.session_key for admission in admissions})
    roles = accounts.ask_roles(Database(), {(each.user, each.team) for each in admissions}).get()
    found: dict[Admission, CloseCode] = {}
    for admission in admissions:
        role = roles.get((admission.user, admission.team))
        if admission.session_key not in keys:
            found[admission] = CloseCode.NOT_SIGNED_IN
        elif accounts.VIEW not in accounts.capabilities(role):
            found[admission] = CloseCode.NOT_ALLOWED
        elif role != admission.role:
            found[admission] = CloseCode.RESTARTING
    return found
