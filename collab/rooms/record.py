"""A form as a record to read: what a snapshot holds, in the order and the words of its template.

Used for what was submitted and for the form as it was at a version. Changes nothing and asks nothing: it is given
the definition, the snapshot and who is meant by the n's in it. Times are those of the clocks at the form's place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collab.document.definition import Definition, Field, Section, Table
from collab.document.operations import Address
from collab.document.values import empty
from collab.protocol.messages import Client

MOMENT = "j M Y, H:i"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a field or a cell held, in words, and who wrote it when; ``is_latest``: in the change that is looked at."""

    field: Field
    text: str
    by: str
    at: str
    is_latest: bool

    @property
    def is_long(self) -> bool:
        return self.field.type == "long_text"

    @property
    def written(self) -> str:
        return f"{self.by}, {self.at}" if self.by else ""


@dataclass(frozen=True, slots=True)
class RecordTable:
    table: Table
    rows: Sequence[Sequence[Answer]]


@dataclass(frozen=True, slots=True)
class RecordSection:
    section: Section
    answers: Sequence[Answer]
    tables: Sequence[RecordTable]


@dataclass(frozen=True, slots=True)
class Record:
    """A snapshot beside its definition. ``latest`` is the version whose change is marked."""

    definition: Definition
    snapshot: Mapping[str, Any]
    clients: Mapping[int, Client]
    zone: ZoneInfo
    latest: int | None = None

    def sections(self) -> Iterator[RecordSection]:
        for section in self.definition.sections:
            values = self.snapshot["values"]
            answers = [self._answer(field, values.get(field.key)) for field in section.fields]
            yield RecordSection(section, answers, [self._table(table) for table in section.tables])

    def _table(self, table: Table) -> RecordTable:
        rows = self.snapshot["tables"].get(table.key, [])
        return RecordTable(
            table, [[self._answer(column, row["values"].get(column.key)) for column in table.columns] for row in rows]
        )

    def _answer(self, field: Field, cell: Mapping[str, Any] | None) -> Answer:
        if cell is None:
            return Answer(field, "", "", "", is_latest=False)
        by, at = self.clients.get(cell.get("by")), cell.get("at")  # type: ignore[arg-type]
        return Answer(
            field,
            in_words(field, cell["value"], self.zone),
            by=by.user.name if by is not None else "",
            at=moment(datetime.fromisoformat(at), self.zone) if at else "",
            is_latest=self.latest is not None and cell.get("version") == self.latest,
        )


def in_words(field: Field, value: Any, zone: ZoneInfo) -> str:
    """A value as a person reads it; the twin of ``show`` in `static/js/ui/controls/kinds.js`."""
    if empty(value):
        return ""
    match field.type:
        case "checkbox":
            return _("Yes") if value else _("No")
        case "choice":
            return _label(field, value)
        case "choices":
            return ", ".join(_label(field, one) for one in value)
        case "integer" | "number":
            return f"{_number(value)} {field.unit}".strip()
        case "date":
            return date_format(date.fromisoformat(value), "j M Y")
        case "datetime":
            return moment(datetime.fromisoformat(value), zone)
        case _:
            return str(value)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A time as the clocks of that zone show it."""
    return date_format(timezone.localtime(at, zone), MOMENT)


def told_change(definition: Definition, op: Mapping[str, Any]) -> str:
    """What an op of the log did, in words that follow a name."""
    if op["kind"] in ("set", "edit"):
        field = definition.field_at(Address(op.get("table"), op.get("row"), op["field"]))
        return _("changed %(what)s") % {"what": field.label if field is not None else op["field"]}
    table = definition.tables.get(op["table"])
    where = {"what": table.title if table is not None else op["table"]}
    match op["kind"]:
        case "add_row":
            return _("added a row to %(what)s") % where
        case "remove_row":
            return _("removed a row of %(what)s") % where
        case "restore_row":
            return _("brought back a row of %(what)s") % where
        case _:
            return _("moved a row of %(what)s") % where


def _label(field: Field, value: Any) -> str:
    return next((choice.label for choice in field.choices if choice.value == value), str(value))


def _number(value: float) -> str:
    """As it was typed: 1 and not 1.0, 0.00001 and not 1e-05."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return f"{value:.17f}".rstrip("0") if "e" in repr(value) else repr(value)
