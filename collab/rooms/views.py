"""The pages: the list of forms one may open, the form itself, and what is said about it.

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
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collab.accounts.fence import hold
from collab.accounts.services import EDIT, capabilities, teams_where
from collab.drafts.services import end_draft
from collab.forms.definitions import definition_of, startable_versions
from collab.rooms import comments
from collab.rooms.models import Form
from collab.rooms.opening import NotOpened, visible_form
from collab.rooms.services import create_form, forms_for, known_time_zone

if TYPE_CHECKING:
    from collab.accounts.models import User
    from collab.forms.models import TemplateVersion

SHOWN = 200
NEW_FORM_DRAFT = "new-form"


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


class CommentForm(forms.Form):
    """The ordinary form that says something about a live one."""

    text = forms.CharField(
        label=_("Comment"), max_length=comments.LENGTH, widget=forms.Textarea(attrs={"rows": 4, "class": "input"})
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        return text.replace("\r\n", "\n")


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
        end_draft(_person(request).pk, NEW_FORM_DRAFT)
    return redirect("rooms:form", form_id=made.pk)


@login_required
@never_cache
@require_GET
def form_page(request: HttpRequest, form_id: UUID) -> HttpResponse:
    user = _person(request)
    form, role = _visible(user, form_id)
    can_edit = EDIT in capabilities(role)
    room = {
        "form": str(form.pk),
        "socket": f"/ws/forms/{form.pk}/",
        "user": {"id": str(user.pk), "name": str(user)},
        "can_edit": can_edit,
        "time_zone": form.time_zone,
    }
    definition = definition_of(form.template_version_id)
    context = {
        "form": form,
        "definition": definition,
        "can_edit": can_edit,
        "room": room,
        "comment_count": comments.count_comments(form),
    }
    return render(request, "rooms/form.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def comments_page(request: HttpRequest, form_id: UUID) -> HttpResponse:
    form, _role = _visible(_person(request), form_id)
    filled = CommentForm(request.POST if request.method == "POST" else None)
    if filled.is_valid():
        return _commented(request, form, filled.cleaned_data["text"])
    context = {
        "form": form,
        "comments": comments.comments_of(form, before=_before(request)),
        "comment_form": filled,
        "draft": comments.draft_of_comment(form),
    }
    return render(request, "rooms/comments.html", context, status=400 if filled.is_bound else 200)


def _commented(request: HttpRequest, form: Form, text: str) -> HttpResponse:
    author = _person(request)
    with transaction.atomic():
        hold(request)
        comments.add_comment(form, author=author, text=text, now=timezone.now())
        end_draft(author.pk, comments.draft_of_comment(form))
    return redirect("rooms:comments", form_id=form.pk)


def _before(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET["before"])
    except (KeyError, ValueError):
        return None


def _visible(user: User, form_id: UUID) -> tuple[Form, str]:
    try:
        return visible_form(user, form_id)
    except NotOpened as refused:
        if refused.exists:
            raise PermissionDenied from None
        raise Http404 from None


def _home(request: HttpRequest, new_form: NewForm, *, status: int = 200) -> HttpResponse:
    forms = [_card(form) for form in forms_for(_person(request))[:SHOWN]]
    context = {
        "forms": forms,
        "templates": startable_versions(_person(request)),
        "can_import": teams_where(_person(request), EDIT).exists(),
        "new_form": new_form,
        "draft": NEW_FORM_DRAFT,
    }
    return render(request, "rooms/home.html", context, status=status)


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
