"""uvicorn's WebSocket, made safe against clients that mean harm (T5, I9).

Owns what happens below ASGI: bytes that are no text, pongs nobody takes, peers that never let go. What frames
mean is not its business. Used as ``--ws project.websocket:WebSocket``.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LINGER_SECONDS = 2.0


class WebSocket(WebSocketsSansIOProtocol):
    """One connection."""

    def send_receive_event_to_app(self) -> None:
        """Text that is not UTF-8 is handed on as the bytes it is; uvicorn logs it as an error of the server."""
        if self.curr_msg_data_type == "text":
            self.frames = [b"".join(self.frames)]
            if not _is_text(self.frames[0]):
                self.curr_msg_data_type = "bytes"
        super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Answers who takes answers; for who does not read, pongs would pile up without end."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The conversation is over. A peer that does not close keeps its connection no longer than this.

        One that has not read what it was told before has been waited for already, and loses it at once.
        """
        super().on_task_complete(task)
        self.loop.call_later(LINGER_SECONDS if self.writable.is_set() else 0, self.transport.abort)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
