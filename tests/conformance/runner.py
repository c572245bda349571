"""Runs one recorded case: `run(definition, input, mocks, type, *, case=...)`, as the scorer of the recordings calls it."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter.answers import Answer, Call
from flowdsl.interpreter.execution import start
from flowdsl.interpreter.failures import NotSupported
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.program import compile
from flowdsl.interpreter.task import TaskNode

ACCOUNT = "111111111111"
"""The recorder writes this in place of the account."""
SYNC = "<SyncExecArn"
"""The recorder masks the ARN of an execution that StartSyncExecution started by a name of its own."""
CLOCK = "2026-01-01T12:00:00Z"


class Recorded:
    """Answers each Task with what its integration answered when the case was recorded, in order."""

    def __init__(self, mocks: Mapping[str, Any], lambdas: Iterable[Mapping[str, Any]] = ()) -> None:
        self._functions = {f["name"]: FUNCTIONS[f["file"]] for f in lambdas if f.get("file") in FUNCTIONS}
        self._answers: dict[str, deque[dict[str, Any]]] = defaultdict(deque)
        for state, answers in mocks.items():
            self._answers[state].extend(answers if isinstance(answers, list) else [answers])

    def answer(self, frame: Frame, node: TaskNode, call: Call) -> Answer:
        """The next recorded answer of the state; for a Map's iterations that of the iteration, where it is known."""
        waiting = self._answers[node.name]
        for place, recorded in enumerate(waiting):
            if recorded.get("index") in (None, call.index):
                del waiting[place]
                return recorded_answer(recorded)
        # The history of a Distributed Map's child execution was not recorded; its function is named.
        function = self._functions.get(str(node.function or node.resource.arn).rpartition(":")[2])
        if function is not None:
            return function(call.request)
        raise NotSupported(node.name, "Resource", "no further answer was recorded")


FUNCTIONS = {
    "id_function.py": lambda event: Answer(event),
    "echo_function.py": lambda event: Answer(event),
}
"""What the recorded functions do that give back what they get."""


def recorded_answer(recorded: Mapping[str, Any]) -> Answer:
    """An Answer from a recording."""
    submitted = recorded.get("submitted")
    if "failed_as" not in recorded:
        return Answer(recorded.get("result"), whole=True, submitted=submitted)
    if recorded["failed_as"].endswith("TimedOut"):
        return Answer(never=True, beats=False, submitted=submitted)
    cause = recorded.get("cause")
    if cause is not None and not isinstance(cause, str):
        cause = json.dumps(cause)
    return Answer(failed=True, error=recorded.get("error"), cause=cause, submitted=submitted)


def run(
    definition: dict[str, Any],
    input: Any,
    mocks: Mapping[str, Any],
    type: str,
    *,
    case: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The result of a case, in the scorer's terms."""
    case = case or {}
    virtual = case.get("virtual") or {}
    objects: dict[Any, Any] = dict.fromkeys(case.get("s3_buckets") or ())
    for found in case.get("s3") or ():
        objects[found["bucket"], found["key"]] = found["body"]
    try:
        program = compile(Definition(definition, name="StateMachine"))
        execution = start(
            program,
            {} if input is None else input,
            Recorded(mocks, case.get("lambdas") or ()),
            now=virtual.get("clock") or CLOCK,
            type="EXPRESS" if type == "EXPRESS" else "STANDARD",
            sync=type == "EXPRESS" and any(mask.startswith(SYNC) for mask in virtual.get("tokens") or ()),
            name=virtual.get("execution_name"),
            s3=objects,
            account=ACCOUNT,
        ).finish()
    except NotSupported:
        raise
    except FlowDslError as error:
        raise NotSupported(None, None, str(error)) from error
    result: dict[str, Any] = {"status": execution.status, "error": execution.error, "cause": execution.cause}
    if execution.status == "SUCCEEDED":
        result["output"] = execution.output
    result["history"] = [{k: v for k, v in event.items() if k != "timestamp"} for event in execution.history]
    return result
