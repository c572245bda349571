"""Parameters against what an operation takes."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.integrations.arguments import check_arguments
from flowdsl.integrations.catalog import FUNCTION, operation, resolve

TABLE = {"TableName": "t"}


def problems(resource: str, parameters: Any) -> list[tuple[str, str, str]]:
    found = resolve(resource)
    assert found is not None
    return [(p.kind, p.pointer, p.message) for p in check_arguments(found, parameters)]


@pytest.mark.parametrize(
    ("resource", "parameters", "problem"),
    [
        ("dynamodb:putItem", {"Item": {}}, ("missing", "", "dynamodb:putItem needs TableName")),
        (
            "dynamodb:getItem",
            {**TABLE, "key": {}},
            ("missing", "", "dynamodb:getItem needs Key; 'key' is spelled 'Key' here"),
        ),
        (
            "lambda:invoke",
            {"FunctionName": "f", "Paylod": 1},
            ("unknown", "/Paylod", "lambda:invoke has no parameter 'Paylod'; did you mean 'Payload'?"),
        ),
        (
            "aws-sdk:rds:describeDBInstances",
            {"DBInstanceIdentifier": "x"},
            (
                "unknown",
                "/DBInstanceIdentifier",
                "aws-sdk:rds:describeDBInstances has no parameter 'DBInstanceIdentifier'; did you mean 'DbInstanceIdentifier'?",
            ),
        ),
        (
            "aws-sdk:s3:listObjectsV2",
            {"Bucket": "b", "MaxKeys": "many"},
            ("type", "/MaxKeys", "MaxKeys of aws-sdk:s3:listObjectsV2 must be a number"),
        ),
        (
            "aws-sdk:s3:putObject",
            {"Bucket": "b", "Key": "k", "StorageClass": "PAPYRUS"},
            ("value", "/StorageClass", "StorageClass of aws-sdk:s3:putObject cannot be 'PAPYRUS'"),
        ),
        (
            "ecs:runTask",
            {"TaskDefinition": "t", "Count": 2},
            ("undocumented", "/Count", "AWS does not list Count among the parameters of ecs:runTask"),
        ),
        (
            "ecs:runTask",
            {"TaskDefinition": "t", "Overrides": {"ContainerOverrides": [{"Nmae": "x"}]}},
            (
                "unknown",
                "/Overrides/ContainerOverrides/0/Nmae",
                "Overrides.ContainerOverrides[0] of ecs:runTask has no member 'Nmae'; did you mean 'Name'?",
            ),
        ),
        (
            "dynamodb:putItem",
            {**TABLE, "Item": {"id": {"N": 5}}},
            ("type", "/Item/id/N", "Item.id.N of dynamodb:putItem must be a string"),
        ),
        (
            "glue:startJobRun",
            {"JobName": "j", "Arguments": {"--a": 1}},
            ("type", "/Arguments/--a", "Arguments.--a of glue:startJobRun must be a string"),
        ),
        (
            "ecs:runTask",
            {
                "TaskDefinition": "t",
                "Overrides": {"ContainerOverrides": [{"Environment": [{"Name": "ID", "Value": 5}]}]},
            },
            (
                "type",
                "/Overrides/ContainerOverrides/0/Environment/0/Value",
                "Overrides.ContainerOverrides[0].Environment[0].Value of ecs:runTask must be a string",
            ),
        ),
        (
            "sqs:sendMessage",
            {"QueueUrl": "q", "MessageBody": "m", "DelaySeconds": 1000},
            ("value", "/DelaySeconds", "DelaySeconds of sqs:sendMessage must be 0 to 900, found 1,000"),
        ),
        (
            "aws-sdk:dynamodb:query",
            {**TABLE, "Limit": 0},
            ("value", "/Limit", "Limit of aws-sdk:dynamodb:query must be at least 1, found 0"),
        ),
        (
            "aws-sdk:sts:getCallerIdentity",
            None,
            ("absent", "", "aws-sdk:sts:getCallerIdentity needs Arguments or Parameters, if only {}"),
        ),
    ],
)
def test_a_parameter_that_does_not_fit_is_told(resource: str, parameters: Any, problem: tuple[str, str, str]) -> None:
    assert problem in problems(f"arn:aws:states:::{resource}", parameters)


@pytest.mark.parametrize(
    ("resource", "parameters"),
    [
        ("dynamodb:putItem", {"TableName.$": "$.t", "Item": {"id": {"S.$": "$.id"}, "done": {"BOOL": True}}}),
        ("dynamodb:getItem", {"TableName": "${Table}", "Key": "{% $key %}"}),
        ("states:startExecution", {"StateMachineArn": "x", "Input": {"any": ["thing"]}}),
        ("sqs:sendMessage", {"QueueUrl": "u", "MessageBody": {"any": "thing"}}),
        ("aws-sdk:s3:putObject", {"Bucket": "b", "Key": "k", "Body": {"any": "thing"}}),
        ("aws-sdk:sts:getCallerIdentity", {}),
        ("lambda:invoke", {"FunctionName": "f", "Payload": [1, 2]}),
        ("http:invoke", {"ApiEndpoint": "https://x", "Method": "GET", "Authentication": {"ConnectionArn": "c"}}),
        ("elasticmapreduce:addStep", {"ClusterId": "c", "Step": {"Name": "s"}}),
        ("aws-sdk:s3:listObjectsV2", "{% $all %}"),
        # What AWS's own samples write, and it works: a plain text for {"S": text}, a text for a boolean.
        ("dynamodb:putItem", {**TABLE, "Item": {"id": "x", "done": {"BOOL": "false"}}}),
        ("aws-sdk:dynamodb:putItem", {**TABLE, "Item": {"n": {"N": 5}}}),
    ],
)
def test_what_aws_takes_is_left_alone(resource: str, parameters: Any) -> None:
    assert problems(f"arn:aws:states:::{resource}", parameters) == []


def test_a_functions_input_is_its_own() -> None:
    assert check_arguments(FUNCTION, {"anything": 1}) == []


def test_missing_parameters_come_first_then_document_order() -> None:
    found = check_arguments(operation("dynamodb", "update_item"), {"Zzz": 1, "Aaa": 2})
    assert [p.kind for p in found] == ["missing", "missing", "unknown", "unknown"]
    assert [p.pointer for p in found] == ["", "", "/Zzz", "/Aaa"]
