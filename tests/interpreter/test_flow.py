"""Pass, Choice, Wait, Succeed and Fail."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.testing import ExecutionFailed, NotSupported, simulate
from tests.interpreter.machines import END, kinds, machine, one


def test_a_pass_gives_its_input() -> None:
    assert simulate(one(Type="Pass"), {"a": 1}).output == {"a": 1}


def test_a_result_wins_over_parameters() -> None:
    definition = one(Type="Pass", Parameters={"from": "parameters"}, Result={"x.$": "$.kept"}, ResultPath="$.r")
    assert simulate(definition, {"a": 1}).output == {"a": 1, "r": {"x.$": "$.kept"}}


def test_a_result_path_of_null_keeps_the_raw_input() -> None:
    assert simulate(one(Type="Pass", Result=5, ResultPath=None), {"a": 1}).output == {"a": 1}


def test_the_result_goes_into_the_raw_input_not_into_what_input_path_left() -> None:
    definition = one(Type="Pass", InputPath="$.inner", ResultPath="$.copy")
    assert simulate(definition, {"inner": {"x": 1}}).output == {"inner": {"x": 1}, "copy": {"x": 1}}


def test_an_input_path_of_null_is_an_empty_object() -> None:
    assert simulate(one(Type="Pass", InputPath=None), {"a": 1}).output == {}


def test_nothing_writes_into_the_input() -> None:
    given: dict[str, Any] = {"a": {"b": 1}}
    simulate(one(Type="Pass", Result=2, ResultPath="$.a.b"), given)
    assert given == {"a": {"b": 1}}


def test_output_path_sees_variables_as_they_were_on_entry() -> None:
    first = {"Type": "Pass", "Assign": {"v": "old"}, "Next": "B"}
    second = {"Type": "Pass", "Assign": {"v": "new"}, "OutputPath": "$v", "Next": "C"}
    third = {"Type": "Pass", "Parameters": {"out.$": "$", "v.$": "$v"}, "End": True}
    assert simulate(machine("A", A=first, B=second, C=third)).output == {"out": "old", "v": "new"}


def test_the_first_true_rule_decides() -> None:
    rules = [
        {"Variable": "$.n", "NumericGreaterThan": 10, "Next": "Big"},
        {"Variable": "$.n", "NumericGreaterThan": 1, "Next": "Some"},
    ]
    choice = {"Type": "Choice", "Choices": rules, "Default": "Few"}
    definition = machine("C", C=choice, Big=END, Some=END, Few=END)
    assert [simulate(definition, {"n": n}).path[1] for n in (11, 5, 1)] == ["Big", "Some", "Few"]


def test_a_choice_assigns_only_on_the_way_it_takes() -> None:
    rule = {"Variable": "$.n", "NumericEquals": 1, "Assign": {"way": "rule"}, "Next": "Out"}
    choice = {"Type": "Choice", "Choices": [rule], "Default": "Out", "Assign": {"way": "default"}}
    out = {"Type": "Pass", "Parameters": {"way.$": "$way"}, "End": True}
    definition = machine("C", C=choice, Out=out)
    assert simulate(definition, {"n": 1}).output == {"way": "rule"}
    assert simulate(definition, {"n": 2}).output == {"way": "default"}


def test_a_choice_that_matches_nothing_fails_as_the_service_does() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "Out"}]}
    execution = simulate(machine("C", C=choice, Out=END), {"n": 2})
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    assert execution.cause == (
        "An error occurred while executing the state 'C' (entered at the event id #2). "
        "Failed to transition out of the state. The state does not point to a next state."
    )
    assert kinds(execution) == ["ExecutionStarted", "ChoiceStateEntered", "ExecutionFailed"]


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"Seconds": 90}, 90),
        ({"Seconds": 0}, 0),
        ({"SecondsPath": "$.s"}, 7),
        ({"Timestamp": "2026-01-01T12:01:00Z"}, 60),
        ({"Timestamp": "2026-01-01T13:00:30+01:00"}, 30),
        ({"TimestampPath": "$.past"}, 0),
        ({"Seconds": 31_000_000}, 31_000_000),
    ],
)
def test_a_wait_takes_virtual_time_only(fields: dict[str, Any], seconds: float) -> None:
    execution = simulate(one(Type="Wait", **fields), {"s": 7, "past": "2016-03-14T01:59:00.000Z"})
    assert (execution.status, execution.elapsed_seconds) == ("SUCCEEDED", seconds)


@pytest.mark.parametrize(
    ("fields", "value", "cause"),
    [
        ({"SecondsPath": "$.x"}, {"x": 1.5}, "The SecondsPath parameter cannot be parsed as a long value: $.x == 1.5"),
        ({"SecondsPath": "$.x"}, {"x": -1}, "The SecondsPath parameter references a negative value: $.x == -1"),
        ({"SecondsPath": "$.x"}, {}, "The SecondsPath parameter does not reference an input value: $.x"),
        (
            {"TimestampPath": "$.x"},
            {"x": "2026-01-01 12:00:00Z"},
            "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: "
            "$.x == 2026-01-01 12:00:00Z",
        ),
        ({"Timestamp": "2094-01-20T12:00:00Z"}, {}, "Wait state delay is too long."),
    ],
)
def test_a_wait_that_cannot_be_says_why(fields: dict[str, Any], value: Any, cause: str) -> None:
    execution = simulate(one(Type="Wait", **fields), value)
    prefix = "An error occurred while executing the state 'S' (entered at the event id #2). "
    assert (execution.error, execution.cause) == ("States.Runtime", prefix + cause)


def test_what_a_fail_leaves_out_is_not_there() -> None:
    execution = simulate(one(Type="Fail", Cause="only why"))
    assert execution.history[-1]["executionFailedEventDetails"] == {"cause": "only why"}


def test_error_path_and_cause_path_read_the_input() -> None:
    execution = simulate(
        one(Type="Fail", ErrorPath="$.e", CausePath="States.Format('because of {}', $.c)"), {"e": "E", "c": 1}
    )
    assert (execution.error, execution.cause) == ("E", "because of 1")


def test_reading_the_output_of_a_failed_execution_raises_its_error() -> None:
    execution = simulate(one(Type="Fail", Error="Boom", Cause="it broke"))
    with pytest.raises(ExecutionFailed, match=r"^the execution is FAILED with Boom in state 'S': it broke$") as raised:
        _ = execution.output
    assert (raised.value.error, raised.value.cause) == ("Boom", "it broke")


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (
            machine("A", A={"Type": "Pass"}),
            "state 'A': 'A' has neither Next nor End; write \"End\": true, or Next with the state that follows",
        ),
        (
            machine("A", A={"Type": "Pass", "Next": "Shipp"}, Ship=END),
            "state 'A', Next: goes to 'Shipp', which is no state here; did you mean 'Ship'?",
        ),
        (machine("X", A=END), "the state machine, StartAt: names 'X', which is no state here"),
        (
            machine("A", A={"Type": "Pas", "End": True}),
            "state 'A', Type: The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, "
            "Parallel, Map], but that of 'A' is 'Pas'; did you mean 'Pass'?",
        ),
        (
            one(Type="Wait"),
            "state 'S': 'S' says not how long to wait; write Seconds, SecondsPath, Timestamp or TimestampPath",
        ),
        (
            one(Type="Wait", Seconds="soon"),
            "state 'S', Seconds: Seconds of 'S' must be a whole number, not the text 'soon'",
        ),
        (
            one(Type="Task", Resource="${F}", Retry=[{"ErrorEquals": ["X"], "MaxAttempts": "${Times}"}]),
            "state 'S', Retry/0/MaxAttempts: '${Times}' is yet to be filled in; give substitutions={'Times': ...}",
        ),
        (
            one(Type="Task", Resource="lambda"),
            "state 'S', Resource: 'lambda' is no Lambda function, activity or service integration",
        ),
        (one(Type="Parallel", Branches=[]), "state 'S', Branches: Value cannot be empty: Branches of 'S'"),
    ],
)
def test_what_cannot_run_is_refused_before_anything_runs(definition: Any, message: str) -> None:
    with pytest.raises(NotSupported) as refused:
        simulate(definition)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync"},
            "state 'S', Resource: Express state machine does not support '.sync' service integration",
        ),
        (
            {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"},
            "state 'S', Resource: Express state machine does not support '.waitForTaskToken' service integration",
        ),
        (
            {"Type": "Task", "Resource": "arn:aws:states:eu-west-1:123456789012:activity:work"},
            "state 'S', Resource: Express state machine does not support Activity ARN",
        ),
        (
            {
                "Type": "Map",
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                    "StartAt": "P",
                    "States": {"P": {"Type": "Pass", "End": True}},
                },
            },
            "state 'S', ItemProcessor: Express state machine does not support a Distributed Map",
        ),
    ],
)
def test_an_express_workflow_waits_for_nothing_outside(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(NotSupported) as refused:
        simulate(one(**fields), type="EXPRESS")
    assert str(refused.value) == message


def test_nor_do_the_express_children_of_a_distributed_map() -> None:
    inner = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {}, "End": True}
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "P",
        "States": {"P": inner},
    }
    with pytest.raises(NotSupported, match=r"^state 'P', Resource: Express state machine does not support '.sync'"):
        simulate(one(Type="Map", ItemProcessor=processor))
