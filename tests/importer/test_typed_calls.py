"""Import writes `aws.x.y(...)` where the language says the same, and what stands there where it does not."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.importer.module import python_source
from flowdsl.importer.verify import verify


def task_of(language: str, resource: str, arguments: dict[str, Any], **fields: Any) -> str:
    """The lines that declare the one Task of a definition, joined; the file is proved to build to the same."""
    field = "Arguments" if language == "JSONata" else "Parameters"
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", field: arguments, "End": True, **fields}
    definition = Definition({"QueryLanguage": language, "StartAt": "A", "States": {"A": state}}, name="wf")
    source = python_source(definition, "wf", "wf.asl.json")
    verify(definition, source, "wf", "wf.py")
    return " ".join(line.strip() for line in source.partition("None:\n")[2].splitlines())


@pytest.mark.parametrize(
    ("language", "resource", "arguments", "written"),
    [
        (
            "JSONata",
            "dynamodb:putItem",
            {"TableName": "t", "Item": {"id": {"S": "{% $states.input.id %}"}}},
            'aws.dynamodb.put_item(TableName="t", Item={"id": {"S": "{% $states.input.id %}"}})',
        ),
        (
            "JSONPath",
            "sqs:sendMessage",
            {"QueueUrl.$": "$.queue", "MessageBody": {"a.$": "$.a"}},
            'aws.sqs.send_message(QueueUrl=jsonpath("$.queue"), MessageBody={"a.$": "$.a"})',
        ),
        (
            "JSONata",
            "aws-sdk:rds:describeDBInstances",
            {},
            "aws.sdk.rds.describe_db_instances()",
        ),
        (
            "JSONata",
            "glue:startJobRun.sync",
            {"JobName": "j"},
            'sync(aws.glue.start_job_run(JobName="j"))',
        ),
        (
            "JSONata",
            "lambda:invoke.waitForTaskToken",
            {"FunctionName": "f", "Payload": {"token": "{% $states.context.Task.Token %}"}},
            'wait_for_task_token( aws.lambda_.invoke(FunctionName="f", Payload={"token": "{% $states.context.Task.Token %}"}) )',
        ),
        (
            "JSONPath",
            "emr-serverless:startJobRun.sync",
            {"ApplicationId": "a", "ExecutionRoleArn": "r"},
            'sync(aws.emr_serverless.start_job_run(ApplicationId="a", ExecutionRoleArn="r"))',
        ),
    ],
)
def test_a_known_operation_is_called(language: str, resource: str, arguments: dict[str, Any], written: str) -> None:
    assert written in task_of(language, resource, arguments)


@pytest.mark.parametrize(
    ("resource", "arguments"),
    [
        ("sqs:sendMessage", {"QueueUrl": "u"}),  # a required argument is missing
        ("sqs:sendMessage", {"QueueUrl": "u", "MessageBody": "b", "Bodi": "x"}),  # one that there is not
        ("sqs:sendMessage", {"QueueUrl": "u", "MessageBody": "b", "DelaySeconds": "soon"}),  # of another type
        ("sqs:sendMessage", {"QueueUrl": "u", "MessageBody": "b", "MessageAttributes": {"a": {"Odd": 1}}}),
        ("sqs:sendMesage", {"QueueUrl": "u", "MessageBody": "b"}),  # no such operation
        ("nothing:here", {"a": 1}),
        ("states:startExecution.sync:2", {"StateMachineArn": "m"}),  # a workflow's call says it better
        ("sqs:sendMessage.waitForTaskToken", {"QueueUrl": "u", "MessageBody": "b"}),  # nobody gets the token
        ("dynamodb:putItem", {"TableName": "t", "Item": {}, "class": 1}),
        ("${Service}:putItem", {"TableName": "t"}),
    ],
)
def test_whatever_else_aws_may_take_stays_as_it_stands(resource: str, arguments: dict[str, Any]) -> None:
    assert "arguments={" in task_of("JSONata", resource, arguments)


def test_a_state_of_another_query_language_stays_as_it_stands() -> None:
    given = {"QueueUrl": "u", "MessageBody": "{% $states.input %}"}
    assert 'parameters={"QueueUrl": "u"' in task_of(
        "JSONPath", "sqs:sendMessage", {"QueueUrl": "u", "MessageBody.$": "$"}, QueryLanguage="JSONPath"
    )
    assert "aws.sqs.send_message(" in task_of("JSONata", "sqs:sendMessage", given)


def test_names_of_the_definition_never_become_code() -> None:
    hostile = {"TableName.$": "$[\"__import__('os')\"]", "Item": {"x); import os": {"S": '"); os.abort() #'}}}
    assert task_of("JSONPath", "dynamodb:putItem", hostile).count("import os") == 1
