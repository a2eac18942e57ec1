"""Text that merges: the ``text-unicode`` kind of operational transformation.

A delta walks over a text: a positive integer skips so many characters, a string is inserted, ``{"d": n}`` deletes n
characters. Counts are Unicode code points; a delta never ends with a skip. Agrees op for op with the npm package
``ot-text-unicode``, as does the JavaScript twin ``static/js/document/text.js``.

Owns deltas, and changes none that it is given. Must not know of fields, versions, clients, or who was first: a caller
says so with a side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Component = int | str | dict[str, int]
Delta = list[Component]
Side = Literal["left", "right"]

MAX_COUNT = 2**53 - 1  # the largest integer that JavaScript counts exactly
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of surrogate pairs


class TextError(ValueError):
    """A delta that is not one, or that does not fit its text; the message says why."""


def check(delta: object) -> Delta:
    """The delta, normalised, if it is well formed. Raises ``TextError`` otherwise, whatever it is given."""
    if not isinstance(delta, list):
        raise TextError("A delta is a list.")
    checked: Delta = []
    walked = 0
    for raw in delta:
        component = _check_component(raw)
        if not isinstance(component, str):
            walked += _length(component)
        _push(checked, component)
    if walked > MAX_COUNT:
        raise TextError("A delta cannot walk so far.")
    if checked and isinstance(checked[-1], int):
        raise TextError("A delta does not end with a skip.")
    return checked


def _check_component(raw: object) -> Component:
    if isinstance(raw, str):
        return _check_insert(raw)
    if isinstance(raw, dict):
        return {"d": _check_count(raw.get("d"))}
    return _check_count(raw)


def _check_insert(raw: str) -> str:
    if not raw:
        raise TextError("An insert is not empty.")
    if _UNSTORABLE.search(raw):
        raise TextError("An insert holds neither NUL nor half a surrogate pair.")
    return raw


def _check_count(raw: object) -> int:
    # A bool is an int to isinstance, not to the protocol.
    if type(raw) is not int or not 0 < raw <= MAX_COUNT:
        raise TextError("A delta holds strings, positive integers, and deletes of a positive integer.")
    return raw


def normalize(delta: Delta) -> Delta:
    """The same change with neighbours of a kind joined, empty components dropped, and no skip at its end."""
    result: Delta = []
    for component in delta:
        if _length(component):
            _push(result, component)
    return _trim(result)


def apply(text: str, delta: Delta) -> str:
    """The text after the delta. Raises ``TextError`` where the delta walks past its end."""
    parts: list[str] = []
    at = 0
    for component in delta:
        if isinstance(component, str):
            parts.append(component)
            continue
        start, at = at, at + _length(component)
        if isinstance(component, int):
            parts.append(text[start:at])
    if at > len(text):
        raise TextError("The delta is longer than its text.")
    parts.append(text[at:])
    return "".join(parts)


def transform(delta: Delta, other: Delta, side: Side) -> Delta:
    """``delta`` as it must read behind ``other``, both being made on one text.

    Where both insert at one place, the delta on the ``left`` side stands first.
    """
    result: Delta = []
    reader = _Reader(delta)
    for theirs in other:
        if isinstance(theirs, str):
            if side == "left" and reader.at_insert():
                _push(result, reader.take(1, whole=str))
            _push(result, len(theirs))
            continue
        left = _length(theirs)
        while left > 0:
            mine = reader.take(left, whole=str)
            if isinstance(mine, str):
                _push(result, mine)
                continue
            left -= _length(mine)
            if isinstance(theirs, int):  # what they deleted is there no more, to be skipped or deleted again
                _push(result, mine)
    for mine in reader.rest():
        _push(result, mine)
    return _trim(result)


def compose(first: Delta, second: Delta) -> Delta:
    """One delta that does what ``first`` and then ``second`` do."""
    result: Delta = []
    reader = _Reader(first)
    for later in second:
        if isinstance(later, str):
            _push(result, later)
            continue
        left = _length(later)
        while left > 0:
            earlier = reader.take(left, whole=dict)
            if isinstance(earlier, dict):  # deleted before the second began to count
                _push(result, earlier)
                continue
            left -= _length(earlier)
            if isinstance(later, int):
                _push(result, earlier)
            elif isinstance(earlier, int):  # and what was inserted only to be deleted leaves no trace
                _push(result, {"d": earlier})
    for earlier in reader.rest():
        _push(result, earlier)
    return _trim(result)


def invert(delta: Delta, text: str) -> Delta:
    """The delta that takes ``apply(text, delta)`` back to ``text``."""
    result: Delta = []
    at = 0
    for component in delta:
        if isinstance(component, str):
            _push(result, {"d": len(component)})
            continue
        start, at = at, at + _length(component)
        _push(result, component if isinstance(component, int) else text[start:at])
    if at > len(text):
        raise TextError("The delta is longer than its text.")
    return _trim(result)


def transform_position(position: int, delta: Delta, *, own: bool = False) -> int:
    """Where a caret stands after the delta. An insert exactly at the caret moves only its author's (``own``)."""
    at = 0
    for component in delta:
        if at > position or (at == position and not own):
            break
        if isinstance(component, int):
            at += component
        elif isinstance(component, str):
            at += len(component)
            position += len(component)
        else:
            position -= min(component["d"], position - at)
    return position


