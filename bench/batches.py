"""`python -m bench.batches`: what committing a batch costs by itself, with nobody connected.

One thread commits submits of one op each, of as many people, in one form: the heart of the server without sockets,
loop and room. Medians; the time is the thread's, from `commit_batch` to its return, and beside it the processor
seconds that this process and the database took for each submit.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from statistics import median
from time import perf_counter, process_time
from typing import Any
from uuid import UUID

import django
import psutil

from bench import report
from bench.driver import tree_seconds
from bench.targets import cell, numbers, prepare, store_processes, surroundings

SIZES = (1, 10, 100, 500)
PEOPLE = max(SIZES)
SUBMITS = 15_000  # of each size, at the most
BATCHES = 500
WARM_UP = 20


def main() -> int:
    target = sys.argv[1] if len(sys.argv) > 1 else "postgresql"
    with surroundings(target) as environment:
        what = {"rooms": 1, "people": PEOPLE, "editors": PEOPLE, "definition": numbers(PEOPLE)}
        form = UUID(prepare(what, environment)["rooms"][0]["path"].split("/")[-2])
        os.environ.update(environment, DJANGO_SETTINGS_MODULE="project.settings")
        django.setup()
        crowd = Crowd(form)
        print("| submits | ms a batch | µs a submit | CPU of Python, µs | CPU of the database, µs |")
        print("| ---: | ---: | ---: | ---: | ---: |")
        for size in SIZES:
            print(crowd.measure(size), flush=True)
        print(f"\n{report.machine()}")
    return 0


class Crowd:
    """People who submit, again and again."""

    def __init__(self, form: UUID) -> None:
        from collab.accounts.models import SignIn

        self._form = form
        self._authors = list(SignIn.objects.order_by("generation").values_list("user_id", "generation"))
        self._version = self._seq = 0

    def measure(self, size: int) -> str:
        """A row of the table."""
        batches = min(BATCHES, SUBMITS // size)
        for _ in range(WARM_UP):
            self._commit(size)
        mine, theirs = process_time(), database_seconds()
        took = [self._commit(size) for _ in range(batches)]
        spent = process_time() - mine, database_seconds() - theirs
        each = median(took) / size, *(seconds / batches / size for seconds in spent)
        cells = str(size), f"{median(took) * 1e3:.2f}", *(f"{seconds * 1e6:.0f}" for seconds in each)
        return f"| {' | '.join(cells)} |"

    def _commit(self, size: int) -> float:
        from collab.rooms.commit import Submission, commit_batch
        from collab.rooms.limits import room_limits

        self._seq += 1
        submissions = [
            Submission(self._form, user, f"bench-{at}", self._seq, self._version, [self._op(at)], generation)
            for at, (user, generation) in enumerate(self._authors[:size])
        ]
        began = perf_counter()
        result = commit_batch(submissions, now=datetime.now(UTC), limits=room_limits().of_document(), handed={})
        took = perf_counter() - began
        self._version += size
        assert result.runs[0].last == self._version, "all were accepted"
        return took

    def _op(self, at: int) -> dict[str, Any]:
        return {"kind": "set", "field": cell(at), "value": self._seq}


def database_seconds() -> float:
    """Of the database's processes, where it has any."""
    return sum(tree_seconds(psutil.Process(pid)) for pid in store_processes())


if __name__ == "__main__":
    sys.exit(main())
