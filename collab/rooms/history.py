"""What became of a form: the changes of one field with their values, and the form as it was at any version.

Both are read from the log, which is kept whole. The changes of a field are folded from its own ops alone; the form at
a version from the newest submission before it, or from the defaults on. Changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, assert_never
from uuid import UUID

from collab.database import Database
from collab.document import text
from collab.document.definition import Definition
from collab.document.operations import Address, AddRow, Edit, MoveRow, Op, RemoveRow, RestoreRow, Set, read_op
from collab.document.replica import Replica
from collab.document.values import empty, same_value
from collab.forms.definitions import definition_of
from collab.protocol.messages import Client
from collab.rooms import lookup
from collab.rooms.commit import read_clients_of
from collab.rooms.models import Form, Submission
from collab.rooms.opening import visible_form
from collab.rooms.store import LoggedOp, iso

if TYPE_CHECKING:
    from collab.accounts.models import User

ONE_CHANGE = timedelta(minutes=1)
"""Edits of a text by one person are one change where each follows the last within this time."""

PAGE_CHARACTERS = 1_000_000
REPLAYED_AT_ONCE = 5_000


class NoSuchField(Exception):
    """The form has no such field."""


class NotThatFar(Exception):
    """The form has no such version yet."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one person did to a field, in the ops ``first`` to ``version`` (others lie between, but not on this field).

    ``kind`` is that of the ops. A field that is not there, because its row is not, holds null.
    """

    version: int
    first: int
    at: str
    by: int
    kind: str
    before: Any
    after: Any

    def wire(self, clients: Mapping[int, Client]) -> dict[str, Any]:
        user = clients[self.by].user
        return {
            "version": self.version,
            "from_version": self.first,
            "at": self.at,
            "by": {"id": user.id, "name": user.name},
            "kind": self.kind,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class History:
    """Changes of a field, the newest first, and whether there are older ones."""

    changes: Sequence[Change]
    more: bool
    clients: Mapping[int, Client]

    def wire(self) -> list[dict[str, Any]]:
        return [change.wire(self.clients) for change in self.changes]


@dataclass(frozen=True, slots=True)
class FormThen:
    """A form as it was at a version, and since when."""

    version: int
    at: str
    snapshot: Mapping[str, Any]
    clients: Mapping[int, Client]


# --- the changes of one field ------------------------------------------------------------------------


def history(user: User, form_id: UUID, at: Address, *, before: int | None, limit: int) -> History:
    """The newest changes of a field, of those before a version. Raises ``NotOpened`` and ``NoSuchField``."""
    db = Database()
    with db.snapshot():
        with db.ordinary():
            form, _role = visible_form(user, form_id)
            field = definition_of(form.template_version_id).field_at(at)
        if field is None:
            raise NoSuchField
        ops = lookup.ask_changes(db, form.pk, at, before=form.version + 1 if before is None else before).get()
        clients = read_clients_of(db, form.pk)
    first = field.default if at.table is None else None
    changes = [change for change in _changes(ops, at.field, first, clients) if _is_seen(change)]
    page = list(_bounded(changes[-limit:][::-1]))
    return History(page, more=len(page) < len(changes), clients=clients)


def _changes(ops: Iterable[LoggedOp], field: str, value: Any, clients: Mapping[int, Client]) -> Iterator[Change]:
    """What the ops of a field did, from the value that it had before them. Text is folded, delta by delta."""
    last: Change | None = None
    for logged in ops:
        raw = json.loads(logged.op)
        before, value = value, _after(read_op(raw), field, value)
        change = Change(logged.version, logged.version, logged.at, logged.by, raw["kind"], before, value)
        if last is not None and _goes_on(last, change, clients):
            last = replace(change, first=last.first, before=last.before)
            continue
        if last is not None:
            yield last
        last = change
    if last is not None:
        yield last


def _after(op: Op, field: str, value: Any) -> Any:
    """What a field holds after an op of its own, or of its row."""
    match op:
        case Set(_, new):
            return new
        case Edit(_, delta):
            return text.apply(value or "", delta)
        case AddRow(values=values) | RestoreRow(values=values):
            return (values or {}).get(field)
        case RemoveRow():
            return None
        case MoveRow():
            return value
        case _:
            assert_never(op)


def _goes_on(last: Change, change: Change, clients: Mapping[int, Client]) -> bool:
    """Whether it is the same person typing on."""
    return (
        last.kind == change.kind == "edit"
        and clients[last.by].user == clients[change.by].user
        and datetime.fromisoformat(change.at) - datetime.fromisoformat(last.at) <= ONE_CHANGE
    )


def _is_seen(change: Change) -> bool:
    """Whether there is anything to be seen of it: what was typed and taken out again is no change."""
    nothing = empty(change.before) and empty(change.after)
    return not nothing and not same_value(change.before, change.after)


def _bounded(changes: Iterable[Change]) -> Iterator[Change]:
    """The first one, and as many more as an answer holds: fifty long texts, before and after, would be megabytes."""
    left = PAGE_CHARACTERS
    for change in changes:
        if left <= 0:
            return
        left -= sum(len(value) for value in (change.before, change.after) if isinstance(value, str))
        yield change


# --- the form at a version ---------------------------------------------------------------------------


def form_then(user: User, form_id: UUID, version: int) -> FormThen:
    """The form as it was at a version. Raises ``NotOpened`` and ``NotThatFar``."""
    db = Database()
    with db.snapshot():
        with db.ordinary():
            form, _role = visible_form(user, form_id)
            if version > form.version:
                raise NotThatFar
            replica = _start(form, version)
        while replica.version < version:
            _replay(
                replica,
                lookup.ask_operations(db, form.pk, replica.version, up_to=version, limit=REPLAYED_AT_ONCE).get(),
            )
        at = _since_when(db, form, version)
        return FormThen(version, at, replica.snapshot(), read_clients_of(db, form.pk))


def _start(form: Form, version: int) -> Replica:
    """The newest state before the version that is kept whole."""
    kept = Submission.objects.filter(form=form, version__lte=version).order_by("-version").first()
    if kept is not None:
        return Replica(json.loads(kept.snapshot), kept.version)
    return Replica(_at_first(definition_of(form.template_version_id)), 0)


def _at_first(definition: Definition) -> dict[str, Any]:
    """A form at version 0: its defaults (C8)."""
    values = {
        key: {"value": field.default, "version": 0, "by": None, "at": None}
        for key, field in definition.fields.items()
        if field.default is not None
    }
    return {"values": values, "tables": {table: [] for table in definition.tables}}


def _replay(replica: Replica, ops: Iterable[LoggedOp]) -> None:
    for logged in ops:
        replica.apply(read_op(json.loads(logged.op)), by=logged.by, at=logged.at)


def _since_when(db: Database, form: Form, version: int) -> str:
    if version == 0:
        return iso(form.created_at)
    return lookup.ask_operations(db, form.pk, version - 1, up_to=version, limit=1).get()[0].at
