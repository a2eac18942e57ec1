"""Templates stored in versions. What a published version says never changes: forms are pinned to it.

Owns how templates are kept. What a definition may say is `document.schema`'s business.
"""

from typing import Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collab.ids import uuid7


class PublishedVersionError(Exception):
    """Somebody tried to change or delete a published version."""


class Template(models.Model):
    """A kind of form that a team uses. Archived, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey(
        "accounts.Team", on_delete=models.PROTECT, related_name="templates", verbose_name=_("team")
    )
    key = models.CharField(_("key"), max_length=64, validators=[RegexValidator(r"\A[a-z][a-z0-9_-]*\Z")])
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)

    class Meta:
        ordering = ["key"]
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [models.UniqueConstraint(name="template_key_once_per_team", fields=["team", "key"])]

    def __str__(self) -> str:
        return self.key


class TemplateVersionQuerySet(models.QuerySet["TemplateVersion"]):
    """Refuses the bulk ways around `TemplateVersion.save` and `delete`."""

    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def update(self, **kwargs: Any) -> int:
        self._refuse_published()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_published()
        return super().delete()

    def _refuse_published(self) -> None:
        if self.published().exists():
            raise PublishedVersionError("published template versions cannot be changed")


class TemplateVersion(models.Model):
    """One definition of a template: a draft until `published_at` is set, unchangeable from then on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    template = models.ForeignKey(
        Template, on_delete=models.PROTECT, related_name="versions", verbose_name=_("template")
    )
    number = models.PositiveIntegerField(_("number"))
    definition = models.JSONField(_("definition"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )

    objects = TemplateVersionQuerySet.as_manager()

    class Meta:
        ordering = ["template", "-number"]
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        constraints = [
            models.UniqueConstraint(name="template_version_number_once", fields=["template", "number"]),
            models.UniqueConstraint(
                name="template_one_draft", fields=["template"], condition=Q(published_at__isnull=True)
            ),
            models.CheckConstraint(name="template_version_number_from_1", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="template_version_publisher_needs_date",
                condition=Q(published_by__isnull=True) | Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_if_published()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._refuse_if_published()
        return super().delete(*args, **kwargs)

    def _refuse_if_published(self) -> None:
        # What is stored counts, not what this instance says: it may be old, or made by hand with the same id.
        if TemplateVersion.objects.filter(pk=self.pk).published().exists():
            raise PublishedVersionError(f"version {self.number} is published and cannot be changed")
