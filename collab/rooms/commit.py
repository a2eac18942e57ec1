"""Commits a batch of submits, of any forms and people, in one transaction.

The heart of the server: lock the forms, check rights, drop duplicates, judge and transform, append to the log,
update the cells. Synchronous, one thread, one connection; who batches and who is told is not its business.
Carries C1 to C10 and S1; the judging of single ops is ``document.judge``.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from collab.accounts import services as accounts
from collab.accounts.fence import Standing as SignInStanding
from collab.accounts.fence import ask_standing
from collab.database import Asked, Database
from collab.document.document import Document
from collab.document.judge import Author, Limits, Needs, Rejected, Standing, judge, needs
from collab.document.operations import AddRow, Edit, MoveRow, Op, OpError, RemoveRow, RestoreRow, Set, read_op, wire_op
from collab.document.schema import Definition
from collab.forms.definitions import definition_of
from collab.protocol.codec import acked_frame
from collab.protocol.messages import Client, User
from collab.rooms import lookup, store
from collab.rooms.models import Form
from collab.rooms.run import Run
from collab.rooms.store import ClientKey, ClientState, LockedForm, LoggedOp, compact

logger = logging.getLogger(__name__)

CURRENT_CHARACTERS = 64 * 1024
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


class Submission(NamedTuple):
    """A submit with its author. ``(form, user, client_id, seq)`` is its key (C3), ``ops`` are as they came.

    ``sign_in`` is the generation of the sign-in that it was made under; None where the server itself fills a form.
    """

    form: UUID
    user: UUID
    client_id: str
    seq: int
    base: int
    ops: Sequence[Any]
    sign_in: int | None = None
    poisoned: bool = False

    @property
    def ids(self) -> dict[str, Any]:
        """What a line of the log says of it: whose it was, never what was in it."""
        return {"form": self.form, "user": self.user, "client_id": self.client_id, "seq": self.seq}

    @property
    def client(self) -> ClientKey:
        return self.form, self.user, self.client_id

    def digest(self) -> str:
        return hashlib.blake2b(_CANONICAL.encode(self.ops).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a submit: the form's version after it, and the refused ops as JSON (null: none)."""

    seq: int
    version: int
    rejected: str | None

    def frame(self) -> str:
        return acked_frame(self.seq, self.version, self.rejected or "[]")


@dataclass(frozen=True, slots=True)
class Fenced:
    """The sign-in of a submit was over: it was not judged, and nothing of it is stored (S1)."""


@dataclass(slots=True)
class BatchResult:
    """Outcomes in the order of the submissions, and what to tell.

    None: another transaction held its form, or was about to end its author's sign-in.
    """

    outcomes: list[Outcome | Fenced | None]
    runs: list[Run] = field(default_factory=list)


@dataclass(slots=True)
class _FormWork:
    """One locked form while its submits are judged."""

    locked: LockedForm
    document: Document
    standings: dict[UUID, Standing]
    next_n: int
    ops: list[tuple[Op, LoggedOp]] = field(default_factory=list)  # as applied, and as it is logged and told
    new_clients: list[ClientKey] = field(default_factory=list)


@dataclass(slots=True)
class _Submitted:
    """A submission with its ops read: each an op, or why it is none."""

    submission: Submission
    digest: str
    ops: list[Op | Rejected]


def commit_batch(
    submissions: Sequence[Submission],
    *,
    now: datetime,
    limits: Limits,
    handed: Mapping[UUID, int],
    wait_milliseconds: int | None = None,
) -> BatchResult:
    """Commits what can be committed and says what became of each submission.

    ``handed`` holds, for forms with a room here, the version up to which the room was handed runs: the result's
    runs begin right after it, whoever committed in between. With ``wait_milliseconds`` a held form is waited
    for; without, it is skipped. Raises what the database raises; nothing is stored then.
    """
    db = Database()
    batch = _Batch(db, submissions, now, limits)
    with db.transaction():
        return batch.run(handed, wait_milliseconds)


