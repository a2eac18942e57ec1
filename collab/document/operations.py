"""The operations of PROTOCOL.md: what one intended change is, and how it is read from and written to JSON.

Owns the shapes of ops and addresses. Knows nothing of forms, values or rights: whether an op may be applied
is decided in ``judge``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, assert_never

from collab.document.text import Delta, TextError, check

ROW_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
KEY = re.compile(r"[A-Za-z0-9_-]{1,100}")
MAX_KEY_LENGTH = 100


class OpError(ValueError):
    """An op that is not shaped like one; the message says what is wrong with it."""


class Address(NamedTuple):
    """Where a value lives: a field of the form, or a cell (a field of a table's row)."""

    table: str | None
    row: str | None
    field: str

    def wire(self) -> dict[str, str]:
        if self.table is None or self.row is None:
            return {"field": self.field}
        return {"table": self.table, "row": self.row, "field": self.field}


@dataclass(frozen=True, slots=True)
class Set:
    """Replaces a value; null clears it."""

    at: Address
    value: Any


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes a text by a ``text-unicode`` delta; merges with the edits of others."""

    at: Address
    delta: Delta


@dataclass(frozen=True, slots=True)
class AddRow:
    """Adds a row after another one (or first). ``values`` are its defaults, known once it is applied."""

    table: str
    row: str
    after: str | None
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RemoveRow:
    table: str
    row: str


@dataclass(frozen=True, slots=True)
class RestoreRow:
    """Brings a removed row back. ``after`` and ``values`` are known once it is applied."""

    table: str
    row: str
    after: str | None = None
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class MoveRow:
    table: str
    row: str
    after: str | None


Op = Set | Edit | AddRow | RemoveRow | RestoreRow | MoveRow
CellOp = Set | Edit
RowOp = AddRow | RemoveRow | RestoreRow | MoveRow


def read_op(raw: object) -> Op:
    """An op from its JSON, as a client sends it or as the log keeps it. Raises ``OpError``."""
    if not isinstance(raw, Mapping):
        raise OpError("An operation is an object.")
    match raw.get("kind"):
        case "set":
            if "value" not in raw:
                raise OpError("A set needs a value.")
            return Set(_address(raw), raw["value"])
        case "edit":
            return Edit(_address(raw), _delta(raw.get("delta")))
        case "add_row":
            return AddRow(_key(raw, "table"), _row(raw, "row"), _after(raw), _values(raw))
        case "remove_row":
            return RemoveRow(_key(raw, "table"), _row(raw, "row"))
        case "restore_row":
            after = _after(raw) if "after" in raw else None
            return RestoreRow(_key(raw, "table"), _row(raw, "row"), after, _values(raw))
        case "move_row":
            return MoveRow(_key(raw, "table"), _row(raw, "row"), _after(raw))
        case _:
            raise OpError("There is no such kind of operation.")


def wire_op(op: Op) -> dict[str, Any]:
    """The JSON of an op, ``kind`` first."""
    match op:
        case Set(at, value):
            return {"kind": "set", **at.wire(), "value": value}
        case Edit(at, delta):
            return {"kind": "edit", **at.wire(), "delta": delta}
        case AddRow(table, row, after, values):
            return {"kind": "add_row", "table": table, "row": row, "after": after, **_as_values(values)}
        case RemoveRow(table, row):
            return {"kind": "remove_row", "table": table, "row": row}
        case RestoreRow(table, row, after, values):
            return {"kind": "restore_row", "table": table, "row": row, "after": after, **_as_values(values)}
        case MoveRow(table, row, after):
            return {"kind": "move_row", "table": table, "row": row, "after": after}
        case _:
            assert_never(op)


def _as_values(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {} if values is None else {"values": dict(values)}


def _address(raw: Mapping[str, Any]) -> Address:
    field = _key(raw, "field")
    if raw.get("table") is None and raw.get("row") is None:
        return Address(None, None, field)
    return Address(_key(raw, "table"), _row(raw, "row"), field)


def _key(raw: Mapping[str, Any], name: str) -> str:
    key = raw.get(name)
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise OpError(f"The operation needs a {name}.")
    return key


def _row(raw: Mapping[str, Any], name: str) -> str:
    row = raw.get(name)
    if not isinstance(row, str) or not ROW_ID.fullmatch(row):
        raise OpError("A row id is 8 to 64 letters, digits, '-' or '_'.")
    return row


def _after(raw: Mapping[str, Any]) -> str | None:
    if "after" not in raw:
        raise OpError("The operation needs after: a row id, or null for the first place.")
    return None if raw["after"] is None else _row(raw, "after")


def _values(raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
    values = raw.get("values")
    return values if isinstance(values, Mapping) else None


def _delta(raw: object) -> Delta:
    try:
        return check(raw)
    except TextError as error:
        raise OpError(str(error)) from error
