"""Results as Step Functions shows them, and mocks that do not fit."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.integrations.catalog import operation, resolve, sdk_operation
from flowdsl.integrations.model import Shape
from flowdsl.integrations.resource import parse_resource
from flowdsl.integrations.shapes import check_value, json_schema, mock_shape, output_shape


def shape_of(text: str) -> Shape:
    parsed, found = parse_resource(text), resolve(text)
    assert parsed is not None
    assert found is not None
    return output_shape(found, parsed.pattern)


def test_lambda_gives_an_envelope_round_the_functions_result() -> None:
    envelope = shape_of("arn:aws:states:::lambda:invoke")
    assert list(envelope.members) == [
        "ExecutedVersion",
        "LogResult",
        "Payload",
        "StatusCode",
        "SdkHttpMetadata",
        "SdkResponseMetadata",
    ]
    assert envelope.members["Payload"].type == "document"


def test_a_functions_arn_gives_its_result_alone() -> None:
    assert shape_of("arn:aws:lambda:eu-west-1:123456789012:function:f").type == "document"


def test_an_optimised_answer_carries_the_http_metadata_and_an_sdks_does_not() -> None:
    assert "SdkHttpMetadata" in shape_of("arn:aws:states:::sqs:sendMessage").members
    assert "SdkHttpMetadata" not in shape_of("arn:aws:states:::aws-sdk:sqs:sendMessage").members
    assert list(shape_of("arn:aws:states:::events:putEvents").members) == ["FailedEntryCount", "Entries"]


def test_an_optimised_answer_keeps_acronyms() -> None:
    assert "MD5OfMessageBody" in shape_of("arn:aws:states:::sqs:sendMessage").members
    assert "Md5OfMessageBody" in shape_of("arn:aws:states:::aws-sdk:sqs:sendMessage").members


def test_a_childs_output_is_text_by_sync_and_json_by_sync_2() -> None:
    assert shape_of("arn:aws:states:::states:startExecution.sync").members["Output"].type == "string"
    assert shape_of("arn:aws:states:::states:startExecution.sync:2").members["Output"].type == "document"


def test_a_job_that_is_waited_for_gives_the_job() -> None:
    assert "Attempts" in shape_of("arn:aws:states:::batch:submitJob.sync").members
    assert "JobRunState" in shape_of("arn:aws:states:::glue:startJobRun.sync").members
    assert "Containers" in shape_of("arn:aws:states:::ecs:runTask.sync").members


def test_a_callback_gives_whatever_it_is_sent() -> None:
    assert shape_of("arn:aws:states:::sqs:sendMessage.waitForTaskToken").type == "document"


def test_a_shape_that_holds_itself_is_a_reference_in_the_schema() -> None:
    schema = json_schema(output_shape(operation("dynamodb", "get_item")))
    item = schema["properties"]["Item"]
    assert item == {"type": "object", "additionalProperties": {"$ref": "#/$defs/AttributeValue"}}
    value = schema["$defs"]["AttributeValue"]["properties"]
    assert value["L"] == {"type": "array", "items": {"$ref": "#/$defs/AttributeValue"}}
    assert value["N"] == {"type": "string"}


def test_a_timestamp_is_text_and_bounds_are_kept_in_the_schema() -> None:
    schema = json_schema(output_shape(sdk_operation("sfn", "start_execution")))
    assert schema == {
        "type": "object",
        "properties": {
            "ExecutionArn": {"type": "string", "minLength": 1, "maxLength": 256},
            "StartDate": {"type": "string", "format": "date-time"},
        },
        "required": ["ExecutionArn", "StartDate"],
    }


# Texts and cases as TestState answers (recorded 2025-12 and 2026-02).
SAYS = "Mock result schema validation error: "


@pytest.mark.parametrize(
    ("resource", "value", "message"),
    [
        ("arn:aws:states:::lambda:invoke", {"StatusCode": "200"}, "Field 'StatusCode' must be a number"),
        ("arn:aws:states:::events:putEvents", {"Entries": "none"}, "Field 'Entries' must be an array"),
        ("arn:aws:states:::events:putEvents", {"Entries": [{"EventId": "a"}, {"EventId": []}]}, "Field 'EventId' must be a string"),
        ("arn:aws:states:::aws-sdk:s3:getObject", {"StorageClass": "Papyrus"}, "Field 'StorageClass' is not an expected value"),
        ("arn:aws:states:::aws-sdk:kms:encrypt", {"CiphertextBlob": ""}, "Field 'CiphertextBlob' is smaller than the minimum length"),
        ("arn:aws:states:::aws-sdk:lambda:getFunction", {"Configuration": {"MemorySize": 1}}, "Field 'MemorySize' is less than the minimum value"),
        ("arn:aws:states:::aws-sdk:lambda:getFunction", {"Configuration": {"MemorySize": 10**9}}, "Field 'MemorySize' exceeds the maximum value"),
        ("arn:aws:states:::states:startExecution", {"StartDate": "2026-01-01"}, "Required field 'ExecutionArn' is missing"),
    ],
)  # fmt: skip
def test_a_mock_that_does_not_fit_is_refused_in_awss_words(resource: str, value: Any, message: str) -> None:
    assert check_value(shape_of(resource), value) == [SAYS + message]


def test_present_asks_for_no_required_field_and_none_for_nothing() -> None:
    shape = shape_of("arn:aws:states:::states:startExecution")
    assert check_value(shape, {}, "PRESENT") == []
    assert check_value(shape, {"StartDate": True}, "PRESENT") == [SAYS + "Field 'StartDate' must be a string"]
    assert check_value(shape, {"StartDate": True}, "NONE") == []


def test_a_field_that_the_api_does_not_have_is_no_error() -> None:
    assert check_value(shape_of("arn:aws:states:::events:putEvents"), {"random": "json"}) == []


def test_http_results_are_not_held_against_anything() -> None:
    assert mock_shape(operation("http", "invoke")).type == "document"


def test_a_mock_may_nest_deeper_than_python_recurses() -> None:
    value: Any = {"S": "end"}
    for _ in range(20_000):
        value = {"M": {"x": value}}
    assert check_value(shape_of("arn:aws:states:::dynamodb:getItem"), {"Item": {"x": value}}) == []
