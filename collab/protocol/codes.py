"""Every code of the protocol with the English sentence that stands beside it. Codes never change, sentences may.

This is the one table of what people are told. ``gettext_noop`` marks the sentences for translation; whoever talks to a
person calls ``gettext`` with a code's ``message`` or ``reason``. Pure: must not know Django, nor when a code is used.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


def gettext_noop(message: str) -> str:
    """Marks a sentence for ``makemessages``, which goes by the name of this function."""
    return message


class CloseCode(IntEnum):
    """Why a socket is closed (T4)."""

    reason: str

    def __new__(cls, value: int, reason: str = "") -> CloseCode:
        member = int.__new__(cls, value)
        member._value_ = value
        member.reason = reason
        return member

    MALFORMED = 4400, gettext_noop("This page sent something that the server does not understand.")
    NOT_SIGNED_IN = 4401, gettext_noop("You are not signed in.")
    NOT_ALLOWED = 4403, gettext_noop("You may not open this form.")
    NO_SUCH_FORM = 4404, gettext_noop("There is no such form.")
    TOO_SLOW = 4408, gettext_noop("The connection is too slow to keep up.")
    SIGNED_IN_ELSEWHERE = 4409, gettext_noop("You signed in on another device.")
    TOO_MANY = 4429, gettext_noop("This page sent too much at once.")
    TOO_LARGE = 1009, gettext_noop("This page sent more than fits into one message.")
    INTERNAL = 1011, gettext_noop("The server failed.")
    RESTARTING = 1012, gettext_noop("The server is restarting.")


class _Code(StrEnum):
    message: str

    def __new__(cls, value: str, message: str = "") -> _Code:
        member = str.__new__(cls, value)
        member._value_ = value
        member.message = message
        return member


class TooMany(_Code):
    """Of what there is too much: the ``why`` of a ``closing`` with 4429."""

    FRAMES = "frames", gettext_noop("This page sent too much at once.")
    PEOPLE = "people", gettext_noop("This form is full: too many people have it open.")
    SOCKETS = "sockets", gettext_noop("You have too many pages open. Please close some of them.")


class Rejection(_Code):
    """Why one op of a submit is refused (C3 to C10)."""

    INVALID = "invalid", gettext_noop("This does not fit here.")
    CONFLICT = "conflict", gettext_noop("Somebody else changed this meanwhile.")
    GONE = "gone", gettext_noop("This row is not there any more.")
    LOCKED = "locked", gettext_noop("This is not open for changes.")
    FORBIDDEN = "forbidden", gettext_noop("You may read this form, not change it.")
    STALE = "stale", gettext_noop("This was made on a state of the form that is too old.")
    SEQ_REUSED = "seq_reused", gettext_noop("Another tab of this browser used the same number.")
    INTERNAL = "internal", gettext_noop("The server could not save this.")


class ErrorCode(_Code):
    """What is wrong with a whole frame or HTTP request."""

    MALFORMED = "malformed", gettext_noop("The server does not understand this.")
    NOT_TEXT = "not_text", gettext_noop("A frame is text, not binary.")
    JOIN_EXPECTED = "join_expected", gettext_noop("The first frame of a connection is join.")
    TOO_LARGE = "too_large", gettext_noop("This is too much for one message.")
    TOO_MANY = "too_many", gettext_noop("This is too much at once. Please wait a moment.")
    NOT_SIGNED_IN = "not_signed_in", gettext_noop("You are not signed in.")
    SIGNED_IN_ELSEWHERE = "signed_in_elsewhere", gettext_noop("You signed in on another device.")
    NOT_ALLOWED = "not_allowed", gettext_noop("You may not do this.")
    CSRF = "csrf", gettext_noop("This page is too old. Please load it again.")
    NO_SUCH_FORM = "no_such_form", gettext_noop("There is no such form.")
    METHOD_NOT_ALLOWED = "method_not_allowed", gettext_noop("This address does not take that method.")
    INVALID = "invalid", gettext_noop("This does not fit here.")
    STALE = "stale", gettext_noop("The form is not that far yet.")
    INCOMPLETE = "incomplete", gettext_noop("Something is still missing, or is not as it should be.")
    LOCKED = "locked", gettext_noop("This form is not open.")
    NO_SUCH_SUBMISSION = "no_such_submission", gettext_noop("There is no such submission.")
    NOT_SUBMITTED = "not_submitted", gettext_noop("This form is not submitted.")
    BUSY = "busy", gettext_noop("The form is busy. Please send the same again.")
    INTERNAL = "internal", gettext_noop("The server failed.")
