"""What happens when a call is made twice."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.integrations.catalog import operation
from flowdsl.integrations.effects import effect_of


@pytest.mark.parametrize(
    ("service", "action", "parameters", "kind"),
    [
        ("dynamodb", "get_item", {}, "reads"),
        ("dynamodb", "put_item", {}, "sets"),
        ("dynamodb", "put_item", {"ConditionExpression": "attribute_not_exists(id)"}, "refuses"),
        ("dynamodb", "update_item", {"UpdateExpression": "SET stock = stock - :n"}, "adds"),
        ("dynamodb", "update_item", {"UpdateExpression": "ADD visits :one"}, "adds"),
        ("dynamodb", "update_item", {"UpdateExpression": "SET done = :true, note = :text"}, "sets"),
        ("dynamodb", "update_item", {"UpdateExpression.$": "$.e"}, "adds"),
        ("sqs", "send_message", {}, "adds"),
        ("sqs", "send_message", {"MessageDeduplicationId.$": "$.id"}, "sets"),
        ("sns", "publish", {}, "adds"),
        ("events", "put_events", {}, "adds"),
        ("states", "start_execution", {}, "adds"),
        ("states", "start_execution", {"Name.$": "$.id"}, "refuses"),
        ("glue", "start_job_run", {}, "adds"),
        ("athena", "start_query_execution", {"ClientRequestToken.$": "$.id"}, "sets"),
        ("lambda", "invoke", {}, "runs"),
        ("http", "invoke", {"Method": "GET"}, "reads"),
        ("http", "invoke", {"Method": "POST"}, "adds"),
        ("s3", "put_object", {}, "sets"),
        ("s3", "get_object", {}, "reads"),
        ("kinesis", "put_record", {}, "adds"),
    ],
)
def test_a_call_made_twice(service: str, action: str, parameters: dict[str, Any], kind: str) -> None:
    assert effect_of(operation(service, action), parameters).kind == kind


def test_the_parameter_that_would_help_is_named() -> None:
    assert effect_of(operation("athena", "start_query_execution")).key == "ClientRequestToken"
    assert effect_of(operation("sqs", "send_message")).key == "MessageDeduplicationId"
