"""Run: one execution in progress: its history, its clock, its end."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter import history as h
from flowdsl.interpreter.answers import Answerer, Call
from flowdsl.interpreter.budgets import CHECKPOINT, RECORD_BYTES, SECONDS, Budget
from flowdsl.interpreter.clock import Alarm, Timeline, iso
from flowdsl.interpreter.failures import HistoryFull, StateFailure
from flowdsl.interpreter.frames import Frame, context_of
from flowdsl.interpreter.history import Kind, Record
from flowdsl.interpreter.ids import task_token, uuid4
from flowdsl.interpreter.program import Program
from flowdsl.interpreter.redrive import Point, place, point_of
from flowdsl.interpreter.sizes import LIMIT, LIMIT_WITHOUT_QUOTAS, Sizes
from flowdsl.interpreter.tokens import OpenTask
from flowdsl.interpreter.walking import walk

__tracebackhide__ = True
"""pytest shows the lines of the test and of its mocks, not those in between."""

LAST_EVENT = 25_000
"""The last event of a Standard execution's history; it is an end (spec)."""
MANY_EVENTS = 2_000_000
"""Where nothing else bounds a run (Express, or quotas off), it is given up after this many events."""
EXPRESS_SECONDS = 300
DEEPEST = 50
"""Executions that start each other, one in the other."""
REDRIVABLE_SECONDS = 14 * 86_400
STANDARD_SECONDS = 31_536_000

REGION = "us-east-1"
ACCOUNT = "123456789012"


class Tally(Protocol):
    """Who counts what executions take, those of Distributed Maps' children and of nested workflows included."""

    def ended(self, run: Run) -> None: ...


class Run:
    """One execution of a Program. It owns its root frame; `status` says how it stands."""

    __slots__ = (
        "account",
        "alarm",
        "answerer",
        "brim",
        "budget",
        "calls",
        "cause",
        "decisions",
        "depth",
        "error",
        "express",
        "failed_state",
        "fits",
        "ids",
        "input",
        "item",
        "label",
        "last_event",
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
        "sizes",
        "start_ms",
        "status",
        "stop_ms",
        "sync",
        "tally",
        "timeline",
        "told_execution",
        "told_machine",
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
        sync: bool = False,
        quotas: bool = True,
        name: str | None = None,
        records: list[Record] | None = None,
        max_events: int | None = None,
        max_seconds: float | None = SECONDS,
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
        self.depth: int = 0 if parent is None else parent.depth + 1
        if self.depth > DEEPEST:
            raise FlowDslError(f"executions start each other more than {DEEPEST} deep")
        self.express = express
        self.sync = sync
        """Started by StartSyncExecution."""
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
        self.alarm: Alarm | None = None
        limited = quotas and not express
        self.last_event = LAST_EVENT - 1 if limited else (max_events or MANY_EVENTS)
        self.brim = min(CHECKPOINT, self.last_event)
        """Events after which the run looks at its budget, or is full."""
        self.budget: Budget = Budget(max_seconds) if parent is None else parent.budget
        self.sizes = Sizes(self.budget, LIMIT if quotas else LIMIT_WITHOUT_QUOTAS)
        self.fits = self.sizes.fits
        self.start_ms = self.timeline.now
        self.stop_ms: int | None = None
        self.root: Frame | None = None
        self.told_execution: dict[str, Any] | None = None
        self.told_machine: dict[str, Any] | None = None

    # -- what frames ask for ------------------------------------------------------------------------------------

    def record(self, kind: Kind, previous: int, *payload: Any) -> int:
        """Writes an event; returns its id."""
        records = self.records
        if len(records) >= self.brim:
            self.go_on()
        records.append((kind, previous, self.timeline.now, *payload))
        return len(records)

    def go_on(self) -> int:
        """Looks at the budget; returns when to do so again. Raises where the run has reached its last event."""
        made = len(self.records)
        if made < self.brim:
            return self.brim
        if made >= self.last_event:
            raise self.full()
        self.budget.count(CHECKPOINT)
        self.sizes.spent += CHECKPOINT * RECORD_BYTES
        self.sizes.settle()
        self.brim = min(made + CHECKPOINT, self.last_event)
        return self.brim

    def full(self) -> Exception:
        """What ends a run that has reached its last event."""
        if self.quotas and not self.express:
            cause = f"The execution reached the maximum number of history events ({LAST_EVENT})."
            return HistoryFull("States.Runtime", cause, event=len(self.records), final=True)
        return FlowDslError(
            f"the execution did not end within {self.last_event:,} events; is there a loop without an end? "
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
        return task_token(self.ids)

    def context(self, frame: Frame) -> dict[str, Any]:
        """The context object of a frame's open state."""
        return context_of(frame, self)

    def execution_context(self) -> dict[str, Any]:
        """Execution of the context object; one that StartSyncExecution started has no RedriveCount (recorded)."""
        if self.told_execution is None:
            self.told_execution = {
                "Id": self.arn,
                "Input": self.input,
                "StartTime": iso(self.start_ms),
                "Name": self.name,
                "RoleArn": self.role,
            }
            if not self.sync:
                self.told_execution["RedriveCount"] = self.redrives
            if self.redriven_ms is not None:
                self.told_execution["RedriveTime"] = iso(self.redriven_ms)
        return self.told_execution

    def machine_context(self) -> dict[str, Any]:
        """StateMachine of the context object."""
        if self.told_machine is None:
            self.told_machine = {"Id": self.machine_arn, "Name": self.program.name}
        return self.told_machine

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
        self.set_alarm()
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
        if len(self.records) >= self.last_event:
            raise FlowDslError("Execution history event limit exceeded")
        point = self.saved
        self.redrives += 1
        self.redriven_ms = self.timeline.now
        self.told_execution = None
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
        self.set_alarm()
        self.timeline.ready.append(root)

    def set_alarm(self) -> None:
        """The machine's TimeoutSeconds, and the longest time an execution may take."""
        seconds = self.program.timeout_seconds
        if self.quotas and (self.express or not self.label):
            # A Standard child needs no alarm of its own: its parent's comes first.
            longest = EXPRESS_SECONDS if self.express else STANDARD_SECONDS
            seconds = longest if seconds is None else min(seconds, longest)
        if seconds is not None:
            self.alarm = self.timeline.call(self.time_out, self.timeline.now + seconds * 1000)

    def _drop(self) -> None:
        if self.root is not None:
            self.saved = point_of(self.root)
            if self.root.fan is not None:
                self.root.fan.drop()
            self.root.end()

    def _end(self, status: str) -> None:
        self.status = status
        self.stop_ms = self.timeline.now
        if self.depth:
            self.sizes.release()
        if self.alarm is not None:
            self.timeline.cancel(self.alarm)
        if self.tally is not None:
            self.tally.ended(self)
        if self.on_end is not None:
            self.on_end(self)
