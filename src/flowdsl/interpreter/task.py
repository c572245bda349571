"""Task, compiled: one call with its time-out, its heartbeat and its task token."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_object
from flowdsl.diagnostics import FlowDslError
from flowdsl.integrations.headers import FORBIDDEN, refused_headers
from flowdsl.interpreter import history as h
from flowdsl.interpreter import languages, nested, requests, resources
from flowdsl.interpreter.answers import Answer, Call
from flowdsl.interpreter.dataflow import Stages, finisher
from flowdsl.interpreter.envelope import wrap, wrap_response
from flowdsl.interpreter.failures import NotSupported, StateFailure
from flowdsl.interpreter.frames import PARKED, Frame, Parked, Steps
from flowdsl.interpreter.history import Kind
from flowdsl.interpreter.nodes import LASTING, Node
from flowdsl.interpreter.resources import Resource
from flowdsl.interpreter.sizes import to_json
from flowdsl.interpreter.tokens import OpenTask
from flowdsl.query.base import Evaluate, ExpressionError

if TYPE_CHECKING:
    from flowdsl.interpreter.run import Run

__tracebackhide__ = True
"""pytest shows the lines of the test and of its mocks, not those in between."""

Limit = Callable[[Frame], int | None]
Answering = Generator["int | Parked | None", None, Answer]
"""What a frame yields while an answer takes its time."""


class Events:
    """The event kinds of one sort of task."""

    __slots__ = ("failed", "scheduled", "started", "succeeded", "timed_out")

    def __init__(self, scheduled: Kind, started: Kind, succeeded: Kind, failed: Kind, timed_out: Kind) -> None:
        self.scheduled = scheduled
        self.started = started
        self.succeeded = succeeded
        self.failed = failed
        self.timed_out = timed_out


EVENTS = {
    "service": Events(h.TASK_SCHEDULED, h.TASK_STARTED, h.TASK_SUCCEEDED, h.TASK_FAILED, h.TASK_TIMED_OUT),
    "lambda": Events(h.LAMBDA_SCHEDULED, h.LAMBDA_STARTED, h.LAMBDA_SUCCEEDED, h.LAMBDA_FAILED, h.LAMBDA_TIMED_OUT),
    "activity": Events(
        h.ACTIVITY_SCHEDULED, h.ACTIVITY_STARTED, h.ACTIVITY_SUCCEEDED, h.ACTIVITY_FAILED, h.ACTIVITY_TIMED_OUT
    ),
}


CAPS = {"http:invoke": 60, "bedrockagentcore:invokeHarness": 900}
"""Seconds that a call of an operation may take, whatever TimeoutSeconds says (documented)."""


class TaskNode(Node):
    """A compiled Task."""

    __slots__ = ("computed", "credentials", "events", "function", "heartbeat", "picky", "resource", "timeout")

    resource: Resource
    events: Events
    timeout: Limit
    heartbeat: Limit
    credentials: Evaluate | None
    function: str | None
    """FunctionName where it is a constant."""
    computed: bool
    """Whether the whole of Arguments is one expression."""
    picky: bool
    """Whether the service may refuse what was computed."""

    def attempt(self, frame: Frame, value: Any) -> Steps:
        """One call: scheduled, started, answered; returns the state's output."""
        run, resource, events = frame.run, self.resource, self.events
        stages: Stages = self.stages
        if resource.pattern or resource.kind == "activity":
            frame.token = run.new_token()
        request = stages.request(frame, value)
        timeout, heartbeat = self.timeout(frame), self.heartbeat(frame)
        credentials = None if self.credentials is None else self.credentials(frame)
        if request is not value and not run.fits(request):
            raise frame.too_large(self.name, final=False)
        if self.picky:
            problem = requests.refused(resource, request, self.computed)
            if problem is not None:
                raise frame.runtime(
                    f"The Parameters '{to_json(request)}' could not be used to start the Task: [{problem}]"
                )
        frame.last = run.record(
            events.scheduled, frame.last, resource, request, timeout, heartbeat, credentials, run.region
        )
        call = self.call(frame, request)
        run.calls.append(call)
        answer = run.answerer.answer(frame, self, call)
        if resource.kind == "activity":
            if not answer.open:
                frame.last = run.record(events.started, frame.last, resource, answer.worker)
        else:
            frame.last = run.record(events.started, frame.last, resource)
        if resource.pattern and not (answer.failed and answer.submitted is None):
            submitted: Any = {} if answer.submitted in (..., None) else answer.submitted
            if answer.submitted is ...:
                if answer.child is not None:
                    submitted = nested.started(answer.child)
                submitted = wrap_response(resource, submitted, run.new_id())
            frame.last = run.record(h.TASK_SUBMITTED, frame.last, resource, submitted)
        final = yield from self.wait(frame, answer, timeout, heartbeat)
        return self.settle(frame, value, final)

    def call(self, frame: Frame, request: Any) -> Call:
        """The call as `Execution.calls` shows it."""
        payload, function = request, self.function
        if self.resource.operation == "lambda:invoke" and self.resource.kind == "service" and is_object(request):
            payload = request.get("Payload", {})
            function = function or request.get("FunctionName")
        elif self.resource.kind == "lambda":
            function = self.resource.arn
        elif self.resource.type == "states" and is_object(request):
            function = request.get("StateMachineArn")
        run = frame.run
        target = run.program.definition.bindings.handler_of(function) if isinstance(function, str) else None
        return Call(
            self.name,
            self.resource.operation,
            payload,
            frame.retries + 1,
            frame.index if frame.owner is not run else run.item,
            self.resource.arn,
            target,
            frame.token,
            request,
            run.timeline.now,
        )

    def wait(self, frame: Frame, answer: Answer, timeout: int | None, heartbeat: int | None) -> Answering:
        """Lets the time pass that the answer takes; a time-out or a missed heartbeat fails the call."""
        run = frame.run
        now = run.timeline.now
        end = None if timeout is None else now + timeout * 1000
        beat = None if heartbeat is None else now + heartbeat * 1000
        if answer.child is not None:
            return (yield from self.wait_child(frame, answer.child, end))
        if answer.open:
            return (yield from self.wait_outside(frame, timeout, heartbeat))
        due = None if answer.never else now + round(answer.after * 1000)
        cap = CAPS.get(self.resource.operation)
        if cap is not None and (timeout is None or cap < timeout) and (due is None or due > now + cap * 1000):
            yield now + cap * 1000
            raise self.cut_off(frame, cap)
        if answer.beats:
            beat = None
        deadline = min((t for t in (end, beat) if t is not None), default=None)
        if due is not None and (deadline is None or due <= deadline):
            if due > now:
                yield due
            elif run.timeline.ready:
                # Calls made at one instant are all under way before the first of them comes back.
                yield None
            return answer
        if deadline is None:
            raise FlowDslError(
                f"state {self.name!r} waits for an answer that never comes, and has neither TimeoutSeconds nor HeartbeatSeconds"
            )
        if deadline > now:
            yield deadline
        raise self.timed_out(frame, deadline == beat and deadline != end)

    def wait_child(self, frame: Frame, child: Run, end: int | None) -> Answering:
        """Waits for the execution that the call has started, where the pattern says so."""
        run = frame.run
        child.start()
        if not self.resource.pattern:
            return Answer(nested.started(child))
        child.on_end = lambda ended: frame.rouse()
        if end is not None:
            run.timeline.wake(frame, end)
        late = False
        try:
            yield PARKED
            late = child.status == "RUNNING"
        finally:
            # Out of time, or the execution that waits is ended: then this one is stopped too.
            child.on_end = None
            child.stop()
        if late:
            raise self.timed_out(frame, False)
        return nested.outcome(child, self.resource)

    def wait_outside(self, frame: Frame, timeout: int | None, heartbeat: int | None) -> Answering:
        """Waits for an answer from outside: SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat."""
        run = frame.run
        task = OpenTask(frame, self, run.calls[-1], timeout, heartbeat)
        run.open_tasks[task.key] = task
        try:
            while True:
                deadline = task.deadline()
                if deadline is not None and run.timeline.now >= deadline:
                    raise self.timed_out(frame, task.missed_heartbeat())
                if deadline is not None:
                    run.timeline.wake(frame, deadline)
                yield PARKED
                if task.answer is not None:
                    return task.answer
        finally:
            run.open_tasks.pop(task.key, None)

    def settle(self, frame: Frame, value: Any, answer: Answer) -> Any:
        """The outcome's event, and the state's output."""
        run, resource, events = frame.run, self.resource, self.events
        if answer.failed:
            raise self.failed(frame, answer.error, answer.cause)
        result = answer.result
        if not answer.whole and resource.pattern != "waitForTaskToken":
            result = wrap(resource, result, run.new_id())
        if not run.fits(result):
            failure = frame.too_large(resource.limit_name, final=False)
            raise self.failed(frame, failure.error, failure.cause)
        frame.last = run.record(events.succeeded, frame.last, resource, result)
        assert self.finish is not None
        return self.finish(frame, value, result)

    def failed(self, frame: Frame, error: str | None, cause: str | None) -> StateFailure:
        """The failure of the call, and its event."""
        kind = self.events.timed_out if error == "States.Timeout" and cause is None else self.events.failed
        return self._failure(frame, kind, error, cause)

    def timed_out(self, frame: Frame, heartbeat: bool) -> StateFailure:
        """An expired TimeoutSeconds or HeartbeatSeconds: both are States.Timeout without a cause (recorded)."""
        failure = self._failure(frame, self.events.timed_out, "States.Timeout", None)
        failure.heartbeat = heartbeat
        return failure

    def cut_off(self, frame: Frame, cap: int) -> StateFailure:
        """The failure of a call that takes longer than its service allows."""
        if self.resource.operation != "http:invoke":
            return self.timed_out(frame, False)
        return self.failed(frame, "States.Http.Socket", f"The HTTP Task took longer than {cap} seconds.")

    def _failure(self, frame: Frame, kind: Kind, error: str | None, cause: str | None) -> StateFailure:
        event = frame.run.record(kind, frame.last, self.resource, error, cause)
        failure = StateFailure(error, cause, event=event, final=error == "States.Runtime")
        failure.state = self.name
        if kind is self.events.timed_out:
            failure.caught_cause = ""
        return failure


