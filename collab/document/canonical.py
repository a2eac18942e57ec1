"""Canonical JSON: one text for one value, whoever writes it, so that a hash of it means something.

It is that of RFC 8785, which is what JavaScript's `JSON.stringify` writes of an object whose keys are sorted: no
spaces, keys by their UTF-16 units, nothing escaped that need not be, numbers in the shortest form that reads back.
Numbers beyond 2^53, which no field holds, are refused: there they run together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any

from collab.document.values import MAX_NUMBER

_EXPONENT = re.compile("e-0")  # two digits at least, as Python writes it


def canonical(value: Any) -> str:
    """The canonical text of a JSON value. Raises ``ValueError`` for what JSON does not have."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return encode_basestring(value)
        case int() | float():
            return _number(value)
        case Mapping():
            members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be", "surrogatepass"))
            return "{" + ",".join(f"{encode_basestring(key)}:{canonical(held)}" for key, held in members) + "}"
        case Sequence():
            return "[" + ",".join(map(canonical, value)) + "]"
        case _:
            raise ValueError(f"{type(value).__name__} is not JSON")


def _number(value: int | float) -> str:
    """As ECMAScript writes it: 1.0 is 1, 1e-05 is 0.00001, 1e-07 is 1e-7."""
    if not abs(value) <= MAX_NUMBER:  # nor is NaN
        raise ValueError("a number that not everybody reads alike")
    if value == int(value):
        return str(int(value))
    if 1e-6 <= abs(value) < 1e-4:  # Python begins to write exponents here, ECMAScript further down
        return _without_exponent(repr(value))
    return _EXPONENT.sub("e-", repr(value))


def _without_exponent(written: str) -> str:
    digits, exponent = written.removeprefix("-").split("e-")
    sign = "-" if written.startswith("-") else ""
    return f"{sign}0.{'0' * (int(exponent) - 1)}{digits.replace('.', '')}"
