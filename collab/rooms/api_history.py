"""What became of a form, over HTTP: the changes of a field, and the form as it was at a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from collab.accounts.endpoint import Refused
from collab.protocol.codec import read_address, wire_clients
from collab.protocol.codes import ErrorCode
from collab.rooms.history import NoSuchField, NotThatFar, form_then
from collab.rooms.history import history as history_of
from collab.rooms.limits import FORM_COST, READING_COST
from collab.rooms.requests import address, answer_with, id_of, read, whole_number
from collab.rooms.throttle import pay

if TYPE_CHECKING:
    from collab.accounts.models import User

CHANGES = 50
MOST_CHANGES = 200


@address("GET")
def history(request: HttpRequest, user: User, form_id: str) -> HttpResponse:
    """``GET ?field=K`` or ``?table=T&row=R&field=K``: its changes, the newest first; ``&before=V&limit=N``."""
    pay(user.pk, READING_COST)
    at = read(read_address, request.GET.dict())
    limit = whole_number(request.GET.get("limit", str(CHANGES)), _("limit is a number from 1 to 200."))
    if not 1 <= limit <= MOST_CHANGES:
        raise Refused(400, ErrorCode.MALFORMED, _("limit is a number from 1 to 200."))
    before = _version(request.GET["before"]) if "before" in request.GET else None
    try:
        found = history_of(user, id_of(form_id), at, before=before, limit=limit)
    except NoSuchField:
        raise Refused(400, ErrorCode.INVALID, _("The form has no such field.")) from None
    return answer_with(changes=found.wire(), more=found.more)


@address("GET")
def version(request: HttpRequest, user: User, form_id: str, number: str) -> HttpResponse:
    """The form as it was at a version, as ``joined`` tells it."""
    pay(user.pk, FORM_COST)
    try:
        then = form_then(user, id_of(form_id), _version(number))
    except NotThatFar:
        raise Refused(409, ErrorCode.STALE) from None
    return answer_with(version=then.version, at=then.at, clients=wire_clients(then.clients), snapshot=then.snapshot)


def _version(text: str) -> int:
    return whole_number(text, _("A version is a number: 0, 1, 2 …"))
