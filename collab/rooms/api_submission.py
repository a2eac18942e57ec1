"""Submitting a form over HTTP, opening it again, and what was submitted of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.accounts.endpoint import Refused
from collab.database import Database
from collab.document.values import unstorable_text
from collab.forms.definitions import definition_of
from collab.protocol.codec import wire_clients
from collab.protocol.codes import ErrorCode
from collab.protocol.messages import Encoded
from collab.rooms.commit import read_clients_of
from collab.rooms.limits import FORM_COST, READING_COST
from collab.rooms.models import Reopening, Submission
from collab.rooms.opening import visible_form, wire_person
from collab.rooms.requests import address, answer_with, body_of, id_of, whole_number, writing
from collab.rooms.store import iso
from collab.rooms.submission import (
    Incomplete,
    NotOpen,
    NotSubmitted,
    reopen_form,
    reopenings_of,
    submissions_of,
    submit_form,
)
from collab.rooms.throttle import pay

if TYPE_CHECKING:
    from collab.accounts.models import User

REASON_LENGTH = 500


@address("POST")
def submission(request: HttpRequest, user: User, form_id: str) -> HttpResponse:
    """``POST {}``: submits the form as it stands, or tells all that is still missing."""
    pay(user.pk, FORM_COST)
    body_of(request)
    try:
        with writing(request):
            made = submit_form(user, id_of(form_id), now=timezone.now())
    except NotOpen:
        raise Refused(409, ErrorCode.LOCKED) from None
    except Incomplete as incomplete:
        problems = [each.wire() for each in incomplete.shortcomings]
        raise Refused(400, ErrorCode.INCOMPLETE, problems=problems) from None
    return JsonResponse(_submitted(made), status=201)


@address("POST")
def reopening(request: HttpRequest, user: User, form_id: str) -> HttpResponse:
    """``POST {reason}``: opens a submitted form again."""
    pay(user.pk, FORM_COST)
    reason = body_of(request).get("reason")
    if not isinstance(reason, str) or not 0 < len(reason.strip()) <= REASON_LENGTH or unstorable_text(reason):
        raise Refused(400, ErrorCode.INVALID, _("Say why, in 1 to 500 characters."))
    try:
        with writing(request):
            form = reopen_form(user, id_of(form_id), reason=reason.strip(), now=timezone.now())
    except NotSubmitted:
        raise Refused(409, ErrorCode.NOT_SUBMITTED) from None
    return JsonResponse({"status": form.status, "revision": form.revision})


@address("GET")
def submissions(request: HttpRequest, user: User, form_id: str) -> HttpResponse:
    """What was submitted, and when the form was opened again, each in its order."""
    form, _role = visible_form(user, id_of(form_id))
    made, reopened = submissions_of(form), reopenings_of(form)
    return JsonResponse(
        {"submissions": [_submitted(each) for each in made], "reopenings": [_reopened(each) for each in reopened]}
    )


@address("GET")
def one_submission(request: HttpRequest, user: User, form_id: str, number: str) -> HttpResponse:
    """One of them with its content: all that its hash is made of, and who is meant by the n's in it."""
    pay(user.pk, READING_COST)
    form, _role = visible_form(user, id_of(form_id))
    wanted = whole_number(number, _("A submission has a number: 1, 2, 3 …"))
    found = Submission.objects.filter(form=form, number=wanted).select_related("author").first()
    if found is None:
        raise Refused(404, ErrorCode.NO_SUCH_SUBMISSION)
    return answer_with(
        **_submitted(found),
        form=str(form.pk),
        template_version=str(form.template_version_id),
        template=definition_of(form.template_version_id).source,
        clients=wire_clients(read_clients_of(Database(), form.pk)),
        snapshot=Encoded(found.snapshot),
    )


def _submitted(made: Submission) -> dict[str, Any]:
    by = wire_person(made.author)
    return {"number": made.number, "version": made.version, "hash": made.hash, "at": iso(made.at), "by": by}


def _reopened(made: Reopening) -> dict[str, Any]:
    return {"number": made.after.number, "at": iso(made.at), "by": wire_person(made.by), "reason": made.reason}
