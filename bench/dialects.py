"""What is said on the socket, for each thing that is measured: the textbook's two words, and Formroom's protocol.

A dialect turns an edit into a frame and a frame into the edits it carries. It is pure: the driver does the sending and
keeps the time. Another peer is another class here.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol

Edit = tuple[int, int]  # who (the client's number), which (its own counter, from 1)


@dataclass(slots=True)
class Client:
    """One person's tab, as far as a dialect needs to know it."""

    number: int
    name: str  # a client_id of the protocol
    cell: str
    seq: int = 0
    version: int = 0
    ready: bool = False
    accepted: int = 0
    rejections: Counter[str] = field(default_factory=Counter)  # codes


@dataclass(slots=True)
class RoomWords:
    """What the frames of one room refer to: who is meant by a name or a number."""

    by_name: dict[str, int]
    by_n: dict[int, int] = field(default_factory=dict)


class Dialect(Protocol):
    def hello(self, client: Client) -> bytes | None:
        """The first frame of a connection; `None` where the client is ready without one."""

    def edit(self, client: Client) -> bytes:
        """The client's next edit, number `client.seq`."""

    def broadcast(self, words: RoomWords, payload: bytes) -> tuple[list[Edit], int] | None:
        """The edits in a frame that all of a room get, and the version after it; `None` for any other frame."""

    def private(self, client: Client, payload: bytes) -> None:
        """Hear what is for this client alone."""


class Textbook:
    def hello(self, client: Client) -> bytes | None:
        return None

    def edit(self, client: Client) -> bytes:
        return dump({"by": client.number, "seq": client.seq, "field": client.cell, "value": client.seq + 0.5})

    def broadcast(self, words: RoomWords, payload: bytes) -> tuple[list[Edit], int] | None:
        edit = json.loads(payload)
        return [(edit["by"], edit["seq"])], 0

    def private(self, client: Client, payload: bytes) -> None:
        pass


class Formroom:
    """The protocol, version 1: each edit a `submit` of one `set` on a cell of the client's own; nothing conflicts."""

    def hello(self, client: Client) -> bytes | None:
        return dump({"type": "join", "client_id": client.name, "since": None, "want": "snapshot"})

    def edit(self, client: Client) -> bytes:
        op = {"kind": "set", "field": client.cell, "value": client.seq + 0.5}
        return dump({"type": "submit", "seq": client.seq, "base": client.version, "ops": [op]})

    def broadcast(self, words: RoomWords, payload: bytes) -> tuple[list[Edit], int] | None:
        if b'"committed"' not in payload[:40]:
            return None
        frame = json.loads(payload)
        for n, who in frame.get("clients", {}).items():
            words.by_n[int(n)] = words.by_name[who["client_id"]]
        return [(words.by_n[op["by"]], op["seq"]) for op in frame["ops"]], frame["to"]

    def private(self, client: Client, payload: bytes) -> None:
        if b'"presence"' in payload[:40]:
            return  # many and long while people arrive, and nothing in them is measured
        frame: dict[str, Any] = json.loads(payload)
        if frame["type"] == "joined":
            client.version = frame["version"]
            client.ready = True
        elif frame["type"] == "acked":
            client.accepted += not frame["rejected"]
            client.rejections.update(refused["code"] for refused in frame["rejected"])


DIALECTS: dict[str, Dialect] = {"textbook": Textbook(), "formroom": Formroom()}


def dump(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()
