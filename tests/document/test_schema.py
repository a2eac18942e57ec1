"""A template's definition is read, or refused with everything that is wrong with it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collab.document.schema import Definition, DefinitionInvalid, Problem, read_definition
from collab.document.values import check_value, report

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "definitions.json").read_text())

LOGBOOK = {
    "key": "shift-logbook",
    "title": "Shift logbook",
    "sections": [
        {
            "key": "handover",
            "title": "Handover",
            "fields": [
                {"key": "shift", "type": "choice", "label": "Shift", "choices": ["early", "late"], "required": True},
                {"key": "summary", "type": "long_text", "label": "Summary", "help": "For the next shift"},
            ],
            "tables": [
                {
                    "key": "readings",
                    "title": "Readings",
                    "columns": [
                        {"key": "at", "type": "time", "label": "Time"},
                        {"key": "pressure", "type": "number", "label": "Pressure", "unit": "bar", "min": 0},
                    ],
                }
            ],
        }
    ],
}


@dataclass(frozen=True)
class At:
    table: str | None
    field: str


@pytest.mark.parametrize("case", VECTORS, ids=[case["name"] for case in VECTORS])
def test_shared_vectors(case: dict[str, Any]) -> None:
    assert errors_of(case["definition"]) == [tuple(error) for error in case["errors"]]


def test_reads_what_is_there() -> None:
    definition = read_definition(LOGBOOK)
    shift, summary = definition.fields["shift"], definition.fields["summary"]
    assert (definition.key, definition.title) == ("shift-logbook", "Shift logbook")
    assert (shift.required, shift.merges, [choice.value for choice in shift.choices]) == (
        True,
        False,
        ["early", "late"],
    )
    assert (summary.merges, summary.help) == (True, "For the next shift")
    assert definition.tables["readings"].column("at") is definition.tables["readings"].columns[0]
    assert definition.tables["readings"].column("summary") is None


def test_finds_fields_by_address() -> None:
    definition = read_definition(LOGBOOK)
    assert definition.field_at(At(None, "summary")) is definition.fields["summary"]
    assert definition.field_at(At("readings", "pressure")) is definition.tables["readings"].columns[1]
    assert definition.field_at(At("readings", "summary")) is None
    assert definition.field_at(At(None, "pressure")) is None
    assert definition.field_at(At("nowhere", "at")) is None
    assert dict(definition.section_of) == {"shift": "handover", "summary": "handover", "readings": "handover"}


def test_source_is_the_definition_again_in_its_usual_order() -> None:
    shuffled = json.loads(json.dumps(LOGBOOK, sort_keys=True))
    definition = read_definition(shuffled)
    assert json.dumps(definition.source) == json.dumps(read_definition(definition.source).source)
    assert definition.source == LOGBOOK
    assert list(definition.source) == ["key", "title", "sections"]


def test_what_was_read_is_not_changed_by_who_gave_it() -> None:
    data = json.loads(json.dumps(LOGBOOK))
    definition = read_definition(data)
    data["sections"][0]["fields"].clear()
    assert definition.source == LOGBOOK


def test_every_error_names_its_place_in_one_message() -> None:
    with pytest.raises(DefinitionInvalid, match=r"title: This is missing\.; sections: This is missing\."):
        read_definition({"key": "a"})


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 10**4000])
def test_numbers_that_json_does_not_have(number: float) -> None:
    field = {"key": "f", "type": "number", "label": "F", "min": number, "default": number}
    path = "sections[0].fields[0]"
    assert errors_of(one_field(field)) == [(f"{path}.min", "type"), (f"{path}.default", "default")]


def test_nesting_deeper_than_the_stack() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert errors_of({"key": deep, "title": "T", "sections": deep})[0] == ("key", "type")
    assert errors_of(one_field({"key": "f", "type": "choices", "label": "F", "choices": ["a"], "default": deep}))
    while deep:  # or freeing it would use the stack
        deep = deep.pop()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800") | st.integers(2**53, 2**80),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)
OPTION = st.sampled_from(
    [
        *("key", "type", "title", "label", "help", "unit", "required", "min", "max", "pattern", "max_length"),
        *("choices", "default", "value", "sections", "fields", "tables", "columns"),
    ]
)
WORD = st.sampled_from(
    ["a", "b-c", "text", "integer", "number", "date", "choice", "choices", "2026-01-01", "(a+)+", "", "A"]
)
LIKELY = st.recursive(
    JSON | WORD,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(OPTION, inner, max_size=8),
    max_leaves=40,
)


@settings(max_examples=500)
@given(JSON | LIKELY)
def test_arbitrary_json_never_raises_anything_else(data: object) -> None:
    errors_of(data)


@given(st.dictionaries(OPTION, LIKELY, max_size=12))
def test_arbitrary_fields_are_read_or_refused_and_then_usable(options: dict[str, Any]) -> None:
    definition, errors = attempt(one_field({"key": "f", "label": "F", **options}))
    assert all(error.path.isascii() and error.path.startswith("sections[0].fields[0]") for error in errors)
    if definition is not None:
        field = next(iter(definition.fields.values()))
        assert check_value(field, field.default) is None
        assert all(problem.code == "required" for problem in report(field, field.default))
        json.dumps(definition.source, allow_nan=False).encode()


def one_field(field: object) -> dict[str, Any]:
    return {"key": "t", "title": "T", "sections": [{"key": "s", "title": "S", "fields": [field]}]}


def attempt(data: object) -> tuple[Definition | None, tuple[Problem, ...]]:
    try:
        return read_definition(data), ()
    except DefinitionInvalid as invalid:
        return None, invalid.errors


def errors_of(data: object) -> list[tuple[str, str]]:
    definition, errors = attempt(data)
    assert (definition is None) is bool(errors)
    return [(error.path, error.code) for error in errors]
