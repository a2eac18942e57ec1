"""The driver against a real server: all that is sent arrives, and counts once for everyone but its author."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from bench.driver import Plan
from bench.loads import Load
from bench.processes import HOST
from bench.targets import textbook

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_every_edit_is_counted_for_everyone_but_its_author() -> None:
    load = Load("small", rooms=2, people=4, editors=2, rate=10)
    with textbook(load) as running:
        plan = Plan(
            dialect=running.dialect, host=HOST, ports=running.ports, rooms=running.rooms, rate=load.rate,
            dwell=0.0, warmup=0.2, window=1.0, drain=20.0, seed=1, processes=running.processes,
        )  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "bench.driver"], input=json.dumps(asdict(plan)), cwd=ROOT,
            text=True, capture_output=True, check=True, timeout=60,
        )  # fmt: skip
    seen = json.loads(done.stdout)
    assert seen["edits"] > 0
    assert seen["expected"] == seen["edits"] * (load.people - 1)
    assert seen["delivered"] == seen["expected"] == sum(seen["delays"].values())
    assert seen["closed"] == {}
    assert seen["cpu"]["server"] > 0
