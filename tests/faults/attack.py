"""Hostile clients in a process of their own: frames that a session survives, and then one that it does not.

    python -m tests.faults.attack < plan    # a JSON plan; prints how many frames it sent, and how sockets ended

The plan names the port, who attacks which form (cookie and form id), a seed, and how many frames. It runs beside the
people whose delay is measured, and is nice to them; the server is not.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.rooms.hostile import Hostile

AT_ONCE = 8
PER_SOCKET = 50
FRAMES_PER_SECOND = 400.0  # all of them together: what a process takes without being busy with nothing else
PATIENCE = 20.0
OVERSIZED = (64 * 2**10 + 1, 2**20, 16 * 2**20)

Plan = dict[str, Any]


async def attack(plan: Plan) -> dict[str, Any]:
    """Sends frames until there were enough, then the oversized ones."""
    chance = random.Random(plan["seed"])
    ended: Counter[str] = Counter()
    sent = 0
    while sent < plan["frames"]:
        seeds = [chance.random() for _ in range(AT_ONCE)]
        sessions = [_session(plan, chance.choice(plan["who"]), Hostile(random.Random(seed)), ended) for seed in seeds]
        sent += sum(await asyncio.gather(*sessions))
    sizes = [size for size in OVERSIZED for _ in range(plan["oversized"])]
    too_large = [await _oversized(plan, chance.choice(plan["who"]), size) for size in sizes]
    return {"sent": sent, "ended": ended, "too_large": too_large}


async def _session(plan: Plan, who: list[str], hostile: Hostile, ended: Counter[str]) -> int:
    """One socket, however it ends: the server may hang up on it at any frame. How many frames it sent."""
    cookie, form = who
    sent = 0
    with suppress(OSError, WebSocketException, TimeoutError):
        async with asyncio.timeout(PATIENCE), _socket(plan, cookie, form) as connection:
            client_id = hostile.client_id()
            await connection.send(json.dumps({"type": "join", "client_id": client_id, "since": None, "want": "tail"}))
            with suppress(ConnectionClosed):
                for _ in range(PER_SOCKET):
                    await connection.send(hostile.frame())
                    sent += 1
                    await asyncio.sleep(AT_ONCE / FRAMES_PER_SECOND)
                data, is_text = hostile.last_words()
                await connection.send(data, text=is_text)
                sent += 1
                while True:
                    await connection.recv()
            ended[str(connection.close_code)] += 1
    return sent


async def _oversized(plan: Plan, who: list[str], size: int) -> list[int | None]:
    """A frame of so many bytes, and how the socket ended."""
    cookie, form = who
    async with asyncio.timeout(PATIENCE), _socket(plan, cookie, form) as connection:
        with suppress(ConnectionClosed, ConnectionError):
            await connection.send("x" * size)
            while True:
                await connection.recv()
        return [size, connection.close_code]


def _socket(plan: Plan, cookie: str, form: str) -> connect:
    return connect(
        f"ws://127.0.0.1:{plan['port']}/ws/forms/{form}/",
        additional_headers=[("Cookie", cookie)],
        max_size=None,
        compression=None,
        close_timeout=1,
    )


def run(plan: Plan) -> dict[str, Any]:
    """The attack, from its beginning to its end; blocks."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.attack"],
        input=json.dumps(plan).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    os.nice(5)
    print(json.dumps(asyncio.run(attack(json.load(sys.stdin)))))
