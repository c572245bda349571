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

from flowdsl.interpreter.resources import Resource
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


class _Latest:
    """The value written last, and its text: what one state gives is what the next one gets."""

    __slots__ = ("text", "value")

    def __init__(self) -> None:
        self.value: Any = None
        self.text = "null"

    def write(self, value: Any) -> str:
        if value is not self.value:
            self.text = to_json(value)
            self.value = value
        return self.text


def _data(key: str, value: Any) -> Details:
    return {key: _latest.write(value), f"{key}Details": {"truncated": False}}


_latest = _Latest()


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


def _started(value: Any, role: str) -> Details:
    return {**_data("input", value), "roleArn": role}


def _output(value: Any) -> Details:
    return _data("output", value)


def _redriven(count: int) -> Details:
    return {"redriveCount": count}


def _length(length: int) -> Details:
    return {"length": length}


def _iteration(node: Any, index: int) -> Details:
    return {"name": node.name, "index": index}


def _map_run(arn: str) -> Details:
    return {"mapRunArn": arn}


def _map_run_redriven(arn: str, count: int) -> Details:
    return {"mapRunArn": arn, "redriveCount": count}


def _evaluation(node: Any, error: str, cause: str, location: str | None) -> Details:
    return _given(error=error, cause=cause, location=location, state=node.name)


def _service(resource: Resource) -> Details:
    return {"resourceType": resource.type, "resource": resource.action}


def _service_scheduled(
    resource: Resource, request: Any, timeout: int | None, heartbeat: int | None, credentials: Any, region: str
) -> Details:
    return {
        **_service(resource),
        "region": region,
        "parameters": to_json(request),
        **_given(timeoutInSeconds=timeout, heartbeatInSeconds=heartbeat, taskCredentials=credentials),
    }


def _service_output(resource: Resource, value: Any) -> Details:
    return {**_service(resource), **_data("output", value)}


def _service_failed(resource: Resource, error: str | None, cause: str | None) -> Details:
    return {**_service(resource), **_failed(error, cause)}


def _lambda_scheduled(
    resource: Resource, request: Any, timeout: int | None, heartbeat: int | None, credentials: Any, region: str
) -> Details:
    return {
        "resource": resource.arn,
        **_data("input", request),
        **_given(timeoutInSeconds=timeout, taskCredentials=credentials),
    }


def _activity_scheduled(
    resource: Resource, request: Any, timeout: int | None, heartbeat: int | None, credentials: Any, region: str
) -> Details:
    return {
        "resource": resource.arn,
        **_data("input", request),
        **_given(timeoutInSeconds=timeout, heartbeatInSeconds=heartbeat),
    }


def _activity_started(resource: Resource, worker: str | None = None) -> Details:
    return _given(workerName=worker)


def _call_output(resource: Resource, value: Any) -> Details:
    return _data("output", value)


def _call_failed(resource: Resource, error: str | None, cause: str | None) -> Details:
    return _failed(error, cause)


def _kind(name: str, render: Callable[..., Details] | None = None) -> Kind:
    """A type of event whose details are called after it."""
    return Kind(name, f"{name[0].lower()}{name[1:]}EventDetails", render)


STATE_TYPES = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")
ENTERED = {t: Kind(f"{t}StateEntered", "stateEnteredEventDetails", _entered) for t in STATE_TYPES}
EXITED = {t: Kind(f"{t}StateExited", "stateExitedEventDetails", _exited) for t in STATE_TYPES if t != "Fail"}
ABORTED = {t: Kind(f"{t}StateAborted") for t in ("Task", "Wait", "Parallel", "Map")}

EXECUTION_STARTED = _kind("ExecutionStarted", _started)
EXECUTION_SUCCEEDED = _kind("ExecutionSucceeded", _output)
EXECUTION_FAILED = _kind("ExecutionFailed", _failed)
EXECUTION_TIMED_OUT = _kind("ExecutionTimedOut", _failed)
EXECUTION_ABORTED = _kind("ExecutionAborted", _failed)
EXECUTION_REDRIVEN = _kind("ExecutionRedriven", _redriven)

PARALLEL_STARTED = Kind("ParallelStateStarted")
PARALLEL_SUCCEEDED = Kind("ParallelStateSucceeded")
PARALLEL_FAILED = Kind("ParallelStateFailed")
MAP_STARTED = _kind("MapStateStarted", _length)
MAP_SUCCEEDED = Kind("MapStateSucceeded")
MAP_FAILED = Kind("MapStateFailed")

ITERATION_STARTED = _kind("MapIterationStarted", _iteration)
ITERATION_SUCCEEDED = _kind("MapIterationSucceeded", _iteration)
ITERATION_FAILED = _kind("MapIterationFailed", _iteration)
ITERATION_ABORTED = _kind("MapIterationAborted", _iteration)

MAP_RUN_STARTED = _kind("MapRunStarted", _map_run)
MAP_RUN_SUCCEEDED = Kind("MapRunSucceeded")
MAP_RUN_FAILED = _kind("MapRunFailed", _failed)
MAP_RUN_ABORTED = Kind("MapRunAborted")
MAP_RUN_REDRIVEN = _kind("MapRunRedriven", _map_run_redriven)

EVALUATION_FAILED = _kind("EvaluationFailed", _evaluation)

TASK_SCHEDULED = _kind("TaskScheduled", _service_scheduled)
TASK_STARTED = _kind("TaskStarted", _service)
TASK_SUBMITTED = _kind("TaskSubmitted", _service_output)
TASK_SUCCEEDED = _kind("TaskSucceeded", _service_output)
TASK_FAILED = _kind("TaskFailed", _service_failed)
TASK_TIMED_OUT = _kind("TaskTimedOut", _service_failed)

LAMBDA_SCHEDULED = _kind("LambdaFunctionScheduled", _lambda_scheduled)
LAMBDA_STARTED = Kind("LambdaFunctionStarted")
LAMBDA_SUCCEEDED = _kind("LambdaFunctionSucceeded", _call_output)
LAMBDA_FAILED = _kind("LambdaFunctionFailed", _call_failed)
LAMBDA_TIMED_OUT = _kind("LambdaFunctionTimedOut", _call_failed)

ACTIVITY_SCHEDULED = _kind("ActivityScheduled", _activity_scheduled)
ACTIVITY_STARTED = _kind("ActivityStarted", _activity_started)
ACTIVITY_SUCCEEDED = _kind("ActivitySucceeded", _call_output)
ACTIVITY_FAILED = _kind("ActivityFailed", _call_failed)
ACTIVITY_TIMED_OUT = _kind("ActivityTimedOut", _call_failed)


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
