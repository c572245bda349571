"""What a state costs, one fact each."""

from __future__ import annotations

import math
from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.estimate.estimate import Estimate
from flowdsl.estimate.model import Assumptions
from flowdsl.estimate.retries import pauses_of, retries_of

END: dict[str, Any] = {"End": True}
INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}


def estimate(states: dict[str, Any], **top: Any) -> Estimate:
    return Estimate(Definition({"StartAt": next(iter(states)), "States": states, **top}))


def worst(states: dict[str, Any], **top: Any) -> tuple[str, str, str]:
    costs = estimate(states, **top).worst
    return str(costs.events), str(costs.transitions), str(costs.seconds)


def test_a_pass_is_two_events_and_one_transition() -> None:
    assert worst({"A": {"Type": "Pass", **END}}) == ("4", "1", "0")


def test_a_wait_takes_its_seconds() -> None:
    assert worst({"A": {"Type": "Wait", "Seconds": 90, **END}}) == ("4", "1", "90")


def test_a_task_is_five_events_and_runs_as_long_as_its_timeout() -> None:
    assert worst({"A": {**INVOKE, "TimeoutSeconds": 20, **END}}) == ("7", "1", "20")


def test_a_function_without_a_timeout_runs_as_long_as_lambda_allows() -> None:
    assert worst({"A": {**INVOKE, **END}})[2] == "900"


def test_an_api_answers_within_the_assumed_time() -> None:
    state = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", **END}
    document = {"StartAt": "A", "States": {"A": state}}
    assert str(Estimate(Definition(document), Assumptions(api_seconds=7)).worst.seconds) == "7"


def test_a_callback_without_a_timeout_may_take_any_time() -> None:
    found = estimate({"A": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", **END}})
    assert str(found.worst.events) == "8"
    assert str(found.worst.seconds) == "t"
    assert [s.means for s in found.symbols] == [
        "seconds that 'A' takes: it waits for a task token and has no TimeoutSeconds"
    ]


def test_each_retry_is_three_events_a_transition_and_a_pause() -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "IntervalSeconds": 10, "BackoffRate": 3}]
    assert worst({"A": {**INVOKE, "TimeoutSeconds": 20, "Retry": retry, **END}}) == ("13", "3", "100")


def test_retriers_add_up() -> None:
    retry = [{"ErrorEquals": ["A"], "MaxAttempts": 2}, {"ErrorEquals": ["B"], "MaxAttempts": 0}, {"ErrorEquals": ["C"]}]
    assert retries_of({"Retry": retry}).count == 5


@pytest.mark.parametrize(
    ("attempts", "interval", "rate", "longest", "seconds"),
    [
        (4, 1, 2, math.inf, 15),
        (4, 1, 2, 5, 12),
        (3, 10, 1, math.inf, 30),
        (0, 10, 2, math.inf, 0),
        (99_999_999, 1, 1, math.inf, 99_999_999),
        (1_000, 60, 2, 600, 598_500),
    ],
)
def test_pauses_grow_to_their_longest(
    attempts: int, interval: int, rate: float, longest: float, seconds: float
) -> None:
    assert pauses_of(attempts, interval, rate, longest) == seconds


def test_branches_run_side_by_side() -> None:
    branch = {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 10, **END}}}
    longer = {"StartAt": "C", "States": {"C": {"Type": "Wait", "Seconds": 30, **END}}}
    assert worst({"A": {"Type": "Parallel", "Branches": [branch, longer], **END}}) == ("10", "3", "30")


def test_a_map_repeats_what_is_inside() -> None:
    processor = {"StartAt": "B", "States": {"B": {"Type": "Pass", **END}}}
    assert worst({"A": {"Type": "Map", "ItemProcessor": processor, **END}})[:2] == ("6 + 4 n", "1 + n")


def test_a_map_over_a_literal_list_is_a_number() -> None:
    processor = {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 10, **END}}}
    state = {"Type": "Map", "Items": [1, 2, 3, 4, 5], "MaxConcurrency": 2, "ItemProcessor": processor, **END}
    assert worst({"A": state}, QueryLanguage="JSONata") == ("26", "6", "30")


def test_maps_inside_maps_multiply() -> None:
    inner = {"Type": "Map", "ItemProcessor": {"StartAt": "C", "States": {"C": {"Type": "Pass", **END}}}, **END}
    outer = {"Type": "Map", "ItemProcessor": {"StartAt": "B", "States": {"B": inner}}, **END}
    assert worst({"A": outer})[:2] == ("6 + 6 n + 4 n n2", "1 + n + n n2")


def test_a_distributed_maps_children_have_histories_of_their_own() -> None:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "B",
        "States": {"B": {"Type": "Pass", **END}},
    }
    found = estimate({"A": {"Type": "Map", "ItemProcessor": processor, **END}})
    assert str(found.worst.events) == "8"
    assert str(found.worst.transitions) == "1 + 2 n"
    (visit, *_) = found.visits
    assert visit.child is not None
    assert str(visit.child.events) == "4"


def test_batches_make_fewer_children() -> None:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "B",
        "States": {"B": {"Type": "Pass", **END}},
    }
    items = {"ReaderConfig": {"MaxItems": 100}}
    state = {
        "Type": "Map",
        "ItemReader": items,
        "ItemBatcher": {"MaxItemsPerBatch": 10},
        "ItemProcessor": processor,
        **END,
    }
    found = estimate({"A": state})
    assert found.bounds == {"n": 100}
    assert found.worst.transitions.at({"n": 100}) == pytest.approx(11.9)


def test_the_worse_of_two_ways_counts() -> None:
    states = {
        "A": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "B"}], "Default": "C"},
        "B": {"Type": "Wait", "Seconds": 5, "Next": "C"},
        "C": {"Type": "Succeed"},
    }
    assert worst(states) == ("8", "3", "5")


def test_the_way_through_a_catcher_counts_too() -> None:
    states = {
        "A": {**INVOKE, "TimeoutSeconds": 5, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}], **END},
        "B": {"Type": "Wait", "Seconds": 60, **END},
    }
    found = estimate(states)
    assert str(found.worst.seconds) == "65"
    assert str(found.smooth.events) == "7"


def test_ten_thousand_states_need_no_recursion() -> None:
    states: dict[str, Any] = {f"S{i}": {"Type": "Pass", "Next": f"S{i + 1}"} for i in range(9_999)}
    states["S9999"] = {"Type": "Pass", **END}
    assert worst(states)[:2] == ("20,002", "10,000")


def test_malformed_parts_are_passed_over() -> None:
    assert worst({"A": {"Type": "Task", "Next": 5, "Retry": "x", "Catch": [7]}})[1] == "1"
    assert str(Estimate(Definition({"StartAt": "Nowhere"})).worst.events) == "2"


def test_the_declared_timeout_of_a_handler_is_its_limit() -> None:
    from flowdsl.asl.bindings import Binding, Bindings

    bound = Bindings(placeholders={"F": Binding("F", "lambda", "m:f", contract={"timeout_seconds": 12})})
    states = {"A": {**INVOKE, "Parameters": {"FunctionName": "${F}"}, **END}}
    found = Estimate(Definition({"StartAt": "A", "States": states}, bindings=bound))
    assert str(found.worst.seconds) == "12"
    assert str(found.worst.lambdas) == "1"
