"""People, the teams they are in, what they may do there, and where they are signed in.

Owns who somebody is. Must not know of templates, forms or rooms: they ask `accounts.services`.
"""

from __future__ import annotations

from typing import Any, Never

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from collab.ids import uuid7


class User(AbstractUser):
    """A person. What they wrote refers to them for ever, so they are anonymised rather than deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    display_name = models.CharField(
        _("display name"), max_length=150, blank=True, help_text=_("What colleagues see. The user name, if left empty.")
    )
    anonymised_at = models.DateTimeField(_("anonymised at"), null=True, blank=True, editable=False)
    lost_password = False  # taken away, and not saved yet: that is a change of the password, too

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
        self.lost_password = False

    def set_unusable_password(self) -> None:
        super().set_unusable_password()
        self.lost_password = True

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


class End(models.TextChoices):
    """Why a sign-in ended. What a person is told of it, `sign_ins` says."""

    REPLACED = "replaced", _("signed in on another device")
    SIGNED_OUT = "signed_out", _("signed out")
    TAKEN_OVER = "taken_over", _("somebody else signed in with the same browser")
    EVERYWHERE = "everywhere", _("signed out everywhere")
    PASSWORD = "password", _("the password was changed")
    DISABLED = "disabled", _("the account was closed")
    BY_ADMIN = "by_admin", _("signed out by an administrator")
    IDLE = "idle", _("nothing was done for too long")
    EXPIRED = "expired", _("expired")


class SignIn(models.Model):
    """One sign-in on one device, from its beginning to its end. The live one is the session that counts (S1, I5).

    Its row is the fence: whoever writes for a person holds it `FOR SHARE` until the commit, whoever ends it updates
    it. Rows of ended sign-ins stay, as the person's history and so that an old cookie is told why it is one.
    """

    generation = models.BigAutoField(primary_key=True)  # rises for each person: it is given under the lock of their row
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="sign_ins", verbose_name=_("person"), db_index=False
    )
    session_key = models.CharField(max_length=40, db_index=True, editable=False)
    device = models.CharField(_("device"), max_length=120)
    address = models.GenericIPAddressField(_("address"), null=True)
    began_at = models.DateTimeField(_("since"), default=timezone.now)
    active_at = models.DateTimeField(_("last active"), default=timezone.now)
    ended_at = models.DateTimeField(_("until"), null=True)
    ended_why = models.CharField(_("ended because"), max_length=16, choices=End.choices, blank=True)
    several = models.BooleanField(_("may have company"), default=False, help_text=_("Of a service account."))

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-generation"]
        indexes = [models.Index(name="sign_in_of_user", fields=["user", "generation"])]
        constraints = [
            models.UniqueConstraint(
                name="sign_in_one_live", fields=["user"], condition=Q(ended_at__isnull=True, several=False)
            ),
            models.CheckConstraint(
                name="sign_in_ended_for_a_reason",
                condition=Q(ended_at__isnull=True, ended_why="") | Q(ended_at__isnull=False, ended_why__in=End.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.device}"


class AuditKind(models.TextChoices):
    """What the audit keeps of an account."""

    SIGNED_IN = "signed_in", _("signed in")
    ENDED = "ended", _("was signed out")
    FAILED = "failed", _("failed to sign in")
    LOCKED_OUT = "locked_out", _("was locked out")
    PASSWORD_CHANGED = "password_changed", _("changed the password")
    RESET_ASKED = "reset_asked", _("asked for a new password")
    RESET_DONE = "reset_done", _("set a new password by mail")


class AppendOnly(Exception):
    """Somebody tried to change or delete what is kept for good."""


class _Kept(models.QuerySet["AuditEntry"]):
    def update(self, **changes: Any) -> Never:
        raise AppendOnly

    def delete(self) -> Never:
        raise AppendOnly


class AuditEntry(models.Model):
    """One thing that happened to an account: who, when, from which device and address. Written once, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(_("at"), default=timezone.now)
    kind = models.CharField(_("what"), max_length=20, choices=AuditKind.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("person"))
    device = models.CharField(_("device"), max_length=120, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    detail = models.CharField(_("detail"), max_length=200, blank=True)

    objects = _Kept.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-id"]
        indexes = [models.Index(name="audit_by_time", fields=["-at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_kind_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        raise AppendOnly
