"""What a person is shown when they open a form: rights, snapshot, tail, read in one state of the database.

Used by the socket's ``join`` and by the HTTP twin alike. Synchronous; knows nothing of sockets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from collab.accounts import services as accounts
from collab.accounts.ended import Ended
from collab.accounts.sign_ins import Present, who
from collab.database import Database
from collab.document.document import Document
from collab.forms.definitions import definition_of
from collab.protocol.codec import encode
from collab.protocol.messages import Client, Encoded, Joined, Person
from collab.rooms import lookup
from collab.rooms.commit import explain, origin_of, read_clients_of
from collab.rooms.limits import RoomLimits
from collab.rooms.models import Form, FormStatus, Submission
from collab.rooms.run import Run
from collab.rooms.snapshots import Snapshots
from collab.rooms.store import StoredForm, compact, iso

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

    form: StoredForm
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


def _facts(db: Database, form: StoredForm) -> dict[str, Any]:
    """A form as ``joined`` tells of it."""
    with db.ordinary() if form.status == FormStatus.SUBMITTED else nullcontext():
        submission = submission_of(form)
    return {
        "id": str(form.id),
        "title": form.title,
        "status": form.status,
        "submission": submission,
        "time_zone": form.time_zone,
        "template": definition_of(form.template_version_id).source,
    }


def submission_of(form: Form | StoredForm) -> dict[str, Any] | None:
    """The submission that stands, as ``joined`` and ``form_changed`` tell of it; None where none does."""
    if form.status != FormStatus.SUBMITTED:
        return None
    made = Submission.objects.filter(form=form.id).select_related("author").defer("snapshot")
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
    return form, _check_role(accounts.role_in_team(user, form.team_id))


def let_in(session_key: str | None, form: UUID) -> Present | Ended | None:
    """Who it is that asks for a form, as ``sign_ins.who`` says. Raises ``NotOpened`` where it is not theirs to see."""
    present = who(session_key)
    if isinstance(present, Present):
        user, (team, _) = present.user.pk, _origin(form)
        _check_role(accounts.ask_roles(Database(), [(user, team)]).get().get((user, team)))
    return present


def open_form(user: User, form_id: UUID, *, client_id: str | None, since: int | None, want: str) -> Opened:
    """Reads a form for a person: what stands, and what was committed after ``since`` (C9: never a guess)."""
    db, (team, template_version) = Database(), _origin(form_id)
    definition_of(template_version)  # read now, if it was not before: in the transaction it would take turns of its own
    with db.snapshot():
        asked = lookup.ask_form(db, form_id)
        roles = accounts.ask_roles(db, [(user.pk, team)])
        names = lookup.ask_names(db, form_id)
        client = lookup.ask_clients(db, [] if client_id is None else [(form_id, user.pk, client_id)])
        form, role = asked.get(), roles.get().get((user.pk, team))
        if form is None:
            raise NotOpened(exists=False)
        role = _check_role(role)
        known = since if since is not None and since <= form.version else None
        with_snapshot = want in ("snapshot", "both") or known is None
        tail = None
        if known is not None and want in ("tail", "both"):
            tail = read_run(form_id, known, up_to=form.version, db=db)
        return Opened(
            form=form,
            facts=_facts(db, form),
            role=role,
            version=form.version,
            revision=form.revision,
            snapshot=read_snapshot(db, form) if with_snapshot else None,
            clients=explain(db, names.get()),
            last_seq=max((state.last_seq for state in client.get().values()), default=0),
            tail=() if tail is None else (tail,),
        )


def _origin(form: UUID) -> tuple[UUID, UUID]:
    team, template_version = origin_of(form)
    if team is None or template_version is None:
        raise NotOpened(exists=False)
    return team, template_version


def _check_role(role: str | None) -> str:
    if role is None or accounts.VIEW not in accounts.capabilities(role):
        raise NotOpened(exists=True)
    return role


def read_snapshot(db: Database, form: StoredForm) -> str:
    """The whole form as JSON text, as it is at the form's version."""
    state = form.version, form.updated_at  # of two forms at one version, one is from before a backup was restored
    return _snapshots().get(form.id, state, lambda: compact(load_document(db, form).snapshot()))


@cache
def _snapshots() -> Snapshots:
    """Those of this process."""
    return Snapshots()


def load_document(db: Database, form: Form | StoredForm) -> Document:
    """Every cell and row of a form."""
    document = Document(definition_of(form.template_version_id), form.version)
    document.load_rows((table, row, state) for _, table, row, state in lookup.ask_all_rows(db, form.id).get())
    document.load_cells((address, cell) for _, address, cell in lookup.ask_all_cells(db, form.id).get())
    return document


def read_run(form: UUID, since: int, *, up_to: int, limit: int = TAIL_PAGE, db: Database | None = None) -> Run | None:
    """The ops above ``since``, explained; None where there are none."""
    db = db or Database()
    ops = lookup.ask_operations(db, form, since, up_to=up_to, limit=limit).get()
    return Run(form, ops[0].version, tuple(ops), read_clients_of(db, form)) if ops else None
