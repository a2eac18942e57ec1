"""`python -m bench`: measures part by part, shows each figure as it comes, and makes `docs/benchmarks.md` of them."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bench import document, report, runs
from bench.loads import LOADS
from bench.processes import ROOT
from bench.results import Results
from bench.runs import Session, Timing
from bench.targets import TARGETS, Target

TIMING = Timing(dwell=1, warmup=1.5, window=4, drain=4, runs=3)
LONG = Timing(dwell=3, warmup=5, window=30, drain=15, runs=3)
PARTS = ("loads", "sweep", "idle", "joining")
# Who takes part where all are not asked for.
SWEPT = {"textbook", "hocuspocus", "postgresql", "postgresql2"}
SITTING = {"textbook", "hocuspocus", "postgresql"}
JOINED = {"embedded", "postgresql"}


def main() -> int:
    options = parse(sys.argv[1:])
    if options.render:
        document.write(Results.at(options.results), options.document)
        return 0
    began = time.monotonic()
    results = Results.at(options.results) if options.resume else Results.afresh(options.results)
    results.note({"machine": report.machine(), "command": command(options), "began": time.strftime("%Y-%m-%d")})
    session = Session(results, timing_of(options), options.seed, say)
    for part in options.parts:
        measure(part, session, options)
    print("\n".join(["", report.machine(), ", ".join(sorted(results.versions())), report.NOTE]))
    print(f"{(time.monotonic() - began) / 60:.1f} minutes; the figures are in {options.results}")
    if options.document:
        document.write(results, options.document)
    return 0


def measure(part: str, session: Session, options: argparse.Namespace) -> None:
    def only(usual: set[str]) -> list[Target]:
        wanted = set(options.target or usual)
        return [target for target in TARGETS if target.key in wanted]

    match part:
        case "loads":
            loads = [load for load in LOADS if not options.load or load.key in options.load]
            runs.measure_loads(session, loads, only({target.key for target in TARGETS}), chosen=bool(options.target))
        case "sweep":
            runs.sweep(session, only(SWEPT))
        case "idle":
            runs.sit(session, only(SITTING))
        case "joining":
            runs.join(session, [target for target in only(JOINED) if target.key in JOINED])


def timing_of(options: argparse.Namespace) -> Timing:
    timing = LONG if options.long else TIMING
    return replace(timing, runs=options.runs or timing.runs, window=options.window or timing.window)


def say(line: str) -> None:
    print(line, flush=True)


def command(options: argparse.Namespace) -> str:
    return " ".join(["python -m bench", *sys.argv[1:]])


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--part", type=some_of(PARTS), help=f"only these of {','.join(PARTS)}")
    parser.add_argument("--load", type=some_of(load.key for load in LOADS), help="only these loads (a,b)")
    parser.add_argument("--target", type=some_of(target.key for target in TARGETS), help="only these targets (a,b)")
    parser.add_argument("--runs", type=int, help=f"how many of each, for their medians ({TIMING.runs})")
    parser.add_argument("--window", type=float, help=f"how long to count, in seconds ({TIMING.window:g})")
    parser.add_argument("--long", action="store_true", help=f"windows of {LONG.window:g} s")
    parser.add_argument("--seed", type=int, default=1, help="of the editors' phases")
    parser.add_argument("--results", type=Path, default=ROOT / "var" / "bench.jsonl", help="one line a run")
    parser.add_argument("--resume", action="store_true", help="keep what is in the results, measure the rest")
    parser.add_argument("--document", type=Path, metavar="FILE", help="make this of the results (docs/benchmarks.md)")
    parser.add_argument("--render", action="store_true", help="measure nothing, make the document")
    options = parser.parse_args(arguments)
    if options.render and not options.document:
        options.document = ROOT / "docs" / "benchmarks.md"
    # Who names a load or a target wants to compare, and not to wait for the rest.
    options.parts = options.part or (["loads"] if options.load or options.target else list(PARTS))
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
