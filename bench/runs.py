"""Does the measuring, part by part, and writes each run into the results as soon as it is over.

A run that fails is a result too, and stops no other. What has collapsed under a load is not given a heavier one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench import joining, report
from bench.loads import IDLE, SWEEP, Load
from bench.processes import HOST, ROOT
from bench.results import Record, Results, Seen
from bench.targets import ECHO, Running, Target

COLLAPSED = 0.999  # less than this delivered
TOO_SLOW = 100.0  # ms: where the sweep ends
HOPELESS = 1000.0  # ms: where a heavier load is not worth its time
SIT_SECONDS = 4.0
FAILURES = (subprocess.SubprocessError, RuntimeError, OSError, TimeoutError, KeyError)


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds, but for `runs`."""

    dwell: float  # everybody is there and nothing happens
    warmup: float  # edits that are not counted
    window: float  # edits that are
    drain: float  # for the last of them to arrive
    runs: int


@dataclass(frozen=True, slots=True)
class Session:
    results: Results
    timing: Timing
    seed: int
    say: Callable[[str], None]

    def run(self, key: tuple[str, str, str, int], measure: Callable[[], tuple[Seen, list[str]]]) -> None:
        """Measure once, unless that has been done."""
        if self.results.holds(*key):
            return
        try:
            seen, versions = measure()
        except FAILURES as error:
            print(f"{' '.join(map(str, key))}: {error!r}", file=sys.stderr)
            self.results.add(Record(*key, seen=None, failed="failed"))
        else:
            self.results.add(Record(*key, seen=seen, versions=versions))

    def edits(self, part: str, load: Load, target: Target, number: int) -> None:
        key = (part, load.key, target.key, number)
        self.run(key, lambda: one_run(load, target, self.timing, seed=self.seed + number))


# --- the parts -----------------------------------------------------------------------------------


def measure_loads(session: Session, loads: Sequence[Load], targets: Sequence[Target], *, chosen: bool = False) -> None:
    """Every target under every load that is for it, or that it was chosen for; one run where it collapses."""
    session.say(report.HEAD)
    for load in loads:
        for target in targets:
            if load.only and target.key not in load.only and not chosen:
                continue
            if lighter := collapsed_at(session.results, loads, load, target):
                session.say(report.row(load, target.title, f"not tried: too much with {lighter.title}"))
                continue
            for number in range(session.timing.runs):
                session.edits("loads", load, target, number)
                if has_collapsed(session.results.median("loads", load.key, target.key)):
                    break
            median = session.results.median("loads", load.key, target.key)
            session.say(report.row(load, target.title, median or "not measured"))


def collapsed_at(results: Results, loads: Sequence[Load], load: Load, target: Target) -> Load | None:
    """A load that asks for no more than this one, of no more people, and was too much."""
    return next(
        (
            other
            for other in loads
            if other is not load
            and other.deliveries_per_second <= load.deliveries_per_second
            and other.sockets <= load.sockets
            and has_collapsed(results.median("loads", other.key, target.key))
        ),
        None,
    )


def has_collapsed(median: Seen | str | None) -> bool:
    if not isinstance(median, dict):
        return median is not None
    return (median["delivered"] or 0.0) < COLLAPSED or (median["p50"] or HOPELESS) >= HOPELESS


def sweep(session: Session, targets: Sequence[Target]) -> None:
    """More and more editors in one room, until it is too much twice."""
    session.say(report.HEAD)
    for target in targets:
        for load in SWEEP:
            session.edits("sweep", load, target, 0)
            if is_too_much(session.results.median("sweep", load.key, target.key)):
                session.edits("sweep", load, target, 1)
            runs = [run.seen for run in session.results.runs("sweep", load.key, target.key)]
            session.say(report.row(load, target.title, session.results.median("sweep", load.key, target.key) or ""))
            if all(map(is_too_much, runs)):
                break


def is_too_much(seen: Seen | str | None) -> bool:
    if not isinstance(seen, dict):
        return True
    return (seen["delivered"] or 0.0) < COLLAPSED or (seen["p99"] or TOO_SLOW + 1) > TOO_SLOW


def sit(session: Session, targets: Sequence[Target]) -> None:
    """Many sockets on which nothing happens, at each target and at the least that uvicorn can serve."""
    for target in (ECHO, *targets):
        session.run(("idle", IDLE.key, target.key, 0), lambda target=target: sit_once(target))  # type: ignore[misc]
        session.say(f"{IDLE.key} idle sockets, {target.title}: {session.results.median('idle', IDLE.key, target.key)}")


def join(session: Session, targets: Sequence[Target]) -> None:
    for target in targets:
        for number in range(session.timing.runs):
            session.run(("joining", "", target.key, number), lambda target=target: joining.run(target.key))  # type: ignore[misc]
        session.say(f"joining, {target.title}: {session.results.median('joining', '', target.key)}")


# --- one run -------------------------------------------------------------------------------------


def one_run(load: Load, target: Target, timing: Timing, *, seed: int) -> tuple[Seen, list[str]]:
    with target.start(load) as running:
        result = play("bench.driver", running, load, timing, seed=seed)
    for what in ("rejections", "closed"):
        if result[what]:
            print(f"{load.key}, {target.key}: {what}: {result[what]}", file=sys.stderr)
    return asdict(report.figures(result)), list(running.versions.values())


def sit_once(target: Target) -> tuple[Seen, list[str]]:
    timing = Timing(dwell=SIT_SECONDS, warmup=0, window=SIT_SECONDS, drain=0, runs=1)
    with target.start(IDLE) as running:
        return play("bench.crowd", running, IDLE, timing, seed=0), list(running.versions.values())


def play(module: str, running: Running, load: Load, timing: Timing, *, seed: int) -> dict[str, Any]:
    """The people, in a process of their own."""
    plan = {
        "dialect": running.dialect, "host": HOST, "ports": running.ports, "rooms": running.rooms, "rate": load.rate,
        "dwell": timing.dwell, "warmup": timing.warmup, "window": timing.window, "drain": timing.drain,
        "seed": seed, "processes": running.processes,
    }  # fmt: skip
    bound = 480 + timing.dwell + timing.warmup + timing.window + timing.drain
    done = subprocess.run(
        [sys.executable, "-m", module], input=json.dumps(plan), cwd=ROOT, text=True,
        stdout=subprocess.PIPE, check=True, timeout=bound,
    )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout)
    return result
