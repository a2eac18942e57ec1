"""What is stored of a draft: one row for each person and form, also when the draft is over.

A row outlives its draft, empty: its version is what tells a late autosave that it is late. Data is kept as the JSON
text that travels, so that what was typed comes back as it was.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

IDENTIFIER_LENGTH = 200
EMPTY = "{}"


class Draft(models.Model):
    """What one person has typed into one ordinary form. Nobody else ever reads it, in the admin neither."""

    pk = models.CompositePrimaryKey("user", "form_identifier")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    form_identifier = models.CharField(_("form"), max_length=IDENTIFIER_LENGTH)
    data = models.TextField(default=EMPTY)
    version = models.BigIntegerField(_("version"), default=0)
    ended_version = models.BigIntegerField(default=0)  # what is based on an older one belongs to a draft that is over
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.CheckConstraint(
                name="draft_ended_by_its_version", condition=Q(ended_version__gte=0, ended_version__lte=F("version"))
            )
        ]
        indexes = [models.Index(name="draft_saved_at", fields=["saved_at"])]  # for those that are forgotten
