"""What is asked of the store, for many forms in one statement each.

Every function asks and returns the question; ``get`` waits for the answer. So a writer asks all it needs in one
go. Owns the SQL of reading; the shapes are ``store``'s.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from collab.database import Asked, Database, Relation
from collab.document.document import Cell, LoggedEdit, Row, Stamp
from collab.document.operations import Address, Edit, read_op
from collab.rooms.store import (
    CLIENTS,
    CellKey,
    ClientKey,
    ClientState,
    LockedForm,
    LoggedOp,
    RowKey,
    StoredForm,
    StoredOutcome,
)

Answer = list[tuple[Any, ...]]
Cells = list[tuple[UUID, Address, Cell]]
Rows = list[tuple[UUID, str, str, Row]]

_FORMS = Relation(form="uuid")
_SINCE = Relation(form="uuid", since="bigint")
_SUBMITS = Relation(client="bigint", seq="bigint")
_CELLS = Relation(form="uuid", table="text", row="text", field="text")
_ROWS = Relation(form="uuid", table="text", row="text")
_TABLES = Relation(form="uuid", table="text")
_EDITS = Relation(form="uuid", table="text", row="text", field="text", since="bigint")


def lock_forms(db: Database, forms: Iterable[UUID], *, wait: bool) -> Asked[list[LockedForm]]:
    """Locks the forms in id order; without ``wait`` those that another transaction holds are left out.

    On SQLite the transaction itself is the lock.
    """
    sql = (
        "SELECT f.id, f.version, f.next_n, CASE WHEN f.archived_at IS NULL THEN f.status ELSE 'archived' END,"
        " f.team_id, f.template_version_id FROM rooms_form f JOIN {r} ON f.id = r.form"
    )
    if db.postgresql:
        sql += " ORDER BY f.id FOR NO KEY UPDATE OF f" + ("" if wait else " SKIP LOCKED")

    def read(answer: Answer) -> list[LockedForm]:
        return [
            LockedForm(db.uuid(form), version, next_n, status, db.uuid(team), db.uuid(template_version))
            for form, version, next_n, status, team, template_version in answer
        ]

    return db.ask(sql, _FORMS, [(form,) for form in sorted(forms)], read=read)


def ask_form(db: Database, form: UUID) -> Asked[StoredForm | None]:
    """A form as it stands; None where there is none, or it is archived."""
    sql = (
        "SELECT f.id, f.team_id, f.template_version_id, f.title, f.status, f.time_zone, f.version, f.revision,"
        " f.updated_at FROM rooms_form f JOIN {r} ON f.id = r.form WHERE f.archived_at IS NULL"
    )

    def read(answer: Answer) -> StoredForm | None:
        for id, team, template_version, *others in answer:
            return StoredForm(db.uuid(id), db.uuid(team), db.uuid(template_version), *others)
        return None

    return db.ask(sql, _FORMS, [(form,)], read=read)


def ask_locked_sections(db: Database, forms: Iterable[UUID]) -> Asked[dict[UUID, set[str]]]:
    """The sections that are not open, by form. Asked after the lock, in a statement of its own, it sees what the
    lock's last holder committed; a part of the locking statement would not."""
    sql = (
        "SELECT s.form_id, s.section FROM rooms_sectionstatus s JOIN {r} ON s.form_id = r.form WHERE s.status <> 'open'"
    )

    def read(answer: Answer) -> dict[UUID, set[str]]:
        found: dict[UUID, set[str]] = {}
        for form, section in answer:
            found.setdefault(db.uuid(form), set()).add(section)
        return found

    return db.ask(sql, _FORMS, [(form,) for form in forms], read=read)


