"""A definition moved from JSONPath to JSONata: state by state, and proved by running both."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.importer.migrate import migrate
from flowdsl.importer.migrate_verify import verified, verify
from flowdsl.importer.samples import Samples

LAMBDA = "arn:aws:states:::lambda:invoke"


def machine(**states: Any) -> Definition:
    return Definition({"StartAt": next(iter(states)), "States": states})


def moved(**fields: Any) -> dict[str, Any]:
    """One state's fields in JSONata."""
    ending = {} if fields["Type"] in ("Choice", "Succeed", "Fail") else {"End": True}
    migration = migrate(machine(S={**fields, **ending}))
    assert migration.stayed == ()
    state = migration.definition.document["States"]["S"]
    return {key: value for key, value in state.items() if key not in ("Type", "End", "Next")}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"Type": "Pass"}, {}),
        ({"Type": "Pass", "Result": {"a": 1, "b.$": "$.x"}}, {"Output": {"a": 1, "b.$": "$.x"}}),
        ({"Type": "Pass", "Parameters": {"a.$": "$.x", "b": 1}}, {"Output": {"a": "{% $states.input.x %}", "b": 1}}),
        ({"Type": "Pass", "InputPath": "$.detail"}, {"Output": "{% $states.input.detail %}"}),
        ({"Type": "Pass", "InputPath": None}, {"Output": {}}),
        ({"Type": "Pass", "Result": 1, "ResultPath": "$.n"}, {"Output": '{% $merge([$states.input, {"n": 1}]) %}'}),
        ({"Type": "Pass", "Result": 1, "ResultPath": None}, {}),
        ({"Type": "Pass", "Parameters": {"a.$": "$.x", "b.$": "$.y"}, "OutputPath": "$.a"}, {"Output": "{% $states.input.x %}"}),
        ({"Type": "Pass", "Result": {"n": [1, 2]}, "Assign": {"n.$": "$.n[1]", "c": 3}}, {"Output": {"n": [1, 2]}, "Assign": {"n": 2, "c": 3}}),
        ({"Type": "Wait", "SecondsPath": "$.s"}, {"Seconds": "{% $states.input.s %}"}),
        ({"Type": "Wait", "TimestampPath": "$.t", "OutputPath": "$.rest"}, {"Timestamp": "{% $states.input.t %}", "Output": "{% $states.input.rest %}"}),
        ({"Type": "Succeed", "OutputPath": None}, {"Output": {}}),
        ({"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('no {}', $.c)"}, {"Error": "{% $states.input.e %}", "Cause": '{% "no " & $states.input.c %}'}),
        (
            {"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "OutputPath": "$.Payload"},
            {"Resource": LAMBDA, "Arguments": {"FunctionName": "f", "Payload": "{% $states.input %}"}, "Output": "{% $states.result.Payload %}"},
        ),
        (
            {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "ResultPath": "$.r", "TimeoutSecondsPath": "$.t"},
            {"Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "TimeoutSeconds": "{% $states.input.t %}", "Output": '{% $merge([$states.input, {"r": $states.result}]) %}'},
        ),
        (
            {"Type": "Task", "Resource": LAMBDA, "Parameters": {}, "ResultSelector": {"id.$": "$.Payload.id"}, "ResultPath": "$.r", "OutputPath": "$.r.id", "Assign": {"all.$": "$.Payload"}},
            {"Resource": LAMBDA, "Arguments": {}, "Output": "{% $states.result.Payload.id %}", "Assign": {"all": "{% $states.result.Payload %}"}},
        ),
    ],
)  # fmt: skip
def test_one_state(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    assert moved(**fields) == expected


def test_a_catcher_gets_an_output_for_its_result_path() -> None:
    task = {"Type": "Task", "Resource": LAMBDA, "Parameters": {}, "End": True, "Catch": [
        {"ErrorEquals": ["A"], "Next": "E"},
        {"ErrorEquals": ["B"], "ResultPath": "$.error", "Assign": {"why.$": "$.Cause"}, "Next": "E"},
        {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "E"},
    ]}  # fmt: skip
    migration = migrate(machine(S=task, E={"Type": "Fail"}))
    assert migration.definition.document["States"]["S"]["Catch"] == [
        {"ErrorEquals": ["A"], "Next": "E"},
        {"ErrorEquals": ["B"], "Next": "E", "Assign": {"why": "{% $states.errorOutput.Cause %}"}, "Output": '{% $merge([$states.input, {"error": $states.errorOutput}]) %}'},
        {"ErrorEquals": ["States.ALL"], "Next": "E", "Output": "{% $states.input %}"},
    ]  # fmt: skip


def test_a_choice_carries_its_output_on_every_way() -> None:
    choice = {
        "Type": "Choice",
        "InputPath": "$.d",
        "Default": "E",
        "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "E", "Comment": "one"}],
    }
    migration = migrate(machine(S=choice, E={"Type": "Succeed"}))
    assert migration.definition.document["States"]["S"] == {
        "Type": "Choice",
        "Default": "E",
        "Choices": [
            {
                "Condition": "{% $states.input.d.n = 1 %}",
                "Comment": "one",
                "Next": "E",
                "Output": "{% $states.input.d %}",
            }
        ],
        "Output": "{% $states.input.d %}",
    }


def test_a_map_and_what_is_in_it() -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"x.$": "$.v"}, "End": True}}}
    each = {
        "Type": "Map", "ItemsPath": "$.list", "MaxConcurrencyPath": "$.n", "ItemSelector": {"v.$": "$$.Map.Item.Value", "all.$": "$.list"},
        "Iterator": inner, "ResultPath": "$.made", "End": True,
    }  # fmt: skip
    document = migrate(machine(M=each)).definition.document
    assert document == {
        "QueryLanguage": "JSONata",
        "StartAt": "M",
        "States": {"M": {
            "Type": "Map", "MaxConcurrency": "{% $states.input.n %}", "Items": "{% $states.input.list %}",
            "ItemSelector": {"v": "{% $states.context.Map.Item.Value %}", "all": "{% $states.input.list %}"},
            "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True, "Output": {"x": "{% $states.input.v %}"}}}},
            "Output": '{% $merge([$states.input, {"made": $states.result}]) %}', "End": True,
        }},
    }  # fmt: skip


