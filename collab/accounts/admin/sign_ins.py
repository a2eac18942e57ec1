"""Where people are signed in, and the audit of their accounts: read, not written. A session's key is never shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.accounts.admin.signing_out import ACTION, may_sign_out, sign_out
from collab.accounts.models import AuditEntry, AuditKind, End, SignIn


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Looked at by who may view it; not even a superuser adds, changes or deletes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LiveFilter(admin.SimpleListFilter):
    title = gettext_lazy("whether it is live")
    parameter_name = "live"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("Signed in now")), ("no", gettext_lazy("Ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SignIn]) -> QuerySet[SignIn]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(ended_at__isnull=self.value() == "yes")


@admin.register(SignIn)
class SignInAdmin(ReadOnlyAdmin):
    list_display = ["user", "device", "address", "state", "began_at", "active_at"]
    list_filter = [LiveFilter, "ended_why"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__display_name"]
    search_help_text = gettext_lazy("Search by person")
    fields = ("user", "device", "address", "began_at", "active_at", "state", "ended_at", "several")
    actions = [ACTION]

    @admin.display(description=gettext_lazy("state"), ordering="ended_at")
    def state(self, sign_in: SignIn) -> str:
        return _("signed in") if sign_in.ended_at is None else str(End(sign_in.ended_why).label)

    @admin.action(description=gettext_lazy("Sign out"), permissions=["sign_out"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[SignIn]) -> HttpResponse | None:
        chosen = queryset.filter(ended_at=None).select_related("user")
        return sign_out(self, request, list(chosen), wholly=False)

    def has_sign_out_permission(self, request: HttpRequest) -> bool:
        return may_sign_out(request)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "kind", "user", "device", "address", "in_words"]
    list_filter = ["kind"]
    list_select_related = ["user"]
    date_hierarchy = "at"
    search_fields = ["user__username", "user__display_name", "device", "address", "detail"]
    search_help_text = gettext_lazy("Search by person, device, address or detail")
    fields = ("at", "kind", "user", "device", "address", "in_words")

    @admin.display(description=gettext_lazy("detail"), ordering="detail", empty_value="")
    def in_words(self, entry: AuditEntry) -> str:
        ended = entry.kind == AuditKind.ENDED and entry.detail in End.values
        return str(End(entry.detail).label) if ended else entry.detail
