"""Rule C8: values fit their field's type or are not stored; what is unfinished is reported, not refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.document.definition import Choice, Field
from collab.document.schema import read_definition
from collab.document.values import FIELD_TYPES, MAX_TEXT_LENGTH, check_value, empty, report, same_value

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "values.json").read_text())
FIELDS = pytest.mark.parametrize("case", VECTORS["fields"], ids=[case["name"] for case in VECTORS["fields"]])


@FIELDS
def test_c8_a_value_fits_its_type_or_is_refused(case: dict[str, Any]) -> None:
    field = read_field(case["field"])
    assert [value for value in case["storable"] if check_value(field, value) is not None] == []
    assert [value for value in case["unfit"] if check_value(field, value) is None] == []


@FIELDS
def test_c8_what_is_unfinished_is_reported(case: dict[str, Any]) -> None:
    field = read_field(case["field"])
    for value, codes in case["report"]:
        assert [problem.code for problem in report(field, value)] == codes, value


@pytest.mark.parametrize(("one", "other", "same"), VECTORS["same"])
def test_c8_true_is_not_1_and_1_is_1_0(one: object, other: object, same: bool) -> None:
    assert same_value(one, other) is same
    assert same_value(other, one) is same


@pytest.mark.parametrize(("value", "is_empty"), VECTORS["empty"])
def test_empty(value: object, is_empty: bool) -> None:
    assert empty(value) is is_empty


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 10**4000, -(10**4000), 2**53 + 1])
@pytest.mark.parametrize("kind", ["integer", "number"])
def test_c8_numbers_that_json_or_javascript_do_not_have(kind: str, value: float) -> None:
    assert check_value(Field("f", kind, "F"), value) is not None


def test_c8_numbers_too_large_even_to_be_written() -> None:
    assert check_value(Field("f", "integer", "F"), 10**5000) is not None
    assert check_value(Field("f", "text", "F"), 10**5000) is not None


def test_c8_a_text_is_counted_in_characters() -> None:
    field = Field("f", "text", "F", max_length=MAX_TEXT_LENGTH)
    assert check_value(field, "😀" * MAX_TEXT_LENGTH) is None
    assert report(field, "😀" * MAX_TEXT_LENGTH) == ()
    assert check_value(field, "😀" * (MAX_TEXT_LENGTH + 1)) is not None


def test_a_report_names_the_field() -> None:
    assert [(p.path, p.code) for p in report(Field("f", "text", "F", required=True), None)] == [("f", "required")]


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["\ud800", "\0", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(st.sampled_from(FIELD_TYPES), ANYTHING, ANYTHING)
def test_c8_arbitrary_values_never_raise(kind: str, value: object, other: object) -> None:
    field = Field("f", kind, "F", required=True, choices=(Choice("2026-01-01", "x"),))
    if check_value(field, value) is None:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
        assert same_value(value, json.loads(json.dumps(value)))
    report(field, value)
    assert same_value(value, other) is same_value(other, value)


def read_field(field: dict[str, Any]) -> Field:
    data = {"key": "t", "title": "T", "sections": [{"key": "s", "title": "S", "fields": [field]}]}
    return next(iter(read_definition(data).fields.values()))