def test_what_cannot_be_moved_stays_and_the_rest_says_its_language() -> None:
    definition = machine(
        A={"Type": "Pass", "Parameters": {"x.$": "$..id"}, "Next": "B"},
        B={"Type": "Pass", "Parameters": {"y.$": "$.x"}, "End": True},
    )
    migration = migrate(definition)
    assert [(s.state, s.pointer, s.reason) for s in migration.stayed] == [
        ("A", "/States/A", "'..' has no exact form in JSONata")
    ]
    assert not migration.whole
    assert migration.moved == ("B",)
    assert migration.definition.document == {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Parameters": {"x.$": "$..id"}, "Next": "B"},
            "B": {"Type": "Pass", "QueryLanguage": "JSONata", "End": True, "Output": {"y": "{% $states.input.x %}"}},
        },
    }


def test_a_variable_that_hides_a_function_keeps_a_state_as_it_is() -> None:
    definition = machine(
        A={"Type": "Pass", "Assign": {"merge": 1}, "Next": "B"},
        B={"Type": "Pass", "Result": 1, "ResultPath": "$.x", "End": True},
    )
    (stayed,) = migrate(definition).stayed
    assert (stayed.state, stayed.reason) == (
        "B",
        "the variable 'merge' hides the JSONata function $merge, which its form needs",
    )


def test_only_the_states_asked_for_are_moved() -> None:
    definition = machine(
        A={"Type": "Pass", "InputPath": "$.a", "Next": "B"}, B={"Type": "Pass", "InputPath": "$.b", "End": True}
    )
    migration = migrate(definition, frozenset({"B"}))
    assert migration.moved == ("B",)
    assert migration.definition.document["States"]["A"]["InputPath"] == "$.a"


def test_a_jsonata_state_is_left_alone_and_loses_its_mark_in_a_machine_of_its_language() -> None:
    definition = machine(
        A={"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 1 %}", "Next": "B"},
        B={"Type": "Pass", "InputPath": "$", "End": True},
    )
    document = migrate(definition).definition.document
    assert document["States"] == {
        "A": {"Type": "Pass", "Output": "{% 1 %}", "Next": "B"},
        "B": {"Type": "Pass", "End": True},
    }


