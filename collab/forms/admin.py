"""Templates in Django's admin: import JSON, export it, publish, archive. Nothing is typed in or deleted there."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collab.accounts.services import all_teams
from collab.document.definition import Problem
from collab.document.schema import DefinitionInvalid
from collab.forms.importing import DefinitionForm
from collab.forms.jsontext import JsonError, read_json, write_json
from collab.forms.models import PublishedVersionError, Template, TemplateVersion
from collab.forms.services import Imported, TemplateArchived, export_definition, import_definition, publish_version


class ImportForm(DefinitionForm):
    """For every team; what is imported may stay a draft."""

    publish = forms.BooleanField(
        label=gettext_lazy("Publish at once"),
        required=False,
        initial=True,
        help_text=gettext_lazy("A published version can be used, and never changes again."),
    )


class VersionInline(admin.TabularInline):  # type: ignore[type-arg]
    model = TemplateVersion
    fields = ("number", "title", "published_at", "published_by")
    readonly_fields = fields
    show_change_link = True
    can_delete = False
    extra = 0

    @admin.display(description=gettext_lazy("title"))
    def title(self, version: TemplateVersion) -> str:
        return str(version.definition["title"])

    def has_add_permission(self, request: HttpRequest, obj: Template | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Template | None = None) -> bool:
        return False


@admin.register(Template)
class TemplateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A template is added by importing its definition, and archived rather than deleted."""

    list_display = ["key", "team", "archived_at"]
    list_filter = ["team", ("archived_at", admin.EmptyFieldListFilter)]
    search_fields = ["key", "team__name"]
    readonly_fields = ["team", "key", "archived_at"]
    inlines = [VersionInline]
    actions = ["archive", "bring_back"]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None, teams=all_teams())
        problems: tuple[Problem, ...] = ()
        if form.is_valid():
            try:
                return self._imported(request, self._import(request, form))
            except DefinitionInvalid as invalid:
                problems = invalid.errors
            except JsonError as error:
                form.add_error(None, str(error))
            except TemplateArchived:
                form.add_error(None, _("This template is archived. Bring it back first."))
        return TemplateResponse(request, "admin/forms/import.html", self._context(request, form, problems))

    def _import(self, request: HttpRequest, form: ImportForm) -> Imported:
        given = form.cleaned_data
        by: Any = request.user  # who has this permission is signed in
        data = read_json(given["raw"])
        return import_definition(data, team_id=given["team"].pk, now=timezone.now(), by=by, publish=given["publish"])

    def _imported(self, request: HttpRequest, imported: Imported) -> HttpResponse:
        text = _("Version %d was imported.") if imported.made else _("Version %d says this already.")
        self.message_user(request, text % imported.version.number, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:forms_template_change", args=[imported.version.template_id]))

    def _context(self, request: HttpRequest, form: ImportForm, problems: tuple[Problem, ...]) -> dict[str, Any]:
        opts = self.model._meta
        title = _("Import a template")
        return {
            **self.admin_site.each_context(request),
            "opts": opts,
            "title": title,
            "form": form,
            "problems": problems,
        }

    def has_delete_permission(self, request: HttpRequest, obj: Template | None = None) -> bool:
        return False

    @admin.action(description=gettext_lazy("Archive"), permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Template]) -> None:
        queryset.filter(archived_at=None).update(archived_at=timezone.now())

    @admin.action(description=gettext_lazy("Bring back from the archive"), permissions=["change"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Template]) -> None:
        queryset.update(archived_at=None)


@admin.register(TemplateVersion)
class TemplateVersionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Versions are looked at, exported and published, never edited."""

    list_display = ["template", "number", "published_at", "export"]
    list_filter = ["template__team", ("published_at", admin.EmptyFieldListFilter)]
    list_select_related = ["template"]
    search_fields = ["template__key"]
    fields = ("template", "number", "published_at", "published_by", "export", "as_json")
    readonly_fields = fields
    actions = ["publish"]

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export_view)
        return [path("<uuid:pk>/export/", export, name="forms_templateversion_export"), *super().get_urls()]

    def export_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        version = TemplateVersion.objects.select_related("template").filter(pk=pk).first()
        if version is None:
            raise Http404
        name = f"{version.template.key}-{version.number}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(write_json(export_definition(version)), content_type="application/json", headers=headers)

    @admin.display(description=gettext_lazy("export"))
    def export(self, version: TemplateVersion) -> SafeString:
        url = reverse("admin:forms_templateversion_export", args=[version.pk])
        return format_html('<a href="{}" download>{}</a>', url, _("Download JSON"))

    @admin.display(description=gettext_lazy("definition"))
    def as_json(self, version: TemplateVersion) -> SafeString:
        return format_html("<pre>{}</pre>", write_json(export_definition(version)))

    @admin.action(description=gettext_lazy("Publish"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[TemplateVersion]) -> None:
        by: Any = request.user
        for version in queryset:
            try:
                publish_version(version, now=timezone.now(), by=by)
            except PublishedVersionError:
                self.message_user(request, _("%s is published already.") % version, messages.WARNING)
            else:
                self.message_user(request, _("%s is published.") % version, messages.SUCCESS)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("forms.change_templateversion")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: TemplateVersion | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: TemplateVersion | None = None) -> bool:
        return False
