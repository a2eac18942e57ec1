"""What the rest of the house does with live forms: make one, change one, submit to one outside a socket.

Everything that is written here is told to the hubs through the channel layer; where that fails their poll
finds it within a second.
"""

from __future__ import annotations

import logging
import zoneinfo
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet

from collab import layer
from collab.accounts.fence import SignedOut
from collab.accounts.services import VIEW, teams_where
from collab.accounts.sign_ins import ended
from collab.database import Database, is_passing
from collab.document.operations import Address, AddRow, Edit, Op, Set, wire_op
from collab.forms.definitions import definition_of
from collab.ids import uuid7
from collab.protocol.codec import MAX_OPS
from collab.rooms import store
from collab.rooms.commit import BatchResult, Fenced, Outcome, Submission, commit_batch
from collab.rooms.hub import group_of
from collab.rooms.limits import room_limits
from collab.rooms.models import Form, FormStatus

if TYPE_CHECKING:
    from collab.accounts.models import User
    from collab.forms.models import TemplateVersion

logger = logging.getLogger(__name__)

WAIT_MILLISECONDS = 5_000


class Busy(Exception):
    """The form is held for longer than a request waits, or the database is away. The same may be sent again (C3)."""


def known_time_zone(name: object) -> str:
    """A time zone that there is: the one of this name, or UTC."""
    return name if isinstance(name, str) and name in available_time_zones() else "UTC"


@cache
def available_time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def forms_for(user: User) -> QuerySet[Form]:
    """The forms that a person may open, the last changed first."""
    visible = Form.objects.filter(archived_at=None, team__in=teams_where(user, VIEW))
    return visible.select_related("template_version__template", "team").order_by("-updated_at")


def create_form(
    *,
    template_version: TemplateVersion,
    title: str,
    author: User,
    time_zone: str = "UTC",
    values: Mapping[str, Any] | None = None,
    rows: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
) -> Form:
    """Makes a form of a published version, in its template's team, with its defaults at version 0 (C8).

    ``values`` and ``rows`` are filled in as the author's own ops, so that the log is the form's whole truth.
    Raises ``ValueError`` where one of them is refused.
    """
    definition = definition_of(template_version.pk)
    with transaction.atomic():
        form = Form.objects.create(
            team_id=template_version.template.team_id,
            template_version=template_version,
            title=title,
            time_zone=time_zone,
            created_by=author,
        )
        store.insert_defaults(
            Database(),
            form.pk,
            {key: each.default for key, each in definition.fields.items() if each.default is not None},
        )
    ops = [*_value_ops(form, values or {}), *_row_ops(form, rows or {})]
    if ops:
        _fill(form, author, ops)
    form.refresh_from_db()
    return form


def submit(submission: Submission) -> Outcome:
    """Commits one submit in the calling thread: the HTTP twin of the writer. Raises ``Busy`` and ``SignedOut``."""
    try:
        result = _commit(submission)
    except Exception as error:
        if is_passing(error):
            raise Busy from error
        logger.exception("submit rejected: the database cannot store it", extra=submission.ids)
        result = _commit(submission._replace(poisoned=True))
    for run in result.runs:
        tell_hubs(submission.form, {"type": "run", **run.pack()})
    match result.outcomes[0]:
        case Fenced():
            raise SignedOut(ended(None, submission.sign_in))
        case None:  # the sign-in is about to end, or the form was held for too long
            raise Busy
        case outcome:
            return outcome


def _commit(submission: Submission) -> BatchResult:
    limits = room_limits().of_document()
    now = datetime.now(UTC)
    try:
        return commit_batch([submission], now=now, limits=limits, handed={}, wait_milliseconds=WAIT_MILLISECONDS)
    except Exception:
        connection.close()  # whatever state it is in, what comes next begins with a sound one
        raise


class StatusKept(ValueError):
    """Whether a form is submitted changes by submitting it and by reopening it, and in no other way."""


@transaction.atomic
def change_form(form: Form, **changes: Any) -> None:
    """Changes what of a form is not an op (status, title …), raises its revision and tells the room.

    Raises ``StatusKept``: see ``submission``.
    """
    if "status" in changes:
        before = Form.objects.select_for_update(no_key=True).values_list("status", flat=True).get(pk=form.pk)
        if FormStatus.SUBMITTED in (before, changes["status"]):
            raise StatusKept
    raise_revision(form, **changes)


def raise_revision(form: Form, **changes: Any) -> None:
    """Writes what changed of a form, and tells the room once the transaction that this is called in has committed."""
    Form.objects.filter(pk=form.pk).update(revision=F("revision") + 1, **changes)
    form.refresh_from_db()
    head = {"type": "head", "form": str(form.pk), "version": form.version, "revision": form.revision}
    transaction.on_commit(lambda: tell_hubs(form.pk, head))


def tell_hubs(form: UUID, message: dict[str, Any]) -> None:
    """Tells every hub; a layer that fails is only a delay: the hubs poll."""
    layer.tell(group_of(form), {**message, "hub": ""})


def _value_ops(form: Form, values: Mapping[str, Any]) -> list[Op]:
    return [_fill_cell(form, Address(None, None, key), value) for key, value in values.items()]


def _row_ops(form: Form, tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[Op]:
    ops: list[Op] = []
    for table, rows in tables.items():
        after = None
        for cells in rows:
            row = uuid7().hex
            ops.append(AddRow(table, row, after))
            ops += [_fill_cell(form, Address(table, row, key), value) for key, value in cells.items()]
            after = row
    return ops


def _fill_cell(form: Form, at: Address, value: Any) -> Op:
    field = definition_of(form.template_version_id).field_at(at)
    return Edit(at, [value]) if field is not None and field.merges else Set(at, value)


def _fill(form: Form, author: User, ops: list[Op]) -> None:
    """Submits ops one submit after the other, each on the base that the last one left."""
    size, base = MAX_OPS, 0
    client_id = f"filled-{uuid7().hex}"
    for seq, start in enumerate(range(0, len(ops), size), start=1):
        wires = [wire_op(op) for op in ops[start : start + size]]
        outcome = submit(Submission(form.pk, author.pk, client_id, seq, base, wires))
        if outcome.rejected is not None:
            raise ValueError(f"the form was not filled: {outcome.rejected}")
        base = outcome.version
