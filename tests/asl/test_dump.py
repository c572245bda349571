"""The canonical text: same document, same text, in the order in which a person writes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.asl.dump import canonical, dumps, write
from flowdsl.asl.values import BarePlaceholder
from flowdsl.diagnostics import FlowDslError

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=25,
)


def test_keys_stand_in_the_order_in_which_a_person_writes_them() -> None:
    state = {
        "End": True,
        "Catch": [],
        "Parameters": {"b": 1, "a": 2},
        "Resource": "r",
        "Type": "Task",
        "TimeoutSeconds": 5,
    }
    text = dumps({"States": {"Z": state, "A": {"Type": "Succeed"}}, "StartAt": "Z", "Comment": "c"})
    assert text == (
        '{\n  "Comment": "c",\n  "StartAt": "Z",\n  "States": {\n    "Z": {\n      "Type": "Task",\n      "Resource": "r",\n'
        '      "TimeoutSeconds": 5,\n      "Parameters": {\n        "b": 1,\n        "a": 2\n      },\n      "Catch": [],\n'
        '      "End": true\n    },\n    "A": {\n      "Type": "Succeed"\n    }\n  }\n}\n'
    )


def test_states_and_data_keep_their_order() -> None:
    document = {"StartAt": "B", "States": {"B": {"Type": "Pass", "Result": {"z": 1, "a": 2}, "End": True}, "A": {}}}
    assert json.dumps(canonical(document)) == json.dumps(document)


def test_unknown_keys_stand_behind_the_known_ones_in_their_order() -> None:
    assert list(canonical({"Zz": 1, "States": {}, "Aa": 2, "StartAt": "x"})) == ["StartAt", "States", "Zz", "Aa"]


def test_objects_inside_are_put_in_order_too() -> None:
    rule = {"Next": "B", "Not": {"IsPresent": True, "Variable": "$.a"}}
    document = {"StartAt": "A", "States": {"A": {"Choices": [rule], "Type": "Choice"}}}
    state = canonical(document)["States"]["A"]
    assert list(state) == ["Type", "Choices"]
    assert list(state["Choices"][0]) == ["Not", "Next"]
    assert list(state["Choices"][0]["Not"]) == ["Variable", "IsPresent"]


def test_nothing_is_written_to() -> None:
    document = {"States": {"A": {"End": True, "Type": "Pass"}}, "StartAt": "A"}
    before = json.dumps(document)
    canonical(document)
    assert json.dumps(document) == before


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.0, "2"), (-3.0, "-3"), (0.5, "0.5"), (1e300, "1e+300"), (True, "true"), (None, "null"), (10**30, str(10**30))],
)
def test_a_float_that_is_whole_is_written_as_an_integer(value: Any, text: str) -> None:
    assert write(value) == text


def test_characters_outside_ascii_stay_as_they_are() -> None:
    assert dumps({"Comment": "Größe → 📦"}) == '{\n  "Comment": "Größe → 📦"\n}\n'


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "the definition holds the number nan, which JSON cannot hold"),
        (float("-inf"), "the definition holds the number -inf, which JSON cannot hold"),
        ({1, 2}, "the definition holds a value of type set, which JSON cannot hold"),
        ({5: 1}, "the definition has the member name 5, which is no text"),
        ("\ud800", "the definition holds half of a surrogate pair ('\\ud800'), which no file can hold"),
    ],
)
def test_what_json_cannot_hold_is_refused(value: Any, message: str) -> None:
    with pytest.raises(FlowDslError) as refused:
        dumps({"Comment": value})
    assert str(refused.value) == message


def test_a_bare_placeholder_gets_quotes_unless_it_is_asked_for_bare() -> None:
    document = {"TimeoutSeconds": BarePlaceholder("${Limit}")}
    assert dumps(document) == '{\n  "TimeoutSeconds": "${Limit}"\n}\n'
    assert dumps(document, bare=True) == '{\n  "TimeoutSeconds": ${Limit}\n}\n'


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_depth_is_no_limit(opening: str) -> None:
    value: Any = 1
    for _ in range(5_000):
        value = [value] if opening == "[" else {"a": value}
    text = write(value)
    assert text.count(opening.strip('"a:')) == 5_000
    assert text.splitlines()[5_000].strip().endswith("1")


def test_deep_parts_are_laid_out_like_shallow_ones() -> None:
    value: Any = {"x": [1, {"y": []}, [[2]], {}], "z": "t"}
    for _ in range(150):
        value = [value, {"k": 1}]
    assert write(value) == json.dumps(value, indent=2)


@given(JSON)
def test_the_layout_is_the_one_that_pythons_json_prints(value: Any) -> None:
    def whole(v: Any) -> Any:
        if isinstance(v, float) and v.is_integer() and abs(v) <= 2**53:
            return int(v)
        if isinstance(v, dict):
            return {k: whole(x) for k, x in v.items()}
        return [whole(x) for x in v] if isinstance(v, list) else v

    assert write(value) == json.dumps(whole(value), indent=2, ensure_ascii=False)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5))
def test_the_text_reads_back_as_the_document_and_is_its_own_canonical_text(document: dict[str, Any]) -> None:
    text = dumps(document)
    assert json.loads(text) == document
    assert dumps(json.loads(text)) == text


@given(st.dictionaries(st.sampled_from(["StartAt", "States", "Comment", "Zz"]), JSON, max_size=4), JSON)
def test_the_text_is_the_layout_of_the_canonical_document(document: dict[str, Any], value: Any) -> None:
    assert dumps(document) == write(canonical(document)) + "\n"
    state = {
        "End": True,
        "Type": "Map",
        "Retry": [value, {"MaxAttempts": 1, "ErrorEquals": value}],
        "ItemReader": value,
    }
    machine = {"States": {"A": state, "B": value, "C": {"Choices": value, "Type": "Choice"}}, "StartAt": value}
    nested = {"States": {"M": {"Next": "x", "ItemProcessor": machine, "Type": "Map"}}}
    for whole in (machine, nested):
        assert dumps(whole) == write(canonical(whole)) + "\n"


def test_machines_inside_machines_are_put_in_order_at_any_depth() -> None:
    document: dict[str, Any] = {"States": {"A": {"End": True, "Type": "Pass"}}, "StartAt": "A"}
    for _ in range(300):
        document = {"States": {"A": {"End": True, "ItemProcessor": document, "Type": "Map"}}, "StartAt": "A"}
    text = dumps(document)
    assert text == write(canonical(document)) + "\n"
    assert text.index("StartAt") < text.index("States")
    assert text.count('"End": true') == 301
