"""What a line of the log looks like, and what never stands in one: nothing that anybody typed.

A line says what happened and to whose: form, session, user, and of a submit its client and seq. An exception is told by
its kind and where it came from, without its message: a database repeats there the values that it did not like. Knows
logging and nothing of what is logged.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

IDS = ("form", "session", "user", "client_id", "seq", "version", "code", "why")
_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


def about(**ids: object) -> None:
    """From here on, in this task, every line is about these: ``about(form=…, user=…)``."""
    _about.set({**_about.get(), **{name: str(value) for name, value in ids.items()}})


def name_of(error: BaseException) -> str:
    """An exception in a word or two: its kind, and of a database's the code by which it can be looked up."""
    code = next((each.sqlstate for each in _chain(error) if getattr(each, "sqlstate", None)), None)
    return type(error).__name__ if code is None else f"{type(error).__name__} {code}"


def _chain(error: BaseException) -> Iterator[Any]:
    """An exception, what it came from, and so on."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def _trace(error: BaseException) -> str:
    """Where it came from: files, lines and functions, the first cause first; of the exceptions only their names."""
    parts = []
    for each in _chain(error):
        parts.append("".join(traceback.format_tb(each.__traceback__)) + name_of(each))
        if isinstance(each, BaseExceptionGroup):
            parts[-1] += ": " + ", ".join(map(name_of, each.exceptions))
    return "\n".join(reversed(parts))


class Redacting(logging.Formatter):
    """What both formats share."""

    def parts(self, record: logging.LogRecord) -> dict[str, Any]:
        """What a record says, by name."""
        # asyncio's second line shows a task with its exception, words and all.
        message = record.getMessage()
        parts: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message.partition("\n")[0] if record.name == "asyncio" else message,
            "process": record.process,
        }
        parts |= dict(_about.get()) | _of_request(getattr(record, "request", None))
        parts |= {name: _plain(getattr(record, name)) for name in IDS if getattr(record, name, None) is not None}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            parts |= {"error": name_of(error), "trace": _trace(error)}
        return parts


class Json(Redacting):
    """One JSON object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(self.parts(record), ensure_ascii=False)


class Text(Redacting):
    """One line for people, the ids behind the message; below it where an exception came from."""

    def format(self, record: logging.LogRecord) -> str:
        parts = self.parts(record)
        ids = "".join(f" {name}={parts[name]}" for name in IDS if name in parts)
        trace = f"\n{parts['trace']}" if "trace" in parts else ""
        return f"{parts['at']} {record.levelname} {record.name} {parts['message']}{ids}{trace}"


def _plain(value: object) -> object:
    return value if isinstance(value, int | str) else str(value)


def _of_request(request: Any) -> dict[str, str]:
    """Whose request it was, where Django knows already, and of which form."""
    user = getattr(request, "_cached_user", None)
    match = getattr(request, "resolver_match", None)
    form = match.kwargs.get("form_id") if match is not None else None
    found = {"user": getattr(user, "pk", None), "form": form}
    return {name: str(value) for name, value in found.items() if value is not None}
