"""People, the teams they are in, and what they may do there.

Owns who somebody is. Must not know of templates, forms or rooms: they ask `accounts.services`.
"""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collab.ids import uuid7


class User(AbstractUser):
    """A person. What they wrote refers to them for ever, so they are anonymised rather than deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    display_name = models.CharField(
        _("display name"), max_length=150, blank=True, help_text=_("What colleagues see. The user name, if left empty.")
    )
    anonymised_at = models.DateTimeField(_("anonymised at"), null=True, blank=True, editable=False)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                name="user_anonymised_has_no_traces",
                condition=Q(anonymised_at__isnull=True)
                | Q(is_active=False, is_staff=False, is_superuser=False, email="", first_name="", last_name=""),
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.display_name:
            self.display_name = self.get_full_name()[:150] or self.username
            if (only := kwargs.get("update_fields")) is not None:
                kwargs["update_fields"] = {*only, "display_name"}
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.display_name or self.username


class Team(models.Model):
    """A group of people. Every template and every form belongs to one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=150)
    slug = models.SlugField(_("short name"), unique=True)
    members = models.ManyToManyField(User, through="Membership", related_name="teams", verbose_name=_("members"))

    class Meta:
        ordering = ["name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What somebody is in a team. What follows from it, `services.capabilities` alone says."""

    VIEWER = "viewer", _("viewer")
    EDITOR = "editor", _("editor")


class Membership(models.Model):
    """A person's one role in one team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("team"))
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.VIEWER)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(name="membership_once_per_team", fields=["team", "user"]),
            models.CheckConstraint(name="membership_role_known", condition=Q(role__in=Role.values)),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}, {self.team}"
