"""A second opinion: moto's interpreter on random machines and on recorded cases, each in a fork of its own.

`python -m tests.conformance.second_opinion [--machines N] [--seed N] [--cases FOLDER]` lists every disagreement. It is no
verdict: where the two differ, AWS's documentation or a recording says who is right.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter.answers import Answer, Call
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.program import compile
from flowdsl.interpreter.task import TaskNode
from tests.conformance.random_machines import machines

SECONDS = 20.0
"""Real time that moto may take for one machine; it waits for real."""
NOISE = ("SdkHttpMetadata", "SdkResponseMetadata")

Functions = Callable[[str, Any], tuple[Any, str | None]]
"""(function, event) -> (result, error name)."""


def functions(name: str, event: Any) -> tuple[Any, str | None]:
    """What the functions of random machines do."""
    return (
        (None, str(event.get("fail", "Custom")) if isinstance(event, dict) else "Custom")
        if name == "failing"
        else (event, None)
    )


class Ours:
    """Answers calls with the same functions: an Answerer."""

    def __init__(self, call: Functions) -> None:
        self._call = call

    def answer(self, frame: Frame, node: TaskNode, call: Call) -> Answer:
        arguments = call.arguments if isinstance(call.arguments, dict) else {}
        result, error = self._call(str(arguments.get("FunctionName", node.resource.arn)), call.request)
        return Answer(result) if error is None else Answer(failed=True, error=error, cause=failure(error))


def failure(error: str) -> str:
    """The cause of a function's error."""
    return json.dumps({"errorMessage": "", "errorType": error}, separators=(",", ":"))


def ours(machine: dict[str, Any], value: Any, call: Functions) -> dict[str, Any]:
    """What flowdsl makes of a machine."""
    try:
        execution = start(compile(Definition(machine)), value, Ours(call)).finish()
    except FlowDslError as error:
        return {"refused": str(error)}
    told: dict[str, Any] = {"status": execution.status, "path": list(execution.path)}
    return told | ({"output": execution.output} if execution.status == "SUCCEEDED" else {"error": execution.error})


def motos(machine: dict[str, Any], value: Any, call: Functions) -> dict[str, Any]:
    """What moto makes of it."""
    import boto3
    import jlens
    from botocore.exceptions import ClientError
    from moto import mock_aws
    from moto.awslambda_simple.models import LambdaSimpleBackend
    from moto.stepfunctions.parser.asl.jsonata import jsonata

    def invoke(self: Any, function_name: str, qualifier: Any, body: Any, headers: Any, response_headers: Any) -> bytes:
        result, error = call(function_name.rpartition(":")[2], json.loads(body or "{}"))
        if error is not None:
            response_headers["x-amz-function-error"] = "Unhandled"
            return failure(error).encode()
        return json.dumps(result).encode()

    LambdaSimpleBackend.invoke = invoke  # type: ignore[method-assign]

    def evaluate(text: str) -> Any:
        try:
            return jlens.Expression(text).evaluate()
        except Exception as error:
            raise jsonata.JSONataException("UNKNOWN", str(error)) from None

    jsonata._eval_jsonata = evaluate  # type: ignore[attr-defined]
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}):
        client = boto3.client("stepfunctions", "us-east-1")
        role = "arn:aws:iam::123456789012:role/r"
        try:
            made = client.create_state_machine(name="m", definition=json.dumps(machine), roleArn=role)
        except ClientError as error:
            return {"refused": str(error)}
        began = client.start_execution(stateMachineArn=made["stateMachineArn"], name="e", input=json.dumps(value))
        arn = began["executionArn"]
        until = time.monotonic() + SECONDS
        while (found := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
            if time.monotonic() > until:
                return {"refused": "it takes too long"}
            time.sleep(0.002)
        events = client.get_execution_history(executionArn=arn, maxResults=1000)["events"]
    path = [e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e]
    told: dict[str, Any] = {"status": found["status"], "path": path}
    return told | (
        {"output": json.loads(found["output"])} if found["status"] == "SUCCEEDED" else {"error": found.get("error")}
    )


def forked(work: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """Does work in a fork: one failed JSONata parse spoils moto's next ones."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def run() -> None:
        try:
            sender.send(work(*arguments))
        except BaseException as error:
            sender.send({"refused": f"{type(error).__name__}: {error}"})

    process = context.Process(target=run, daemon=True)
    process.start()
    found: dict[str, Any] = receiver.recv() if receiver.poll(SECONDS + 10) else {"refused": "no answer"}
    process.kill()
    process.join()
    return found


def disagreement(one: dict[str, Any], other: dict[str, Any]) -> str | None:
    """Where flowdsl and moto differ, in words."""
    for key in ("status", "output", "error", "path"):
        a, b = plain(one.get(key)), plain(other.get(key))
        if key == "path":  # branches take turns as they like
            a, b = sorted(a or ()), sorted(b or ())
        if a != b:
            return f"{key}: flowdsl {json.dumps(a)[:200]}, moto {json.dumps(b)[:200]}"
    return None


def plain(value: Any) -> Any:
    """Without what AWS adds around a result; 1.0 as 1."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in NOISE}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def recorded(folder: Path) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Recorded cases without a Task: (id, machine, input)."""
    for file in sorted(folder.rglob("*.json")):
        case = json.loads(file.read_text(encoding="utf-8"))
        if case.get("type") == "EXPRESS" or "definition" not in case or case.get("mocks") or case.get("s3"):
            continue
        if '"Task"' not in json.dumps(case["definition"]):
            yield case["id"].rpartition("::")[2], case["definition"], case.get("input") or {}


def main() -> int:
    parser = argparse.ArgumentParser(description="Lists where moto's interpreter and flowdsl disagree.")
    parser.add_argument("--machines", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cases", type=Path)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    # Once, before the forks: imports and the grammar take moto two seconds.
    motos({"StartAt": "S", "States": {"S": {"Type": "Pass", "End": True}}}, {}, functions)
    subjects = [(f"machine {given.seed}/{i}", m, v) for i, (m, v) in enumerate(machines(given.seed, given.machines))]
    subjects += list(recorded(given.cases)) if given.cases else []
    counts: Counter[str] = Counter()
    for name, machine, value in subjects:
        mine = ours(machine, value, functions)
        theirs = forked(motos, machine, value, functions)
        if "refused" in theirs or "refused" in mine:
            who = "both" if "refused" in theirs and "refused" in mine else "moto" if "refused" in theirs else "flowdsl"
            counts[f"refused by {who}"] += 1
            if who == "flowdsl":
                print(f"{name}: flowdsl refuses it: {mine['refused'][:200]}")
            continue
        told = disagreement(mine, theirs)
        counts["same" if told is None else "different"] += 1
        if told is not None:
            print(f"{name}: {told}")
    print(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
