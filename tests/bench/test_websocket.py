"""The benchmark's own WebSocket client reads what servers send, however TCP cuts it."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from bench import websocket

HEAD = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


class Heard:
    """A listener that only remembers."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self.events: list[object] = []

    def opened(self, connection: websocket.Connection) -> None:
        self.events.append("opened")

    def recognised(self, data: bytes, at: float) -> int:
        return 0

    def received(self, payload: bytes, at: float) -> None:
        self.payloads.append(payload)

    def closed(self, code: int, reason: str) -> None:
        self.events.append((code, reason))


class Wire(asyncio.Transport):
    """A transport with nobody at the other end."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def abort(self) -> None:
        pass


def connection(heard: Heard) -> tuple[websocket.Connection, Wire]:
    wire = Wire()
    made = websocket.Connection(heard, request=b"GET / HTTP/1.1\r\n\r\n")
    made.connection_made(wire)
    return made, wire


def payload(size: int) -> bytes:
    """As many bytes, no two neighbours alike: a cut in the wrong place shows."""
    return (bytes(range(256)) * (size // 256 + 1))[:size]


@given(
    payloads=st.lists(st.builds(payload, st.integers(0, 300) | st.integers(65_530, 65_540)), max_size=6),
    cuts=st.lists(st.integers(1, 5_000), max_size=40),
    fragmented=st.booleans(),
)
def test_payloads_arrive_whole_and_in_order(payloads: list[bytes], cuts: list[int], fragmented: bool) -> None:
    heard = Heard()
    made, _ = connection(heard)
    stream = HEAD + b"".join(as_server_sends(payload, fragmented=fragmented) for payload in payloads)
    for size in cuts:
        piece, stream = stream[:size], stream[size:]
        if piece:
            made.data_received(piece)
    if stream:
        made.data_received(stream)
    assert heard.payloads == payloads
    assert heard.events == ["opened"]


def as_server_sends(payload: bytes, *, fragmented: bool) -> bytes:
    if not fragmented:
        return Frame(Opcode.TEXT, payload).serialize(mask=False)
    middle = len(payload) // 2
    first = Frame(Opcode.TEXT, payload[:middle], fin=False).serialize(mask=False)
    return first + Frame(Opcode.CONT, payload[middle:]).serialize(mask=False)


def test_a_ping_is_answered_and_a_close_is_told() -> None:
    heard = Heard()
    made, wire = connection(heard)
    made.data_received(HEAD + Frame(Opcode.PING, b"there?").serialize(mask=False))
    assert wire.written.endswith(websocket.encode(b"there?", websocket.PONG))
    made.data_received(Frame(Opcode.CLOSE, b"\x11\x39signed in elsewhere").serialize(mask=False))
    made.connection_lost(None)
    assert heard.events == ["opened", (4409, "signed in elsewhere")]


def test_a_refused_handshake_is_told() -> None:
    heard = Heard()
    made, _ = connection(heard)
    made.data_received(b"HTTP/1.1 403 Forbidden\r\n\r\n")
    assert heard.events == [(1006, "handshake refused: HTTP/1.1 403 Forbidden")]
