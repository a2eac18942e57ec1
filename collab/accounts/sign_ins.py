"""One account, one device: how a sign-in begins, how it ends, and who a session stands for (S1, S2, I5).

Every `login()`, whoever calls it, comes through `begin`, in one transaction under the lock of the person's row: the
sign-in that was live ends, its session is deleted, the new one is recorded. Whoever writes for a person holds the
sign-in meanwhile (`fence`). Owns the rows of `SignIn`; what sockets and pages make of an end is not its business.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, get_user
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from collab.accounts import news
from collab.accounts.audit import entry
from collab.accounts.device import client_address, device_of
from collab.accounts.ended import Ended, ended_of
from collab.accounts.models import AuditEntry, AuditKind, End, SignIn, User

GENERATION = "sign_in"
"""Where a session keeps the generation of its sign-in."""


class Overtaken(PermissionDenied):
    """While this person was signing in, the account was closed or got another password."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody who is signed in."""

    user: User
    generation: int


# --- beginning -------------------------------------------------------------------------------------


def begin(request: HttpRequest, user: User) -> SignIn:
    """Records the sign-in that `login()` has just made of this request's session, and ends what it replaces.

    The same person again in the same browser goes on with the sign-in there is. Raises ``Overtaken``.
    """
    if request.session.session_key is None:  # the session of another person was here, and was thrown away
        request.session.create()
    before = _before(request)
    device = device_of(request)  # before anything is locked: what is seen for the first time takes a while to read
    try:
        with transaction.atomic():
            sign_in = _begin(request, user, before, device)
    except Overtaken:
        if before is not None and before.user_id != user.pk:  # `login()` has thrown their session away all the same
            end([before.user_id], End.TAKEN_OVER, only=[before.generation], request=request)
        raise
    request.session[GENERATION] = sign_in.generation
    request.sign_in, request.ended = sign_in, None  # type: ignore[attr-defined]
    return sign_in


def _begin(request: HttpRequest, user: User, before: SignIn | None, device: str) -> SignIn:
    others = [] if before is None or before.user_id == user.pk else [before.user_id]
    people = _lock([user.pk, *others])
    person = people.get(user.pk)
    if person is None or not person.is_active or person.password != user.password:
        raise Overtaken
    now, several = timezone.now(), person.username in settings.SERVICE_ACCOUNTS
    live = list(SignIn.objects.filter(user__in=people, ended_at=None))
    same = next((each for each in live if each.user_id == user.pk and _is_of(each, request)), None)
    entries = [entry(AuditKind.SIGNED_IN, user=user, request=request)]
    if same is not None:
        AuditEntry.objects.bulk_create(entries)
        return same
    if request.session.session_key == request.COOKIES.get(settings.SESSION_COOKIE_NAME):
        request.session.cycle_key()  # `login()` kept the session of a sign-in that ended just now: it is deleted
    replaced = [each for each in live if each.user_id == user.pk and not (several and each.several)]
    here = [each for each in live if before is not None and each.pk == before.pk and each.user_id != user.pk]
    ends = [(each, End.REPLACED) for each in replaced] + [(each, End.TAKEN_OVER) for each in here]
    _close(ends, now)
    sign_in = SignIn.objects.create(
        user=user,
        session_key=request.session.session_key or "",
        device=device,
        address=client_address(request),
        began_at=now,
        active_at=now,
        several=several,
    )
    entries += [entry(AuditKind.ENDED, user=people[each.user_id], request=request, detail=why) for each, why in ends]
    AuditEntry.objects.bulk_create(entries)
    news.tell_ended([_told(each, why, sign_in) for each, why in ends])
    return sign_in


def _before(request: HttpRequest) -> SignIn | None:
    """Who was signed in with this browser until now: `login()` has thrown that session away already."""
    known: SignIn | None = getattr(request, "sign_in", None)
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if known is None and cookie:
        known = SignIn.objects.filter(session_key=cookie, ended_at=None).first()
    return known


def _is_of(sign_in: SignIn, request: HttpRequest) -> bool:
    return bool(sign_in.session_key == request.session.session_key)