class _Batch:
    """One transaction's work, step by step: ask, judge, write."""

    def __init__(self, db: Database, submissions: Sequence[Submission], now: datetime, limits: Limits) -> None:
        self._db = db
        self._at = store.iso(now)
        self._limits = limits
        self._submitted = [_read(submission) for submission in submissions]
        self._authors: dict[UUID, set[UUID]] = {}
        for submission in submissions:
            self._authors.setdefault(submission.form, set()).add(submission.user)
        origins = {form: origin_of(form) for form in self._authors}
        self._teams = {form: team for form, (team, _) in origins.items()}
        self._definitions = {version: definition_of(version) for _, version in origins.values() if version is not None}
        self._forms: dict[UUID, _FormWork] = {}
        self._clients: dict[ClientKey, ClientState] = {}
        self._sign_ins: Mapping[int, SignInStanding] = {}
        self._outcomes: dict[tuple[int, int], store.StoredOutcome] = {}
        self._new_submits: list[tuple[Any, ...]] = []
        self._numbered: list[tuple[int, int]] = []

    def run(self, handed: Mapping[UUID, int], wait_milliseconds: int | None) -> BatchResult:
        waits = wait_milliseconds is not None
        if wait_milliseconds is not None:
            self._db.wait_for_locks(milliseconds=wait_milliseconds)
        # The lock is asked for first: whatever is asked after it sees what stood when it was taken.
        locked = lookup.lock_forms(self._db, self._teams, wait=waits)
        self._load(locked)
        outcomes = [self._outcome(each, waited=waits) for each in self._submitted]
        runs = self._runs(handed)
        self._write()
        return BatchResult(outcomes, runs)

    def _load(self, locked: Asked[list[LockedForm]]) -> None:
        """Asks for all that this batch touches, and nothing else; then takes the answers."""
        db, authors = self._db, self._authors.items()
        sections = lookup.ask_locked_sections(db, self._teams)
        generations = {each.submission.sign_in for each in self._submitted}
        sign_ins = ask_standing(db, (generation for generation in generations if generation is not None))
        members = ((user, team) for form, users in authors if (team := self._teams[form]) is not None for user in users)
        roles = accounts.ask_roles(db, members)
        clients = lookup.ask_clients(db, list(dict.fromkeys(each.submission.client for each in self._submitted)))
        rows, cells = self._ask_documents()
        for form in locked.get():
            document = Document(self._definition(form.template_version), form.version)
            standings = self._standings(form, roles.get(), sections.get())
            self._forms[form.id] = _FormWork(form, document, standings, form.next_n)
        self._put_rows(row for asked in rows for row in asked.get())
        self._put_cells(cell for asked in cells for cell in asked.get())
        self._sign_ins = sign_ins.get()
        here = [each for each in self._submitted if each.submission.form in self._forms and self._is_let_in(each)]
        self._load_clients(here, clients.get())
        self._load_edits(here)

    def _definition(self, template_version: UUID) -> Definition:
        """It is known before the transaction begins, for as long as forms stay with their template's version."""
        if template_version not in self._definitions:
            with self._db.ordinary():
                self._definitions[template_version] = definition_of(template_version)
        return self._definitions[template_version]

    def _standings(
        self, form: LockedForm, roles: Mapping[tuple[UUID, UUID], str], locked_sections: Mapping[UUID, set[str]]
    ) -> dict[UUID, Standing]:
        """What each author may do, read inside the transaction that writes (S1, C10)."""
        return {
            user: Standing(
                may_edit=accounts.EDIT in accounts.capabilities(roles.get((user, form.team))),
                form_open=form.status == "open",
                locked_sections=frozenset(locked_sections.get(form.id, ())),
            )
            for user in self._authors[form.id]
        }

    def _load_clients(self, submitted: Sequence[_Submitted], known: dict[ClientKey, ClientState]) -> None:
        new = dict.fromkeys(each.submission.client for each in submitted if each.submission.client not in known)
        self._clients = known | store.insert_clients(self._db, list(new)) if new else known
        seen = [
            (client.id, each.submission.seq)
            for each in submitted
            if each.submission.seq <= (client := self._clients[each.submission.client]).last_seq
        ]
        if seen:
            self._outcomes = lookup.ask_outcomes(self._db, seen).get()

    def _ask_documents(self) -> tuple[list[Asked[lookup.Rows]], list[Asked[lookup.Cells]]]:
        wanted: dict[UUID, Needs] = {}
        for each in self._submitted:
            ops = [op for op in each.ops if not isinstance(op, Rejected)]
            wanted.setdefault(each.submission.form, Needs()).add(needs(ops))
        cells = [(form, at) for form, need in wanted.items() for at in need.cells]
        tables = [(form, table) for form, need in wanted.items() for table in need.tables]
        whole = [(form, table, row) for form, need in wanted.items() for table, row in need.whole_rows]
        rows = [
            (form, table, row)
            for form, need in wanted.items()
            for table, row in need.rows | need.whole_rows
            if table not in need.tables
        ]
        asked_rows = [lookup.ask_tables(self._db, tables)] if tables else []
        asked_rows += [lookup.ask_rows(self._db, rows)] if rows else []
        asked_cells = [lookup.ask_cells(self._db, cells)] if cells else []
        asked_cells += [lookup.ask_cells_of_rows(self._db, whole)] if whole else []
        return asked_rows, asked_cells

    def _load_edits(self, submitted: Sequence[_Submitted]) -> None:
        """The edits of others since its base, for each edit that has any: rare, unless two people are in one text."""
        oldest: dict[tuple[UUID, Any], int] = {}
        for each in submitted:
            submission, client = each.submission, self._clients[each.submission.client]
            for op in each.ops:
                if not isinstance(op, Edit):
                    continue
                stamp = self._forms[submission.form].document.cell(op.at).stamp
                if stamp.last_by_others(client.n) > submission.base:
                    key = (submission.form, op.at)
                    oldest[key] = min(submission.base, oldest.get(key, submission.base))
        if oldest:
            keys = [(form, at, since) for (form, at), since in oldest.items()]
            for form, at, edit in lookup.ask_edits(self._db, keys).get():
                self._forms[form].document.load_edits([(at, edit)])

    def _put_rows(self, rows: Iterable[tuple[UUID, str, str, Any]]) -> None:
        for form, table, row, state in rows:
            if form in self._forms:
                self._forms[form].document.load_rows([(table, row, state)])

    def _put_cells(self, cells: Iterable[tuple[UUID, Any, Any]]) -> None:
        for form, address, cell in cells:
            if form in self._forms:
                self._forms[form].document.load_cells([(address, cell)])

    def _is_let_in(self, each: _Submitted) -> bool:
        """Whether its author's sign-in is held by this transaction, and so lives until it has committed (S1)."""
        sign_in = each.submission.sign_in
        return sign_in is None or self._sign_ins.get(sign_in) is SignInStanding.HELD

    def _outcome(self, each: _Submitted, *, waited: bool) -> Outcome | Fenced | None:
        submission = each.submission
        if not self._is_let_in(each):
            return None if submission.sign_in in self._sign_ins else Fenced()
        work = self._forms.get(submission.form)
        if work is None:
            # Skipped forms come again. One that was waited for and is not there does not exist.
            return _refuse_all(each, 0, "forbidden", "There is no such form.") if waited else None
        client = self._clients[submission.client]
        version = work.document.version
        stored = self._outcomes.get((client.id, submission.seq))
        if stored is not None:
            if stored.digest == each.digest:
                return Outcome(submission.seq, stored.version, stored.rejected)
            return _refuse_all(each, version, "seq_reused", "This number was used for other changes.")
        if submission.seq <= client.last_seq:
            return _refuse_all(each, version, "stale", "A later submit was judged before this one.")
        return self._judge(work, client, each)

    def _judge(self, work: _FormWork, client: ClientState, each: _Submitted) -> Outcome:
        submission = each.submission
        base_problem = _base_problem(submission, client, work.document.version)
        n = client.n or work.next_n
        author = Author(n, submission.base, client.last_edit, work.standings[submission.user])
        rejected: list[dict[str, Any]] = []
        edited: set[Any] = set()
        for index, op in enumerate(each.ops):
            try:
                if base_problem is not None:
                    raise base_problem
                applied = self._apply(work, op, author, edited)
            except Rejected as refusal:
                rejected.append(_rejection(index, refusal))
            else:
                text = compact(wire_op(applied))
                work.ops.append((applied, LoggedOp(work.document.version, n, submission.seq, text, self._at)))
                if isinstance(applied, Edit):
                    client.last_edit = work.document.version
        if len(rejected) < len(each.ops) and client.n is None:
            self._number(work, client, submission.client)
        return self._record(client, each, work.document.version, rejected, base_ok=base_problem is None)

    def _apply(self, work: _FormWork, op: Op | Rejected, author: Author, edited: set[Any]) -> Op:
        if isinstance(op, Rejected):
            raise op
        if isinstance(op, Edit):
            if op.at in edited:
                raise Rejected("stale", "A submit holds at most one edit of a text.")
            edited.add(op.at)
        return judge(work.document, op, author, at=self._at, limits=self._limits)

    def _number(self, work: _FormWork, client: ClientState, key: ClientKey) -> None:
        client.n = work.next_n
        work.next_n += 1
        work.new_clients.append(key)
        self._numbered.append((client.id, client.n))

    def _record(
        self, client: ClientState, each: _Submitted, version: int, rejected: list[dict[str, Any]], *, base_ok: bool
    ) -> Outcome:
        submission = each.submission
        client.last_seq = submission.seq
        client.base = max(client.base, submission.base) if base_ok else client.base
        outcome = Outcome(submission.seq, version, compact(_bounded(rejected)) if rejected else None)
        stored = store.StoredOutcome(each.digest, version, outcome.rejected)
        self._outcomes[client.id, submission.seq] = stored
        self._new_submits.append(
            (
                client.id,
                submission.seq,
                each.digest,
                version,
                outcome.rejected,
                client.base,
                client.last_edit,
                self._at,
            )
        )
        return outcome

    def _write(self) -> None:
        db, works = self._db, list(self._forms.values())
        if self._numbered:
            store.number_clients(db, self._numbered)
        if self._new_submits:
            store.insert_submits(db, self._new_submits)
        changed = [work for work in works if work.ops]
        if not changed:
            return
        store.insert_operations(db, [_operation(work.locked.id, *op) for work in changed for op in work.ops])
        cells = [(w.locked.id, at, w.document.cells[at]) for w in changed for at in w.document.touched_cells]
        if cells:
            store.upsert_cells(db, cells)
        rows = [
            (w.locked.id, table, row, w.document.tables[table].known[row])
            for w in changed
            for table, row in w.document.touched_rows
        ]
        if rows:
            store.upsert_rows(db, rows)
        store.advance_forms(db, [(w.locked.id, w.document.version, w.next_n, self._at) for w in changed])

    def _runs(self, handed: Mapping[UUID, int]) -> list[Run]:
        """For each form what its room has not been handed: what others committed meanwhile, then this batch."""
        runs = []
        for work in self._forms.values():
            form, head = work.locked, work.document.version
            since = handed.get(form.id, form.version)
            if head <= since:
                continue
            missed: list[LoggedOp] = []
            if since < form.version:
                limit = form.version - since
                missed = lookup.ask_operations(self._db, form.id, since, up_to=form.version, limit=limit).get()
            own = [logged for _, logged in work.ops if logged.version > since]
            clients = self._explain(work, everyone=bool(missed))
            runs.append(Run(form.id, since + 1, (*missed, *own), clients))
        return runs

    def _explain(self, work: _FormWork, *, everyone: bool) -> dict[int, Client]:
        """Who the new n's of this run are; everyone, where the run holds the ops of unknown batches."""
        known = read_clients_of(self._db, work.locked.id) if everyone else {}
        new = {self._clients[key].n or 0: (key[2], key[1]) for key in work.new_clients}
        return known | explain(self._db, new) if new else known


