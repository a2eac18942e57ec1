"""The pages of what became of a form: what was submitted of it, and the form as it was at any version.

They hold what people wrote, so nothing of them stays in the browser (I7).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from collab.database import Database
from collab.forms.definitions import definition_of
from collab.protocol.codes import ErrorCode
from collab.rooms import lookup
from collab.rooms.commit import read_clients_of
from collab.rooms.history import NotThatFar, form_then
from collab.rooms.limits import FORM_COST, READING_COST
from collab.rooms.models import Form, Operation, Reopening, Submission
from collab.rooms.opening import NotOpened, visible_form
from collab.rooms.record import Record, moment, told_change
from collab.rooms.submission import reopenings_of, submissions_of
from collab.rooms.throttle import TooMuch, pay

if TYPE_CHECKING:
    from collab.accounts.models import User

LONGEST_NUMBER = 18
P = ParamSpec("P")
PICKER = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission, and how it ended where it did."""

    submission: Submission
    at: str
    reopening: Reopening | None
    reopened_at: str


def _paid(cost: int) -> Callable[[Callable[Concatenate[HttpRequest, P], HttpResponse]], Callable[..., HttpResponse]]:
    """A page that costs more than most: who asks for it too often is told to wait."""

    def decorate(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                pay(_person(request).pk, cost)
            except TooMuch as error:
                wait = {"Retry-After": str(error.seconds)}
                return HttpResponse(gettext(ErrorCode.TOO_MANY.message), status=429, headers=wait)
            return view(request, *args, **kwargs)

        return answer

    return decorate


@login_required
@never_cache
@require_GET
def submissions_page(request: HttpRequest, form_id: UUID) -> HttpResponse:
    form = _visible(request, form_id)
    return render(request, "rooms/submissions.html", {"form": form, "entries": _entries(form)})


@login_required
@never_cache
@require_GET
@_paid(READING_COST)
def submission_page(request: HttpRequest, form_id: UUID, number: int) -> HttpResponse:
    form = _visible(request, form_id)
    found = Submission.objects.filter(form=form, number=number).select_related("author").first()
    if found is None:
        raise Http404
    clients = read_clients_of(Database(), form.pk)
    definition = definition_of(form.template_version_id)
    record = Record(definition, json.loads(found.snapshot), clients, _zone(form))
    context = {
        "form": form,
        "submission": found,
        "at": moment(found.at, _zone(form)),
        "record": record,
        "entry": next(entry for entry in _entries(form) if entry.submission.number == number),
    }
    return render(request, "rooms/submission.html", context)


@login_required
@never_cache
@require_GET
def versions_page(request: HttpRequest, form_id: UUID) -> HttpResponse:
    """``?version=N`` or ``?at=2026-01-31T14:03`` leads to that version; without either, to the newest."""
    form = _visible(request, form_id)
    version = _asked_version(form, request.GET.get("version", ""), request.GET.get("at", ""))
    return redirect("rooms:version", form_id=form.pk, version=version)


@login_required
@never_cache
@require_GET
@_paid(FORM_COST)
def version_page(request: HttpRequest, form_id: UUID, version: int) -> HttpResponse:
    form = _visible(request, form_id)
    try:
        then = form_then(_person(request), form_id, version)
    except NotThatFar:
        return redirect("rooms:version", form_id=form.pk, version=form.version)
    zone, at = _zone(form), datetime.fromisoformat(then.at)
    record = Record(definition_of(form.template_version_id), then.snapshot, then.clients, zone, latest=version)
    context = {
        "form": form,
        "version": version,
        "newest": form.version,
        "earlier": version - 1 if version > 0 else None,
        "later": version + 1 if version < form.version else None,
        "at": moment(at, zone),
        "picked": timezone.localtime(at, zone).strftime(PICKER),
        "change": _change(form, version, record),
        "record": record,
    }
    return render(request, "rooms/version.html", context)


def _change(form: Form, version: int, record: Record) -> str:
    """Who did what in this version."""
    found = lookup.ask_operations(Database(), form.pk, version - 1, up_to=version, limit=1).get()
    if version == 0 or not found:
        return _("As it was made, before anybody wrote in it.")
    who = record.clients[found[0].by].user.name
    return f"{who} {told_change(record.definition, json.loads(found[0].op))}."


def _asked_version(form: Form, version: str, at: str) -> int:
    if version.isascii() and version.isdigit() and len(version) <= LONGEST_NUMBER:
        return min(int(version), form.version)
    try:
        until = datetime.strptime(at, PICKER).replace(second=59, microsecond=999_999, tzinfo=_zone(form))
    except ValueError:
        return form.version
    found = Operation.objects.filter(form=form, at__lte=until).order_by("-version")
    return found.values_list("version", flat=True).first() or 0


def _entries(form: Form) -> Sequence[Entry]:
    """Newest first."""
    reopenings = {reopening.after_id: reopening for reopening in reopenings_of(form)}
    return [_entry(made, reopenings.get(made.pk), _zone(form)) for made in submissions_of(form).reverse()]


def _entry(made: Submission, reopening: Reopening | None, zone: ZoneInfo) -> Entry:
    reopened_at = moment(reopening.at, zone) if reopening is not None else ""
    return Entry(made, moment(made.at, zone), reopening, reopened_at)


def _zone(form: Form) -> ZoneInfo:
    return ZoneInfo(form.time_zone)


def _visible(request: HttpRequest, form_id: UUID) -> Form:
    try:
        return visible_form(_person(request), form_id)[0]
    except NotOpened as refused:
        if refused.exists:
            raise PermissionDenied from None
        raise Http404 from None


def _person(request: HttpRequest) -> User:
    person: Any = request.user
    assert person.is_authenticated
    user: User = person
    return user
