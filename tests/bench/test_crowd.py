"""What is measured of crowds is there to be measured: all of them come in, and all that they missed is told."""

from __future__ import annotations

import pytest

from bench import joining
from bench.joining import Size
from bench.loads import Load
from bench.runs import Timing, play
from bench.targets import echo


@pytest.mark.slow
def test_sockets_on_which_nothing_happens_cost_some_memory_and_no_time() -> None:
    load = Load("small", rooms=20, people=10, editors=0, rate=1)
    with echo(load) as running:
        seen = play("bench.crowd", running, load, Timing(dwell=0.2, warmup=0, window=0.2, drain=0, runs=1), seed=1)
    assert seen["sockets"] == 196
    assert seen["closed"] == 0
    assert seen["bytes_per_socket"] > 0


@pytest.mark.slow
def test_all_come_in_and_hear_all_that_they_missed() -> None:
    seen, versions = joining.run("embedded", Size(cells=50, people=5, missed=40, late=3))
    assert all(took is not None and took > 0 for took in seen.values())
    assert (seen["join_p50"] or 0) <= (seen["join_last"] or 0)
    assert versions
