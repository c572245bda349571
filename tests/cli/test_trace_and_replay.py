"""`flowdsl trace` and `flowdsl replay`: histories exported from AWS, explained and run against today's definition."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flowdsl.cli.main import cli
from flowdsl.interpreter.history import dump
from flowdsl.testing import raises, returns, simulate

DOCUMENT: dict[str, Any] = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "charge", "Payload.$": "$"},
            "OutputPath": "$.Payload",
            "Retry": [
                {"ErrorEquals": ["Lambda.TooManyRequestsException"], "IntervalSeconds": 2, "MaxAttempts": 1},
                {"ErrorEquals": ["Busy"], "IntervalSeconds": 90, "MaxAttempts": 1},
            ],
            "Catch": [
                {"ErrorEquals": ["Declined"], "Next": "Sorry"},
                {"ErrorEquals": ["Busy"], "ResultPath": "$.error", "Next": "Rest"},
            ],
            "Next": "Rest",
        },
        "Rest": {"Type": "Wait", "Seconds": 60, "Next": "Send"},
        "Send": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": "q", "MessageBody.$": "$"},
            "ResultPath": None,
            "End": True,
        },
        "Sorry": {"Type": "Fail", "Error": "Sorry", "Cause": "it was declined"},
    },
}
SPENT = [raises("Busy", "later"), raises("Busy", "later still")]
EMPTY = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
FINE = returns({"n": 1}, after=3)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "charge.asl.json").write_text(json.dumps(DOCUMENT, indent=2))
    return tmp_path


def export(folder: Path, name: str, charge: Any, sends: bool = True) -> str:
    """A history as the AWS CLI prints it."""
    mocks: dict[str, Any] = {"Charge": charge} | ({"Send": {"MessageId": "m"}} if sends else {})
    (folder / name).write_text(dump(simulate(DOCUMENT, {"a": 1}, mocks, name="run-1").history))
    return name


def changed(folder: Path, *places: tuple[list[Any], Any]) -> str:
    """Today's definition: with other values at some places."""
    document = copy.deepcopy(DOCUMENT)
    for path, value in places:
        holder: Any = document["States"]
        for step in path[:-1]:
            holder = holder[step]
        if value is ...:
            del holder[path[-1]]
        else:
            holder[path[-1]] = value
    (folder / "today.asl.json").write_text(json.dumps(document))
    return "today.asl.json"


def flowdsl(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_a_history_alone_is_told(here: Path) -> None:
    result = flowdsl("trace", export(here, "h.json", SPENT))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "      +0s  Charge                   failed Busy: later",
        "  +1m 30s  Charge                   attempt 2, after 1m 30s",
        "  +1m 30s  Charge                   attempt 2 failed Busy: later still",
        '  +1m 30s  Charge                   caught Busy -> {"a":1,"error":{"Error":"Busy","Cause":"later still"}}',
        '  +2m 30s  Rest                     waited 1m -> {"a":1,"error":{"Error":"Busy","Cause":"later still"}}',
        '  +2m 30s  Send                     -> {"a":1,"error":{"Error":"Busy","Cause":"later still"}}',
        '  +2m 30s  SUCCEEDED -> {"a":1,"error":{"Error":"Busy","Cause":"later still"}}',
    ]


def test_with_the_definition_each_failure_says_who_took_it_and_why_the_others_did_not(here: Path) -> None:
    lines = flowdsl("trace", export(here, "h.json", SPENT), "charge.asl.json").stdout.splitlines()
    notes = [line.strip() for line in lines if line.strip().startswith(("Retry", "Catch"))]
    assert [note.partition(" (")[0] for note in notes] == [
        "Retry[0] does not name Busy: Lambda.TooManyRequestsException",
        "Retry[1] takes it: retry 1 of 1, after 1m 30s",
        "Retry[0] does not name Busy: Lambda.TooManyRequestsException",
        "Retry[1] takes it, but its 1 retries are spent",
        "Catch[0] does not name Busy: Declined",
        "Catch[1] takes it: on to Rest",
    ]
    assert notes[1].endswith("(charge.asl.json:20)")


