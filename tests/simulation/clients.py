"""The real JavaScript sync clients, in a Node process: see `clients.mjs` for what it understands."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Self

SCRIPT = Path(__file__).with_name("clients.mjs")

Answer = dict[str, Any]


class ClientError(AssertionError):
    """A client threw, or showed its page something else than it says."""


class Clients:
    """Five clients at most, commanded by JSON lines."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1 << 16
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()

    def do(self, command: str, client: int | None = None, **more: Any) -> Answer:
        return self._say(json.dumps({"do": command, "id": client, **more}))

    def deliver(self, client: int, frame: str) -> Answer:
        """A frame of the server, which is JSON already, reaches a client."""
        return self._say(f'{{"do":"deliver","id":{client},"frame":{frame}}}')

    def _say(self, line: str) -> Answer:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer: Answer = json.loads(self._process.stdout.readline())
        if "error" in answer or "wrong" in answer:
            raise ClientError(answer.get("error") or answer["wrong"])
        return answer
