"""What is forgotten of live forms, and what never is.

Of a submit its outcome is kept, so that the same one sent again is answered the same (C3): for 30 days at least, and a
client's newest for ever, because the next is judged by it. Ops, cells, rows and submissions are kept for ever: they are
the form, its history, and the proof of what was submitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from collab.forgetting import forget
from collab.rooms.models import Client, Submit

CLIENTS_AT_ONCE = 200


def old_outcomes(*, before: datetime) -> QuerySet[Submit]:
    """The outcomes of submits that were judged before then, and after which their client made another."""
    of_client = Submit.objects.filter(client=OuterRef("client")).order_by("-seq")
    return Submit.objects.filter(at__lt=before, seq__lt=Subquery(of_client.values("seq")[:1]))


def forget_outcomes(*, before: datetime) -> int:
    """Deletes them, client by client; how many those were. Sent again after that, a submit is ``stale``."""
    old = old_outcomes(before=before)
    return sum(forget(old.filter(client__gte=first, client__lte=last)) for first, last in _clients())


def _clients() -> Iterator[tuple[int, int]]:
    """Ranges of clients, so that each look is at a few, by the key that their submits have."""
    last = 0
    while some := list(
        Client.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CLIENTS_AT_ONCE]
    ):
        yield some[0], some[-1]
        last = some[-1]
