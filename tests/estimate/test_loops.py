"""How often loops can go round."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.estimate.estimate import Estimate


def poll(choices: list[dict[str, Any]], default: str, **states: dict[str, Any]) -> dict[str, Any]:
    return {
        "StartAt": "Begin",
        "States": {
            "Begin": {"Type": "Pass", "Next": "Ask"},
            "Ask": {"Type": "Pass", "Next": "Done?"},
            "Done?": {"Type": "Choice", "Choices": choices, "Default": default},
            "Rest": {"Type": "Wait", "Seconds": 30, "Next": "Ask"},
            "End": {"Type": "Succeed"},
            **states,
        },
    }


READY = {"Variable": "$.status", "StringEquals": "READY", "Next": "End"}


def symbol(document: dict[str, Any], type: Any = None) -> tuple[Any, str]:
    (found,) = Estimate(Definition(document, type=type)).symbols
    return found.highest, found.why


def test_a_poll_loop_is_bounded_by_the_time_that_its_waits_take() -> None:
    document = {**poll([READY], "Rest"), "TimeoutSeconds": 3600}
    assert symbol(document) == (120, "each takes 30 s or more of the 3,600 s of the machine's TimeoutSeconds")


def test_an_express_poll_loop_has_five_minutes() -> None:
    assert symbol(poll([READY], "Rest"), "EXPRESS")[0] == 10


def test_a_counter_in_a_variable_bounds_its_loop() -> None:
    document = poll(
        [{"Condition": "{% $n >= 7 %}", "Next": "End"}],
        "Rest",
        Begin={"Type": "Pass", "Assign": {"n": 0}, "Next": "Ask"},
        Ask={"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "Done?"},
    )
    assert symbol({"QueryLanguage": "JSONata", **document}) == (6, "$n reaches 7")


def test_a_rule_that_stays_as_long_as_it_is_less_bounds_its_loop() -> None:
    document = poll(
        [{"Condition": "{% $n <= 7 and $states.input.busy %}", "Next": "Rest"}],
        "End",
        Begin={"Type": "Pass", "Assign": {"n": 2}, "Next": "Ask"},
        Ask={"Type": "Pass", "Assign": {"n": "{% $n + 2 %}"}, "Next": "Done?"},
    )
    assert symbol({"QueryLanguage": "JSONata", **document}) == (2, "$n reaches 8")


def test_a_counter_in_the_document_bounds_its_loop() -> None:
    document = poll(
        [READY, {"Variable": "$.poll.count", "NumericGreaterThan": 20, "Next": "End"}],
        "Rest",
        Begin={"Type": "Pass", "Result": {"count": 0}, "ResultPath": "$.poll", "Next": "Ask"},
        Ask={
            "Type": "Pass",
            "Parameters": {"count.$": "States.MathAdd($.poll.count, 1)"},
            "ResultPath": "$.poll",
            "Next": "Done?",
        },
    )
    assert symbol(document) == (20, "$.poll.count reaches 21")


def test_a_counter_of_unknown_start_is_said_to_be_so() -> None:
    document = poll(
        [{"Condition": "{% $n >= 7 %}", "Next": "End"}],
        "Rest",
        Begin={"Type": "Pass", "Assign": {"n": "{% $states.input.n %}"}, "Next": "Ask"},
        Ask={"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "Done?"},
    )
    assert symbol({"QueryLanguage": "JSONata", **document}) == (6, "$n reaches 7, if it starts at 0")


@pytest.mark.parametrize(
    "states",
    [
        # Not raised on every round: the Choice may skip it.
        {
            "Ask": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% $states.input.a %}", "Next": "Up"}],
                "Default": "Done?",
            }
        },
        # Set back on the way.
        {"Rest": {"Type": "Wait", "Seconds": 30, "Assign": {"n": 0}, "Next": "Ask"}},
    ],
)
def test_a_counter_that_does_not_always_count_bounds_nothing(states: dict[str, Any]) -> None:
    up = {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "Done?"}
    document = poll([{"Condition": "{% $n >= 7 %}", "Next": "End"}], "Rest", **{"Ask": up, "Up": up, **states})
    assert symbol({"QueryLanguage": "JSONata", **document})[1].startswith("each takes 30 s or more of the year")


def test_a_way_back_that_is_tried_before_the_bound_makes_it_none() -> None:
    busy = {"Condition": "{% $states.input.busy %}", "Next": "Rest"}
    document = poll(
        [busy, {"Condition": "{% $n >= 7 %}", "Next": "End"}],
        "Rest",
        Ask={"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "Done?"},
    )
    assert symbol({"QueryLanguage": "JSONata", **document})[0] == 31_536_000 // 30


def test_a_round_costs_what_its_states_cost() -> None:
    costs = Estimate(Definition(poll([READY], "Rest"))).worst
    assert str(costs.events) == "10 + 6 k"
    assert str(costs.transitions) == "4 + 3 k"
    assert str(costs.seconds) == "30 + 30 k"


def test_a_loop_without_a_pause_or_a_counter_has_no_bound() -> None:
    document = poll([READY], "Ask")
    assert symbol(document) == (None, "")


def counting(start: str, **states: dict[str, Any]) -> Estimate:
    document = {
        "QueryLanguage": "JSONata",
        "StartAt": "Init",
        "States": {
            "Init": {"Type": "Pass", "Assign": {"n": 0}, "Next": start},
            "Do": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "More?"},
            "More?": {"Type": "Choice", "Choices": [{"Condition": "{% $n < 7 %}", "Next": "Rest"}], "Default": "End"},
            "Rest": {"Type": "Wait", "Seconds": 30, "Next": "Do"},
            "End": {"Type": "Succeed"},
            **states,
        },
    }
    return Estimate(Definition(document))


def test_what_counts_before_it_is_asked_goes_one_round_less() -> None:
    assert [s.highest for s in counting("Do").symbols] == [6]
    assert [s.highest for s in counting("More?").symbols] == [7]


def test_a_loop_that_a_counter_alone_ends_goes_round_just_so_often() -> None:
    smooth = counting("Do").smooth
    # Init, Do, More?, six times Rest, Do, More?, and End.
    assert (smooth.transitions.constant, smooth.events.constant, smooth.seconds.constant) == (22, 46, 180)


def test_a_loop_that_something_else_may_end_keeps_its_symbol() -> None:
    early = {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input.done %}", "Next": "End"}],
        "Default": "More?",
    }
    up = {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "Done?"}
    assert counting("Do", **{"Do": up, "Done?": early}).smooth.transitions.constant is None


def test_what_is_caught_has_not_counted() -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:f",
        "Assign": {"n": "{% $n + 1 %}"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "More?"}],
        "Next": "More?",
    }
    assert [s.highest for s in counting("Do", Do=task).symbols if s.kind == "rounds"] == [31_536_000 // 30]
