"""What is said on the socket, by each thing that is measured: the textbook, Formroom, the peers.

A dialect turns an edit into a frame and a frame into the edits it carries. It is pure: the driver does the sending and
keeps the time. Another peer is another class here. Every edit is one frame, sent when it is due, and is recognised by
what it says, not only by its number.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Protocol

from bench import yjs
from bench.websocket import BINARY, TEXT

VERSION = re.compile(rb'"version":(\d+)')

Edit = tuple[int, int]  # who (the client's number), which (its own counter, from 1)


@dataclass(slots=True)
class Client:
    """One person's tab, as far as a dialect needs to know it."""

    number: int
    name: str  # a client_id of the protocol
    cell: str
    room: int = 0
    seq: int = 0
    version: int = 0
    ready: bool = False
    accepted: int = 0
    rejections: Counter[str] = field(default_factory=Counter)  # codes


@dataclass(slots=True)
class RoomWords:
    """What the frames of one room refer to: who is meant by a name or a number."""

    by_name: dict[str, int] = field(default_factory=dict)
    by_cell: dict[str, int] = field(default_factory=dict)
    by_n: dict[int, int] = field(default_factory=dict)


class Dialect(Protocol):
    opcode: int  # of the client's frames
    echoes: bool  # whether an author gets its own edit too
    repeats: bool  # whether an edit may come twice by design; then only the first time counts

    def hello(self, client: Client) -> list[bytes]:
        """The first frames of a connection; none where the client is ready without."""

    def edit(self, client: Client) -> bytes:
        """The client's next edit, number `client.seq`."""

    def broadcast(self, words: RoomWords, payload: bytes) -> tuple[list[Edit], int] | None:
        """The edits in a frame that all of a room get, and the version after it; `None` for any other frame."""

    def private(self, client: Client, payload: bytes) -> None:
        """Hear what is for this client alone."""


class Textbook:
    opcode, echoes, repeats = TEXT, True, False

    def hello(self, client: Client) -> list[bytes]:
        return []

    def edit(self, client: Client) -> bytes:
        return dump({"by": client.number, "seq": client.seq, "field": client.cell, "value": client.seq + 0.5})

    def broadcast(self, words: RoomWords, payload: bytes) -> tuple[list[Edit], int] | None:
        edit = json.loads(payload)
        return [(edit["by"], edit["seq"])], 0

    def private(self, client: Client, payload: bytes) -> None:
        pass


class Formroom:
    """The protocol, version 1: each edit a `submit` of one `set` on a cell of the client's own; nothing conflicts."""

    opcode, echoes, repeats = TEXT, True, False

    def hello(self, client: Client) -> list[bytes]:
        return [dump({"type": "join", "client_id": client.name, "since": None, "want": "snapshot"})]

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
        if b'"joined"' in payload[:40]:  # the whole form, two thousand times over: only the beginning is read
            version = VERSION.search(payload, 0, 200)
            client.version = int(version[1]) if version else json.loads(payload)["version"]
            client.ready = True
            return
        frame: dict[str, Any] = json.loads(payload)
        if frame["type"] == "acked":
            client.accepted += not frame["rejected"]
            client.rejections.update(refused["code"] for refused in frame["rejected"])


class YWebsocket:
    """y-websocket: sync steps and updates of Yjs. The document is empty at first; each writes a key of one map."""

    opcode, echoes, repeats = BINARY, True, False
    step_1, step_2, update = b"\x00\x00", b"\x00\x01", b"\x00\x02"

    def hello(self, client: Client) -> list[bytes]:
        nothing_known = b"\x00"  # a state vector of no clients
        return [self.address(client) + self.step_1 + yjs.varbytes(nothing_known)]

    def edit(self, client: Client) -> bytes:
        update = yjs.set_key(client.number, client.seq, client.cell)
        return self.address(client) + self.update + yjs.varbytes(update)

    def broadcast(self, words: RoomWords, payload: bytes) -> tuple[list[Edit], int] | None:
        start = self.skip_address(payload)
        if not payload.startswith(self.update, start):
            return None
        reader = yjs.Reader(payload, start + 2)
        reader.varint()  # the update's size
        return reader.edits(), 0

    def private(self, client: Client, payload: bytes) -> None:
        if payload.startswith(self.step_2, self.skip_address(payload)):
            client.ready = True

    def address(self, client: Client) -> bytes:
        """The path of the socket says which document."""
        return b""

    def skip_address(self, payload: bytes) -> int:
        return 0


class Hocuspocus(YWebsocket):
    """The same, each message headed by the document's name; a token first, and an answer to each update."""

    token, answer = b"\x02\x00", b"\x08"

    def hello(self, client: Client) -> list[bytes]:
        token = self.address(client) + self.token + yjs.varbytes(b"no token is needed")
        return [token, *super().hello(client)]

    def private(self, client: Client, payload: bytes) -> None:
        super().private(client, payload)
        if payload.startswith(self.answer, start := self.skip_address(payload)):
            applied = payload[start + 1]
            client.accepted += applied
            client.rejections.update(["not applied"] * (not applied))

    def address(self, client: Client) -> bytes:
        return yjs.varbytes(f"room{client.room}".encode())

    def skip_address(self, payload: bytes) -> int:
        return 1 + payload[0]  # a name is shorter than 128 bytes


class ShareDB:
    """ShareDB: a JSON document for each room, ops of json0. An author gets an answer in place of its own op."""

    opcode, echoes, repeats = TEXT, False, True

    def hello(self, client: Client) -> list[bytes]:
        handshake = {"a": "hs", "id": None, "protocol": 1, "protocolMinor": 2}
        return [dump(handshake), dump({"a": "s", "c": "rooms", "d": f"room{client.room}", "v": None})]

    def edit(self, client: Client) -> bytes:
        old = {} if client.seq == 1 else {"od": client.seq - 0.5}
        op = {"p": [client.cell], **old, "oi": client.seq + 0.5}
        return dump({"a": "op", "c": "rooms", "d": f"room{client.room}", "v": client.version, "seq": client.seq,
                     "x": {}, "op": [op]})  # fmt: skip

    def broadcast(self, words: RoomWords, payload: bytes) -> tuple[list[Edit], int] | None:
        if not payload.startswith(b'{"a":"op"') or b'"op":[' not in payload:
            return None
        frame = json.loads(payload)
        if "error" in frame:  # the op comes back with why it was refused
            return None
        # Over an edit of one's own that was under way, a replacement may become a removal and a replacement.
        edits = [(words.by_cell[op["p"][0]], int(op["oi"])) for op in frame["op"] if "oi" in op]
        return edits, frame["v"] + 1

    def private(self, client: Client, payload: bytes) -> None:
        frame: dict[str, Any] = json.loads(payload)
        if "error" in frame:
            client.rejections.update([str(frame["error"]["code"])])
        elif frame["a"] == "s":
            client.version = frame["data"]["v"]
            client.ready = True
        elif frame["a"] == "op":
            client.version = max(client.version, frame["v"] + 1)
            client.accepted += 1


DIALECTS: dict[str, Dialect] = {
    "textbook": Textbook(),
    "formroom": Formroom(),
    "y-websocket": YWebsocket(),
    "hocuspocus": Hocuspocus(),
    "sharedb": ShareDB(),
}


def dump(message: dict[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()
