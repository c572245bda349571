"""What moto's interpreter makes of definitions: JSON lines of cases in, JSON lines of results out.

Runs in the environment of the benchmarks' peers. Each case has a process of its own: a definition that moto cannot parse
spoils what it parses after it.
"""

import json
import os
import select
import signal
import sys
import time
from collections import deque
from typing import Any

import boto3
import jlens
from moto import mock_aws
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.jsonata import jsonata
from moto.stepfunctions.parser.mocking.mock_config import MockedResponseReturn, MockedResponseThrow

SECONDS = 6.0
"""What one case may take: moto waits in real time."""


def mocked(answers: dict[str, list[dict[str, Any]]]) -> None:
    """Gives the Tasks of the next execution their answers, in order."""
    waiting = {state: deque(given) for state, given in answers.items()}

    def next_answer(self: Any) -> Any:
        given = waiting[self.next_state_name].popleft()
        if "error" in given:
            return MockedResponseThrow(0, 0, given["error"], given["cause"])
        return MockedResponseReturn(0, 0, given["result"])

    Environment.is_mocked_mode = lambda self: self.next_state_name in waiting
    Environment.get_current_mocked_response = next_answer


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    """Status, output and error of one execution."""
    mocked(case["answers"])
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        client = boto3.client("stepfunctions", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        machine = client.create_state_machine(
            name="m", definition=json.dumps(case["definition"]), roleArn="arn:aws:iam::123456789012:role/r"
        )
        execution = client.start_execution(stateMachineArn=machine["stateMachineArn"], input=json.dumps(case["input"]))[
            "executionArn"
        ]
        while (found := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
            time.sleep(0.005)
        result = {"status": found["status"], "error": found.get("error"), "cause": found.get("cause")}
        if "output" in found:
            result["output"] = json.loads(found["output"])
        return result


def in_a_child(case: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            found = outcome(case)
        except BaseException as error:
            found = {"unsupported": f"{type(error).__name__}: {error}"[:300]}
        os.write(writing, json.dumps(found).encode()[:60_000])
        os._exit(0)
    os.close(writing)
    ready, _, _ = select.select([reading], [], [], SECONDS)
    text = os.read(reading, 65_536) if ready else b""
    os.close(reading)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        return json.loads(text)
    except ValueError:
        return {"unsupported": f"no answer within {SECONDS:g} s"}


def main() -> None:
    jsonata._eval_jsonata = lambda text: jlens.Expression(text).evaluate()
    # moto prints as it goes: what it says must not get among the results.
    results = os.fdopen(os.dup(1), "w")
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    # Loading models and building the parser's tables takes a second: once, before the first child.
    for language in ("JSONPath", "JSONata"):
        states = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}
        outcome(
            {"definition": {"QueryLanguage": language, "StartAt": "A", "States": states}, "input": {}, "answers": {}}
        )
    for line in sys.stdin:
        case = json.loads(line)
        print(json.dumps({"id": case["id"], **in_a_child(case)}), file=results, flush=True)


if __name__ == "__main__":
    main()
