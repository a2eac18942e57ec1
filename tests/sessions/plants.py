"""Bugs that a server may be given, to see that the tests find them: each takes away one thing that holds a promise."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from collab.accounts import consumer as accounts_consumer
from collab.accounts import fence, news, sign_ins, watch
from collab.accounts.ended import Ended
from collab.accounts.models import User
from collab.database import Asked, Database
from collab.rooms import commit, doorkeeper
from collab.rooms import consumer as rooms_consumer

SLOW_SECONDS = 0.03


def no_lock() -> None:
    """Who signs in reads the person's row, and does not lock it."""

    def read(users: Iterable[UUID]) -> dict[UUID, User]:
        return {user.pk: user for user in User.objects.filter(pk__in=set(users))}

    sign_ins._lock = read


def no_fence() -> None:
    """Who writes asks for no sign-in: all are live."""

    def ask(db: Database, generations: Iterable[int]) -> Asked[dict[int, fence.Standing]]:
        held = dict.fromkeys(generations, fence.Standing.HELD)
        return Asked(_Nothing(), lambda rows: held)

    commit.__dict__["ask_standing"] = ask


def no_share() -> None:
    """Who writes looks whether the sign-in is live, and does not hold it."""
    ask = fence._ask

    def look(db: Database, generations: Any, *, lock: str = "", **more: Any) -> Asked[Any]:
        return ask(db, generations, **more)

    fence._ask = look


def no_look() -> None:
    """What is not heard is not found by looking either."""
    watch.LOOK_SECONDS = doorkeeper.LOOK_SECONDS = 3_600.0


def no_news() -> None:
    """Nobody is told of an end."""
    news._tell = lambda message: None


def no_memory() -> None:
    """Who comes in after its sign-in was heard to be over is let in."""
    watch.REMEMBERED = 0


def slow_answers() -> None:
    """No bug: the database's answer who is there takes its time on the way back."""
    who = sign_ins.who

    def wait_for(session_key: str | None) -> sign_ins.Present | Ended | None:
        found = who(session_key)
        time.sleep(SLOW_SECONDS)
        return found

    for module in (rooms_consumer, accounts_consumer):
        module.__dict__["who"] = wait_for


class _Nothing:
    def fetchall(self) -> list[Any]:
        return []


def plant(names: str) -> None:
    """Gives this process the bugs of these names."""
    for name in names.split():
        bug: Callable[[], None] = globals()[name]
        bug()
