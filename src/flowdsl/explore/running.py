"""One run with made-up values: every call is answered, as the guide says, and the run is cut where it goes on too long."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from flowdsl.analysis.task_results import target
from flowdsl.asl.definition import StateNode
from flowdsl.diagnostics import FlowDslError
from flowdsl.explore.faults import Fault
from flowdsl.explore.guide import Guide
from flowdsl.explore.making import CannotBe
from flowdsl.explore.sources import INPUT, Materials, Source
from flowdsl.explore.trace import Trace
from flowdsl.interpreter.answers import Answer, Call
from flowdsl.interpreter.clock import Timeline
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.history import EXITED, Record
from flowdsl.interpreter.program import Program
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.s3 import S3Objects
from flowdsl.interpreter.task import TaskNode
from flowdsl.interpreter.ways import taken

Json = Any

_EXITS: Final = frozenset(EXITED.values())
_OFTEN: Final = 64
"""Events between two looks at the time."""


class TimeIsUp(Exception):
    """The search may take no more time."""


class Budget:
    """The real time that a search may take."""

    def __init__(self, seconds: float, share: float = 1.0) -> None:
        """`share`: how much of the time is there for what looks at this one."""
        self.seconds = seconds
        self._end = time.monotonic() + seconds * share

    def look(self) -> None:
        """Raises TimeIsUp."""
        if time.monotonic() > self._end:
            raise TimeIsUp


class _TooLong(Exception):
    """The run has as many events as it may."""


class _Records(list[Record]):
    """Records of which there may be only so many, in only so much time."""

    def __init__(self, most: int, budget: Budget) -> None:
        super().__init__()
        self.most = most
        self.budget = budget

    def append(self, record: Record) -> None:
        if len(self) >= self.most:
            raise _TooLong
        if len(self) % _OFTEN == 0:
            self.budget.look()
        super().append(record)


class Answered(NamedTuple):
    """One call of a run, and what it was answered."""

    state: str
    """The state's name."""
    pointer: str
    number: int
    """Of the call among all calls of the state."""
    result: Json = ...
    """What a mock gives; ...: the call fails."""
    fault: Fault | None = None
    cause: str = ""


class Ran(NamedTuple):
    """A run and what is known of it."""

    run: Run
    trace: Trace
    taken: frozenset[str]
    """Pointers of the ways that it took, those of its Distributed Maps' children included."""
    answers: list[Answered]
    was_cut: bool
    """It has not ended within the events that it may have."""
    refused: str | None = None
    """Why the interpreter gave up, where it did."""


class _Answers:
    """Answers calls out of the materials, and counts what the run has taken."""

    def __init__(self, materials: Materials, guide: Guide) -> None:
        self.materials = materials
        self.guide = guide
        self.made: list[Answered] = []
        self.counts: dict[str, int] = {}
        self.asked: dict[int, list[int]] = {}
        self.children: list[Run] = []
        self.reached = guide.plan is None
        self._seen: dict[int, _Seen] = {}

    def ended(self, run: Run) -> None:
        """A run has ended: the main one, or a child of a Distributed Map (Tally)."""
        if run.depth:
            self.children.append(run)

    def answer(self, frame: Frame, node: TaskNode, call: Call) -> Answer:
        """The answer to one call."""
        run = frame.run
        number = self.counts[node.pointer] = self.counts.get(node.pointer, 0) + 1
        self.asked.setdefault(id(run), []).append(number)
        self._look(run)
        state = self.guide.map.states[node.pointer]
        fault = self.guide.fault(state, self.reached)
        if fault is not None:
            return self._failed(state, number, fault)
        value = self.materials.value(Source("result", node.pointer, number))
        self.made.append(Answered(node.name, node.pointer, number, value))
        return Answer(value)

    def _failed(self, state: StateNode, number: int, fault: Fault) -> Answer:
        if fault.hangs:
            self.made.append(Answered(state.name, state.pointer, number, fault=fault))
            return Answer(never=True, beats=False)
        cause = fault.cause(target(state).is_lambda and "." not in fault.error)
        source = Source("cause", state.pointer, number)
        if self.materials.is_known(source):
            cause = json.dumps(self.materials.value(source), ensure_ascii=False)
        self.made.append(Answered(state.name, state.pointer, number, fault=fault, cause=cause))
        return Answer(failed=True, error=fault.error, cause=cause)

    def _look(self, run: Run) -> None:
        """Whether the target has been taken by now."""
        plan = self.guide.plan
        if self.reached or plan is None:
            return
        wanted = plan.target.pointer
        seen = self._seen.get(id(run))
        if seen is None:
            seen = self._seen[id(run)] = _Seen(run)
        self.reached = wanted in seen.taken()


class _Seen:
    """What a run has taken so far; each look goes over what is new."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.decided = 0
        self.exited = 0
        self.caught: set[tuple[int, int]] = set()

    def taken(self) -> set[str]:
        """The ways taken since the last look."""
        found: set[str] = set()
        for node, way, event in self.run.decisions[self.decided :]:
            if isinstance(way, int):
                found.add(f"{node.pointer}/Choices/{way}/Next" if way >= 0 else f"{node.pointer}/Default")
            elif way[0] == "Catch":
                self.caught.add((id(node), event))
                found.add(f"{node.pointer}/Catch/{way[1]}/Next")
            else:
                found.add(f"{node.pointer}/Retry/{way[1]}")
        for record in self.run.records[self.exited :]:
            if record[0] in _EXITS and (id(record[3]), record[1]) not in self.caught:
                found.add(f"{record[3].pointer}/Next")
        self.decided, self.exited = len(self.run.decisions), len(self.run.records)
        return found


def run_once(
    program: Program,
    materials: Materials,
    guide: Guide,
    *,
    express: bool,
    most_events: int,
    objects: Iterable[tuple[str, Json]],
    budget: Budget,
) -> Ran:
    """Runs a program once. Raises CannotBe where a value that is needed cannot be made, TimeIsUp."""
    answers = _Answers(materials, guide)
    records = _Records(most_events, budget)
    run = Run(
        program,
        materials.value(INPUT),
        answers,
        timeline=Timeline(),
        express=express,
        records=records,
        s3=S3Objects(dict(objects)),
    )
    run.tally = answers
    refused = None
    was_cut = False
    try:
        run.start()
        run.timeline.run_until(lambda: run.status != "RUNNING")
        if run.status == "RUNNING":
            refused = "it waits for an answer from outside"
    except _TooLong:
        was_cut = True
    except CannotBe:
        raise
    except FlowDslError as error:
        refused = str(error)
    ways = set(taken(run))
    for child in answers.children:
        ways |= taken(child)
    trace = Trace(run, answers.children, answers.asked)
    return Ran(run, trace, frozenset(ways), answers.made, was_cut, refused)
