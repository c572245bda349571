"""Execution: what a run looks like to the one who started it, whole or step by step."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

from flowdsl.asl.definition import Definition
from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter import history as h
from flowdsl.interpreter.answers import Answerer, Call
from flowdsl.interpreter.budgets import SECONDS
from flowdsl.interpreter.clock import DEFAULT_START, Timeline, duration_ms
from flowdsl.interpreter.failures import ExecutionFailed
from flowdsl.interpreter.program import Program, compile
from flowdsl.interpreter.run import ACCOUNT, Run, Tally
from flowdsl.interpreter.s3 import S3Objects
from flowdsl.interpreter.tokens import OpenTask

__tracebackhide__ = True
"""pytest shows the lines of the test and of its mocks, not those in between."""

SELDOM = (50_000, 20, 100)
"""How seldom garbage is collected while an execution goes on: a history is many objects that stay, and looking through
them again and again would cost more than the run."""

Status = Literal["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]


class Execution:
    """One execution of a state machine on virtual time."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._history: list[dict[str, Any]] | None = None

    def __repr__(self) -> str:
        told = f"Execution of {self._run.program.name!r}: {self.status}"
        if self.status == "RUNNING":
            waiting = ", ".join(repr(task.state) for task in self.pending)
            told += f" at {self.now:%Y-%m-%dT%H:%M:%SZ}" + (f", an answer is awaited in {waiting}" if waiting else "")
        elif self.error is not None:
            told += f" with {self.error}"
        return f"<{told}>"

    @property
    def status(self) -> Status:
        """RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED."""
        return self._run.status  # type: ignore[return-value]

    @property
    def output(self) -> Any:
        """The output; for an execution that has none, its error is raised (ExecutionFailed)."""
        if self._run.status != "SUCCEEDED":
            raise ExecutionFailed(self._run.status, self._run.error, self._run.cause, self._run.failed_state)
        return self._run.output

    @property
    def error(self) -> str | None:
        """The error's name, or None."""
        return self._run.error

    @property
    def cause(self) -> str | None:
        """The error's cause, or None. A Lambda function's is JSON text."""
        return self._run.cause

    @property
    def failed_state(self) -> str | None:
        """The state whose failure ended the execution."""
        return self._run.failed_state

    @property
    def input(self) -> Any:
        """What it was started with."""
        return self._run.input

    @property
    def name(self) -> str:
        """The execution's name."""
        return self._run.name

    @property
    def arn(self) -> str:
        """The execution's ARN."""
        return self._run.arn

    @property
    def definition(self) -> Definition:
        """What was run."""
        return self._run.program.definition

    @property
    def path(self) -> Path:
        """The names of the states entered, in order, those inside Map and Parallel included."""
        return Path(h.path(self._run.records))

    @property
    def elapsed_seconds(self) -> float:
        """Virtual seconds from the start to the end, or to now."""
        end = self._run.timeline.now if self._run.stop_ms is None else self._run.stop_ms
        return (end - self._run.start_ms) / 1000

    @property
    def now(self) -> datetime:
        """The virtual time."""
        return datetime.fromtimestamp(self._run.timeline.now / 1000, UTC)

    @property
    def history(self) -> list[dict[str, Any]]:
        """The events as GetExecutionHistory gives them; `timestamp` is an aware datetime."""
        if self._history is None or len(self._history) != len(self._run.records):
            self._history = h.events(self._run.records)
        return self._history

    @property
    def calls(self) -> list[Call]:
        """Every call that a Task made, in order."""
        return self._run.calls

    @property
    def decisions(self) -> list[tuple[str, str, int | None]]:
        """Every way taken at a fork: (state, "Choices" | "Default" | "Retry" | "Catch", index)."""
        told: list[tuple[str, str, int | None]] = []
        for node, way, _ in self._run.decisions:
            if not isinstance(way, int):
                told.append((node.name, way[0], way[1]))
            else:
                told.append((node.name, "Default", None) if way < 0 else (node.name, "Choices", way))
        return told

    # -- step by step ----------------------------------------------------------------------------------------------

    def advance(self, duration: Any) -> Execution:
        """Lets virtual time pass: seconds, a timedelta, or a text such as "12h"."""
        limit = self._run.timeline.now + duration_ms(duration)
        return self._go_on(lambda: self._run.timeline.run_until(lambda: False, limit))

    def settle(self) -> Execution:
        """Runs everything that needs no time."""
        return self._go_on(self._run.timeline.settle)

    def finish(self) -> Execution:
        """Lets time pass until the execution ends, or only an answer from outside can bring it on."""
        return self._go_on(lambda: self._run.timeline.run_until(lambda: self._run.status != "RUNNING"))

    def _go_on(self, let: Callable[[], None]) -> Execution:
        """Lets it go on. What cannot go on says so in one line, without the ways that led there."""
        self._run.budget.begin()
        often = gc.get_threshold()
        gc.set_threshold(max(often[0], SELDOM[0]) if often[0] else 0, *SELDOM[1:])
        try:
            let()
        except FlowDslError as error:
            raise error.with_traceback(None) from error.__cause__
        finally:
            gc.set_threshold(*often)
        return self

    @property
    def pending(self) -> list[OpenTask]:
        """The tasks that wait for an answer from outside, oldest first: callbacks and activities."""
        return list(self._run.open_tasks.values())

    def stop(self, error: str | None = None, cause: str | None = None) -> Execution:
        """StopExecution."""
        self._run.stop(error, cause)
        return self

    def redrive(self, answerer: Answerer | None = None) -> Execution:
        """RedriveExecution: goes on at once at the states that were unsuccessful, with the same input.

        `answerer`: who answers from now on, where that is to be another.
        """
        if answerer is not None:
            self._run.answerer = answerer
        self._run.redrive()
        return self.settle()


