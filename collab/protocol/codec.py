"""Frames to messages and back: the only place that knows how a message looks on the wire.

``decode`` raises nothing but ``ProtocolError``, whatever the bytes (T5). What it lets through has fields of the right
type and range (T4). Must not know sockets, forms, or what is inside an op.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Never, TypeVar, assert_never

from collab.document.operations import MAX_KEY_LENGTH, ROW_ID, Address
from collab.protocol.codes import CloseCode, ErrorCode
from collab.protocol.errors import ProtocolError
from collab.protocol.messages import (
    Acked,
    Blur,
    Client,
    ClientMessage,
    Closing,
    Committed,
    CommittedOp,
    Encoded,
    Error,
    Focus,
    FormChanged,
    Idle,
    Join,
    Joined,
    Json,
    Move,
    Person,
    Ping,
    Pong,
    Presence,
    RejectedOp,
    Selection,
    ServerMessage,
    Submit,
    User,
    Watching,
)

T = TypeVar("T")

MAX_FRAME_BYTES = 64 * 1024
MAX_OPS = 100
MAX_NUMBER = 2**53
# Far deeper than any value of a field; far shallower than what Python's own recursion stands, here and further inside.
MAX_DEPTH = 100
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# JSON can escape half a surrogate pair; a frame to others that repeats it could not be sent.
_UNSENDABLE = re.compile("[\0\ud800-\udfff]")


# --- reading ---------------------------------------------------------------------------------------


def decode(frame: str | bytes) -> ClientMessage:
    """The message in a client's frame. Raises ``ProtocolError``, and nothing else."""
    raw = read_object(frame)
    kind = raw.get("type")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        _malformed("A frame has a type: join, submit, focus, blur or ping.")
    return read(raw)


def _read_join(raw: Mapping[str, Any]) -> Join:
    since = raw.get("since")
    want = raw.get("want")
    if want not in ("tail", "snapshot", "both"):
        _malformed("want: one of tail, snapshot, both.")
    return Join(read_client_id(raw), None if since is None else _number(raw, "since", least=0), want)


def read_submit(raw: Mapping[str, Any]) -> Submit:
    """The submit in a frame, or in the body of an HTTP request. Raises ``ProtocolError``."""
    ops = raw.get("ops")
    if not isinstance(ops, list) or not 1 <= len(ops) <= MAX_OPS or {*map(type, ops)} != {dict}:
        _malformed(f"ops: a list of 1 to {MAX_OPS} objects.")
    return Submit(_number(raw, "seq", least=1), _number(raw, "base", least=0), tuple(ops))


def check_length(submit: Submit, *, most: int) -> None:
    """Where a server takes fewer ops than the protocol allows. Raises ``ProtocolError``."""
    if len(submit.ops) > most:
        _malformed(f"ops: at most {most} in one submit here.")


def _read_focus(raw: Mapping[str, Any]) -> Focus:
    return Focus(read_address(raw.get("at")), _selection(raw.get("selection")), _number(raw, "base", least=0))


_READERS: Mapping[str, Callable[[Mapping[str, Any]], ClientMessage]] = {
    "join": _read_join,
    "submit": read_submit,
    "focus": _read_focus,
    "blur": lambda raw: Blur(),
    "ping": lambda raw: Ping(),
}


def read_client_id(raw: Mapping[str, Any]) -> str:
    """Whose ``join`` or request this is. Raises ``ProtocolError``."""
    client_id = raw.get("client_id")
    if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
        _malformed("client_id: 8 to 64 letters, digits, '-' or '_'.")
    return client_id


def _number(raw: Mapping[str, Any], name: str, *, least: int) -> int:
    number = raw.get(name)
    # A bool is an int to isinstance, not to the protocol.
    if type(number) is not int or not least <= number <= MAX_NUMBER:
        _malformed(f"{name}: an integer from {least} to 2^53.")
    return number


def read_address(at: object) -> Address:
    """An address in a frame, or in a request. Raises ``ProtocolError``."""
    if not isinstance(at, dict):
        _malformed("at: an address.")
    field, table, row = _key(at.get("field")), at.get("table"), at.get("row")
    if table is None and row is None:
        return Address(None, None, field)
    if not isinstance(row, str) or not ROW_ID.fullmatch(row):
        _malformed("at.row: 8 to 64 letters, digits, '-' or '_'.")
    return Address(_key(table), row, field)


def _key(key: object) -> str:
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY_LENGTH or _UNSENDABLE.search(key):
        _malformed(f"at: keys of 1 to {MAX_KEY_LENGTH} characters.")
    return key


def _selection(selection: object) -> Selection | None:
    match selection:
        case None:
            return None
        case [int(start), int(end)] if _is_position(start) and _is_position(end):
            return start, end
        case _:
            _malformed("selection: [start, end] or null.")


def _is_position(number: int) -> bool:
    return not isinstance(number, bool) and 0 <= number <= MAX_NUMBER


def _malformed(message: str) -> Never:
    raise ProtocolError(ErrorCode.MALFORMED, message)


# --- reading JSON ----------------------------------------------------------------------------------


def read_object(frame: str | bytes) -> dict[str, Any]:
    """The JSON object in a frame, or in the body of an HTTP request. Raises ``ProtocolError``."""
    if _is_too_large(frame):
        raise ProtocolError(ErrorCode.TOO_LARGE, f"A frame is at most {MAX_FRAME_BYTES} bytes.")
    try:
        text = frame if isinstance(frame, str) else frame.decode()
        raw = _read_json(text)
    except (ValueError, RecursionError):
        _malformed("A frame is JSON in UTF-8.")
    if not isinstance(raw, dict):
        _malformed("A frame is a JSON object.")
    # No more brackets than levels allowed, the usual case, needs no closer look.
    if text.count("[") + text.count("{") > MAX_DEPTH and not _is_shallow(raw):
        _malformed(f"A frame is nested at most {MAX_DEPTH} deep.")
    return raw


