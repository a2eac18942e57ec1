"""T5: no frame, whatever its bytes, raises anything but the protocol's own error."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collab.protocol.codec import decode, encode
from collab.protocol.errors import ProtocolError
from collab.protocol.messages import ClientMessage
from tests.strategies import json_values

many = settings(max_examples=1_000, deadline=None)

TYPES = st.sampled_from(["join", "submit", "focus", "blur", "ping"])
NAMES = st.sampled_from(["client_id", "since", "want", "seq", "base", "ops", "at", "selection"])
GOOD: dict[str, dict[str, Any]] = {
    "join": {"client_id": "tab-00000001", "since": None, "want": "both"},
    "submit": {"seq": 1, "base": 0, "ops": [{"kind": "set", "field": "a", "value": 1}]},
    "focus": {"at": {"table": "readings", "row": "row_0001", "field": "value"}, "selection": [0, 1], "base": 0},
    "blur": {},
    "ping": {},
}


def read(frame: str | bytes) -> ClientMessage | None:
    """The message, if it is one; a message is always one that can be written and read again."""
    try:
        message = decode(frame)
    except ProtocolError:
        return None
    assert decode(encode(message)) == message
    return message


@many
@given(st.binary(max_size=200))
def test_t5_any_bytes(frame: bytes) -> None:
    read(frame)


@many
@given(st.text(max_size=200))
def test_t5_any_text(frame: str) -> None:
    read(frame)


@many
@given(json_values())
def test_t5_any_json(value: object) -> None:
    try_json(value)


@many
@given(TYPES, st.dictionaries(NAMES, json_values(), max_size=4))
def test_t5_frames_with_a_field_or_more_gone_wrong(kind: str, wrong: dict[str, Any]) -> None:
    try_json({"type": kind, **GOOD[kind], **wrong})


@many
@given(TYPES, st.data())
def test_t5_frames_cut_and_bent(kind: str, data: st.DataObject) -> None:
    frame = bytearray(json.dumps({"type": kind, **GOOD[kind]}).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(frame) - 1))
        frame[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=2))
        if not frame:
            break
    read(bytes(frame))


def try_json(value: object) -> None:
    frame = json.dumps(value)
    read(frame)
    read(frame.encode())
