"""`flowdsl import` from the outside: templates end to end, and one line with exit 2 for whatever holds no definition."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowdsl.asl.format import formatted
from flowdsl.asl.load import loads
from flowdsl.diagnostics import FlowDslError
from flowdsl.importer.module import python_source
from flowdsl.importer.verify import verify
from tests.asl.test_dump import JSON

GOOD = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'


def flowdsl(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flowdsl", *args], cwd=folder, capture_output=True, text=True, timeout=60
    )


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
TEMPLATE = """\
Resources:
  Q:
    Type: AWS::SQS::Queue
"""
TWO = """\
Resources:
  One: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {StartAt: A, States: {A: {Type: Succeed}}}}}
  Two: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {StartAt: B, States: {B: {Type: Succeed}}}}}
"""

BAD: list[tuple[str, str | bytes, str]] = [
    ("empty.json", "", "empty.json:1:1: "),
    ("text.json", "hello", "text.json:1:1: "),
    ("cut.json", GOOD[:40], "cut.json:1:"),
    ("list.json", "[1]", "list.json:1:1: "),
    ("deep.json", "[" * 10_000 + "]" * 10_000, "deep.json:1:"),
    ("deepobject.json", '{"a":' * 10_000 + "1" + "}" * 10_000, "deepobject.json:1:"),
    ("deep.yaml", "[" * 10_000 + "]" * 10_000, "deep.yaml:1:"),
    ("twice.json", '{"StartAt": "A", "StartAt": "B", "States": {}}', "twice.json:1:18: "),
    ("twice.yaml", "StartAt: A\nStartAt: B\nStates: {}\n", "twice.yaml:2:1: "),
    ("nan.json", '{"StartAt": NaN}', "nan.json:1:13: "),
    ("infinity.json", '{"StartAt": -Infinity}', "infinity.json:1:13: "),
    ("nan.yaml", "StartAt: .nan\n", "nan.yaml:1:10: "),
    ("surrogate.json", '{"StartAt": "\\ud800", "States": {}}', "surrogate.json:1:14: "),
    ("big.json", '{"StartAt": 1e999, "States": {}}', "big.json:1:13: "),
    ("mark.json", "\ufeff" + GOOD, "mark.json:1:1: the text begins with a byte-order mark"),
    ("mark.yaml", "\ufeffStartAt: A\n", "mark.yaml:1:1: the text begins with a byte-order mark"),
    ("number.json", '{"StartAt": 123456789012345678901234567890, "States": {}}', "number.json:1:13: "),
    ("bytes.json", b"\xff\xfe\x00{", "bytes.json"),
    ("bomb.yaml", BOMB, "bomb.yaml:"),
    ("tag.yaml", "StartAt: !!python/object/apply:os.system ['echo hacked']\nStates: {}\n", "tag.yaml:1:10: "),
    ("broken.yaml", "a: [1\nb: 2\n", "broken.yaml:"),
    ("none.yaml", TEMPLATE, "none.yaml"),
    ("two.yaml", TWO, "two.yaml"),
]


@pytest.mark.parametrize(("name", "content", "begins"), BAD, ids=[name for name, _, _ in BAD])
def test_what_holds_no_definition_is_one_line_with_its_place_and_exit_2(
    tmp_path: Path, name: str, content: str | bytes, begins: str
) -> None:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    began = time.monotonic()
    done = flowdsl(tmp_path, "import", name)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.removeprefix("flowdsl: ").startswith(begins), line
    assert len(line) < 400
    assert time.monotonic() - began < 20
    assert not (tmp_path / "workflows").exists()


def test_a_folder_a_missing_file_and_100_mb_are_one_line_and_exit_2(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    with (tmp_path / "large.json").open("wb") as large:
        large.truncate(100 * 1024 * 1024)
    for name in ("folder.json", "missing.json", "large.json"):
        done = flowdsl(tmp_path, "import", name)
        assert (done.returncode, done.stdout) == (2, "")
        (line,) = done.stderr.splitlines()
        assert name in line


SAM = """\
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Inline:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Call
        States:
          Call:
            Type: Task
            Resource: !GetAtt Function.Arn
            Parameters:
              Table: !Ref Table
              Url: !Sub "https://${Api}.example.com"
            End: true
  Beside:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machines/beside.asl.json
      DefinitionSubstitutions: {TableName: !Ref Table}
  Text:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Sub |
        {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${Function.Arn}", "End": true}}}
  Joined:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString:
        Fn::Join: ["", ['{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "', !Ref F, '", "End": true}}}']]
"""


@pytest.mark.parametrize(
    ("resource", "written"),
    [
        ("Inline", 'parameters={"Table": "${Table}", "Url": "https://${Api}.example.com"}'),
        ("Beside", 'result={"table": "${TableName}"}'),
        ("Text", 'Task(name="A", resource="${Function.Arn}")'),
        ("Joined", 'Task(name="A", resource="${F}")'),
    ],
)
def test_a_machine_of_a_template_is_imported_and_builds_to_what_it_was(
    tmp_path: Path, resource: str, written: str
) -> None:
    (tmp_path / "template.yaml").write_text(SAM)
    (tmp_path / "machines").mkdir()
    (tmp_path / "machines" / "beside.asl.json").write_text(
        '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"table": "${TableName}"}, "End": true}}}'
    )
    done = flowdsl(tmp_path, "import", "template.yaml", "--resource", resource)
    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith("it builds to the same definition\n")
    (source,) = (tmp_path / "workflows").glob("*.py")
    assert written in source.read_text()


def test_a_definition_that_is_wrong_gives_all_its_findings_with_their_lines_and_exit_1(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        "StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: Nowhere\n  B:\n    Type: Wait\n    Seconds: -1\n    End: true\n"
    )
    done = flowdsl(tmp_path, "import", "m.yaml")
    assert done.returncode == 1
    assert "m.yaml:5:11: " in done.stdout
    assert "m.yaml:8:14: " in done.stdout


def test_an_imported_name_is_found_by_build_and_gives_the_file_again(tmp_path: Path) -> None:
    (tmp_path / "m.asl.json").write_text(GOOD)
    assert flowdsl(tmp_path, "import", "m.asl.json").returncode == 0
    assert flowdsl(tmp_path, "build").returncode == 0
    assert json.loads((tmp_path / "workflows" / "m.asl.json").read_text()) == json.loads(GOOD)


STATES = st.fixed_dictionaries(
    {"Type": st.sampled_from(["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"]) | JSON},
    optional=dict.fromkeys(
        (
            *("Next", "End", "Retry", "Catch", "Choices", "Default", "Branches", "ItemProcessor", "Iterator"),
            *("Assign", "Output", "Items", "Comment", "Resource", "Seconds", "Error", "QueryLanguage"),
            *("TimeoutSeconds", "Parameters", "ItemReader", "Label"),
        ),
        JSON,
    ),
)
MACHINES = st.fixed_dictionaries(
    {"StartAt": st.just("A") | JSON, "States": st.dictionaries(st.sampled_from("AB"), STATES | JSON, max_size=3) | JSON}
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=3) | MACHINES)
@settings(max_examples=300, deadline=5000, suppress_health_check=[HealthCheck.too_slow])
def test_anything_is_read_imported_and_formatted_or_refused_as_flowdsl_refuses(value: object) -> None:
    text = json.dumps(value)
    try:
        assert json.loads(formatted(text)) == value
        (definition,) = loads(text, path="m.json")
        source = python_source(definition, "m", "m.json")
        ast.parse(source)
        verify(definition, source, "m", "m.py")
    except FlowDslError:
        pass
