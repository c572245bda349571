"""`flowdsl run`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flowdsl.cli.main import cli

CHARGE: dict[str, Any] = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "charge", "Payload.$": "$"},
            "OutputPath": "$.Payload",
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 90, "MaxAttempts": 2}],
            "Catch": [{"ErrorEquals": ["Declined"], "Next": "Sorry"}],
            "Next": "Each",
        },
        "Each": {
            "Type": "Map",
            "ItemsPath": "$.lines",
            "ItemProcessor": {
                "StartAt": "Line",
                "States": {"Line": {"Type": "Wait", "SecondsPath": "$", "End": True}},
            },
            "End": True,
        },
        "Sorry": {"Type": "Fail", "Error": "Sorry", "Cause": "it was declined"},
    },
}
BUSY = {"throw": {"Error": "Busy", "Cause": "later"}}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the machine, some mocks and a workflow whose handler is real."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    (tmp_path / "charge.asl.json").write_text(json.dumps(CHARGE))
    (tmp_path / "fine.json").write_text(json.dumps({"Charge": [BUSY, {"return": {"lines": [1, 60]}, "after": 3}]}))
    (tmp_path / "declined.json").write_text(json.dumps({"Charge": {"throw": {"Error": "Declined", "Cause": "no"}}}))
    write(tmp_path / "workflows/greet.py", GREET)
    write(tmp_path / "greeters.py", GREETERS)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.split(".")[0] in ("workflows", "greeters"):
            del sys.modules[name]


GREETERS = """
    from flowdsl.handler import handler
    from pydantic import BaseModel


    class Person(BaseModel):
        name: str
        age: int


    class TooYoung(Exception):
        pass


    @handler(raises=[TooYoung])
    def greeting(person: Person) -> str:
        print("a handler may print")
        if person.age < 18:
            raise TooYoung(f"{person.name} is {person.age}")
        return f"Hello, {person.name}!"
"""
GREET = """
    from flowdsl import Task, workflow
    from greeters import Person, greeting


    @workflow
    def greet(person: Person) -> str:
        say = Task(greeting(person=person))
        return say.result
"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")


def flowdsl(*arguments: str, input: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["run", *arguments], input=input)


def complaint(result: Result) -> str:
    """What the tool says when it cannot: the message of the error that main() prints."""
    return str(result.exception) if result.exception and not isinstance(result.exception, SystemExit) else result.stderr


def test_it_tells_each_step_as_it_goes(here: Path) -> None:
    result = flowdsl("charge.asl.json", "--mocks", "fine.json")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "      +0s  Charge                   failed Busy: later",
        "  +1m 30s  Charge                   attempt 2, after 1m 30s",
        '  +1m 33s  Charge                   attempt 2 -> {"lines":[1,60]}',
        "  +1m 34s    [0] Line               waited 1s -> 1",
        "  +2m 33s    [1] Line               waited 1m -> 60",
        "  +2m 33s  Each                     2 items -> [1,60]",
        "  +2m 33s  SUCCEEDED -> [1,60]",
    ]


def test_a_failed_execution_exits_1(here: Path) -> None:
    result = flowdsl("charge.asl.json", "--mocks", "declined.json")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "      +0s  Charge                   failed Declined: no",
        '      +0s  Charge                   caught Declined -> {"Error":"Declined","Cause":"no"}',
        "      +0s  FAILED Sorry: it was declined",
    ]


def test_json_is_the_execution_with_its_history(here: Path) -> None:
    result = flowdsl("charge.asl.json", "--mocks", "fine.json", "--json", "--now", "2030-05-01T00:00:00Z")
    told = json.loads(result.stdout)
    assert (told["status"], told["output"], told["elapsedSeconds"]) == ("SUCCEEDED", [1, 60], 153)
    assert told["path"] == ["Charge", "Each", "Line", "Line"]
    assert [call["attempt"] for call in told["calls"]] == [1, 2]
    assert told["events"][0]["type"] == "ExecutionStarted"
    assert told["events"][0]["timestamp"] == "2030-05-01T00:00:00.000+00:00"
    failed = json.loads(flowdsl("charge.asl.json", "--mocks", "declined.json", "--json").stdout)
    assert (failed["status"], failed["error"], failed["cause"]) == ("FAILED", "Sorry", "it was declined")
    assert "output" not in failed


def test_the_input_comes_from_a_file_or_from_standard_input(here: Path) -> None:
    (here / "pass.asl.json").write_text('{"StartAt": "S", "States": {"S": {"Type": "Pass", "End": true}}}')
    (here / "in.json").write_text('{"a": "é"}')
    assert flowdsl("pass.asl.json", "-i", "in.json").stdout.splitlines()[-1] == '      +0s  SUCCEEDED -> {"a":"é"}'
    assert flowdsl("pass.asl.json", "-i", "-", input="[1]").stdout.splitlines()[-1] == "      +0s  SUCCEEDED -> [1]"


