"""People and teams in Django's admin. Whoever wrote something or signed in is anonymised there, not deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from collab.accounts import services
from collab.accounts.admin.signing_out import ACTION, may_sign_out, sign_out
from collab.accounts.models import AuditEntry, Membership, SignIn, Team, User


class PersonCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta(AdminUserCreationForm.Meta):
        model = User


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    autocomplete_fields = ["user"]
    extra = 1


class TeamsOfPersonInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    autocomplete_fields = ["team"]
    extra = 0


@admin.register(User)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    add_form = PersonCreationForm
    list_display = ["username", "display_name", "email", "is_active", "is_staff", "last_login"]
    search_fields = ["username", "display_name", "email"]
    readonly_fields = ["anonymised_at", "last_login", "date_joined"]
    actions = [ACTION, "anonymise"]
    inlines = [TeamsOfPersonInline]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["display_name", "first_name", "last_name", "email", "anonymised_at"]}),
        (
            _("Permissions"),
            {
                "fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"],
                "classes": ["collapse"],
            },
        ),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "display_name", "usable_password", "password1", "password2"]}),
    ]

    def get_deleted_objects(
        self, objs: QuerySet[User] | Sequence[User], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Who is in the audit cannot be deleted, and that is known without reading years of sign-ins."""
        if AuditEntry.objects.filter(user__in=objs).exists():
            return [], {}, set(), [_("the audit of sign-ins")]
        return super().get_deleted_objects(objs, request)

    @admin.action(description=_("Sign out the selected people"), permissions=["sign_out"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        chosen = SignIn.objects.filter(user__in=queryset, ended_at=None).select_related("user")
        return sign_out(self, request, list(chosen), wholly=True)

    def has_sign_out_permission(self, request: HttpRequest) -> bool:
        return may_sign_out(request)

    @admin.action(description=_("Anonymise the selected people, for ever"), permissions=["delete"])
    def anonymise(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        people = [person for person in queryset if person != request.user]
        for person in people:
            services.anonymise(person, now=timezone.now())
        done = ngettext("%d person was anonymised.", "%d people were anonymised.", len(people)) % len(people)
        self.message_user(request, done, messages.SUCCESS)


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [MembershipInline]
