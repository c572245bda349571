"""A history told to people: one line per step, as it comes in. It reads events of GetExecutionHistory, ours or AWS's own."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from flowdsl.asl.values import is_object
from flowdsl.interpreter.sizes import to_json
from flowdsl.interpreter.threads import FAILED, SCHEDULED, STARTED, Event, Stay, Thread, Threads, details

Mood = Literal["good", "bad", "plain", "note"]


@dataclass(frozen=True)
class Line:
    """One line of the story."""

    at: float
    """Seconds since the start."""
    depth: int
    state: str
    text: str
    mood: Mood = "plain"
    detail: str = ""
    """A value, to be cut to the width there is."""


def span(value: float) -> str:
    """A length of time for people: 0s, 1.5s, 12m 30s, 3h, 2d 4h."""
    if value < 60:
        return f"{round(value, 3):g}s"
    left = round(value)
    parts: list[str] = []
    for name, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{name}")
    return " ".join(parts[:2])


@dataclass
class Children:
    """How the child executions of one Map Run have ended so far."""

    succeeded: int = 0
    failed: int = 0
    first: str = ""
    """What is said of the first that failed."""

    def words(self) -> str:
        """How many there were, and how they ended."""
        count = self.succeeded + self.failed
        told = f"{count:,} child execution{'s' * (count != 1)}"
        return f"{told}: {self.succeeded:,} succeeded, {self.failed:,} failed" if self.failed else told


class Story:
    """Turns events into lines, one event after the other."""

    def __init__(self) -> None:
        self.threads = Threads()
        self._children: dict[str, Children] = {}
        """By the labels of their Map Runs."""

    def child(self, label: str, index: int | None, error: dict[str, Any] | None) -> None:
        """Counts a child execution of a Distributed Map that has ended, with its error where it did not end well."""
        children = self._children.setdefault(label, Children())
        if error is None:
            children.succeeded += 1
            return
        children.failed += 1
        children.first = children.first or f"[{index}] failed {error_words(error)}"

    def tell(self, event: Event) -> list[Line]:
        """The lines that an event adds; most add none."""
        at = self.threads.at(event)
        thread, stay = self.threads.follow(event)
        kind, told = event["type"], details(event)
        if kind.startswith("Execution"):
            return [] if kind == "ExecutionStarted" else [_end(at, kind, told)]
        if stay is None:
            return []
        if kind == "MapRunStarted":
            stay.label = str(told.get("mapRunArn")).rpartition("/")[2].partition(":")[0]
            self._children.pop(stay.label, None)
            return []
        if kind in ("MapRunSucceeded", "MapRunFailed"):
            return self._map_run(at, thread, stay, told)
        if kind.endswith("StateExited"):
            return [_exited(at, thread, stay, told)]
        if kind in SCHEDULED or kind in ("MapStateStarted", "ParallelStateStarted"):
            return _begun(at, thread, stay)
        if kind in STARTED:
            stay.started = at
        elif kind in FAILED:
            return [_failed(at, thread, stay, told)]
        elif kind == "EvaluationFailed":
            stay.error, stay.failed_at = (told.get("error"), told.get("cause")), at
            return [Line(at, thread.depth, named(thread, stay), error_words(told), "bad")]
        elif kind in ("MapStateFailed", "ParallelStateFailed"):
            text = f"failed {error_words(told)}" if told else "failed"
            return [Line(at, thread.depth, named(thread, stay), text, "bad")]
        elif kind == "MapIterationFailed":
            stay.failed_at = at
        return []

    def _map_run(self, at: float, thread: Thread, stay: Stay, told: dict[str, Any]) -> list[Line]:
        """What the children of a Map Run came to: how many, the first that failed, what ended the whole."""
        name = named(thread, stay)
        lines: list[Line] = []
        children = self._children.get(stay.label or "")
        if children is not None:
            stay.children = children.words()
            if told:
                lines.append(Line(at, thread.depth, name, stay.children, "bad"))
            if children.first:
                lines.append(Line(at, thread.depth + 1, name, children.first, "bad"))
        if told:
            lines.append(Line(at, thread.depth, name, f"failed {error_words(told)}", "bad"))
        return lines


def named(thread: Thread, stay: Stay) -> str:
    """A state's name, with the indices of its iterations."""
    return f"{thread.label} {stay.name}" if thread.label else stay.name


def error_words(told: dict[str, Any]) -> str:
    """An error and its cause; of a Lambda function's, the message."""
    error, cause = told.get("error"), told.get("cause")
    if cause and cause.startswith("{"):
        with suppress(ValueError, AttributeError):
            cause = json.loads(cause).get("errorMessage", cause)
    words = error or "an error without a name"
    return f"{words}: {cause}" if cause else str(words)


def _exited(at: float, thread: Thread, stay: Stay, told: dict[str, Any]) -> Line:
    text = ""
    if stay.type == "Wait":
        text = f"waited {span(at - stay.at)}"
    elif stay.type == "Map":
        items = "" if stay.items is None else f"{stay.items} item{'s' * (stay.items != 1)}"
        written = _written(str(told.get("output", ""))) if stay.label else ""
        text = ", ".join(part for part in (stay.children or items, written) if part)
    elif stay.type == "Task" and stay.attempts > 1:
        text = f"attempt {stay.attempts}"
    if stay.error is not None:
        text = f"caught {stay.error[0] or 'an error without a name'}"
    return Line(at, thread.depth, named(thread, stay), text, "good", shown(str(told.get("output", ""))))


def _written(output: str) -> str:
    """Where a ResultWriter has written the results, as far as the state's output still says so."""
    if '"ResultWriterDetails"' in output:
        with suppress(ValueError, KeyError, TypeError):
            details = json.loads(output)["ResultWriterDetails"]
            return f"results in s3://{details['Bucket']}/{details['Key']}"
    return ""


def shown(text: str) -> str:
    """A value's JSON text for people: of Lambda's envelope the payload, elsewhere without the HTTP metadata."""
    if '"SdkHttpMetadata"' not in text:
        return text
    with suppress(ValueError):
        value = json.loads(text)
        if is_object(value) and "Payload" in value:
            return to_json(value["Payload"])
        if is_object(value):
            return to_json({k: v for k, v in value.items() if k not in ("SdkHttpMetadata", "SdkResponseMetadata")})
    return text


def _begun(at: float, thread: Thread, stay: Stay) -> list[Line]:
    stay.attempts += 1
    stay.error = None
    if stay.failed_at is None:
        return []
    waited = span(at - stay.failed_at)
    stay.failed_at = None
    return [Line(at, thread.depth, named(thread, stay), f"attempt {stay.attempts}, after {waited}")]


def _failed(at: float, thread: Thread, stay: Stay, told: dict[str, Any]) -> Line:
    stay.failed_at = at
    stay.error = (told.get("error"), told.get("cause"))
    attempt = f"attempt {stay.attempts} " if stay.attempts > 1 else ""
    return Line(at, thread.depth, named(thread, stay), f"{attempt}failed {error_words(told)}", "bad")


def _end(at: float, kind: str, told: dict[str, Any]) -> Line:
    status = {"ExecutionTimedOut": "TIMED_OUT"}.get(kind, kind.removeprefix("Execution").upper())
    if kind == "ExecutionSucceeded":
        return Line(at, 0, "", status, "good", str(told.get("output", "")))
    if kind == "ExecutionRedriven":
        return Line(at, 0, "", f"{status} ({told.get('redriveCount')})")
    text = f"{status} {error_words(told)}" if told.get("error") or told.get("cause") else status
    return Line(at, 0, "", text, "bad")
