"""What is stored of live forms: its shapes, and how it is written, for many forms in one statement each.

Everything here runs inside a transaction that the caller opened. Owns the SQL; decides nothing: what is written
was judged before, under the lock that ``lookup.lock_forms`` took.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from collab.database import Database, Relation
from collab.document.document import Cell, Row, Stamp
from collab.document.operations import Address


@dataclass(frozen=True, slots=True)
class LockedForm:
    """A form's row, locked: its version stays what it is until this transaction ends."""

    id: UUID
    version: int
    next_n: int
    status: str
    team: UUID
    template_version: UUID


class StoredForm(NamedTuple):
    """A form's row as it is read, of one that is not archived; its names are those of the model."""

    id: UUID
    team_id: UUID
    template_version_id: UUID
    title: str
    status: str
    time_zone: str
    version: int
    revision: int
    updated_at: object  # as the database gives it: to be compared, not read


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


class LoggedOp(NamedTuple):
    """An op of the log: ``op`` is its JSON as applied."""

    version: int
    by: int
    seq: int
    op: str
    at: str


ClientKey = tuple[UUID, UUID, str]  # form, user, client_id
CellKey = tuple[UUID, Address]
RowKey = tuple[UUID, str, str]  # form, table, row


def iso(instant: datetime) -> str:
    """A time as it travels: UTC, to the millisecond."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03}Z"


def compact(value: Any) -> str:
    return _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


CLIENTS = Relation(form="uuid", user="uuid", client_id="text")
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

    def read(answer: list[tuple[Any, ...]]) -> dict[ClientKey, ClientState]:
        return {
            (db.uuid(form), db.uuid(user), client_id): ClientState(client, None)
            for form, user, client_id, client in answer
        }

    return db.ask(sql, CLIENTS, keys, read=read).get()


def number_clients(db: Database, numbers: Sequence[tuple[int, int]]) -> None:
    db.write("UPDATE rooms_client SET n = r.n FROM {r} WHERE rooms_client.id = r.client", _NUMBERED, numbers)


def insert_submits(db: Database, submits: Sequence[tuple[Any, ...]]) -> None:
    """Rows of (client, seq, digest, version, rejected, base, last_edit, at)."""
    sql = (
        "INSERT INTO rooms_submit (client_id, seq, digest, version, rejected, base, last_edit, at)"
        f" SELECT {_NEW_SUBMIT.names} FROM {{r}} WHERE true"
    )
    db.write(sql, _NEW_SUBMIT, submits)


def insert_operations(db: Database, operations: Sequence[tuple[Any, ...]]) -> None:
    """Rows of (form, version, by, seq, kind, table, row, field, op, at)."""
    sql = (
        'INSERT INTO rooms_operation (form_id, version, "by", seq, kind, "table", "row", field, op, at)'
        f" SELECT {_NEW_OPERATION.names} FROM {{r}} WHERE true"
    )
    db.write(sql, _NEW_OPERATION, operations)


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
    db.write(sql, _NEW_CELL, rows)


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
    db.write(sql, _NEW_ROW, [(form, table, row, w.rank, w.removed, *_stamp(w.stamp)) for form, table, row, w in rows])


def advance_forms(db: Database, heads: Sequence[tuple[UUID, int, int, str]]) -> None:
    """Gives each form its new version and next n, inside the lock on its row."""
    sql = (
        "UPDATE rooms_form SET version = r.version, next_n = r.next_n, updated_at = r.at"
        " FROM {r} WHERE rooms_form.id = r.form"
    )
    db.write(sql, _HEAD, heads)


def _stamp(stamp: Stamp) -> tuple[int, int | None, int, str | None]:
    return stamp.version, stamp.by, stamp.prior, stamp.at
