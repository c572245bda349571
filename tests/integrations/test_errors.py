"""Which errors a call can raise."""

from __future__ import annotations

import pytest

from flowdsl.integrations.catalog import resolve
from flowdsl.integrations.errors import check_error_name, prefix_of, raised_by
from flowdsl.integrations.resource import parse_resource

SDK = "arn:aws:states:::aws-sdk:"
OPTIMIZED = "arn:aws:states:::"


def problem(resource: str, name: str) -> tuple[str, str] | None:
    parsed, found = parse_resource(resource), resolve(resource)
    assert parsed is not None
    assert found is not None
    said = check_error_name(name, found, parsed.pattern)
    return (said.kind, said.message) if said else None


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        # Recorded.
        (f"{SDK}dynamodb:putItem", "DynamoDb.DynamoDbException"),
        (f"{SDK}sfn:sendTaskSuccess", "Sfn.InvalidTokenException"),
        (f"{SDK}s3:getObject", "S3.NoSuchKeyException"),
        (f"{OPTIMIZED}dynamodb:putItem", "DynamoDB.AmazonDynamoDBException"),
        (f"{OPTIMIZED}dynamodb:putItem", "DynamoDB.ResourceNotFoundException"),
        (f"{OPTIMIZED}sqs:sendMessage", "SQS.AmazonSQSException"),
        (f"{OPTIMIZED}sqs:sendMessage", "SQS.SdkClientException"),
        (f"{OPTIMIZED}sns:publish", "SNS.NotFoundException"),
        (f"{OPTIMIZED}sns:publish", "SNS.InvalidParameterException"),
        (f"{OPTIMIZED}events:putEvents", "EventBridge.FailedEntry"),
        (f"{OPTIMIZED}lambda:invoke", "Lambda.ResourceNotFoundException"),
        (f"{OPTIMIZED}lambda:invoke", "OutOfStock"),
        (f"{OPTIMIZED}states:startExecution", "StepFunctions.ExecutionAlreadyExistsException"),
        (f"{OPTIMIZED}apigateway:invoke", "ApiGateway.403"),
        (f"{OPTIMIZED}http:invoke", "States.Http.StatusCode.404"),
        (f"{OPTIMIZED}http:invoke", "Events.ConnectionResource.AccessDenied"),
        (f"{OPTIMIZED}sqs:sendMessage.waitForTaskToken", "Rejected"),
        ("arn:aws:lambda:eu-west-1:123456789012:function:f", "Sandbox.Timedout"),
        (f"{OPTIMIZED}dynamodb:putItem", "States.TaskFailed"),
    ],
)
def test_a_name_that_is_raised_is_left_alone(resource: str, name: str) -> None:
    assert problem(resource, name) is None


@pytest.mark.parametrize(
    ("resource", "name", "kind", "message"),
    [
        (
            f"{OPTIMIZED}dynamodb:putItem",
            "DynamoDb.ThrottlingException",
            "spelling",
            "errors of dynamodb:putItem begin with 'DynamoDB': 'DynamoDB.ThrottlingException', not 'DynamoDb.ThrottlingException'",
        ),
        (
            f"{SDK}dynamodb:putItem",
            "DynamoDb.RequestLimitExceeded",
            "spelling",
            "names of DynamoDb errors end in Exception, not 'DynamoDb.RequestLimitExceeded'; did you mean 'DynamoDb.RequestLimitExceededException'?",
        ),
        (
            f"{OPTIMIZED}sns:publish",
            "Lambda.ServiceException",
            "other-service",
            "'Lambda.ServiceException' is an error of another service than sns:publish; its errors begin with 'SNS'",
        ),
        (f"{OPTIMIZED}sns:publish", "States.TimeOut", "no-such-reserved", "there is no error 'States.TimeOut'; did you mean 'States.Timeout'?"),
        (f"{OPTIMIZED}sns:publish", "States.Runtime", "uncatchable", "States.Runtime can be neither retried nor caught"),
        (f"{OPTIMIZED}sns:publish", "States.NoChoiceMatched", "not-of-a-task", "a Task raises no 'States.NoChoiceMatched'"),
        (
            f"{OPTIMIZED}sns:publish",
            "States.Http.StatusCode.500",
            "not-of-a-task",
            "sns:publish raises no 'States.Http.StatusCode.500': that is http:invoke's",
        ),
        (
            f"{SDK}ssm:deleteParameter",
            "ParameterNotFound",
            "foreign",
            "aws-sdk:ssm:deleteParameter raises no 'ParameterNotFound'; did you mean 'Ssm.ParameterNotFoundException'?",
        ),
        (
            f"{OPTIMIZED}lambda:invoke",
            "Lambda.ServiceExeption",
            "undeclared",
            "Lambda declares no 'Lambda.ServiceExeption' for this call; did you mean 'Lambda.ServiceException'?",
        ),
        (
            f"{OPTIMIZED}glue:startJobRun.sync",
            "JobFailed",
            "undeclared",
            "glue:startJobRun fails as States.TaskFailed whatever its job's error, not as 'JobFailed'",
        ),
        (
            f"{OPTIMIZED}apigateway:invoke",
            "ApiGateway.Forbidden",
            "spelling",
            "ApiGateway errors end in an HTTP status: ApiGateway.404, not 'ApiGateway.Forbidden'",
        ),
    ],
)  # fmt: skip
def test_a_name_that_is_never_raised_is_told_with_a_near_one(resource: str, name: str, kind: str, message: str) -> None:
    assert problem(resource, name) == (kind, message)


def test_the_two_forms_of_a_service_have_two_prefixes() -> None:
    assert (prefix_of("dynamodb"), prefix_of("dynamodb", sdk=False)) == ("DynamoDb", "DynamoDB")
    assert (prefix_of("sqs"), prefix_of("sqs", sdk=False)) == ("Sqs", "SQS")
    assert prefix_of("nothing") is None


def test_only_code_and_callbacks_raise_any_name() -> None:
    opened = {
        text: raised_by(found, parsed.pattern).open
        for text in (f"{OPTIMIZED}lambda:invoke", f"{OPTIMIZED}sns:publish", f"{OPTIMIZED}sns:publish.waitForTaskToken", f"{SDK}lambda:invoke")
        if (parsed := parse_resource(text)) and (found := resolve(text))
    }  # fmt: skip
    assert list(opened.values()) == [True, False, True, False]
