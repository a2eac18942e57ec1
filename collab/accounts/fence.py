"""The fence: nobody writes for a person whose sign-in is over (S1, I5).

A sign-in is asked for inside the transaction that writes, and held `FOR SHARE` until that has committed; whoever ends
it updates its row, and so comes before or after. On SQLite there is one writer at a time, and nothing to hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any

from django.http import HttpRequest

from collab.accounts.ended import Ended
from collab.accounts.models import SignIn
from collab.accounts.sign_ins import ended
from collab.database import Asked, Database, Relation


class Standing(Enum):
    """What a sign-in is to a transaction that would write for it. One that is in neither state has ended."""

    HELD = "held"  # live, and stays so until the transaction is over
    MOVING = "moving"  # somebody is ending it right now: ask again


class SignedOut(Exception):
    """The sign-in of the request that wanted to write is over. ``ended`` says why, where that is known."""

    def __init__(self, ended: Ended | None) -> None:
        super().__init__("signed out")
        self.ended = ended


_ASKED = Relation(generation="bigint")


def ask_standing(db: Database, generations: Iterable[int]) -> Asked[dict[int, Standing]]:
    """Holds those of these sign-ins that are live. It never waits: one that is being ended is ``MOVING``.

    One statement, whatever their number: it is the whole cost of the fence for a batch, unless one is missing.
    """
    wanted = sorted(set(generations))

    def read(answer: list[tuple[Any, ...]]) -> dict[int, Standing]:
        held = {generation: Standing.HELD for (generation,) in answer}
        missing = [generation for generation in wanted if generation not in held]
        # Not had, or not there: who is still live in a look that takes no lock is being ended by somebody.
        moving = _ask(db, missing).get() if missing and db.postgresql else []
        return dict.fromkeys((generation for (generation,) in moving), Standing.MOVING) | held

    return _ask(db, wanted, lock="FOR SHARE OF s SKIP LOCKED", read=read)


def _ask(
    db: Database,
    generations: Sequence[int],
    *,
    lock: str = "",
    read: Callable[[list[tuple[Any, ...]]], Any] = lambda answer: answer,
) -> Asked[Any]:
    """Which of these sign-ins are live."""
    # Not a join: where the planner knows too little of the sign-ins, it takes the relation apart for each of them.
    wanted = "ANY (ARRAY(SELECT r.generation FROM {r}))" if db.postgresql else "(SELECT r.generation FROM {r})"
    sql = (
        f"SELECT s.generation FROM accounts_signin s WHERE s.generation {'=' if db.postgresql else 'IN'} {wanted}"
        f" AND s.ended_at IS NULL {lock if db.postgresql else ''}"
    )
    return db.ask(sql, _ASKED, [(generation,) for generation in generations], read=read)


def generation_of(request: HttpRequest) -> int:
    """Under which sign-in a request is made; 0, which none ever is, for one that is made under none."""
    sign_in: SignIn | None = getattr(request, "sign_in", None)
    return 0 if sign_in is None else sign_in.generation


def hold(request: HttpRequest) -> None:
    """Holds the request's sign-in until the transaction it is called in is over. Raises ``SignedOut``.

    For what is written by ordinary views. Waits for a sign-in that is being ended, which takes a moment.
    """
    sign_in: SignIn | None = getattr(request, "sign_in", None)
    if sign_in is None or not _held(sign_in.generation):
        raise SignedOut(None if sign_in is None else ended(None, sign_in.generation))


def _held(generation: int) -> bool:
    return bool(_ask(Database(), [generation], lock="FOR SHARE OF s").get())