class Path(list[str]):
    """State names in order; a list that test reports can tell from other lists."""


class Told(list[h.Record]):
    """Records that someone is told of as they are written."""

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, record: h.Record) -> None:
        super().append(record)
        self._tell(h.event(len(self), record))


def check_name(name: str) -> None:
    """Refuses a name that AWS gives no execution (spec)."""
    if not 1 <= len(name) <= 80:
        raise FlowDslError(f"an execution's name has 1 to 80 characters, this one has {len(name)}")
    wrong = [c for c in name if c.isspace() or c in '<>{}[]?*"#%\\^|~`$&,;:/' or ord(c) < 32 or 127 <= ord(c) < 160]
    if wrong:
        raise FlowDslError(f"an execution's name holds no {wrong[0]!r}: {name!r}")


def start(
    definition: Definition | Program,
    input: Any = None,
    answerer: Answerer | None = None,
    *,
    seed: int | str = 0,
    now: str | datetime = DEFAULT_START,
    type: Literal["STANDARD", "EXPRESS"] | None = None,
    sync: bool = False,
    quotas: bool = True,
    name: str | None = None,
    max_events: int | None = None,
    max_seconds: float | None = SECONDS,
    s3: Any = None,
    account: str = ACCOUNT,
    on_event: Callable[[dict[str, Any]], None] | None = None,
    on_child: Callable[[Run], None] | None = None,
    tally: Tally | None = None,
) -> Execution:
    """Starts an execution; nothing runs until time is let pass (`settle`, `advance`, `finish`).

    `sync`: StartSyncExecution starts it, which only an Express workflow knows; else StartExecution.

    `on_event` is told of each event as it is written, in GetExecutionHistory's shape; `on_child` of each child execution
    of a Distributed Map that has ended.
    """
    from flowdsl.interpreter.mocks import Mocks

    program = definition if isinstance(definition, Program) else compile(definition)
    kind = type or program.definition.type or "STANDARD"
    if kind not in ("STANDARD", "EXPRESS"):
        raise FlowDslError(f"type must be STANDARD or EXPRESS, not {kind!r}")
    if kind == "EXPRESS" and program.not_in_express is not None:
        raise program.not_in_express
    if sync and kind != "EXPRESS":
        raise FlowDslError(
            "StartSyncExecution: This operation is not supported by this type of state machine; sync=True needs type EXPRESS"
        )
    if quotas and program.oversize:
        raise FlowDslError(f"{program.name}: {program.oversize} (quotas=False runs it all the same)")
    if quotas and name is not None:
        check_name(name)
    run = Run(
        program,
        input,
        Mocks(program) if answerer is None else answerer,
        timeline=Timeline(now),
        seed=seed,
        express=kind == "EXPRESS",
        sync=sync,
        quotas=quotas,
        name=name,
        max_events=max_events,
        max_seconds=max_seconds,
        s3=s3 if s3 is None or isinstance(s3, S3Objects) else S3Objects(s3),
        records=None if on_event is None else Told(on_event),
        account=account,
    )
    run.tally = tally
    run.on_child = on_child
    run.start()
    return Execution(run)
