"""What happened to every op: invoked, acknowledged with its outcome, or of unknown fate; and what anybody was shown.

Kept in memory for the checker and as JSON lines, with monotonic and wall time, for whoever has to understand a
failure. Owns what was seen by the bots, and compares what they saw of one version; knows nothing of the store.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Key = tuple[str, str, int]  # form, client id, seq
Op = dict[str, Any]


@dataclass(slots=True)
class Submit:
    """A submit of a bot, and the outcomes that it heard: all the same, however often it was sent."""

    seq: int
    base: int
    ops: list[Op]
    invoked: float
    sent: int = 0
    outcome: tuple[int, list[Any]] | None = None
    failed: bool = False

    @property
    def has_edit(self) -> bool:
        return any(op["kind"] == "edit" for op in self.ops)

    @property
    def accepted(self) -> list[Op]:
        """The ops that the outcome says are committed."""
        assert self.outcome is not None
        refused = {each["index"] for each in self.outcome[1]}
        return [op for index, op in enumerate(self.ops) if index not in refused]


@dataclass(frozen=True, slots=True)
class Shown:
    """An op as somebody was shown it, when, and by which process."""

    entry: list[Any]  # by, seq, op, at
    at: float
    process: int


@dataclass(slots=True)
class Lags:
    """How long after the first of a room the others were shown an op, by whether the same process told them."""

    same: list[float] = field(default_factory=list)
    other: list[float] = field(default_factory=list)


class History:
    """Of one scenario: the submits, what was shown, and what the bots found wrong."""

    def __init__(self, path: Path) -> None:
        self.submits: dict[Key, Submit] = {}
        self.shown: dict[tuple[str, int], Shown] = {}
        self.problems: list[str] = []
        self.counts: Counter[str] = Counter()
        self.lags = Lags()
        self.answer_times: list[float] = []
        self._file = path.open("a", encoding="utf-8")

    def close(self) -> None:
        self._file.close()

    def note(self, event: str, **what: Any) -> None:
        self.counts[event] += 1
        line = {"event": event, "monotonic": time.monotonic(), "wall": datetime.now(UTC).isoformat(), **what}
        self._file.write(json.dumps(line) + "\n")

    def problem(self, text: str) -> None:
        self.note("problem", text=text)
        self.problems.append(text)

    def invoke(self, key: Key, submit: Submit) -> None:
        self.submits[key] = submit
        self.note("invoked", key=key, base=submit.base, ops=submit.ops)

    def acknowledge(self, key: Key, version: int, rejected: list[Any]) -> None:
        submit = self.submits[key]
        if submit.outcome is None:
            submit.outcome = (version, rejected)
            self.answer_times.append(time.monotonic() - submit.invoked)
            self.note("acknowledged", key=key, version=version, rejected=rejected)
            self.counts["ops acknowledged"] += len(submit.accepted)
        elif submit.outcome != (version, rejected):
            self.problem(f"{key} was answered {submit.outcome}, and then {(version, rejected)}")

    def give_up(self, key: Key) -> None:
        """Nobody will send it again: whether it was committed is not known."""
        self.note("unknown" if self.submits[key].sent else "failed", key=key)
        self.submits[key].failed = not self.submits[key].sent

    def show(self, form: str, version: int, entry: list[Any], *, process: int) -> None:
        """Somebody was shown the op of a version: the same one as everybody."""
        now = time.monotonic()
        first = self.shown.setdefault((form, version), Shown(entry, now, process))
        if first.entry != entry:
            self.problem(f"version {version} of {form} was shown as {first.entry}, and as {entry}")
        if first.at != now:
            (self.lags.same if first.process == process else self.lags.other).append(now - first.at)

    def measure(self) -> None:
        """Lags and answer times are taken from now on."""
        self.lags = Lags()
        self.answer_times = []
