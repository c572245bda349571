"""How payloads grow."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.estimate.estimate import Estimate
from flowdsl.estimate.model import Assumptions

INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"}
SIZES = Assumptions(input_bytes=100, result_bytes=1_000, item_bytes=10)


def passed(document: dict[str, Any], state: str) -> str:
    found = Estimate(Definition(document), SIZES).payloads.states
    return str(next(p.passed for p in found.values() if p.node.name == state))


def jsonata(*states: dict[str, Any]) -> dict[str, Any]:
    return {"QueryLanguage": "JSONata", **chain(*states)}


def chain(*states: dict[str, Any]) -> dict[str, Any]:
    named = {f"S{i}": {**state, "Next": f"S{i + 1}"} for i, state in enumerate(states)}
    last = named[f"S{len(states) - 1}"]
    del last["Next"]
    last["End"] = True
    return {"StartAt": "S0", "States": named}


def test_a_literal_has_its_own_size() -> None:
    assert passed(chain({"Type": "Pass", "Result": {"blob": "x" * 300_000}}), "S0") == "300,011"


def test_a_result_that_is_put_beside_the_input_adds_to_it() -> None:
    state = {
        **INVOKE,
        "Parameters": {"FunctionName": "f"},
        "ResultSelector": {"all.$": "$.Payload"},
        "ResultPath": "$.out",
    }
    assert passed(chain(state), "S0") == "1,116"


def test_a_field_that_is_written_again_replaces_what_was_there() -> None:
    state = {"Type": "Pass", "Result": "x" * 98, "ResultPath": "$.a"}
    assert passed(chain(state, state, state), "S2") == passed(chain(state), "S0") == "205"


def test_an_output_is_as_large_as_what_it_reads() -> None:
    state = {
        **INVOKE,
        "Arguments": {"FunctionName": "f"},
        "Output": {"got": "{% $states.result.Payload %}", "ok": True},
    }
    assert passed(jsonata(state), "S0") == "1,019"


def test_a_number_is_small_whatever_it_is_made_of() -> None:
    assert passed(jsonata({"Type": "Pass", "Output": "{% $count($states.input.xs) + 1 %}"}), "S0") == "24"


def test_a_map_hands_over_all_its_results() -> None:
    inner = {"StartAt": "B", "States": {"B": {**INVOKE, "Output": "{% $states.result.Payload %}", "End": True}}}
    assert passed(jsonata({"Type": "Map", "ItemProcessor": inner}), "S0") == "2 + 1,001 n"


def test_a_result_writer_leaves_only_where_it_wrote() -> None:
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "B",
        "States": {"B": {"Type": "Pass", "End": True}},
    }
    assert passed(jsonata({"Type": "Map", "ItemProcessor": inner, "ResultWriter": {}}), "S0") == "400"


def loop(assigned: str) -> dict[str, Any]:
    return {
        "QueryLanguage": "JSONata",
        "StartAt": "Begin",
        "States": {
            "Begin": {"Type": "Pass", "Assign": {"all": []}, "Next": "Ask"},
            "Ask": {**INVOKE, "Assign": {"all": assigned}, "Next": "More?"},
            "More?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.more %}", "Next": "Ask"}], "Default": "End"},
            "End": {"Type": "Succeed", "Output": "{% $all %}"},
        },
    }  # fmt: skip


def test_what_is_gathered_in_a_loop_grows_each_round() -> None:
    assert passed(loop("{% $append($all, $states.result.Payload) %}"), "End").endswith("k")


def test_what_is_replaced_in_a_loop_does_not_grow() -> None:
    assert "k" not in passed(loop("{% $states.result.Payload %}"), "End")


def test_merging_a_field_over_its_old_value_does_not_grow() -> None:
    document = {
        "QueryLanguage": "JSONata",
        "StartAt": "Ask",
        "States": {
            "Ask": {**INVOKE, "Output": "{% $merge([$states.input, {'status': $states.result.Payload}]) %}", "Next": "More?"},
            "More?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.more %}", "Next": "Ask"}], "Default": "End"},
            "End": {"Type": "Succeed"},
        },
    }  # fmt: skip
    assert passed(document, "End") == "1,110"


def test_a_definition_too_deep_to_follow_is_said_to_be_so() -> None:
    inner: dict[str, Any] = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    for depth in range(300):
        inner = {"StartAt": f"M{depth}", "States": {f"M{depth}": {"Type": "Map", "ItemProcessor": inner, "End": True}}}
    found = Estimate(Definition(inner))
    assert not found.payloads.followed
    assert found.payloads.states == {}
    assert found.worst.events.symbols[0] == "n"
