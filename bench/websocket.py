"""A WebSocket client small enough to play a thousand people in one process (RFC 6455, what a client needs of it).

Owns the handshake and the framing. What the messages mean is its listener's business.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Mapping
from time import perf_counter
from typing import Protocol, cast

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FINAL, MASKED = 0x80, 0x80


class Listener(Protocol):
    def opened(self, connection: Connection) -> None: ...
    def recognised(self, data: bytes, at: float) -> int: ...
    def received(self, payload: bytes, at: float) -> None: ...
    def closed(self, code: int, reason: str) -> None: ...


def encode(payload: bytes, opcode: int = TEXT) -> bytes:
    """A frame of a client. The mask is there and is zero: legal, and it costs the driver nothing."""
    return heading(opcode, len(payload), masked=MASKED) + b"\0\0\0\0" + payload


def as_servers_send(payload: bytes, opcode: int) -> bytes:
    """A frame of a server, byte for byte: there is one way to write it, unless it is sent in pieces."""
    return heading(opcode, len(payload), masked=0) + payload


def heading(opcode: int, size: int, *, masked: int) -> bytes:
    if size < 126:
        return bytes([FINAL | opcode, masked | size])
    if size < 1 << 16:
        return bytes([FINAL | opcode, masked | 126]) + size.to_bytes(2, "big")
    return bytes([FINAL | opcode, masked | 127]) + size.to_bytes(8, "big")


class Connection(asyncio.Protocol):
    """One socket, from TCP to the last frame. Every payload is stamped with the moment its bytes arrived.

    What the listener recognises by its bytes is not taken apart: most of what a room hears, many others have heard.
    """

    __slots__ = ("_buffer", "_fragments", "_listener", "_opcode", "_open", "_request", "_transport")

    def __init__(self, listener: Listener, *, request: bytes, opcode: int = TEXT) -> None:
        self._listener = listener
        self._request = request
        self._opcode = opcode
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._fragments: list[bytes] = []
        self._open = False

    def send(self, payload: bytes) -> None:
        if self._transport is not None:
            self._transport.write(encode(payload, self._opcode))

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        self._end(1006, str(error or "connection lost"))

    def data_received(self, data: bytes) -> None:
        at = perf_counter()
        if self._buffer:
            data = self._buffer + data
        if not self._open:
            head, separator, data = data.partition(b"\r\n\r\n")
            if not separator:
                self._buffer = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._end(1006, f"handshake refused: {head.splitlines()[0].decode('latin-1')}")
                return
            self._open = True
            self._listener.opened(self)
        self._buffer = self._read_frames(data, at)

    def _read_frames(self, data: bytes, at: float) -> bytes:
        """Take every whole frame from `data`; what is left over is the beginning of the next."""
        start, end = self._listener.recognised(data, at), len(data)
        while end - start >= 2:
            size = data[start + 1]
            body = start + 2
            if size == 126:
                size, body = int.from_bytes(data[body : body + 2], "big"), body + 2
            elif size == 127:
                size, body = int.from_bytes(data[body : body + 8], "big"), body + 8
            if body + size > end:
                break
            self._frame(data[start], data[body : body + size], at)
            start = body + size
        return data[start:]

    def _frame(self, head: int, payload: bytes, at: float) -> None:
        if head in (FINAL | TEXT, FINAL | BINARY):
            self._listener.received(payload, at)
            return
        opcode = head & 0x0F
        if opcode == PING and self._transport is not None:
            self._transport.write(encode(payload, PONG))
        elif opcode == CLOSE:
            self._end(int.from_bytes(payload[:2], "big") or 1005, payload[2:].decode("utf-8", "replace"))
        elif opcode in (TEXT, BINARY, CONTINUATION):
            self._fragments.append(payload)
            if head & FINAL:
                whole, self._fragments = b"".join(self._fragments), []
                self._listener.received(whole, at)

    def _end(self, code: int, reason: str) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
            self._listener.closed(code, reason)


def upgrade_request(host: str, port: int, *, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        f"Origin: http://{host}:{port}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def connect(
    host: str, port: int, *, path: str, headers: Mapping[str, str], listener: Listener, opcode: int = TEXT
) -> None:
    """Open a TCP connection and ask for the upgrade; the listener hears when it is `opened`, or `closed`."""
    request = upgrade_request(host, port, path=path, headers=headers)
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: Connection(listener, request=request, opcode=opcode), host, port)
