"""uvicorn's WebSocket, made safe against clients that mean harm (T5, I9), and quick at telling many the same (C2).

Owns what happens below ASGI: bytes that are no text, pongs nobody takes, peers that never let go, frames that were
made once for everybody. What frames mean is not its business. Used as ``--ws project.websocket:WebSocket``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from collab.sockets import FRAMES, RETIRE

LINGER_SECONDS = 2.0
READ_AHEAD = 8  # frames taken in before the conversation asks; to stop and go for each costs more than to read it


class WebSocket(WebSocketsSansIOProtocol):
    """One connection."""

    _taker: Callable[[str], bool] | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"][FRAMES] = {"write": self.write_frames, "give": self.give_texts}

    def write_frames(self, frames: bytes) -> bool:
        """Hands over frames that are ready for the wire, in this very turn; False where the reader must be waited for.

        ASGI's ``send`` makes a frame of its own for each socket. What a server sends is not masked (RFC 6455, 5.1),
        so the same bytes are good for all.
        """
        if self.close_sent or self.disconnected or self.transport.is_closing():
            raise ClientDisconnected()
        if not self.writable.is_set():
            return False
        self.transport.write(frames)
        return True

    def give_texts(self, taker: Callable[[str], bool]) -> None:
        """From now on each text is first shown to ``taker``, in the turn that it comes, if none is waiting before it.

        What it does not take goes the way of ASGI's ``receive``: a queue, and a task that is woken for each message.
        """
        self._taker = taker

    def shutdown(self) -> None:
        """The server stops. Who can takes leave by itself: uvicorn would close before anything is answered."""
        retire = self.app_state.get(RETIRE)
        if retire is None or not self.handshake_complete or self.close_sent:
            super().shutdown()
        else:
            retire()

    def send_receive_event_to_app(self) -> None:
        """Hands a message on. Text that is not UTF-8 is handed on as the bytes it is, for uvicorn logs an error.

        Reading stops only where more is waiting than is soon taken.
        """
        data = b"".join(self.frames)
        self.frames = []
        if self.close_sent:
            return  # the application has said goodbye
        text = _text_of(data) if self.curr_msg_data_type == "text" else None
        if text is not None:
            if self._taker is not None and self.queue.empty() and self._taker(text):
                return
            self.queue.put_nowait({"type": "websocket.receive", "text": text})
        else:
            self.queue.put_nowait({"type": "websocket.receive", "bytes": data})
        if self.queue.qsize() >= READ_AHEAD and not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def handle_ping(self) -> None:
        """Answers who takes answers; for who does not read, pongs would pile up without end."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def keepalive_timeout(self) -> None:
        """Who answers no ping has gone, and takes no more: a close alone would wait for what is on its way to them."""
        super().keepalive_timeout()
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """The conversation is over. A peer that does not close keeps its connection no longer than this.

        One that has not read what it was told before has been waited for already, and loses it at once.
        """
        super().on_task_complete(task)
        self.loop.call_later(LINGER_SECONDS if self.writable.is_set() else 0, self.transport.abort)


def _text_of(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
