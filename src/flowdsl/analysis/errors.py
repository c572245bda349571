"""Retriers and Catchers: what each takes, what an earlier one leaves it, and which errors a state can raise at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from flowdsl.analysis.task_results import target
from flowdsl.asl.definition import StateNode, is_distributed
from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import did_you_mean
from flowdsl.errors import (
    ALL,
    RESERVED,
    ErrorName,
    ExceedToleratedFailureThreshold,
    HeartbeatTimeout,
    ItemReaderFailed,
    QueryEvaluationError,
    ResultWriterFailed,
    Runtime,
    TaskFailed,
    Timeout,
    is_reserved,
)
from flowdsl.integrations.errors import NameProblem, check_error_name

Kind = Literal["Retry", "Catch"]

NOT_TASK_FAILED: Final = frozenset({Timeout, HeartbeatTimeout, QueryEvaluationError, ALL})
"""What States.TaskFailed does not take: time-outs (spec) and failed expressions (measured)."""

TRANSIENT: Final = (
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
)
"""What Lambda itself may fail with; AWS's list for a Retry, and throttling. Lambda.ClientExecutionTimeoutException is on it
too, and is often left out because the function may have run."""

OPEN_OUTCOME: Final = frozenset(
    {
        ALL,
        TaskFailed,
        Timeout,
        HeartbeatTimeout,
        "Sandbox.Timedout",
        "Lambda.Unknown",
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.ClientExecutionTimeoutException",
    }
)
"""Errors after which nobody knows whether the call was carried out."""


class Handler(NamedTuple):
    """One Retrier or Catcher."""

    kind: Kind
    number: int
    fields: Mapping[str, Any]
    names: tuple[str, ...]
    """Its ErrorEquals, what is no text left out."""

    @property
    def attempts(self) -> int:
        """Retries it makes at most (a Retrier): MaxAttempts, 3 where it is not given."""
        given = self.fields.get("MaxAttempts", 3)
        return given if isinstance(given, int) and not isinstance(given, bool) else 3


def handlers(state: StateNode, kind: Kind) -> list[Handler]:
    """A state's Retriers or Catchers, in order. Malformed ones are passed over."""
    found = state.fields.get(kind)
    if not found or not is_list(found):
        return []
    return [
        Handler(kind, i, entry, tuple([n for n in _listed(entry.get("ErrorEquals")) if isinstance(n, str)]))
        for i, entry in enumerate(found)
        if is_object(entry)
    ]


def takes(pattern: str, name: str) -> bool:
    """Whether one string of an ErrorEquals takes all that another does."""
    if pattern in (name, ALL):
        return True
    return pattern == TaskFailed and name not in NOT_TASK_FAILED


def one_takes(patterns: Collection[str], name: str) -> bool:
    """Whether one of the strings of an ErrorEquals takes an error."""
    return name in patterns or ALL in patterns or (TaskFailed in patterns and name not in NOT_TASK_FAILED)


def taken_before(entries: list[Handler], number: int) -> dict[str, Handler]:
    """The names of a handler that an earlier one of the same kind takes, with that one."""
    found: dict[str, Handler] = {}
    for name in entries[number].names:
        for earlier in entries[:number]:
            if one_takes(earlier.names, name):
                found[name] = earlier
                break
    return found


def is_caught(state: StateNode, *names: str) -> bool:
    """Whether a state's own Catch takes all these errors."""
    patterns = [pattern for handler in handlers(state, "Catch") for pattern in handler.names]
    return all(one_takes(patterns, name) for name in names)


def is_retried(state: StateNode, name: str) -> bool:
    """Whether a state's Retry takes an error and tries again at least once."""
    return try_again(handlers(state, "Retry"), name)


def try_again(retriers: Iterable[Handler], name: str) -> bool:
    """Whether Retriers take an error and try again at least once: the first that matches decides."""
    for handler in retriers:
        if one_takes(handler.names, name):
            return handler.attempts > 0
    return False


def impossible(state: StateNode, name: str) -> NameProblem | None:
    """Why a state can never raise an error of this name; None where it can, or where that is not known."""
    if state.type != "Task" and name in _raised_inside(state):
        return None
    wrong = _no_error(name)
    if wrong is not None:
        return wrong
    return _impossible_for_task(state, name) if state.type == "Task" else _impossible_for_scopes(state, name)


@lru_cache(maxsize=4096)
def _no_error(name: str) -> NameProblem | None:
    """Why no state whatever can raise an error of this name."""
    if name == Runtime:
        return NameProblem("uncatchable", "States.Runtime can be neither retried nor caught")
    if name.startswith("States.") and not is_reserved(name):
        return NameProblem("no-such-reserved", f"there is no error {name!r}{did_you_mean(name, RESERVED)}")
    if name.partition(".")[0].lower() in ("state", "states") and not name.startswith("States."):
        return NameProblem("no-such-reserved", f"there is no error {name!r}{did_you_mean(name, RESERVED)}")
    return None


def _impossible_for_task(state: StateNode, name: str) -> NameProblem | None:
    fields = state.fields
    if name == HeartbeatTimeout and not any(key in fields for key in ("HeartbeatSeconds", "HeartbeatSecondsPath")):
        return NameProblem("not-of-a-task", f"{state.name!r} has no HeartbeatSeconds, so it raises no {name!r}")
    if name == QueryEvaluationError and not state.is_jsonata:
        return NameProblem("not-of-a-task", f"{state.name!r} evaluates no JSONata, so it raises no {name!r}")
    found = target(state)
    if found.operation is None or found.resource is None:
        return None
    return check_error_name(name, found.operation, found.resource.pattern)


def _impossible_for_scopes(state: StateNode, name: str) -> NameProblem | None:
    """A Map or Parallel raises what its states raise; only what is the Map's own is told apart here."""
    distributed = state.type == "Map" and is_distributed(state.fields)
    needs = {
        ItemReaderFailed: (distributed and "ItemReader" in state.fields, "has no ItemReader"),
        ResultWriterFailed: (distributed and "ResultWriter" in state.fields, "has no ResultWriter"),
        ExceedToleratedFailureThreshold: (distributed, "is no Distributed Map"),
    }
    possible, lacks = needs.get(ErrorName(name), (True, ""))
    if possible or _inside(state):
        return None
    return NameProblem("not-of-a-task", f"{state.name!r} {lacks}, so it raises no {name!r}")


def _inside(state: StateNode) -> bool:
    """Whether there is a Map inside, whose errors come through."""
    return any(inner.get("Type") == "Map" for inner in _objects_inside(state))


def _raised_inside(state: StateNode) -> set[str]:
    """The error names that Fail states inside a Map or Parallel give."""
    errors = (inner.get("Error") for inner in _objects_inside(state) if inner.get("Type") == "Fail")
    return {error for error in errors if isinstance(error, str)}


def _objects_inside(state: StateNode) -> Iterator[dict[str, Any]]:
    stack: list[Any] = [state.fields.get(key) for key in ("Branches", "ItemProcessor", "Iterator")]
    while stack:
        here = stack.pop()
        if is_object(here):
            yield here
            stack.extend(here.values())
        elif is_list(here):
            stack.extend(here)


def _listed(value: Any) -> list[Any]:
    return value if is_list(value) else []


def all_handlers(state: StateNode) -> Iterator[Handler]:
    """Retriers, then Catchers."""
    yield from handlers(state, "Retry")
    yield from handlers(state, "Catch")
