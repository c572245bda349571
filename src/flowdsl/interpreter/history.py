"""The execution history: kept as compact records while a run goes on, told as GetExecutionHistory's events when asked for.

A record is a tuple (kind, previous event's id, time in ms, payload...); its event's id is its place in the list, from 1.
The shapes of the events and the names of their details are those of the API; what is in them and what points to what
is as recorded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from flowdsl.interpreter.sizes import to_json

Record = tuple[Any, ...]
Details = dict[str, Any]


class Kind:
    """A type of event: its name, the key of its details, and how a record's payload becomes those details."""

    __slots__ = ("details", "name", "render")

    def __init__(self, name: str, details: str | None = None, render: Callable[..., Details] | None = None) -> None:
        self.name = name
        self.details = details
        self.render = render

    def __repr__(self) -> str:
        return self.name


def _data(key: str, value: Any) -> Details:
    return {key: to_json(value), f"{key}Details": {"truncated": False}}


def _entered(node: Any, value: Any) -> Details:
    return {"name": node.name, **_data("input", value)}


def _exited(node: Any, value: Any, assigned: dict[str, Any] | None = None) -> Details:
    details = {"name": node.name, **_data("output", value)}
    if assigned:
        details["assignedVariables"] = {name: to_json(v) for name, v in assigned.items()}
        details["assignedVariablesDetails"] = {"truncated": False}
    return details


def _failed(error: str | None, cause: str | None) -> Details:
    return {k: v for k, v in (("error", error), ("cause", cause)) if v is not None}


def _given(**fields: Any) -> Details:
    return {k: v for k, v in fields.items() if v is not None}


STATE_TYPES = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
ENTERED = {t: Kind(f"{t}StateEntered", "stateEnteredEventDetails", _entered) for t in STATE_TYPES}
EXITED = {t: Kind(f"{t}StateExited", "stateExitedEventDetails", _exited) for t in STATE_TYPES if t != "Fail"}
ABORTED = {t: Kind(f"{t}StateAborted") for t in ("Task", "Wait", "Parallel", "Map")}

EXECUTION_STARTED = Kind(
    "ExecutionStarted",
    "executionStartedEventDetails",
    lambda value, role: {**_data("input", value), "roleArn": role},
)
EXECUTION_SUCCEEDED = Kind("ExecutionSucceeded", "executionSucceededEventDetails", lambda value: _data("output", value))
EXECUTION_FAILED = Kind("ExecutionFailed", "executionFailedEventDetails", _failed)
EXECUTION_TIMED_OUT = Kind("ExecutionTimedOut", "executionTimedOutEventDetails", _failed)
EXECUTION_ABORTED = Kind("ExecutionAborted", "executionAbortedEventDetails", _failed)
EXECUTION_REDRIVEN = Kind("ExecutionRedriven", "executionRedrivenEventDetails", lambda count: {"redriveCount": count})

PARALLEL_STARTED = Kind("ParallelStateStarted")
PARALLEL_SUCCEEDED = Kind("ParallelStateSucceeded")
PARALLEL_FAILED = Kind("ParallelStateFailed")
MAP_STARTED = Kind("MapStateStarted", "mapStateStartedEventDetails", lambda length: {"length": length})
MAP_SUCCEEDED = Kind("MapStateSucceeded")
MAP_FAILED = Kind("MapStateFailed")


def _iteration(what: str) -> Kind:
    return Kind(
        f"MapIteration{what}",
        f"mapIteration{what}EventDetails",
        lambda node, index: {"name": node.name, "index": index},
    )


ITERATION_STARTED = _iteration("Started")
ITERATION_SUCCEEDED = _iteration("Succeeded")
ITERATION_FAILED = _iteration("Failed")
ITERATION_ABORTED = _iteration("Aborted")

MAP_RUN_STARTED = Kind("MapRunStarted", "mapRunStartedEventDetails", lambda arn: {"mapRunArn": arn})
MAP_RUN_SUCCEEDED = Kind("MapRunSucceeded")
MAP_RUN_FAILED = Kind("MapRunFailed", "mapRunFailedEventDetails", _failed)
MAP_RUN_ABORTED = Kind("MapRunAborted")
MAP_RUN_REDRIVEN = Kind(
    "MapRunRedriven", "mapRunRedrivenEventDetails", lambda arn, count: {"mapRunArn": arn, "redriveCount": count}
)

EVALUATION_FAILED = Kind(
    "EvaluationFailed",
    "evaluationFailedEventDetails",
    lambda node, error, cause, location: _given(error=error, cause=cause, location=location, state=node.name),
)

