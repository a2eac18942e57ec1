"""The HTTP twin of the socket: for scripts, and for networks that block WebSockets.

Same services, same rules, same outcomes as in the room; only the shapes of refusals are HTTP's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils.translation import gettext as _

from collab.accounts.endpoint import Refused, endpoint
from collab.accounts.fence import generation_of, hold
from collab.document.values import unstorable_text
from collab.forms.definitions import definition_of, startable_versions
from collab.protocol.codec import MAX_FRAME_BYTES, read_client_id, read_object, read_submit
from collab.protocol.codes import ErrorCode
from collab.protocol.errors import ProtocolError
from collab.rooms.commit import Submission
from collab.rooms.limits import room_limits
from collab.rooms.models import Form
from collab.rooms.opening import NotOpened, open_form, read_run, visible_form
from collab.rooms.run import nothing_since
from collab.rooms.services import Busy, create_form, forms_for, known_time_zone, submit

if TYPE_CHECKING:
    from collab.accounts.models import User

R = TypeVar("R")
T = TypeVar("T")

MAX_TAIL = 100_000
TITLE_LENGTH = 200


def _refusal(error: Exception) -> Refused | None:
    match error:
        case NotOpened():
            return Refused(403, ErrorCode.NOT_ALLOWED) if error.exists else Refused(404, ErrorCode.NO_SUCH_FORM)
        case Busy():
            return Refused(503, ErrorCode.BUSY)
        case _:
            return None


address = partial(endpoint, refusal=_refusal)


@address("GET", "POST")
def forms(request: HttpRequest, user: User) -> HttpResponse:
    """``GET``: the forms one may open. ``POST {template, title, time_zone?}``: makes one in the template's team."""
    if request.method == "POST":
        with transaction.atomic():
            hold(request)
            made = _make(user, _body(request))
        return JsonResponse(_listed(made), status=201)
    return JsonResponse({"forms": [_listed(form) for form in forms_for(user)]})


@address("GET")
def form(request: HttpRequest, user: User, form_id: str) -> HttpResponse:
    """As ``joined``: the form, its snapshot, and how far one's client has come (``?client_id=``)."""
    client_id = _read(read_client_id, request.GET) if "client_id" in request.GET else None
    opened = open_form(user, _id(form_id), client_id=client_id, since=None, want="snapshot")
    return _json(opened.joined(people=[], you=None, limits=room_limits()))


@address("GET", "POST")
def operations(request: HttpRequest, user: User, form_id: str) -> HttpResponse:
    """``GET ?since=V``: as ``committed``. ``POST {client_id, seq, base, ops}``: as ``acked``."""
    visible, _role = visible_form(user, _id(form_id))
    if request.method == "POST":
        return _submit(request, user, visible)
    return _since(visible, request.GET.get("since", "0"))


def _since(visible: Form, since: str) -> HttpResponse:
    if not since.isascii() or not since.isdigit() or len(since) > 18:
        raise Refused(400, ErrorCode.MALFORMED, _("since is a version: 0, 1, 2 …"))
    if int(since) > visible.version:
        raise Refused(409, ErrorCode.STALE)
    run = read_run(visible.pk, int(since), up_to=visible.version, limit=MAX_TAIL)
    return _json(run.one_frame() if run is not None else nothing_since(int(since)))


def _submit(request: HttpRequest, user: User, visible: Form) -> HttpResponse:
    body = _body(request)
    client_id, message = _read(read_client_id, body), _read(read_submit, body)
    generation = generation_of(request)
    submission = Submission(visible.pk, user.pk, client_id, message.seq, message.base, message.ops, generation)
    return _json(submit(submission).frame())


def _make(user: User, body: dict[str, Any]) -> Form:
    template, title = body.get("template"), body.get("title")
    if not isinstance(title, str) or not 0 < len(title.strip()) <= TITLE_LENGTH or unstorable_text(title):
        raise Refused(400, ErrorCode.INVALID, _("A form needs a title of 1 to 200 characters."))
    zone = known_time_zone(body.get("time_zone"))
    versions = [
        version
        for version in startable_versions(user)
        if template in (version.template.key, str(version.template_id), str(version.pk))
    ]
    if not versions:
        raise Refused(400, ErrorCode.INVALID, _("There is no such template."))
    return create_form(template_version=versions[0], title=title.strip(), author=user, time_zone=zone)


def _listed(form: Form) -> dict[str, Any]:
    return {
        "id": str(form.pk),
        "title": form.title,
        "status": form.status,
        "template": definition_of(form.template_version_id).key,
    }


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused(404, ErrorCode.NO_SUCH_FORM) from None


def _body(request: HttpRequest) -> dict[str, Any]:
    return _read(read_object, _bytes(request))


def _read(read: Callable[[R], T], raw: R) -> T:
    """What the protocol reads there, or the answer that says what is wrong with it."""
    try:
        return read(raw)
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


def _json(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="application/json")
