"""The one exception of the protocol: a frame, or a request, that is not one."""

from __future__ import annotations

from collab.protocol.codes import CloseCode, ErrorCode


class ProtocolError(Exception):
    """What is wrong with a frame. Says more than its code's own message where that helps who writes a client."""

    def __init__(self, code: ErrorCode | str, message: str | None = None) -> None:
        self.code = ErrorCode(code)
        self.message = message or self.code.message
        super().__init__(self.message)

    @property
    def close(self) -> CloseCode:
        """What the socket is closed with."""
        return CloseCode.TOO_LARGE if self.code is ErrorCode.TOO_LARGE else CloseCode.MALFORMED
