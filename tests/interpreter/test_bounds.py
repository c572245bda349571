"""What a definition from a stranger cannot do: take all the time or all the memory there is, or end in a traceback."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter import budgets
from flowdsl.interpreter.answers import Answer
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.failures import NotSupported
from flowdsl.interpreter.mocks import Mocks
from flowdsl.interpreter.program import compile
from flowdsl.interpreter.sizes import json_size, to_json
from flowdsl.testing import simulate
from tests.interpreter.machines import END, machine, one, task


def jsonata(**states: Any) -> Definition:
    """A JSONata machine that starts at its first state."""
    return Definition({"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}, name="Machine")


def wrapping(rounds: int) -> Definition:
    """A loop that wraps its input ten times a round."""
    output: Any = "{% $states.input %}"
    for _ in range(10):
        output = {"a": output}
    return jsonata(
        Begin={"Type": "Pass", "Assign": {"i": 0}, "Next": "Wrap"},
        Wrap={
            "Type": "Pass",
            "Assign": {"i": "{% $i + 1 %}"},
            "Output": output,
            "Next": "Again",
        },
        Again={
            "Type": "Choice",
            "Choices": [{"Condition": f"{{% $i < {rounds} %}}", "Next": "Wrap"}],
            "Default": "Out",
        },
        Out=END,
    )


@pytest.mark.parametrize(
    "expression",
    [
        "$range(1, 1e12, 1)",
        "$count([1..1e9])",
        "($f := function($x) { 1 + $f($x) }; $f(1))",
        "$length($pad('x', 1000000000))",
        "$count($reduce([1..40], function($a, $b) { $append($a, $a) }, [1]))",
    ],
)
def test_an_expression_that_wants_too_much_is_an_evaluation_error(expression: str) -> None:
    execution = simulate(jsonata(S={"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True}))
    assert execution.error == "States.QueryEvaluationError"


def test_a_value_that_doubles_is_stopped_at_the_payload_limit() -> None:
    state = {"Type": "Pass", "Parameters": {"a.$": "$", "b.$": "$"}, "Next": "S"}
    assert simulate(machine("S", S=state)).error == "States.DataLimitExceeded"


def test_so_it_is_without_quotas_only_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowdsl.interpreter.run.LIMIT_WITHOUT_QUOTAS", 1_000_000)
    state = {"Type": "Pass", "Parameters": {"s.$": "States.Format('{}{}', $.s, $.s)"}, "Next": "S"}
    execution = simulate(machine("S", S=state), {"s": "x"}, quotas=False)
    assert execution.error == "States.DataLimitExceeded"
    assert len(execution.path) == 20


def test_a_history_of_too_many_large_values_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "BYTES", 10 << 20)
    definition = jsonata(S={"Type": "Pass", "Output": "{% $pad('', 100000, 'x') & $string($random()) %}", "Next": "S"})
    with pytest.raises(
        FlowDslError, match=r"^the execution was given up: the values in its history take more than 0 GiB$"
    ):
        simulate(definition)


def test_what_a_map_run_no_longer_holds_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "BYTES", 1 << 20)
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "P",
        "States": {
            "P": {"Type": "Pass", "Parameters": {"big.$": "$$.Execution.Input"}, "Next": "Q"},
            "Q": {"Type": "Pass", "Result": 1, "End": True},
        },
    }
    definition = one(
        Type="Map", ItemProcessor=processor, ItemSelector={"v.$": "$.v"}, ItemsPath="$.n", MaxConcurrency=1
    )
    assert simulate(definition, {"v": "x" * 100_000, "n": list(range(20))}).output == [1] * 20


def test_real_time_is_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 1_000_000, 20))
    monkeypatch.setattr("time.monotonic", lambda: next(ticks))
    with pytest.raises(
        FlowDslError,
        match=r"^the execution was given up after 60 seconds of real time; max_seconds= sets another bound$",
    ):
        simulate(machine("S", S={"Type": "Pass", "Next": "S"}), max_seconds=60)


def test_a_value_may_be_nested_deeply_but_not_too_deeply() -> None:
    execution = simulate(wrapping(110))
    assert execution.status == "SUCCEEDED"
    assert execution.history[-1]["executionSucceededEventDetails"]["output"].count("{") == 1_101
    with pytest.raises(FlowDslError, match=r"^state 'Wrap' makes a value that is nested too deeply to be worked with$"):
        simulate(wrapping(210))


def test_an_input_that_is_nested_too_deeply_is_refused() -> None:
    value: Any = 1
    for _ in range(5_000):
        value = [value]
    with pytest.raises(FlowDslError, match=r"^the input is nested too deeply to be worked with$"):
        simulate(one(Type="Pass"), value)


def test_maps_and_parallels_nested_beyond_all_measure_are_refused() -> None:
    inner: dict[str, Any] = {"StartAt": "S", "States": {"S": END}}
    for _ in range(10_000):
        inner = {"StartAt": "S", "States": {"S": {"Type": "Parallel", "Branches": [inner], "End": True}}}
    with pytest.raises(NotSupported, match=r"^state 'S': Maps and Parallels are nested more than 200 deep$"):
        simulate(inner)


def test_a_failure_ends_everything_at_the_deepest_nesting() -> None:
    waiting = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 100, "End": True}}}
    for _ in range(199):
        waiting = {"StartAt": "S", "States": {"S": {"Type": "Parallel", "Branches": [waiting], "End": True}}}
    failing = {"StartAt": "V", "States": {"V": {"Type": "Wait", "Seconds": 1, "Next": "F"}, "F": {"Type": "Fail"}}}
    execution = simulate(one(Type="Parallel", Branches=[waiting, failing]), quotas=False)
    assert (execution.status, execution.elapsed_seconds) == ("FAILED", 1)


def test_workflows_that_start_each_other_for_ever_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from flowdsl.asl.bindings import Binding, Bindings

    request = {"StateMachineArn": "${Me}", "Input": {}}
    document = {
        "StartAt": "S",
        "States": {
            "S": {
                "Type": "Task",
                "Resource": "arn:aws:states:::states:startExecution.sync:2",
                "Parameters": request,
                "End": True,
            }
        },
    }
    bindings = Bindings(placeholders={"Me": Binding("Me", "state-machine", f"{__name__}:mirror")})
    monkeypatch.setitem(globals(), "mirror", Definition(document, bindings=bindings, name="mirror"))
    with pytest.raises(FlowDslError, match=r"^executions start each other more than 50 deep$"):
        simulate(globals()["mirror"])


def test_the_json_of_a_deep_value_is_that_of_a_flat_one() -> None:
    value: Any = {"a": [], "b": {}, "c": [1, {"d": None, 'é"': [True, 1.5]}, []]}
    expected = '{"a":[],"b":{},"c":[1,{"d":null,"é\\"":[true,1.5]},[]]}'
    for _ in range(1_500):
        value, expected = [value], f"[{expected}]"
    assert to_json(value) == expected
    assert json_size(value) == len(expected.encode())


def test_variables_have_the_payload_limit_and_ten_megabytes_together() -> None:
    definition = jsonata(
        S={
            "Type": "Pass",
            "Assign": {"a": "{% $pad('', 200000, 'x') %}", "b": "{% $pad('', 200000, 'x') %}"},
            "End": True,
        }
    )
    assert simulate(definition).error == "States.DataLimitExceeded"
    many = {
        f"S{i}": {"Type": "Pass", "Assign": {f"v{i}": "{% $pad('', 250000, 'x') %}"}, "Next": f"S{i + 1}"}
        for i in range(50)
    }
    execution = simulate(jsonata(**many, S50=END))
    assert (execution.error, execution.failed_state) == ("States.DataLimitExceeded", "S41")


def test_setting_one_variable_again_and_again_costs_no_room() -> None:
    definition = jsonata(
        S={"Type": "Pass", "Assign": {"i": 0}, "Next": "T"},
        T={"Type": "Pass", "Assign": {"i": "{% $i + 1 %}", "big": "{% $pad('', 30000, 'x') %}"}, "Next": "C"},
        C={"Type": "Choice", "Choices": [{"Condition": "{% $i < 400 %}", "Next": "T"}], "Default": "U"},
        U=END,
    )
    assert simulate(definition).status == "SUCCEEDED"


def test_a_definition_over_a_mebibyte_runs_only_without_quotas() -> None:
    definition = one(Type="Pass", Result="x" * 1_100_000)
    with pytest.raises(FlowDslError, match=r"AWS takes 1,048,576 \(quotas=False runs it all the same\)$"):
        simulate(definition)
    assert simulate(definition, quotas=False).status == "SUCCEEDED"


@pytest.mark.parametrize("name", ["", "x" * 81, "a b", "a/b", "a\x00"])
def test_a_name_that_aws_refuses_is_refused(name: str) -> None:
    with pytest.raises(FlowDslError, match=r"^an execution's name "):
        simulate(one(Type="Pass"), name=name)


SUBJECTS = [
    machine("S", S=task(Retry=[{"ErrorEquals": ["A"], "MaxAttempts": 1}], Catch=[{"ErrorEquals": ["States.ALL"], "Next": "E"}], TimeoutSeconds=5, Next="E"), E=END),
    machine("C", C={"Type": "Choice", "Choices": [{"And": [{"Variable": "$.a", "IsPresent": True}, {"Variable": "$.a", "NumericLessThan": 3}], "Next": "W"}], "Default": "W"}, W={"Type": "Wait", "SecondsPath": "$.a", "Next": "E"}, E=END),
    one(Type="Parallel", Branches=[{"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"v.$": "$.a"}, "End": True}}}, {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "X"}}}], Catch=[{"ErrorEquals": ["X"], "ResultPath": "$.e", "Next": "S"}]),
    one(Type="Map", ItemsPath="$.items", ItemSelector={"i.$": "$$.Map.Item.Index"}, MaxConcurrency=2, ItemProcessor={"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}),
    one(Type="Map", ItemsPath="$.items", ItemBatcher={"MaxItemsPerBatch": 2}, ToleratedFailureCount=1, ItemProcessor={"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}),
    jsonata(S={"Type": "Map", "Items": "{% $states.input.items %}", "ItemProcessor": {"StartAt": "P", "States": {"P": {"Type": "Pass", "Output": "{% $states.input * 2 %}", "End": True}}}, "Assign": {"v": "{% $sum($states.result) %}"}, "Output": "{% $v %}", "End": True}),
]  # fmt: skip
STRANGE: list[Any] = [
    None, True, 0, -1, 1.5, 10**20, "", "$", "$.a", "$$", "{% 1 %}", "{% $states.input %}", "{%", "${X}", "States.ALL", "x",
    [], {}, [1], {"a": 1}, "JSONata", "JSONPath", "$..*", "States.Format('{}')", "2026-01-01T00:00:00Z", "DISTRIBUTED",
]  # fmt: skip


def mutated(document: dict[str, Any], pick: random.Random) -> dict[str, Any]:
    """A document with something left out, or something strange in its place."""
    document = copy.deepcopy(document)
    places: list[tuple[Any, Any]] = []
    stack: list[Any] = [document]
    while stack:
        top = stack.pop()
        for key in list(top) if isinstance(top, dict) else range(len(top)):
            places.append((top, key))
            if isinstance(top[key], (dict, list)):
                stack.append(top[key])
    for holder, key in pick.sample(places, 2):
        if pick.random() < 0.2 and isinstance(holder, dict):
            holder.pop(key, None)
        elif isinstance(holder, dict) or key < len(holder):
            holder[key] = copy.deepcopy(pick.choice(STRANGE))
    return document


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SUBJECTS), st.integers(0, 10**9))
def test_a_damaged_definition_is_refused_or_runs_but_never_ends_in_a_traceback(subject: Definition, seed: int) -> None:
    pick = random.Random(seed)
    document = mutated(subject.document, pick)
    answer = Answer(pick.choice([{}, {"a": 1}, [1], "x", None]))
    try:
        program = compile(Definition(document))
        execution = start(
            program, {"a": 1, "items": [1, 2]}, Mocks(program, handlers=False, missing=answer), max_events=2_000
        )
        execution.finish()
    except FlowDslError:
        return
    assert execution.status in ("SUCCEEDED", "FAILED", "TIMED_OUT", "RUNNING")
    assert [event["id"] for event in execution.history] == list(range(1, len(execution.history) + 1))
