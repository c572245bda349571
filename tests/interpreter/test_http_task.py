"""Calls of HTTP APIs: headers, responses, status codes, the time they may take."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.interpreter.failures import NotSupported
from flowdsl.testing import hangs, returns, simulate
from tests.interpreter.machines import kinds, one

PARAMETERS = {"ApiEndpoint": "https://x.example/y", "Method": "GET", "Authentication": {"ConnectionArn": "c"}}


def http(more: dict[str, Any] | None = None, **fields: Any) -> Definition:
    resource = "arn:aws:states:::http:invoke"
    return one(Type="Task", Resource=resource, Parameters={**PARAMETERS, **(more or {})}, **fields)


def test_a_mere_body_is_put_into_a_response() -> None:
    told = simulate(http(), {}, {"S": {"id": 1}}).output
    assert told == {"Headers": {}, "ResponseBody": {"id": 1}, "StatusCode": 200, "StatusText": "OK"}


def test_an_answer_in_the_fields_of_a_response_is_one() -> None:
    told = simulate(http(), {}, {"S": {"StatusCode": 201, "ResponseBody": "made"}}).output
    assert told == {"Headers": {}, "ResponseBody": "made", "StatusCode": 201, "StatusText": "Created"}


@pytest.mark.parametrize(("body", "cause"), [({"m": "no"}, '{"m":"no"}'), ("slow down", "slow down")])
def test_a_status_that_is_no_2xx_fails_the_task_by_its_number(body: Any, cause: str) -> None:
    execution = simulate(http(), {}, {"S": {"StatusCode": 429, "ResponseBody": body}})
    assert (execution.error, execution.cause) == ("States.Http.StatusCode.429", cause)
    assert kinds(execution)[-2:] == ["TaskFailed", "ExecutionFailed"]


def test_an_api_of_ones_own_fails_by_its_own_name() -> None:
    definition = one(Type="Task", Resource="arn:aws:states:::apigateway:invoke", Parameters=PARAMETERS)
    assert simulate(definition, {}, {"S": {"StatusCode": 403}}).error == "ApiGateway.403"


def test_a_response_that_is_no_text_is_none() -> None:
    picture = {"Headers": {"content-type": ["image/png"]}, "ResponseBody": "..."}
    execution = simulate(http(), {}, {"S": picture})
    assert execution.error == "States.Runtime"


@pytest.mark.parametrize("mock", [hangs(), returns({}, after=90)])
def test_a_call_ends_after_60_seconds(mock: Any) -> None:
    execution = simulate(http(), {}, {"S": mock})
    assert (execution.error, execution.elapsed_seconds) == ("States.Http.Socket", 60)


def test_a_shorter_timeout_comes_first() -> None:
    execution = simulate(http(TimeoutSeconds=10), {}, {"S": hangs()})
    assert (execution.error, execution.elapsed_seconds) == ("States.Timeout", 10)


def test_an_agent_has_15_minutes() -> None:
    resource = "arn:aws:states:::bedrockagentcore:invokeHarness"
    execution = simulate(one(Type="Task", Resource=resource, Parameters={}), {}, {"S": hangs()})
    assert (execution.error, execution.elapsed_seconds) == ("States.Timeout", 900)


@pytest.mark.parametrize("name", ["Authorization", "HOST", "x-amz-date", "X-Forwarded-For"])
def test_a_forbidden_header_is_refused_before_anything_runs(name: str) -> None:
    with pytest.raises(NotSupported) as refused:
        simulate(http({"Headers": {name: "v", "Accept": "text/plain"}}), {}, {"S": {}})
    assert str(refused.value) == (
        f"state 'S', Parameters: The 'Headers' field contains unsupported values: [{name.lower()}]"
    )


def test_a_computed_forbidden_header_fails_the_execution() -> None:
    definition = http({"Headers.$": "$.h"}, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "S"}])
    execution = simulate(definition, {"h": {"Host": "h"}}, {"S": {}}, unused_mocks="ignore")
    assert execution.error == "States.Runtime"
    assert str(execution.cause).endswith(
        "could not be used to start the Task: [The 'Headers' field contains unsupported values: [host]]"
    )


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"QueueUrl": "q"}, "The field 'MessageBody' is required but was missing"),
        ({"QueueUrl": "q", "MessageBody": "m", "Urgent": 1}, 'The field "Urgent" is not supported by Step Functions'),
    ],
)
def test_wholly_computed_arguments_are_held_against_the_operation(arguments: Any, problem: str) -> None:
    resource = "arn:aws:states:::sqs:sendMessage"
    computed = one(Type="Task", QueryLanguage="JSONata", Resource=resource, Arguments="{% $states.input %}")
    execution = simulate(computed, arguments, {"S": {}}, unused_mocks="ignore")
    assert execution.error == "States.Runtime"
    assert str(execution.cause).endswith(f"could not be used to start the Task: [{problem}]")
    assert simulate(computed, {"QueueUrl": "q", "MessageBody": "m"}, {"S": {}}).status == "SUCCEEDED"
