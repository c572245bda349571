"""Tasks that wait for an answer from outside: by their task token, or as an activity's open task."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flowdsl.diagnostics import FlowDslError
from flowdsl.interpreter import history as h
from flowdsl.interpreter.answers import Answer, Call
from flowdsl.interpreter.mock_shapes import held

if TYPE_CHECKING:
    from flowdsl.interpreter.frames import Frame
    from flowdsl.interpreter.task import TaskNode

__tracebackhide__ = True
"""pytest shows the lines of the test and of its mocks, not those in between."""


class OpenTask:
    """One task that is waiting. Answer it with `succeed`, `fail` or `heartbeat`; for an activity, `start` comes first."""

    __slots__ = ("_beat", "_frame", "_heartbeat", "_node", "_started", "_timeout", "answer", "call", "key")

    def __init__(self, frame: Frame, node: TaskNode, call: Call, timeout: int | None, heartbeat: int | None) -> None:
        self.call = call
        self.answer: Answer | None = None
        self._frame = frame
        self._node = node
        self._timeout = timeout
        self._heartbeat = heartbeat
        now = frame.run.timeline.now
        self.key = call.token or frame.run.new_id()
        """Its task token, or what stands for it where a mock leaves open what has none."""
        self._started: int | None = None if node.resource.kind == "activity" else now
        self._beat = now

    def __repr__(self) -> str:
        begun = "" if self.started else ", which no worker has taken"
        return f"<OpenTask: {self.call.operation} of state {self.state!r}{begun}>"

    @property
    def state(self) -> str:
        """The waiting state's name."""
        return self.call.state

    @property
    def token(self) -> str:
        """The task token; only a callback and an activity have one."""
        if self.call.token is None:
            raise FlowDslError(f"the task of state {self.state!r} has no task token: {self.call.operation} sends none")
        return self.call.token

    @property
    def request(self) -> Any:
        """What was sent to the service, or the activity's input."""
        return self.call.request

    @property
    def started(self) -> bool:
        """Whether a worker has the activity's task (always true of others)."""
        return self._started is not None

    def start(self, worker: str | None = None) -> Any:
        """GetActivityTask: a worker takes the task; returns its input. The heartbeat's clock starts here (spec)."""
        self._check()
        if self._started is None:
            frame = self._frame
            self._started = self._beat = frame.run.timeline.now
            frame.last = frame.run.record(h.ACTIVITY_STARTED, frame.last, self._node.resource, worker)
            frame.rouse()
        return self.request

    def succeed(self, output: Any) -> None:
        """SendTaskSuccess with this JSON value; without a task token, what the call gives back, as a mock says it."""
        try:
            told = json.loads(json.dumps(output, allow_nan=False))
        except (TypeError, ValueError, RecursionError) as error:
            raise FlowDslError(f"the output for the task of state {self.state!r} is no JSON: {error}") from None
        if self.call.token is not None:
            self._settle(Answer(told, whole=True))
        else:
            self._settle(held(self._node.resource, Answer(told), f"the output for the task of state {self.state!r}"))

    def fail(self, error: str | None = None, cause: str | None = None) -> None:
        """SendTaskFailure: an error of at most 256, a cause of at most 32,768 characters (spec)."""
        for name, text, most in (("error", error, 256), ("cause", cause, 32_768)):
            if text is not None and len(text) > most:
                raise FlowDslError(
                    f"the {name} for the task of state {self.state!r} is longer than {most:,} characters"
                )
        self._settle(Answer(failed=True, error=error, cause=cause))

    def heartbeat(self) -> None:
        """SendTaskHeartbeat: the heartbeat's clock starts again."""
        self._check()
        self._beat = self._frame.run.timeline.now
        self._frame.rouse()

    def deadline(self) -> int | None:
        """When the task times out unless something comes before, in ms; None: never."""
        ends: list[int] = []
        if self._timeout is not None:
            ends.append(self._since_start + self._timeout * 1000)
        if self._heartbeat is not None and self._started is not None:
            ends.append(self._beat + self._heartbeat * 1000)
        return min(ends, default=None)

    def missed_heartbeat(self) -> bool:
        """Whether it is the heartbeat that has run out."""
        return self._heartbeat is not None and self.deadline() == self._beat + self._heartbeat * 1000

    @property
    def _since_start(self) -> int:
        return self.call.time_ms

    def _settle(self, answer: Answer) -> None:
        self._check()
        if self._started is None:
            self.start()
        self.answer = answer
        run = self._frame.run
        self._frame.rouse()
        run.budget.begin()
        run.timeline.settle()

    def _check(self) -> None:
        if self.answer is not None or self._frame.run.open_tasks.get(self.key) is not self:
            raise FlowDslError(
                f"the task of state {self.state!r} is no longer open: it was answered, timed out or ended"
            )
