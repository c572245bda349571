"""Run: one execution in progress: its history, its clock, its end."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter import history as h
from flowdsl.interpreter.answers import Answerer, Call
from flowdsl.interpreter.clock import Alarm, Timeline, iso
from flowdsl.interpreter.failures import HistoryFull, StateFailure
from flowdsl.interpreter.frames import Frame, context_of
from flowdsl.interpreter.history import Kind, Record
from flowdsl.interpreter.nodes import Machine, Node
from flowdsl.interpreter.program import Program
from flowdsl.interpreter.redrive import Point, place, point_of
from flowdsl.interpreter.sizes import Sizes
from flowdsl.interpreter.tokens import OpenTask
from flowdsl.interpreter.walking import walk

KEPT_CALLS = 10_000
"""Calls of a Distributed Map's child executions that `Execution.calls` lists at most."""
LAST_EVENT = 25_000
"""The last event of a Standard execution's history; it is an end (spec)."""
MANY_EVENTS = 2_000_000
"""Where nothing else bounds a run (Express, or quotas off), it is given up after this many events."""
EXPRESS_SECONDS = 300
REDRIVABLE_SECONDS = 14 * 86_400
STANDARD_SECONDS = 31_536_000

REGION = "us-east-1"
ACCOUNT = "123456789012"


def uuid4(random: Random) -> str:
    """A random UUID; `uuid.UUID` takes three times as long, and a Map Run needs millions."""
    bits = random.getrandbits(128) & ~(0xF000 << 64) & ~(0xC000 << 48) | 0x4000 << 64 | 0x8000 << 48
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Tally(Protocol):
    """Who counts what executions take, those of Distributed Maps' children and of nested workflows included."""

    def ended(self, run: Run) -> None: ...


class ChildProgram:
    """What a child execution of a Distributed Map runs: the Map's processor."""

    __slots__ = ("definition", "name", "start", "timeout_seconds")

    def __init__(self, program: Program, machine: Machine) -> None:
        assert machine.start is not None
        self.definition = program.definition
        self.name = program.name
        self.start: Node = machine.start
        self.timeout_seconds = None


