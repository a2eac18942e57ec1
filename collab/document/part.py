"""One object of a template's definition at its place, and the questions that `schema` asks about it.

Each question answers something usable whatever is there, or complains; so reading goes on, and every error is found.
Owns the path, and what a text, a key, a number or a list may be. Must not know which options belong where.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from collab.document.definition import Field, Problem
from collab.document.values import FIELD_TYPES, MAX_TEXT_LENGTH, check_value, unstorable_text

MAX_KEY_LENGTH: Final = 64
MAX_NAME_LENGTH: Final = 200

_WHOLE: Final = Field(key="", type="integer", label="")


class Part:
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

    def refuse_unfit(self, kind: str, only_for: Mapping[str, frozenset[str]]) -> None:
        for option, kinds in only_for.items():
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

    def parts(self, option: str, limit: int, *, needed: bool = False, strings: bool = False) -> Iterator[Part]:
        """The objects in a list, in order. What is over the limit is not looked at."""
        for index, item in enumerate(self._list(option, limit, needed=needed)[:limit]):
            data = {"value": item} if strings and isinstance(item, str) else item
            yield Part(data, path=self._path_of(option, index), problems=self._problems)

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


def _printable(name: object) -> str:
    """An option's name as it may stand in a path: whatever it holds, it can be shown anywhere."""
    return re.sub(r"[^A-Za-z0-9_-]", "?", str(name)[:MAX_KEY_LENGTH])