def _is_too_large(frame: str | bytes) -> bool:
    if isinstance(frame, bytes) or len(frame) > MAX_FRAME_BYTES or frame.isascii():
        return len(frame) > MAX_FRAME_BYTES
    # A character takes at most four bytes, so that most frames need not be encoded to be measured.
    return len(frame) * 4 > MAX_FRAME_BYTES and len(frame.encode("utf-8", "surrogatepass")) > MAX_FRAME_BYTES


def _is_shallow(raw: dict[str, Any]) -> bool:
    level: list[dict[str, Any] | list[Any]] = [raw]
    for _ in range(MAX_DEPTH):
        containers = (each.values() if isinstance(each, dict) else each for each in level)
        level = [inner for container in containers for inner in container if isinstance(inner, dict | list)]
        if not level:
            return True
    return False


def _read_json(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # Python reads no integer of thousands of digits. Inside an op it is the op that is wrong, not the frame.
        return _PATIENT_DECODER.decode(text)


def _refuse_constant(name: str) -> Never:
    raise json.JSONDecodeError(f"{name} is not JSON", name, 0)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_PATIENT_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant,
    # As JavaScript reads it: infinite, and so no value of any field.
    parse_int=lambda digits: int(digits) if len(digits) < 100 else float(digits),
)


# --- writing ---------------------------------------------------------------------------------------


def encode(message: ServerMessage | ClientMessage) -> str:
    """The frame of a message: compact JSON, ``type`` first. What is ``Encoded`` already is put in as it is."""
    fields = "".join(f',"{name}":{dumps(value)}' for name, value in _fields(message).items())
    return f'{{"type":"{message.type}"{fields}}}'


def acked_frame(seq: int, version: int, rejected: str) -> str:
    """What ``encode`` makes of an ``Acked`` whose refusals are JSON already; every submit is answered by one."""
    return f'{{"type":"acked","seq":{seq},"version":{version},"rejected":{rejected}}}'


def dumps(value: object) -> str:
    """Compact JSON, with what is ``Encoded`` left as it is."""
    return value if isinstance(value, Encoded) else _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _fields(message: ServerMessage | ClientMessage) -> dict[str, Any]:
    match message:
        case Joined():
            return _joined(message)
        case Committed(first, last, at, clients, ops):
            head: dict[str, Any] = {"from": first, "to": last}
            when = {} if at is None else {"at": at}
            return head | when | {"clients": wire_clients(clients), "ops": _each(_committed_op, ops)}
        case Acked(seq, version, rejected):
            return {"seq": seq, "version": version, "rejected": _each(_rejected_op, rejected)}
        case Presence(joined, left, changed):
            return {"joined": _each(_person, joined), "left": list(left), "changed": _each(_move, changed)}
        case FormChanged(revision, status, changes):
            return {"revision": revision, "status": status, **changes}
        case Closing(code, reason, device, at, why):
            newer = {} if code != CloseCode.SIGNED_IN_ELSEWHERE else {"device": device, "at": at}
            return {"code": int(code), "reason": reason, **newer} | ({} if why is None else {"why": why})
        case Watching(user):
            return {"user": _user(user)}
        case Idle(seconds):
            return {"seconds": seconds}
        case Error(code, reason):
            return {"code": code, "message": reason}
        case Join(client_id, since, want):
            return {"client_id": client_id, "since": since, "want": want}
        case Submit(seq, base, raw_ops):
            return {"seq": seq, "base": base, "ops": raw_ops}
        case Focus(address, selection, base):
            return {"at": address.wire(), "selection": selection, "base": base}
        case Pong() | Blur() | Ping():
            return {}
        case _:
            assert_never(message)


def _joined(message: Joined) -> dict[str, Any]:
    limits = message.limits
    return {
        "version": message.version,
        "revision": message.revision,
        "form": message.form,
        "snapshot": message.snapshot,
        "clients": wire_clients(message.clients),
        "people": _each(_person, message.people),
        "you": None if message.you is None else _person(message.you),
        "role": message.role,
        "last_seq": message.last_seq,
        "limits": {name: getattr(limits, name) for name in limits.__slots__},
    }


def _each(write: Callable[[T], Json], values: Sequence[T] | Encoded) -> Encoded | list[Json]:
    return values if isinstance(values, Encoded) else [write(value) for value in values]


def wire_clients(clients: Mapping[int, Client]) -> dict[str, Any]:
    """Whom each n stands for, as ``clients`` tells it."""
    return {str(n): {"client_id": client.client_id, "user": _user(client.user)} for n, client in clients.items()}


def _user(user: User) -> dict[str, str]:
    return {"id": user.id, "name": user.name}


def _person(person: Person) -> dict[str, Any]:
    return {"session": person.session, "user": _user(person.user), "color": person.color, **_place(person)}


def _move(move: Move) -> dict[str, Any]:
    return {"session": move.session, **_place(move)}


def _place(where: Person | Move) -> dict[str, Any]:
    at = None if where.at is None else where.at.wire()
    return {"at": at, "selection": where.selection, "base": where.base}


def _committed_op(entry: CommittedOp) -> dict[str, Any]:
    own_time = {} if entry.at is None else {"at": entry.at}
    return {"by": entry.by, "seq": entry.seq, **own_time, "op": entry.op}


def _rejected_op(refusal: RejectedOp) -> dict[str, Any]:
    return {
        "index": refusal.index,
        "code": refusal.code,
        "message": refusal.message,
        "current": refusal.current,
    }
