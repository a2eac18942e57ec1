"""The page that brings in a template: for who edits in a team. The admin has one for every team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from collab.accounts.fence import hold
from collab.accounts.services import EDIT, teams_where
from collab.document.definition import Problem
from collab.document.schema import DefinitionInvalid
from collab.drafts.services import end_draft
from collab.forms.importing import DefinitionForm
from collab.forms.jsontext import JsonError, read_json
from collab.forms.services import Imported, TemplateArchived, import_definition

if TYPE_CHECKING:
    from collab.accounts.models import User

IMPORT_DRAFT = "template-import"


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """A file or a text becomes the next version of its template, published; what is wrong is listed, all at once."""
    teams = teams_where(_person(request), EDIT).order_by("name")
    if not teams:
        raise PermissionDenied
    is_sent = request.method == "POST"
    form = DefinitionForm(request.POST if is_sent else None, request.FILES if is_sent else None, teams=teams)
    problems: tuple[Problem, ...] = ()
    if form.is_valid():
        try:
            return _imported(request, _import(request, form))
        except DefinitionInvalid as invalid:
            problems = invalid.errors
        except JsonError as error:
            form.add_error(None, str(error))
        except TemplateArchived:
            form.add_error(None, _("This template is archived."))
    context = {"form": form, "problems": problems, "draft": IMPORT_DRAFT}
    return render(request, "forms/import.html", context, status=400 if is_sent else 200)


def _import(request: HttpRequest, form: DefinitionForm) -> Imported:
    by = _person(request)
    data = read_json(form.cleaned_data["raw"])
    with transaction.atomic():
        hold(request)
        imported = import_definition(data, team_id=form.cleaned_data["team"].pk, now=timezone.now(), by=by)
        end_draft(by.pk, IMPORT_DRAFT)
    return imported


def _imported(request: HttpRequest, imported: Imported) -> HttpResponse:
    version = imported.version
    facts = {"title": version.definition["title"], "number": version.number}
    if imported.made:
        messages.success(request, _("“%(title)s” is imported: version %(number)d.") % facts)
    else:
        messages.info(request, _("Nothing is new: version %(number)d of “%(title)s” says this already.") % facts)
    return redirect("rooms:home")


def _person(request: HttpRequest) -> User:
    assert request.user.is_authenticated
    return request.user
