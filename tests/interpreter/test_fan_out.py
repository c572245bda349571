"""Parallel and inline Map: what runs at once, in which order it is told, and how it fails."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.interpreter.failures import NotSupported
from flowdsl.testing import raises, returns, simulate
from tests.interpreter.machines import END, chained, kinds, machine, task

WAIT = {"Type": "Wait", "SecondsPath": "$", "End": True}


def branch(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def parallel(*branches: dict[str, Any], **fields: Any) -> Any:
    return machine(
        "P", P={"Type": "Parallel", "Branches": list(branches), "Next": "Out", **fields}, Out=END, Caught=END
    )


def mapped(processor: dict[str, Any], **fields: Any) -> Any:
    return machine("M", M={"Type": "Map", "ItemProcessor": processor, "Next": "Out", **fields}, Out=END, Caught=END)


def test_two_branches_wait_at_the_same_time() -> None:
    ten, twenty = ({"Type": "Wait", "Seconds": s, "End": True} for s in (10, 20))
    assert simulate(parallel(branch(A=ten), branch(B=twenty))).elapsed_seconds == 20


def test_the_result_is_in_the_order_of_the_branches() -> None:
    late = {"Type": "Wait", "Seconds": 5, "Next": "A2"}
    first = branch(A=late, A2={"Type": "Pass", "Result": "a", "End": True})
    second = branch(B={"Type": "Pass", "Result": "b", "End": True})
    assert simulate(parallel(first, second)).output == ["a", "b"]


def test_branches_interleave_and_each_has_its_own_chain() -> None:
    def two(name: str) -> dict[str, Any]:
        return branch(**{f"{name}1": {"Type": "Pass", "Next": f"{name}2"}, f"{name}2": {"Type": "Pass", "End": True}})

    execution = simulate(parallel(two("A"), two("B")))
    assert chained(execution)[1:12] == [
        (0, "ParallelStateEntered"),
        (2, "ParallelStateStarted"),
        (3, "PassStateEntered"),
        (4, "PassStateExited"),
        (3, "PassStateEntered"),
        (6, "PassStateExited"),
        (5, "PassStateEntered"),
        (8, "PassStateExited"),
        (7, "PassStateEntered"),
        (10, "PassStateExited"),
        (11, "ParallelStateSucceeded"),
    ]
    assert chained(execution)[12] == (11, "ParallelStateExited")


def test_a_failing_branch_stops_the_others() -> None:
    failing = branch(F={"Type": "Wait", "Seconds": 1, "Next": "Boom"}, Boom={"Type": "Fail", "Error": "Boom"})
    waiting = branch(W={"Type": "Wait", "Seconds": 100, "End": True})
    execution = simulate(parallel(failing, waiting))
    assert (execution.error, execution.elapsed_seconds) == ("Boom", 1)
    assert chained(execution)[-4:] == [
        (6, "FailStateEntered"),
        (7, "WaitStateAborted"),
        (7, "ParallelStateFailed"),
        (9, "ExecutionFailed"),
    ]


def test_a_task_that_ends_its_branch_is_aborted_too() -> None:
    execution = simulate(parallel(branch(T={**task(), "End": True})), {}, {"T": raises("Boom")})
    assert chained(execution)[-4:] == [
        (6, "TaskFailed"),
        (7, "TaskStateAborted"),
        (7, "ParallelStateFailed"),
        (9, "ExecutionFailed"),
    ]


def test_a_retried_parallel_starts_again_without_a_word_of_failure() -> None:
    execution = simulate(
        parallel(branch(F={"Type": "Fail", "Error": "Boom"}), Retry=[{"ErrorEquals": ["Boom"], "MaxAttempts": 1}])
    )
    assert kinds(execution)[2:] == [
        "ParallelStateStarted",
        "FailStateEntered",
        "ParallelStateStarted",
        "FailStateEntered",
        "ParallelStateFailed",
        "ExecutionFailed",
    ]


def test_an_interpreter_error_in_a_branch_ends_the_execution_at_once() -> None:
    lost = branch(L={"Type": "Pass", "Parameters": {"m.$": "$.nope"}, "End": True})
    execution = simulate(parallel(lost, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]), {"x": "a"})
    assert chained(execution)[3:] == [(3, "PassStateEntered"), (4, "ExecutionFailed")]
    assert execution.cause == (
        "An error occurred while executing the state 'L' (entered at the event id #4). "
        "The JSONPath '$.nope' specified for the field 'm.$' could not be found in the input '{\"x\":\"a\"}'"
    )


def test_a_caught_branch_failure_exits_the_parallel() -> None:
    failing = branch(F={"Type": "Fail", "Error": "Boom", "Cause": "why"})
    execution = simulate(parallel(failing, Catch=[{"ErrorEquals": ["Boom"], "Next": "Caught"}]))
    assert execution.output == {"Error": "Boom", "Cause": "why"}
    assert kinds(execution)[4:6] == ["ParallelStateFailed", "ParallelStateExited"]


def test_a_branch_reads_outer_variables_and_keeps_its_own() -> None:
    begin = {"Type": "Pass", "Assign": {"outer": 1}, "Next": "P"}
    inner = branch(
        A={"Type": "Pass", "Assign": {"mine.$": "States.MathAdd($outer, 1)"}, "Next": "A2"},
        A2={"Type": "Pass", "Parameters": {"v.$": "$mine"}, "End": True},
    )
    other = branch(B={"Type": "Pass", "Parameters": {"v.$": "$mine"}, "End": True})
    fan = {"Type": "Parallel", "Branches": [inner], "End": True}
    assert simulate(machine("S", S=begin, P=fan)).output == [{"v": 2}]
    fan = {"Type": "Parallel", "Branches": [inner, other], "End": True}
    assert simulate(machine("S", S=begin, P=fan)).error == "States.Runtime"


def test_a_map_runs_every_item_at_once_unless_told_otherwise() -> None:
    assert simulate(mapped(branch(W=WAIT)), [10, 30, 20]).elapsed_seconds == 30
    assert simulate(mapped(branch(W=WAIT), MaxConcurrency=1), [10, 30, 20]).elapsed_seconds == 60
    assert simulate(mapped(branch(W=WAIT), MaxConcurrency=2), [10, 30, 20]).elapsed_seconds == 30


def test_an_inline_map_runs_forty_at_once_by_itself() -> None:
    assert simulate(mapped(branch(W=WAIT)), [10] * 80).elapsed_seconds == 20


def test_the_output_is_in_the_order_of_the_items() -> None:
    assert simulate(mapped(branch(W=WAIT)), [3, 1, 2]).output == [3, 1, 2]


def test_a_sequential_map_chains_from_the_last_inner_event() -> None:
    execution = simulate(mapped(branch(A={"Type": "Pass", "End": True}), MaxConcurrency=1), [7, 8])
    assert chained(execution)[3:13] == [
        (3, "MapIterationStarted"),
        (4, "PassStateEntered"),
        (5, "PassStateExited"),
        (6, "MapIterationSucceeded"),
        (6, "MapIterationStarted"),
        (8, "PassStateEntered"),
        (9, "PassStateExited"),
        (10, "MapIterationSucceeded"),
        (11, "MapStateSucceeded"),
        (11, "MapStateExited"),
    ]


def test_a_map_over_nothing_succeeds_with_nothing() -> None:
    execution = simulate(mapped(branch(A=END)), [])
    assert execution.output == []
    assert chained(execution)[2:5] == [(2, "MapStateStarted"), (3, "MapStateSucceeded"), (3, "MapStateExited")]


def test_item_selector_sees_the_item_and_the_maps_own_input() -> None:
    selector = {
        "item.$": "$$.Map.Item.Value",
        "at.$": "$$.Map.Item.Index",
        "all.$": "$.items",
        "name.$": "$$.State.Name",
    }
    definition = mapped(branch(A={"Type": "Pass", "End": True}), ItemsPath="$.items", ItemSelector=selector)
    first, second = simulate(definition, {"items": ["a", "b"]}).output
    assert first == {"item": "a", "at": 0, "all": ["a", "b"], "name": "M"}
    assert (second["item"], second["at"]) == ("b", 1)


def test_what_is_no_list_is_no_list_of_items() -> None:
    execution = simulate(mapped(branch(A=END), ItemsPath="$.items"), {"items": {"a": 1}})
    assert execution.error == "States.Runtime"
    assert str(execution.cause).endswith('Reference path "$.items" must point to array.')


def test_a_failing_iteration_stops_the_map() -> None:
    definition = mapped(branch(T={**task(), "End": True}), MaxConcurrency=3)
    execution = simulate(definition, [1, 2, 3], {"T": [returns(1, after=9), raises("Boom"), returns(1, after=9)]})
    assert (execution.error, execution.elapsed_seconds) == ("Boom", 0)
    told = [(e["type"], e.get("mapIterationFailedEventDetails", {}).get("index")) for e in execution.history]
    assert ("MapIterationFailed", 1) in told
    assert kinds(execution).count("MapIterationAborted") == 2
    assert kinds(execution)[-2:] == ["MapStateFailed", "ExecutionFailed"]


def test_a_retried_map_runs_every_item_again() -> None:
    definition = mapped(branch(T={**task(), "End": True}), MaxConcurrency=1, Retry=[{"ErrorEquals": ["Boom"]}])
    execution = simulate(definition, [1, 2], {"T": [1, raises("Boom"), 10, 20]})
    assert execution.output == [10, 20]
    assert kinds(execution).count("MapStateStarted") == 2
    assert "MapStateFailed" not in kinds(execution)


def test_a_sequence_of_answers_goes_to_the_items_in_order() -> None:
    execution = simulate(mapped(branch(T={**task(), "End": True})), ["a", "b", "c"], {"T": [1, 2, 3]})
    assert execution.output == [1, 2, 3]
    assert [call.index for call in execution.calls] == [0, 1, 2]


def test_a_path_may_lead_to_a_number_in_a_string() -> None:
    definition = mapped(branch(W=WAIT), MaxConcurrencyPath="$.limit", ItemsPath="$.items")
    assert simulate(definition, {"limit": "1", "items": [5, 5]}).elapsed_seconds == 10
    refused = simulate(definition, {"limit": "NoNumber", "items": [5, 5]})
    assert str(refused.cause).endswith(
        'The MaxConcurrencyPath field refers to value "NoNumber" which is not a valid integer: $.limit'
    )


def test_maps_inside_maps_keep_their_items_apart() -> None:
    inner = {"Type": "Map", "ItemProcessor": branch(A={"Type": "Pass", "End": True}), "End": True}
    assert simulate(mapped(branch(Inner=inner)), [[1, 2], [], [3]]).output == [[1, 2], [], [3]]


@pytest.mark.parametrize("depth", [200])
def test_deep_nesting_needs_no_recursion(depth: int) -> None:
    state: dict[str, Any] = {"Type": "Wait", "Seconds": 1, "End": True}
    scope = branch(Leaf=state)
    for level in range(depth):
        scope = branch(**{f"P{level}": {"Type": "Parallel", "Branches": [scope], "End": True}})
    from flowdsl.asl.definition import Definition

    assert simulate(Definition(scope)).elapsed_seconds == 1


def test_a_branch_may_not_assign_what_is_assigned_around_it() -> None:
    inner = {"StartAt": "In", "States": {"In": {"Type": "Pass", "Assign": {"v": 2}, "End": True}}}
    both = {"Type": "Parallel", "Branches": [inner], "End": True}
    definition = machine("Set", Set={"Type": "Pass", "Assign": {"v": 1}, "Next": "Both"}, Both=both)
    with pytest.raises(
        NotSupported, match=r"^state 'In', Assign: the variable 'v' is also assigned in the scope around it$"
    ):
        simulate(definition)