def test_an_unchanged_definition_goes_as_recorded(here: Path) -> None:
    files = [
        export(here, "a.json", SPENT),
        export(here, "b.json", FINE),
        export(here, "c.json", raises("Declined"), sends=False),
    ]
    result = flowdsl("replay", *files, "charge.asl.json")
    assert (result.exit_code, result.stdout) == (
        0,
        "a.json: goes as recorded\nb.json: goes as recorded\nc.json: goes as recorded\n",
    )


@pytest.mark.parametrize(
    ("places", "text"),
    [
        (
            [(["Charge", "Parameters", "Payload.$"], "$.a")],
            "event 3, state 'Charge': request.Payload was {\"a\":1}, now 1",
        ),
        ([(["Charge", "OutputPath"], "$.Payload.n")], "event 6, state 'Charge': output was {\"n\":1}, now 1"),
        ([(["Rest", "Seconds"], 600)], "event 8, state 'Rest': waited 1m, now 10m"),
        (
            [(["Charge", "Next"], "Send")],
            "event 7: the recorded execution entered 'Rest'; now entered 'Send'",
        ),
        (
            [(["Rest", "Next"], "Charge")],
            "event 9: the recorded execution entered 'Send'; now entered 'Charge'",
        ),
        (
            [(["Send", "Parameters", "QueueUrl"], "other")],
            'event 10, state \'Send\': request.QueueUrl was "q", now "other"',
        ),
    ],
)
def test_the_first_divergence_is_named(here: Path, places: list[Any], text: str) -> None:
    result = flowdsl("replay", export(here, "h.json", FINE), changed(here, *places))
    assert (result.exit_code, result.stdout) == (1, f"h.json: {text}\n")


def test_a_run_that_fails_today_is_told_with_its_state_error_and_cause(here: Path) -> None:
    today = changed(here, (["Rest"], {"Type": "Map", "ItemProcessor": EMPTY, "Next": "Send"}))
    result = flowdsl("replay", export(here, "h.json", FINE), today)
    assert result.stdout == (
        "h.json: event 8: the recorded execution left 'Rest'; now the run failed at 'Rest' with States.Runtime: "
        "An error occurred while executing the state 'Rest' (entered at the event id #7). "
        'Reference path "$" must point to array.\n'
    )


def test_a_retry_that_is_gone_is_a_divergence(here: Path) -> None:
    today = changed(here, (["Charge", "Retry"], ...))
    result = flowdsl("replay", export(here, "h.json", SPENT), today)
    assert result.stdout == ("h.json: event 6: the recorded execution made its call in 'Charge'; now left 'Charge'\n")


def test_json_has_the_event_the_state_and_both_values(here: Path) -> None:
    files = [export(here, "a.json", raises("Declined"), sends=False), export(here, "b.json", FINE)]
    told = json.loads(flowdsl("replay", *files, changed(here, (["Rest", "Seconds"], 600)), "--json").stdout)
    assert told == [
        {"history": "a.json", "diverges": False},
        {
            "history": "b.json",
            "diverges": True,
            "event": 8,
            "state": "Rest",
            "field": "pause",
            "recorded": 60.0,
            "now": 600.0,
            "text": "event 8, state 'Rest': waited 1m, now 10m",
        },
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "a history is what `aws stepfunctions get-execution-history` prints"),
        ('{"events": [{"id": 1}]}', "event 0 of the history has no id and type"),
        ('{"events": [{"id": 1, "type": "PassStateEntered", "timestamp": 0}]}', "the history does not begin with ExecutionStarted; export it whole"),
        ('{"events": [{"id": 1, "type": "ExecutionStarted"}]}', "event 1 of the history has no timestamp"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["trace", "replay"])
def test_what_is_no_history_is_refused(here: Path, verb: str, content: str, message: str) -> None:
    (here / "h.json").write_text(content)
    result = flowdsl(verb, "h.json", "charge.asl.json")
    assert result.exit_code != 0
    assert str(result.exception).startswith(message)


def test_a_distributed_map_of_a_history_tells_its_items(here: Path) -> None:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, **EMPTY}
    document = {"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemProcessor": processor, "End": True}}}
    (here / "map.json").write_text(dump(simulate(document, [1, 2]).history))
    assert "2 items -> [1,2]" in flowdsl("trace", "map.json").stdout
