"""What has been measured, a JSON object a line: written run by run, so that a session that is cut has lost one run.

Owns the file and what is asked of it. Knows nothing of how a figure is made, nor of how it is shown.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Seen = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Record:
    """One run: `seen`, its figures by name, or why there are none."""

    part: str
    case: str
    target: str
    run: int
    seen: Seen | None
    failed: str = ""
    versions: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, str, int]:
        return (self.part, self.case, self.target, self.run)


class Results:
    def __init__(self, path: Path, records: Iterable[Record] = (), facts: Mapping[str, str] | None = None) -> None:
        self._path = path
        self._records = {record.key: record for record in records}
        self.facts = dict(facts or {})  # what it ran on

    @classmethod
    def at(cls, path: Path) -> Results:
        """What the file holds; a last line that was cut off is left out."""
        lines = list(read_lines(path))
        facts: dict[str, str] = next((line["facts"] for line in reversed(lines) if "facts" in line), {})
        return cls(path, [Record(**line) for line in lines if "facts" not in line], facts)

    @classmethod
    def afresh(cls, path: Path) -> Results:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
        return cls(path)

    def note(self, facts: Mapping[str, str]) -> None:
        self.facts = dict(facts)
        self._write({"facts": self.facts})

    def add(self, record: Record) -> None:
        self._records[record.key] = record
        self._write(asdict(record))

    def holds(self, part: str, case: str, target: str, run: int) -> bool:
        return (part, case, target, run) in self._records

    def runs(self, part: str, case: str, target: str) -> list[Record]:
        return [record for record in self._records.values() if record.key[:3] == (part, case, target)]

    def cases(self, part: str, target: str) -> list[str]:
        """In the order in which they were measured."""
        return list(dict.fromkeys(r.case for r in self._records.values() if (r.part, r.target) == (part, target)))

    def median(self, part: str, case: str, target: str) -> Seen | str | None:
        """The median of each figure; why there is none; `None` where nothing was measured."""
        runs = self.runs(part, case, target)
        if failed := next((run.failed for run in runs if run.seen is None), ""):
            return failed
        return medians([run.seen for run in runs if run.seen is not None]) if runs else None

    def versions(self) -> set[str]:
        return {version for record in self._records.values() for version in record.versions}

    def _write(self, line: Mapping[str, object]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def medians(runs: list[Seen]) -> Seen:
    """Of each figure by itself, where it was seen at all."""

    def median(name: str) -> float | None:
        values = [value for run in runs if (value := run.get(name)) is not None]
        return statistics.median(values) if values else None

    return {name: median(name) for name in dict.fromkeys(name for run in runs for name in run)}
