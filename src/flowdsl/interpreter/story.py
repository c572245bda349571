"""A history told to people: one line per step, as it comes in. It reads events of GetExecutionHistory, ours or AWS's own."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Event = dict[str, Any]
Mood = Literal["good", "bad", "plain"]

SCHEDULED = frozenset({"TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled"})
FAILED = frozenset(
    {
        "TaskFailed",
        "TaskTimedOut",
        "TaskStartFailed",
        "TaskSubmitFailed",
        "LambdaFunctionFailed",
        "LambdaFunctionTimedOut",
        "LambdaFunctionScheduleFailed",
        "LambdaFunctionStartFailed",
        "ActivityFailed",
        "ActivityTimedOut",
        "ActivityScheduleFailed",
    }
)


@dataclass
class Visit:
    """One stay in a state."""

    name: str
    type: str
    event: int
    at: float
    thread: Thread
    input: str = "null"
    attempts: int = 0
    failed_at: float | None = None
    error: tuple[str | None, str | None] | None = None
    items: int | None = None


@dataclass
class Thread:
    """The machine, a branch or an iteration."""

    depth: int = 0
    outer: Visit | None = None
    label: str = ""
    visit: Visit | None = None


@dataclass(frozen=True)
class Line:
    """One line of the story."""

    at: float
    """Seconds since the start."""
    depth: int
    state: str
    text: str
    mood: Mood = "plain"
    event: int = 0
    detail: str = field(default="", compare=False)
    """A value, to be cut to the width there is."""


def details(event: Event) -> dict[str, Any]:
    """The details of an event, whatever their key."""
    for key, value in event.items():
        if key.endswith("EventDetails") and isinstance(value, dict):
            return value
    return {}


def seconds(timestamp: Any) -> float:
    """Seconds since 1970 of an event's timestamp: a datetime, a number, or ISO 8601 text."""
    if isinstance(timestamp, datetime):
        return timestamp.timestamp()
    if isinstance(timestamp, (int, float)):
        return float(timestamp)
    return datetime.fromisoformat(str(timestamp)).timestamp()


def span(value: float) -> str:
    """A length of time for people: 0s, 1.5s, 12m 30s, 3h, 2d 4h."""
    if value < 60:
        return f"{round(value, 3):g}s"
    left = round(value)
    parts = []
    for name, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{name}")
    return " ".join(parts[:2])


