"""Writes down what happens to an account: who, when, from which device and address. Never what was typed."""

from __future__ import annotations

from django.http import HttpRequest

from collab.accounts.device import client_address, device_of
from collab.accounts.models import AuditEntry, AuditKind, User


def entry(kind: AuditKind, *, user: User | None, request: HttpRequest | None, detail: str = "") -> AuditEntry:
    """An entry that is still to be stored, together with others."""
    return AuditEntry(
        kind=kind,
        user=user,
        device="" if request is None else device_of(request),
        address=None if request is None else client_address(request),
        detail=detail,
    )


def audit(kind: AuditKind, *, user: User | None, request: HttpRequest | None, detail: str = "") -> None:
    """Stores an entry. Without a request it was done by a command, or by the server itself."""
    entry(kind, user=user, request=request, detail=detail).save()
