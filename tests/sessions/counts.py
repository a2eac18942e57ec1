"""How often the races are run: all of the counts in ``make races``, a tenth of them in ``make test``."""

from __future__ import annotations

import os
import random

from tests.rooms.faults import ON_POSTGRESQL

FULL = os.environ.get("RACES") == "full"


def count(full: int, *, on_sqlite: int | None = None) -> int:
    """So many of them: fewer on SQLite, where one writes at a time and so less can go wrong."""
    some = full if FULL else max(1, full // 10)
    return some if ON_POSTGRESQL else min(some, on_sqlite or some)


def dice() -> random.Random:
    """Chance, by a seed that is printed; ``SEED`` in the environment takes it again."""
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")
    return random.Random(seed)
