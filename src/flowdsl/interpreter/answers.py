"""What a Task's call looks like to whoever answers it (Call), and what it is answered (Answer)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from flowdsl.interpreter.frames import Frame
    from flowdsl.interpreter.run import Run
    from flowdsl.interpreter.task import TaskNode


@dataclass(frozen=True, slots=True)
class Call:
    """One call that a Task made; `Execution.calls` lists them."""

    state: str
    operation: str
    """`lambda:invoke`, `dynamodb:putItem`, `aws-sdk:s3:getObject`, `activity`."""
    request: Any
    """What was sent: for a Lambda function its payload, else Parameters or Arguments as evaluated."""
    attempt: int = 1
    """From 1; each retry is one more."""
    index: int | None = None
    """The Map iteration or Parallel branch that it was made in."""
    resource: str = ""
    target: str | None = None
    """`module:function` of the handler or workflow that the call reaches, where the definition's bindings say."""
    token: str | None = None
    """The task token, where the state waits for one."""
    arguments: Any = field(default=None, compare=False)
    """Parameters or Arguments whole, FunctionName included."""
    time_ms: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call comes to: a result, a failure, or nothing ever."""

    result: Any = None
    failed: bool = False
    error: str | None = None
    cause: str | None = None
    after: float = 0
    """Seconds of virtual time that it takes."""
    never: bool = False
    """No answer comes: the task runs into its time-out or misses its heartbeat."""
    whole: bool = False
    """The result is whole; otherwise what AWS wraps around it is added."""
    submitted: Any = ...
    """For .sync and .waitForTaskToken: the service's first response. ...: the usual one. None: the call itself failed."""
    beats: bool = True
    """Whether heartbeats come while it takes its time."""
    worker: str | None = None
    """Name of the activity's worker."""
    open: bool = False
    """The task's token, or the activity's task, stays open for an answer from outside."""
    child: Run | None = None
    """The execution of another workflow that the call starts."""


class Answerer(Protocol):
    """Who answers the calls of an execution."""

    def answer(self, frame: Frame, node: TaskNode, call: Call) -> Answer: ...
