"""What the addresses of live forms share: what they read of a request, how they write, and what they answer.

Owns the table of failures of this room. Knows nothing of what is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils.translation import gettext as _

from collab.accounts.endpoint import Refused, endpoint
from collab.accounts.fence import hold
from collab.database import Database, is_passing
from collab.protocol.codec import MAX_FRAME_BYTES, dumps, read_object
from collab.protocol.codes import ErrorCode
from collab.protocol.errors import ProtocolError
from collab.rooms import services
from collab.rooms.opening import NotOpened
from collab.rooms.throttle import TooMuch

R = TypeVar("R")
T = TypeVar("T")


def _refusal(error: Exception) -> Refused | None:
    match error:
        case NotOpened():
            return Refused(403, ErrorCode.NOT_ALLOWED) if error.exists else Refused(404, ErrorCode.NO_SUCH_FORM)
        case TooMuch():
            return Refused(429, ErrorCode.TOO_MANY, retry_after=error.seconds)
        case services.Busy():
            return Refused(503, ErrorCode.BUSY)
        case _:
            return None


address = partial(endpoint, refusal=_refusal)


@contextmanager
def writing(request: HttpRequest) -> Iterator[None]:
    """A transaction that holds the request's sign-in (S1) and waits for a form for so long, and then is ``Busy``."""
    try:
        with transaction.atomic():
            Database().wait_for_locks(milliseconds=services.WAIT_MILLISECONDS)
            hold(request)
            yield
    except Exception as error:
        if is_passing(error):
            raise services.Busy from error
        raise


def id_of(text: str) -> UUID:
    """The id of a form in an address."""
    try:
        return UUID(text)
    except ValueError:
        raise Refused(404, ErrorCode.NO_SUCH_FORM) from None


def whole_number(text: str, message: str) -> int:
    """A version, or another number from 0, in an address."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Refused(400, ErrorCode.MALFORMED, message)
    return int(text)


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent."""
    return read(read_object, _bytes(request))


def read(reader: Callable[[R], T], raw: R) -> T:
    """What the protocol reads there, or the answer that says what is wrong with it."""
    try:
        return reader(raw)
    except ProtocolError as error:
        raise Refused(413 if error.code is ErrorCode.TOO_LARGE else 400, error.code, error.message) from None


def _bytes(request: HttpRequest) -> bytes:
    """The body, of at most a frame's size: what is longer is not even read."""
    too_large = Refused(413, ErrorCode.TOO_LARGE)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_FRAME_BYTES:
        raise too_large
    try:
        return request.body
    except RequestDataTooBig:
        raise too_large from None
    except (UnreadablePostError, RawPostDataException):  # it broke off, or was read as the fields of a page
        raise Refused(400, ErrorCode.MALFORMED, _("A request is JSON in UTF-8.")) from None


def answer(text: str) -> HttpResponse:
    """An answer whose JSON is written already."""
    return HttpResponse(text, content_type="application/json")


def answer_with(**members: Any) -> HttpResponse:
    """An answer of which a part is ``Encoded``: it is put in as it is."""
    return answer("{" + ",".join(f'"{name}":{dumps(value)}' for name, value in members.items()) + "}")
