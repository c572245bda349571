"""What no input can take, and why."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.explore.explore import explore
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.mocks import Mocks
from flowdsl.interpreter.program import program_of
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.ways import taken
from tests.explore.machines import end, explored, jsonata, machine, task

Json = Any


def choice(*rules: Json, **more: Json) -> Json:
    return {"Type": "Choice", "Choices": list(rules), **more}


@pytest.mark.parametrize(
    ("states", "way", "why"),
    [
        (
            {
                "A": choice(
                    {"Variable": "$.n", "NumericGreaterThan": 5, "Next": "X"},
                    {"Variable": "$.n", "NumericGreaterThan": 9, "Next": "Y"},
                    Default="Y",
                ),
                "X": end(),
                "Y": end(),
            },
            "A Choices[1] -> Y",
            "earlier rules of 'A' take everything that rule 1 is for",
        ),
        (
            {
                "A": choice(
                    {"Variable": "$.n", "NumericEquals": 5, "Next": "X"},
                    {"Variable": "$.n", "NumericEquals": 5, "Next": "Y"},
                    Default="Y",
                ),
                "X": end(),
                "Y": end(),
            },
            "A Choices[1] -> Y",
            "rule 0 of 'A' has the same condition, and comes first",
        ),
        (
            {
                "A": choice(
                    {
                        "And": [
                            {"Variable": "$.n", "NumericGreaterThan": 5},
                            {"Variable": "$.n", "NumericLessThan": 3},
                        ],
                        "Next": "X",
                    },
                    Default="Y",
                ),
                "X": end(),
                "Y": end(),
            },
            "A Choices[0] -> X",
            "the condition of rule 0 of 'A' contradicts itself",
        ),
        (
            {"A": {"Type": "Pass", "Next": "C"}, "B": {"Type": "Pass", "Next": "C"}, "C": end()},
            "B Next -> C",
            "nothing leads to 'B'",
        ),
        (
            {
                "A": task(
                    Catch=[
                        {"ErrorEquals": ["X"], "Next": "C"},
                        {"ErrorEquals": ["X"], "Next": "C"},
                    ],
                    End=True,
                ),
                "C": end(),
            },
            "A Catch[1] -> C",
            "Catch[0] of 'A' takes 'X' first",
        ),
        (
            {
                "A": {"Type": "Pass", "Result": {"n": 1}, "Next": "B"},
                "B": choice({"Variable": "$.n", "NumericEquals": 2, "Next": "X"}, Default="Y"),
                "X": end(),
                "Y": end(),
            },
            "B Choices[0] -> X",
            "rule 0 of 'B' never holds: $.n is never so",
        ),
        (
            {
                "A": {"Type": "Pass", "Result": {"n": 1}, "Next": "B"},
                "B": {"Type": "Pass", "InputPath": "$.m", "Next": "C"},
                "C": end(),
            },
            "B Next -> C",
            "'B' always fails: it reads $.m, and nothing is there",
        ),
        (
            {
                "A": {
                    "Type": "Parallel",
                    "Branches": [{"StartAt": "F", "States": {"F": end("Fail", Error="E")}}],
                    "Next": "C",
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}],
                },
                "C": end(),
            },
            "A Next -> C",
            "branch 'F' of 'A' never ends well",
        ),
    ],
)
def test_a_way_that_is_closed_is_told_with_the_reason(states: dict[str, Json], way: str, why: str) -> None:
    found = explored(**states)
    assert [(str(missed.way), missed.why, missed.proved) for missed in found.missed] == [(way, why, True)]


def test_what_lies_behind_a_closed_way_is_closed() -> None:
    found = explored(
        A={"Type": "Pass", "Result": {"n": 1}, "Next": "B"},
        B=choice({"Variable": "$.n", "NumericEquals": 2, "Next": "X"}, Default="Z"),
        X={"Type": "Pass", "Next": "Y"},
        Y={"Type": "Pass", "Next": "Z"},
        Z=end(),
    )
    assert [(str(missed.way), missed.why) for missed in found.impossible] == [
        ("B Choices[0] -> X", "rule 0 of 'B' never holds: $.n is never so"),
        ("X Next -> Y", "rule 0 of 'B' never holds: $.n is never so"),
        ("Y Next -> Z", "rule 0 of 'B' never holds: $.n is never so; 'Y' comes only after that"),
    ]


def test_a_choice_of_a_schema_without_the_value_is_closed() -> None:
    definition = machine(
        A=choice({"Variable": "$.tier", "StringEquals": "gold", "Next": "X"}, Default="Y"), X=end(), Y=end()
    )
    schema = {"type": "object", "required": ["tier"], "properties": {"tier": {"enum": ["silver", "bronze"]}}}
    assert [str(m.way) for m in explore(definition, schema).impossible] == ["A Choices[0] -> X"]


def test_what_fails_in_a_child_execution_can_be_caught() -> None:
    found = explored(
        Each={
            "Type": "Map",
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Read",
                "States": {"Read": {"Type": "Pass", "InputPath": "$.x", "End": True}},
            },
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Sorry"}],
            "End": True,
        },
        Sorry=end(),
    )
    assert found.impossible == []


def test_an_error_that_no_fail_state_inside_raises_is_not_caught() -> None:
    branch = {"StartAt": "Stop", "States": {"Stop": end("Fail", Error="Stopped")}}
    found = explored(
        Both={
            "Type": "Parallel",
            "Branches": [branch],
            "Catch": [{"ErrorEquals": ["Stoped"], "Next": "Sorry"}, {"ErrorEquals": ["Stopped"], "Next": "Sorry"}],
            "End": True,
        },
        Sorry=end(),
    )
    assert [(str(missed.way), missed.why) for missed in found.impossible] == [
        ("Both Catch[0] -> Sorry", "nothing in 'Both' fails with 'Stoped'")
    ]
    assert found.not_found == []


def test_a_call_that_is_no_callback_has_no_token_to_read() -> None:
    token = {"token.$": "$$.Task.Token"}
    found = explored(Call=task(Parameters=token, Next="Done"), Done=end())
    assert [(str(missed.way), missed.why) for missed in found.missed] == [
        ("Call Next -> Done", "'Call' always fails: it reads $$.Task.Token, and only what waits for a token has one")
    ]
    waiting = {"FunctionName": "f", "Payload": token}
    waits = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": waiting}
    assert explored(Call={**waits, "TimeoutSeconds": 9, "Next": "Done"}, Done=end()).missed == []


def test_what_chance_decides_is_not_said_to_be_impossible() -> None:
    found = explore(
        jsonata(
            A=choice({"Condition": "{% $random() > 0.999999 %}", "Next": "X"}, Default="Y"),
            X=end(),
            Y=end(),
        )
    )
    assert [(str(missed.way), missed.proved) for missed in found.missed] == [("A Choices[0] -> X", False)]


# -- soundness -------------------------------------------------------------------------------------------------------------

scalars = st.sampled_from([0, 1, 2, 3, "a", "b", "", True, False, None])
inputs = st.fixed_dictionaries({}, optional={"x": scalars, "y": scalars, "z": st.lists(scalars, max_size=2)})
tests_of_x = st.sampled_from(
    [
        {"NumericEquals": 1},
        {"NumericGreaterThan": 1},
        {"NumericLessThanEquals": 2},
        {"StringEquals": "a"},
        {"StringGreaterThan": "a"},
        {"BooleanEquals": True},
        {"IsPresent": True},
        {"IsPresent": False},
        {"IsNull": True},
        {"IsString": True},
        {"IsNumeric": False},
    ]
)
single = st.builds(lambda name, test: {"Variable": f"$.{name}", **test}, st.sampled_from(["x", "y"]), tests_of_x)
conditions = st.recursive(
    single,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"And": parts}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda parts: {"Or": parts}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda part: {"Not": part}, inner),
    ),
    max_leaves=3,
)
passes = st.sampled_from(
    [{}, {"Result": {"x": 1, "y": "a"}}, {"Parameters": {"x.$": "$.y", "y": 2}}, {"Result": "a", "ResultPath": "$.x"}]
)
expressions = st.sampled_from(
    [
        "$states.input.x = 1",
        "$states.input.x > 1",
        "$exists($states.input.y)",
        "$states.input.y = 'a' and $states.input.x != 'a'",
        "$not($states.input.x = 1)",
        "$count($states.input.z) > 1",
        "$type($states.input.x) = 'string'",
    ]
)


def ways_by_chance(definition: Any, values: list[Json]) -> set[str]:
    found: set[str] = set()
    program = program_of(definition)
    for value in values:
        kept: list[Run] = []

        class Tally:
            def ended(self, run: Run, kept: list[Run] = kept) -> None:
                kept.append(run)

        start(program, value, Mocks(program), tally=Tally(), max_events=500).finish()
        found |= set().union(*(taken(run) for run in kept))
    return found


@given(
    st.lists(conditions, min_size=1, max_size=3),
    st.lists(conditions, min_size=1, max_size=2),
    passes,
    st.lists(inputs, min_size=20, max_size=40),
)
def test_no_input_by_chance_takes_what_is_said_to_be_impossible(
    first: list[Json], second: list[Json], between: Json, values: list[Json]
) -> None:
    definition = machine(
        One=choice(*({**c, "Next": "Mid"} for c in first), Default="Two"),
        Mid={"Type": "Pass", **between, "Next": "Two"},
        Two=choice(*({**c, "Next": "Yes"} for c in second), Default="No"),
        Yes=end(),
        No=end(),
    )
    closed = {missed.way.pointer for missed in explore(definition).impossible}
    assert ways_by_chance(definition, values) & closed == set()


@given(
    st.lists(expressions, min_size=1, max_size=3),
    st.lists(expressions, min_size=1, max_size=2),
    st.lists(inputs, min_size=20, max_size=40),
)
def test_nor_in_jsonata(first: list[str], second: list[str], values: list[Json]) -> None:
    definition = jsonata(
        One=choice(*({"Condition": f"{{% {c} %}}", "Next": "Mid"} for c in first), Default="Two"),
        Mid={"Type": "Pass", "Output": {"x": "{% $states.input.y %}", "z": []}, "Next": "Two"},
        Two=choice(*({"Condition": f"{{% {c} %}}", "Next": "Yes"} for c in second), Default="No"),
        Yes=end(),
        No=end(),
    )
    closed = {missed.way.pointer for missed in explore(definition).impossible}
    assert ways_by_chance(definition, values) & closed == set()


@given(st.lists(conditions, min_size=1, max_size=3), passes, st.lists(inputs, min_size=20, max_size=40))
def test_what_inputs_by_chance_take_is_found(rules: list[Json], before: Json, values: list[Json]) -> None:
    definition = machine(
        Zero={"Type": "Pass", **before, "Next": "One"},
        One=choice(*({**c, "Next": "Yes"} for c in rules), Default="No"),
        Yes=end(),
        No=end(),
    )
    missed = {missed.way.pointer for missed in explore(definition).missed}
    assert ways_by_chance(definition, values) & missed == set()
