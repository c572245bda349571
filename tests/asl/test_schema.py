"""The JSON Schema for editors says what the table of fields says."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft7Validator

from flowdsl.asl.fields import OBJECTS
from flowdsl.asl.schema import json_schema
from tests.asl.test_grammar import RIGHT

SCHEMA = json_schema()
VALIDATOR = Draft7Validator(SCHEMA)


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(SCHEMA)


def test_every_field_is_described() -> None:
    for type, fields in OBJECTS.items():
        described = SCHEMA["definitions"][type]["properties"]
        assert list(described)[: len(fields)] == list(fields)
        assert all(text["description"] for name, text in described.items() if name in fields)


@pytest.mark.parametrize("document", RIGHT, ids=range(len(RIGHT)))
def test_what_the_grammar_takes_fits(document: Any) -> None:
    if document["States"]["A"].get("Type") != "${Type}":
        assert [error.message for error in VALIDATOR.iter_errors(document)] == []


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"StartAt": "A", "States": {}},
        {"StartAt": "A", "States": {"A": {"Type": "pass", "End": True}}},
        {"StartAt": "A", "States": {"A": {"Type": "Pass"}}},
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True, "Next": "A"}}},
        {"StartAt": "A", "States": {"A": {"Type": "Task", "End": True}}},
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True, "Retry": []}}},
        {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": -1, "End": True}}},
        {"StartAt": "A", "States": {"A" * 81: {"Type": "Succeed"}}},
    ],
)
def test_what_it_can_see_it_refuses(document: Any) -> None:
    assert not VALIDATOR.is_valid(document)
