"""One look at many sign-ins: which are over and why, which have been idle for too long, which soon will be.

What is over but not written down as ended is ended here: a session that expired or was thrown away, a closed account.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Exists, OuterRef, Q

from collab.accounts import sign_ins
from collab.accounts.ended import Ended, ended_of
from collab.accounts.idle import IdleLimit, idle_limit
from collab.accounts.models import End, SignIn

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

AT_ONCE = 500


class _Looked(TypedDict):
    has_session: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What is not as it should be. ``idle``: in how many seconds these sign-ins end."""

    ended: Sequence[Ended]
    idle: Mapping[int, float]


def look(generations: Sequence[int], active: Collection[int], *, now: datetime) -> Found:
    """Looks at these sign-ins, of which some were ``active`` since the last look. Ends those idle for too long."""
    limit = idle_limit()
    _record(active, limit, now)
    ended: list[Ended] = []
    idle: dict[int, float] = {}
    for sign_in in _notable(generations, limit, now):
        left = None if limit is None else limit.left(sign_in.active_at, now)
        if sign_in.ended_at is not None:
            ended.append(ended_of(sign_in))
        elif not sign_in.has_session or not sign_in.user.is_active:
            ended.append(_end(sign_in, End.EXPIRED if sign_in.user.is_active else End.DISABLED))
        elif limit is not None and left is not None and left > 0:
            idle[sign_in.generation] = left
        elif limit is not None and _end_idle(sign_in, limit, now):
            ended.append(Ended(sign_in.generation, End.IDLE))
    return Found(ended, idle)


def _record(active: Collection[int], limit: IdleLimit | None, now: datetime) -> None:
    if limit is None:
        return
    for some in _chunks(list(active)):
        stale = SignIn.objects.filter(pk__in=some, ended_at=None, active_at__lt=limit.recorded_before(now))
        stale.update(active_at=now)


def _notable(
    generations: Sequence[int], limit: IdleLimit | None, now: datetime
) -> Iterator[WithAnnotations[SignIn, _Looked]]:
    """The few that are over, have lost their session, or are idle: of the many that are well nothing is read."""
    session = sign_ins.sessions().objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    notable = Q(ended_at__isnull=False) | Q(has_session=False) | Q(user__is_active=False)
    if limit is not None:
        notable |= Q(active_at__lt=limit.warned_since(now))
    for some in _chunks(generations):
        looked_at = SignIn.objects.filter(pk__in=some).annotate(has_session=Exists(session))
        yield from looked_at.filter(notable).select_related("user")


def _end(sign_in: SignIn, why: End) -> Ended:
    sign_ins.end([sign_in.user_id], why, only=[sign_in.generation])
    return Ended(sign_in.generation, why)


def _end_idle(sign_in: SignIn, limit: IdleLimit, now: datetime) -> bool:
    """Ends it, unless another process has recorded activity meanwhile."""
    since = limit.inactive_since(now)
    return bool(sign_ins.end([sign_in.user_id], End.IDLE, only=[sign_in.generation], inactive_since=since))


def _chunks(generations: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(generations), AT_ONCE):
        yield generations[start : start + AT_ONCE]
