"""Reads and writes what is stored of live forms, for many forms in one statement each.

Everything here runs inside a transaction that the caller opened. Owns the SQL; decides nothing: what is written
was judged before, under the lock that ``lock_forms`` took.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from collab.document.document import Cell, LoggedEdit, Row, Stamp
from collab.document.operations import Address, Edit, read_op
from collab.rooms.database import Database, Relation


@dataclass(frozen=True, slots=True)
class LockedForm:
    """A form's row, locked: its version stays what it is until this transaction ends."""

    id: UUID
    version: int
    next_n: int
    status: str
    team: UUID
    template_version: UUID


@dataclass(slots=True)
class ClientState:
    """A client in a form: its n, and how far its submits have come."""

    id: int
    n: int | None
    last_seq: int = 0
    base: int = 0
    last_edit: int = 0


@dataclass(frozen=True, slots=True)
class StoredOutcome:
    digest: str
    version: int
    rejected: str | None


@dataclass(frozen=True, slots=True)
class LoggedOp:
    """An op of the log: ``op`` is its JSON as applied."""

    version: int
    by: int
    seq: int
    op: str
    at: str


ClientKey = tuple[UUID, UUID, str]  # form, user, client_id
CellKey = tuple[UUID, Address]
RowKey = tuple[UUID, str, str]  # form, table, row


def iso(instant: datetime | None) -> str | None:
    """A time as it travels: UTC, to the millisecond."""
    return None if instant is None else instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03}Z"


