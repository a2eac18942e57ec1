"""`python -m bench`: every target under every load, in one run, as a markdown table."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import report
from bench.loads import LOADS, Load
from bench.processes import HOST, ROOT
from bench.targets import TARGETS, Target


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds, but for `runs`."""

    dwell: float  # everybody is there and nothing happens
    warmup: float  # edits that are not counted
    window: float  # edits that are
    drain: float  # for the last of them to arrive
    runs: int


SHORT = Timing(dwell=1, warmup=2, window=8, drain=10, runs=1)
FULL = Timing(dwell=3, warmup=5, window=30, drain=15, runs=3)


def main() -> int:
    options = parse(sys.argv[1:])
    timing = FULL if options.full else SHORT
    timing = replace(timing, runs=options.runs or timing.runs, window=options.window or timing.window)
    versions: set[str] = set()
    lines = [report.HEAD]
    print(lines[0], flush=True)
    for load in options.loads:
        for target in options.targets:
            line = report.row(load, target.title, measure(load, target, timing, seed=options.seed, versions=versions))
            lines.append(line)
            print(line, flush=True)
    lines += ["", report.machine(versions), f"`python -m bench {' '.join(sys.argv[1:])}`".replace(" `", "`")]
    print("\n".join(lines[-3:]))
    if options.write:
        options.write.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def measure(load: Load, target: Target, timing: Timing, *, seed: int, versions: set[str]) -> report.Figures | str:
    """The medians of the runs, or why there are none: one that fails does not stop the others."""
    runs = []
    for number in range(timing.runs):
        try:
            runs.append(report.figures(one_run(load, target, timing, seed=seed + number, versions=versions)))
        except (subprocess.SubprocessError, RuntimeError, OSError) as error:
            print(f"{load.key}, {target.key}: {error}", file=sys.stderr)
            return "failed"
    return report.medians(runs)


def one_run(load: Load, target: Target, timing: Timing, *, seed: int, versions: set[str]) -> dict[str, Any]:
    with target.start(load) as running:
        versions.update(running.versions.values())
        plan = {
            "dialect": running.dialect, "host": HOST, "ports": running.ports, "rooms": running.rooms, "rate": load.rate,
            "dwell": timing.dwell, "warmup": timing.warmup, "window": timing.window, "drain": timing.drain,
            "seed": seed, "processes": running.processes,
        }  # fmt: skip
        bound = 180 + timing.dwell + timing.warmup + timing.window + timing.drain
        done = subprocess.run(
            [sys.executable, "-m", "bench.driver"], input=json.dumps(plan), cwd=ROOT, text=True,
            stdout=subprocess.PIPE, check=True, timeout=bound,
        )  # fmt: skip
    result: dict[str, Any] = json.loads(done.stdout)
    for what in ("rejections", "closed"):
        if result[what]:
            print(f"{load.key}, {target.key}: {what}: {result[what]}", file=sys.stderr)
    return result


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--full", action="store_true", help=f"{FULL.runs} runs of {FULL.window:.0f} s, and their medians"
    )
    parser.add_argument("--load", type=some_of(load.key for load in LOADS), help="only these (a,b)")
    parser.add_argument("--target", type=some_of(target.key for target in TARGETS), help="only these (a,b)")
    parser.add_argument("--runs", type=int, help="how many of each; the figures are their medians")
    parser.add_argument("--window", type=float, help="how long to count, in seconds")
    parser.add_argument("--seed", type=int, default=1, help="of the editors' phases")
    parser.add_argument("--write", type=Path, metavar="FILE", help="the table, into a file as well")
    options = parser.parse_args(arguments)
    options.loads = [load for load in LOADS if not options.load or load.key in options.load]
    options.targets = [target for target in TARGETS if not options.target or target.key in options.target]
    return options


def some_of(keys: Iterable[str]) -> Callable[[str], list[str]]:
    known = list(keys)

    def names(text: str) -> list[str]:
        if unknown := set(chosen := text.split(",")) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}? There are: {', '.join(known)}")
        return chosen

    return names


if __name__ == "__main__":
    sys.exit(main())
