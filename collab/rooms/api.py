"""The HTTP twin of the socket: for scripts, and for networks that block WebSockets.

Same services, same rules, same outcomes as in the room; only the shapes of refusals are HTTP's.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from collab.accounts.endpoint import Refused
from collab.accounts.fence import generation_of, hold
from collab.document.values import unstorable_text
from collab.forms.definitions import definition_of, startable_versions
from collab.protocol.codec import check_length, read_client_id, read_submit
from collab.protocol.codes import ErrorCode
from collab.rooms.commit import Submission
from collab.rooms.limits import FORM_COST, READING_COST, cost_of_lateness, room_limits
from collab.rooms.models import Form
from collab.rooms.opening import open_form, read_run, visible_form
from collab.rooms.requests import address, answer, body_of, id_of, read, whole_number
from collab.rooms.run import nothing_since
from collab.rooms.services import create_form, forms_for, known_time_zone, submit
from collab.rooms.throttle import pay

if TYPE_CHECKING:
    from collab.accounts.models import User

MAX_TAIL = 100_000
TITLE_LENGTH = 200


@address("GET", "POST")
def forms(request: HttpRequest, user: User) -> HttpResponse:
    """``GET``: the forms one may open. ``POST {template, title, time_zone?}``: makes one in the template's team."""
    if request.method == "POST":
        with transaction.atomic():
            hold(request)
            made = _make(user, body_of(request))
        return JsonResponse(_listed(made), status=201)
    return JsonResponse({"forms": [_listed(form) for form in forms_for(user)]})


@address("GET")
def form(request: HttpRequest, user: User, form_id: str) -> HttpResponse:
    """As ``joined``: the form, its snapshot, and how far one's client has come (``?client_id=``)."""
    pay(user.pk, FORM_COST)
    client_id = read(read_client_id, request.GET) if "client_id" in request.GET else None
    opened = open_form(user, id_of(form_id), client_id=client_id, since=None, want="snapshot")
    return answer(opened.joined(people=[], you=None, limits=room_limits()))


@address("GET", "POST")
def operations(request: HttpRequest, user: User, form_id: str) -> HttpResponse:
    """``GET ?since=V``: as ``committed``. ``POST {client_id, seq, base, ops}``: as ``acked``."""
    visible, _role = visible_form(user, id_of(form_id))
    if request.method == "POST":
        return _submit(request, user, visible)
    pay(user.pk, READING_COST)
    return _since(visible, request.GET.get("since", "0"))


def _since(visible: Form, since: str) -> HttpResponse:
    version = whole_number(since, _("since is a version: 0, 1, 2 …"))
    if version > visible.version:
        raise Refused(409, ErrorCode.STALE)
    run = read_run(visible.pk, version, up_to=visible.version, limit=MAX_TAIL)
    return answer(run.one_frame() if run is not None else nothing_since(version))


def _submit(request: HttpRequest, user: User, visible: Form) -> HttpResponse:
    body = body_of(request)
    client_id, message = read(read_client_id, body), read(read_submit, body)
    read(partial(check_length, most=room_limits().ops_per_submit), message)
    pay(user.pk, 1 + cost_of_lateness(message, visible.version))
    generation = generation_of(request)
    submission = Submission(visible.pk, user.pk, client_id, message.seq, message.base, message.ops, generation)
    return answer(submit(submission).frame())


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
