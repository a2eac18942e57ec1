"""Submitting a form, and opening it again.

A submission is the whole form at one version, kept for good, with a hash, its author and the time. It is made under
the lock under which versions are given: every op is in it, or comes after and is ``locked`` (C10). What must be
filled in, `document.completeness` says; who is told, the hubs.

Every function that writes is called in a transaction that holds its person's sign-in (S1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from collab.accounts import services as accounts
from collab.database import Database
from collab.document.canonical import canonical
from collab.document.completeness import Shortcoming, of_document
from collab.document.document import Document
from collab.rooms.models import Form, FormStatus, Reopening, Submission
from collab.rooms.opening import NotOpened, load_document
from collab.rooms.services import raise_revision
from collab.rooms.store import compact

if TYPE_CHECKING:
    from collab.accounts.models import User


class NotOpen(Exception):
    """The form takes no changes, and so cannot be submitted: it is already, or it is closed."""


class NotSubmitted(Exception):
    """The form cannot be opened again, because it is not submitted."""


class Incomplete(Exception):
    """The form is not filled in as it must be."""

    def __init__(self, shortcomings: Sequence[Shortcoming]) -> None:
        super().__init__(f"{len(shortcomings)} shortcomings")
        self.shortcomings = shortcomings


@transaction.atomic
def submit_form(user: User, form_id: UUID, *, now: datetime) -> Submission:
    """Submits what is committed of the form. Raises ``NotOpened``, ``NotOpen`` and ``Incomplete``."""
    form = _locked(user, form_id)
    if form.status != FormStatus.OPEN:
        raise NotOpen
    document = load_document(Database(), form)
    shortcomings = of_document(document)
    if shortcomings:
        raise Incomplete(shortcomings)
    submission = _store(form, document, author=user, now=now)
    raise_revision(form, status=FormStatus.SUBMITTED, updated_at=now)
    return submission


@transaction.atomic
def reopen_form(user: User, form_id: UUID, *, reason: str, now: datetime) -> Form:
    """Opens a submitted form again. What was submitted stays; the next submission is a new one.

    Raises ``NotOpened`` and ``NotSubmitted``.
    """
    form = _locked(user, form_id)
    if form.status != FormStatus.SUBMITTED:
        raise NotSubmitted
    standing = submissions_of(form).reverse()[0]
    Reopening.objects.create(after=standing, by=user, at=now, reason=reason)
    raise_revision(form, status=FormStatus.OPEN, updated_at=now)
    return form


def submissions_of(form: Form) -> QuerySet[Submission]:
    """What was submitted of a form, in its order, without the content."""
    return Submission.objects.filter(form=form).select_related("author").defer("snapshot").order_by("number")


def reopenings_of(form: Form) -> QuerySet[Reopening]:
    """When a form was opened again, in its order."""
    found = Reopening.objects.filter(after__form=form).select_related("after", "by")
    return found.defer("after__snapshot").order_by("after__number")


def hash_of(*, form: UUID, template_version: UUID, version: int, snapshot: Mapping[str, Any]) -> str:
    """The hash of a submission's content, which anybody can make again of what the API tells of it.

    SHA-256, in hexadecimal, over the canonical JSON (RFC 8785, in UTF-8) of
    ``{"form": id, "template_version": id, "version": number, "values": …, "tables": …}``: the ids as lower-case UUIDs
    with hyphens, ``values`` and ``tables`` those of the snapshot, with the version, author's n and time of each cell.
    """
    content = {
        "form": str(form),
        "template_version": str(template_version),
        "version": version,
        "values": snapshot["values"],
        "tables": snapshot["tables"],
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _locked(user: User, form_id: UUID) -> Form:
    """The form, for somebody who may edit it, held until the transaction is over: no op commits meanwhile.

    What is read after this is what stood when the lock was had, as in ``commit``.
    """
    form = Form.objects.select_for_update(no_key=True).filter(pk=form_id, archived_at=None).first()
    if form is None:
        raise NotOpened(exists=False)
    if accounts.EDIT not in accounts.capabilities(accounts.role_in_team(user, form.team_id)):
        raise NotOpened(exists=True)
    return form


def _store(form: Form, document: Document, *, author: User, now: datetime) -> Submission:
    snapshot = document.snapshot()
    return Submission.objects.create(
        form=form,
        number=Submission.objects.filter(form=form).count() + 1,  # they are never deleted
        version=form.version,
        snapshot=compact(snapshot),
        hash=hash_of(form=form.pk, template_version=form.template_version_id, version=form.version, snapshot=snapshot),
        author=author,
        at=now,
    )
