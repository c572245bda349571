"""A recorded history against today's definition: the recorded answers are fed in, and the first divergence is named."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flowdsl.asl.definition import Definition
from flowdsl.asl.values import is_list, is_object
from flowdsl.interpreter.answers import Answer, Call
from flowdsl.interpreter.clock import Timeline
from flowdsl.interpreter.execution import Execution
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.program import compile
from flowdsl.interpreter.recorded import Step, started_input, steps
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.sizes import to_json
from flowdsl.interpreter.story import error_words, span
from flowdsl.interpreter.task import TaskNode
from flowdsl.interpreter.threads import Event, Key, seconds


@dataclass(frozen=True)
class Divergence:
    """The first thing that goes otherwise."""

    event: int
    """Id of the recorded event."""
    state: str
    field: str
    recorded: Any
    now: Any
    text: str

    def __str__(self) -> str:
        return self.text


class _NoAnswer(Exception):
    def __init__(self, call: Call, key: Key) -> None:
        super().__init__(call.state)
        self.call = call
        self.key = key


class Recording:
    """Answers every call as it was answered when the history was recorded: an Answerer."""

    def __init__(self, events: list[Event]) -> None:
        self.steps = list(steps(events))
        self._answers: dict[tuple[Key, str], deque[Step]] = defaultdict(deque)
        for step in self.steps:
            if step.what in ("succeeded", "failed"):
                self._answers[step.key, step.state].append(step)

    def answer(self, frame: Frame, node: TaskNode, call: Call) -> Answer:
        """The recorded answer; it takes as long as it took."""
        key = key_of(frame)
        waiting = self._answers[key, node.name]
        if not waiting:
            raise _NoAnswer(call, key)
        step = waiting.popleft()
        after = max(0.0, step.at - step.started) if step.started is not None else 0.0
        submitted: Any = {} if step.submitted else None
        if step.what == "succeeded":
            return Answer(step.value, whole=True, after=after, submitted=submitted)
        if step.value["timed out"]:
            return Answer(never=True, beats=False, submitted=submitted)
        return Answer(
            failed=True, error=step.value["error"], cause=step.value["cause"], after=after, submitted=submitted
        )


def key_of(frame: Frame) -> Key:
    """The key of a frame's thread, as `steps` names it."""
    parts: list[tuple[str, Any]] = []
    current: Frame | None = frame
    while current is not None:
        owner = current.owner
        outer = getattr(owner, "frame", None)
        if outer is None or outer.node is None:
            break
        if outer.node.type == "Map":
            parts.append((outer.node.name, current.index))
        else:
            start = outer.node.fields["Branches"][current.index]["StartAt"]
            parts.append((outer.node.name, start))
        current = outer
    return tuple(reversed(parts))


def replay(events: list[Event], definition: Definition) -> tuple[Divergence | None, Execution]:
    """Runs today's definition on a history's input and answers; the first divergence, or None."""
    recording = Recording(events)
    start = datetime.fromtimestamp(seconds(events[0]["timestamp"]), UTC)
    run = Run(compile(definition), started_input(events), recording, timeline=Timeline(start), express=False)
    run.start()
    execution = Execution(run)
    missing: _NoAnswer | None = None
    try:
        execution.finish()
    except _NoAnswer as error:
        missing = error
    jitter = frozenset(
        node.name for node in run.program.nodes.values() if any(retrier.jitter for retrier in node.retriers)
    )
    found = first_divergence(
        recording.steps, list(steps(execution.history)), _generated(run), missing, jitter, _ended(execution)
    )
    return found, execution


def _ended(execution: Execution) -> str:
    """How a run failed: its state, error and cause."""
    if execution.status in ("RUNNING", "SUCCEEDED"):
        return ""
    told = {"error": execution.error, "cause": execution.cause}
    at = f" at {execution.failed_state!r}" if execution.failed_state else ""
    how = "failed" if execution.status == "FAILED" else f"ended ({execution.status})"
    return f"the run {how}{at}" + (f" with {error_words(told)}" if any(told.values()) else "")


def _generated(run: Run) -> tuple[str, ...]:
    """What this run has made up: it stands for whatever AWS had there."""
    made = {run.arn, run.name, run.machine_arn, run.program.name, run.role}
    made |= {call.token for call in run.calls if call.token}
    return tuple(sorted(made, key=len, reverse=True))