def test_an_unmocked_task_calls_its_real_handler(here: Path) -> None:
    result = flowdsl("workflows/greet.py", "-i", "-", input='{"name": "Ada", "age": 36}')
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        '      +0s  Say                      -> "Hello, Ada!"',
        '      +0s  SUCCEEDED -> "Hello, Ada!"',
    ]
    assert "a handler may print" in result.stderr
    young = flowdsl("workflows/greet.py:greet", "-i", "-", input='{"name": "Bo", "age": 3}')
    assert young.exit_code == 1
    assert young.stdout.splitlines()[-1] == "      +0s  FAILED TooYoung: Bo is 3"


def test_a_mock_stands_in_for_a_handler_by_its_name(here: Path) -> None:
    (here / "mocks.json").write_text('{"greeters:greeting": {"return": "Hi"}}')
    result = flowdsl("workflows/greet.py", "-i", "-", "--mocks", "mocks.json", input='{"name": "Ada", "age": 36}')
    assert result.stdout.splitlines()[-1] == '      +0s  SUCCEEDED -> "Hi"'


def test_an_input_that_does_not_fit_is_refused_place_by_place(here: Path) -> None:
    result = flowdsl("workflows/greet.py", "-i", "-", input='{"age": "old"}')
    assert complaint(result) == (
        "the input on standard input is no Person: name: Field required; age: Input should be a valid integer, unable to "
        "parse string as an integer"
    )
    assert result.stdout == ""


def test_one_state_runs_as_test_state_does(here: Path) -> None:
    result = flowdsl("charge.asl.json", "--state", "Charge", "--mocks", "declined.json", "--inspection-level", "INFO")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "status": "CAUGHT_ERROR",
        "error": "Declined",
        "cause": "no",
        "output": {"Error": "Declined", "Cause": "no"},
        "nextState": "Sorry",
    }
    debug = json.loads(flowdsl("charge.asl.json", "--state", "Charge", "--mocks", "fine.json").stdout)
    assert debug["inspectionData"]["afterParameters"] == {"FunctionName": "charge", "Payload": {}}


def test_one_state_is_answered_as_in_a_whole_run(here: Path) -> None:
    (here / "back.json").write_text(json.dumps({"lambda:invoke": {"return": {"lines": [1]}}}))
    told = json.loads(flowdsl("charge.asl.json", "--state", "Charge", "--mocks", "back.json").stdout)
    assert (told["status"], told["output"], told["nextState"]) == ("SUCCEEDED", {"lines": [1]}, "Each")
    (here / "lines.json").write_text('{"lines": [1]}')
    (here / "each.json").write_text(json.dumps({"Each": {"return": [1]}}))
    told = json.loads(flowdsl("charge.asl.json", "--state", "Each", "--mocks", "each.json", "-i", "lines.json").stdout)
    assert told["output"] == [1]


def test_one_state_calls_its_handler_or_the_mock_that_is_named_after_it(here: Path) -> None:
    (here / "ada.json").write_text('{"name": "Ada", "age": 36}')
    (here / "greeter.json").write_text('{"greeters:greeting": {"return": "mocked"}}')
    plain = json.loads(flowdsl("workflows/greet.py", "--state", "Say", "-i", "ada.json").stdout)
    assert (plain["status"], plain["output"]) == ("SUCCEEDED", "Hello, Ada!")
    mocked = flowdsl("workflows/greet.py", "--state", "Say", "-i", "ada.json", "--mocks", "greeter.json")
    assert json.loads(mocked.stdout)["output"] == "mocked"


def test_a_mock_that_is_named_after_the_function_alone_is_told_the_handlers_name(here: Path) -> None:
    (here / "ada.json").write_text('{"name": "Ada", "age": 36}')
    (here / "short.json").write_text('{"greeting": {"return": "hi"}}')
    result = flowdsl("workflows/greet.py", "-i", "ada.json", "--mocks", "short.json")
    assert complaint(result).endswith("; did you mean 'greeters:greeting'?")


def test_placeholders_are_filled_in(here: Path) -> None:
    (here / "wait.asl.json").write_text(
        '{"StartAt": "S", "States": {"S": {"Type": "Wait", "Seconds": "${Pause}", "End": true}}}'
    )
    result = flowdsl("wait.asl.json", "--substitute", "Pause=3600")
    assert result.stdout.splitlines()[-1] == "      +1h  SUCCEEDED -> {}"


def test_a_folder_stands_for_a_bucket(here: Path) -> None:
    (here / "in").mkdir()
    (here / "in" / "rows.csv").write_text("n\n1\n2\n")
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "Parameters": {"Bucket": "data", "Key": "rows.csv"},
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
    }
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "End": True}},
    }
    state = {"Type": "Map", "ItemReader": reader, "ItemProcessor": processor, "End": True}
    (here / "rows.asl.json").write_text(json.dumps({"StartAt": "M", "States": {"M": state}}))
    result = flowdsl("rows.asl.json", "--s3", "data=in")
    assert result.stdout.splitlines() == [
        '      +0s  M                        2 child executions -> [{"n":"1"},{"n":"2"}]',
        '      +0s  SUCCEEDED -> [{"n":"1"},{"n":"2"}]',
    ]
    nowhere = flowdsl("rows.asl.json")
    assert nowhere.exit_code == 1
    assert nowhere.stderr == "flowdsl: what an ItemReader reads is given with --s3 BUCKET=FOLDER\n"
    assert complaint(flowdsl("rows.asl.json", "--s3", "data=gone")) == (
        "the S3 bucket 'data' is given as 'gone', which is no folder"
    )


