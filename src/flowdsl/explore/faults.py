"""Which error a Task is made to fail with so that one of its retriers or catchers takes it."""

from __future__ import annotations

import json
from typing import NamedTuple

from flowdsl.analysis.errors import handlers, impossible
from flowdsl.analysis.task_results import handler_binding, target
from flowdsl.asl.bindings import Bindings
from flowdsl.asl.definition import StateNode
from flowdsl.errors import ALL, HeartbeatTimeout, TaskFailed, Timeout, matches
from flowdsl.integrations.errors import raised_by

MOST_TRIES = 20
"""Retries that are used up so that a catcher is asked."""


class Fault(NamedTuple):
    """How a call fails."""

    error: str
    hangs: bool = False
    """It never answers, and runs into its time limit."""

    def cause(self, is_function: bool) -> str:
        """What a service would say, in a few words; a function's is JSON."""
        said = _SAID.get(self.error, _FILLING)
        return json.dumps({"errorMessage": said, "errorType": self.error}) if is_function else said

    def is_filling(self, cause: str) -> bool:
        """Whether a cause says nothing that anybody would miss."""
        return self.error not in _SAID and cause in (self.cause(True), self.cause(False))


_FILLING = "made up"
_SAID = {
    "Lambda.TooManyRequestsException": "Rate exceeded",
    "DynamoDB.ConditionalCheckFailedException": "The conditional request failed",
}


def faults(state: StateNode, kind: str, number: int, bindings: Bindings) -> list[Fault]:
    """Failures that one retrier (`kind` Retry) or catcher (Catch) of a state takes, those first that make least ado."""
    found: dict[Fault, int] = {}
    for name in named(state, kind, number, bindings):
        fault = Fault(str(name), _hangs(state, name))
        tries = tries_before(state, kind, number, fault)
        if tries is not None and fault not in found:
            found[fault] = tries
    return sorted(found, key=lambda fault: found[fault])


def named(state: StateNode, kind: str, number: int, bindings: Bindings) -> list[str]:
    """Errors that the state can raise and that the retrier or catcher names, or takes with a reserved name."""
    entries = handlers(state, "Retry" if kind == "Retry" else "Catch")
    entry = next((each for each in entries if each.number == number), None)
    names: list[str] = []
    for pattern in () if entry is None else entry.names:
        names += usual(state, bindings) if pattern in (ALL, TaskFailed) else [pattern]
    # A model does not declare all that a service raises.
    return [
        name for name in dict.fromkeys(names) if (why := impossible(state, name)) is None or why.kind == "undeclared"
    ]


def tries_before(state: StateNode, kind: str, number: int, fault: Fault) -> int | None:
    """How often a call must fail so until that retrier or catcher takes it; None: it never will."""
    retriers = [each for each in handlers(state, "Retry") if takes(each.names, fault)]
    first = retriers[0] if retriers else None
    if kind == "Retry":
        return 1 if first is not None and first.number == number and first.attempts > 0 else None
    catchers = [each for each in handlers(state, "Catch") if takes(each.names, fault)]
    if not catchers or catchers[0].number != number:
        return None
    attempts = 0 if first is None else first.attempts
    return attempts + 1 if attempts <= MOST_TRIES else None


def takes(names: tuple[str, ...], fault: Fault) -> bool:
    """Whether an ErrorEquals takes a failure, as the interpreter sees it."""
    error = Timeout if fault.error == HeartbeatTimeout and fault.hangs else fault.error
    return any(matches(name, error) or (name == fault.error == HeartbeatTimeout) for name in names)


def usual(state: StateNode, bindings: Bindings) -> list[str]:
    """What a Task's call fails with, the likeliest first: what its handler declares, what its service raises."""
    found = target(state)
    binding = handler_binding(state, bindings)
    names: list[str] = list(binding.raises) if binding is not None else []
    if found.is_lambda or (found.resource is not None and found.resource.kind == "activity"):
        names.append("RuntimeError")
    if found.pattern in ("sync", "sync:2"):
        names.append(TaskFailed)
    if found.operation is not None and found.resource is not None:
        names += sorted(raised_by(found.operation, found.resource.pattern).names)
    return [*names, TaskFailed, Timeout, "States.Permissions"]


def _hangs(state: StateNode, name: str) -> bool:
    limits = {
        Timeout: ("TimeoutSeconds", "TimeoutSecondsPath"),
        HeartbeatTimeout: ("HeartbeatSeconds", "HeartbeatSecondsPath"),
    }
    return any(field in state.fields for field in limits.get(name, ()))  # type: ignore[call-overload]
