"""The network between one browser and the server: a TCP forwarder that can be cut and mended, made slow and silent.

A real cut, seen by the browser as any other: open connections die, new ones are refused.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress


class Cable:
    def __init__(self, server_port: int) -> None:
        self.delay = 0.0
        """In seconds, for whatever travels, each way."""
        self._speaks = threading.Event()
        self._speaks.set()
        self._hears = threading.Event()
        self._hears.set()
        self._server_port = server_port
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = _listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._accept_in_background()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Every connection is reset, and nobody answers any more."""
        _close(self._listener)
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            _close(end)
        self._speaks.set()
        self._hears.set()

    def deafen(self) -> None:
        """The browser hears nothing more of the server until the connection is cut; the server hears the browser."""
        self._hears.clear()

    def silence(self) -> None:
        """Nothing arrives any more, and no connection is seen to break."""
        self._speaks.clear()

    def speak(self) -> None:
        """What was held back arrives, in its order."""
        self._speaks.set()

    def mend(self) -> None:
        self._listener = _listen(self.port)
        self._accept_in_background()

    def _accept_in_background(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._server_port))
        except OSError:
            _close(near)
            return
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._ends |= {near, far}
        for source, target, ways in ((near, far, [self._speaks]), (far, near, [self._speaks, self._hears])):
            threading.Thread(target=self._pump, args=(source, target, ways), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, ways: list[threading.Event]) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                time.sleep(self.delay)
                for way in ways:
                    way.wait()
                target.sendall(data)
        with self._lock:
            self._ends -= {source, target}
        _close(source)
        _close(target)


def _listen(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port), backlog=128)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
