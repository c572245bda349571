"""One state, tested in the words of AWS's TestState API."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.diagnostics import FlowDslError
from flowdsl.testing import TestStateError, test_state
from tests.interpreter.machines import END, LAMBDA, machine

TASK = {"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName.$": "$.f"}, "Next": "Then"}
MAP = {
    "Type": "Map",
    "ItemsPath": "$.items",
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "I",
        "States": {"I": {"Type": "Pass", "End": True}},
    },
    "ToleratedFailureCount": 1,
    "End": True,
}
ERROR = {"errorOutput": {"error": "Boom", "cause": "why"}}


def test_a_pass_shows_its_stages() -> None:
    state = {"Type": "Pass", "InputPath": "$.a", "Parameters": {"x.$": "$.b"}, "ResultPath": "$.r", "Next": "N"}
    told = test_state(state, {"a": {"b": 1}}, inspection_level="DEBUG")
    assert told == {
        "status": "SUCCEEDED",
        "output": {"a": {"b": 1}, "r": {"x": 1}},
        "nextState": "N",
        "inspectionData": {
            "input": {"a": {"b": 1}},
            "afterInputPath": {"b": 1},
            "afterParameters": {"x": 1},
            "afterResultSelector": {"x": 1},
            "afterResultPath": {"a": {"b": 1}, "r": {"x": 1}},
        },
    }


def test_the_level_info_inspects_nothing() -> None:
    assert test_state({"Type": "Succeed"}, 1) == {"status": "SUCCEEDED", "output": 1}


def test_a_choice_says_where_it_leads() -> None:
    state = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "One"}], "Default": "Other"}
    assert [test_state(state, {"n": n})["nextState"] for n in (1, 2)] == ["One", "Other"]


def test_a_mocked_task_shows_what_it_sends_and_gets() -> None:
    told = test_state(TASK, {"f": "fn"}, mock={"result": '{"Payload": 1}'}, inspection_level="TRACE")
    assert told["output"] == {"Payload": 1}
    data = told["inspectionData"]
    assert (data["afterParameters"], data["result"]) == ({"FunctionName": "fn"}, {"Payload": 1})


def test_a_failure_comes_without_the_prefix() -> None:
    told = test_state({"Type": "Pass", "Parameters": {"x.$": "$.nope"}, "End": True}, {})
    assert told == {
        "status": "FAILED",
        "error": "States.Runtime",
        "cause": "The JSONPath '$.nope' specified for the field 'x.$' could not be found in the input '{}'",
    }


@pytest.mark.parametrize(
    ("made", "status", "details"),
    [
        (0, "RETRIABLE", {"retryIndex": 1, "retryBackoffIntervalSeconds": 2}),
        (2, "RETRIABLE", {"retryIndex": 1, "retryBackoffIntervalSeconds": 18}),
        (3, "CAUGHT_ERROR", {"retryIndex": 1, "catchIndex": 0}),
    ],
)
def test_retry_comes_before_catch(made: int, status: str, details: dict[str, Any]) -> None:
    state = {
        **TASK,
        "Retry": [
            {"ErrorEquals": ["Other"]},
            {"ErrorEquals": ["Boom"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 3},
        ],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Handle"}],
    }
    configuration = {"retrierRetryCount": made}
    told = test_state(state, {"f": "fn"}, mock=ERROR, inspection_level="DEBUG", state_configuration=configuration)
    assert (told["status"], told["inspectionData"]["errorDetails"]) == (status, details)
    if status == "CAUGHT_ERROR":
        assert (told["nextState"], told["output"]) == ("Handle", {"Error": "Boom", "Cause": "why"})


def test_too_many_failed_iterations_exceed_the_tolerance() -> None:
    for failed, status in ((1, "SUCCEEDED"), (2, "FAILED")):
        told = test_state(
            MAP, {"items": [1, 2]}, mock={"result": "[1, 2]"}, state_configuration={"mapIterationFailureCount": failed}
        )
        assert told["status"] == status


def test_a_map_shows_its_items_and_bounds() -> None:
    state = {**MAP, "ItemSelector": {"v.$": "$$.Map.Item.Value"}}
    data = test_state(state, {"items": [1]}, mock={"result": "[1]"}, inspection_level="DEBUG")["inspectionData"]
    assert data["afterItemsPath"] == [1]
    assert data["afterItemSelector"] == [{"v": 1}]
    assert (data["maxConcurrency"], data["toleratedFailureCount"]) == (0, 1)


def test_variables_come_in_and_go_out() -> None:
    state = {"Type": "Pass", "Assign": {"b.$": "States.MathAdd($a, 1)"}, "End": True}
    told = test_state(state, {}, variables={"a": 1}, inspection_level="DEBUG")
    assert told["inspectionData"]["variables"] == {"a": 1, "b": 2}


def test_a_state_of_a_machine_is_found_by_its_name_at_any_depth() -> None:
    definition = machine("M", M=MAP)
    assert test_state(definition, 5, state_name="I") == {"status": "SUCCEEDED", "output": 5}


def test_a_context_object_can_be_given_with_a_mock() -> None:
    state = {**TASK, "Parameters": {"FunctionName": "f", "Payload.$": "$$.Execution.Name"}}
    told = test_state(
        state, {}, mock={"result": "{}"}, context={"Execution": {"Name": "mine"}}, inspection_level="DEBUG"
    )
    assert told["inspectionData"]["afterParameters"]["Payload"] == "mine"


@pytest.mark.parametrize(
    ("state", "request_fields", "code", "message"),
    [
        (TASK, {}, "ValidationException", "RoleArn must be specified when testing a Task state"),
        (END, {"mock": ERROR}, "ValidationException", "State type 'Succeed' is not supported when a mock is specified"),
        (
            MAP,
            {},
            "InvalidDefinition",
            "TestState API does not support Map or Parallel states. Supported state types include: "
            "[Task, Wait, Pass, Succeed, Fail, Choice]",
        ),
        (TASK, {"mock": {"result": "{"}}, "ValidationException", "Mocked result must be valid JSON"),
        (
            TASK,
            {"mock": {"result": "{}", **ERROR}},
            "ValidationException",
            "A test mock should have only one of the following fields: [result, errorOutput].",
        ),
        (
            TASK,
            {"mock": {"result": "{}"}, "reveal_secrets": True},
            "ValidationException",
            "TestState does not support RevealSecrets when a mock is specified.",
        ),
        (MAP, {"mock": {"result": "{}"}}, "ValidationException", "Mocked result must be an array."),
        (
            MAP,
            {"mock": {"result": "[]"}, "state_configuration": {"mapIterationFailureCount": 3}},
            "ValidationException",
            "Map iteration failure count must be less than or equal to the number of Map iterations",
        ),
        (
            MAP,
            {"state_configuration": {"mapIterationFailureCount": 0}},
            "ValidationException",
            "TestState does not support MapIterationFailureCount when a mock is not specified.",
        ),
        (
            TASK,
            {"mock": {"result": '{"StatusCode": "200"}'}},
            "ValidationException",
            "Mock result schema validation error: Field 'StatusCode' must be a number",
        ),
        (
            TASK,
            {"mock": {"result": "{}"}, "context": {"pokemon": 1}},
            "ValidationException",
            "Invalid Context object provided: Field 'pokemon' is not allowed",
        ),
        (
            TASK,
            {"mock": {"result": "{}"}, "context": {"Execution": {"Id": 1}}},
            "ValidationException",
            "Invalid Context object provided: Execution.Id must be a string",
        ),
        (
            TASK,
            {"mock": {"result": "{}"}, "context": {"Map": {}}},
            "ValidationException",
            "Invalid Context object provided: 'Map' field is not supported when mocking a Context object",
        ),
        (END, {"state_name": "Nope"}, "ValidationException", "State not found in definition"),
    ],
)
def test_what_the_api_refuses(state: dict[str, Any], request_fields: dict[str, Any], code: str, message: str) -> None:
    definition = machine("S", S=state) if "state_name" in request_fields else state
    with pytest.raises(TestStateError) as refused:
        test_state(definition, {"f": "fn", "items": [1, 2]}, **request_fields)
    assert (refused.value.code, refused.value.message) == (code, message)


def test_a_mock_is_held_against_the_api_only_as_far_as_asked() -> None:
    wrong = '{"StatusCode": "200"}'
    assert test_state(TASK, {"f": "fn"}, mock={"result": wrong, "fieldValidationMode": "NONE"})["status"] == "SUCCEEDED"
    state = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution", "Parameters": {}, "End": True}
    assert test_state(state, {}, mock={"result": "{}", "fieldValidationMode": "PRESENT"})["status"] == "SUCCEEDED"
    with pytest.raises(TestStateError, match="Required field 'ExecutionArn' is missing"):
        test_state(state, {}, mock={"result": "{}"})


@pytest.mark.parametrize(
    ("mock", "shown"),
    [
        ({"Item": {}}, '{"Item":{}}'),
        ({"errorOutput": {"Error": "Boom"}}, '{"errorOutput":{"Error":"Boom"}}'),
        ({"errorOutput": "Boom"}, '{"errorOutput":"Boom"}'),
        ("text", "'text'"),
    ],
)
def test_what_is_no_mock_of_the_api_is_told_what_one_is(mock: Any, shown: str) -> None:
    with pytest.raises(FlowDslError) as refused:
        test_state(TASK, {"f": "f"}, mock=mock)
    assert str(refused.value) == (
        'mock= is {"result": "<JSON text>"} or {"errorOutput": {"error": ..., "cause": ...}}, found ' + shown
    )
