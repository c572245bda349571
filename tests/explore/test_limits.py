"""What is large, deep or long: found, or not found, and never a crash."""

from __future__ import annotations

import time

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.explore.explore import explore
from tests.explore.machines import checked, end, jsonata, machine

COUNTED = {
    "JSONPath": machine(
        Begin={"Type": "Pass", "Result": {"n": 0}, "Next": "Count"},
        Count={"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Which"},
        Which={
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericEquals": 500, "Next": "Done"}],
            "Default": "Count",
        },
        Done=end(),
    ),
    "JSONata": jsonata(
        Begin={"Type": "Pass", "Assign": {"n": 0}, "Next": "Count"},
        Count={"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "Which"},
        Which={"Type": "Choice", "Choices": [{"Condition": "{% $n = 900 %}", "Next": "Done"}], "Default": "Count"},
        Done=end(),
    ),
}


@pytest.mark.parametrize("definition", COUNTED.values(), ids=COUNTED.keys())
def test_a_loop_that_counts_to_hundreds_is_gone_through(definition: Definition) -> None:
    found = checked(definition)
    assert found.missed == []
    assert len(found.cases) == 1


def test_what_is_thousands_of_members_deep_is_not_found() -> None:
    found = checked(machine(Deep={"Type": "Pass", "InputPath": "$" + ".a" * 3000, "Next": "Done"}, Done=end()))
    assert [missed.why for missed in found.not_found] == [
        "no input was found that takes it; 'Deep' fails: States.Runtime"
    ]


def test_a_condition_of_hundreds_of_operators_crashes_nothing() -> None:
    condition = " & ".join(["$states.input.a"] * 300) + " = 'b'"
    found = checked(
        jsonata(
            Which={
                "Type": "Choice",
                "Choices": [{"Condition": f"{{% {condition} %}}", "Next": "Done"}],
                "Default": "Other",
            },
            Done=end(),
            Other=end(),
        )
    )
    assert "/States/Which/Choices/0/Next" in {missed.way.pointer for missed in found.not_found}


def test_the_time_holds_for_proofs_too() -> None:
    rules = [
        {
            "And": [
                {"Variable": f"$.a{i % 7}", "StringMatches": f"*{i}*"},
                {"Variable": f"$.b{i % 5}", "NumericGreaterThan": i},
            ],
            "Next": "Done",
        }
        for i in range(100)
    ]
    which = {"Type": "Choice", "Choices": rules, "Default": "Other"}
    begun = time.monotonic()
    found = explore(machine(Which=which, Done=end(), Other=end()), max_seconds=0.5)
    assert time.monotonic() - begun < 3
    assert "no input was found that takes it; the 0.5 seconds that the search may take were over" in {
        missed.why for missed in found.not_found
    }


def test_ways_into_a_loop_that_never_ends_are_taken_and_said_to_have_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowdsl.explore.attempt.MANY_EVENTS", 2_000)
    found = checked(
        machine(
            Begin={"Type": "Pass", "Result": {"n": 0}, "Next": "Pause"},
            Pause={"Type": "Wait", "Seconds": 1, "Next": "Which"},
            Which={
                "Type": "Choice",
                "Choices": [{"Variable": "$.n", "NumericGreaterThanEquals": 5, "Next": "Done"}],
                "Default": "Pause",
            },
            Done=end(),
        )
    )
    assert found.not_found == []
    assert [missed.way.pointer for missed in found.impossible] == ["/States/Which/Choices/0/Next"]
    assert {(missed.way.pointer, missed.why) for missed in found.unending} == {
        (pointer, "it is taken, and then a loop never ends: no run was found that comes to an end")
        for pointer in ("/States/Begin/Next", "/States/Pause/Next", "/States/Which/Default")
    }


def test_the_items_of_a_list_are_plain_values() -> None:
    found = checked(
        jsonata(
            Which={
                "Type": "Choice",
                "Choices": [{"Condition": "{% $count($states.input.list) >= 3 %}", "Next": "Done"}],
                "Default": "Other",
            },
            Done=end(),
            Other=end(),
        )
    )
    assert {"list": ["item", "item", "item"]} in [case.input for case in found.cases]
