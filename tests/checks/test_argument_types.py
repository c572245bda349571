"""What is computed for a call's parameters against what the operation takes."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.checks.runner import check

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"ids": {"type": "array"}, "n": {"type": "number"}, "url": {"type": "string"}},
    "required": ["ids", "n", "url"],
}


def said(resource: str, parameters: dict[str, Any], *, jsonata: bool = False, typed: bool = True) -> list[str]:
    task = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "End": True}
    task["Arguments" if jsonata else "Parameters"] = parameters
    document = {"QueryLanguage": "JSONata" if jsonata else "JSONPath", "StartAt": "A", "States": {"A": task}}
    found = check(Definition(document), input_schema=SCHEMA if typed else None)
    return [f"{f.severity} {f.pointer}: {f.message}" for f in found if f.code == "ASL513"]


@pytest.mark.parametrize(
    ("resource", "parameters", "message"),
    [
        (
            "sqs:sendMessage",
            {"QueueUrl.$": "$.ids", "MessageBody.$": "$"},
            "error /States/A/Parameters/QueueUrl.$: 'A': QueueUrl of sqs:sendMessage takes a string, and gets an array",
        ),
        (
            "dynamodb:putItem",
            {"TableName": "t", "Item": {"id": {"N.$": "$.n"}}},
            "error /States/A/Parameters/Item/id/N.$: 'A': Item.id.N of dynamodb:putItem takes a string, and gets a number",
        ),
        (
            "aws-sdk:s3:listObjectsV2",
            {"Bucket.$": "$.url", "MaxKeys.$": "$.ids"},
            "error /States/A/Parameters/MaxKeys.$: 'A': MaxKeys of aws-sdk:s3:listObjectsV2 takes a number, and gets an array",
        ),
    ],
)
def test_a_path_to_what_the_input_says_is_of_another_kind_is_an_error(
    resource: str, parameters: dict[str, Any], message: str
) -> None:
    assert said(resource, parameters) == [message]


def test_an_expression_is_looked_at_as_well() -> None:
    url = {"QueueUrl": "{% $states.input.n %}", "MessageBody": "m"}
    assert said("sqs:sendMessage", url, jsonata=True) == [
        "error /States/A/Arguments/QueueUrl: 'A': QueueUrl of sqs:sendMessage takes a string, and gets a number"
    ]


@pytest.mark.parametrize(
    ("resource", "parameters"),
    [
        ("sqs:sendMessage", {"QueueUrl.$": "$.url", "MessageBody.$": "$"}),
        # An SDK integration makes JSON text of what is none.
        ("aws-sdk:s3:getObject", {"Bucket.$": "$.n", "Key.$": "$.url"}),
        ("dynamodb:putItem", {"TableName": "t", "Item": {"id": {"S.$": "$.url"}}}),
        # A text may read as a number.
        ("aws-sdk:s3:listObjectsV2", {"Bucket": "b", "MaxKeys.$": "$.url"}),
    ],
)
def test_what_fits_or_may_fit_is_left_alone(resource: str, parameters: dict[str, Any]) -> None:
    assert said(resource, parameters) == []


def test_of_an_open_input_nothing_is_known() -> None:
    assert said("sqs:sendMessage", {"QueueUrl.$": "$.ids", "MessageBody.$": "$"}, typed=False) == []
