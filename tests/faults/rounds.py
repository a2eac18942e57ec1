"""How often each fault happens: all of the counts in ``make test-faults``, once or a little in ``make test``.

Owns the progress of a long run, a line of JSON for each round that was done, so that a run that was cut goes on where
it was; and what is printed of it. ``ROUNDS="kill_one=3 flushed=0"`` says other counts, ``SEED`` takes a seed again.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FULL = os.environ.get("FAULTS") == "full"
PROGRESS = os.environ.get("FAULTS_PROGRESS")
_ASKED = dict(part.split("=") for part in os.environ.get("ROUNDS", "").split())


def count(fault: str, full: int, *, short: int = 1) -> int:
    """So many rounds of this fault, or so many of whatever it counts."""
    return int(_ASKED.get(fault, full if FULL else short))


def dice() -> random.Random:
    """Chance, by a seed that is printed."""
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")
    return random.Random(seed)


def rounds(fault: str, full: int, *, short: int = 1) -> Iterator[int]:
    """The numbers of the rounds that are still to be done."""
    yield from range(_done(fault), count(fault, full, short=short))


def done(fault: str, **figures: Any) -> None:
    """One round is over, and all was well."""
    line = json.dumps({"fault": fault, **figures})
    print(line)
    if PROGRESS:
        with Path(PROGRESS).open("a", encoding="utf-8") as progress:
            progress.write(line + "\n")


def _done(fault: str) -> int:
    if not PROGRESS or not Path(PROGRESS).exists():
        return 0
    lines = Path(PROGRESS).read_text(encoding="utf-8").splitlines()
    return sum(json.loads(line)["fault"] == fault for line in lines)
