"""What all sockets of the site share: how one is let in, and how it is said goodbye (T3, T4).

Knows ASGI and the settings; who is behind a session, and what is told on the socket, is not its business.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils.translation import gettext

from collab.protocol.codec import encode
from collab.protocol.codes import CloseCode, TooMany
from collab.protocol.errors import ProtocolError
from collab.protocol.messages import Closing, Error

CLOSE_SECONDS = 1.0
# Where in an application's state a server finds what to call when it stops: then the application closes its sockets.
RETIRE = "formroom.retire"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
WriteFrames = Callable[[bytes], bool]
"""Takes frames that are ready for the wire, at once; False where the reader must be waited for, as ``Send`` does."""

GiveTexts = Callable[[Callable[[str], bool]], None]
"""Shows each text that comes to a function, in that very turn; what it does not take comes as a message."""

FRAMES = "formroom.frames"
"""In the scope's ``extensions``: a server's ways past ASGI, ``write`` and ``give``."""
_TEXT, _TWO_BYTES, _EIGHT_BYTES = 0x81, 126, 127  # one whole text frame; how its length is written


class Closed(Exception):
    """The connection ends with a code and a reason, told to the client; after ``error``, if there is one."""

    def __init__(self, how: CloseCode | Closing, error: ProtocolError | None = None) -> None:
        super().__init__(how)
        self.closing = closing_of(how)
        self.error = error


def closing_of(how: CloseCode | Closing) -> Closing:
    """The last frame of a socket that is closed with a code."""
    return how if isinstance(how, Closing) else Closing(int(how), gettext(how.reason))


def too_many(what: TooMany) -> Closing:
    """The last frame of a socket that is closed because there is too much of something."""
    return Closing(int(CloseCode.TOO_MANY), gettext(what.message), why=str(what))


async def say_goodbye(send: Send, closing: Closing, error: ProtocolError | None = None) -> None:
    """Says why, then closes (T4). Who does not take even that is not waited for."""
    with suppress(Exception):
        async with asyncio.timeout(CLOSE_SECONDS):
            if error is not None:
                await send({"type": "websocket.send", "text": encode(Error(error.code, error.message))})
            await send({"type": "websocket.send", "text": encode(closing)})
            name = CloseCode(closing.code).name.lower()
            await send({"type": "websocket.close", "code": closing.code, "reason": name})


def write_frames_of(scope: Scope) -> WriteFrames | None:
    """The way to the wire past ASGI, where the server offers one (``project.websocket``)."""
    write: WriteFrames | None = scope.get("extensions", {}).get(FRAMES, {}).get("write")
    return write


def give_texts_of(scope: Scope) -> GiveTexts | None:
    """The same the other way: what comes, without a task that is woken for it."""
    give: GiveTexts | None = scope.get("extensions", {}).get(FRAMES, {}).get("give")
    return give


def text_frame(text: str) -> bytes:
    """A text frame as a server sends it: not masked, and so the same for every socket (RFC 6455, 5.1)."""
    payload = text.encode()
    size = len(payload)
    if size < _TWO_BYTES:
        return bytes((_TEXT, size)) + payload
    if size < 2**16:
        return struct.pack("!BBH", _TEXT, _TWO_BYTES, size) + payload
    return struct.pack("!BBQ", _TEXT, _EIGHT_BYTES, size) + payload


def session_key(scope: Scope) -> str | None:
    """The session cookie, if it is one: a quoted cookie may say anything, which no database has to hear."""
    cookie: SimpleCookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            with suppress(CookieError):
                cookie.load(value.decode("latin-1"))
    morsel = cookie.get(settings.SESSION_COOKIE_NAME)
    key = morsel.value if morsel is not None else ""
    return key if key.isascii() and key.isalnum() else None


def same_origin(scope: Scope) -> bool:
    """Whether ``Origin``, where sent, is this site's, by scheme, host and port (T3)."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    origin, host = headers.get(b"origin"), headers.get(b"host", "")
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    scheme = "https" if scope.get("scheme") in ("wss", "https") else "http"
    try:
        theirs, own = urlsplit(origin), urlsplit(f"{scheme}://{host}")
        same = (theirs.scheme, theirs.hostname, _port(theirs)) == (own.scheme, own.hostname, _port(own))
        return same and validate_host(own.hostname or "", settings.ALLOWED_HOSTS)
    except ValueError:
        return False


def _port(url: Any) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
