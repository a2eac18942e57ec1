"""Who is anonymised leaves no drafts behind: nobody else ever reads them, and now their author does not either."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models.signals import post_save
from django.dispatch import receiver

from collab.drafts.services import forget_person


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def _saved(instance: Any, **_: Any) -> None:
    if instance.anonymised_at is not None:
        forget_person(instance.pk)
