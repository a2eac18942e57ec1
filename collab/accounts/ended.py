"""Why a sign-in is over, as a person is told it: on the socket, over HTTP, and on a page.

The one place that knows the sentence, the code and the shape for each `End`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.translation import gettext, gettext_noop

from collab.accounts.models import End, SignIn
from collab.protocol.codes import CloseCode, ErrorCode
from collab.protocol.messages import Closing

_REASONS: dict[End, str] = {
    End.REPLACED: CloseCode.SIGNED_IN_ELSEWHERE.reason,
    End.SIGNED_OUT: gettext_noop("You signed out."),
    End.TAKEN_OVER: gettext_noop("Somebody else signed in with this browser."),
    End.EVERYWHERE: gettext_noop("You signed out everywhere."),
    End.PASSWORD: gettext_noop("The password of this account was changed."),
    End.DISABLED: gettext_noop("This account was closed."),
    End.BY_ADMIN: gettext_noop("An administrator signed you out."),
    End.IDLE: gettext_noop("You were signed out because nothing was done here for a long time."),
    End.EXPIRED: gettext_noop("Your sign-in has expired."),
}

_ELSEWHERE = gettext_noop("You signed in on {device} at {time}.")


@dataclass(frozen=True, slots=True)
class Ended:
    """A sign-in that is over. ``device`` and ``at``: where and when the account was signed in instead."""

    generation: int
    why: End
    device: str | None = None
    at: datetime | None = None

    @property
    def code(self) -> CloseCode:
        return CloseCode.SIGNED_IN_ELSEWHERE if self.why is End.REPLACED else CloseCode.NOT_SIGNED_IN

    @property
    def error(self) -> ErrorCode:
        return ErrorCode.SIGNED_IN_ELSEWHERE if self.why is End.REPLACED else ErrorCode.NOT_SIGNED_IN

    @property
    def reason(self) -> str:
        """The sentence that says it."""
        if self.device is None or self.at is None:
            return gettext(_REASONS[self.why])
        return gettext(_ELSEWHERE).format(device=self.device, time=_clock(self.at))

    @property
    def markup(self) -> str:
        """The same for a page, where a script shows the time as it is with the reader."""
        if self.device is None or self.at is None:
            return conditional_escape(self.reason)
        time = format_html('<time datetime="{}" data-local="time">{}</time>', self.instant, _clock(self.at))
        return format_html(gettext(_ELSEWHERE), device=self.device, time=time)

    @property
    def instant(self) -> str | None:
        """``at`` as it travels."""
        if self.at is None:
            return None
        return self.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def closing(self) -> Closing:
        """The last frame of its sockets (T4)."""
        return Closing(int(self.code), self.reason, self.device, self.instant, self.why.value)

    def wire(self) -> dict[str, Any]:
        """As ``closing`` tells it, for an answer over HTTP."""
        return {
            "code": int(self.code),
            "reason": self.reason,
            "device": self.device,
            "at": self.instant,
            "why": self.why.value,
        }

    def pack(self) -> dict[str, Any]:
        """For another process."""
        return {"generation": self.generation, "why": self.why.value, "device": self.device, "at": self.instant}

    @classmethod
    def unpack(cls, raw: dict[str, Any]) -> Ended:
        at = None if raw["at"] is None else datetime.fromisoformat(raw["at"])
        return cls(raw["generation"], End(raw["why"]), raw["device"], at)


def _clock(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%H:%M UTC")


def ended_of(sign_in: SignIn) -> Ended:
    """Why this one is over; what replaced it is the next of the same person. One that still stands has expired."""
    if sign_in.ended_at is None:
        return Ended(sign_in.generation, End.EXPIRED)
    why = End(sign_in.ended_why)
    newer = _next(sign_in) if why is End.REPLACED else None
    return Ended(
        sign_in.generation,
        why,
        None if newer is None else newer.device,
        None if newer is None else newer.began_at,
    )


def _next(sign_in: SignIn) -> SignIn | None:
    later = SignIn.objects.filter(user_id=sign_in.user_id, generation__gt=sign_in.generation)
    return later.order_by("generation").first()