def first_divergence(
    recorded: list[Step],
    now: list[Step],
    generated: tuple[str, ...] = (),
    missing: _NoAnswer | None = None,
    jitter: frozenset[str] = frozenset(),
    ended: str = "",
) -> Divergence | None:
    """The first recorded step that today's run does not take, or takes with another value or after another pause; then
    what it does beyond. `jitter`: the states whose pauses are left to chance; `ended`: how today's run failed, in words."""
    by_thread: dict[Key, deque[Step]] = defaultdict(deque)
    for step in now:
        by_thread[step.key].append(step)
    for step in recorded:
        waiting = by_thread[step.key]
        other = waiting.popleft() if waiting else None
        if other is None:
            if missing is not None:
                return _unanswered(step, missing)
            return Divergence(
                step.event,
                step.state,
                step.what,
                step.value,
                None,
                f"{_where(step)}; now {ended}" if ended else f"{_where(step)}, and the run has ended before",
            )
        if (step.what, step.state) != (other.what, other.state):
            if missing is not None and other.what == "called" and other.state == missing.call.state and not waiting:
                return _unanswered(step, missing)
            return Divergence(
                step.event,
                step.state,
                step.what,
                step.state,
                other.state,
                f"{_where(step)}; now {ended if other.what == 'ended' and ended else _does(other)}",
            )
        difference = next(differences(step.value, other.value, generated), None)
        if difference is not None:
            path, old, new = difference
            field = _field(step, path)
            return Divergence(
                step.event,
                step.state,
                field,
                old,
                new,
                f"event {step.event}, state {step.state!r}: {field} was {_short(old)}, now {_short(new)}",
            )
        if step.state not in jitter and _paused_otherwise(step.pause, other.pause):
            return Divergence(
                step.event,
                step.state,
                "pause",
                step.pause,
                other.pause,
                f"event {step.event}, state {step.state!r}: waited {span(step.pause or 0)}, now {span(other.pause or 0)}",
            )
    if missing is not None:
        return _unanswered(recorded[-1], missing)
    for waiting in by_thread.values():
        for step in waiting:
            return Divergence(
                recorded[-1].event,
                step.state,
                step.what,
                None,
                step.value,
                f"the recording ends; now the run {_does(step)}",
            )
    return None


def _paused_otherwise(recorded: float | None, now: float | None) -> bool:
    """AWS is late by a little, never early."""
    if recorded is None or now is None:
        return False
    return not now - 1 <= recorded <= now * 1.1 + 5


def _unanswered(step: Step, missing: _NoAnswer) -> Divergence:
    text = (
        f"{_where(step)}; now state {missing.call.state!r} calls {missing.call.operation}, "
        "and the recording has no answer for it"
    )
    return Divergence(step.event, missing.call.state, "called", None, missing.call.request, text)


def _where(step: Step) -> str:
    return f"event {step.event}: the recorded execution {_does(step)}"


def _does(step: Step) -> str:
    if step.what == "ended":
        return f"ended ({step.state})"
    words = {
        "entered": "entered",
        "exited": "left",
        "called": "made its call in",
        "succeeded": "had an answer in",
        "failed": "failed in",
    }
    return f"{words[step.what]} {step.state!r}"


def _field(step: Step, path: str) -> str:
    names = {
        "entered": "input",
        "exited": "output",
        "called": "request",
        "succeeded": "result",
        "failed": "failure",
        "ended": "output",
    }
    return f"{names[step.what]}{path}"


def _short(value: Any) -> str:
    if value is ABSENT:
        return "absent"
    text = to_json(value)
    return text if len(text) <= 80 else text[:77] + "..."


class _Absent:
    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
NEAR_SECONDS = 60.0
"""Two times this close are one: AWS's transitions take some time, ours take none."""


def differences(old: Any, new: Any, generated: tuple[str, ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    """(path, recorded, now) of what differs, in order; ids that AWS makes up and times that are near do not."""
    # A stack, not recursion: values nest as deep as their author likes.
    stack: list[tuple[str, Any, Any]] = [("", old, new)]
    while stack:
        path, a, b = stack.pop()
        if is_object(a) and is_object(b):
            keys = [*a, *(k for k in b if k not in a)]
            inner = [(f"{path}.{k}", a.get(k, ABSENT), b.get(k, ABSENT)) for k in keys if k not in NOISE]
            stack.extend(reversed(inner))
        elif is_list(a) and is_list(b):
            inner = [
                (f"{path}[{i}]", a[i] if i < len(a) else ABSENT, b[i] if i < len(b) else ABSENT)
                for i in range(max(len(a), len(b)))
            ]
            stack.extend(reversed(inner))
        elif not _same(a, b, generated):
            yield path, a, b


NOISE = frozenset({"SdkHttpMetadata", "SdkResponseMetadata", "timed out"})


def _same(old: Any, new: Any, generated: tuple[str, ...]) -> bool:
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        return old == new or (min(old, new) > 1e12 and abs(old - new) <= NEAR_SECONDS * 1000)
    if not (isinstance(old, str) and isinstance(new, str)) or old == new:
        return bool(old == new)
    if any(made in new for made in generated):
        return True
    if _UUID.fullmatch(old) and _UUID.fullmatch(new):
        return True
    if _TIME.fullmatch(old) and _TIME.fullmatch(new):
        return abs(seconds(old) - seconds(new)) <= NEAR_SECONDS
    return False