def ask_clients(db: Database, keys: Sequence[ClientKey]) -> Asked[dict[ClientKey, ClientState]]:
    sql = (
        "SELECT c.form_id, c.user_id, c.client_id, c.id, c.n,"
        " coalesce(s.seq, 0), coalesce(s.base, 0), coalesce(s.last_edit, 0)"
        ' FROM rooms_client c JOIN {r} ON c.form_id = r.form AND c.user_id = r."user" AND c.client_id = r.client_id'
        " LEFT JOIN rooms_submit s ON s.client_id = c.id"
        " AND s.seq = (SELECT max(x.seq) FROM rooms_submit x WHERE x.client_id = c.id)"
    )

    def read(answer: Answer) -> dict[ClientKey, ClientState]:
        return {
            (db.uuid(form), db.uuid(user), client_id): ClientState(*state) for form, user, client_id, *state in answer
        }

    return db.ask(sql, CLIENTS, keys, read=read)


def ask_outcomes(db: Database, keys: Sequence[tuple[int, int]]) -> Asked[dict[tuple[int, int], StoredOutcome]]:
    sql = (
        "SELECT s.client_id, s.seq, s.digest, s.version, s.rejected"
        " FROM rooms_submit s JOIN {r} ON s.client_id = r.client AND s.seq = r.seq"
    )

    def read(answer: Answer) -> dict[tuple[int, int], StoredOutcome]:
        return {(client, seq): StoredOutcome(*outcome) for client, seq, *outcome in answer}

    return db.ask(sql, _SUBMITS, keys, read=read)


# --- cells and rows ----------------------------------------------------------------------------------

_CELL = 'SELECT c.form_id, c."table", c."row", c.field, c.value, c.version, c."by", c.prior, {at} FROM rooms_cell c'
_ROW = 'SELECT w.form_id, w."table", w."row", w.rank, w.removed, w.version, w."by", w.prior, {at} FROM rooms_row w'


def _cell(db: Database) -> str:
    return _CELL.format(at=db.instant("c.at"))


def _row(db: Database) -> str:
    return _ROW.format(at=db.instant("w.at"))


def ask_cells(db: Database, keys: Iterable[CellKey]) -> Asked[Cells]:
    at_key = 'c.form_id = r.form AND c."table" = r."table" AND c."row" = r."row" AND c.field = r.field'
    rows = [(form, at.table or "", at.row or "", at.field) for form, at in keys]
    return db.ask(f"{_cell(db)} JOIN {{r}} ON {at_key}", _CELLS, rows, read=partial(_read_cells, db))


def ask_cells_of_rows(db: Database, keys: Iterable[RowKey]) -> Asked[Cells]:
    of_row = 'c.form_id = r.form AND c."table" = r."table" AND c."row" = r."row"'
    return db.ask(f"{_cell(db)} JOIN {{r}} ON {of_row}", _ROWS, list(keys), read=partial(_read_cells, db))


def ask_all_cells(db: Database, form: UUID) -> Asked[Cells]:
    return db.ask(f"{_cell(db)} JOIN {{r}} ON c.form_id = r.form", _FORMS, [(form,)], read=partial(_read_cells, db))


def ask_rows(db: Database, keys: Iterable[RowKey]) -> Asked[Rows]:
    at_key = 'w.form_id = r.form AND w."table" = r."table" AND w."row" = r."row"'
    return db.ask(f"{_row(db)} JOIN {{r}} ON {at_key}", _ROWS, list(keys), read=partial(_read_rows, db))


def ask_tables(db: Database, keys: Iterable[tuple[UUID, str]]) -> Asked[Rows]:
    of_table = 'w.form_id = r.form AND w."table" = r."table"'
    return db.ask(f"{_row(db)} JOIN {{r}} ON {of_table}", _TABLES, list(keys), read=partial(_read_rows, db))


def ask_all_rows(db: Database, form: UUID) -> Asked[Rows]:
    return db.ask(f"{_row(db)} JOIN {{r}} ON w.form_id = r.form", _FORMS, [(form,)], read=partial(_read_rows, db))


def _read_cells(db: Database, answer: Answer) -> Cells:
    return [
        (
            db.uuid(form),
            Address(table or None, row or None, field),
            Cell(json.loads(value), Stamp(version, by, prior, at)),
        )
        for form, table, row, field, value, version, by, prior, at in answer
    ]


