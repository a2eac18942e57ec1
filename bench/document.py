"""Makes `docs/benchmarks.md` and its pictures of the results. Everything it says of figures is read from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench import plots, report
from bench.crowd import FIRST
from bench.joining import BIG
from bench.loads import IDLE, LOADS, SWEEP, SWEEP_RATE, Load
from bench.results import Results, Seen
from bench.runs import TOO_SLOW, collapsed_at, is_too_much
from bench.targets import ECHO, TARGETS, Target

INTRODUCTION = """\
# Benchmarks

Made by `make bench` from one run on one machine; do not edit. What is measured, and how, is in
[bench/README.md](../bench/README.md). Formroom commits every edit before anyone sees it; *textbook*, *y-websocket*,
*Hocuspocus* and *ShareDB in memory* store nothing first.
"""


def write(results: Results, path: Path) -> None:
    pictures = path.with_suffix("")
    pictures.mkdir(parents=True, exist_ok=True)
    parts = [
        INTRODUCTION,
        *loads(results, pictures),
        *swept(results, pictures),
        *idle(results),
        *joined(results),
        *ground(results),
    ]
    path.write_text("\n".join(parts), encoding="utf-8")


def ground(results: Results) -> Iterator[str]:
    yield "## What it ran on\n"
    yield f"{results.facts['machine']}\n"
    yield f"{', '.join(sorted(results.versions()))}.\n"
    yield f"{report.NOTE}\n"
    yield f"`{results.facts['command']}`, {results.facts['began']}.\n"


# --- the loads -----------------------------------------------------------------------------------


def loads(results: Results, pictures: Path) -> Iterator[str]:
    measured = [load for load in LOADS if any(results.runs("loads", load.key, target.key) for target in TARGETS)]
    if not measured:
        return
    targets = [target for target in TARGETS if results.cases("loads", target.key)]
    yield "## From an edit to another person's socket\n"
    yield "p50 / p99 in ms; medians of the runs. What collapses gets one run, and no heavier load.\n"
    yield f"| edits a second in brackets | {' | '.join(target.title for target in targets)} |"
    yield f"| --- |{' --- |' * len(targets)}"
    for load in measured:
        cells = (brief(results, measured, load, target) for target in targets)
        yield f"| {short(load)} | {' | '.join(cells)} |"
    picture = pictures / "loads.svg"
    picture.write_text(draw_loads(results, measured, targets), encoding="utf-8")
    yield f"\n![p99 over the deliveries asked for]({picture.parent.name}/{picture.name})\n"
    yield "The same with all that belongs to it:\n"
    yield report.HEAD
    for load in measured:
        for target in targets:
            if median := results.median("loads", load.key, target.key):
                yield report.row(load, target.title, median)
    yield ""


def short(load: Load) -> str:
    rooms = f"{load.rooms:,} rooms × {load.people}" if load.rooms > 1 else f"{load.people:,}"
    editing = "" if load.editors == load.people else f", {load.editors} editing"
    return f"{rooms}{editing} ({load.rate:g})"


def brief(results: Results, measured: list[Load], load: Load, target: Target) -> str:
    median = results.median("loads", load.key, target.key)
    if median is None:
        return "–" if collapsed_at(results, measured, load, target) else ""
    if isinstance(median, str):
        return median
    delays = f"{report.milliseconds(median['p50'])} / {report.milliseconds(median['p99'])}"
    delivered = median["delivered"] or 0.0
    return delays if delivered == 1 else f"{delays}, {report.share(delivered)} delivered"


def draw_loads(results: Results, measured: list[Load], targets: list[Target]) -> str:
    drawn = []
    for target in targets:
        medians = [(load.deliveries_per_second, results.median("loads", load.key, target.key)) for load in measured]
        points = [
            (asked, p99) for asked, seen in medians if isinstance(seen, dict) and (p99 := seen["p99"]) is not None
        ]
        drawn.append(plots.Line(target.title, colour_of(target), sorted(points)))
    x = plots.Axis("deliveries a second that the load asks for", (1_000, 10_000, 100_000, 1_000_000, 3_000_000))
    y = plots.Axis("ms", (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000))
    return plots.lines("p99 of the delay under each load", drawn, x=x, y=y)


def colour_of(target: Target) -> str:
    return plots.COLOURS[TARGETS.index(target)]


# --- the sweep -----------------------------------------------------------------------------------


def swept(results: Results, pictures: Path) -> Iterator[str]:
    targets = [target for target in TARGETS if results.cases("sweep", target.key)]
    if not targets:
        return
    picture = pictures / "sweep.svg"
    picture.write_text(draw_sweep(results, targets), encoding="utf-8")
    yield "## How many can edit in one room\n"
    yield f"Everybody edits {SWEEP_RATE} times a second; more and more people, until the p99 is above {TOO_SLOW:g} ms"
    yield "or less than 99.9 % is delivered, twice. Solid the p99, dotted the p50.\n"
    yield f"![Delay over the number of editors]({picture.parent.name}/{picture.name})\n"
    yield "| | most editors | p50 ms | p99 ms | edits/s | too much at |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    for target in targets:
        yield most_editors(results, target)
    yield ""


def most_editors(results: Results, target: Target) -> str:
    steps = [(case, best(results, case, target)) for case in results.cases("sweep", target.key)]
    held = [(case, seen) for case, seen in steps if seen is not None and not is_too_much(seen)]
    broke = next((case for case, seen in steps if is_too_much(seen)), f"more than {SWEEP[-1].key}")
    if not held:
        return f"| {target.title} | – | – | – | – | {broke} |"
    case, seen = held[-1]
    delays = f"{report.milliseconds(seen['p50'])} | {report.milliseconds(seen['p99'])}"
    return f"| {target.title} | {case} | {delays} | {seen['edits']:,.0f} | {broke} |"


def best(results: Results, case: str, target: Target) -> Seen | None:
    """Of a step that was tried twice, the run that went well, if one did."""
    runs = [run.seen for run in results.runs("sweep", case, target.key) if run.seen is not None]
    return next((seen for seen in runs if not is_too_much(seen)), runs[0] if runs else None)


def draw_sweep(results: Results, targets: list[Target]) -> str:
    drawn = []
    for target in targets:
        steps = [(float(case), best(results, case, target)) for case in results.cases("sweep", target.key)]
        for figure, dashed in (("p99", False), ("p50", True)):
            points = [(editors, value) for editors, seen in steps if seen and (value := seen[figure]) is not None]
            drawn.append(plots.Line("" if dashed else target.title, colour_of(target), points, dashed=dashed))
    x = plots.Axis(f"editors in one room, each {SWEEP_RATE} edits a second", (10, 20, 50, 100, 200, 500, 1000, 1500))
    y = plots.Axis("ms", (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000))
    return plots.lines("Delay from an edit to the others", drawn, x=x, y=y, limit=TOO_SLOW)


# --- crowds --------------------------------------------------------------------------------------


def idle(results: Results) -> Iterator[str]:
    own = results.median("idle", IDLE.key, ECHO.key)
    rows = [(target, results.median("idle", IDLE.key, target.key)) for target in (ECHO, *TARGETS)]
    if not any(isinstance(seen, dict) for _, seen in rows):
        return
    base = (own["bytes_per_socket"] or 0.0) if isinstance(own, dict) else 0.0
    yield f"## {IDLE.sockets:,} sockets on which nothing happens\n"
    yield f"In {IDLE.rooms} rooms of {IDLE.people}. Memory that no other process shares, counted after the first"
    yield f"{FIRST:.0%} of them have come.\n"
    yield "| | KiB a socket | above uvicorn's own | accepted in s | sockets/s | CPU while idle | |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | --- |"
    for target, seen in rows:
        if isinstance(seen, dict):
            yield idle_row(target, seen, base)
        elif seen is not None:
            yield f"| {target.title} | – | – | – | – | – | {seen} |"
    yield ""


def idle_row(target: Target, seen: Seen, base: float) -> str:
    each, took = seen["bytes_per_socket"] or 0.0, seen["accepted_in"] or 0.0
    above = "" if target is ECHO else f"{(each - base) / 1024:.1f}"
    closed = f"{seen['closed']:,.0f} closed" if seen["closed"] else ""
    rate = f"{(seen['sockets'] or 0.0) / took:,.0f}" if took else "–"
    memory = f"{each / 1024:.1f} | {above}"
    return f"| {target.title} | {memory} | {took:.1f} | {rate} | {seen['cpu_idle'] or 0.0:.2f} | {closed} |"


def joined(results: Results) -> Iterator[str]:
    rows = [(target, results.median("joining", "", target.key)) for target in TARGETS]
    if not any(seen is not None for _, seen in rows):
        return
    yield "## Coming into a big form\n"
    yield f"{BIG.people} people at once into a form of {BIG.cells:,} cells, and {BIG.late} at once who have missed"
    yield f"{BIG.missed:,} ops; seconds, from the TCP connection to the last byte.\n"
    yield "| | join, alone | join, median | join, the last | catch-up, alone | catch-up, median | catch-up, the last |"
    yield f"| --- |{' ---: |' * 6}"
    for target, seen in rows:
        if isinstance(seen, dict):
            yield f"| {target.title} | {' | '.join(f'{value or 0.0:.2f}' for value in seen.values())} |"
        elif seen is not None:
            yield f"| {target.title} |{' – |' * 5} {seen} |"
    yield ""
