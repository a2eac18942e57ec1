"""What a crowd costs that only sits there: like the driver, a process of its own, plan on stdin, answer on stdout.

A first few people come in before memory is looked at, so that what the server makes once is not counted; what is shared
with other processes is not counted either.
"""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Any

import psutil

from bench.driver import Plan, connect_all, make_people, play, processor_seconds

FIRST = 0.02  # the share of people that come before anything is counted


async def sit(plan: Plan) -> dict[str, Any]:
    people, _ = make_people(plan)
    first = int(FIRST * len(people))
    await connect_all(plan, people[:first])
    await asyncio.sleep(plan.dwell)
    before = memory(plan.processes["server"])

    began = perf_counter()
    await connect_all(plan, people[first:])
    accepted_in = perf_counter() - began
    await asyncio.sleep(plan.dwell)
    after, spent = memory(plan.processes["server"]), processor_seconds(plan.processes)
    await asyncio.sleep(plan.window)
    idling = processor_seconds(plan.processes)
    return {
        "sockets": len(people) - first,
        "bytes_per_socket": (after - before) / (len(people) - first),
        "accepted_in": accepted_in,
        "cpu_idle": (idling["server"] - spent["server"]) / plan.window,
        "closed": sum(person.ended is not None for person in people),
    }


def memory(processes: list[int]) -> int:
    """In bytes, of these processes and what they have started."""
    roots = [psutil.Process(pid) for pid in processes]
    everyone = [member for root in roots for member in (root, *root.children(recursive=True))]
    return sum(member.memory_full_info().uss for member in everyone)


if __name__ == "__main__":
    play(sit)
