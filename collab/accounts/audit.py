"""Writes down what happens to an account: who, when, from which device and address. Never what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest

from collab.accounts.device import client_address, device_of
from collab.accounts.models import AuditEntry, AuditKind, User

_under_way: ContextVar[HttpRequest | None] = ContextVar("request_under_way", default=None)


@contextmanager
def in_request(request: HttpRequest) -> Iterator[None]:
    """What is written down meanwhile happened in this request, also where the code that does it knows of none."""
    token = _under_way.set(request)
    try:
        yield
    finally:
        _under_way.reset(token)


def entry(kind: AuditKind, *, user: User | None, request: HttpRequest | None, detail: str = "") -> AuditEntry:
    """An entry that is still to be stored, together with others."""
    request = request or _under_way.get()
    return AuditEntry(
        kind=kind,
        user=user,
        device="" if request is None else device_of(request),
        address=None if request is None else client_address(request),
        detail=detail,
    )


def audit(kind: AuditKind, *, user: User | None, request: HttpRequest | None, detail: str = "") -> None:
    """Stores an entry. Where no request is given or under way, a command did it, or the server itself."""
    entry(kind, user=user, request=request, detail=detail).save()
