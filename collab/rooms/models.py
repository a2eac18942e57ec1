"""What is stored of a live form: its row, its log, the cells and rows that the log folds to, what was submitted, and
what was said about it.

The constraints here carry I2 (versions dense, one op per version) and C3 (a submit has one outcome). The tables
under a form have composite keys and no others: they are written thousands of times a second, by ``store`` alone.
Values and ops are kept as the very JSON text that travels: what was typed comes back byte for byte, and a
snapshot is put together without parsing.
"""

from __future__ import annotations

from typing import Any, Never

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collab.ids import uuid7

KEY_LENGTH = 100
ID_LENGTH = 64


class FormStatus(models.TextChoices):
    """Where a form is in its life. Only an open one takes ops (C10)."""

    OPEN = "open", _("open")
    SUBMITTED = "submitted", _("submitted")
    CLOSED = "closed", _("closed")


class Form(models.Model):
    """One live document that people fill together. Its row is the lock under which its versions are given."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    team = models.ForeignKey("accounts.Team", on_delete=models.PROTECT, related_name="live_forms")
    template_version = models.ForeignKey("forms.TemplateVersion", on_delete=models.PROTECT, related_name="live_forms")
    title = models.CharField(_("title"), max_length=200)
    status = models.CharField(_("status"), max_length=16, choices=FormStatus.choices, default=FormStatus.OPEN)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    version = models.BigIntegerField(_("version"), default=0, editable=False)
    revision = models.BigIntegerField(_("revision"), default=0, editable=False)
    next_n = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now_add=True)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)

    class Meta:
        ordering = ["-updated_at"]
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        constraints = [
            models.CheckConstraint(name="form_version_from_0", condition=Q(version__gte=0, revision__gte=0)),
            models.CheckConstraint(name="form_status_known", condition=Q(status__in=FormStatus.values)),
        ]

    def __str__(self) -> str:
        return self.title


class SectionStatus(models.Model):
    """A section that is not as open as its form; none is kept for the rest."""

    pk = models.CompositePrimaryKey("form", "section")
    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="section_statuses", db_index=False)
    section = models.CharField(max_length=KEY_LENGTH)
    status = models.CharField(max_length=16, choices=FormStatus.choices)


class Client(models.Model):
    """One browser tab in one form, known by the id it made itself and, once it committed an op, by its n."""

    id = models.BigAutoField(primary_key=True)
    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="clients", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    client_id = models.CharField(max_length=ID_LENGTH)
    n = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="client_once_per_form", fields=["form", "user", "client_id"]),
            models.UniqueConstraint(name="client_n_once_per_form", fields=["form", "n"]),
        ]


class Submit(models.Model):
    """The outcome of one submit (C3): what it held, and what became of it.

    ``base`` and ``last_edit`` run along the client's submits: the highest base it used, and the version of the
    last text edit it committed (C4, C5).
    """

    pk = models.CompositePrimaryKey("client", "seq")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="submits", db_index=False)
    seq = models.BigIntegerField()
    digest = models.CharField(max_length=32)
    version = models.BigIntegerField()
    rejected = models.TextField(null=True)
    base = models.BigIntegerField()
    last_edit = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="submit_seq_from_1", condition=Q(seq__gte=1))]


class Operation(models.Model):
    """One committed op, as applied. The log of a form is its truth: the cells and rows are its fold (I4)."""

    pk = models.CompositePrimaryKey("form", "version")
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="operations", db_index=False)
    version = models.BigIntegerField()
    by = models.PositiveIntegerField()
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    table = models.CharField(max_length=KEY_LENGTH, blank=True)
    row = models.CharField(max_length=ID_LENGTH, blank=True)
    field = models.CharField(max_length=KEY_LENGTH, blank=True)
    op = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="operation_version_from_1", condition=Q(version__gte=1))]


class Cell(models.Model):
    """What a field or a cell of a row holds now, and who changed it when (see ``document.Stamp``)."""

    pk = models.CompositePrimaryKey("form", "table", "row", "field")
    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="cells", db_index=False)
    table = models.CharField(max_length=KEY_LENGTH, blank=True)
    row = models.CharField(max_length=ID_LENGTH, blank=True)
    field = models.CharField(max_length=KEY_LENGTH)
    value = models.TextField()
    version = models.BigIntegerField()
    by = models.PositiveIntegerField(null=True)
    prior = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)


class Row(models.Model):
    """A row of a table, there or removed; its rank orders it among the others."""

    pk = models.CompositePrimaryKey("form", "table", "row")
    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="rows", db_index=False)
    table = models.CharField(max_length=KEY_LENGTH)
    row = models.CharField(max_length=ID_LENGTH)
    rank = models.TextField()
    removed = models.BooleanField(default=False)
    version = models.BigIntegerField()
    by = models.PositiveIntegerField(null=True)
    prior = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)


class Immutable(Exception):
    """Somebody tried to change or delete what stays as it is."""


class _Kept(models.QuerySet[Any]):
    """Refuses the bulk ways around ``save`` and ``delete``."""

    def update(self, **changes: Any) -> Never:
        raise Immutable

    def delete(self) -> Never:
        raise Immutable


class _KeptModel(models.Model):
    """Written once, never changed."""

    objects = _Kept.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Immutable
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        raise Immutable


class Submission(_KeptModel):
    """A form as somebody submitted it: the whole of one version, for good. (A ``Submit`` is a few ops of one tab.)

    ``hash`` is made of the content, see ``submission.hash_of``. The one that stands, where one does, is the last of a
    form whose status is ``submitted``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    form = models.ForeignKey(
        Form, on_delete=models.PROTECT, related_name="submissions", verbose_name=_("form"), db_index=False
    )
    number = models.PositiveIntegerField(_("number"))
    version = models.BigIntegerField(_("version"))
    snapshot = models.TextField(_("snapshot"))
    hash = models.CharField(_("hash"), max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("submitted by")
    )
    at = models.DateTimeField(_("submitted at"))

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(name="submission_number_once_per_form", fields=["form", "number"]),
            models.CheckConstraint(name="submission_number_from_1", condition=Q(number__gte=1, version__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.form}, {self.number}"


class Reopening(_KeptModel):
    """A submitted form was opened again, and why. The submission stays; the next one has the next number."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    after = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="reopening")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("reopened by")
    )
    at = models.DateTimeField(_("reopened at"))
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        verbose_name = _("reopening")
        verbose_name_plural = _("reopenings")
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(name="reopening_has_a_reason", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.after}: {self.reason}"


class Comment(_KeptModel):
    """What somebody said about a form."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="comments", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="comment_of_form", fields=["form", "id"])]
