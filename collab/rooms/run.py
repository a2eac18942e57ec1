"""A run: consecutive committed ops of one form, ready to be told to a room.

Every entry is encoded once, where it was committed or read; a frame joins entries, whoever it is for. Owns the
shape of a ``committed`` frame (PROTOCOL.md); knows neither sockets nor the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from collab.protocol.codec import dumps, encode
from collab.protocol.messages import Client, Committed, Encoded, User
from collab.rooms.store import LoggedOp
from collab.sockets import text_frame

# What a slow reader holds up at most, besides what its kernel takes.
FRAME_OPS = 500
FRAME_CHARACTERS = 256 * 1024


@dataclass(frozen=True, slots=True)
class Frame:
    """A ``committed`` frame, made once for everyone: its last version, its text, and the same ready for the wire."""

    last: int
    text: str
    wire: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """Ops ``first`` to ``last`` of a form, without a gap. ``clients`` explains every n that may be new to a reader."""

    form: UUID
    first: int
    ops: tuple[LoggedOp, ...]
    clients: Mapping[int, Client] = field(default_factory=dict)
    _frames: list[Frame] = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    def last(self) -> int:
        return self.first + len(self.ops) - 1

    @property
    def characters(self) -> int:
        """How long its ops are together, about as long as its frames."""
        return sum(len(op.op) for op in self.ops)

    def after(self, version: int) -> Run:
        """What of this run comes after a version."""
        if version < self.first:
            return self
        return replace(self, first=version + 1, ops=self.ops[version + 1 - self.first :])

    def frames(self) -> list[Frame]:
        """The run as ``committed`` frames of a bounded size; encoded once for everyone."""
        if not self._frames:
            for part in _parts(self.ops):
                text = _frame(part[0].version, part, self.clients)
                self._frames.append(Frame(part[-1].version, text, text_frame(text)))
        return self._frames

    def one_frame(self) -> str:
        """The run as a single frame, whatever its size: an answer over HTTP."""
        return _frame(self.first, self.ops, self.clients)

    def pack(self) -> dict[str, Any]:
        """The run as it goes through the channel layer."""
        ops = [[op.version, op.by, op.seq, op.op, op.at] for op in self.ops]
        return {"form": str(self.form), "first": self.first, "ops": ops, "clients": _pack_clients(self.clients)}

    @classmethod
    def unpack(cls, message: Mapping[str, Any]) -> Run:
        clients = {n: Client(client_id, User(id, name)) for n, client_id, id, name in message["clients"]}
        ops = tuple(LoggedOp(*op) for op in message["ops"])
        return cls(UUID(message["form"]), message["first"], ops, clients)


def _parts(ops: tuple[LoggedOp, ...]) -> Iterator[tuple[LoggedOp, ...]]:
    """The ops in parts of a bounded size; one op alone may be longer."""
    start = size = 0
    for end, op in enumerate(ops):
        size += len(op.op)
        if end > start and (size > FRAME_CHARACTERS or end - start == FRAME_OPS):
            yield ops[start:end]
            start, size = end, len(op.op)
    yield ops[start:]


def nothing_since(version: int) -> str:
    """The frame of an empty tail, as the HTTP twin answers it."""
    return _frame(version + 1, (), {})


def _frame(first: int, ops: tuple[LoggedOp, ...], clients: Mapping[int, Client]) -> str:
    moments = {op.at for op in ops}
    together = moments.pop() if len(moments) == 1 else None
    entries = Encoded("[" + ",".join(_entry(op, with_time=together is None) for op in ops) + "]")
    return encode(Committed(first, first + len(ops) - 1, together, clients, entries))


def _entry(op: LoggedOp, *, with_time: bool) -> str:
    time = f',"at":{dumps(op.at)}' if with_time else ""
    return f'{{"by":{op.by},"seq":{op.seq}{time},"op":{op.op}}}'


def _pack_clients(clients: Mapping[int, Client]) -> list[tuple[int, str, str, str]]:
    return [(n, client.client_id, client.user.id, client.user.name) for n, client in clients.items()]