TASK_SCHEDULED = Kind(
    "TaskScheduled",
    "taskScheduledEventDetails",
    lambda resource, request, timeout, heartbeat, credentials, region: {
        "resourceType": resource.type,
        "resource": resource.action,
        "region": region,
        "parameters": to_json(request),
        **_given(timeoutInSeconds=timeout, heartbeatInSeconds=heartbeat, taskCredentials=credentials),
    },
)
TASK_STARTED = Kind("TaskStarted", "taskStartedEventDetails", lambda resource: _resource(resource))
TASK_SUBMITTED = Kind(
    "TaskSubmitted",
    "taskSubmittedEventDetails",
    lambda resource, value: {**_resource(resource), **_data("output", value)},
)
TASK_SUCCEEDED = Kind(
    "TaskSucceeded",
    "taskSucceededEventDetails",
    lambda resource, value: {**_resource(resource), **_data("output", value)},
)


def _task_error(what: str) -> Kind:
    return Kind(
        f"Task{what}",
        f"task{what}EventDetails",
        lambda resource, error, cause: {**_resource(resource), **_failed(error, cause)},
    )


TASK_FAILED = _task_error("Failed")
TASK_TIMED_OUT = _task_error("TimedOut")

LAMBDA_SCHEDULED = Kind(
    "LambdaFunctionScheduled",
    "lambdaFunctionScheduledEventDetails",
    lambda resource, request, timeout, heartbeat, credentials, region: {
        "resource": resource.arn,
        **_data("input", request),
        **_given(timeoutInSeconds=timeout, taskCredentials=credentials),
    },
)
LAMBDA_STARTED = Kind("LambdaFunctionStarted")
LAMBDA_SUCCEEDED = Kind(
    "LambdaFunctionSucceeded", "lambdaFunctionSucceededEventDetails", lambda resource, value: _data("output", value)
)
LAMBDA_FAILED = Kind(
    "LambdaFunctionFailed", "lambdaFunctionFailedEventDetails", lambda resource, error, cause: _failed(error, cause)
)
LAMBDA_TIMED_OUT = Kind(
    "LambdaFunctionTimedOut", "lambdaFunctionTimedOutEventDetails", lambda resource, error, cause: _failed(error, cause)
)

ACTIVITY_SCHEDULED = Kind(
    "ActivityScheduled",
    "activityScheduledEventDetails",
    lambda resource, request, timeout, heartbeat, credentials, region: {
        "resource": resource.arn,
        **_data("input", request),
        **_given(timeoutInSeconds=timeout, heartbeatInSeconds=heartbeat),
    },
)
ACTIVITY_STARTED = Kind(
    "ActivityStarted", "activityStartedEventDetails", lambda resource, worker=None: _given(workerName=worker)
)
ACTIVITY_SUCCEEDED = Kind(
    "ActivitySucceeded", "activitySucceededEventDetails", lambda resource, value: _data("output", value)
)
ACTIVITY_FAILED = Kind(
    "ActivityFailed", "activityFailedEventDetails", lambda resource, error, cause: _failed(error, cause)
)
ACTIVITY_TIMED_OUT = Kind(
    "ActivityTimedOut", "activityTimedOutEventDetails", lambda resource, error, cause: _failed(error, cause)
)


def _resource(resource: Any) -> Details:
    return {"resourceType": resource.type, "resource": resource.action}


def event(number: int, record: Record) -> dict[str, Any]:
    """One event as GetExecutionHistory gives it; `timestamp` is an aware datetime."""
    kind: Kind = record[0]
    told: dict[str, Any] = {
        "timestamp": datetime.fromtimestamp(record[2] / 1000, UTC),
        "type": kind.name,
        "id": number,
        "previousEventId": record[1],
    }
    if kind.details is not None and kind.render is not None:
        told[kind.details] = kind.render(*record[3:])
    return told


def events(records: Iterable[Record]) -> list[dict[str, Any]]:
    """The whole history."""
    return [event(number, record) for number, record in enumerate(records, 1)]


def jsonable(history: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """A history with its timestamps as text, as the AWS CLI prints it."""
    return [{**e, "timestamp": e["timestamp"].isoformat(timespec="milliseconds")} for e in history]


def path(records: Iterable[Record]) -> Iterator[str]:
    """The names of the states entered, in order."""
    kinds = frozenset(ENTERED.values())
    return (r[3].name for r in records if r[0] in kinds)


def dump(history: Iterable[dict[str, Any]]) -> str:
    """The text that `aws stepfunctions get-execution-history` would print."""
    return json.dumps({"events": jsonable(history)}, indent=2, ensure_ascii=False)