def test_a_distributed_map_tells_how_its_children_ended_and_where_the_results_are(here: Path) -> None:
    states = {
        "C": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 2, "Next": "F"}], "Default": "S"},
        "F": {"Type": "Fail", "Error": "Bad", "Cause": "two is too many"},
        "S": {"Type": "Succeed"},
    }
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "C",
        "States": states,
    }
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "p"}}
    state: dict[str, Any] = {"Type": "Map", "MaxConcurrency": 1, "ItemProcessor": processor, "End": True}
    (here / "items.json").write_text("[1, 2, 3]")
    tolerant = {**state, "ToleratedFailureCount": 1, "ResultWriter": writer}
    (here / "map.asl.json").write_text(json.dumps({"StartAt": "M", "States": {"M": tolerant}}))
    lines = flowdsl("map.asl.json", "-i", "items.json").stdout.splitlines()
    assert lines[0] == "      +0s    M                      [1] failed Bad: two is too many"
    assert lines[1].startswith(
        "      +0s  M                        3 child executions: 2 succeeded, 1 failed, results in s3://out/p/"
    )
    assert "/manifest.json" in lines[1]
    (here / "map.asl.json").write_text(json.dumps({"StartAt": "M", "States": {"M": state}}))
    lines = flowdsl("map.asl.json", "-i", "items.json").stdout.splitlines()
    assert lines[:3] == [
        "      +0s  M                        2 child executions: 1 succeeded, 1 failed",
        "      +0s    M                      [1] failed Bad: two is too many",
        "      +0s  M                        failed States.ExceedToleratedFailureThreshold: "
        "The specified tolerated failure threshold was exceeded",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gone.asl.json"], "there is no file gone.asl.json"),
        (["charge.asl.json", "-i", "gone.json"], "the input gone.json cannot be read: No such file or directory"),
        (["charge.asl.json", "-i", "half.json"], "the input half.json is no JSON: "),
        (["charge.asl.json", "-i", "nan.json"], "the input nan.json is no JSON: NaN stands in it"),
        (["charge.asl.json", "-i", "deep.json"], "the input deep.json is nested too deeply to be worked with"),
        (["charge.asl.json"], "state 'Charge' calls lambda:invoke, and there is no mock for it; give mocks={'Charge': ...}"),
        (["charge.asl.json", "--mocks", "half.json"], "the mocks file half.json is no JSON: "),
        (["charge.asl.json", "--mocks", "wrong.json"], "there is a mock for 'Chrge', but no state, operation or handler of that name in 'charge'; did you mean 'Charge'?"),
        (["charge.asl.json", "--state", "charge"], "there is no state 'charge'; did you mean 'Charge'?"),
        (["charge.asl.json", "--state", "Charge"], "state 'Charge' calls lambda:invoke, and there is no mock for it; give it one with --mocks"),
        (["charge.asl.json", "--state", "Each"], "state 'Each' is a Map, which --state does not enter; give its result with --mocks: {\"Each\": {\"return\": [...]}}"),
        (["charge.asl.json", "--s3", "bucket"], "it is --s3 BUCKET=FOLDER, found 'bucket'"),
        (["charge.asl.json", "--substitute", "X=1"], "charge has no ${X}"),
        (["charge.asl.json", "--now", "yesterday", "--mocks", "declined.json"], "'yesterday' is no ISO 8601 date and time"),
        (["broken.asl.json"], "state 'S', Next: goes to 'Nowhere', which is no state here"),
        (["workflows/greet.py:welcome"], "workflows/greet.py has no workflow 'welcome'"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line(here: Path, arguments: list[str], message: str) -> None:
    (here / "half.json").write_text('{"a": ')
    (here / "nan.json").write_text("NaN")
    (here / "deep.json").write_text("[" * 5_000 + "]" * 5_000)
    (here / "wrong.json").write_text('{"Chrge": {"return": 1}}')
    (here / "broken.asl.json").write_text('{"StartAt": "S", "States": {"S": {"Type": "Pass", "Next": "Nowhere"}}}')
    result = flowdsl(*arguments)
    assert result.exit_code != 0
    assert complaint(result).startswith(message)
    assert "\n" not in complaint(result)


def test_answers_that_nobody_asked_for_are_worth_a_word_and_no_more(here: Path) -> None:
    (here / "unused.json").write_text(json.dumps({"Charge": [{"return": {"lines": []}}] * 3}))
    result = flowdsl("charge.asl.json", "--mocks", "unused.json")
    assert result.exit_code == 0
    assert result.stderr == "flowdsl: the mock for 'Charge' has 3 answers, and only 1 was asked for\n"
