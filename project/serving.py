"""How uvicorn serves Formroom: its options, in one place for `manage.py serve` and the benchmark. No Django here."""

from __future__ import annotations

from typing import Any

FRAME_BYTES = 64 * 1024  # T2: the largest frame of a client

UVICORN: dict[str, Any] = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "project.websocket:WebSocket",
    "ws_max_size": FRAME_BYTES,
    "ws_per_message_deflate": False,  # it would compress a broadcast again for every socket
    "timeout_graceful_shutdown": 5,
    "log_level": "warning",
}
