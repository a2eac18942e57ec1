"""Live forms in Django's admin: found, renamed, closed and opened again. What people wrote is not shown there.

A change goes through the service, so that the room hears of it. Nothing is made or deleted here.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from collab.rooms.models import Form
from collab.rooms.services import change_form


@admin.register(Form)
class FormAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
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

    def save_model(self, request: HttpRequest, obj: Form, form: Any, change: bool) -> None:
        """Only what was changed, and never the whole row: its version goes on meanwhile."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if changes:
            change_form(obj, **changes)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Form | None = None) -> bool:
        return False
