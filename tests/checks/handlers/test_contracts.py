"""A Task and its handler are held against each other: by what is declared, and by what the handler's source shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.asl.definition import Definition
from flowdsl.asl.source_map import SourceMap
from flowdsl.checks.runner import check
from flowdsl.diagnostics import Location

HANDLERS = """
import os

import boto3
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, idempotent_function

from flowdsl.handler import handler, none, once

records = DynamoDBPersistenceLayer(table_name=os.environ["RECORDS"])

table = boto3.resource("dynamodb").Table(os.environ["VOTES"])


class PollClosed(Exception):
    pass


@handler(raises=(PollClosed,), timeout_seconds=30)
def vote(*, poll: str, voter: str, weight: int = 1) -> dict:
    if poll.startswith("closed"):
        raise PollClosed(poll)
    table.update_item(
        Key={"poll": poll},
        UpdateExpression="ADD votes :n",
        ExpressionAttributeValues={":n": weight},
    )
    return {"poll": poll, "voter": voter}


@handler(idempotency=none("a second reminder does no harm"))
def remind(*, voter: str) -> None:
    if not voter:
        raise LookupError(voter)


@handler
@idempotent_function(data_keyword_argument="poll", persistence_store=records)
def archive(*, poll: str) -> None:
    table.update_item(Key={"poll": poll}, UpdateExpression="ADD archived :n", ExpressionAttributeValues={":n": 1})


@handler(idempotency=once(key="poll"))
def close(*, poll: str) -> None:
    table.update_item(Key={"poll": poll}, UpdateExpression="ADD closed :n", ExpressionAttributeValues={":n": 1})
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "handlers").mkdir()
    (tmp_path / "workflows").mkdir()
    (tmp_path / "handlers" / "polls.py").write_text(HANDLERS, encoding="utf-8")
    return tmp_path


def found(project: Path, task: dict[str, Any], function: str = "vote", **binding: Any) -> list[tuple[str, str, str]]:
    """(code, pointer, message) of what is said about one Task that calls a handler of the project; 9xx only."""
    document = {
        "QueryLanguage": "JSONata",
        "StartAt": "Work",
        "States": {"Work": {"Type": "Task", "Resource": "${Work}", "End": True, **task}, "Done": {"Type": "Succeed"}},
    }
    if "Next" not in str(task):
        del document["States"]["Done"]  # type: ignore[attr-defined]
    bindings = Bindings(placeholders={"Work": Binding("Work", "lambda", f"handlers.polls:{function}", **binding)})
    source_map = SourceMap({"": Location(str(project / "workflows" / "poll.asl.json"))})
    findings = check(Definition(document, source_map, bindings))
    return [(f.code, f.pointer, f.message) for f in findings if f.code.startswith("ASL9")]


GIVEN = {"poll": "p", "voter": "v"}


def test_arguments_are_held_against_the_source_where_nothing_else_is_known(project: Path) -> None:
    assert ("ASL950", "/States/Work/Arguments/pol", "'vote' has no parameter 'pol'; did you mean 'poll'?") in found(
        project, {"Arguments": {"pol": "p", "voter": "v"}}
    )


def test_a_parameter_with_a_default_may_be_left_out(project: Path) -> None:
    assert found(project, {"Arguments": {**GIVEN, "weight": 2}}) == found(project, {"Arguments": GIVEN})


def test_the_key_that_a_workflow_adds_is_no_unknown_parameter(project: Path) -> None:
    said = found(project, {"Arguments": {"poll": "p", "flowdsl_key": "k"}}, "close")
    assert said == []


def test_a_field_that_is_not_in_the_return_type_is_not_there_to_read(project: Path) -> None:
    schema = {"type": "object", "properties": {"poll": {"type": "string"}}, "required": ["poll"]}
    task = {"Arguments": GIVEN, "Output": {"who": "{% $states.result.votr %}"}}
    document = {
        "QueryLanguage": "JSONata",
        "StartAt": "Work",
        "States": {"Work": {"Type": "Task", "Resource": "${Work}", "End": True, **task}},
    }
    bindings = Bindings(placeholders={"Work": Binding("Work", "lambda", "handlers.polls:vote", result_schema=schema)})
    findings = check(Definition(document, bindings=bindings))
    assert [f.pointer for f in findings if "votr" in f.message] == ["/States/Work/Output/who"]


def test_an_error_that_only_the_source_raises_is_known(project: Path) -> None:
    task = {"Arguments": {"voter": "v"}, "Catch": [{"ErrorEquals": ["LookupError"], "Next": "Done"}]}
    assert found(project, task, "remind") == []


