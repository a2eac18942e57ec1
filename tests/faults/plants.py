"""Bugs that a web process may be given, to see that the suite finds them: each takes away what holds one promise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from collab.database import Asked, Database
from collab.rooms import commit, lookup, store
from collab.rooms.hub import Hub
from collab.rooms.room import Room
from collab.rooms.run import Run
from collab.rooms.writer import Writer
from tests.sessions.plants import no_fence as no_fence


def no_dedupe() -> None:
    """What was submitted before is not looked up: sent again it is done again (C3)."""
    ask_clients, insert_submits = lookup.ask_clients, store.insert_submits

    def forget(db: Database, keys: Sequence[Any]) -> Asked[dict[Any, Any]]:
        asked = ask_clients(db, keys)
        for state in asked.get().values():
            state.last_seq = state.base = state.last_edit = 0
        return asked

    def overwrite(db: Database, submits: Sequence[tuple[Any, ...]]) -> None:
        db._execute(
            "DELETE FROM rooms_submit WHERE client_id = ANY(%s::bigint[]) AND seq = ANY(%s::bigint[])",
            [f"{{{','.join(str(each[at]) for each in submits)}}}" for at in (0, 1)],
        )
        insert_submits(db, submits)

    lookup.ask_clients, store.insert_submits = forget, overwrite


def publish_before_commit() -> None:
    """The room is told when the batch is judged, before it is committed (C1)."""
    runs_of, start = commit._Batch._runs, Writer.__init__
    writers: list[tuple[Writer, asyncio.AbstractEventLoop]] = []

    def begin(self: Writer, *args: Any, **more: Any) -> None:
        start(self, *args, **more)
        writers.append((self, asyncio.get_running_loop()))

    def publish(self: commit._Batch, handed: Mapping[UUID, int]) -> list[Run]:
        runs = runs_of(self, handed)
        writer, loop = writers[-1]
        for run in runs:
            loop.call_soon_threadsafe(writer._audience.deliver, run)
        return runs

    Writer.__init__ = begin  # type: ignore[method-assign]
    commit._Batch._runs = publish  # type: ignore[method-assign]


def no_gap_repair() -> None:
    """What was not heard is not looked up in the log (D1)."""

    async def leave(self: Hub, room: Room) -> None:
        room.repair = None

    Hub._repair = leave  # type: ignore[method-assign]


def plant(names: str) -> None:
    """Gives this process the bugs of these names."""
    for name in names.split():
        bug: Callable[[], None] = globals()[name]
        bug()
