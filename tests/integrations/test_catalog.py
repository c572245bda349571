"""Operations found by name, and what is said of names that are none."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from flowdsl.integrations.catalog import (
    UnknownOperation,
    operation,
    optimized,
    optimized_services,
    resolve,
    sdk_operation,
)
from flowdsl.integrations.model import model
from flowdsl.integrations.sdk import index_version, sdk_service, sdk_services


def test_the_optimised_form_is_taken_where_there_is_one() -> None:
    assert operation("dynamodb", "put_item").resource() == "arn:aws:states:::dynamodb:putItem"


def test_the_sdk_form_is_taken_where_there_is_no_optimised_one() -> None:
    assert operation("dynamodb", "query").resource() == "arn:aws:states:::aws-sdk:dynamodb:query"


def test_the_sdk_form_can_be_asked_for() -> None:
    found = sdk_operation("dynamodb", "put_item")
    assert found.resource() == "arn:aws:states:::aws-sdk:dynamodb:putItem"
    assert found.optimized_form is operation("dynamodb", "put_item")
    assert found.optimized_form.sdk_form is found


@pytest.mark.parametrize(
    ("python", "token"), [("lambda_", "lambda"), ("emr_serverless", "emr-serverless"), ("states", "states")]
)
def test_a_service_may_be_spelled_as_python_must(python: str, token: str) -> None:
    found = optimized(python)
    assert found is not None
    assert found.token == token


def test_a_pattern_is_part_of_the_resource() -> None:
    assert (
        operation("lambda_", "invoke").resource("wait_for_task_token", "aws-cn")
        == "arn:aws-cn:states:::lambda:invoke.waitForTaskToken"
    )


def test_a_parameter_is_spelled_as_each_form_wants_it() -> None:
    assert "DbInstanceIdentifier" in sdk_operation("rds", "describe_db_instances").members
    assert "Bool" in sdk_operation("dynamodb", "put_item").input.members["Item"].item.members
    assert "BOOL" in operation("dynamodb", "put_item").input.members["Item"].item.members


def test_required_parameters_are_the_apis() -> None:
    assert set(operation("dynamodb", "put_item").required) == {"TableName", "Item"}


def test_the_sdk_asks_for_required_idempotency_tokens_and_the_optimised_form_does_not() -> None:
    assert "ClientToken" in sdk_operation("emrserverless", "start_job_run").required
    assert "ClientToken" not in operation("emr_serverless", "start_job_run").required
    assert operation("emr_serverless", "start_job_run").idempotency_tokens == ("ClientToken",)


def test_modelled_errors_are_spelled_for_the_form() -> None:
    assert "DynamoDB.ConditionalCheckFailedException" in operation("dynamodb", "put_item").modelled_errors
    assert "DynamoDb.ConditionalCheckFailedException" in sdk_operation("dynamodb", "put_item").modelled_errors


def test_express_takes_request_and_response_only() -> None:
    found = operation("sqs", "send_message")
    assert found.works_in_express("request-response")
    assert not found.works_in_express("wait_for_task_token")


@pytest.mark.parametrize(
    ("text", "part", "message"),
    [
        ("arn:aws:states:::dynamodbb:putItem", "service", "no AWS service 'dynamodbb'; did you mean 'dynamodb'?"),
        ("arn:aws:states:::lambda:inwoke", "action", "lambda has no action 'inwoke'; did you mean 'invoke'?"),
        (
            "arn:aws:states:::dynamodb:query",
            "action",
            "dynamodb has no action 'query'; it is arn:aws:states:::aws-sdk:dynamodb:query",
        ),
        (
            "arn:aws:states:::aws-sdk:s3:getobject",
            "action",
            "aws-sdk:s3 has no action 'getobject'; did you mean 'getObject'?",
        ),
        (
            "arn:aws:states:::sqs:sendMessage.sync",
            "pattern",
            "sqs:sendMessage has no .sync; it offers .waitForTaskToken",
        ),
        (
            "arn:aws:states:::dynamodb:getItem.sync",
            "pattern",
            "dynamodb:getItem has no .sync; it offers request and response only",
        ),
        ("arn:aws:states:::aws-sdk:sts:assumeRole", "unsupported", "Step Functions does not offer AssumeRole of sts"),
        (
            "arn:aws:states:::aws-sdk:kinesis:subscribeToShard",
            "unsupported",
            "Step Functions does not offer SubscribeToShard of kinesis",
        ),
        ("arn:aws:states:::aws-sdk:qldb:createLedger", "retired", "Step Functions no longer offers the service 'qldb'"),
        (
            "arn:aws:states:::s3:getObject",
            "place",
            "s3:getObject stands in ItemReader only; a Task calls aws-sdk:s3:getObject",
        ),
        ("my-function", "service", "'my-function' is no ARN that a Task can call"),
    ],
)
def test_a_name_that_is_none_is_told_with_a_near_one(text: str, part: str, message: str) -> None:
    with pytest.raises(UnknownOperation) as caught:
        resolve(text)
    assert (caught.value.part, str(caught.value)) == (part, message)


def test_python_names_that_are_none_are_told_with_a_near_one() -> None:
    with pytest.raises(UnknownOperation, match=r"aws-sdk:dynamodb has no action 'put_itm'; did you mean 'putItem'\?"):
        operation("dynamodb", "put_itm")
    with pytest.raises(UnknownOperation, match="no AWS service 'dynamodbx'"):
        operation("dynamodbx", "put_item")


def test_a_placeholder_resolves_to_nothing() -> None:
    assert resolve("${Function.Arn}") is None


def test_the_shelf_holds_every_optimised_service() -> None:
    tasks = {t for t, s in optimized_services().items() if any("Task" in a.places for a in s.actions)}
    assert tasks == {
        "apigateway", "athena", "batch", "bedrock", "bedrockagentcore", "codebuild", "databrew", "dynamodb", "ecs", "eks",
        "elasticmapreduce", "emr-containers", "emr-serverless", "events", "glue", "http", "lambda", "mediaconvert",
        "sagemaker", "sns", "sqs", "states",
    }  # fmt: skip


def test_every_action_of_the_shelf_is_an_operation_of_its_api() -> None:
    missing = []
    for service in optimized_services().values():
        api = model(service.folder) if service.folder else None
        for action in service.actions:
            if action.operation is not None:
                assert api is not None
                missing += [f"{service.token}:{action.name}"] * (action.operation not in api.operations)
            for name in action.polled[:1]:
                assert api is not None
                missing += [f"{service.token}:{name}"] * (name not in api.operations)
    assert missing == []


def test_every_documented_parameter_of_an_api_call_is_one_of_its_members() -> None:
    wrong = []
    for service in optimized_services().values():
        api = model(service.folder, True) if service.folder else None
        for action in service.actions:
            if api and action.api == "" and action.parameters:
                known = api.input(action.operation or "").members
                wrong += [f"{service.token}:{action.name} {p}" for p in action.parameters if p not in known]
    assert wrong == []


def test_the_index_is_that_of_its_botocore() -> None:
    sqs, installed = sdk_service("sqs"), model("sqs")
    assert sqs is not None
    assert installed is not None
    assert len(sdk_services()) > 400
    assert index_version().count(".") == 2
    assert set(sqs.operations) >= {"SendMessage", "ReceiveMessage"}


def test_names_are_answered_without_botocore_or_a_model() -> None:
    code = """
import json, sys
from flowdsl.integrations import model
model.botocore.load = None
from flowdsl.integrations.catalog import operation, resolve, sdk_operation
names = [operation("dynamodb", "put_item").resource(), sdk_operation("rds", "describe_db_instances").resource()]
resolve("arn:aws:states:::ecs:runTask.sync")
print(json.dumps([names, "botocore" in sys.modules]))
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(out) == [
        ["arn:aws:states:::dynamodb:putItem", "arn:aws:states:::aws-sdk:rds:describeDBInstances"],
        False,
    ]


def test_a_model_read_here_is_the_one_botocore_would_load() -> None:
    from botocore.loaders import Loader

    loader = Loader()
    for folder in ("sqs", "rds", "secretsmanager", "cloudfront"):
        found = model(folder)
        assert found is not None
        theirs = loader.load_service_model(folder, "service-2")
        assert found.document["operations"] == theirs["operations"]
        assert set(found.document["shapes"]) == set(theirs["shapes"])