def diff(old: str, new: str, caret: int | None = None) -> Delta:
    """The smallest single splice from ``old`` to ``new``; of several, the one that ends nearest to ``new``'s caret.

    An "a" typed into "aaa" could have been typed anywhere in it: only the caret tells where, and it matters as
    soon as somebody else inserts there too.
    """
    shorter = min(len(old), len(new))
    head = _shared_prefix(old, new)
    tail = _shared_prefix(old[::-1], new[::-1])
    if head + tail > shorter:
        wanted = tail if caret is None else len(new) - caret
        tail = min(max(wanted, shorter - head), tail)
        head = shorter - tail
    return normalize([head, {"d": len(old) - head - tail}, new[head : len(new) - tail]])


def _shared_prefix(one: str, other: str) -> int:
    """How many characters both begin with. Halves the range: comparing slices is far quicker than a loop."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


class _Reader:
    """Hands out a delta piece by piece, cut to the length that is asked for."""

    __slots__ = ("_delta", "_index", "_offset")

    def __init__(self, delta: Delta) -> None:
        self._delta = delta
        self._index = 0
        self._offset = 0  # how much of the component at the index is handed out

    def at_insert(self) -> bool:
        return self._index < len(self._delta) and isinstance(self._delta[self._index], str)

    def take(self, most: int, *, whole: type) -> Component:
        """The next piece, at most ``most`` long; components of the type ``whole`` are never cut."""
        if self._index == len(self._delta):
            return most  # behind its end a delta skips for ever
        component, start = self._delta[self._index], self._offset
        length = _length(component) - start
        if length > most and not isinstance(component, whole):
            self._offset += most
            return _piece(component, start, most)
        self._index += 1
        self._offset = 0
        return _piece(component, start, length)

    def rest(self) -> Iterator[Component]:
        while self._index < len(self._delta):
            yield self.take(MAX_COUNT, whole=str)


def _piece(component: Component, start: int, length: int) -> Component:
    if isinstance(component, int):
        return length
    if isinstance(component, str):
        return component[start : start + length]
    return {"d": length}


def _length(component: Component) -> int:
    if isinstance(component, int):
        return component
    return len(component) if isinstance(component, str) else component["d"]


def _push(delta: Delta, component: Component) -> None:
    """Appends to a delta under construction; joins with the last component where they are of a kind."""
    last = delta[-1] if delta else None
    if isinstance(component, int) and isinstance(last, int):
        delta[-1] = last + component
    elif isinstance(component, dict) and isinstance(last, dict):
        delta[-1] = {"d": last["d"] + component["d"]}
    elif isinstance(component, str) and isinstance(last, str):
        delta[-1] = last + component
    else:
        delta.append(component)


def _trim(delta: Delta) -> Delta:
    """Drops the skip at the end of a delta under construction; ``_push`` leaves at most one."""
    if delta and isinstance(delta[-1], int):
        delta.pop()
    return delta
