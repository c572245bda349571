"""Who did what in a history: each event's thread (the machine, a branch, an iteration) and the state that it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flowdsl.asl.values import is_object

Event = dict[str, Any]
Key = tuple[tuple[str, Any], ...]
"""Where a thread stands, from the outside in: (Map, index) and (Parallel, first state of the branch)."""

SCHEDULED = frozenset({"TaskScheduled", "LambdaFunctionScheduled", "ActivityScheduled"})
STARTED = frozenset({"TaskStarted", "LambdaFunctionStarted", "ActivityStarted"})
SUCCEEDED = frozenset({"TaskSucceeded", "LambdaFunctionSucceeded", "ActivitySucceeded"})
FAILED = frozenset(
    f"{task}{how}"
    for task in ("Task", "LambdaFunction", "Activity")
    for how in ("Failed", "TimedOut", "StartFailed", "SubmitFailed", "ScheduleFailed")
)


@dataclass
class Stay:
    """One stay in a state."""

    name: str
    type: str
    event: int
    """Id of its Entered event."""
    at: float
    thread: Thread
    input: str = "null"
    attempts: int = 0
    """Calls made, or fan-outs begun."""
    started: float | None = None
    """When the latest call had started."""
    failed: bool = False
    """A Map or Parallel that has given up."""
    failed_at: float | None = None
    error: tuple[str | None, str | None] | None = None
    items: int | None = None
    label: str | None = None
    """A Distributed Map's, which its child executions have in their ARNs."""
    children: str = ""
    """How they ended, in words."""


@dataclass
class Thread:
    """The machine, a branch or an iteration."""

    key: Key = ()
    outer: Stay | None = None
    """The Map or Parallel that it is under."""
    label: str = ""
    """The indices of the iterations that it is in, from the outside in: `[0][2]`."""
    stay: Stay | None = field(default=None, repr=False)
    """The open state."""

    @property
    def depth(self) -> int:
        """0 for the machine."""
        return len(self.key)


def details(event: Event) -> dict[str, Any]:
    """The details of an event, whatever their key."""
    for key, value in event.items():
        if key.endswith("EventDetails") and is_object(value):
            return value
    return {}


def seconds(timestamp: Any) -> float:
    """Seconds since 1970 of an event's timestamp: a datetime, a number, or ISO 8601 text."""
    if isinstance(timestamp, datetime):
        return timestamp.timestamp()
    if isinstance(timestamp, (int, float)):
        return float(timestamp)
    return datetime.fromisoformat(str(timestamp)).timestamp()


class Threads:
    """Follows a history, event by event."""

    def __init__(self) -> None:
        self.start: float | None = None
        self.root = Thread()
        self._threads: dict[int, Thread] = {}
        self._stays: dict[int, Stay | None] = {}
        self._kinds: dict[int, str] = {}
        self._latest: dict[str, Stay] = {}

    def at(self, event: Event) -> float:
        """Seconds from the start to an event."""
        now = seconds(event["timestamp"])
        if self.start is None:
            self.start = now
        return now - self.start

    def follow(self, event: Event) -> tuple[Thread, Stay | None]:
        """The thread of the next event, and the state that it belongs to."""
        number, kind = event["id"], event["type"]
        thread, stay = self._place(event, kind, event.get("previousEventId", 0), details(event))
        self._threads[number] = thread
        self._stays[number] = stay
        self._kinds[number] = kind
        return thread, stay

    def place(self, number: int) -> tuple[Thread, Stay | None]:
        """The thread and state of an event that was followed."""
        return self._threads[number], self._stays[number]

    def _place(self, event: Event, kind: str, previous: int, told: dict[str, Any]) -> tuple[Thread, Stay | None]:
        thread = self._threads.get(previous, self.root)
        name = told.get("name")
        if kind.endswith("StateEntered"):
            return self._entered(event, kind, previous, thread, told)
        if kind.endswith("StateExited"):
            thread = _climb(thread, lambda stay: stay.name == name)
            stay, thread.stay = thread.stay, None
            return thread, stay
        if kind == "MapIterationStarted":
            outer = _climb(thread, lambda stay: stay.name == name).stay
            key = outer.thread.key if outer is not None else thread.key
            within = outer.thread.label if outer is not None else thread.label
            return Thread((*key, (str(name), told.get("index"))), outer, f"{within}[{told.get('index')}]"), None
        if kind.startswith("MapIteration"):
            while thread.outer is not None and thread.key[-1] != (name, told.get("index")):
                thread = thread.outer.thread
            return thread, thread.outer
        for type in ("Map", "Parallel"):
            if kind.startswith(f"{type}State") or (type == "Map" and kind.startswith("MapRun")):
                thread = _climb(thread, lambda stay, type=type: stay.type == type and not stay.failed)  # type: ignore[misc]
                stay = thread.stay
                if stay is not None and kind.endswith("StateFailed"):
                    stay.failed = True
                if stay is not None and kind == "MapStateStarted":
                    # 0 also where an ItemReader has yet to say how many there are (recorded).
                    stay.items = told.get("length") or None
                return thread, stay
        if kind == "EvaluationFailed":
            # It points to the event before its state was entered.
            stay = self._latest.get(str(told.get("state")))
            return (stay.thread, stay) if stay is not None else (thread, thread.stay)
        if kind.startswith("Execution"):
            return self.root, None
        return thread, thread.stay

    def _entered(
        self, event: Event, kind: str, previous: int, thread: Thread, told: dict[str, Any]
    ) -> tuple[Thread, Stay]:
        name = str(told.get("name"))
        if self._kinds.get(previous) == "ParallelStateStarted" and thread.stay is not None:
            thread = Thread((*thread.key, (thread.stay.name, name)), thread.stay, thread.label)
        stay = Stay(
            name, kind.removesuffix("StateEntered"), event["id"], self.at(event), thread, str(told.get("input", "null"))
        )
        thread.stay = self._latest[name] = stay
        return thread, stay


def _climb(thread: Thread, want: Callable[[Stay], bool]) -> Thread:
    """The thread, from here outwards, whose open state is the wanted one; the given thread when there is none."""
    found = thread
    while True:
        if found.stay is not None and want(found.stay):
            return found
        if found.outer is None:
            return thread
        found = found.outer.thread
