"""What is found: an input and mocks for every way that can be taken."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.asl.load import load_one
from flowdsl.diagnostics import FlowDslError
from flowdsl.explore.explore import explore
from flowdsl.interpreter.mocks import Hangs, Raises, Returns
from tests.conftest import ROOT
from tests.explore.machines import checked, end, explored, jsonata, machine, task, ways_of

EXAMPLES = sorted((ROOT / "workflows").glob("*.asl.json"))


# -- the input -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ({"NumericGreaterThan": 1000}, lambda x: x > 1000),
        ({"NumericLessThanEquals": -3.5}, lambda x: x <= -3.5),
        ({"StringEquals": "gold"}, lambda x: x == "gold"),
        ({"StringMatches": "*.pdf"}, lambda x: x.endswith(".pdf")),
        ({"BooleanEquals": False}, lambda x: x is False),
        ({"IsNull": True}, lambda x: x is None),
        ({"TimestampGreaterThan": "2030-01-01T00:00:00Z"}, lambda x: x > "2030-01-01T00:00:00Z"),
    ],
)
def test_a_rule_of_a_choice_is_given_a_value_that_it_holds_for(rule: Any, holds: Callable[[Any], bool]) -> None:
    found = explored(
        Which={"Type": "Choice", "Choices": [{"Variable": "$.x", **rule, "Next": "Yes"}], "Default": "No"},
        Yes=end(),
        No=end(),
    )
    assert found.missed == []
    by_end = {case.path[-1]: case.input for case in found.cases}
    assert holds(by_end["Yes"]["x"])
    assert "x" not in by_end["No"] or not holds(by_end["No"]["x"])


@pytest.mark.parametrize(
    ("tests", "holds"),
    [
        ([{"StringMatches": "a*"}, {"StringMatches": "*b"}], lambda x: x[0] == "a" and x[-1] == "b"),
        ([{"StringGreaterThan": "a"}, {"StringLessThan": "b"}], lambda x: "a" < x < "b"),
        ([{"StringGreaterThanEquals": "m"}, {"StringLessThanEquals": "m"}], lambda x: x == "m"),
        (
            [{"TimestampGreaterThan": "2026-01-01T00:00:00Z"}, {"TimestampLessThan": "2026-01-01T00:00:02Z"}],
            lambda x: x == "2026-01-01T00:00:01Z",
        ),
    ],
)
def test_several_comparisons_of_one_text_are_fulfilled_at_once(tests: list[Any], holds: Callable[[Any], bool]) -> None:
    rule = {"And": [{"Variable": "$.x", **each} for each in tests], "Next": "Yes"}
    found = explored(Which={"Type": "Choice", "Choices": [rule], "Default": "No"}, Yes=end(), No=end())
    assert found.missed == []
    by_end = {case.path[-1]: case.input["x"] for case in found.cases}
    assert holds(by_end["Yes"])
    assert not holds(by_end["No"])


def test_each_of_several_ranges_of_a_text_is_found_and_what_is_in_none() -> None:
    rules = [
        {
            "And": [
                {"Variable": "$.x", "StringGreaterThanEquals": low},
                {"Variable": "$.x", "StringLessThan": high},
            ],
            "Next": "Yes",
        }
        for low, high in ("ag", "gm", "mz")
    ]
    found = explored(Which={"Type": "Choice", "Choices": rules, "Default": "No"}, Yes=end(), No=end())
    assert found.missed == []


def test_a_text_is_as_long_as_asked_for_and_begins_as_asked_for() -> None:
    condition = "{% $length($states.input.s) = 3 and $substring($states.input.s, 0, 1) = 'q' %}"
    found = checked(
        jsonata(
            Which={"Type": "Choice", "Choices": [{"Condition": condition, "Next": "Yes"}], "Default": "No"},
            Yes=end(),
            No=end(),
        )
    )
    assert found.missed == []
    assert {"s": "qxx"} in [case.input for case in found.cases]


def test_a_condition_in_jsonata_is_turned_round() -> None:
    found = checked(
        jsonata(
            Which={
                "Type": "Choice",
                "Choices": [
                    {"Condition": "{% $count($states.input.lines[quantity * 2 > 10]) > 0 %}", "Next": "Many"},
                    {"Condition": "{% $uppercase($states.input.tier) = 'GOLD' %}", "Next": "Gold"},
                ],
                "Default": "Other",
            },
            Many=end(),
            Gold=end(),
            Other=end(),
        )
    )
    assert found.missed == []
    assert {case.path[-1] for case in found.cases} == {"Many", "Gold", "Other"}


def test_the_input_fits_the_schema_that_is_given() -> None:
    schema = {
        "type": "object",
        "required": ["id", "tier"],
        "properties": {"id": {"type": "integer", "minimum": 7}, "tier": {"enum": ["gold", "silver"]}},
        "additionalProperties": False,
    }
    definition = machine(
        Which={
            "Type": "Choice",
            "Choices": [{"Variable": "$.tier", "StringEquals": "silver", "Next": "Silver"}],
            "Default": "Gold",
        },
        Silver=end(),
        Gold=end(),
    )
    given = [case.input for case in explore(definition, schema).cases]
    assert {value["tier"] for value in given} == {"gold", "silver"}
    assert all(value.keys() == {"id", "tier"} and value["id"] >= 7 for value in given)


def test_what_a_state_reads_is_in_the_input() -> None:
    [case] = explored(Only=task(Parameters={"to.$": "$.customer.email", "n.$": "$.lines[1].sku"}, End=True)).cases
    assert case.status == "SUCCEEDED"
    assert case.input["customer"]["email"] == "ada@example.com"
    assert len(case.input["lines"]) == 2


# -- what calls answer -----------------------------------------------------------------------------------------------------


def test_a_result_is_as_a_later_choice_asks() -> None:
    found = explored(
        Look=task(ResultPath="$.seen", Next="Which"),
        Which={
            "Type": "Choice",
            "Choices": [{"Variable": "$.seen.status", "StringEquals": "READY", "Next": "Yes"}],
            "Default": "No",
        },
        Yes=end(),
        No=end(),
    )
    assert found.missed == []
    ready = next(case for case in found.cases if case.path[-1] == "Yes")
    assert ready.mocks["Look"]["status"] == "READY"


def test_each_catcher_is_given_an_error_that_it_takes() -> None:
    found = explored(
        Call=task(
            TimeoutSeconds=5,
            Catch=[
                {"ErrorEquals": ["Declined"], "Next": "Declined"},
                {"ErrorEquals": ["States.Timeout"], "Next": "Late"},
                {"ErrorEquals": ["States.ALL"], "Next": "Broken"},
            ],
            End=True,
        ),
        Declined=end(),
        Late=end(),
        Broken=end(),
    )
    assert found.missed == []
    mocks = {case.path[-1]: case.mocks["Call"] for case in found.cases}
    assert isinstance(mocks["Declined"], Raises)
    assert mocks["Declined"].error == "Declined"
    assert isinstance(mocks["Late"], Hangs)
    assert isinstance(mocks["Broken"], Raises)
    assert mocks["Broken"].error not in ("Declined", "States.Timeout")


def test_a_retrier_is_given_an_error_and_then_an_answer() -> None:
    found = explored(Call=task(Retry=[{"ErrorEquals": ["Busy"], "MaxAttempts": 2}], End=True))
    assert found.missed == []
    [failure, answer] = found.cases[1].mocks["Call"]
    assert failure.error == "Busy"
    assert found.cases[1].status == "SUCCEEDED"
    assert answer == found.cases[0].mocks["Call"]


def test_a_catcher_behind_a_retrier_comes_when_all_tries_are_used_up() -> None:
    found = explored(
        Call=task(
            Retry=[{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],
            Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Broken"}],
            End=True,
        ),
        Broken=end(),
    )
    assert found.missed == []
    assert {case.chain for case in found.cases} >= {"Call [tried again x2] [RuntimeError caught] > Broken"}


def test_a_result_that_is_a_list_is_one_answer() -> None:
    found = explored(
        Lines=task(Next="Each"),
        Each={"Type": "Map", "ItemProcessor": {"StartAt": "One", "States": {"One": task(End=True)}}, "End": True},
    )
    assert isinstance(found.cases[0].mocks["Lines"], Returns)


def test_a_cause_that_says_nothing_is_left_out() -> None:
    found = explored(Call=task(Catch=[{"ErrorEquals": ["X"], "Next": "Broken"}], End=True), Broken=end())
    assert repr(found.cases[1].mocks["Call"]) == "raises('X')"


def test_a_cause_that_is_read_is_made_to_be_read() -> None:
    found = checked(
        jsonata(
            Call=task(
                Catch=[{"ErrorEquals": ["X"], "Output": "{% $parse($states.errorOutput.Cause) %}", "Next": "Why"}],
                End=True,
            ),
            Why={
                "Type": "Choice",
                "Choices": [{"Condition": "{% $states.input.reason = 'stock' %}", "Next": "Stock"}],
                "Default": "Other",
            },
            Stock=end(),
            Other=end(),
        )
    )
    assert found.missed == []
    stock = next(case for case in found.cases if case.path[-1] == "Stock")
    assert json.loads(stock.mocks["Call"].cause)["reason"] == "stock"


# -- loops, branches, items --------------------------------------------------------------------------------------------------


def test_a_loop_goes_round_once_more_and_then_ends() -> None:
    found = explored(
        Look=task(ResultPath="$.job", Next="Status"),
        Status={
            "Type": "Choice",
            "Choices": [{"Variable": "$.job.status", "StringEquals": "DONE", "Next": "Done"}],
            "Default": "Pause",
        },
        Pause={"Type": "Wait", "Seconds": 60, "Next": "Look"},
        Done=end(),
    )
    assert found.missed == []
    assert [case.chain for case in found.cases] == [
        "Look > Status > Done",
        "Look > Status > Pause > Look > Status > Done",
    ]


def test_a_loop_that_counts_goes_as_often_as_it_must() -> None:
    found = checked(
        jsonata(
            Begin={"Type": "Pass", "Assign": {"tries": 0}, "Next": "Try"},
            Try=task(Assign={"tries": "{% $tries + 1 %}"}, Output="{% $states.result %}", Next="Enough"),
            Enough={
                "Type": "Choice",
                "Choices": [
                    {"Condition": "{% $states.input.ok = true %}", "Next": "Good"},
                    {"Condition": "{% $tries >= 5 %}", "Next": "Bad"},
                ],
                "Default": "Try",
            },
            Good=end(),
            Bad=end(),
        )
    )
    assert found.missed == []
    assert "Begin > (Try > Enough) x5 > Bad" in [case.chain for case in found.cases]


def test_a_loop_that_needs_more_rounds_than_allowed_is_not_found() -> None:
    definition = jsonata(
        Begin={"Type": "Pass", "Assign": {"n": 0}, "Next": "Next"},
        Next={"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "Enough"},
        Enough={"Type": "Choice", "Choices": [{"Condition": "{% $n >= 50 %}", "Next": "Done"}], "Default": "Next"},
        Done=end(),
    )
    assert explore(definition).missed == []
    assert {missed.why for missed in explore(definition, max_rounds=10).missed} == {
        "no input was found that takes it; that takes more than 10 rounds of a loop"
    }


def test_what_a_parallel_catches_fails_in_a_branch() -> None:
    found = explored(
        Both={
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Left", "States": {"Left": task(End=True)}},
                {"StartAt": "Right", "States": {"Right": task(End=True)}},
            ],
            "Catch": [{"ErrorEquals": ["Lost"], "Next": "Sorry"}],
            "End": True,
        },
        Sorry=end(),
    )
    assert found.missed == []
    assert found.cases[1].chain == "Both {Left | Right} [Lost caught] > Sorry"


def test_a_map_gets_items() -> None:
    found = explored(
        Each={
            "Type": "Map",
            "ItemsPath": "$.orders",
            "ItemProcessor": {
                "StartAt": "Paid",
                "States": {
                    "Paid": {
                        "Type": "Choice",
                        "Choices": [{"Variable": "$.paid", "BooleanEquals": True, "Next": "Ship"}],
                        "Default": "Keep",
                    },
                    "Ship": task(End=True),
                    "Keep": end(),
                },
            },
            "End": True,
        }
    )
    assert found.missed == []
    assert {case.chain for case in found.cases} == {"Each {Paid > Ship}", "Each {Paid > Keep}"}


def test_a_distributed_map_reads_an_object_that_is_there() -> None:
    found = explored(
        Each={
            "Type": "Map",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
                "Parameters": {"Bucket": "orders", "Key.$": "$.key"},
            },
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "Kind",
                "States": {
                    "Kind": {
                        "Type": "Choice",
                        "Choices": [{"Variable": "$.kind", "StringEquals": "return", "Next": "Back"}],
                        "Default": "Ship",
                    },
                    "Back": end(),
                    "Ship": end(),
                },
            },
            "End": True,
        }
    )
    assert found.missed == []
    [name] = {name for case in found.cases for name in case.s3}
    assert name == f"orders/{found.cases[0].input['key']}"
    assert any("return" in case.s3[name] for case in found.cases)


# -- all of it -------------------------------------------------------------------------------------------------------------


def test_a_case_takes_something_that_none_before_it_takes() -> None:
    found = explore(load_one(ROOT / "workflows" / "fulfil_order.asl.json"))
    seen: set[str] = set()
    for case in found.cases:
        new = {way.pointer for way in case.new}
        assert new
        assert not new & seen
        seen |= {way.pointer for way in case.ways}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda p: p.name.removesuffix(".asl.json"))
def test_every_way_of_the_examples_is_taken(file: Path) -> None:
    found = checked(load_one(file))
    assert found.missed == []
    assert ways_of(found) == {way.pointer for way in found.ways}


def test_the_same_definition_gives_the_same_paths_whatever_the_order_of_hashes() -> None:
    code = (
        "import json, sys\n"
        "from flowdsl.asl.load import load_one\n"
        "from flowdsl.explore.cases import written\n"
        "from flowdsl.explore.explore import explore\n"
        "for file in sys.argv[1:]:\n"
        "    found = explore(load_one(file))\n"
        "    print(found.runs, [(c.name, c.chain, json.dumps(c.input), json.dumps(written(c.mocks))) for c in found.cases])\n"
    )
    files = [str(file) for file in EXAMPLES if file.name[0] in "eft"]
    told = {
        subprocess.run(
            [sys.executable, "-c", code, *files],
            env={"PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


@pytest.mark.corpus
def test_nearly_every_way_of_valid_definitions_is_taken(
    corpus: Path, corpus_sample: Callable[[list[Path], int], list[Path]]
) -> None:
    files = sorted((corpus / "checks" / "valid").glob("*.json"))
    if not files:
        pytest.skip("FLOWDSL_CORPUS has no valid definitions of checks")
    whole = missed = 0
    for file in corpus_sample(files, 60):
        try:
            found = checked(load_one(file))
        except FlowDslError:
            continue
        whole += len(found.ways) - len(found.impossible)
        missed += len(found.not_found)
    assert whole
    assert (whole - missed) / whole >= 0.95


@pytest.mark.corpus
def test_no_real_definition_takes_long(corpus: Path, corpus_sample: Callable[[list[Path], int], list[Path]]) -> None:
    files = sorted((corpus / "asl").glob("*.json"))
    if not files:
        pytest.skip("FLOWDSL_CORPUS has no real definitions")
    for file in corpus_sample(files, 20):
        try:
            definition = load_one(file)
            explore(definition, max_seconds=5)
        except FlowDslError:
            continue


# -- where it ends -----------------------------------------------------------------------------------------------------------


def test_when_the_time_is_up_the_rest_is_said_not_to_be_looked_for() -> None:
    definition = load_one(ROOT / "workflows" / "fulfil_order.asl.json")
    found = explore(definition, max_seconds=0)
    assert found.cases == []
    assert {missed.why for missed in found.missed} == {
        "no input was found that takes it; the 0 seconds that the search may take were over"
    }
    assert not any(missed.proved for missed in found.missed)


def test_a_loop_that_never_ends_is_given_up() -> None:
    found = explored(A={"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "A"})
    assert found.cases == []
    assert len(found.missed) == 2


def test_what_cannot_be_run_is_said_by_the_interpreter() -> None:
    with pytest.raises(FlowDslError, match=r"^state 'A', Next: goes to 'B', which is no state here"):
        explore(machine(A={"Type": "Pass", "Next": "B"}))


def test_each_way_is_told_of_once() -> None:
    definition = load_one(ROOT / "workflows" / "claim_voucher.asl.json")
    told: list[None] = []
    found = explore(definition, on_way=lambda: told.append(None))
    assert len(told) == len(found.ways)


def test_nothing_is_written_into_the_definition() -> None:
    definition = load_one(ROOT / "workflows" / "fulfil_order.asl.json")
    before = json.dumps(definition.document)
    explore(definition)
    assert json.dumps(definition.document) == before


def test_a_thousand_states_in_a_row_take_a_second_not_a_minute() -> None:
    states = {f"S{i}": {"Type": "Pass", "Next": f"S{i + 1}"} for i in range(1_000)}
    found = explore(Definition({"StartAt": "S0", "States": {**states, "S1000": end()}}), max_seconds=10)
    assert found.missed == []


def test_catchers_in_catchers_take_no_time_that_doubles_with_each() -> None:
    def nested(depth: int) -> Any:
        if depth == 0:
            return {"StartAt": "Call", "States": {"Call": task(End=True)}}
        catch = [{"ErrorEquals": ["States.ALL"], "Next": f"Caught{depth}"}]
        both = {"Type": "Parallel", "Branches": [nested(depth - 1)], "Catch": catch, "End": True}
        return {"StartAt": f"Both{depth}", "States": {f"Both{depth}": both, f"Caught{depth}": end()}}

    found = explore(Definition(nested(40)), max_seconds=20)
    assert found.cases[-1].chain.endswith("Both1 {Call} [RuntimeError caught] > Caught1" + "}" * 39)
    assert not any("seconds" in missed.why for missed in found.missed)
