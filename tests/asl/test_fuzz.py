"""Whatever a file holds: a definition, or one clear line. No other exception, and no hang (each example has its deadline)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowdsl.asl.dump import dumps
from flowdsl.asl.format import formatted
from flowdsl.asl.grammar import check_grammar
from flowdsl.asl.load import load, loads
from flowdsl.diagnostics import FlowDslError
from tests.asl.test_dump import JSON


def outcome(text: str, path: str) -> str:
    """Reads a text as a file of this name and uses whatever comes of it; the refusal, if that is what comes."""
    try:
        for definition in loads(text, path=path, format="yaml" if path.endswith(".yaml") else None):
            list(check_grammar(definition))
            assert json.loads(dumps(definition.document)) == definition.document
            assert all(place.line >= 1 and place.column >= 1 for _, place in definition.source_map)
    except FlowDslError as refusal:
        return str(refusal)
    return ""


@given(st.binary(max_size=60), st.sampled_from(["m.json", "m.yaml", "m.template"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_definition_or_one_line(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    lines: list[str] = []
    try:
        load(path)
    except FlowDslError as refusal:
        lines.append(str(refusal))
    assert all("\n" not in line for line in lines)


KEYS = st.sampled_from(
    [
        *(
            "Resources",
            "Type",
            "Properties",
            "Definition",
            "DefinitionString",
            "DefinitionUri",
            "DefinitionSubstitutions",
        ),
        *(
            "States",
            "StartAt",
            "M",
            "definition",
            "AWSTemplateFormatVersion",
            "Ref",
            "Fn::Sub",
            "Fn::Join",
            "Fn::GetAtt",
        ),
    ]
)
VALUES = st.sampled_from(
    [
        *(
            "AWS::Serverless::StateMachine",
            "AWS::StepFunctions::StateMachine",
            "EXPRESS",
            "{}",
            '{"StartAt":"A"}',
            "${x}",
        ),
        *("s3://b/k", "none.json", "{", "A", None, True, 5, 2.5),
    ]
)
TEMPLATES = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


@given(TEMPLATES)
def test_anything_like_a_template_is_definitions_or_one_line(value: Any) -> None:
    machine = {"Type": "AWS::Serverless::StateMachine", "Properties": value}
    for document in (value, {"Resources": value}, {"Resources": {"M": machine}}, {"definition": value}):
        text = json.dumps(document)
        assert "\n" not in outcome(text, "t.json")
        assert "\n" not in outcome(text, "t.yaml")


@given(JSON)
def test_formatting_changes_nothing_but_the_form_and_is_idempotent(value: Any) -> None:
    text = json.dumps({"StartAt": "A", "States": {"A": value}, "Zz": value})
    once = formatted(text)
    assert json.loads(once) == json.loads(text)
    assert formatted(once) == once


@given(st.text(max_size=60))
def test_any_text_is_formatted_or_refused_in_one_line(text: str) -> None:
    lines: list[str] = []
    try:
        formatted(text)
    except FlowDslError as refusal:
        lines.append(str(refusal))
    assert all("\n" not in line for line in lines)
