"""What is forgotten of sign-ins, and when. It is the one place where the audit loses entries: those that are old.

A live sign-in is never forgotten; one whose session has expired is ended.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from collab.accounts import sign_ins
from collab.accounts.models import AuditEntry, End, SignIn
from collab.forgetting import forget


def old_sign_ins(*, before: datetime) -> QuerySet[SignIn]:
    """Those that ended before then."""
    return SignIn.objects.filter(ended_at__lt=before)


def forget_sign_ins(*, before: datetime) -> int:
    """Deletes them; how many those were. An old cookie of one is then told only that nobody is signed in."""
    return forget(old_sign_ins(before=before))


def old_audit(*, before: datetime) -> QuerySet[AuditEntry]:
    """What the audit wrote down before then."""
    return AuditEntry.objects.filter(at__lt=before)


def forget_audit(*, before: datetime) -> int:
    """Deletes it, which nothing else can; how many entries those were."""
    return forget(old_audit(before=before))


def expired_sessions(*, before: datetime) -> QuerySet[Any]:
    """The sessions that were good until then at the latest."""
    found: QuerySet[Any] = sign_ins.sessions().objects.filter(expire_date__lt=before)
    return found


def forget_sessions(*, before: datetime) -> int:
    """Ends the sign-ins that they are of and deletes them, as `clearsessions` does; how many those were."""
    expired = expired_sessions(before=before).filter(session_key=OuterRef("session_key"))
    over = SignIn.objects.filter(Exists(expired), ended_at=None).values_list("generation", "user")
    ended = sum(sign_ins.end([user], End.EXPIRED, only=[generation]) for generation, user in over)
    return ended + forget(expired_sessions(before=before))