class Run:
    """One execution of a Program. It owns its root frame; `status` says how it stands."""

    __slots__ = (
        "_alarm",
        "_context",
        "_machine",
        "_sizes",
        "account",
        "answerer",
        "brim",
        "calls",
        "cause",
        "decisions",
        "error",
        "express",
        "failed_state",
        "fits",
        "ids",
        "input",
        "item",
        "label",
        "name",
        "on_child",
        "on_end",
        "open_tasks",
        "output",
        "program",
        "quotas",
        "random",
        "records",
        "redriven_ms",
        "redrives",
        "region",
        "role",
        "root",
        "s3",
        "saved",
        "seed",
        "start_ms",
        "status",
        "stop_ms",
        "tally",
        "timeline",
    )

    def __init__(
        self,
        program: Program,
        input: Any,
        answerer: Answerer,
        *,
        timeline: Timeline | None = None,
        seed: int | str = 0,
        express: bool = False,
        quotas: bool = True,
        name: str | None = None,
        records: list[Record] | None = None,
        max_events: int | None = None,
        s3: Any = None,
        account: str = ACCOUNT,
        parent: Run | None = None,
    ) -> None:
        """`parent`: the execution that starts this one as a workflow of its own; clock and seed are shared."""
        self.program = program
        self.input = input
        self.answerer = answerer
        self.seed: int | str = seed if parent is None else parent.seed
        self.timeline: Timeline = parent.timeline if parent is not None else timeline or Timeline()
        self.random: Random = Random(f"flowdsl {seed}") if parent is None else parent.random
        self.ids: Random = Random(f"flowdsl {seed} ids") if parent is None else parent.ids
        self.express = express
        self.quotas = quotas
        self.records: list[Record] = [] if records is None else records
        self.decisions: list[tuple[Any, Any, int]] = []
        """(node, which way, event id) of each Choice, Retry and Catch."""
        self.calls: list[Call] = [] if parent is None else parent.calls
        self.open_tasks: dict[str, OpenTask] = {} if parent is None else parent.open_tasks
        self.status = "RUNNING"
        self.output: Any = None
        self.error: str | None = None
        self.cause: str | None = None
        self.failed_state: str | None = None
        self.region = REGION
        self.account = account
        self.role = f"arn:aws:iam::{account}:role/StepFunctions"
        self.label = ""
        self.item: int | None = None
        """The item of a Distributed Map that this child execution is for."""
        self.saved: Point | None = None
        """Where the execution stood when it ended badly."""
        self.redriven_ms: int | None = None
        self.name = name if name is not None else self.new_id()
        self.redrives = 0
        self.s3 = s3
        self.on_end: Callable[[Run], None] | None = None
        self.on_child: Callable[[Run], None] | None = None
        """Told of each child execution of a Distributed Map that ends."""
        self.tally: Tally | None = None if parent is None else parent.tally
        self._alarm: Alarm | None = None
        limited = quotas and not express
        self.brim = LAST_EVENT - 1 if limited else (max_events or MANY_EVENTS)
        self._sizes = Sizes() if quotas else Sizes(1 << 62)
        self.fits = self._sizes.fits
        self.start_ms = self.timeline.now
        self.stop_ms: int | None = None
        self.root: Frame | None = None
        self._context: dict[str, Any] | None = None
        self._machine: dict[str, Any] | None = None

    @classmethod
    def child(cls, parent: Run, machine: Machine, value: Any, label: str, express: bool, item: int) -> Run:
        """A child execution of a Distributed Map: a history and a name of its own; clock, seed, mocks and objects shared."""
        child = cls.__new__(cls)
        child.program = ChildProgram(parent.program, machine)  # type: ignore[assignment]
        child.input = value
        child.answerer = parent.answerer
        child.timeline = parent.timeline
        child.seed = parent.seed
        child.random = parent.random
        child.ids = parent.ids
        child.express = express
        child.quotas = parent.quotas
        child.records = []
        child.decisions = []
        child.calls = parent.calls if len(parent.calls) < KEPT_CALLS else []
        child.open_tasks = parent.open_tasks
        child.status = "RUNNING"
        child.output = child.error = child.cause = child.failed_state = None
        child.region, child.account, child.role = parent.region, parent.account, parent.role
        child.label = label
        child.item = item
        child.saved = None
        child.redriven_ms = None
        child.name = child.new_id()
        child.redrives = 0
        child.s3 = parent.s3
        child.on_end = None
        child.on_child = parent.on_child
        child.tally = parent.tally
        child._alarm = None
        child.brim = LAST_EVENT - 1 if parent.quotas and not express else MANY_EVENTS
        child._sizes = parent._sizes
        child.fits = parent.fits
        child.start_ms = child.timeline.now
        child.stop_ms = None
        child.root = None
        child._context = child._machine = None
        return child

    # -- what frames ask for ------------------------------------------------------------------------------------

    def record(self, kind: Kind, previous: int, *payload: Any) -> int:
        """Writes an event; returns its id."""
        records = self.records
        if len(records) >= self.brim:
            raise self.full(None)
        records.append((kind, previous, self.timeline.now, *payload))
        return len(records)

    def full(self, frame: Frame | None) -> Exception:
        """What ends a run that has reached its last event."""
        if self.quotas and not self.express:
            cause = f"The execution reached the maximum number of history events ({LAST_EVENT})."
            return HistoryFull("States.Runtime", cause, event=len(self.records), final=True)
        return FlowDslError(
            f"the execution did not end within {self.brim:,} events; is there a loop without an end? "
            "(max_events= sets another bound)"
        )

    def now_ms(self) -> int:
        """The virtual time."""
        return self.timeline.now

    def new_id(self) -> str:
        """A UUID from the seed."""
        return uuid4(self.ids)

    def new_token(self) -> str:
        """A task token from the seed."""
        return f"AQCEAAAAKgAAAAMAAAAAAAAAA{self.ids.getrandbits(512):0128x}"

    def context(self, frame: Frame) -> dict[str, Any]:
        """The context object of a frame's open state."""
        return context_of(frame, self)

    def execution_context(self) -> dict[str, Any]:
        """Execution of the context object; an Express one has no RedriveCount (recorded)."""
        if self._context is None:
            self._context = {
                "Id": self.arn,
                "Input": self.input,
                "StartTime": iso(self.start_ms),
                "Name": self.name,
                "RoleArn": self.role,
            }
            if not self.express:
                self._context["RedriveCount"] = self.redrives
            if self.redriven_ms is not None:
                self._context["RedriveTime"] = iso(self.redriven_ms)
        return self._context

    def machine_context(self) -> dict[str, Any]:
        """StateMachine of the context object."""
        if self._machine is None:
            self._machine = {"Id": self.machine_arn, "Name": self.program.name}
        return self._machine

    @property
    def machine_arn(self) -> str:
        """The state machine's ARN; a Distributed Map's children add its label."""
        label = f"/{self.label}" if self.label else ""
        return f"arn:aws:states:{self.region}:{self.account}:stateMachine:{self.program.name}{label}"

    @property
    def arn(self) -> str:
        """The execution's ARN."""
        label = f"/{self.label}" if self.label else ""
        if self.express:
            start = f"{self.program.name}{label}:{self.name}"
            unique = uuid4(Random(f"{self.seed} {start}"))
            return f"arn:aws:states:{self.region}:{self.account}:express:{start}:{unique}"
        return f"arn:aws:states:{self.region}:{self.account}:execution:{self.program.name}{label}:{self.name}"

    # -- the course of the execution ----------------------------------------------------------------------------

    def start(self) -> None:
        """Writes ExecutionStarted and makes the first state ready."""
        if not self.fits(self.input):
            raise FlowDslError("the execution's input is larger than 262,144 bytes of JSON, which AWS refuses to start")
        self.records.append((h.EXECUTION_STARTED, 0, self.timeline.now, self.input, self.role))
        root = self.root = Frame(self, self, {}, 0)
        # The first state's Entered event points to 0, as ExecutionStarted does (recorded).
        root.steps = walk(root, self.program.start, self.input)
        self._set_alarm()
        self.timeline.ready.append(root)

    def finished(self, frame: Frame, output: Any) -> None:
        """The machine has ended well."""
        self.output = output
        self.records.append((h.EXECUTION_SUCCEEDED, frame.last, self.timeline.now, output))
        self._end("SUCCEEDED")

    def failed(self, frame: Frame, failure: StateFailure) -> None:
        """The machine has ended in a failure that nothing caught."""
        self.error, self.cause, self.failed_state = failure.error, failure.cause, failure.state
        self.saved = point_of(frame)
        self.records.append((h.EXECUTION_FAILED, failure.event, self.timeline.now, failure.error, failure.cause))
        self._end("FAILED")

    def time_out(self) -> None:
        """TimeoutSeconds of the machine, or the longest time an execution may take, has passed."""
        if self.status != "RUNNING":
            return
        self._drop()
        # DescribeExecution tells no error of it (measured). One event, which points to nothing (recorded).
        self.records.append((h.EXECUTION_TIMED_OUT, 0, self.timeline.now, "States.Timeout", None))
        self._end("TIMED_OUT")

    def stop(self, error: str | None = None, cause: str | None = None) -> None:
        """StopExecution."""
        if self.status != "RUNNING":
            return
        self._drop()
        self.error, self.cause = error, cause
        self.records.append((h.EXECUTION_ABORTED, 0, self.timeline.now, error, cause))
        self._end("ABORTED")

    def redrive(self) -> None:
        """RedriveExecution: goes on at the states that were unsuccessful, with the same input."""
        if self.status == "RUNNING" or self.status == "SUCCEEDED":
            raise FlowDslError(f"Execution is {self.status} and cannot be redriven")
        if self.express:
            raise FlowDslError("an Express execution cannot be redriven")
        assert self.stop_ms is not None
        if self.timeline.now - self.stop_ms > REDRIVABLE_SECONDS * 1000:
            raise FlowDslError("Execution redrivable period exceeded")
        if len(self.records) >= self.brim:
            raise FlowDslError("Execution history event limit exceeded")
        point = self.saved
        self.redrives += 1
        self.redriven_ms = self.timeline.now
        self._context = None
        self.status, self.error, self.cause, self.failed_state, self.stop_ms = "RUNNING", None, None, None, None
        last = len(self.records)
        self.records.append((h.EXECUTION_REDRIVEN, last, self.timeline.now, self.redrives))
        root = self.root = Frame(self, self, {}, last + 1)
        if point is None:
            root.steps = walk(root, self.program.start, self.input)
        else:
            place(root, point)
            root.before = root.last
            root.steps = walk(root, point.node, point.value, entered=point.entered > 0)
        self._set_alarm()
        self.timeline.ready.append(root)

    def _set_alarm(self) -> None:
        """The machine's TimeoutSeconds, and the longest time an execution may take."""
        seconds = self.program.timeout_seconds
        if self.quotas and (self.express or not self.label):
            # A Standard child needs no alarm of its own: its parent's comes first.
            longest = EXPRESS_SECONDS if self.express else STANDARD_SECONDS
            seconds = longest if seconds is None else min(seconds, longest)
        if seconds is not None:
            self._alarm = self.timeline.call(self.time_out, self.timeline.now + seconds * 1000)

    def _drop(self) -> None:
        if self.root is not None:
            self.saved = point_of(self.root)
            if self.root.fan is not None:
                self.root.fan.drop()
            self.root.end()

    def _end(self, status: str) -> None:
        self.status = status
        self.stop_ms = self.timeline.now
        if self._alarm is not None:
            self.timeline.cancel(self._alarm)
        if self.tally is not None:
            self.tally.ended(self)
        if self.on_end is not None:
            self.on_end(self)
