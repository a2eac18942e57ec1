"""How uvicorn serves Formroom: its options, and how it ends, in one place for all who start it. No Django here."""

from __future__ import annotations

import os
import signal
import socket
import threading
from typing import Any

import uvicorn

END_SECONDS = 1.0
FRAME_BYTES = 64 * 1024  # T2: the largest frame of a client

UVICORN: dict[str, Any] = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "project.websocket:WebSocket",
    "ws_max_size": FRAME_BYTES,
    "ws_per_message_deflate": False,  # it would compress a broadcast again for every socket
    "ws_ping_interval": 20.0,  # with the next: who is only half there is let go within 45 s (R1)
    "ws_ping_timeout": 20.0,
    "timeout_graceful_shutdown": 5,
    "log_level": "warning",
}


def _end_within(seconds: float) -> None:
    """All is said and done: a thread that hangs in the database is not waited for any longer, as Python would."""
    ending = threading.Timer(seconds, os._exit, [0])
    ending.daemon = True
    ending.start()


def listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048, reuse_port=False)


def serve(listener: socket.socket) -> None:
    """Serves until SIGINT or SIGTERM, and returns: an end that was asked for is no failure, the process ends with 0."""
    server = uvicorn.Server(uvicorn.Config("asgi:application", **UVICORN))

    def end(*_: object) -> None:
        if not server.should_exit:  # else uvicorn has shut down, and hands the signal on
            raise SystemExit(0)

    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, end)
    server.run(sockets=[listener])
    _end_within(END_SECONDS)
    if not server.started:
        raise SystemExit(3)  # as uvicorn's own command says it