def compile_task(state: StateNode, node: TaskNode) -> TaskNode:
    """Everything of a Task but its Retry and Catch, which the program adds."""
    fields = state.fields
    text = fields.get("Resource")
    resource = resources.parse(text) if isinstance(text, str) else None
    if resource is None:
        raise NotSupported(state.name, "Resource", f"{text!r} is no Lambda function, activity or service integration")
    refusal = resources.refusal(resource)
    if refusal is not None:
        raise NotSupported(state.name, "Resource", refusal)
    node.resource = resource
    node.events = EVENTS[resource.kind]
    node.stages = stages = Stages(state)
    node.finish = finisher(state, stages)
    node.timeout = _limit(state, "TimeoutSeconds")
    node.heartbeat = _limit(state, "HeartbeatSeconds")
    compile_value = languages.template if state.is_jsonata else languages.path_template
    node.credentials = compile_value(fields["Credentials"], "Credentials") if "Credentials" in fields else None
    field = "Arguments" if state.is_jsonata else "Parameters"
    given = fields.get(field)
    headers = refused_headers(resource.operation, given)
    if headers is not None:
        raise NotSupported(state.name, field, headers)
    node.computed = isinstance(given, str)
    node.picky = resource.kind == "service" and (node.computed or resource.operation in FORBIDDEN)
    name = given.get("FunctionName") if is_object(given) else None
    node.function = name if isinstance(name, str) and not (state.is_jsonata and languages.is_expression(name)) else None
    node.flow = LASTING
    return node


def _limit(state: StateNode, field: str) -> Limit:
    """TimeoutSeconds or HeartbeatSeconds in any of its forms."""
    fields = state.fields
    path_field = f"{field}Path"
    if not state.is_jsonata and path_field in fields:
        path = fields[path_field]
        read = languages.path(path, path_field)

        def from_path(frame: Frame) -> int:
            value = read(frame)
            if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
                shown = value if isinstance(value, str) else to_json(value)
                raise frame.runtime(
                    f"The {path_field} parameter does not reference a positive integer: {path} == {shown}"
                )
            return value

        return from_path
    value = fields.get(field)
    if value is None:
        return lambda frame: None
    if state.is_jsonata and languages.is_expression(value):
        evaluate = languages.expression(value, field, "number")

        def computed(frame: Frame) -> int:
            seconds = evaluate(frame)
            if isinstance(seconds, float) and seconds.is_integer():
                seconds = int(seconds)
            if not isinstance(seconds, int) or seconds <= 0:
                raise ExpressionError(
                    "States.QueryEvaluationError",
                    f"The {field} field must be a positive integer: {to_json(seconds)}",
                    field,
                )
            return seconds

        return computed
    seconds = int(value)
    return lambda frame: seconds
