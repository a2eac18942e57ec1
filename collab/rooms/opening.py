"""What a person is shown when they open a form: rights, snapshot, tail, read in one state of the database.

Used by the socket's ``join`` and by the HTTP twin alike. Synchronous; knows nothing of sockets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from collab.accounts import services as accounts
from collab.database import Database
from collab.document.document import Document
from collab.forms.definitions import definition_of
from collab.protocol.codec import encode
from collab.protocol.messages import Client, Encoded, Joined, Person
from collab.rooms import lookup
from collab.rooms.commit import read_clients_of
from collab.rooms.limits import RoomLimits
from collab.rooms.models import Form, FormStatus, Submission
from collab.rooms.run import Run
from collab.rooms.snapshots import Snapshots
from collab.rooms.store import compact, iso

if TYPE_CHECKING:
    from collab.accounts.models import User

TAIL_PAGE = 2_000


class NotOpened(Exception):
    """The form is not shown: it does not exist, or this person may not see it."""

    def __init__(self, *, exists: bool) -> None:
        super().__init__("not allowed" if exists else "no such form")
        self.exists = exists


@dataclass(frozen=True, slots=True)
class Opened:
    """A form as it was at ``version``. ``snapshot`` is JSON text, or None where the tail is all that is wanted.

    Of a long tail only the beginning is here: the rest is read as the reader takes it. ``facts`` are the form as
    ``joined`` tells of it, read with the rest: whoever tells them must not ask the database.
    """

    form: Form
    facts: Mapping[str, Any]
    role: str
    version: int
    revision: int
    snapshot: str | None
    clients: Mapping[int, Client]
    last_seq: int
    tail: tuple[Run, ...]

    @property
    def told(self) -> int:
        """The version that snapshot and tail reach."""
        return self.tail[-1].last if self.tail else self.version

    def joined(self, *, people: Sequence[Person], you: Person | None, limits: RoomLimits) -> str:
        """The ``joined`` frame."""
        return encode(
            Joined(
                version=self.version,
                revision=self.revision,
                form=self.facts,
                snapshot=None if self.snapshot is None else Encoded(self.snapshot),
                clients=self.clients,
                people=people,
                you=you,
                role=self.role,
                last_seq=self.last_seq,
                limits=limits.wire(),
            )
        )


def describe(form: Form) -> dict[str, Any]:
    """A form as ``joined`` tells of it."""
    return {
        "id": str(form.pk),
        "title": form.title,
        "status": form.status,
        "submission": submission_of(form),
        "time_zone": form.time_zone,
        "template": definition_of(form.template_version_id).source,
    }


def submission_of(form: Form) -> dict[str, Any] | None:
    """The submission that stands, as ``joined`` and ``form_changed`` tell of it; None where none does."""
    if form.status != FormStatus.SUBMITTED:
        return None
    made = Submission.objects.filter(form=form).select_related("author").defer("snapshot")
    last = made.order_by("-number").first()
    if last is None:
        return None
    return {"number": last.number, "version": last.version, "at": iso(last.at), "by": wire_person(last.author)}


def wire_person(user: User) -> dict[str, str]:
    return {"id": str(user.pk), "name": str(user)}


def visible_form(user: User, form_id: UUID) -> tuple[Form, str]:
    """The form and the person's role in it. Raises ``NotOpened``."""
    form = Form.objects.filter(pk=form_id, archived_at=None).first()
    if form is None:
        raise NotOpened(exists=False)
    role = accounts.role_in_team(user, form.team_id)
    if role is None or accounts.VIEW not in accounts.capabilities(role):
        raise NotOpened(exists=True)
    return form, role


def open_form(user: User, form_id: UUID, *, client_id: str | None, since: int | None, want: str) -> Opened:
    """Reads a form for a person: what stands, and what was committed after ``since`` (C9: never a guess)."""
    db = Database()
    with db.snapshot():
        form, role = visible_form(user, form_id)
        usable = since is not None and since <= form.version
        with_snapshot = want in ("snapshot", "both") or not usable
        tail = _tail(form, since) if usable and want in ("tail", "both") and since is not None else ()
        return Opened(
            form=form,
            facts=describe(form),
            role=role,
            version=form.version,
            revision=form.revision,
            snapshot=read_snapshot(db, form) if with_snapshot else None,
            clients=read_clients_of(db, form.pk),
            last_seq=_last_seq(db, form.pk, user.pk, client_id),
            tail=tail,
        )


def read_snapshot(db: Database, form: Form) -> str:
    """The whole form as JSON text, as it is at the form's version."""
    state = form.version, form.updated_at  # of two forms at one version, one is from before a backup was restored
    return _snapshots().get(form.pk, state, lambda: compact(load_document(db, form).snapshot()))


@cache
def _snapshots() -> Snapshots:
    """Those of this process."""
    return Snapshots()


def load_document(db: Database, form: Form) -> Document:
    """Every cell and row of a form."""
    document = Document(definition_of(form.template_version_id), form.version)
    document.load_rows((table, row, state) for _, table, row, state in lookup.ask_all_rows(db, form.pk).get())
    document.load_cells((address, cell) for _, address, cell in lookup.ask_all_cells(db, form.pk).get())
    return document


def read_run(form: UUID, since: int, *, up_to: int, limit: int = TAIL_PAGE) -> Run | None:
    """The ops above ``since``, explained; None where there are none."""
    db = Database()
    ops = lookup.ask_operations(db, form, since, up_to=up_to, limit=limit).get()
    return Run(form, ops[0].version, tuple(ops), read_clients_of(db, form)) if ops else None


def _tail(form: Form, since: int) -> tuple[Run, ...]:
    run = read_run(form.pk, since, up_to=form.version, limit=TAIL_PAGE)
    return (run,) if run is not None else ()


def _last_seq(db: Database, form: UUID, user: UUID, client_id: str | None) -> int:
    if client_id is None:
        return 0
    key = (form, user, client_id)
    state = lookup.ask_clients(db, [key]).get().get(key)
    return state.last_seq if state is not None else 0
