"""AWS's quotas: payload, history, time; and what cannot hang."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter.sizes import LIMIT, fits, json_size
from flowdsl.testing import simulate, start
from tests.interpreter.machines import END, chain, kinds, loop, machine, one, task

BIG = "x" * (LIMIT - 2)
"""As JSON text exactly the limit."""

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(values, st.integers(0, 400))
def test_the_cheap_bound_never_lets_a_large_value_pass(value: Any, limit: int) -> None:
    assert fits(value, limit) == (json_size(value) <= limit) or type(value) in (bool, int, float, type(None))


def test_the_limit_counts_bytes_of_utf_8() -> None:
    assert fits(BIG)
    assert not fits(BIG + "x")
    assert fits("é" * ((LIMIT - 2) // 2))
    assert not fits("é" * (LIMIT // 2))


def test_a_pass_that_gives_too_much_fails_the_execution() -> None:
    execution = simulate(one(Type="Pass", Parameters={"a.$": "States.Array($, $)"}), "x" * 200_000)
    assert execution.error == "States.DataLimitExceeded"
    assert execution.cause == (
        "The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit."
    )
    assert kinds(execution) == ["ExecutionStarted", "PassStateEntered", "ExecutionFailed"]


def test_a_task_that_returns_too_much_fails_and_can_be_caught() -> None:
    fields = task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Caught"}], Next="Out")
    execution = simulate(machine("S", S=fields, Out=END, Caught=END), {}, {"S": BIG})
    assert execution.output["Error"] == "States.DataLimitExceeded"
    assert "'lambda'" in execution.output["Cause"]
    assert kinds(execution)[4:6] == ["TaskFailed", "TaskStateExited"]


def test_an_output_that_becomes_too_large_is_beyond_any_catch() -> None:
    fields = task(
        OutputPath="$", ResultPath="$.r", Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Caught"}], Next="Out"
    )
    execution = simulate(machine("S", S=fields, Out=END, Caught=END), {"kept": "x" * 100_000}, {"S": "x" * 200_000})
    assert (execution.status, execution.error) == ("FAILED", "States.DataLimitExceeded")
    assert kinds(execution)[-2:] == ["TaskSucceeded", "ExecutionFailed"]


def test_an_input_that_is_too_large_is_refused() -> None:
    with pytest.raises(FlowDslError, match="larger than 262,144 bytes"):
        simulate(one(Type="Pass"), BIG + "x")


def test_quotas_can_be_left_out() -> None:
    execution = simulate(one(Type="Pass", Parameters={"a.$": "States.Array($, $)"}), BIG + "x", quotas=False)
    assert execution.status == "SUCCEEDED"


def test_an_endless_loop_ends_at_the_last_event() -> None:
    execution = simulate(loop(), {"n": 0})
    assert (execution.status, execution.error) == ("FAILED", "States.Runtime")
    assert execution.cause == "The execution reached the maximum number of history events (25000)."
    assert len(execution.history) == 25_000
    assert execution.history[-1]["previousEventId"] == 24_999


def test_event_25000_may_be_the_success() -> None:
    # ExecutionStarted, two events for each state, ExecutionSucceeded.
    execution = simulate(chain(12_499))
    assert (execution.status, len(execution.history)) == ("SUCCEEDED", 25_000)
    assert simulate(chain(12_500)).error == "States.Runtime"


def test_a_branch_that_runs_into_the_end_of_the_history_ends_everything() -> None:
    inner = loop().document
    fan = {
        "Type": "Parallel",
        "Branches": [inner, {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 9, "End": True}}}],
    }
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    execution = simulate(machine("P", P={**fan, "Catch": catch, "End": True}, Caught=END), {"n": 0})
    assert (execution.status, len(execution.history)) == ("FAILED", 25_000)


def test_an_express_loop_is_given_up_in_bounded_time() -> None:
    began = time.monotonic()
    with pytest.raises(FlowDslError, match=r"did not end within 50,000 events"):
        simulate(loop(), {"n": 0}, type="EXPRESS", max_events=50_000)
    assert time.monotonic() - began < 5


def test_an_express_execution_ends_after_five_minutes() -> None:
    execution = simulate(one(Type="Wait", Seconds=301), type="EXPRESS")
    assert (execution.status, execution.elapsed_seconds) == ("TIMED_OUT", 300)


def test_a_standard_execution_ends_after_a_year() -> None:
    execution = simulate(one(Type="Wait", Seconds=99_999_999))
    assert (execution.status, execution.elapsed_seconds) == ("TIMED_OUT", 31_536_000)


def test_the_machines_time_out_is_one_event_that_points_nowhere() -> None:
    definition = machine("W", W={"Type": "Wait", "Seconds": 60, "End": True})
    definition.document["TimeoutSeconds"] = 5
    execution = simulate(definition)
    assert (execution.status, execution.error, execution.elapsed_seconds) == ("TIMED_OUT", None, 5)
    last = execution.history[-1]
    assert (last["type"], last["previousEventId"]) == ("ExecutionTimedOut", 0)
    assert last["executionTimedOutEventDetails"] == {"error": "States.Timeout"}


def test_ten_thousand_states_are_no_matter() -> None:
    assert simulate(chain(10_000), quotas=False).status == "SUCCEEDED"


def test_an_express_map_over_forty_thousand_items_finishes() -> None:
    processor = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    execution = simulate(one(Type="Map", ItemProcessor=processor), [1] * 40_000, type="EXPRESS")
    assert len(execution.output) == 40_000


def test_the_clock_ends_with_the_year_9999() -> None:
    for_ever = machine("W", W={"Type": "Wait", "Seconds": 99_999_999, "Next": "W"})
    with pytest.raises(FlowDslError, match="the execution's clock has run past the year 9999"):
        simulate(for_ever, quotas=False)
    with pytest.raises(FlowDslError, match="past the year 9999"):
        start(for_ever, quotas=False).advance("99999999999999999999y")
    with pytest.raises(FlowDslError, match="inf is no duration"):
        start(for_ever).advance(float("inf"))


LARGE = {"Type": "Pass", "Result": "x" * 200_000, "End": True}
FAN_OUTS = {
    "Parallel": {"Branches": [{"StartAt": name, "States": {name: LARGE}} for name in ("B", "C")]},
    "Map": {"ItemProcessor": {"StartAt": "B", "States": {"B": LARGE}}},
}


@pytest.mark.parametrize("type", FAN_OUTS)
@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
def test_the_outputs_of_branches_and_iterations_have_the_limit_together(type: str, kind: Any) -> None:
    execution = simulate(one(Type=type, **FAN_OUTS[type]), [1, 2], type=kind)
    assert (execution.error, execution.failed_state) == ("States.DataLimitExceeded", "S")
    assert execution.cause == (
        "The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit."
    )


@pytest.mark.parametrize("type", FAN_OUTS)
def test_so_they_have_in_jsonata(type: str) -> None:
    fields = {"Type": type, **FAN_OUTS[type], "QueryLanguage": "JSONata"}
    assert simulate(one(**fields), [1, 2]).error == "States.DataLimitExceeded"
    told = simulate(one(**fields, Output="{% $count($states.result) %}"), [1, 2])
    assert told.output == 2


@pytest.mark.parametrize("type", FAN_OUTS)
def test_what_is_left_of_the_outputs_is_what_counts(type: str) -> None:
    kept = simulate(one(Type=type, **FAN_OUTS[type], ResultPath=None), [1, 2])
    assert kept.output == [1, 2]
    selected = simulate(one(Type=type, **FAN_OUTS[type], ResultSelector={"n.$": "States.ArrayLength($)"}), [1, 2])
    assert selected.output == {"n": 2}
    whole = simulate(one(Type=type, **FAN_OUTS[type], ResultSelector={"all.$": "$"}), [1, 2])
    assert whole.error == "States.DataLimitExceeded"


def test_a_loop_of_branches_that_doubles_its_value_ends_at_the_limit() -> None:
    began = time.monotonic()
    branches = [{"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}} for name in ("B", "C")]
    execution = simulate(machine("A", A={"Type": "Parallel", "Branches": branches, "Next": "A"}), {})
    assert (execution.error, execution.path.count("A")) == ("States.DataLimitExceeded", 16)
    assert time.monotonic() - began < 5


def test_of_ten_thousand_large_outputs_no_more_is_looked_at_than_the_limit_holds() -> None:
    began = time.monotonic()
    processor = {"StartAt": "B", "States": {"B": {**LARGE}}}
    definition = one(Type="Map", ItemsPath="$.n", ItemProcessor=processor, ResultPath="$.r")
    execution = simulate(definition, {"n": [0] * 10_000}, type="EXPRESS")
    assert execution.error == "States.DataLimitExceeded"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("fields", [{"InputPath": "$..*"}, {"OutputPath": "$..*"}])
@pytest.mark.parametrize("type", ["Choice", "Wait", "Succeed"])
def test_a_path_that_multiplies_its_value_is_held_to_the_limit_everywhere(type: str, fields: dict[str, str]) -> None:
    deep: Any = "x" * 10_000
    for _ in range(40):
        deep = {"a": deep}
    rest: dict[str, Any] = {"Choice": {"Choices": [{"Variable": "$$.State.Name", "IsPresent": True, "Next": "End"}]}}
    state = {"Type": type, **fields, **rest.get(type, {"Next": "End"} if type == "Wait" else {})}
    if type == "Wait":
        state["Seconds"] = 1
    assert simulate(machine("S", S=state, End=END), deep).error == "States.DataLimitExceeded"


def test_an_item_that_an_expression_makes_too_large_fails_the_map() -> None:
    fields = {
        "Type": "Map",
        "QueryLanguage": "JSONata",
        "Items": "{% [1, $pad('', 300000, 'x')] %}",
        "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}},
        "Output": 1,
    }
    assert simulate(one(**fields)).error == "States.DataLimitExceeded"


def test_an_item_of_a_distributed_map_that_is_too_large_fails_the_map() -> None:
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "B",
        "States": {"B": END},
    }
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": "b", "Key": "k"},
    }
    fields = {"Type": "Map", "ItemProcessor": processor, "ItemReader": reader, "Next": "Out"}
    catch = [{"ErrorEquals": ["States.DataLimitExceeded"], "Next": "Caught"}]
    execution = simulate(machine("S", S={**fields, "Catch": catch}, Out=END, Caught=END), {}, s3={"b/k": [BIG + "x"]})
    assert execution.path[-1] == "Caught"
