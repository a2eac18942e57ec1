"""When a sign-in was last active, and when it has been idle for too long.

Typing counts, as does every request of a person. Activity is recorded now and then, so the limit is kept with that
much grace: nobody is signed out early.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from collab.accounts.models import SignIn

MOST_RECORDING_SECONDS = 60.0
MOST_WARNING_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class IdleLimit:
    """How long nothing may be done; all in seconds."""

    seconds: float

    @property
    def recording(self) -> float:
        """Activity is recorded at most so often."""
        return min(MOST_RECORDING_SECONDS, self.seconds / 10)

    @property
    def warning(self) -> float:
        """So long before the end a person is warned."""
        return min(MOST_WARNING_SECONDS, self.seconds / 2)

    def left(self, active_at: datetime, now: datetime) -> float:
        """How long it is until the end; negative when it is over."""
        return self.seconds + self.recording - (now - active_at).total_seconds()

    def recorded_before(self, now: datetime) -> datetime:
        """Activity that was last recorded before this instant is recorded anew."""
        return now - timedelta(seconds=self.recording)

    def inactive_since(self, now: datetime) -> datetime:
        """Who was active at this instant or later stays."""
        return now - timedelta(seconds=self.seconds + self.recording)

    def warned_since(self, now: datetime) -> datetime:
        """Who was active at this instant or later need not be warned."""
        return now - timedelta(seconds=self.seconds + self.recording - self.warning)


def idle_limit() -> IdleLimit | None:
    """The limit of the settings; None where nobody is signed out for doing nothing."""
    return IdleLimit(settings.IDLE_MINUTES * 60) if settings.IDLE_MINUTES > 0 else None


def seen(sign_in: SignIn, *, now: datetime) -> None:
    """The person did something. Stored if that was not done a moment ago."""
    limit = idle_limit()
    recording = MOST_RECORDING_SECONDS if limit is None else limit.recording
    if (now - sign_in.active_at).total_seconds() >= recording:
        SignIn.objects.filter(pk=sign_in.pk, ended_at=None).update(active_at=now)
