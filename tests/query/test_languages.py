"""Which variables a state reads, in either language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.query.languages import variables_read


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"InputPath": "$answer", "OutputPath": "$.answer", "ResultPath": "$.x"}, ("answer",)),
        ({"Parameters": {"a.$": "$v.x", "b": "$literal", "c": {"d.$": "States.Format('{}', $w, $$.State.Name)"}}}, ("v", "w")),
        ({"Result": {"a.$": "$v"}, "Assign": {"n.$": "States.MathAdd($n, 1)"}}, ("n",)),
        ({"Choices": [{"And": [{"Variable": "$v", "NumericEqualsPath": "$limit"}], "Next": "N"}]}, ("limit", "v")),
        ({"ErrorPath": "$e", "CausePath": "States.Format('{}', $c)"}, ("c", "e")),
        ({"ItemProcessor": {"States": {"S": {"InputPath": "$inner"}}}, "ItemsPath": "$items"}, ("items",)),
        ({"Parameters": {"bad.$": "$["}, "InputPath": "$ok"}, ("ok",)),
    ],
)  # fmt: skip
def test_jsonpath(fields: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert variables_read(fields, jsonata=False) == expected


def test_jsonata() -> None:
    fields = {
        "Arguments": {"a": "{% $v & $sum($list) %}", "b": "$literal"},
        "Output": ["{% ($own := 1; $own + $other) %}", "{% 1 + %}"],
        "Catch": [{"Output": "{% $caught %}"}],
        "Branches": [{"States": {"S": {"Output": "{% $inner %}"}}}],
    }
    assert variables_read(fields, jsonata=True) == ("caught", "list", "other", "v")


@pytest.mark.corpus
def test_they_equal_the_recorded_ones(corpus: Path) -> None:
    files = sorted((corpus / "conformance" / "validation" / "variable_references").glob("*.json"))
    assert files
    for file in files:
        case = json.loads(file.read_text(encoding="utf-8"))
        states = Definition(case["definition"]).states()
        found = {s.name: list(names) for s in states if (names := variables_read(s.fields, s.is_jsonata))}
        assert found == case["expected"]["variableReferences"], file.name
