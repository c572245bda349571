"""States in JSONata: Arguments, Output and Assign, variables and their scopes, $states, and what a failing expression does."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.interpreter.failures import NotSupported
from flowdsl.testing import raises, simulate
from tests.interpreter.machines import END, chained, kinds

LAMBDA = "arn:aws:states:::lambda:invoke"


def jsonata(**states: Any) -> Definition:
    """A JSONata machine that starts at its first state."""
    return Definition({"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}, name="Machine")


def passing(output: Any, **fields: Any) -> Definition:
    """A Pass with this Output."""
    return jsonata(S={"Type": "Pass", "Output": output, "End": True, **fields})


def call(**fields: Any) -> dict[str, Any]:
    """A Task that calls a Lambda function with its input."""
    return {
        "Type": "Task",
        "Resource": LAMBDA,
        "Arguments": {"FunctionName": "f", "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        **fields,
    }


def test_a_text_that_is_no_expression_stays_a_text() -> None:
    output = {"a": "{% 1 + 1 %}", "b": "1 + 1", "c": [" {% 1 %}", "{% 'x' %}"], "d": None, "e": True}
    assert simulate(passing(output)).output == {"a": 2, "b": "1 + 1", "c": [" {% 1 %}", "x"], "d": None, "e": True}


def test_without_output_the_input_goes_through() -> None:
    assert simulate(jsonata(S={"Type": "Pass", "End": True}), {"a": 1}).output == {"a": 1}


def test_a_tasks_output_is_its_result_unless_output_says_otherwise() -> None:
    told = simulate(jsonata(S=call(Output="{% $states.result.StatusCode %}", End=True)), {"a": 1}, {"S": {"b": 2}})
    assert told.output == 200
    plain = jsonata(S={"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f", "End": True})
    assert simulate(plain, {"a": 1}, {"S": {"b": 2}}).output == {"b": 2}


def test_arguments_that_are_left_out_send_the_input() -> None:
    execution = simulate(
        jsonata(S={"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f", "End": True}),
        {"a": 1},
        {"S": None},
    )
    assert execution.calls[0].request == {"a": 1}


def test_states_holds_input_result_and_context() -> None:
    output = {
        "input": "{% $states.input %}",
        "result": "{% $states.result.Payload %}",
        "state": "{% $states.context.State.Name %}",
        "started": "{% $states.context.Execution.StartTime %}",
    }
    execution = simulate(jsonata(S=call(Output=output, End=True)), 1, {"S": 2})
    assert execution.output == {"input": 1, "result": 2, "state": "S", "started": "2026-01-01T12:00:00.000Z"}


def test_assign_and_output_both_see_variables_as_they_were_on_entry() -> None:
    execution = simulate(
        jsonata(
            A={"Type": "Pass", "Assign": {"x": 1, "y": 2}, "Next": "B"},
            B={
                "Type": "Pass",
                "Assign": {"x": "{% $y %}", "y": "{% $x %}"},
                "Output": ["{% $x %}", "{% $y %}"],
                "Next": "C",
            },
            C={
                "Type": "Pass",
                "Output": {"before": "{% $states.input %}", "after": ["{% $x %}", "{% $y %}"]},
                "End": True,
            },
        )
    )
    assert execution.output == {"before": [1, 2], "after": [2, 1]}


def test_what_a_state_assigned_is_in_its_exited_event() -> None:
    execution = simulate(jsonata(S={"Type": "Pass", "Assign": {"x": {"a": "{% 1 + 1 %}"}}, "End": True}))
    exited = execution.history[2]["stateExitedEventDetails"]
    assert exited["assignedVariables"] == {"x": '{"a":2}'}


def test_branches_read_outer_variables_and_their_own_vanish() -> None:
    branch = {
        "StartAt": "In",
        "States": {"In": {"Type": "Pass", "Assign": {"own": "{% $outer + 1 %}"}, "Next": "Out"}, "Out": {"Type": "Pass", "Output": "{% $own %}", "End": True}},
    }  # fmt: skip
    execution = simulate(
        jsonata(
            Set={"Type": "Pass", "Assign": {"outer": 1}, "Next": "Both"},
            Both={"Type": "Parallel", "Branches": [branch], "Next": "After"},
            After={
                "Type": "Pass",
                "Output": {"result": "{% $states.input %}", "own": "{% $exists($own) %}"},
                "End": True,
            },
        )
    )
    assert execution.output == {"result": [2], "own": False}


def test_a_choice_takes_the_first_condition_that_holds() -> None:
    definition = jsonata(
        C={
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $states.input > 10 %}", "Next": "Big", "Output": "{% 'big ' & $states.input %}"},
                {"Condition": "{% $states.input > 5 %}", "Next": "Middle", "Assign": {"way": "middle"}},
            ],
            "Default": "Small",
        },
        Big={"Type": "Succeed"},
        Middle={"Type": "Pass", "Output": "{% $way %}", "End": True},
        Small=END,
    )
    assert simulate(definition, 11).output == "big 11"
    assert simulate(definition, 6).output == "middle"
    assert simulate(definition, 1).path == ["C", "Small"]


def test_a_map_takes_items_from_an_expression() -> None:
    state = {
        "Type": "Map",
        "Items": "{% $states.input.list %}",
        "ItemSelector": {"n": "{% $states.context.Map.Item.Value %}", "i": "{% $states.context.Map.Item.Index %}"},
        "ItemProcessor": {
            "StartAt": "P",
            "States": {"P": {"Type": "Pass", "Output": "{% $states.input.n * 10 + $states.input.i %}", "End": True}},
        },
        "Output": "{% $sum($states.result) %}",
        "End": True,
    }
    assert simulate(jsonata(S=state), {"list": [1, 2, 3]}).output == 63


@pytest.mark.parametrize(("seconds", "elapsed"), [("{% 2 * 3 %}", 6), ("{% $states.input.n %}", 4), (1, 1)])
def test_a_wait_may_be_an_expression(seconds: Any, elapsed: float) -> None:
    execution = simulate(jsonata(S={"Type": "Wait", "Seconds": seconds, "End": True}), {"n": 4})
    assert execution.elapsed_seconds == elapsed


def test_a_fail_may_compute_its_error() -> None:
    execution = simulate(jsonata(S={"Type": "Fail", "Error": "{% 'E' & 1 %}", "Cause": "{% $states.input %}"}), "why")
    assert (execution.error, execution.cause) == ("E1", "why")


def test_a_failing_expression_is_told_by_an_event_that_points_before_the_state() -> None:
    execution = simulate(
        jsonata(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Output": "{% $x %}", "End": True})
    )
    assert execution.error == "States.QueryEvaluationError"
    assert execution.cause == (
        "An error occurred while executing the state 'B' (entered at the event id #4). The JSONata expression '$x' "
        "specified for the field 'Output' returned nothing (undefined)."
    )
    assert chained(execution)[3:] == [(3, "PassStateEntered"), (3, "EvaluationFailed"), (5, "ExecutionFailed")]
    assert execution.history[4]["evaluationFailedEventDetails"]["location"] == "Output"


def test_an_evaluation_error_of_a_task_is_retried_and_caught() -> None:
    state = call(
        Output="{% $states.result.Payload.missing %}",
        Retry=[{"ErrorEquals": ["States.QueryEvaluationError"], "MaxAttempts": 1}],
        Catch=[{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Error %}", "Next": "Out"}],
        Next="Out",
    )
    execution = simulate(jsonata(S=state, Out=END), {}, {"S": [{}, {}]})
    assert execution.output == "States.QueryEvaluationError"
    assert kinds(execution).count("TaskSucceeded") == 2
    assert kinds(execution).count("EvaluationFailed") == 2


def test_a_catcher_may_shape_the_error_and_keep_it() -> None:
    catcher = {
        "ErrorEquals": ["Lost"],
        "Assign": {"why": "{% $states.errorOutput.Cause %}"},
        "Output": {"was": "{% $states.input %}"},
        "Next": "After",
    }
    execution = simulate(
        jsonata(
            S=call(Catch=[catcher], Next="After"),
            After={"Type": "Pass", "Output": ["{% $states.input %}", "{% $why %}"], "End": True},
        ),
        {"a": 1},
        {"S": raises("Lost", "somewhere")},
    )
    assert execution.output == [{"was": {"a": 1}}, "somewhere"]


def test_a_catchers_own_expression_that_fails_ends_the_execution() -> None:
    catcher = {"ErrorEquals": ["States.ALL"], "Output": "{% $nowhere %}", "Next": "Out"}
    execution = simulate(jsonata(S=call(Catch=[catcher], Next="Out"), Out=END), {}, {"S": raises("Lost")})
    assert execution.error == "States.QueryEvaluationError"
    assert "'Catch[0]/Output'" in str(execution.cause)


def test_numbers_that_must_be_whole_say_so() -> None:
    failed = simulate(jsonata(S={"Type": "Wait", "Seconds": "{% 1.5 %}", "End": True}))
    assert failed.error == "States.QueryEvaluationError"


def test_states_in_jsonpath_and_in_jsonata_share_a_machine_and_its_variables() -> None:
    definition = Definition(
        {
            "StartAt": "Path",
            "States": {
                "Path": {"Type": "Pass", "Assign": {"n.$": "$.n"}, "Next": "Expression"},
                "Expression": {
                    "Type": "Pass",
                    "QueryLanguage": "JSONata",
                    "Assign": {"m": "{% $n + 1 %}"},
                    "Output": {"a": "{% $n * 10 %}"},
                    "Next": "Again",
                },
                "Again": {"Type": "Pass", "Parameters": {"a.$": "$.a", "m.$": "$m"}, "End": True},
            },
        }
    )
    assert simulate(definition, {"n": 2}).output == {"a": 20, "m": 3}


def test_the_clock_and_the_seed_are_the_executions() -> None:
    definition = jsonata(
        W={"Type": "Wait", "Seconds": 3600, "Next": "S"},
        S={"Type": "Pass", "Output": ["{% $now() %}", "{% $uuid() %}", "{% $random() %}"], "End": True},
    )
    first, again, other = (simulate(definition, seed=seed).output for seed in (1, 1, 2))
    assert first[0] == "2026-01-01T13:00:00.000Z"
    assert first == again
    assert first[1:] != other[1:]


def test_an_expression_that_cannot_be_read_is_refused_before_anything_runs() -> None:
    with pytest.raises(NotSupported, match=r"^state 'S'"):
        simulate(passing("{% 1 + %}"))
