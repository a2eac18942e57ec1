"""Hears of everything that begins or ends a sign-in, whatever code did it, and hands it to `sign_ins`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from collab.accounts import news, sign_ins
from collab.accounts.audit import audit
from collab.accounts.ended import Ended
from collab.accounts.models import AuditKind, End, Membership, SignIn, User


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    sign_ins.begin(request, user)


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    sign_in = getattr(request, "sign_in", None)
    generation = sign_in.generation if sign_in is not None else request.session.get(sign_ins.GENERATION)
    if isinstance(user, User) and generation is not None:
        sign_ins.end([user.pk], End.SIGNED_OUT, only=[generation], request=request)


@receiver(post_save, sender=User)
def _saved(instance: User, created: bool, update_fields: frozenset[str] | None, **_: Any) -> None:
    if created:
        return
    # Django keeps the raw password until the person is saved, and only where it was set by somebody.
    changed = instance.lost_password or getattr(instance, "_password", None) is not None
    if changed:
        audit(AuditKind.PASSWORD_CHANGED, user=instance, request=None)
    if not instance.is_active and (update_fields is None or "is_active" in update_fields):
        sign_ins.end([instance.pk], End.DISABLED)
    elif changed:
        sign_ins.end([instance.pk], End.PASSWORD)


@receiver([post_save, post_delete], sender=Membership)
def _rights_changed(instance: Membership, **_: Any) -> None:
    news.tell_access([instance.user_id])


@receiver(post_delete, sender=SignIn)
def _forgotten(instance: SignIn, **_: Any) -> None:
    """The person was deleted, or anonymised."""
    if instance.ended_at is None:
        news.tell_ended([Ended(instance.generation, End.DISABLED)])