def test_the_original_is_not_written_to() -> None:
    definition = machine(A={"Type": "Pass", "Parameters": {"x.$": "$.y", "c": [1]}, "ResultPath": "$.z", "End": True})
    before = copy.deepcopy(definition.document)
    migrate(definition)
    assert definition.document == before


def test_malformed_states_stay_and_nothing_is_raised() -> None:
    definition = Definition({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Parameters": {"x.$": 5}, "InputPath": 7}, "B": {"Type": "Choice", "Choices": [{"Variable": "$.x"}, 3]},
        "C": {"Type": "Nothing"}, "D": {"Type": "Map", "ItemsPath": None}, "E": {"Type": "Task", "Catch": [3], "ResultPath": "$.."}, "F": 5,
    }})  # fmt: skip
    migration = migrate(definition)
    assert {s.state for s in migration.stayed} == {"A", "B", "C", "D", "E"}
    assert migration.definition.document == definition.document


ORDER = machine(
    Read={"Type": "Task", "Resource": LAMBDA, "Parameters": {"FunctionName": "f", "Payload.$": "$.order"}, "ResultSelector": {"total.$": "$.Payload.total"}, "ResultPath": "$.read", "Next": "Big?", "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Lost"}]},
    **{"Big?": {"Type": "Choice", "Choices": [{"And": [{"Variable": "$.read.total", "IsPresent": True}, {"Variable": "$.read.total", "NumericGreaterThan": 5}], "Next": "Each"}], "Default": "Done"}},
    Each={"Type": "Map", "ItemsPath": "$.lines", "ItemSelector": {"line.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index"}, "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "Parameters": {"text.$": "States.Format('{}: {}', $.i, $.line.sku)"}, "End": True}}}, "ResultPath": "$.texts", "Next": "Done"},
    Done={"Type": "Pass", "Parameters": {"texts.$": "$.texts[*].text", "id.$": "States.UUID()"}, "ResultPath": "$.end", "OutputPath": "$.end", "End": True},
    Lost={"Type": "Fail", "ErrorPath": "$.error.Error", "Cause": "lost"},
)  # fmt: skip


def test_both_definitions_are_run_and_compared() -> None:
    migration, outcome = verified(ORDER, None, 40)
    assert migration.whole
    assert outcome.differences == []
    assert outcome.refused is None
    assert outcome.compared > 100
    assert outcome.states >= {"Read", "Big?", "Each", "One", "Done", "Lost"}


def test_a_wrong_form_is_found_and_its_state_stays() -> None:
    migration = migrate(ORDER)
    document = copy.deepcopy(migration.definition.document)
    document["States"]["Big?"]["Choices"][0]["Condition"] = "{% $states.input.read.total >= 5 %}"
    wrong = type(migration)(Definition(document), migration.moved, ())
    differences = verify(ORDER, wrong, 40).differences
    assert {d.state for d in differences} >= {"Big?"}
    assert str(differences[-1]).startswith("path: ['Big?', ")


def test_verification_is_the_same_every_time() -> None:
    first, second = verified(ORDER, None, 5, seed=3)[1], verified(ORDER, None, 5, seed=3)[1]
    assert (first.compared, first.failed, first.states) == (second.compared, second.failed, second.states)


def test_made_up_documents_hold_what_the_paths_read() -> None:
    samples = Samples(ORDER)
    documents = [samples.document(Random(seed)) for seed in range(50)]
    assert documents[0] == samples.document(Random(0))
    assert sum("order" in d for d in documents) > 40
    assert any(isinstance(d.get("lines"), list) and d["lines"] for d in documents)
    assert any(isinstance(d.get("read"), dict) and isinstance(d["read"].get("total"), int) for d in documents)


@pytest.mark.corpus
def test_real_definitions_move_wholly_and_do_the_same(
    corpus: Path, corpus_sample: Callable[[list[Path], int], list[Path]]
) -> None:
    tried = whole = 0
    differing: list[str] = []
    for file in corpus_sample(list((corpus / "asl").glob("*.json")), 60):
        record = json.loads(file.read_text(encoding="utf-8"))
        definition = Definition(record.get("definition", record))
        if record.get("known_invalid") or not any(not node.is_jsonata for node in definition.states()):
            continue
        tried += 1
        migration, outcome = verified(definition, None, 2)
        whole += migration.whole
        if outcome.differences:
            differing.append(file.name)
    assert differing == []
    assert whole >= 0.9 * tried
