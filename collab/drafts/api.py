"""Personal drafts over HTTP: one's own alone, whatever is asked for.

Shapes only. What wins and what comes too late, `services` says.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, assert_never

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.accounts.endpoint import Refused, endpoint
from collab.accounts.fence import hold
from collab.drafts.models import IDENTIFIER_LENGTH
from collab.drafts.services import Conflict, Ended, Saved, TooLarge, TooMany, end_draft, load_draft, save_draft
from collab.protocol.codes import ErrorCode

if TYPE_CHECKING:
    from collab.accounts.models import User

MAX_BODY_BYTES = 2 * 1024 * 1024
MAX_VERSION = 2**53
IDENTIFIER = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:-]{{0,{IDENTIFIER_LENGTH - 1}}}")


def _refusal(error: Exception) -> Refused | None:
    match error:
        case TooLarge() | RequestDataTooBig():
            return Refused(413, ErrorCode.TOO_LARGE, _("A draft holds at most 1 MiB."))
        case TooMany():
            return Refused(429, ErrorCode.TOO_MANY, _("You have too many drafts. Send or discard some of them."))
        case _:
            return None


address = partial(endpoint, refusal=_refusal)


@address("POST")
def save(request: HttpRequest, user: User) -> HttpResponse:
    """``{form_identifier, data, base_version}``: makes ``data`` the newest version, where ``base_version`` was it."""
    _meant_for(request, user)
    body = _body(request)
    identifier, base, data = _identifier(body.get("form_identifier")), _base(body.get("base_version")), _data(body)
    with transaction.atomic():
        hold(request)
        outcome = save_draft(user.pk, identifier, data=data, base_version=base, now=timezone.now())
    match outcome:
        case Saved(version=version, saved_at=at):
            return _answer("success", version=version, saved_at=_instant(at))
        case Conflict(newest=newest):
            stands = {"version": newest.version, "saved_at": _instant(newest.saved_at)}
            return _answer("conflict", code=409, data=newest.data, **stands)
        case Ended(version=version):
            return _answer("ended", code=410, version=version)
        case _:
            assert_never(outcome)


@address("GET")
def load(request: HttpRequest, user: User, form_identifier: str) -> HttpResponse:
    """The draft as it stands."""
    _meant_for(request, user)
    kept = load_draft(user.pk, _identifier(form_identifier))
    return _answer("success", data=kept.data, version=kept.version, saved_at=_instant(kept.saved_at))


@address("DELETE")
def discard(request: HttpRequest, user: User, form_identifier: str) -> HttpResponse:
    """Empties it; what is still on its way to it comes too late."""
    _meant_for(request, user)
    identifier = _identifier(form_identifier)
    with transaction.atomic():
        hold(request)
        version = end_draft(user.pk, identifier)
    return _answer("success", version=version)


def _meant_for(request: HttpRequest, user: User) -> None:
    """A page says whose it is: one that is still open when another person has signed in reaches nothing of theirs."""
    if request.headers.get("X-Draft-User", str(user.pk)) != str(user.pk):
        raise Refused(403, ErrorCode.NOT_ALLOWED, _("Somebody else is signed in with this browser now."))


def _identifier(text: object) -> str:
    if isinstance(text, str) and IDENTIFIER.fullmatch(text):
        return text
    raise Refused(
        400, ErrorCode.INVALID, _("A form_identifier is 1 to 200 letters, digits and . _ : -, the first no sign.")
    )


def _base(number: object) -> int:
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= MAX_VERSION:
        return number
    raise Refused(400, ErrorCode.INVALID, _("A base_version is the number of a version, 0 for the first."))


def _data(body: dict[str, Any]) -> str:
    """The draft as JSON text. Half a surrogate pair, which a field may hold, is no UTF-8: then all is escaped."""
    if not isinstance(body.get("data"), dict):
        raise Refused(400, ErrorCode.INVALID, _("The data of a draft is a JSON object."))
    try:
        write = partial(json.dumps, body["data"], separators=(",", ":"), allow_nan=False)
        text = write(ensure_ascii=False)
        return text if _is_unicode(text) else write(ensure_ascii=True)
    except (ValueError, RecursionError):  # 1e999, or nested without end
        _malformed()


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        # The length is looked at first: what is too large is not even read.
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
            raise TooLarge
        body = json.loads(request.body.decode(), parse_constant=lambda _name: _malformed())
    except (ValueError, RecursionError, UnreadablePostError, RawPostDataException):
        _malformed()
    if not isinstance(body, dict):
        _malformed()
    return body


def _malformed() -> NoReturn:
    raise Refused(400, ErrorCode.MALFORMED, _("A request is a JSON object in UTF-8."))


def _answer(status: str, *, code: int = 200, data: str | None = None, **members: object) -> HttpResponse:
    """``data`` is JSON text already."""
    parts = [f'"{name}": {json.dumps(value)}' for name, value in {"status": status, **members}.items()]
    if data is not None:
        parts.append(f'"data": {data}')
    return HttpResponse(f"{{{', '.join(parts)}}}", content_type="application/json", status=code)


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
