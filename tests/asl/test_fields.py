"""The table of fields: what it must hold for the grammar, the key order, the schema and the language's keywords."""

from __future__ import annotations

import pytest

from flowdsl.asl.choice_fields import OPERATORS
from flowdsl.asl.field import keyword_of
from flowdsl.asl.fields import OBJECTS, STATE_TYPES, by_keyword, exclusions_of, fields_of


@pytest.mark.parametrize(
    ("name", "keyword"),
    [
        ("TimeoutSeconds", "timeout_seconds"),
        ("QueryLanguage", "query_language"),
        ("CSVHeaders", "csv_headers"),
        ("MaxItemsPerBatchPath", "max_items_per_batch_path"),
        ("ToleratedFailurePercentage", "tolerated_failure_percentage"),
        ("StringLessThanEqualsPath", "string_less_than_equals_path"),
    ],
)
def test_a_keyword_is_the_name_in_snake_case(name: str, keyword: str) -> None:
    assert keyword_of(name) == keyword


def test_every_state_begins_with_its_type() -> None:
    for type in STATE_TYPES:
        assert list(fields_of(type))[:3] == ["Type", "Comment", "QueryLanguage"]


def test_no_two_fields_of_an_object_share_a_keyword() -> None:
    for type in OBJECTS:
        assert len(by_keyword(type)) == len(fields_of(type))


def test_a_field_that_holds_objects_names_a_type_of_the_table() -> None:
    for fields in OBJECTS.values():
        for field in fields.values():
            if field.kind in ("object", "list"):
                assert field.of in OBJECTS, field.name


def test_what_excludes_another_is_a_field() -> None:
    for type, fields in OBJECTS.items():
        for exclusion in exclusions_of(type):
            assert set(exclusion.fields) <= set(fields)


def test_there_are_39_comparisons() -> None:
    assert len(OPERATORS) == 39


def test_every_enum_has_values_and_every_field_a_sentence() -> None:
    for fields in OBJECTS.values():
        for field in fields.values():
            assert bool(field.values) == (field.kind == "enum"), field.name
            assert field.doc.endswith("."), field.name


@pytest.mark.parametrize(
    ("type", "language", "names"),
    [
        ("Task", "JSONata", {"Arguments", "Output"}),
        ("Map", "JSONata", {"Items", "Output"}),
        ("Succeed", "JSONPath", {"InputPath", "OutputPath"}),
        ("Catcher", "JSONPath", {"ResultPath"}),
        ("Fail", "JSONPath", {"ErrorPath", "CausePath"}),
    ],
)
def test_fields_know_their_query_language(type: str, language: str, names: set[str]) -> None:
    assert {field.name for field in fields_of(type).values() if field.language == language} == names