def _read_rows(db: Database, answer: Answer) -> Rows:
    return [
        (db.uuid(form), table, row, Row(rank, bool(removed), Stamp(version, by, prior, at)))
        for form, table, row, rank, removed, version, by, prior, at in answer
    ]


# --- the log -----------------------------------------------------------------------------------------


def ask_edits(db: Database, keys: Iterable[tuple[UUID, Address, int]]) -> Asked[list[tuple[UUID, Address, LoggedEdit]]]:
    """The edits of these cells since a version each, in version order: what a late edit is transformed over."""
    sql = (
        'SELECT o.form_id, o.version, o."by", o.op FROM rooms_operation o'
        " JOIN {r} ON o.form_id = r.form AND o.version > r.since AND o.kind = 'edit'"
        ' AND o."table" = r."table" AND o."row" = r."row" AND o.field = r.field ORDER BY o.form_id, o.version'
    )

    def read(answer: Answer) -> list[tuple[UUID, Address, LoggedEdit]]:
        found = []
        for form, version, by, text in answer:
            op = read_op(json.loads(text))
            assert isinstance(op, Edit)
            found.append((db.uuid(form), op.at, LoggedEdit(version, by, op.delta)))
        return found

    rows = [(form, at.table or "", at.row or "", at.field, since) for form, at, since in keys]
    return db.ask(sql, _EDITS, rows, read=read)


def ask_operations(db: Database, form: UUID, since: int, *, up_to: int, limit: int) -> Asked[list[LoggedOp]]:
    """The log of a form above ``since``, at most ``limit`` ops of it."""
    sql = (
        f'SELECT o.version, o."by", o.seq, o.op, {db.instant("o.at")} FROM rooms_operation o'
        " JOIN {r} ON o.form_id = r.form AND o.version > r.since WHERE o.version <= %s ORDER BY o.version LIMIT %s"
    )

    return db.ask(sql, _SINCE, [(form, since)], up_to, limit, read=_read_log)


def ask_changes(db: Database, form: UUID, at: Address, *, before: int) -> Asked[list[LoggedOp]]:
    """The ops below a version that say what an address holds: its own and, where it is a cell, those that bring its
    row or take it away. They are found among the ops of the form, by the key of the log."""
    sql = (
        f'SELECT o.version, o."by", o.seq, o.op, {db.instant("o.at")} FROM rooms_operation o'
        ' JOIN {r} ON o.form_id = r.form AND o."table" = r."table" AND o."row" = r."row" AND o.field IN (r.field, \'\')'
        " WHERE o.version < %s AND o.kind <> 'move_row' ORDER BY o.version"
    )
    rows = [(form, at.table or "", at.row or "", at.field)]
    return db.ask(sql, _CELLS, rows, before, read=_read_log)


def _read_log(answer: Answer) -> list[LoggedOp]:
    return [LoggedOp(version, by, seq, op, at) for version, by, seq, op, at in answer]


def ask_names(db: Database, form: UUID) -> Asked[dict[int, tuple[str, UUID]]]:
    """Every n of a form: the client id and the user behind it."""
    sql = "SELECT c.n, c.client_id, c.user_id FROM rooms_client c JOIN {r} ON c.form_id = r.form WHERE c.n IS NOT NULL"

    def read(answer: Answer) -> dict[int, tuple[str, UUID]]:
        return {n: (client_id, db.uuid(user)) for n, client_id, user in answer}

    return db.ask(sql, _FORMS, [(form,)], read=read)


def ask_heads(db: Database, forms: Sequence[UUID]) -> Asked[dict[UUID, tuple[int, int]]]:
    """Version and revision of each form."""
    sql = "SELECT f.id, f.version, f.revision FROM rooms_form f JOIN {r} ON f.id = r.form"

    def read(answer: Answer) -> dict[UUID, tuple[int, int]]:
        return {db.uuid(form): (version, revision) for form, version, revision in answer}

    return db.ask(sql, _FORMS, [(form,) for form in forms], read=read)
