"""Reads a template's definition from JSON and says everything that is wrong with it, at once, each with its place.

Takes whatever JSON can hold, and raises nothing but `DefinitionInvalid`. An option nobody knows is refused: a typo
would otherwise be a rule that silently does not hold. A new option of fields goes into `_FIELD_OPTIONS` (and
`_ONLY_FOR`) and into `Field`; a new type into `values`.

Knows nothing of databases or files. Its twin is `static/js/document/schema.js`: same paths, same codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast

from collab.document.definition import MERGING, Choice, Definition, Field, Problem, Section, Table
from collab.document.part import MAX_NAME_LENGTH, Part
from collab.document.pattern import MAX_PATTERN_LENGTH, PatternError, compile_pattern
from collab.document.values import FIELD_TYPES, report

__all__ = [
    "Choice",
    "Definition",
    "DefinitionInvalid",
    "Field",
    "Problem",
    "Section",
    "Table",
    "read_definition",
]

MAX_SECTIONS: Final = 50
MAX_FIELDS: Final = 200
"""Of one section."""
MAX_TABLES: Final = 20
"""Of one section."""
MAX_COLUMNS: Final = 50
MAX_CHOICES: Final = 200
MAX_UNIT_LENGTH: Final = 32
MAX_HELP_LENGTH: Final = 2_000

_TEMPLATE_KEY = re.compile(r"[a-z][a-z0-9_-]*")
_KEY = re.compile(r"[a-z][a-z0-9_]*")

_TEMPLATE_OPTIONS = frozenset({"key", "title", "sections"})
_SECTION_OPTIONS = frozenset({"key", "title", "help", "fields", "tables"})
_TABLE_OPTIONS = frozenset({"key", "title", "help", "columns"})
_CHOICE_OPTIONS = frozenset({"value", "label"})
_FIELD_OPTIONS = frozenset(
    {"key", "type", "label", "help", "unit", "required", "min", "max", "pattern", "max_length", "choices", "default"}
)
_NUMBERS = frozenset({"integer", "number"})
_ORDERED = _NUMBERS | {"date", "time", "datetime"}
_CHOOSING = frozenset({"choice", "choices"})
_ONLY_FOR: Final[Mapping[str, frozenset[str]]] = {
    "unit": _NUMBERS | {"text"},
    "min": _ORDERED,
    "max": _ORDERED,
    "pattern": MERGING,
    "max_length": MERGING,
    "choices": _CHOOSING,
}
# The order in which a definition is written out again: a database may keep the members of an object in another one.
_WRITTEN_ORDER: Final = (
    *("key", "type", "value", "title", "label", "help", "unit", "required", "min", "max", "pattern", "max_length"),
    *("choices", "default", "sections", "fields", "tables", "columns"),
)


class DefinitionInvalid(ValueError):
    """A definition that cannot be used, with everything that is wrong with it."""

    def __init__(self, errors: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{error.path or 'definition'}: {error.message}" for error in errors))
        self.errors = errors


def read_definition(data: object) -> Definition:
    """The definition in this JSON. Raises `DefinitionInvalid` with all errors."""
    problems: list[Problem] = []
    root = Part(data, path="", problems=problems)
    root.refuse_unknown(_TEMPLATE_OPTIONS)
    key, title = root.key(_TEMPLATE_KEY), root.name("title")
    sections = _sections(root)
    if problems:
        raise DefinitionInvalid(tuple(problems))
    return Definition.of(key=key, title=title, sections=sections, source=cast(Mapping[str, Any], _in_order(data)))


def _sections(root: Part) -> tuple[Section, ...]:
    keys: set[str] = set()
    taken: set[str] = set()  # fields and tables share the names, all over the template
    return tuple(_section(part, keys, taken) for part in root.parts("sections", MAX_SECTIONS, needed=True))


def _section(part: Part, keys: set[str], taken: set[str]) -> Section:
    part.refuse_unknown(_SECTION_OPTIONS)
    return Section(
        key=part.key(_KEY, keys),
        title=part.name("title"),
        help=part.text("help", MAX_HELP_LENGTH),
        fields=tuple(_field(field, taken) for field in part.parts("fields", MAX_FIELDS)),
        tables=tuple(_table(table, taken) for table in part.parts("tables", MAX_TABLES)),
    )


def _table(part: Part, taken: set[str]) -> Table:
    part.refuse_unknown(_TABLE_OPTIONS)
    keys: set[str] = set()
    return Table(
        key=part.key(_KEY, taken),
        title=part.name("title"),
        help=part.text("help", MAX_HELP_LENGTH),
        columns=tuple(_field(column, keys) for column in part.parts("columns", MAX_COLUMNS, needed=True)),
    )


def _field(part: Part, taken: set[str]) -> Field:
    part.refuse_unknown(_FIELD_OPTIONS)
    field = Field(
        key=part.key(_KEY, taken),
        type=part.type(),
        label=part.name("label"),
        help=part.text("help", MAX_HELP_LENGTH),
        unit=part.text("unit", MAX_UNIT_LENGTH),
        required=part.flag("required"),
    )
    return _with_rules(part, field) if field.type in FIELD_TYPES else field


def _with_rules(part: Part, field: Field) -> Field:
    """The field with the options that depend on its type."""
    part.refuse_unfit(field.type, _ONLY_FOR)
    choices = _choices(part) if field.type in _CHOOSING else ()
    low, high = _bounds(part, field) if field.type in _ORDERED else (None, None)
    pattern, max_length = (_pattern(part), part.length("max_length")) if field.merges else (None, None)
    field = replace(field, choices=choices, min=low, max=high, pattern=pattern, max_length=max_length)
    return replace(field, default=_default(part, field))


def _choices(part: Part) -> tuple[Choice, ...]:
    seen: set[str] = set()
    return tuple(_choice(item, seen) for item in part.parts("choices", MAX_CHOICES, needed=True, strings=True))


def _choice(part: Part, seen: set[str]) -> Choice:
    part.refuse_unknown(_CHOICE_OPTIONS)
    value = part.name("value")
    if value and value in seen:
        part.complain("", "duplicate", "This choice is there already.")
    seen.add(value)
    return Choice(value, part.text("label", MAX_NAME_LENGTH) or value)


def _bounds(part: Part, field: Field) -> tuple[Any, Any]:
    low, high = part.fitting("min", field), part.fitting("max", field)
    if low is not None and high is not None and report(replace(field, min=low), high):
        part.complain("max", "range", "The largest value is smaller than the smallest.")
    return low, high


def _pattern(part: Part) -> str | None:
    pattern = part.text("pattern", MAX_PATTERN_LENGTH)
    if not isinstance(part.get("pattern"), str) or len(pattern) > MAX_PATTERN_LENGTH:
        return None
    try:
        compile_pattern(pattern)
    except PatternError as error:
        part.complain("pattern", "pattern", str(error))
    return pattern


def _default(part: Part, field: Field) -> Any:
    default = part.get("default")
    rules = replace(field, required=False)
    if part.troubled:  # only rules that are right themselves can be held against it
        if field.type in _CHOOSING:
            return default
        rules = replace(rules, min=None, max=None, pattern=None, max_length=None)
    for problem in report(rules, default):
        part.complain("default", "default", problem.message)
    return default


def _in_order(part: object) -> object:
    """A checked definition with its options in the usual order, and without those that are null."""
    match part:
        case dict():
            return {name: _in_order(part[name]) for name in _WRITTEN_ORDER if part.get(name) is not None}
        case list():
            return [_in_order(item) for item in part]
        case _:
            return part
