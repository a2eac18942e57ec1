"""Frames, one by one. The client's and the server's are in vectors that the JavaScript twin reads too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collab.document.operations import Address
from collab.protocol.codec import MAX_FRAME_BYTES, acked_frame, decode, encode, read_client_id, read_object, read_submit
from collab.protocol.codes import CloseCode, ErrorCode, Rejection
from collab.protocol.errors import ProtocolError
from collab.protocol.messages import (
    Acked,
    Blur,
    Client,
    Closing,
    Committed,
    CommittedOp,
    Encoded,
    Error,
    Focus,
    FormChanged,
    Join,
    Joined,
    Limits,
    Move,
    Person,
    Ping,
    Pong,
    Presence,
    RejectedOp,
    ServerMessage,
    Submit,
    User,
)

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "protocol.json").read_text("utf-8"))

ALICE = User("0190", "Alice")
PERSON = Person("s1", ALICE, 3, Address(None, None, "summary"), (4, 2), 7)
CELL = {"value": "ok", "version": 3, "by": 1, "at": "2024-05-01T06:00:00Z"}
EDIT = {"kind": "edit", "field": "summary", "delta": [2, "a"]}
CLIENTS = {1: Client("tab-00000001", ALICE)}
MOMENT = "2024-05-01T06:00:01Z"
JOINED = Joined(
    version=7,
    revision=2,
    form={
        "id": "0191",
        "title": "Früh 😀",
        "status": "open",
        "template": {"key": "shift-logbook", "title": "Shift logbook", "sections": []},
    },
    snapshot={"values": {"summary": CELL}, "tables": {"readings": []}},
    clients=CLIENTS,
    people=[PERSON],
    you=PERSON,
    role="editor",
    last_seq=4,
    limits=Limits(65536, 20.5, 40, 100, 2000, 100000),
)
REMOVAL = {"kind": "remove_row", "table": "readings", "row": "row_0001"}

SERVER_MESSAGES: dict[str, ServerMessage] = {
    "joined": JOINED,
    "committed": Committed(8, 9, MOMENT, {}, [CommittedOp(1, 5, EDIT), CommittedOp(1, 5, REMOVAL)]),
    "committed at several times": Committed(1, 1, None, CLIENTS, [CommittedOp(1, 1, EDIT, MOMENT)]),
    "nothing committed": Committed(8, 7, None, {}, []),
    "acked": Acked(5, 9),
    "acked with a rejection": Acked(5, 9, [RejectedOp(1, Rejection.CONFLICT, Rejection.CONFLICT.message, CELL)]),
    "presence": Presence([PERSON], ["s2"], [Move("s3", None, None, None)]),
    "form_changed": FormChanged(3, "archived", {"title": "Spät"}),
    "pong": Pong(),
    "error": Error(ErrorCode.MALFORMED, "A frame is JSON in UTF-8."),
    "closing": Closing(CloseCode.NO_SUCH_FORM, CloseCode.NO_SUCH_FORM.reason),
    "closing for a newer sign-in": Closing(
        CloseCode.SIGNED_IN_ELSEWHERE, CloseCode.SIGNED_IN_ELSEWHERE.reason, "Firefox on Linux", MOMENT
    ),
}


def vectors(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("frame", [pytest.param(case["frame"], id=case["name"]) for case in VECTORS[name]])


def refusal(frame: str | bytes) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        decode(frame)
    return caught.value


# --- reading ---------------------------------------------------------------------------------------


@vectors("client")
def test_t2_client_frames_are_read_and_written_alike(frame: str) -> None:
    assert encode(decode(frame)) == frame
    assert decode(frame.encode()) == decode(frame)


@vectors("malformed")
def test_t4_malformed_frames_are_refused(frame: str) -> None:
    error = refusal(frame)

    assert error.code is ErrorCode.MALFORMED
    assert error.close is CloseCode.MALFORMED
    assert error.message


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ('{"type":"join","client_id":"tab-0001","since":3,"want":"both"}', Join("tab-0001", 3, "both")),
        ('{"type":"submit","seq":2,"base":1,"ops":[{"kind":1}]}', Submit(2, 1, ({"kind": 1},))),
        (
            '{"type":"focus","at":{"field":"a","table":null},"selection":[3,1],"base":0}',
            Focus(Address(None, None, "a"), (3, 1), 0),
        ),
        ('{"type":"blur"}', Blur()),
        ('{"type":"ping"}', Ping()),
    ],
)
def test_each_type_becomes_its_message(frame: str, message: object) -> None:
    assert decode(frame) == message


def test_t2_unknown_keys_are_ignored_and_the_last_of_equal_keys_counts() -> None:
    assert decode('{"type":"blur","type":"ping","new":{"deep":[1]}}') == Ping()


def test_what_may_be_null_may_be_left_out() -> None:
    assert decode('{"type":"join","client_id":"tab-0001","want":"both"}') == Join("tab-0001", None, "both")
    assert decode('{"type":"focus","at":{"field":"a"},"base":0}') == Focus(Address(None, None, "a"), None, 0)


@pytest.mark.parametrize("frame", [b"\xff", b"\xed\xa0\xbd", b'{"type":"\xc3"}', '{"type":"ping"}'.encode("utf-16")])
def test_t5_bytes_that_are_not_utf8_are_malformed(frame: bytes) -> None:
    assert refusal(frame).code is ErrorCode.MALFORMED


@pytest.mark.parametrize("character", ["a", "é", "€", "😀"])
def test_t2_frames_above_64_kib_are_too_large_in_bytes_not_characters(character: str) -> None:
    head, tail = '{"type":"ping","x":"', '"}'
    room = MAX_FRAME_BYTES - len(head) - len(tail)
    text = character * (room // len(character.encode()))
    filler = "b" * (room - len(text.encode()))

    assert decode(head + text + filler + tail) == Ping()
    for frame in (head + text + filler + "b" + tail, (head + text + filler + "b" + tail).encode()):
        error = refusal(frame)
        assert error.code is ErrorCode.TOO_LARGE
        assert error.close is CloseCode.TOO_LARGE


@pytest.mark.parametrize("frame", ["[" * 60_000, '{"a":' * 12_000, "[" * 30_000 + "]" * 30_000])
def test_t5_deep_nesting_is_malformed(frame: str) -> None:
    assert refusal(frame).code is ErrorCode.MALFORMED


def test_t5_nesting_that_python_reads_but_might_not_write_again_is_malformed() -> None:
    assert refusal(submit_of("[" * 300 + "]" * 300)).code is ErrorCode.MALFORMED
    assert refusal(submit_of('{"a":' * 300 + "1" + "}" * 300)).code is ErrorCode.MALFORMED


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert isinstance(decode(submit_of("[" + ",".join(["[[]]"] * 500) + "]")), Submit)


@pytest.mark.parametrize("value", ["9" * 30, "9" * 400, "-" + "9" * 50_000, "1e999", '"\\ud800"', '"\\u0000"'])
def test_a_poisonous_value_inside_an_op_is_not_the_frames_fault(value: str) -> None:
    message = decode(submit_of(value))

    assert isinstance(message, Submit)
    assert isinstance(message.ops[0]["value"], int | float | str)


def test_a_huge_seq_is_malformed() -> None:
    assert refusal('{"type":"submit","base":0,"ops":[{}],"seq":' + "9" * 50_000 + "}").code is ErrorCode.MALFORMED


def test_the_parts_serve_an_http_request() -> None:
    body = read_object(b'{"client_id":"tab-00000001","seq":1,"base":0,"ops":[{}]}')

    assert read_client_id(body) == "tab-00000001"
    assert read_submit(body) == Submit(1, 0, ({},))


def submit_of(value: str) -> str:
    return '{"type":"submit","seq":1,"base":0,"ops":[{"kind":"set","field":"a","value":' + value + "}]}"


# --- writing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVER_MESSAGES)
def test_server_messages_are_written_as_the_vectors_say(name: str) -> None:
    assert encode(SERVER_MESSAGES[name]) == frame_of(name)


def test_what_is_encoded_already_is_put_in_as_it_is() -> None:
    ops = Encoded('[{"by":1,"seq":5,"op":' + json.dumps(EDIT, separators=(",", ":")) + "}]")

    assert json.loads(encode(Committed(8, 8, MOMENT, {}, ops)))["ops"] == [{"by": 1, "seq": 5, "op": EDIT}]
    assert json.loads(encode(Acked(1, 1, Encoded("[]"))))["rejected"] == []
    assert acked_frame(3, 7, "[]") == encode(Acked(3, 7))


def test_nothing_is_written_that_is_not_json() -> None:
    with pytest.raises(ValueError):
        encode(Acked(1, 1, [RejectedOp(0, "invalid", "", float("nan"))]))


def frame_of(name: str) -> Any:
    return next(case["frame"] for case in VECTORS["server"] if case["name"] == name)


# --- codes -----------------------------------------------------------------------------------------


def test_t4_close_codes_are_those_of_the_protocol() -> None:
    assert {int(code) for code in CloseCode} == {4400, 4401, 4403, 4404, 4408, 4409, 4429, 1009, 1011, 1012}


def test_rejection_codes_are_those_of_the_protocol() -> None:
    codes = ["invalid", "conflict", "gone", "locked", "forbidden", "stale", "seq_reused", "internal"]

    assert [str(code) for code in Rejection] == codes


def test_every_code_has_a_sentence_that_fits_a_close_frame() -> None:
    sentences = [*(code.reason for code in CloseCode), *(code.message for code in [*Rejection, *ErrorCode])]

    assert all(sentences)
    assert all(len(sentence.encode()) <= 123 for sentence in sentences)


def test_an_error_says_its_codes_sentence_unless_it_knows_better() -> None:
    assert ProtocolError("not_text").message == ErrorCode.NOT_TEXT.message
    assert ProtocolError(ErrorCode.MALFORMED, "at: an address.").message == "at: an address."
