"""A Frame: one thread of an execution (the machine itself, a branch, an iteration), and what its expressions may read."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final, Protocol

from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter.clock import iso
from flowdsl.interpreter.failures import StateFailure
from flowdsl.interpreter.history import EVALUATION_FAILED
from flowdsl.interpreter.sizes import DENSEST, SURELY, bound, json_size
from flowdsl.query.base import Env, ExpressionError

if TYPE_CHECKING:
    from flowdsl.interpreter.nodes import Node
    from flowdsl.interpreter.redrive import FanPoint
    from flowdsl.interpreter.run import Run

__tracebackhide__ = True
"""pytest shows the lines of the test and of its mocks, not those in between."""


class Parked:
    """What a frame yields that something else will rouse: a child's end, an answer to its token."""


PARKED: Final = Parked()

Steps = Generator["int | Parked | None", None, Any]
"""A frame's or a state's work. It yields a time in ms to sleep until, None to let others have their turn at this
instant, or PARKED; it returns the output."""

ALL_VARIABLES = 10 * 1024 * 1024
"""Bytes of JSON that all variables of an execution may take (spec)."""

QUERY_ERROR = "States.QueryEvaluationError"


class Owner(Protocol):
    """Who started a frame and is told of its end."""

    def finished(self, frame: Frame, output: Any) -> None: ...

    def failed(self, frame: Frame, failure: StateFailure) -> None: ...


class Frame(Env):
    """An Env that the states of one thread share, one after the other: what `$`, `$states` and variables mean now.

    The context object is built when an expression asks for it, and at most once a state.
    """

    __slots__ = (
        "assigned",
        "before",
        "built",
        "entered",
        "entered_at",
        "fan",
        "follow",
        "index",
        "last",
        "node",
        "owner",
        "retries",
        "run",
        "saved",
        "steps",
        "stored",
        "ticket",
        "token",
        "upcoming",
        "value",
    )

    def __init__(self, run: Run, owner: Owner, variables: dict[str, Any], last: int, index: int = 0) -> None:
        # Not Env.__init__: its `context` stays unset, so that __getattr__ can build it on demand.
        self.run = run
        self.owner = owner
        self.index = index
        self.last = last
        """Id of the event that this thread's next event points to."""
        self.before = last
        """`last` when the open state was entered."""
        self.entered = 0
        """Id of the open state's Entered event."""
        self.entered_at = 0
        self.node: Node | None = None
        """The open state."""
        self.follow: Node | None = None
        """Where the open state leads, once that is settled."""
        self.retries = 0
        """Retries made of the open state."""
        self.token: str | None = None
        self.fan: Any = None
        """The open state's branches or iterations, while it has some."""
        self.upcoming: Node | None = None
        """The state to be entered next, while none is open and others have their turn."""
        self.value: Any = None
        """The open or the upcoming state's input."""
        self.stored = 0
        """Bytes of the variables set since they were last counted, about."""
        self.saved: FanPoint | None = None
        """What a redrive goes on with under the open state."""
        self.ticket = 0
        self.steps: Steps | None = None
        self.built = False
        self.assigned: dict[str, Any] | None = None
        self.input = None
        self.variables = variables
        self.result = ...
        self.error_output = ...
        self.now_ms = run.now_ms
        self.random = run.random

    def __getattr__(self, name: str) -> Any:
        if name == "context":
            self.context = context = self.run.context(self)
            self.built = True
            return context
        raise AttributeError(name)

    def resume(self) -> None:
        """Goes on until the frame must wait or ends, and then tells whom it must."""
        steps = self.steps
        if steps is None:
            return
        try:
            wait = steps.send(None)
        except StopIteration as stop:
            self.steps = None
            self.owner.finished(self, stop.value)
            return
        except StateFailure as failure:
            self.steps = None
            self.owner.failed(self, failure)
            return
        except RecursionError:
            where = f"state {self.node.name!r}" if self.node is not None else "the execution"
            raise FlowDslError(f"{where} makes a value that is nested too deeply to be worked with") from None
        if wait is None:
            self.run.timeline.ready.append(self)
        elif wait is not PARKED:
            assert isinstance(wait, int)
            self.run.timeline.wake(self, wait)

    def rouse(self) -> None:
        """Makes a parked frame ready; alarms set for it are stale from now on."""
        self.ticket += 1
        self.run.timeline.ready.append(self)

    def end(self) -> None:
        """Ends the frame where it stands."""
        steps, self.steps = self.steps, None
        self.ticket += 1
        if steps is not None:
            steps.close()

    def keep(self, assigned: dict[str, Any]) -> None:
        """Sets variables. Those of one Assign together have the payload limit, all of them 10 MiB (spec)."""
        assert self.node is not None
        size = bound(assigned)
        if size > SURELY and not self.run.fits(assigned):
            raise self.too_large(self.node.name)
        # A new dict: branches that share the old one keep it.
        self.variables = {**self.variables, **assigned}
        self.assigned = None
        self.stored += size
        if self.stored > ALL_VARIABLES // DENSEST and self.run.quotas:
            self.stored = size = json_size(self.variables)
            if size > ALL_VARIABLES:
                raise self.too_large(self.node.name)
            self.stored //= DENSEST

    def prefix(self) -> str:
        """How AWS opens the cause of what goes wrong inside the interpreter itself."""
        assert self.node is not None
        return f"An error occurred while executing the state '{self.node.name}' (entered at the event id #{self.entered}). "

    def failure(self, error: ExpressionError, previous: int | None = None) -> StateFailure:
        """The failure of the open state by an expression; a JSONata one is told by an EvaluationFailed event, which points
        to `previous`, or to the event before the state was entered."""
        assert self.node is not None
        failure = StateFailure(error.error, self.prefix() + error.cause, event=self.last)
        failure.state = self.node.name
        failure.location = error.field
        if error.error == QUERY_ERROR:
            failure.evaluation = True
            before = self.before if previous is None else previous
            if self.node.type == "Wait" and error.field == "Timestamp":
                before = self.last  # the one exception (recorded)
            failure.event = self.run.record(
                EVALUATION_FAILED, before, self.node, failure.error, failure.cause, error.field
            )
        else:
            failure.final = error.error == "States.Runtime"
        return failure

    def too_large(self, name: str, *, final: bool = True) -> StateFailure:
        """The payload limit's failure; `name` is the state's, or the resource's for a task's result (recorded)."""
        assert self.node is not None
        failure = StateFailure(
            "States.DataLimitExceeded",
            f"The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit.",
            event=self.last,
            final=final,
        )
        failure.state = self.node.name
        return failure

    def runtime(self, cause: str) -> StateFailure:
        """A States.Runtime failure of the open state."""
        return self.failure(ExpressionError("States.Runtime", cause))


def context_of(frame: Frame, run: Run) -> dict[str, Any]:
    """The context object as the open state sees it (recorded)."""
    node = frame.node
    assert node is not None
    state: dict[str, Any] = {"EnteredTime": iso(frame.entered_at), "Name": node.name}
    if node.type in ("Task", "Map", "Parallel"):
        state["RetryCount"] = frame.retries
    told: dict[str, Any] = {"Execution": run.execution_context(), "StateMachine": run.machine_context(), "State": state}
    if frame.token is not None and node.type == "Task" and node.resource.pattern:  # type: ignore[attr-defined]
        told["Task"] = {"Token": frame.token}
    return told
