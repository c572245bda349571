"""Task: its call, its time-out, its heartbeat, its token."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowdsl.diagnostics import FlowDslError
from flowdsl.testing import hangs, raises, returns, simulate, start, waits
from tests.interpreter.machines import END, LAMBDA, chained, kinds, machine, one, task

TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
ACTIVITY = "arn:aws:states:us-east-1:123456789012:activity:paint"


def test_a_call_is_scheduled_started_and_succeeds() -> None:
    execution = simulate(one(**task()), {"x": 1}, {"S": lambda event: event["x"] + 1})
    assert execution.output == 2
    assert chained(execution) == [
        (0, "ExecutionStarted"),
        (0, "TaskStateEntered"),
        (2, "TaskScheduled"),
        (3, "TaskStarted"),
        (4, "TaskSucceeded"),
        (5, "TaskStateExited"),
        (6, "ExecutionSucceeded"),
    ]
    assert execution.history[2]["taskScheduledEventDetails"] == {
        "resourceType": "lambda",
        "resource": "invoke",
        "region": "us-east-1",
        "parameters": '{"FunctionName":"f","Payload":{"x":1}}',
    }


def test_a_function_by_its_arn_gives_its_bare_output() -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    execution = simulate(one(Type="Task", Resource=arn), {"x": 1}, {"S": {"y": 2}})
    assert execution.output == {"y": 2}
    assert kinds(execution)[2:5] == ["LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded"]


def test_lambda_invoke_wraps_what_the_function_returns() -> None:
    output = simulate(one(Type="Task", Resource=LAMBDA, Parameters={"FunctionName": "f"}), {}, {"S": {"y": 2}}).output
    assert list(output) == ["ExecutedVersion", "Payload", "SdkHttpMetadata", "SdkResponseMetadata", "StatusCode"]
    assert (output["Payload"], output["StatusCode"]) == ({"y": 2}, 200)


def test_an_optimised_integration_carries_metadata_and_the_sdk_form_none() -> None:
    optimised = one(Type="Task", Resource="arn:aws:states:::dynamodb:putItem", Parameters={})
    sdk = one(Type="Task", Resource="arn:aws:states:::aws-sdk:dynamodb:putItem", Parameters={})
    assert list(simulate(optimised, {}, {"S": {}}).output) == ["SdkHttpMetadata", "SdkResponseMetadata"]
    assert simulate(sdk, {}, {"S": {}}).output == {}
    events = one(Type="Task", Resource="arn:aws:states:::events:putEvents", Parameters={})
    assert simulate(events, {}, {"S": {}}).output == {}


def test_an_answer_takes_the_time_that_it_takes() -> None:
    assert simulate(one(**task(TimeoutSeconds=60)), {}, {"S": returns(1, after=59.5)}).elapsed_seconds == 59.5


@pytest.mark.parametrize("late", [returns(1, after=61), hangs()])
def test_a_task_times_out_without_a_cause(late: Any) -> None:
    execution = simulate(one(**task(TimeoutSeconds=60)), {}, {"S": late})
    assert (execution.status, execution.error, execution.cause) == ("FAILED", "States.Timeout", None)
    assert execution.elapsed_seconds == 60
    assert kinds(execution)[-2:] == ["TaskTimedOut", "ExecutionFailed"]


def test_a_caught_time_out_has_an_empty_cause() -> None:
    caught = task(TimeoutSeconds=5, Catch=[{"ErrorEquals": ["States.Timeout"], "Next": "Out"}])
    execution = simulate(machine("S", S={**caught, "End": True}, Out=END), {}, {"S": hangs()})
    assert execution.output == {"Error": "States.Timeout", "Cause": ""}


def test_a_missed_heartbeat_is_a_time_out_that_either_name_catches() -> None:
    for name in ("States.Timeout", "States.HeartbeatTimeout"):
        caught = task(TimeoutSeconds=600, HeartbeatSeconds=5, Catch=[{"ErrorEquals": [name], "Next": "Out"}])
        execution = simulate(machine("S", S={**caught, "End": True}, Out=END), {}, {"S": hangs()})
        assert execution.elapsed_seconds == 5
        assert execution.output == {"Error": "States.Timeout", "Cause": ""}


def test_heartbeats_keep_a_slow_task_alive() -> None:
    slow = task(TimeoutSeconds=600, HeartbeatSeconds=5)
    assert simulate(one(**slow), {}, {"S": returns(1, after=500)}).output == 1
    assert simulate(one(**slow), {}, {"S": hangs(heartbeats=True)}).elapsed_seconds == 600


def test_a_time_out_may_come_from_a_path() -> None:
    execution = simulate(one(**task(TimeoutSecondsPath="$.t")), {"t": 30}, {"S": hangs()})
    assert execution.history[2]["taskScheduledEventDetails"]["timeoutInSeconds"] == 30
    assert execution.elapsed_seconds == 30


def test_a_task_that_can_never_end_is_reported() -> None:
    with pytest.raises(FlowDslError, match="neither TimeoutSeconds nor HeartbeatSeconds"):
        simulate(one(**task()), {}, {"S": hangs()})


def test_a_mocked_callback_is_submitted_and_succeeds() -> None:
    definition = one(Type="Task", Resource=TOKEN, Parameters={"MessageBody": {"token.$": "$$.Task.Token"}})
    execution = simulate(definition, {}, {"S": returns({"approved": True}, after=3600)})
    assert execution.output == {"approved": True}
    assert kinds(execution)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]
    assert execution.calls[0].request["MessageBody"]["token"] == execution.calls[0].token


def test_each_attempt_has_a_token_of_its_own() -> None:
    waiting = {
        "Type": "Task",
        "Resource": TOKEN,
        "Parameters": {"MessageBody.$": "$$.Task.Token"},
        "Retry": [{"ErrorEquals": ["No"]}],
        "End": True,
    }
    execution = simulate(machine("S", S=waiting), {}, {"S": [raises("No"), 1]})
    first, second = (call.token for call in execution.calls)
    assert first != second


def test_a_callback_can_be_answered_from_outside() -> None:
    definition = one(Type="Task", Resource=TOKEN, TimeoutSeconds=86_400, Parameters={"MessageBody.$": "$$.Task.Token"})
    execution = start(definition)
    assert execution.status == "RUNNING"
    execution.advance("12h")
    (waiting,) = execution.pending
    assert (waiting.state, waiting.started) == ("S", True)
    waiting.succeed({"ok": 1})
    assert (execution.output, execution.elapsed_seconds) == ({"ok": 1}, 43_200)


def test_a_callback_can_fail_without_a_name() -> None:
    waiting = {"Type": "Task", "Resource": TOKEN, "Parameters": {"MessageBody.$": "$$.Task.Token"}, "End": True}
    waiting["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Out"}]
    execution = start(machine("S", S=waiting, Out=END))
    execution.pending[0].fail()
    assert execution.output == {"Error": None, "Cause": None}


def test_a_heartbeat_from_outside_starts_the_clock_again() -> None:
    definition = one(Type="Task", Resource=TOKEN, HeartbeatSeconds=60, Parameters={"MessageBody.$": "$$.Task.Token"})
    execution = start(definition).advance(50)
    execution.pending[0].heartbeat()
    assert execution.advance(50).status == "RUNNING"
    assert execution.advance(11).error == "States.Timeout"
    assert execution.elapsed_seconds == 110


def test_an_answered_task_takes_no_second_answer() -> None:
    definition = one(Type="Task", Resource=TOKEN, Parameters={"MessageBody.$": "$$.Task.Token"})
    execution = start(definition)
    (waiting,) = execution.pending
    waiting.succeed(1)
    with pytest.raises(FlowDslError, match="no longer open"):
        waiting.succeed(2)


def test_an_activity_waits_for_a_worker_and_then_for_its_answer() -> None:
    execution = start(one(Type="Task", Resource=ACTIVITY, HeartbeatSeconds=60), {"wall": "red"})
    execution.advance("3h")
    (waiting,) = execution.pending
    assert not waiting.started
    assert waiting.start("worker 7") == {"wall": "red"}
    execution.settle()
    waiting.succeed("done")
    assert execution.output == "done"
    assert kinds(execution)[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    assert execution.history[3]["activityStartedEventDetails"] == {"workerName": "worker 7"}


def test_simulate_does_not_wait_for_ever() -> None:
    definition = one(Type="Task", Resource=TOKEN, Parameters={"MessageBody.$": "$$.Task.Token"})
    with pytest.raises(FlowDslError, match="no mock for it"):
        simulate(definition)


def test_a_result_that_cannot_be_placed_fails_after_the_task_has_succeeded() -> None:
    execution = simulate(one(**task(OutputPath="$.nope")), {}, {"S": 1})
    assert kinds(execution)[-2:] == ["TaskSucceeded", "ExecutionFailed"]
    assert execution.history[-1]["previousEventId"] == 5


def test_headers_for_an_api_must_be_lists() -> None:
    definition = one(
        Type="Task",
        Resource="arn:aws:states:::apigateway:invoke",
        Parameters={"ApiEndpoint": "e", "Method": "GET", "Headers.$": "$"},
    )
    execution = simulate(definition, {"k": "v"}, {"S": {}}, unused_mocks="ignore")
    assert execution.cause == (
        "An error occurred while executing the state 'S' (entered at the event id #2). The Parameters "
        '\'{"ApiEndpoint":"e","Method":"GET","Headers":{"k":"v"}}\' could not be used to start the Task: '
        "[The value of the field 'Headers' has an invalid format]"
    )
    assert kinds(execution)[-2:] == ["TaskStateEntered", "ExecutionFailed"]
    assert simulate(definition, {"k": ["v"]}, {"S": {}}).status == "SUCCEEDED"


def test_what_send_task_failure_says_has_its_lengths() -> None:
    definition = one(Type="Task", Resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken", Parameters={})
    task = start(definition).pending[0]
    with pytest.raises(FlowDslError, match=r"^the error for the task of state 'S' is longer than 256 characters$"):
        task.fail("E" * 257)
    with pytest.raises(FlowDslError, match=r"^the cause for the task of state 'S' is longer than 32,768 characters$"):
        task.fail("E", "c" * 32_769)


def test_an_event_that_was_not_taken_fails_the_task() -> None:
    definition = one(Type="Task", Resource="arn:aws:states:::events:putEvents", Parameters={"Entries": []})
    answer = {"Entries": [{"ErrorCode": "MalformedDetail"}], "FailedEntryCount": 1}
    execution = simulate(definition, {}, {"S": answer})
    assert execution.error == "EventBridge.FailedEntry"
    assert json.loads(str(execution.cause)) == answer


GET_ITEM = {
    "Type": "Task",
    "Resource": "arn:aws:states:::dynamodb:getItem",
    "Parameters": {"TableName": "t", "Key": {}},
}


@pytest.mark.parametrize(
    ("fields", "output"),
    [
        (task(), {"ok": 1}),
        ({"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}, {"ok": 1}),
        ({**GET_ITEM, "OutputPath": "$.Item"}, {"ok": {"N": "1"}}),
    ],
)
def test_any_task_can_be_left_open_and_answered(fields: dict[str, Any], output: Any) -> None:
    execution = start(one(**fields), {"a": 1}, {"S": waits()}).advance("1h")
    (waiting,) = execution.pending
    assert (waiting.state, waiting.started) == ("S", True)
    waiting.succeed({"Item": output} if "OutputPath" in fields and "Item" in fields["OutputPath"] else output)
    assert (execution.output, execution.elapsed_seconds) == (output, 3600)


def test_an_open_task_without_a_token_fails_and_times_out_as_any_other() -> None:
    execution = start(one(**task(TimeoutSeconds=60)), {}, {"S": waits()})
    execution.pending[0].fail("Busy", "later")
    assert (execution.error, execution.cause) == ("Busy", "later")
    assert start(one(**task(TimeoutSeconds=60)), {}, {"S": waits()}).advance(60).error == "States.Timeout"


def test_an_open_task_without_a_token_says_so_and_takes_what_its_api_gives() -> None:
    (waiting,) = start(one(**GET_ITEM), {}, {"S": waits()}).pending
    with pytest.raises(FlowDslError, match=r"^the task of state 'S' has no task token: dynamodb:getItem sends none$"):
        _ = waiting.token
    with pytest.raises(
        FlowDslError,
        match=r"^the output for the task of state 'S' is nothing that dynamodb:getItem gives back: it must be an object$",
    ):
        waiting.succeed([])


@pytest.mark.parametrize(
    ("mock", "problem"),
    [
        ({"Itm": {}}, "it has no member 'Itm'; did you mean 'Item'?"),
        ({"Item": {"id": {"s": "x"}}}, "it has no member 's'; did you mean 'S'?"),
    ],
)
def test_a_member_that_is_misspelt_in_a_mock_is_refused(mock: Any, problem: str) -> None:
    with pytest.raises(FlowDslError) as refused:
        simulate(one(**GET_ITEM), {}, {"S": mock})
    assert str(refused.value) == f"the mock for 'S' is nothing that dynamodb:getItem gives back: {problem}"
    assert simulate(one(**GET_ITEM), {}, {"S": returns(mock, whole=True)}).status == "SUCCEEDED"
    assert simulate(one(**GET_ITEM), {}, {"S": {"Quux": 1}}).status == "SUCCEEDED"