def test_an_error_that_neither_declares_nor_raises_is_named_with_a_near_one(project: Path) -> None:
    task = {"Arguments": GIVEN, "Catch": [{"ErrorEquals": ["PollIsClosed"], "Next": "Done"}]}
    assert (
        "ASL952",
        "/States/Work/Catch/0/ErrorEquals/0",
        "'vote' raises no 'PollIsClosed'; did you mean 'PollClosed'?",
    ) in found(project, task)


def test_a_declared_error_that_nothing_catches_is_named(project: Path) -> None:
    assert (
        "ASL953",
        "/States/Work",
        "'vote' may raise 'PollClosed', and nothing catches it: the execution fails with it",
    ) in found(project, {"Arguments": GIVEN})


def test_the_functions_own_time_limit_is_read_from_its_decorator(project: Path) -> None:
    codes = [
        code for code, pointer, _ in found(project, {"Arguments": GIVEN, "TimeoutSeconds": 5}) if "Timeout" in pointer
    ]
    assert codes == ["ASL954"]


def test_a_retry_of_a_handler_that_is_none_is_an_error_with_its_way_out(project: Path) -> None:
    retry = [{"ErrorEquals": ["States.Timeout", "Lambda.TooManyRequestsException"], "MaxAttempts": 2}]
    said = found(project, {"Arguments": {"voter": "v"}, "Retry": retry}, "remind")
    assert said == [
        (
            "ASL955",
            "/States/Work/Retry/0/ErrorEquals/0",
            "after 'States.Timeout' the function may have run, and 'remind' is declared none(...): a retry acts twice; declare "
            "idempotency=once(key=...), or retry only 'Lambda.TooManyRequestsException' and what it raises before it acts",
        )
    ]


def test_what_surely_did_not_run_may_be_retried(project: Path) -> None:
    retry = [{"ErrorEquals": ["Lambda.TooManyRequestsException"]}]
    assert found(project, {"Arguments": {"voter": "v"}, "Retry": retry}, "remind") == []


def test_a_retried_handler_that_counts_is_shown_where_it_counts(project: Path) -> None:
    task = {
        "Arguments": GIVEN,
        "Retry": [{"ErrorEquals": ["States.TaskFailed"]}],
        "Catch": [{"ErrorEquals": ["PollClosed"], "Next": "Done"}],
    }
    (said,) = found(project, task)
    assert said[:2] == ("ASL956", "/States/Work/Retry/0")
    line = HANDLERS[: HANDLERS.index("table.update_item")].count("\n") + 1
    assert (
        f"handlers/polls.py:{line} is no good twice: dynamodb.update_item adds to 'votes' with no condition" in said[2]
    )


def test_a_handler_under_once_may_count(project: Path) -> None:
    task = {"Arguments": {"poll": "p"}, "Retry": [{"ErrorEquals": ["States.ALL"]}]}
    assert found(project, task, "close") == []


def test_without_a_retry_nothing_runs_twice(project: Path) -> None:
    task = {"Arguments": GIVEN, "Catch": [{"ErrorEquals": ["PollClosed"], "Next": "Done"}]}
    assert found(project, task) == []


def test_a_target_that_is_no_module_is_not_looked_for(project: Path) -> None:
    assert found(project, {"Arguments": {"x": 1}}, "../../etc/passwd:x") == []


def test_what_pydantic_reads_from_a_text_fits(project: Path) -> None:
    wanted = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    assert found(project, {"Arguments": {"n": "5"}}, "remind", parameters=wanted) == []
    assert found(project, {"Arguments": {"n": "five"}}, "remind", parameters=wanted) == [
        ("ASL950", "/States/Work/Arguments/n", "'remind' takes a number as 'n', and gets a string")
    ]


@pytest.mark.parametrize(
    ("function", "error", "way"),
    [
        ("close", "AlreadyRunning", "add .retry(Transient)"),
        ("archive", "IdempotencyAlreadyInProgressError", "retry 'IdempotencyAlreadyInProgressError'"),
    ],
)
def test_a_retry_that_may_meet_its_first_attempt_at_work_has_to_wait_for_it(
    project: Path, function: str, error: str, way: str
) -> None:
    retrier = {"ErrorEquals": ["States.Timeout"], "MaxAttempts": 2}
    task = {"Arguments": {"poll": "p"}, "TimeoutSeconds": 60, "Retry": [retrier]}
    said = (
        f"this retry may meet a first attempt that is still at work: {function!r} then raises {error!r}, and no Retry takes it: the "
        f"execution fails; {way}"
    )
    assert ("ASL957", "/States/Work/Retry/0", said) in found(project, task, function)
    waits = {**task, "Retry": [retrier, {"ErrorEquals": [error], "IntervalSeconds": 5}]}
    assert [code for code, _, _ in found(project, waits, function)] == []
    everything = {**task, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}]}
    assert [code for code, _, _ in found(project, everything, function)] == []
    assert "ASL957" not in [code for code, _, _ in found(project, {"Arguments": {"poll": "p"}}, function)]
