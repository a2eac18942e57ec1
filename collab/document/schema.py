"""Reads a template's definition from JSON and says everything that is wrong with it, at once, each with its place.

Takes whatever JSON can hold, and raises nothing but `DefinitionInvalid`. An option nobody knows is refused: a typo
would otherwise be a rule that silently does not hold. A new option of fields goes into `_FIELD_OPTIONS` (and
`_ONLY_FOR`) and into `Field`; a new type into `values`.

Knows nothing of databases or files. Its twin is `static/js/document/schema.js`: same paths, same codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, cast

from collab.document.definition import MERGING, Choice, Definition, Field, Problem, Section, Table
from collab.document.pattern import MAX_PATTERN_LENGTH, PatternError, compile_pattern
from collab.document.values import FIELD_TYPES, MAX_TEXT_LENGTH, check_value, report, unstorable_text

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
MAX_KEY_LENGTH: Final = 64
MAX_NAME_LENGTH: Final = 200
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
    root = _Part(data, path="", problems=problems)
    root.refuse_unknown(_TEMPLATE_OPTIONS)
    key, title = root.key(_TEMPLATE_KEY), root.name("title")
    sections = _sections(root)
    if problems:
        raise DefinitionInvalid(tuple(problems))
    return Definition.of(key=key, title=title, sections=sections, source=cast(Mapping[str, Any], _in_order(data)))


def _sections(root: _Part) -> tuple[Section, ...]:
    keys: set[str] = set()
    taken: set[str] = set()  # fields and tables share the names, all over the template
    return tuple(_section(part, keys, taken) for part in root.parts("sections", MAX_SECTIONS, needed=True))


def _section(part: _Part, keys: set[str], taken: set[str]) -> Section:
    part.refuse_unknown(_SECTION_OPTIONS)
    return Section(
        key=part.key(_KEY, keys),
        title=part.name("title"),
        help=part.text("help", MAX_HELP_LENGTH),
        fields=tuple(_field(field, taken) for field in part.parts("fields", MAX_FIELDS)),
        tables=tuple(_table(table, taken) for table in part.parts("tables", MAX_TABLES)),
    )


def _table(part: _Part, taken: set[str]) -> Table:
    part.refuse_unknown(_TABLE_OPTIONS)
    keys: set[str] = set()
    return Table(
        key=part.key(_KEY, taken),
        title=part.name("title"),
        help=part.text("help", MAX_HELP_LENGTH),
        columns=tuple(_field(column, keys) for column in part.parts("columns", MAX_COLUMNS, needed=True)),
    )


def _field(part: _Part, taken: set[str]) -> Field:
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


def _with_rules(part: _Part, field: Field) -> Field:
    """The field with the options that depend on its type."""
    part.refuse_unfit(field.type)
    choices = _choices(part) if field.type in _CHOOSING else ()
    low, high = _bounds(part, field) if field.type in _ORDERED else (None, None)
    pattern, max_length = (_pattern(part), part.length("max_length")) if field.merges else (None, None)
    field = replace(field, choices=choices, min=low, max=high, pattern=pattern, max_length=max_length)
    return replace(field, default=_default(part, field))


def _choices(part: _Part) -> tuple[Choice, ...]:
    seen: set[str] = set()
    return tuple(_choice(item, seen) for item in part.parts("choices", MAX_CHOICES, needed=True, strings=True))


def _choice(part: _Part, seen: set[str]) -> Choice:
    part.refuse_unknown(_CHOICE_OPTIONS)
    value = part.name("value")
    if value and value in seen:
        part.complain("", "duplicate", "This choice is there already.")
    seen.add(value)
    return Choice(value, part.text("label", MAX_NAME_LENGTH) or value)


def _bounds(part: _Part, field: Field) -> tuple[Any, Any]:
    low, high = part.fitting("min", field), part.fitting("max", field)
    if low is not None and high is not None and report(replace(field, min=low), high):
        part.complain("max", "range", "The largest value is smaller than the smallest.")
    return low, high


def _pattern(part: _Part) -> str | None:
    pattern = part.text("pattern", MAX_PATTERN_LENGTH)
    if not isinstance(part.get("pattern"), str) or len(pattern) > MAX_PATTERN_LENGTH:
        return None
    try:
        compile_pattern(pattern)
    except PatternError as error:
        part.complain("pattern", "pattern", str(error))
    return pattern


def _default(part: _Part, field: Field) -> Any:
    default = part.get("default")
    rules = replace(field, required=False)
    if part.troubled:  # only rules that are right themselves can be held against it
        if field.type in _CHOOSING:
            return default
        rules = replace(rules, min=None, max=None, pattern=None, max_length=None)
    for problem in report(rules, default):
        part.complain("default", "default", problem.message)
    return default


class _Part:
    """One object of the definition, at its place. Each question about it answers something usable, or complains."""

    def __init__(self, data: object, *, path: str, problems: list[Problem]) -> None:
        self._path = path
        self._problems = problems
        self._first = len(problems)
        self._data: dict[str, Any] = data if isinstance(data, dict) else {}
        self._is_object = isinstance(data, dict)
        if not self._is_object:
            self.complain("", "type", "This must be an object.")

    @property
    def troubled(self) -> bool:
        """Whether anything was wrong with this part so far."""
        return len(self._problems) > self._first

    def get(self, option: str) -> Any:
        """What the option says; null, as when it is left out."""
        return self._data.get(option)

    def complain(self, option: str, code: str, message: str) -> None:
        path = f"{self._path}.{option}" if self._path and option else self._path or option
        self._problems.append(Problem(path, code, message))

    def refuse_unknown(self, options: frozenset[str]) -> None:
        for name in sorted(_printable(name) for name in self._data if name not in options):
            self.complain(name, "unknown", "There is no such option.")

    def refuse_unfit(self, kind: str) -> None:
        for option, kinds in _ONLY_FOR.items():
            if self.get(option) is not None and kind not in kinds:
                self.complain(option, "not_for_type", "A field of this type does not have this option.")

    def key(self, pattern: re.Pattern[str], taken: set[str] | None = None) -> str:
        key = self._needed_text("key", MAX_KEY_LENGTH)
        if key and not pattern.fullmatch(key):
            self.complain("key", "key", "A key is lower-case letters, digits and '_', and begins with a letter.")
        elif key and taken is not None:
            if key in taken:
                self.complain("key", "duplicate", "This key is used already.")
            taken.add(key)
        return key

    def type(self) -> str:
        kind = self._needed_text("type", MAX_KEY_LENGTH)
        if kind and kind not in FIELD_TYPES:
            self.complain("type", "unknown_type", "There is no such type of field.")
        return kind

    def name(self, option: str) -> str:
        return self._needed_text(option, MAX_NAME_LENGTH)

    def text(self, option: str, limit: int) -> str:
        text = self.get(option)
        if text is None:
            return ""
        if not isinstance(text, str):
            self.complain(option, "type", "This must be text.")
            return ""
        if unstorable_text(text):
            self.complain(option, "characters", "The text holds a character that cannot be stored.")
        if len(text) > limit:
            self.complain(option, "too_long", f"This has at most {limit} characters.")
        return text

    def flag(self, option: str) -> bool:
        flag = self.get(option)
        if flag is not None and not isinstance(flag, bool):
            self.complain(option, "type", "This must be true or false.")
        return flag is True

    def length(self, option: str) -> int | None:
        length = self.get(option)
        if length is None:
            return None
        if check_value(_WHOLE, length) is not None:
            self.complain(option, "type", "This must be a whole number.")
            return None
        if not 1 <= length <= MAX_TEXT_LENGTH:
            self.complain(option, "range", f"This is a number from 1 to {MAX_TEXT_LENGTH}.")
        return int(length)

    def fitting(self, option: str, field: Field) -> Any:
        """The option's value if the field could hold it."""
        value = self.get(option)
        unfit = check_value(field, value)
        if unfit is None:
            return value
        self.complain(option, "type", unfit)
        return None

    def parts(self, option: str, limit: int, *, needed: bool = False, strings: bool = False) -> Iterator[_Part]:
        """The objects in a list, in order. What is over the limit is not looked at."""
        for index, item in enumerate(self._list(option, limit, needed=needed)[:limit]):
            data = {"value": item} if strings and isinstance(item, str) else item
            yield _Part(data, path=self._path_of(option, index), problems=self._problems)

    def _list(self, option: str, limit: int, *, needed: bool) -> list[Any]:
        items = self.get(option)
        if items is None:
            if needed:
                self._complain_missing(option)
            return []
        if not isinstance(items, list):
            self.complain(option, "type", "This must be a list.")
            return []
        if needed and not items:
            self.complain(option, "empty", "This must not be empty.")
        if len(items) > limit:
            self.complain(option, "too_many", f"At most {limit}.")
        return items

    def _path_of(self, option: str, index: int) -> str:
        return f"{self._path}.{option}[{index}]" if self._path else f"{option}[{index}]"

    def _needed_text(self, option: str, limit: int) -> str:
        text = self.text(option, limit)
        if self.get(option) is None:
            self._complain_missing(option)
        elif isinstance(self.get(option), str) and not text.strip(" \t\r\n"):
            self.complain(option, "empty", "This must not be empty.")
        return text

    def _complain_missing(self, option: str) -> None:
        if self._is_object:  # else that alone is what is wrong
            self.complain(option, "missing", "This is missing.")


_WHOLE: Final = Field(key="", type="integer", label="")


def _printable(name: object) -> str:
    """An option's name as it may stand in a path: whatever it holds, it can be shown anywhere."""
    return re.sub(r"[^A-Za-z0-9_-]", "?", str(name)[:MAX_KEY_LENGTH])


def _in_order(part: object) -> object:
    """A checked definition with its options in the usual order, and without those that are null."""
    match part:
        case dict():
            return {name: _in_order(part[name]) for name in _WRITTEN_ORDER if part.get(name) is not None}
        case list():
            return [_in_order(item) for item in part]
        case _:
            return part
