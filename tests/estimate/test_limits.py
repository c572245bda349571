"""Estimates against AWS's quotas."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.estimate.amount import Amount
from flowdsl.estimate.estimate import Estimate
from flowdsl.estimate.limits import Limit, Limits, duration, duration_of
from flowdsl.estimate.paths import ends_of

PASS = {"Type": "Pass", "End": True}


def mapped(states: int) -> dict[str, Any]:
    """A Map whose iterations run through so many Pass states."""
    inner: dict[str, Any] = {f"P{i}": {"Type": "Pass", "Next": f"P{i + 1}"} for i in range(states - 1)}
    inner[f"P{states - 1}"] = PASS
    return {
        "StartAt": "Each",
        "States": {"Each": {"Type": "Map", "ItemProcessor": {"StartAt": "P0", "States": inner}, "End": True}},
    }


def limit(document: dict[str, Any], kind: str, type: Any = None, **values: float) -> Limit:
    return next(x for x in Limits(Estimate(Definition(document, type=type)), values).all if x.kind == kind)


def test_the_last_number_of_items_that_fits_is_told() -> None:
    found = limit(mapped(16), "events")
    assert str(found.worst) == "6 + 34 n"
    assert [str(b) for b in found.breaks] == ["at more than 735 items of 'Each'"]
    assert not found.exceeded


def test_the_number_that_is_told_is_where_the_interpreter_breaks_too() -> None:
    from flowdsl.testing import simulate

    document = {"QueryLanguage": "JSONata", **mapped(16)}
    document["States"]["Each"]["Items"] = "{% $states.input %}"
    (found,) = limit(document, "events").breaks
    assert simulate(document, list(range(found.at))).status == "SUCCEEDED"
    assert simulate(document, list(range(found.at + 1))).status == "FAILED"


def test_a_number_that_is_given_decides() -> None:
    assert limit(mapped(16), "events", n=736).exceeded
    assert not limit(mapped(16), "events", n=735).exceeded


def test_an_express_workflow_has_no_history_to_fill() -> None:
    assert [x.kind for x in Limits(Estimate(Definition(mapped(3), type="EXPRESS"))).all] == [
        "duration",
        "payload",
        "definition",
    ]


def test_a_loop_is_told_with_the_time_that_it_takes_to_break() -> None:
    document = {
        "StartAt": "Ask",
        "States": {
            "Ask": {"Type": "Choice", "Choices": [{"Variable": "$.ready", "BooleanEquals": True, "Next": "End"}], "Default": "Rest"},
            "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Ask"},
            "End": {"Type": "Succeed"},
        },
    }  # fmt: skip
    (found,) = limit(document, "events").breaks
    assert str(found) == "at more than 6,248 rounds of the loop at 'Ask' (4 d 8 h at 60 s a round)"


def test_a_loop_that_cannot_go_round_so_often_does_not_break() -> None:
    document = {
        "StartAt": "Ask",
        "TimeoutSeconds": 3600,
        "States": {
            "Ask": {"Type": "Choice", "Choices": [{"Variable": "$.ready", "BooleanEquals": True, "Next": "End"}], "Default": "Rest"},
            "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Ask"},
            "End": {"Type": "Succeed"},
        },
    }  # fmt: skip
    assert limit(document, "events").breaks == ()


def test_a_literal_past_256_kib_is_too_much() -> None:
    found = limit({"StartAt": "A", "States": {"A": {**PASS, "Result": "x" * 270_000}}}, "payload")
    assert found.exceeded
    assert found.about == "the payload of 'A'"
    assert found.pointer == "/States/A"


def test_a_wait_past_the_machines_timeout_is_too_long() -> None:
    document = {"StartAt": "A", "TimeoutSeconds": 60, "States": {"A": {"Type": "Wait", "Seconds": 120, "End": True}}}
    found = limit(document, "duration")
    assert (found.exceeded, found.about, found.quota) == (True, "TimeoutSeconds", 60)


def test_a_worst_case_past_the_timeout_is_only_cut() -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 100}]
    state = {"Type": "Task", "Resource": "arn:aws:states:::http:invoke", "Retry": retry, "End": True}
    found = limit({"StartAt": "A", "TimeoutSeconds": 60, "States": {"A": state}}, "duration")
    assert found.at_values > found.quota
    assert not found.exceeded


def test_a_child_execution_has_a_history_of_its_own() -> None:
    document = mapped(2)
    document["States"]["Each"]["ItemProcessor"]["ProcessorConfig"] = {
        "Mode": "DISTRIBUTED",
        "ExecutionType": "STANDARD",
    }
    found = limit(document, "child events")
    assert (str(found.worst), found.about) == ("6", "the history of a child execution of 'Each'")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.2, "0.2 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_661, "1 h 1 min"),
        (86_400, "1 d"),
        (90_061, "1 d 1 h"),
        (31_536_000, "1 y"),
    ],
)
def test_time_is_told_in_the_units_that_say_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_time_that_depends_is_told_with_its_symbols() -> None:
    amount = Amount.of(3_600) + Amount.symbol("n", 90) + Amount.symbol("t", 2)
    assert duration_of(amount) == "1 h + 1 min 30 s n + 2 t"


def test_each_end_has_its_way_and_its_worst_case() -> None:
    document = {
        "StartAt": "A",
        "States": {
            "A": {
                "Type": "Task",
                "Resource": "arn:aws:states:::dynamodb:getItem",
                "TimeoutSeconds": 5,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
                "Next": "B",
            },
            "B": {"Type": "Wait", "Seconds": 10, "Next": "Good"},
            "Good": {"Type": "Succeed"},
            "Sorry": {"Type": "Fail"},
            "Orphan": {"Type": "Fail"},
        },
    }
    good, sorry = ends_of(Estimate(Definition(document)))
    assert (good.state, good.kind, good.shortest) == ("Good", "succeeds", ("A", "B", "Good"))
    assert (str(good.worst.events), str(good.worst.seconds)) == ("11", "15")
    assert (sorry.state, sorry.kind, sorry.shortest, sorry.smooth) == ("Sorry", "fails", ("A", "Sorry"), None)
    assert (str(sorry.worst.events), str(sorry.worst.seconds)) == ("8", "5")


def test_a_list_that_an_earlier_state_makes_is_counted() -> None:
    from flowdsl.estimate.known_items import known_items

    document = mapped(16)
    document["States"]["Each"]["ItemsPath"] = "$.numbers"
    make = {"Type": "Pass", "Parameters": {"numbers.$": "States.ArrayRange(1, 1000, 1)"}, "Next": "Each"}
    definition = Definition({"StartAt": "Make", "States": {"Make": make, **document["States"]}})
    known = known_items(definition)
    assert known.counts == {"/States/Each": 1_000}
    (events, *_) = Limits(Estimate(definition, item_counts=known.counts)).all
    assert (str(events.worst), events.exceeded) == ("34,008", True)


def test_a_schemas_max_items_bounds_a_map() -> None:
    from flowdsl.estimate.known_items import known_items

    document = mapped(16)
    document["States"]["Each"]["ItemsPath"] = "$.orders"
    orders = {"type": "array", "items": {}, "maxItems": 50}
    schema = {"type": "object", "properties": {"orders": orders}, "required": ["orders"]}
    known = known_items(Definition(document), schema)
    assert known.most == {"/States/Each": 50}
    estimate = Estimate(Definition(document), item_limits=known.most)
    (symbol,) = estimate.symbols
    assert (symbol.highest, symbol.why) == (50, "the list it runs over has 50 items or fewer")


def test_assumed_sizes_break_no_quota_and_given_ones_do() -> None:
    document = mapped(1)
    inner = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sts:getCallerIdentity",
        "Parameters": {},
        "End": True,
    }
    document["States"]["Each"]["ItemProcessor"] = {"StartAt": "Ask", "States": {"Ask": inner}}
    estimate = Estimate(Definition(document), item_counts={"/States/Each": 300})
    (assumed,) = (x for x in Limits(estimate).all if x.kind == "payload")
    (given,) = (x for x in Limits(estimate, sized=True).all if x.kind == "payload")
    assert assumed.at_values > assumed.quota
    assert (assumed.exceeded, given.exceeded) == (False, True)
