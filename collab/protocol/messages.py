"""Every message of PROTOCOL.md, each a value of its own class; the ops inside stay JSON.

Owns what a message holds. How it is written and read is the codec's; what it does to a room is decided in rooms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from collab.document.operations import Address

Json = Mapping[str, Any]
Want = Literal["tail", "snapshot", "both"]
Selection = tuple[int, int]
"""Anchor and focus, in code points; backward where the first is the greater."""


class Encoded(str):
    """JSON text that is put into a frame as it is: what many frames hold is encoded once."""

    __slots__ = ()


# --- client to server ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Join:
    """The first frame of every connection: start and recovery are one path."""

    type: ClassVar = "join"

    client_id: str
    since: int | None
    want: Want


@dataclass(frozen=True, slots=True)
class Submit:
    """Please commit these. The ops are raw: what is wrong inside one is a rejection, not an error."""

    type: ClassVar = "submit"

    seq: int
    base: int
    ops: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Focus:
    """I am here. The selection counts in the text as it was at ``base``."""

    type: ClassVar = "focus"

    at: Address
    selection: Selection | None
    base: int


@dataclass(frozen=True, slots=True)
class Blur:
    """I am nowhere."""

    type: ClassVar = "blur"


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there?"""

    type: ClassVar = "ping"


ClientMessage = Join | Submit | Focus | Blur | Ping


# --- what server messages are made of --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class User:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Client:
    """Whom an n stands for."""

    client_id: str
    user: User


@dataclass(frozen=True, slots=True)
class Person:
    session: str
    user: User
    color: int
    at: Address | None = None
    selection: Selection | None = None
    base: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A person went somewhere else, or nowhere."""

    session: str
    at: Address | None
    selection: Selection | None
    base: int | None


@dataclass(frozen=True, slots=True)
class CommittedOp:
    """An op as applied. ``at`` only where it differs from the frame's."""

    by: int
    seq: int
    op: Json
    at: str | None = None


@dataclass(frozen=True, slots=True)
class RejectedOp:
    index: int
    code: str
    message: str
    current: Any = None


@dataclass(frozen=True, slots=True)
class Limits:
    frame_bytes: int
    submits_per_second: float
    burst: int
    ops_per_submit: int
    rows_per_table: int
    text_length: int


# --- server to client ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Joined:
    type: ClassVar = "joined"

    version: int
    revision: int
    form: Json
    snapshot: Json | Encoded | None
    clients: Mapping[int, Client]
    people: Sequence[Person]
    you: Person | None
    role: str
    last_seq: int
    limits: Limits


@dataclass(frozen=True, slots=True)
class Committed:
    """The ops from one version to another, both inclusive; ``last`` is ``first`` - 1 where there is nothing to tell."""

    type: ClassVar = "committed"

    first: int
    last: int
    at: str | None
    clients: Mapping[int, Client]
    ops: Sequence[CommittedOp] | Encoded


@dataclass(frozen=True, slots=True)
class Acked:
    type: ClassVar = "acked"

    seq: int
    version: int
    rejected: Sequence[RejectedOp] | Encoded = ()


@dataclass(frozen=True, slots=True)
class Presence:
    type: ClassVar = "presence"

    joined: Sequence[Person] = ()
    left: Sequence[str] = ()
    changed: Sequence[Move] = ()


@dataclass(frozen=True, slots=True)
class FormChanged:
    """``changes`` is what else of the form changed, under its own names."""

    type: ClassVar = "form_changed"

    revision: int
    status: str
    changes: Json


@dataclass(frozen=True, slots=True)
class Pong:
    type: ClassVar = "pong"


@dataclass(frozen=True, slots=True)
class Error:
    type: ClassVar = "error"

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Closing:
    """``why`` says how a sign-in ended, or what was too much (4429); ``device`` and ``at`` tell of a newer sign-in."""

    type: ClassVar = "closing"

    code: int
    reason: str
    device: str | None = None
    at: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Watching:
    """The first frame of the sign-in watch: who is signed in."""

    type: ClassVar = "watching"

    user: User


@dataclass(frozen=True, slots=True)
class Idle:
    """In so many seconds the sign-in ends, because nothing is done; None: it does not."""

    type: ClassVar = "idle"

    seconds: int | None


ServerMessage = Joined | Committed | Acked | Presence | FormChanged | Pong | Error | Closing | Watching | Idle
