"""Texts that people bring in: JSON, or a reason why not, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.forms.jsontext import JsonError, read_json, write_json


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "Not JSON"),
        (b"{", "line 1, column 2"),
        (b"{'a': 1}", "Not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b'{"a": NaN}', "NaN"),
        (b"[-Infinity]", "Infinity"),
        (b'{"a": {"key": 1, "key": 2}}', "two members 'key'"),
        (b"[" * 100_000, "nested too deeply"),
        (b"9" * 5_000, "too large"),
    ],
)
def test_what_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(JsonError, match=reason):
        read_json(raw)


def test_a_byte_order_mark_is_no_error() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": [1, null]}') == {"a": [1, None]}


def test_what_is_written_is_read_again() -> None:
    value = {"key": "a", "title": "Ä 😀", "list": [1, 2.5, True, None]}
    assert read_json(write_json(value).encode()) == value
    assert "Ä 😀" in write_json(value)


@given(st.binary(max_size=60) | st.text('{}[]",:1ae\\u \n', max_size=40).map(str.encode))
def test_arbitrary_bytes_raise_nothing_else(raw: bytes) -> None:
    try:
        read_json(raw)
    except JsonError:
        return
