"""The pages: the list of forms one may open, and the form itself.

A form's page is its skeleton: sections, fields, table heads. What is filled in comes over the socket, so that a
page in the browser's history holds nothing of anybody (I7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from collab.accounts.fence import hold
from collab.accounts.services import EDIT, capabilities
from collab.forms.definitions import definition_of, startable_versions
from collab.rooms.models import Form
from collab.rooms.opening import NotOpened, visible_form
from collab.rooms.services import create_form, forms_for, known_time_zone

if TYPE_CHECKING:
    from collab.accounts.models import User
    from collab.forms.models import TemplateVersion

SHOWN = 200


class NewForm(forms.Form):
    """The ordinary form that makes a live one, of the templates that a person may start."""

    # The maker's own, filled in by the page.
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("What colleagues will find it by."))
    field_order = ("template", "title")

    def __init__(self, data: QueryDict | None, *, user: User) -> None:
        super().__init__(data)
        self.fields["template"] = _TemplateField(startable_versions(user), label=_("Template"), empty_label=None)
        self.order_fields(self.field_order)


class _TemplateField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, version: TemplateVersion) -> str:
        return definition_of(version.pk).title


@login_required
@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return _home(request, NewForm(None, user=_person(request)))


@login_required
@never_cache
@require_POST
def new_form(request: HttpRequest) -> HttpResponse:
    filled = NewForm(request.POST, user=_person(request))
    if not filled.is_valid():
        return _home(request, filled, status=400)
    with transaction.atomic():
        hold(request)
        made = create_form(
            template_version=filled.cleaned_data["template"],
            title=filled.cleaned_data["title"],
            author=_person(request),
            time_zone=known_time_zone(filled.cleaned_data["time_zone"]),
        )
    return redirect("rooms:form", form_id=made.pk)


@login_required
@never_cache
@require_GET
def form_page(request: HttpRequest, form_id: UUID) -> HttpResponse:
    user = _person(request)
    try:
        form, role = visible_form(user, form_id)
    except NotOpened as refused:
        if refused.exists:
            raise PermissionDenied from None
        raise Http404 from None
    can_edit = EDIT in capabilities(role)
    room = {
        "form": str(form.pk),
        "socket": f"/ws/forms/{form.pk}/",
        "user": {"id": str(user.pk), "name": str(user)},
        "can_edit": can_edit,
        "time_zone": form.time_zone,
    }
    definition = definition_of(form.template_version_id)
    context = {"form": form, "definition": definition, "can_edit": can_edit, "room": room}
    return render(request, "rooms/form.html", context)


def _home(request: HttpRequest, new_form: NewForm, *, status: int = 200) -> HttpResponse:
    forms = [_card(form) for form in forms_for(_person(request))[:SHOWN]]
    templates = startable_versions(_person(request))
    return render(
        request, "rooms/home.html", {"forms": forms, "templates": templates, "new_form": new_form}, status=status
    )


def _card(form: Form) -> dict[str, object]:
    return {
        "id": form.pk,
        "title": form.title,
        "status": form.status,
        "template_title": definition_of(form.template_version_id).title,
        "updated_at": form.updated_at,
        "url": reverse("rooms:form", args=[form.pk]),
    }


def _person(request: HttpRequest) -> User:
    assert request.user.is_authenticated
    return request.user
