"""Values: which may be stored in a field, when two are the same, and what is still to be said about one.

Two kinds of check (rule C8). `check_value` is hard: what fails it is never stored. `report` is soft: it names what a
person may still be in the middle of, beside the field at once, and in the way only when the form is submitted.

Takes anything that JSON can hold and never raises. Its twin is `static/js/document/values.js`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from math import isfinite
from typing import Any, Final

from collab.document.definition import Field, Problem
from collab.document.pattern import PatternError, compile_pattern

MAX_TEXT_LENGTH: Final = 100_000
MAX_NUMBER: Final = 2**53
"""Up to here every integer is the same number in Python, in JavaScript and in JSON; beyond, numbers run together."""

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
_DATETIME = re.compile(rf"({_DATE.pattern})T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{{1,6}})?)?Z")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def check_value(field: Field, value: object) -> str | None:
    """Why the value cannot be stored in the field; None if it can. Null always can: it clears the field."""
    return None if value is None else _CHECKS[field.type](field, value)


def same_value(one: object, other: object) -> bool:
    """Equality of JSON values, in which true is not 1 but 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_value, one, other))
    return one == other


def empty(value: object) -> bool:
    """Whether nothing was filled in. A checkbox that is not ticked was: no is an answer."""
    return value is None or value == "" or value == []


def report(field: Field, value: object) -> tuple[Problem, ...]:
    """What is still wrong with a storable value, in a fixed order; the path is the field's key."""
    return tuple(Problem(field.key, code, message) for code, message in _complaints(field, value))


def unstorable_text(text: str) -> bool:
    """Whether it holds a NUL, which PostgreSQL does not store, or half of a surrogate pair, which is no character."""
    return _UNSTORABLE.search(text) is not None


def _complaints(field: Field, value: object) -> Iterator[tuple[str, str]]:
    if (unfit := check_value(field, value)) is not None:
        yield "invalid", unfit
        return
    if empty(value):
        if field.required:
            yield "required", "This must be filled in."
        return
    if field.required and value is False:
        yield "required", "This must be ticked."
    if field.min is not None and _rank(value) < _rank(field.min):
        yield "min", f"At least {field.min}."
    if field.max is not None and _rank(value) > _rank(field.max):
        yield "max", f"At most {field.max}."
    if field.pattern is not None and isinstance(value, str) and not _fits(field.pattern, value):
        yield "pattern", "This is not written as it should be."
    if field.max_length is not None and isinstance(value, str) and len(value) > field.max_length:
        yield "max_length", f"At most {field.max_length} characters."


def _fits(pattern: str, value: str) -> bool:
    try:
        return compile_pattern(pattern).fits(value)
    except PatternError:  # a definition that was read has none; an unread one must not bring a form down
        return True


def _rank(value: Any) -> Any:
    """What orders the values of one type: numbers as they are, dates and times as text of one length.

    `10:00` is `10:00:00.0`: what is left out is filled with zeros.
    """
    if not isinstance(value, str):
        return value
    date_part, _, time_part = value.removesuffix("Z").rpartition("T")
    return date_part, time_part + "00:00:00.000000"[len(time_part) :] if ":" in time_part else time_part


def _text(field: Field, value: object) -> str | None:
    if not isinstance(value, str):
        return "This must be text."
    if unstorable_text(value):
        return "The text holds a character that cannot be stored."
    if len(value) > MAX_TEXT_LENGTH:
        return f"A text holds at most {MAX_TEXT_LENGTH} characters."
    return None


def _number(field: Field, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "This must be a number."
    if isinstance(value, float) and not isfinite(value):
        return "This must be a finite number."
    return "This number is too large." if abs(value) > MAX_NUMBER else None


def _integer(field: Field, value: object) -> str | None:
    problem = _number(field, value)
    if problem is None and isinstance(value, float) and not value.is_integer():
        return "This must be a whole number."
    return problem


def _date(field: Field, value: object) -> str | None:
    fits = isinstance(value, str) and _is_date(value)
    return None if fits else "This must be a date, as 2026-01-31."


def _time(field: Field, value: object) -> str | None:
    fits = isinstance(value, str) and _TIME.fullmatch(value)
    return None if fits else "This must be a time of day, as 23:59 or 23:59:59."


def _datetime(field: Field, value: object) -> str | None:
    match = _DATETIME.fullmatch(value) if isinstance(value, str) else None
    return None if match and _is_date(match[1]) else "This must be a time in UTC, as 2026-01-31T23:59:00Z."


def _choice(field: Field, value: object) -> str | None:
    return None if _is_choice(field, value) else "This must be one of the choices."


def _choices(field: Field, value: object) -> str | None:
    return (
        None if isinstance(value, list) and _are_choices(field, value) else "This must be a list of choices, each once."
    )


def _checkbox(field: Field, value: object) -> str | None:
    return None if isinstance(value, bool) else "This must be true or false."


def _is_choice(field: Field, value: object) -> bool:
    return isinstance(value, str) and any(choice.value == value for choice in field.choices)


def _are_choices(field: Field, values: list[Any]) -> bool:
    if len(values) > len(field.choices):  # a long list is not looked through
        return False
    return all(_is_choice(field, value) for value in values) and len(set(values)) == len(values)


def _is_date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    try:
        date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return False
    return True


_CHECKS: Final[dict[str, Callable[[Field, object], str | None]]] = {
    "text": _text,
    "long_text": _text,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "choice": _choice,
    "choices": _choices,
    "checkbox": _checkbox,
}
FIELD_TYPES: Final = tuple(_CHECKS)