def _told(sign_in: SignIn, why: End, newer: SignIn) -> Ended:
    if why is not End.REPLACED:
        return Ended(sign_in.generation, why)
    return Ended(sign_in.generation, why, newer.device, newer.began_at)


# --- ending ----------------------------------------------------------------------------------------


def end(
    users: Iterable[UUID],
    why: End,
    *,
    only: Collection[int] | None = None,
    inactive_since: datetime | None = None,
    request: HttpRequest | None = None,
) -> int:
    """Ends the live sign-ins of these people, ``only`` some of them or those ``inactive_since`` then.

    Their sessions are deleted, and their sockets told once the transaction has committed. Returns how many ended.
    """
    with transaction.atomic():
        people = _lock(users)
        live = SignIn.objects.filter(user__in=people, ended_at=None)
        if only is not None:
            live = live.filter(pk__in=only)
        if inactive_since is not None:
            live = live.filter(active_at__lt=inactive_since)
        found = list(live)
        _close([(each, why) for each in found], timezone.now())
        entries = [entry(AuditKind.ENDED, user=people[each.user_id], request=request, detail=why) for each in found]
        AuditEntry.objects.bulk_create(entries)
        news.tell_ended([Ended(each.generation, why) for each in found])
    return len(found)


def _lock(users: Iterable[UUID]) -> dict[UUID, User]:
    """The rows of these people, locked in the order of their ids, so that two who lock both never wait for each other.

    Not against foreign keys: their ops go on being written until their sign-in has ended.
    """
    locked = User.objects.select_for_update(no_key=True).filter(pk__in=set(users)).order_by("pk")
    return {user.pk: user for user in locked}


def _close(ends: Sequence[tuple[SignIn, End]], now: datetime) -> None:
    for why in {why for _, why in ends}:
        keys = [sign_in.pk for sign_in, its in ends if its is why]
        SignIn.objects.filter(pk__in=keys).update(ended_at=now, ended_why=why)
    if ends:
        sessions().objects.filter(session_key__in=[sign_in.session_key for sign_in, _ in ends]).delete()


# --- who is there ----------------------------------------------------------------------------------


def who(session_key: str | None) -> Present | Ended | None:
    """Whom a session cookie stands for, asked outside a request; or why it stands for nobody any more."""
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    generation = request.session.get(GENERATION)
    if isinstance(user, User) and user.is_active and generation is not None:
        sign_in = live(user, generation)
        if sign_in is not None:
            return Present(user, sign_in.generation)
    return ended(session_key, generation)


def live(user: User, generation: int | None) -> SignIn | None:
    """The person's sign-in of that generation, if it is live."""
    if generation is None:
        return None
    return SignIn.objects.filter(pk=generation, user_id=user.pk, ended_at=None).first()


def ended(session_key: str | None, generation: int | None = None) -> Ended | None:
    """Why a session stands for nobody any more; None where it never stood for anybody."""
    if generation is not None:
        found = SignIn.objects.filter(pk=generation).first()
    else:
        found = SignIn.objects.filter(session_key=session_key).order_by("-generation").first() if session_key else None
    return None if found is None else ended_of(found)


def follow(request: HttpRequest) -> None:
    """Goes on with the request's sign-in where its session has got another key, as a change of the password makes it.

    A new password has ended every sign-in of the person, this one too: who set it is signed in anew.
    """
    sign_in: SignIn | None = getattr(request, "sign_in", None)
    key = request.session.session_key
    if sign_in is None or key is None or key == sign_in.session_key:
        return
    if request.session.get(GENERATION) != sign_in.generation or not isinstance(request.user, User):
        return
    if not SignIn.objects.filter(pk=sign_in.pk, ended_at=None).update(session_key=key):
        begin(request, _proven(request, request.user.pk))


def _proven(request: HttpRequest, user: UUID) -> User:
    """The person as they are now, if the session knows the password of now: the request's may be from before."""
    person = User.objects.filter(pk=user).first()
    known = request.session.get(HASH_SESSION_KEY, "")
    if person is None or not constant_time_compare(known, person.get_session_auth_hash()):
        raise Overtaken
    return person


def sessions() -> Any:
    """The model of the stored sessions."""
    return import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()
