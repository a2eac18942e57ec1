"""Deleting what is old, a little at a time: many short transactions, so that nobody waits for a long one.

Safe to stop at any moment and to begin again. Owns how; what may go, and when, its owner says.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

AT_ONCE = 500


def forget(found: QuerySet[Any]) -> int:
    """Deletes the rows that a query finds, and says how many those were.

    For tables that nothing refers to. A row that somebody else holds is left: two of these at once take different
    ones, and whatever refuses to delete through its own manager is deleted here, because its owner asked for it.
    """
    count = 0
    while some := _forget_some(found):
        count += some
    return count


@transaction.atomic
def _forget_some(found: QuerySet[Any]) -> int:
    held = found.order_by("pk").select_for_update(skip_locked=True)
    keys = list(held.values_list("pk", flat=True)[:AT_ONCE])
    if keys:
        QuerySet(found.model).filter(pk__in=keys).delete()
    return len(keys)
