"""What a hostile client sends: frames that a session survives, and frames that end it. All from one seed."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

KEYS = ["notes", "title", "temperature", "count", "shift", "tags", "done", "day", "sign", "nothing", "__proto__", "id"]
ROWS = ["row-0001", "row-0002", "row-0003", "row-never", "x", "-" * 64, "a" * 65, "../../../../etc", "row-0001\n"]
TEXTS = [
    "",
    "x",
    "\0",
    "\ud800",
    "\udfff\ud800",
    "\U0001f600",
    "'; DROP TABLE rooms_form; --",
    "%s%n",
    "\u202e",
    "a" * 999,
]
NUMBERS = [0, -0.0, 1, -1, 1.5, 2**31, 2**53, 2**53 + 1, -(2**63), 2**64, 10**60, 1e308, True, False]
TEMPLATES: list[dict[str, Any]] = [
    {"kind": "set", "field": "temperature", "value": 20},
    {"kind": "set", "field": "tags", "value": ["a", "b"]},
    {"kind": "set", "table": "readings", "row": "row-0001", "field": "value", "value": 2},
    {"kind": "edit", "field": "notes", "delta": ["x"]},
    {"kind": "edit", "field": "sign", "delta": [1, {"d": 2}, "y"]},
    {"kind": "add_row", "table": "readings", "row": "row-0001", "after": None},
    {"kind": "remove_row", "table": "readings", "row": "row-0001"},
    {"kind": "restore_row", "table": "readings", "row": "row-0001"},
    {"kind": "move_row", "table": "readings", "row": "row-0001", "after": "row-0002"},
]


class Hostile:
    """One hostile client's imagination."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def client_id(self) -> str:
        return f"hostile-{self._chance.randrange(10**9)}"

    def frame(self) -> str:
        """A frame that is well formed, whatever is in it: the session goes on."""
        kind = self._chance.choices(["submit", "focus", "blur", "ping"], [8, 3, 1, 1])[0]
        frame: dict[str, Any] = {"type": kind}
        if kind == "submit":
            frame |= {
                "seq": self._chance.choice([1, 2, 3, self._chance.randint(1, 10**6), 2**53]),
                "base": self._chance.choice([0, 0, 0, self._chance.randint(0, 500), 2**53]),
                "ops": [self.op() for _ in range(self._chance.choice([1, 1, 2, 5, 100 if self._once(50) else 3]))],
            }
        elif kind == "focus":
            frame |= {
                "at": self._chance.choice(
                    [{"field": self._key()}, {"table": self._key(), "row": "row-0001", "field": "x"}]
                ),
                "selection": self._chance.choice([None, [0, 0], [9, 3], [0, 2**53]]),
                "base": self._chance.choice([0, 5, 2**53]),
            }
        if self._once(5):
            frame[self._key()] = self.value()
        # Spelled as browsers do, submits are taken on another way than with spaces.
        return json.dumps(frame, separators=self._chance.choice([(",", ":"), (", ", ": ")]))

    def op(self) -> dict[str, Any]:
        """Anything, or a valid op with something wrong in it, or by accident nothing."""
        if self._once(5):
            return {self._text(): self.value() for _ in range(self._chance.randrange(4))}
        op = dict(self._chance.choice(TEMPLATES))
        for _ in range(self._chance.choice([0, 1, 1, 1, 2])):
            key = self._chance.choice(list(op) or ["kind"])
            match self._chance.randrange(5):
                case 0:
                    op.pop(key, None)
                case 1:
                    op[self._text()] = self.value()
                case 2:
                    op["row"] = self._chance.choice(ROWS)
                case 3:
                    op["delta"] = [self.value() for _ in range(self._chance.randrange(6))]
                case _:
                    op[key] = self.value()
        return op

    def value(self, depth: int = 0) -> Any:
        """Any JSON, a little too much of it, and some that is none."""
        match self._chance.randrange(8 if depth < 4 else 4):
            case 0:
                return None
            case 1:
                return self._chance.choice(NUMBERS)
            case 2 | 3:
                return self._text()
            case 4:
                return [self.value(depth + 1) for _ in range(self._chance.randrange(4))]
            case 5:
                return {self._text(): self.value(depth + 1) for _ in range(self._chance.randrange(4))}
            case 6:
                return {"d": self._chance.choice(NUMBERS)}
            case _:
                return self._nested(self._chance.randrange(60))

    def last_words(self) -> tuple[bytes, bool]:
        """A frame that no session survives, and whether it is a text frame."""
        makers: list[Callable[[], tuple[bytes, bool]]] = [
            lambda: (self._bytes(), True),
            lambda: (self._bytes(), False),
            lambda: (b'{"type":"ping"}', False),
            lambda: (b'{"type":"ping","x":"\xff\xfe"}', True),
            lambda: (b'{"type":"ping","x":"\xed\xa0\x80"}', True),
            lambda: (json.dumps(self._not_a_frame()).encode(), True),
            lambda: (self._mutated(), True),
            lambda: (b"[" * self._chance.choice([1, 101, 50_000]), True),
            lambda: (b'{"type":"ping","x":' + b"[" * 3_000 + b"]" * 3_000 + b"}", True),
            lambda: (b'{"type":"ping","x":NaN}', True),
            lambda: (b'{"type":"submit","seq":1,"base":0,"ops":[' + b",".join([b"{}"] * 101) + b"]}", True),
            lambda: (b'{"type":"submit","seq":' + b"9" * 5_000 + b',"base":0,"ops":[{}]}', True),
            lambda: (b'{"type":"submit","seq":1e5,"base":0,"ops":[{}]}', True),
            lambda: (b'{"type":"focus","at":{"field":"\\ud800"},"selection":null,"base":0}', True),
            lambda: (b'{"type":"join","client_id":"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"}', True),
            lambda: (b'{"type":"ping","x":"' + b"x" * 70_000 + b'"}', True),
            lambda: (b"", True),
        ]
        return self._chance.choice(makers)()

    def violation(self) -> bytes:
        """Bytes that break the WebSocket protocol itself."""
        return self._chance.choice(
            [
                b"\x81\x05hello",  # not masked
                b"\xf1\x80\0\0\0\0",  # reserved bits
                b"\x89\xfe\x01\x00" + bytes(260),  # a ping too long
                b"\x80\x80\0\0\0\0",  # the rest of no message
                b"\x88\x81\0\0\0\0\x01",  # half a close code
                b"\x88\x84\0\0\0\0\x03\xe8\xff\xfe",  # a reason that is no text
                b"\x83\x80\0\0\0\0",  # no such opcode
                b"\x81\xff" + b"\xff" * 12,  # longer than anything
                self._chance.randbytes(200),
            ]
        )

    def _not_a_frame(self) -> Any:
        return self._chance.choice(
            [
                None,
                7,
                "ping",
                [],
                ["ping"],
                {},
                {"type": None},
                {"type": ["ping"]},
                {"type": "PING"},
                {"type": "committed", "from": 1, "to": 1, "ops": []},
                {"type": "join"},
                {"type": "join", "client_id": "abcdefgh", "since": -1, "want": "tail"},
                {"type": "join", "client_id": "abcdefgh", "since": None, "want": ["tail"]},
                {"type": "submit", "seq": True, "base": 0, "ops": [{}]},
                {"type": "submit", "seq": 1, "base": None, "ops": [{}]},
                {"type": "submit", "seq": 2**53 + 1, "base": 0, "ops": [{}]},
                {"type": "submit", "seq": 1, "base": 0, "ops": [None]},
                {"type": "submit", "seq": 1, "base": 0, "ops": {"0": {}}},
                {"type": "focus", "at": "notes", "selection": None, "base": 0},
                {"type": "focus", "at": {"field": ""}, "selection": None, "base": 0},
                {"type": "focus", "at": {"field": "notes"}, "selection": [0, True], "base": 0},
                {"type": "focus", "at": {"field": "notes"}, "selection": [0], "base": 0},
            ]
        )

    def _mutated(self) -> bytes:
        """A valid frame in which a few bytes are others; still no frame, as its first brace is gone."""
        raw = bytearray(self.frame().encode())
        for _ in range(self._chance.randrange(1, 5)):
            raw[self._chance.randrange(len(raw))] = self._chance.randrange(256)
        raw[0] = self._chance.choice(b'[}x\x00\xff"')
        return bytes(raw)

    def _nested(self, depth: int) -> Any:
        nested: Any = None
        for _ in range(depth):
            nested = [nested] if self._chance.random() < 0.5 else {"d": nested}
        return nested

    def _bytes(self) -> bytes:
        return b"\xff" + self._chance.randbytes(self._chance.randrange(300))

    def _text(self) -> str:
        return self._chance.choice(TEXTS + KEYS)

    def _key(self) -> str:
        return self._chance.choice([*KEYS, "\U0001f600", "a" * 100, "\u202e"])

    def _once(self, in_times: int) -> bool:
        return self._chance.randrange(in_times) == 0