def read_clients_of(db: Database, form: UUID) -> dict[int, Client]:
    """Every n of a form, as ``clients`` of the protocol explains it."""
    return explain(db, lookup.ask_names(db, form).get())


@lru_cache(maxsize=4_096)
def origin_of(form: UUID) -> tuple[UUID, UUID] | tuple[None, None]:
    """The team of a form and the version of its template, which stay; None twice where there is no such form."""
    return Form.objects.filter(pk=form).values_list("team_id", "template_version_id").first() or (None, None)


def explain(db: Database, names: Mapping[int, tuple[str, UUID]]) -> dict[int, Client]:
    """Clients by their n, as ``clients`` of the protocol explains them; given is what ``lookup.ask_names`` answers."""
    if not names:
        return {}
    with db.ordinary():
        people = accounts.names_of({user for _, user in names.values()})
    return {n: Client(client_id, User(str(user), people[user])) for n, (client_id, user) in names.items()}


def _read(submission: Submission) -> _Submitted:
    ops: list[Op | Rejected] = []
    for raw in submission.ops:
        try:
            ops.append(read_op(raw) if not submission.poisoned else _internal())
        except OpError as error:
            ops.append(Rejected("invalid", str(error)))
    return _Submitted(submission, submission.digest(), ops)


def _internal() -> Rejected:
    return Rejected("internal", "The server could not apply this change.")


