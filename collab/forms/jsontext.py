"""JSON as people bring it in and take it out: files, uploads, bodies of requests.

Owns what is wrong with a text before anybody looks at what it says. Must not know what a definition is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

MAX_BYTES = 1024 * 1024


class JsonError(ValueError):
    """A text that is not JSON as RFC 8259 has it, or is but means different things to different readers."""


def read_json(raw: bytes) -> object:
    """What the text says. Raises `JsonError` and nothing else."""
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_members, parse_constant=_refuse_constant)
    except JsonError:
        raise
    except UnicodeDecodeError as error:
        raise JsonError("The file is not UTF-8 text.") from error
    except json.JSONDecodeError as error:
        raise JsonError(f"Not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from error
    except RecursionError as error:
        raise JsonError("Not usable: nested too deeply.") from error
    except ValueError as error:  # an integer of thousands of digits
        raise JsonError("Not usable: a number is too large.") from error


def write_json(value: Mapping[str, Any]) -> str:
    """The JSON that people read and keep under version control."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # One of two would silently not count.
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise JsonError(f"An object has two members {name[:64]!a}.")
        members[name] = value
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"Not JSON: {name}.")
