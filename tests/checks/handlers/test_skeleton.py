"""The workflow in place of a handler that orchestrates: valid, buildable, and never made of the source's text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.checks.handler_audit import Audited, SourceFile, audit
from flowdsl.checks.handler_skeleton import orchestrators, skeleton

SAGA = """
import json
import os
import time

import boto3

lambda_client = boto3.client("lambda")
glue = boto3.client("glue")


def handler(event, context):
    lambda_client.invoke(FunctionName=os.environ["RESERVE_FUNCTION"], Payload=json.dumps(event))
    time.sleep(30)
    run = glue.start_job_run(JobName="nightly")["JobRunId"]
    while glue.get_job_run(JobName="nightly", RunId=run)["JobRun"]["JobRunState"] == "RUNNING":
        time.sleep(10)
    try:
        lambda_client.invoke(FunctionName="charge-card", Payload=json.dumps(event))
    except Exception:
        raise
"""


def audited(text: str, tmp_path: Path, name: str = "saga.py") -> Audited:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return audit([SourceFile(path, f"handlers/{name}")])


def sketch(text: str, tmp_path: Path) -> str:
    (made,) = [skeleton(source, entry) for source, entry in orchestrators(audited(text, tmp_path))]
    return made


def test_calls_sleeps_and_jobs_become_states(tmp_path: Path) -> None:
    assert sketch(SAGA, tmp_path) == (
        '"""A workflow in place of a handler that orchestrates: fill in the arguments and the errors."""\n'
        "# Replaces 'handlers/saga.py:handler'.\n"
        "# pyright: reportUnusedExpression=false\n"
        "\n"
        "from typing import Any\n"
        "\n"
        "from flowdsl import Fail, Retry, Task, Wait, aws, placeholder, sync, workflow\n"
        "from flowdsl.errors import ALL, LAMBDA_TRANSIENT\n"
        "\n"
        "TRANSIENT = Retry(*LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=4, backoff_rate=2)\n"
        "\n"
        "\n"
        "@workflow\n"
        "def saga(event: Any) -> Any:\n"
        "    # states, in the order of the handler's text\n"
        "    reserve = Task(aws.lambda_.invoke(FunctionName=placeholder('Reserve'), Payload=event)).retry(TRANSIENT)  # line 13\n"
        "    pause = Wait(seconds=30)  # line 14\n"
        "    start_job_run = Task(sync(aws.glue.start_job_run(JobName=placeholder('JobName'))))  # line 15\n"
        "    charge_card = Task(aws.lambda_.invoke(FunctionName=placeholder('ChargeCard'), Payload=event)).retry(TRANSIENT)  # line 19\n"
        "    failed = Fail('Failed', cause='say what went wrong')\n"
        "\n"
        "    # transitions\n"
        "    reserve >> pause >> start_job_run >> charge_card\n"
        "\n"
        "    # failures: name the errors that are met, and what is to be undone\n"
        "    charge_card.catch(ALL) >> failed\n"
        "\n"
        "    return charge_card.result\n"
    )


def test_a_skeleton_builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flowdsl.dsl.discover import workflows_of

    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "skeleton_of_saga.py"
    path.write_text(sketch(SAGA, tmp_path), encoding="utf-8")
    (workflow,) = workflows_of(path, tmp_path)
    assert list(workflow.definition.document["States"]) == ["Reserve", "Pause", "StartJobRun", "ChargeCard", "Failed"]


def test_a_handler_that_does_not_orchestrate_has_none(tmp_path: Path) -> None:
    text = 'def handler(event, context):\n    return {"n": event["n"] + 1}\n'
    assert orchestrators(audited(text, tmp_path)) == []


HOSTILE = [
    '"); import os; os.system("x")#',
    "'''",
    '"""',
    "a\nimport os",
    "\\",
    "{% x %}",
    "class",
    "__import__('os')",
    "é☃",
    "",
    "x" * 500,
    "a\u2028b",
    "\x1b[31m",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_the_source_never_becomes_code(text: str, tmp_path: Path) -> None:
    check_hostile(text, tmp_path)


@settings(max_examples=60)
@given(st.text(max_size=40))
def test_no_text_at_all_becomes_code(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    check_hostile(text, tmp_path_factory.mktemp("hostile"))


def check_hostile(text: str, tmp_path: Path) -> None:
    """A handler full of one text gives a skeleton that only imports, declares states and wires them."""
    literal = ascii(text)
    source = (
        "import boto3, time\n"
        "lam = boto3.client('lambda')\n"
        "def handler(event, context):\n"
        f"    lam.invoke(FunctionName={literal}, **{{{literal}: 1}})\n"
        "    time.sleep(1)\n"
        f"    if event['action'] == {literal}: return one(event)\n"
        f"    elif event['action'] == 'b' + {literal}: return two(event)\n"
        "    elif event['action'] == 'c': return three(event)\n"
        "    elif event['action'] == 'd': return four(event)\n"
        "    elif event['action'] == 'e': return five(event)\n"
    )
    for found, entry in orchestrators(audited(source, tmp_path, "hostile.py")):
        tree = ast.parse(skeleton(found, entry))
        names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        modules = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        assert not any(isinstance(n, ast.Import) for n in ast.walk(tree))
        assert modules <= {"typing", "flowdsl", "flowdsl.errors"}
        assert not names & {"os", "__import__", "eval", "exec", "open"}


def test_what_a_call_needs_and_the_source_does_not_show_is_a_placeholder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flowdsl.dsl.discover import workflows_of

    text = SAGA.replace(
        "    try:",
        '    table.put_item(Item={"id": event["id"]})\n    try:',
    ).replace("glue = ", 'table = boto3.resource("dynamodb").Table(os.environ["ORDERS"])\nglue = ')
    made = "Task(aws.dynamodb.put_item(TableName=placeholder('TableName'), Item=placeholder('Item')))"
    assert made in sketch(text, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "skeleton_of_a_write.py"
    path.write_text(sketch(text, tmp_path), encoding="utf-8")
    (workflow,) = workflows_of(path, tmp_path)
    assert "PutItem" in workflow.definition.document["States"]
