"""State machines in SAM and CloudFormation templates: definition, type, substitutions, and the places in the template."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flowdsl.asl.definition import Definition
from flowdsl.asl.functions import text_of, without_functions
from flowdsl.asl.load import load, load_one, loads
from flowdsl.diagnostics import FlowDslError

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Charge: {Type: AWS::Serverless::Function}
  Orders: {Type: AWS::DynamoDB::Table}
  Inline:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      DefinitionSubstitutions:
        ChargeArn: !GetAtt Charge.Arn
      Definition:
        StartAt: A
        States:
          A:
            Type: Task
            Resource: ${ChargeArn}
            Parameters: {Table: !Ref Orders, Where: !Sub "arn:${AWS::Region}"}
            End: true
  Text:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineType: !Ref Kind
      DefinitionString: !Sub |
        {
          "StartAt": "A",
          "States": {
            "A": {"Type": "Wait", "Seconds": ${Pause}, "End": true}
          }
        }
  Joined:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString:
        Fn::Join:
          - ""
          - - '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"'
            - !GetAtt [Charge, Arn]
            - '","End":true}}}'
  File:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: machines/file.asl.json}
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    (tmp_path / "machines").mkdir()
    (tmp_path / "machines" / "file.asl.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}')
    return path


def place(definition: Definition, pointer: str) -> str:
    found = definition.source_map.locate(pointer)
    return "" if found is None else f"{Path(found.path).name}:{found.line}:{found.column}"


def test_every_machine_of_a_template_is_a_definition(template: Path) -> None:
    assert [(d.name, d.type) for d in load(template)] == [
        ("Inline", "EXPRESS"),
        ("Text", None),
        ("Joined", "STANDARD"),
        ("File", "STANDARD"),
    ]


def test_an_inline_definition_has_its_functions_as_placeholders(template: Path) -> None:
    found = load_one(template, resource="Inline")
    assert found.document["States"]["A"] == {
        "Type": "Task",
        "Resource": "${ChargeArn}",
        "Parameters": {"Table": "${Orders}", "Where": "arn:${AWS::Region}"},
        "End": True,
    }
    assert place(found, "/States/A/Resource") == "template.yaml:17:23"
    assert {n: b.kind for n, b in found.bindings.placeholders.items()} == {
        "ChargeArn": "lambda",
        "Orders": "table",
        "AWS::Region": "value",
    }


def test_a_definition_string_has_its_places_in_the_template(template: Path) -> None:
    found = load_one(template, resource="Text")
    assert found.document["States"]["A"] == {"Type": "Wait", "Seconds": "${Pause}", "End": True}
    assert place(found, "/States/A/Seconds") == "template.yaml:28:46"
    assert found.bindings.placeholders["Pause"].type == "number"


def test_a_joined_definition_string_is_placed_where_it_begins(template: Path) -> None:
    found = load_one(template, resource="Joined")
    assert found.document["States"]["A"]["Resource"] == "${Charge.Arn}"
    assert place(found, "/States/A/Resource") == "template.yaml:35:9"


def test_a_definition_in_a_file_is_read_beside_the_template(template: Path) -> None:
    found = load_one(template, resource="File")
    assert place(found, "/States/A/Type") == "file.asl.json:1:43"


def test_a_template_in_json_is_read_too() -> None:
    machine = json.dumps({"StartAt": "Ä", "States": {}})
    resources = {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString": machine}}}
    text = json.dumps({"Resources": resources})
    (found,) = loads(text, path="t.json")
    assert found.document["StartAt"] == "Ä"
    assert text[text.index("StartAt") :].startswith('StartAt\\": \\"\\\\u00c4')
    at = found.source_map.locate("/StartAt")
    assert at is not None
    assert text[at.column - 1 :].startswith('\\"\\\\u00c4')


def refused(template: str, resource: str | None = None) -> str:
    with pytest.raises(FlowDslError) as error:
        loads(template, path="t.yaml", format="yaml", resource=resource)
    return str(error.value)


def machine(properties: str) -> str:
    return f"Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties: {properties}\n"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (
            "Resources: {F: {Type: AWS::SNS::Topic}}",
            "t.yaml:1:12: the template has no state machine (a resource of type AWS::Serverless::StateMachine or "
            "AWS::StepFunctions::StateMachine)",
        ),
        (machine("{}"), "t.yaml:4:17: the state machine 'M' has no Definition, DefinitionString or DefinitionUri"),
        (machine("{DefinitionUri: none.json}"), "t.yaml:4:33: there is no file 'none.json'"),
        (
            machine("{DefinitionUri: s3://b/k}"),
            "t.yaml:4:33: the definition of 'M' stands in S3, not in a file that can be read here",
        ),
        (
            machine("{DefinitionString: '{'}"),
            "t.yaml:4:36: the text ends inside the object that opens at 4:36; it is cut off",
        ),
        (
            machine("{DefinitionString: '[]'}"),
            "t.yaml:4:17: the definition of 'M' is no object with StartAt and States",
        ),
        (
            "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n",
            "t.yaml:3:5: the state machine 'M' has no Properties",
        ),
    ],
)
def test_a_template_that_gives_no_definition_is_one_line(template: str, message: str) -> None:
    assert refused(template) == message


def test_an_unknown_resource_is_said_with_a_near_name(template: Path) -> None:
    with pytest.raises(FlowDslError) as error:
        load(template, resource="Inlnie")
    assert str(error.value).endswith(
        "the template has no state machine 'Inlnie'; did you mean 'Inline'?; it has Inline, Text, Joined, File"
    )


def test_several_machines_where_one_is_due_are_listed(template: Path) -> None:
    with pytest.raises(FlowDslError) as error:
        load_one(template)
    assert str(error.value) == (
        f"{template.as_posix()}: the template has 4 state machines (Inline, Text, Joined, File); name one with --resource"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Ref": "T"}, "${T}"),
        ({"Fn::GetAtt": ["F", "Arn"]}, "${F.Arn}"),
        ({"Fn::GetAtt": "F.Arn"}, "${F.Arn}"),
        ({"Fn::Sub": "a${B}${!C}"}, "a${B}${C}"),
        ({"Fn::Sub": ["a${B}", {"B": 1}]}, "a${B}"),
        ({"Fn::Join": ["-", ["a", {"Ref": "B"}, 5]]}, "a-${B}-5"),
        ({"Fn::ImportValue": "x"}, "${Fn::ImportValue}"),
        ({"Fn::Join": [{"Ref": "A"}]}, "${Fn::Join}"),
    ],
)
def test_a_function_stands_for_a_text(value: object, text: str) -> None:
    assert text_of(value) == text


def test_an_object_of_one_member_is_no_function_unless_it_is_called_so() -> None:
    value = {"Condition": "{% true %}", "States": {"Ref": {"Type": "Succeed"}}}
    assert without_functions({"a": [value]}) == {"a": [{"Condition": "{% true %}", "States": "${Ref}"}]}


def test_a_placeholder_that_the_substitutions_leave_out_is_known() -> None:
    text = """
Parameters: {Stage: {Type: String}}
Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionSubstitutions: {FnArn: !GetAtt F.Arn}
      Definition: {StartAt: A, States: {A: {Type: Task, Resource: "${FnArnn}", Comment: "${FnArn} ${Stage} ${AWS::Region}", End: true}}}
"""
    bindings = loads(text, path="t.yaml")[0].bindings
    assert (bindings.substitutions, bindings.unfilled) == (("FnArn",), ("FnArnn",))
    without = text.replace("DefinitionSubstitutions: {FnArn: !GetAtt F.Arn}", "Name: m")
    assert loads(without, path="t.yaml")[0].bindings.unfilled == ()
