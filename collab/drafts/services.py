"""Personal drafts: kept, read, and ended by what becomes of the form.

The newest version wins, by its number. Every change holds the draft's row, so that of two at once one is first and the
other hears of it. Who may do this, and that they are still signed in, whoever calls makes sure of.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from collab.drafts.models import EMPTY, Draft
from collab.forgetting import forget

MAX_BYTES = 1024 * 1024
MAX_DRAFTS = 200


class TooLarge(Exception):
    """A draft's data is at most ``MAX_BYTES`` of JSON."""


class TooMany(Exception):
    """A person has at most ``MAX_DRAFTS`` drafts at a time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it stands: ``data`` is JSON text, ``{}`` where there is none."""

    data: str
    version: int
    saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Saved:
    """It is the newest version now."""

    version: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """It was based on a version that is not the newest one, which is this."""

    newest: Kept


@dataclass(frozen=True, slots=True)
class Ended:
    """The draft that it belongs to was sent or discarded."""

    version: int


NONE = Kept(EMPTY, 0, None)


def load_draft(user_id: UUID, form_identifier: str) -> Kept:
    """The person's draft of a form."""
    draft = Draft.objects.filter(user_id=user_id, form_identifier=form_identifier).first()
    return NONE if draft is None else _kept(draft)


def version_of(user_id: UUID, form_identifier: str) -> int:
    """The number of the newest version, 0 where there never was one."""
    drafts = Draft.objects.filter(user_id=user_id, form_identifier=form_identifier)
    return drafts.values_list("version", flat=True).first() or 0


@transaction.atomic
def save_draft(
    user_id: UUID, form_identifier: str, *, data: str, base_version: int, now: datetime
) -> Saved | Conflict | Ended:
    """Makes ``data``, a JSON text, the newest version, if ``base_version`` was it. Raises `TooLarge` or `TooMany`.

    Sent again because the answer was lost, it gets the answer that it got before.
    """
    if len(data.encode()) > MAX_BYTES:
        raise TooLarge
    draft = _locked(user_id, form_identifier, now=now)
    if base_version < draft.ended_version:
        return Ended(draft.version)
    if base_version == draft.version - 1 and data == draft.data:
        return Saved(draft.version, draft.saved_at)
    if base_version != draft.version:
        return Conflict(_kept(draft))
    _make_room(draft, data)
    _write(draft, data=data, version=draft.version + 1, saved_at=now)
    return Saved(draft.version, draft.saved_at)


@transaction.atomic
def end_draft(user_id: UUID, form_identifier: str, *, now: datetime | None = None) -> int:
    """Empties a draft, for it was sent or discarded, and what is still on its way to it comes too late (410).

    Called in the transaction of what the form was sent for: both happen, or neither. The answer is its version.
    """
    now = now or timezone.now()
    draft = _locked(user_id, form_identifier, now=now)
    version = draft.version + 1
    _write(draft, data=EMPTY, version=version, ended_version=version, saved_at=now)
    return version


def old_drafts(*, before: datetime) -> QuerySet[Draft]:
    """What was not touched since.

    A late autosave is known as such only as long as the row is there: ``before`` is to be older than any page that is
    still open, and than what a browser keeps (14 days, `static/js/kept-drafts.js`).
    """
    return Draft.objects.filter(saved_at__lt=before)


def forget_drafts(*, before: datetime) -> int:
    """Deletes it. How many those were."""
    return forget(old_drafts(before=before))


def forget_person(user_id: UUID) -> None:
    """Deletes all that somebody has not sent."""
    Draft.objects.filter(user_id=user_id).delete()


def _locked(user_id: UUID, form_identifier: str, *, now: datetime) -> Draft:
    """The draft's row, held until the end of the transaction; made where there is none, by one of two at once."""
    drafts = Draft.objects.select_for_update(no_key=True).filter(user_id=user_id, form_identifier=form_identifier)
    draft = drafts.first()
    if draft is None:
        new = Draft(user_id=user_id, form_identifier=form_identifier, saved_at=now)
        Draft.objects.bulk_create([new], ignore_conflicts=True)
        draft = drafts.get()
    return draft


def _make_room(draft: Draft, data: str) -> None:
    if data == EMPTY or draft.data != EMPTY:
        return
    if Draft.objects.filter(user_id=draft.user_id).exclude(data=EMPTY).count() >= MAX_DRAFTS:
        raise TooMany


def _write(draft: Draft, **changes: object) -> None:
    for name, value in changes.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(changes))


def _kept(draft: Draft) -> Kept:
    return Kept(draft.data, draft.version, draft.saved_at) if draft.version else NONE
