"""A history exported from AWS: read, and taken apart into what each thread did."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter.threads import FAILED, SCHEDULED, STARTED, SUCCEEDED, Event, Key, Threads, details, seconds


def read_history(content: Any) -> list[Event]:
    """The events of `aws stepfunctions get-execution-history`, in the order of their ids."""
    events: Any = content.get("events") if is_object(content) else content
    if not is_list(events) or not events:
        raise FlowDslError('a history is what `aws stepfunctions get-execution-history` prints: {"events": [...]}')
    for number, event in enumerate(events):
        if not is_object(event) or not isinstance(event.get("id"), int) or not isinstance(event.get("type"), str):
            raise FlowDslError(f"event {number} of the history has no id and type")
        try:
            seconds(event.get("timestamp"))
        except (TypeError, ValueError):
            raise FlowDslError(f"event {event['id']} of the history has no timestamp") from None
    ordered: list[Event] = sorted(events, key=_number)
    if ordered[0]["type"] != "ExecutionStarted":
        raise FlowDslError("the history does not begin with ExecutionStarted; export it whole")
    return ordered


def _number(event: Event) -> int:
    return int(event["id"])


def parsed(text: Any) -> Any:
    """The JSON value of a text; the text itself when it is none."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


@dataclass(frozen=True)
class Step:
    """One thing that a thread did."""

    what: str
    """entered, exited, called, succeeded, failed; ended for the execution."""
    state: str
    value: Any
    event: int
    key: Key = ()
    at: float = 0
    started: float | None = None
    """For an outcome: when the call had started."""
    submitted: bool = False
    pause: float | None = None
    """Seconds that a Wait took, or that passed before a retry's call."""


def steps(events: Iterable[Event]) -> Iterator[Step]:
    """What every thread did, in the order of the events."""
    threads = Threads()
    submitted: dict[int, bool] = {}
    for event in events:
        at = threads.at(event)
        thread, stay = threads.follow(event)
        kind, number, told = event["type"], event["id"], details(event)
        if kind.startswith("Execution") and kind not in ("ExecutionStarted", "ExecutionRedriven"):
            value = (
                parsed(told["output"]) if "output" in told else {"error": told.get("error"), "cause": told.get("cause")}
            )
            yield Step("ended", kind, value, number, (), at)
        if stay is None:
            continue
        if kind.endswith("StateEntered"):
            yield Step("entered", stay.name, parsed(told.get("input")), number, thread.key, at)
        elif kind.endswith("StateExited"):
            pause = at - stay.at if stay.type == "Wait" else None
            yield Step("exited", stay.name, parsed(told.get("output")), number, thread.key, at, pause=pause)
        elif kind in SCHEDULED:
            submitted[stay.event] = False
            request = parsed(told.get("parameters", told.get("input")))
            pause = None if stay.failed_at is None else at - stay.failed_at
            stay.failed_at = None
            yield Step("called", stay.name, request, number, thread.key, at, pause=pause)
        elif kind in STARTED:
            stay.started = at
        elif kind == "TaskSubmitted":
            submitted[stay.event] = True
        elif kind in SUCCEEDED:
            value = parsed(told.get("output"))
            yield Step(
                "succeeded", stay.name, value, number, thread.key, at, stay.started, submitted.get(stay.event, False)
            )
        elif kind in FAILED:
            stay.failed_at = at
            value = {"error": told.get("error"), "cause": told.get("cause"), "timed out": kind.endswith("TimedOut")}
            yield Step(
                "failed", stay.name, value, number, thread.key, at, stay.started, submitted.get(stay.event, False)
            )


def started_input(events: list[Event]) -> Any:
    """The execution's input."""
    return parsed(details(events[0]).get("input", "{}"))
