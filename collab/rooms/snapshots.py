"""The newest snapshots of forms as JSON text: made once, however many people open a form at the same version.

A snapshot of a form at a version never changes (I4), so what was made for one is good for all. Owns a bounded memory of
this process; how a snapshot is made, and who may see it, is not its business.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST_CHARACTERS = 32_000_000


class Snapshots:
    """Texts by form, each of one state of it; the one that was not asked for the longest time goes first."""

    def __init__(self, *, most_characters: int = MOST_CHARACTERS) -> None:
        self._most = most_characters
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, form: Hashable, state: Hashable, make: Callable[[], str]) -> str:
        """The form's text in this state; raises what ``make`` raises. Who asks while it is being made waits for it."""
        with self._lock:
            kept = self._kept.get(form)
            if kept is None or kept.state != state:
                kept = self._kept[form] = _Kept(state)
            self._kept.move_to_end(form)
        with kept.making:
            if kept.text is None:
                kept.text = make()
                self._forget_some()
            return kept.text

    def _forget_some(self) -> None:
        with self._lock:
            characters = sum(len(kept.text or "") for kept in self._kept.values())
            while characters > self._most:
                _, oldest = self._kept.popitem(last=False)
                characters -= len(oldest.text or "")


class _Kept:
    """One text, or the place where it will be."""

    __slots__ = ("making", "state", "text")

    def __init__(self, state: Hashable) -> None:
        self.state = state
        self.making = threading.Lock()
        self.text: str | None = None