def from_iso(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


_FORMS = Relation(form="uuid")
_SINCE = Relation(form="uuid", since="bigint")
_CLIENTS = Relation(form="uuid", user="uuid", client_id="text")
_SUBMITS = Relation(client="bigint", seq="bigint")
_CELLS = Relation(form="uuid", table="text", row="text", field="text")
_ROWS = Relation(form="uuid", table="text", row="text")
_TABLES = Relation(form="uuid", table="text")
_EDITS = Relation(form="uuid", table="text", row="text", field="text", since="bigint")


def lock_forms(db: Database, forms: Iterable[UUID], *, wait: bool) -> list[LockedForm]:
    """Locks the forms in id order; without ``wait`` those that another transaction holds are left out.

    On SQLite the transaction itself is the lock.
    """
    sql = (
        "SELECT f.id, f.version, f.next_n, f.status, f.team_id, f.template_version_id"
        " FROM rooms_form f JOIN {r} ON f.id = r.form ORDER BY f.id"
    )
    if db.postgresql:
        sql += " FOR NO KEY UPDATE OF f" + ("" if wait else " SKIP LOCKED")
    rows = db.rows(sql, _FORMS, [(form,) for form in sorted(forms)])
    return [
        LockedForm(db.uuid(form), version, next_n, status, db.uuid(team), db.uuid(template_version))
        for form, version, next_n, status, team, template_version in rows
    ]


def read_locked_sections(db: Database, forms: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    sql = (
        "SELECT s.form_id, s.section FROM rooms_sectionstatus s JOIN {r} ON s.form_id = r.form WHERE s.status <> 'open'"
    )
    found: dict[UUID, set[str]] = {}
    for form, section in db.rows(sql, _FORMS, [(form,) for form in forms]):
        found.setdefault(db.uuid(form), set()).add(section)
    return {form: frozenset(sections) for form, sections in found.items()}


def read_clients(db: Database, keys: Sequence[ClientKey]) -> dict[ClientKey, ClientState]:
    sql = (
        "SELECT c.form_id, c.user_id, c.client_id, c.id, c.n,"
        " coalesce(s.seq, 0), coalesce(s.base, 0), coalesce(s.last_edit, 0)"
        ' FROM rooms_client c JOIN {r} ON c.form_id = r.form AND c.user_id = r."user" AND c.client_id = r.client_id'
        " LEFT JOIN rooms_submit s ON s.client_id = c.id"
        " AND s.seq = (SELECT max(x.seq) FROM rooms_submit x WHERE x.client_id = c.id)"
    )
    return {
        (db.uuid(form), db.uuid(user), client_id): ClientState(*state)
        for form, user, client_id, *state in db.rows(sql, _CLIENTS, keys)
    }


def read_outcomes(db: Database, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], StoredOutcome]:
    sql = (
        "SELECT s.client_id, s.seq, s.digest, s.version, s.rejected"
        " FROM rooms_submit s JOIN {r} ON s.client_id = r.client AND s.seq = r.seq"
    )
    return {(client, seq): StoredOutcome(*outcome) for client, seq, *outcome in db.rows(sql, _SUBMITS, keys)}


_CELL = 'c.form_id, c."table", c."row", c.field, c.value, c.version, c."by", c.prior, c.at'


def read_cells(db: Database, keys: Iterable[CellKey]) -> list[tuple[UUID, Address, Cell]]:
    sql = (
        f"SELECT {_CELL} FROM rooms_cell c"
        ' JOIN {r} ON c.form_id = r.form AND c."table" = r."table" AND c."row" = r."row" AND c.field = r.field'
    )
    return _cells(db, sql, _CELLS, [(form, at.table or "", at.row or "", at.field) for form, at in keys])


def read_cells_of_rows(db: Database, keys: Iterable[RowKey]) -> list[tuple[UUID, Address, Cell]]:
    sql = (
        f"SELECT {_CELL} FROM rooms_cell c"
        ' JOIN {r} ON c.form_id = r.form AND c."table" = r."table" AND c."row" = r."row"'
    )
    return _cells(db, sql, _ROWS, list(keys))


def read_all_cells(db: Database, form: UUID) -> list[tuple[UUID, Address, Cell]]:
    return _cells(db, f"SELECT {_CELL} FROM rooms_cell c JOIN {{r}} ON c.form_id = r.form", _FORMS, [(form,)])


def _cells(db: Database, sql: str, relation: Relation, keys: Sequence[Any]) -> list[tuple[UUID, Address, Cell]]:
    return [
        (
            db.uuid(form),
            Address(table or None, row or None, field),
            Cell(json.loads(value), Stamp(version, by, prior, iso(db.instant(at)))),
        )
        for form, table, row, field, value, version, by, prior, at in db.rows(sql, relation, keys)
    ]


_ROW = 'w.form_id, w."table", w."row", w.rank, w.removed, w.version, w."by", w.prior, w.at'


def read_rows(db: Database, keys: Iterable[RowKey]) -> list[tuple[UUID, str, str, Row]]:
    sql = (
        f"SELECT {_ROW} FROM rooms_row w"
        ' JOIN {r} ON w.form_id = r.form AND w."table" = r."table" AND w."row" = r."row"'
    )
    return _rows(db, sql, _ROWS, list(keys))


def read_tables(db: Database, keys: Iterable[tuple[UUID, str]]) -> list[tuple[UUID, str, str, Row]]:
    sql = f'SELECT {_ROW} FROM rooms_row w JOIN {{r}} ON w.form_id = r.form AND w."table" = r."table"'
    return _rows(db, sql, _TABLES, list(keys))


def read_all_rows(db: Database, form: UUID) -> list[tuple[UUID, str, str, Row]]:
    return _rows(db, f"SELECT {_ROW} FROM rooms_row w JOIN {{r}} ON w.form_id = r.form", _FORMS, [(form,)])


def _rows(db: Database, sql: str, relation: Relation, keys: Sequence[Any]) -> list[tuple[UUID, str, str, Row]]:
    return [
        (db.uuid(form), table, row, Row(rank, bool(removed), Stamp(version, by, prior, iso(db.instant(at)))))
        for form, table, row, rank, removed, version, by, prior, at in db.rows(sql, relation, keys)
    ]


def read_edits(db: Database, keys: Iterable[tuple[UUID, Address, int]]) -> list[tuple[UUID, Address, LoggedEdit]]:
    """The edits of these cells since a version each, in version order: what a late edit is transformed over."""
    sql = (
        'SELECT o.form_id, o.version, o."by", o.op FROM rooms_operation o'
        " JOIN {r} ON o.form_id = r.form AND o.version > r.since AND o.kind = 'edit'"
        ' AND o."table" = r."table" AND o."row" = r."row" AND o.field = r.field ORDER BY o.form_id, o.version'
    )
    params = [(form, at.table or "", at.row or "", at.field, since) for form, at, since in keys]
    found = []
    for form, version, by, text in db.rows(sql, _EDITS, params):
        op = read_op(json.loads(text))
        assert isinstance(op, Edit)
        found.append((db.uuid(form), op.at, LoggedEdit(version, by, op.delta)))
    return found


def read_operations(db: Database, form: UUID, since: int, *, up_to: int, limit: int) -> list[LoggedOp]:
    """The log of a form above ``since``, at most ``limit`` ops of it."""
    sql = (
        'SELECT o.version, o."by", o.seq, o.op, o.at FROM rooms_operation o'
        " JOIN {r} ON o.form_id = r.form AND o.version > r.since WHERE o.version <= %s ORDER BY o.version LIMIT %s"
    )
    rows = db.rows(sql, _SINCE, [(form, since)], up_to, limit)
    return [LoggedOp(version, by, seq, op, iso(db.instant(at)) or "") for version, by, seq, op, at in rows]


def read_names(db: Database, form: UUID) -> dict[int, tuple[str, UUID]]:
    """Every n of a form: the client id and the user behind it."""
    sql = "SELECT c.n, c.client_id, c.user_id FROM rooms_client c JOIN {r} ON c.form_id = r.form WHERE c.n IS NOT NULL"
    return {n: (client_id, db.uuid(user)) for n, client_id, user in db.rows(sql, _FORMS, [(form,)])}


def read_heads(db: Database, forms: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Version and revision of each form."""
    sql = "SELECT f.id, f.version, f.revision FROM rooms_form f JOIN {r} ON f.id = r.form"
    rows = db.rows(sql, _FORMS, [(form,) for form in forms])
    return {db.uuid(form): (version, revision) for form, version, revision in rows}


_NUMBERED = Relation(client="bigint", n="bigint")
_NEW_SUBMIT = Relation(
    client="bigint",
    seq="bigint",
    digest="text",
    version="bigint",
    rejected="text",
    base="bigint",
    last_edit="bigint",
    at="timestamptz",
)
_NEW_OPERATION = Relation(
    form="uuid",
    version="bigint",
    by="bigint",
    seq="bigint",
    kind="text",
    table="text",
    row="text",
    field="text",
    op="text",
    at="timestamptz",
)
_NEW_CELL = Relation(
    form="uuid",
    table="text",
    row="text",
    field="text",
    value="text",
    version="bigint",
    by="bigint",
    prior="bigint",
    at="timestamptz",
)
_NEW_ROW = Relation(
    form="uuid",
    table="text",
    row="text",
    rank="text",
    removed="boolean",
    version="bigint",
    by="bigint",
    prior="bigint",
    at="timestamptz",
)
_HEAD = Relation(form="uuid", version="bigint", next_n="bigint", at="timestamptz")


def insert_clients(db: Database, keys: Sequence[ClientKey]) -> dict[ClientKey, ClientState]:
    sql = (
        "INSERT INTO rooms_client (form_id, user_id, client_id)"
        ' SELECT r.form, r."user", r.client_id FROM {r} WHERE true RETURNING form_id, user_id, client_id, id'
    )
    return {
        (db.uuid(form), db.uuid(user), client_id): ClientState(client, None)
        for form, user, client_id, client in db.rows(sql, _CLIENTS, keys)
    }


def number_clients(db: Database, numbers: Sequence[tuple[int, int]]) -> None:
    db.run("UPDATE rooms_client SET n = r.n FROM {r} WHERE rooms_client.id = r.client", _NUMBERED, numbers)


def insert_submits(db: Database, submits: Sequence[tuple[Any, ...]]) -> None:
    """Rows of (client, seq, digest, version, rejected, base, last_edit, at)."""
    sql = (
        "INSERT INTO rooms_submit (client_id, seq, digest, version, rejected, base, last_edit, at)"
        f" SELECT {_NEW_SUBMIT.names} FROM {{r}} WHERE true"
    )
    db.run(sql, _NEW_SUBMIT, submits)


def insert_operations(db: Database, operations: Sequence[tuple[Any, ...]]) -> None:
    """Rows of (form, version, by, seq, kind, table, row, field, op, at)."""
    sql = (
        'INSERT INTO rooms_operation (form_id, version, "by", seq, kind, "table", "row", field, op, at)'
        f" SELECT {_NEW_OPERATION.names} FROM {{r}} WHERE true"
    )
    db.run(sql, _NEW_OPERATION, operations)


def upsert_cells(db: Database, cells: Iterable[tuple[UUID, Address, Cell]]) -> None:
    sql = (
        'INSERT INTO rooms_cell (form_id, "table", "row", field, value, version, "by", prior, at)'
        f" SELECT {_NEW_CELL.names} FROM {{r}} WHERE true"
        ' ON CONFLICT (form_id, "table", "row", field) DO UPDATE SET value = excluded.value,'
        ' version = excluded.version, "by" = excluded."by", prior = excluded.prior, at = excluded.at'
    )
    rows = [
        (form, at.table or "", at.row or "", at.field, compact(cell.value), *_stamp(cell.stamp))
        for form, at, cell in cells
    ]
    db.run(sql, _NEW_CELL, rows)


def insert_defaults(db: Database, form: UUID, values: Mapping[str, Any]) -> None:
    """What a form holds at version 0."""
    upsert_cells(db, [(form, Address(None, None, key), Cell(value)) for key, value in values.items()])


def upsert_rows(db: Database, rows: Iterable[tuple[UUID, str, str, Row]]) -> None:
    sql = (
        'INSERT INTO rooms_row (form_id, "table", "row", rank, removed, version, "by", prior, at)'
        f" SELECT {_NEW_ROW.names} FROM {{r}} WHERE true"
        ' ON CONFLICT (form_id, "table", "row") DO UPDATE SET rank = excluded.rank, removed = excluded.removed,'
        ' version = excluded.version, "by" = excluded."by", prior = excluded.prior, at = excluded.at'
    )
    db.run(sql, _NEW_ROW, [(form, table, row, w.rank, w.removed, *_stamp(w.stamp)) for form, table, row, w in rows])


def advance_forms(db: Database, heads: Sequence[tuple[UUID, int, int, datetime]]) -> None:
    """Gives each form its new version and next n, inside the lock on its row."""
    sql = (
        "UPDATE rooms_form SET version = r.version, next_n = r.next_n, updated_at = r.at"
        " FROM {r} WHERE rooms_form.id = r.form"
    )
    db.run(sql, _HEAD, heads)


def _stamp(stamp: Stamp) -> tuple[int, int | None, int, datetime | None]:
    return stamp.version, stamp.by, stamp.prior, from_iso(stamp.at)