class Story:
    """Turns events into lines, one event after the other."""

    def __init__(self) -> None:
        self.start: float | None = None
        self.threads: dict[int, Thread] = {0: Thread()}
        self.types: dict[int, str] = {}

    def tell(self, event: Event) -> list[Line]:
        """The lines that an event adds; most add none."""
        number, kind, previous = event["id"], event["type"], event.get("previousEventId", 0)
        now = seconds(event["timestamp"])
        if self.start is None:
            self.start = now
        at = now - self.start
        told = details(event)
        thread = self.threads.get(previous) or self.threads[0]
        lines: list[Line] = []
        if kind.endswith("StateEntered"):
            if self.types.get(previous) == "ParallelStateStarted":
                thread = Thread(thread.depth + 1, thread.visit)
            thread.visit = Visit(
                str(told.get("name")), kind.removesuffix("StateEntered"), number, at, thread, told.get("input", "null")
            )
        elif kind == "MapIterationStarted":
            outer = self._holder(thread, str(told.get("name")))
            thread = Thread(outer.depth + 1, outer.visit, f"[{told.get('index')}]")
        elif kind.endswith("StateExited"):
            thread = self._holder(thread, str(told.get("name")))
            if thread.visit is not None:
                lines.append(self._exited(at, number, thread.visit, told))
        elif kind in SCHEDULED:
            if thread.visit is not None:
                lines.extend(_scheduled(at, number, thread.visit))
        elif kind in FAILED:
            if thread.visit is not None:
                lines.append(_failed(at, number, thread.visit, told))
        elif kind == "EvaluationFailed":
            thread, line = self._evaluation(at, number, thread, told)
            lines.append(line)
        elif kind == "MapStateStarted":
            if thread.visit is not None:
                thread.visit.items = told.get("length")
        elif kind in ("MapStateFailed", "ParallelStateFailed"):
            thread = _outward(thread, kind.removesuffix("StateFailed"))
            if thread.visit is not None:
                lines.append(Line(at, thread.depth, thread.visit.name, "failed", "bad", number))
        elif kind.startswith("Execution") and kind != "ExecutionStarted":
            lines.append(_end(at, number, kind, told))
        self.threads[number] = thread
        self.types[number] = kind
        return lines

    def _holder(self, thread: Thread, name: str) -> Thread:
        """The thread, from here outwards, whose open state has this name."""
        found: Thread | None = thread
        while found is not None:
            if found.visit is not None and found.visit.name == name:
                return found
            found = found.outer.thread if found.outer is not None else None
        return thread

    def _evaluation(self, at: float, number: int, thread: Thread, told: dict[str, Any]) -> tuple[Thread, Line]:
        name = str(told.get("state"))
        holder = self._holder(thread, name)
        if holder.visit is None or holder.visit.name != name:
            # It points to the event before the state was entered: the latest visit of that name is meant.
            later = [t for t in self.threads.values() if t.visit is not None and t.visit.name == name]
            holder = later[-1] if later else thread
        line = Line(at, holder.depth, name, _error(told), "bad", number)
        return holder, line

    def _exited(self, at: float, number: int, visit: Visit, told: dict[str, Any]) -> Line:
        output = str(told.get("output", ""))
        text = _what(visit, at)
        if visit.error is not None:
            text = f"{text} caught {visit.error[0] or 'an error without a name'}".strip()
        label = visit.thread.label
        name = f"{label} {visit.name}" if label else visit.name
        return Line(at, visit.thread.depth, name, text, "good", number, output)


def _what(visit: Visit, at: float) -> str:
    if visit.type == "Wait":
        return f"waited {span(at - visit.at)}"
    if visit.type == "Map" and visit.items is not None:
        return f"{visit.items} item{'s' * (visit.items != 1)}"
    if visit.type == "Task" and visit.attempts > 1:
        return f"attempt {visit.attempts}"
    return ""


def _outward(thread: Thread, kind: str) -> Thread:
    found: Thread | None = thread
    while found is not None:
        if found.visit is not None and found.visit.type == kind:
            return found
        found = found.outer.thread if found.outer is not None else None
    return thread


def _scheduled(at: float, number: int, visit: Visit) -> list[Line]:
    visit.attempts += 1
    visit.error = None
    if visit.failed_at is None:
        return []
    waited = span(at - visit.failed_at)
    return [Line(at, visit.thread.depth, visit.name, f"attempt {visit.attempts}, after {waited}", "plain", number)]


def _failed(at: float, number: int, visit: Visit, told: dict[str, Any]) -> Line:
    visit.failed_at = at
    visit.error = (told.get("error"), told.get("cause"))
    attempt = f"attempt {visit.attempts} " if visit.attempts > 1 else ""
    label = visit.thread.label
    name = f"{label} {visit.name}" if label else visit.name
    return Line(at, visit.thread.depth, name, f"{attempt}failed {_error(told)}", "bad", number)


def _error(told: dict[str, Any]) -> str:
    error, cause = told.get("error"), told.get("cause")
    if cause and cause.startswith("{"):
        with suppress(ValueError, AttributeError):
            cause = json.loads(cause).get("errorMessage", cause)
    named = error or "an error without a name"
    return f"{named}: {cause}" if cause else str(named)


def _end(at: float, number: int, kind: str, told: dict[str, Any]) -> Line:
    status = {"ExecutionTimedOut": "TIMED_OUT"}.get(kind, kind.removeprefix("Execution").upper())
    if kind == "ExecutionSucceeded":
        return Line(at, 0, "", status, "good", number, str(told.get("output", "")))
    text = f"{status} {_error(told)}" if told.get("error") or told.get("cause") else status
    return Line(at, 0, "", text, "bad", number)
