"""Live forms in Django's admin: found, renamed, closed and opened again; and what was submitted of them, to be read.

What people wrote is not shown there. A change goes through the service, so that the room hears of it. Nothing is made
or deleted here, and nothing is submitted or taken back: that is done on the form's page, by who may edit it.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Field, QuerySet
from django.forms import TypedChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.rooms.models import Form, FormStatus, Submission
from collab.rooms.services import StatusKept, change_form


class _Kept(admin.ModelAdmin):  # type: ignore[type-arg]
    """Nothing is made or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Form)
class FormAdmin(_Kept):
    list_display = ["title", "status", "team", "template_version", "version", "updated_at"]
    list_filter = ["status", "team", ("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["team", "template_version__template"]
    search_fields = ["title", "team__name", "template_version__template__key"]
    fields = (
        "title",
        "status",
        "team",
        "template_version",
        "time_zone",
        "version",
        "revision",
        "created_by",
        "created_at",
        "updated_at",
        "archived_at",
    )
    readonly_fields = fields[2:]

    def get_readonly_fields(self, request: HttpRequest, obj: Form | None = None) -> tuple[str, ...]:
        """A submitted form is opened again on its page, with a reason."""
        is_submitted = obj is not None and obj.status == FormStatus.SUBMITTED
        return ("status", *self.readonly_fields) if is_submitted else tuple(self.readonly_fields)

    def formfield_for_choice_field(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> TypedChoiceField | None:
        if db_field.name == "status":
            kwargs["choices"] = [choice for choice in FormStatus.choices if choice[0] != FormStatus.SUBMITTED]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Form, form: Any, change: bool) -> None:
        """Only what was changed, and never the whole row: its version goes on meanwhile."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        try:
            if changes:
                change_form(obj, **changes)
        except StatusKept:
            self.message_user(request, _("Somebody submitted the form meanwhile: nothing was changed."), messages.ERROR)


@admin.register(Submission)
class SubmissionAdmin(_Kept):
    list_display = ["form", "number", "version", "author", "at", "reopened"]
    list_filter = ["form__team"]
    list_select_related = ["form", "author", "reopening__by"]
    search_fields = ["form__title", "hash"]
    date_hierarchy = "at"
    fields = ("form", "number", "version", "hash", "author", "at", "reopened", "reason")
    readonly_fields = fields

    def has_change_permission(self, request: HttpRequest, obj: Submission | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        found: QuerySet[Submission] = super().get_queryset(request)
        return found.defer("snapshot")

    @admin.display(description=gettext_lazy("reopened"))
    def reopened(self, submission: Submission) -> str | None:
        return f"{submission.reopening.at:%Y-%m-%d %H:%M}, {submission.reopening.by}" if _is_over(submission) else None

    @admin.display(description=gettext_lazy("reason"))
    def reason(self, submission: Submission) -> str | None:
        return submission.reopening.reason if _is_over(submission) else None


def _is_over(submission: Submission) -> bool:
    return hasattr(submission, "reopening")
