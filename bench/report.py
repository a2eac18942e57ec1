"""From what the driver saw to the rows of a table, with what it ran on."""

from __future__ import annotations

import importlib.metadata
import math
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.loads import Load
from bench.results import Seen

PACKAGES = ("Django", "channels", "channels_redis", "uvicorn", "uvloop", "websockets", "psycopg", "redis")


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one run, or the medians of several. Delays in milliseconds; `None` where nothing arrived."""

    p50: float | None
    p95: float | None
    p99: float | None
    delivered: float  # share of what was due
    edits: float  # a second, sent
    server: float  # processor seconds a second
    stores: float | None
    driver: float
    late: float  # p99 of how late the driver was, ms
    others: float  # processor seconds a second that went to something else on the machine
    rejected: float
    closed: float


def figures(result: Mapping[str, Any]) -> Figures:
    delays = {int(bucket): times for bucket, times in result["delays"].items()}
    step = 1000 / result["buckets_per_second"]
    seconds, cpu = result["seconds"], result["cpu"]
    return Figures(
        p50=percentile(delays, 0.50, step),
        p95=percentile(delays, 0.95, step),
        p99=percentile(delays, 0.99, step),
        delivered=result["delivered"] / result["expected"] if result["expected"] else 0.0,
        edits=result["edits"] / seconds,
        server=cpu["server"] / seconds,
        stores=cpu["stores"] / seconds if "stores" in cpu else None,
        driver=cpu["driver"] / seconds,
        late=result["driver_late_p99"] * 1000,
        others=cpu["others"] / seconds,
        rejected=sum(result["rejections"].values()),
        closed=sum(result["closed"].values()),
    )


def percentile(delays: Mapping[int, int], share: float, step: float) -> float | None:
    due = share * sum(delays.values())
    seen = 0
    for bucket in sorted(delays):
        seen += delays[bucket]
        if seen >= due:
            return bucket * step
    return None


HEAD = """\
| load | what | p50 ms | p95 ms | p99 ms | delivered | edits/s | CPU: server | CPU: stores | |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"""


def row(load: Load, what: str, median: Seen | str) -> str:
    if isinstance(median, str):
        return f"| {load.title} | {what} | – | – | – | – | – | – | – | {median} |"
    seen = Figures(**median)  # type: ignore[arg-type]
    cells = [
        load.title,
        what,
        *(milliseconds(value) for value in (seen.p50, seen.p95, seen.p99)),
        share(seen.delivered),
        f"{seen.edits:,.0f}",
        f"{seen.server:.2f}",
        "–" if seen.stores is None else f"{seen.stores:.2f}",
        remarks(seen),
    ]
    return f"| {' | '.join(cells)} |"


def share(delivered: float) -> str:
    """Never rounded to all, neither from below nor from above: what comes twice is as wrong as what never comes."""
    if delivered == 1:
        return "all"
    rounded = math.floor(delivered * 10_000) if delivered < 1 else math.ceil(delivered * 10_000)
    return f"{rounded / 100:.2f}%"


def milliseconds(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def remarks(seen: Figures) -> str:
    """What a reader must know before believing the row."""
    notes = []
    if seen.p50 is None:
        notes.append("nothing arrived while we waited")
    if seen.rejected:
        notes.append(f"{seen.rejected:,.0f} edits rejected")
    if seen.closed:
        notes.append(f"{seen.closed:,.0f} sockets closed")
    if seen.late > 10:
        notes.append(f"driver {seen.late:,.0f} ms late (p99)")
    if seen.driver > 0.85:
        notes.append(f"the driver was busy ({seen.driver:.2f} CPU)")
    if seen.others > 0.25:
        notes.append(f"the machine was busy with something else ({seen.others:.2f} CPU)")
    return ", ".join(notes)


def machine() -> str:
    """What it ran on: said with every table, or the table says nothing."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, {', '.join(packages())}."
    )


def packages() -> list[str]:
    return [f"{name} {importlib.metadata.version(name)}" for name in PACKAGES]


NOTE = (
    "Driver, server and stores share the machine; a delay is from the edit written to a socket to the same edit read "
    "from another; CPU in processor seconds a second."
)


def processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()