def _base_problem(submission: Submission, client: ClientState, version: int) -> Rejected | None:
    if submission.base > version:
        return Rejected("stale", "The base is newer than the form.")
    if submission.base < client.base:
        return Rejected("stale", "The base is older than that of an earlier submit.")
    return None


def _rejection(index: int, refusal: Rejected) -> dict[str, Any]:
    return {"index": index, "code": refusal.code, "message": refusal.message, "current": refusal.current}


def _bounded(rejected: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the first ``current``, and as many more as fit: a submit of 60-byte ops is not answered by megabytes."""
    left = CURRENT_CHARACTERS
    for refusal in rejected:
        if left <= 0:
            refusal["current"] = None
        elif refusal["current"] is not None:
            left -= len(compact(refusal["current"]))
    return rejected


def _refuse_all(each: _Submitted, version: int, code: str, message: str) -> Outcome:
    rejected = [_rejection(index, Rejected(code, message)) for index in range(len(each.ops))]
    return Outcome(each.submission.seq, version, compact(rejected))


def _operation(form: UUID, op: Op, logged: LoggedOp) -> tuple[Any, ...]:
    """A row of the log, as ``store.insert_operations`` takes it."""
    table, row, field = _whereabouts(op)
    kind = wire_op(op)["kind"]
    return form, logged.version, logged.by, logged.seq, kind, table, row, field, logged.op, logged.at


def _whereabouts(op: Op) -> tuple[str, str, str]:
    match op:
        case Set(at) | Edit(at):
            return at.table or "", at.row or "", at.field
        case AddRow() | RemoveRow() | RestoreRow() | MoveRow():
            return op.table, op.row, ""
