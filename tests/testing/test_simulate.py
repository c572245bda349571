"""simulate(): how mocks are given, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.testing import MissingMock, raises, returns, simulate
from tests.interpreter.machines import END, machine, one, task

PUT = "arn:aws:states:::dynamodb:putItem"


def two() -> Definition:
    return machine("A", A={**task(), "Next": "B"}, B={**task(), "End": True})


def test_a_plain_document_or_a_workflow_object_will_do() -> None:
    class Workflow:
        definition = one(Type="Pass")

    assert simulate({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}, 1).output == 1
    assert simulate(Workflow(), 2).output == 2


def test_a_mock_is_a_value_a_function_or_a_sequence() -> None:
    assert simulate(two(), 1, {"A": 5, "B": lambda event: event + 1}).output == 6
    assert simulate(two(), 1, {"A": [7], "B": [lambda event: event * 2]}).output == 14


def test_a_function_may_look_at_the_call() -> None:
    seen: list[Any] = []
    simulate(
        one(**task()), {"x": 1}, {"S": lambda event, call: seen.append((call.state, call.attempt, call.operation))}
    )
    assert seen == [("S", 1, "lambda:invoke")]


def test_a_function_may_answer_with_any_answer() -> None:
    assert simulate(one(**task()), {}, {"S": lambda: raises("Boom")}).error == "Boom"
    assert simulate(one(**task()), {}, {"S": lambda: returns(1, after=5)}).elapsed_seconds == 5


def test_a_list_as_one_value_is_written_with_returns() -> None:
    assert simulate(one(**task()), {}, {"S": returns([1, 2])}).output == [1, 2]


def test_what_a_mock_function_raises_is_the_tests_and_what_it_returns_the_tasks() -> None:
    def breaks(event: Any) -> Any:
        return event["missing"]

    def asserts(event: Any) -> Any:
        assert event == 1, "the request is wrong"

    def fails(event: Any) -> Any:
        return raises(KeyError("missing"))

    for operation in (one(**task()), one(Type="Task", Resource=PUT, Parameters={"TableName": "t"})):
        with pytest.raises(KeyError, match="missing"):
            simulate(operation, {}, {"S": breaks})
    with pytest.raises(AssertionError, match="the request is wrong"):
        simulate(one(**task()), 2, {"S": asserts})
    assert simulate(one(**task()), {}, {"S": fails}).error == "KeyError"


def test_an_operation_is_mocked_by_its_name() -> None:
    definition = one(Type="Task", Resource=PUT, Parameters={"TableName": "t"})
    execution = simulate(definition, {}, {"dynamodb:putItem": raises("DynamoDB.ConditionalCheckFailedException")})
    assert execution.error == "DynamoDB.ConditionalCheckFailedException"
    assert execution.calls[0].request == {"TableName": "t"}


def test_an_operation_is_mocked_by_its_reference() -> None:
    from flowdsl import aws

    definition = one(Type="Task", Resource=PUT, Parameters={"TableName": "t"})
    assert simulate(definition, {}, {aws.dynamodb.put_item: returns({"a": 1}, whole=True)}).output == {"a": 1}


@pytest.mark.parametrize(
    ("resource", "value", "problem"),
    [
        (PUT, None, "dynamodb:putItem gives back: it must be an object"),
        (PUT, {"Attributes": {"id": "o1"}}, "dynamodb:putItem gives back: Field 'id' must be an object"),
        (
            "arn:aws:states:::aws-sdk:ec2:describeInstances",
            {"Reservations": {}},
            "aws-sdk:ec2:describeInstances gives back: Field 'Reservations' must be an array",
        ),
    ],
)
def test_a_mock_that_the_api_could_not_give_back_is_an_error(resource: str, value: Any, problem: str) -> None:
    with pytest.raises(FlowDslError) as error:
        simulate(one(Type="Task", Resource=resource, Parameters={}), {}, {"S": value})
    assert str(error.value) == f"the mock for 'S' is nothing that {problem}"


def test_what_a_mock_leaves_out_or_adds_is_its_own_affair() -> None:
    assert simulate(one(Type="Task", Resource=PUT, Parameters={}), {}, {"S": {"Fresh": 1}}).output["Fresh"] == 1
    token = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    assert simulate(one(Type="Task", Resource=token, Parameters={}), {}, {"S": "approved"}).output == "approved"


def test_the_state_wins_over_the_operation() -> None:
    assert simulate(two(), 1, {"A": 2, "lambda:invoke": lambda event: event * 10}).output == 20


def test_an_unmocked_task_is_named() -> None:
    with pytest.raises(MissingMock) as missing:
        simulate(two(), 1, {"A": 1})
    assert str(missing.value) == ("state 'B' calls lambda:invoke, and there is no mock for it; give mocks={'B': ...}")


@pytest.mark.parametrize(
    ("mocks", "message"),
    [
        (
            {"AA": 1},
            "there is a mock for 'AA', but no state, operation or handler of that name in 'Machine'; did you mean 'A'?",
        ),
        (
            {"lambda:invok": 1},
            "there is a mock for 'lambda:invok', but no state, operation or handler of that name in 'Machine'; "
            "did you mean 'lambda:invoke'?",
        ),
        (
            {"A": [1, 2], "B": 1},
            "the mock for 'A' has 2 answers, and only 1 was asked for (the execution is SUCCEEDED, its path is A > B)",
        ),
        (
            {"A": 1, "B": 1, "lambda:invoke": 1},
            "the mock for 'lambda:invoke' was never used (the execution is SUCCEEDED, its path is A > B)",
        ),
        ({"A": [], "B": 1}, "the mock for 'A' has 0 answers, and state 'A' calls once more (attempt 1)"),
        (
            {"A": object, "B": 1},
            "the mock for 'A' answers with something that is no JSON: Object of type object is not JSON serializable",
        ),
        ({5: 1}, "a mock is given for a handler, an operation or a state's name, not for 5"),
    ],
)
def test_a_wrong_mock_is_an_error(mocks: Any, message: str) -> None:
    with pytest.raises(FlowDslError) as error:
        simulate(two(), 1, mocks)
    assert str(error.value) == message


def test_a_state_that_is_no_task_cannot_be_mocked() -> None:
    with pytest.raises(FlowDslError, match="the mock for 'S': that state is a Pass; only Tasks are mocked"):
        simulate(one(Type="Pass"), {}, {"S": 1})


def test_unused_mocks_can_be_left_alone() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "T"}], "Default": "Out"}
    definition = machine("C", C=choice, T={**task(), "End": True}, Out=END)
    assert simulate(definition, {"n": 2}, {"T": 1}, unused_mocks="ignore").path == ["C", "Out"]


def test_now_is_where_the_caller_puts_it() -> None:
    definition = one(Type="Pass", Parameters={"t.$": "$$.Execution.StartTime"})
    assert simulate(definition).output == {"t": "2026-01-01T12:00:00.000Z"}
    assert simulate(definition, now="2030-02-03T04:05:06.789+01:00").output == {"t": "2030-02-03T03:05:06.789Z"}
    with pytest.raises(FlowDslError, match="has no time zone"):
        simulate(definition, now="2030-02-03T04:05:06")
    with pytest.raises(FlowDslError, match="is no ISO 8601 date and time"):
        simulate(definition, now="yesterday")


def test_models_go_in_as_json() -> None:
    from pydantic import BaseModel, Field

    class Order(BaseModel):
        order_id: str = Field(alias="orderId")

    assert simulate(one(Type="Pass"), Order(orderId="o1")).output == {"orderId": "o1"}
    with pytest.raises(FlowDslError, match="the input is no JSON: object is no JSON"):
        simulate(one(Type="Pass"), object())


def test_what_was_called_is_listed() -> None:
    execution = simulate(two(), 1, {"A": 2, "B": 3})
    assert [(c.state, c.request, c.attempt, c.index) for c in execution.calls] == [("A", 1, 1, None), ("B", 2, 1, None)]


def test_an_execution_that_start_sync_execution_started_has_no_redrive_count() -> None:
    definition = one(Type="Pass", Parameters={"e.$": "$$.Execution"})
    assert "RedriveCount" not in simulate(definition, type="EXPRESS", sync=True).output["e"]
    assert simulate(definition, type="EXPRESS").output["e"]["RedriveCount"] == 0
    assert simulate(definition).output["e"]["RedriveCount"] == 0


def test_a_standard_workflow_is_not_started_by_start_sync_execution() -> None:
    with pytest.raises(FlowDslError, match="not supported by this type of state machine; sync=True needs type EXPRESS"):
        simulate(one(Type="Pass"), sync=True)


def test_a_mock_may_raise_an_error_by_its_name_in_flowdsl_errors() -> None:
    from flowdsl.errors import TaskFailed

    caught = machine("T", T=task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Out"}], End=True), Out=END)
    assert simulate(caught, {}, {"T": raises(TaskFailed, "no")}).output == {"Error": "States.TaskFailed", "Cause": "no"}
