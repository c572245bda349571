"""Answers for Tasks: mocks by state, by operation or by handler, and the project's real handlers for the rest."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeGuard

from flowdsl.asl.values import is_list
from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.interpreter import lambdas, mock_shapes, nested
from flowdsl.interpreter.answers import Answer, Call
from flowdsl.interpreter.envelope import wrap
from flowdsl.interpreter.failures import MissingMock
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.program import Program, program_of
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.task import TaskNode

__tracebackhide__ = True
"""pytest shows the lines of the test and of its mocks, not those in between."""


class Raises:
    """A mock that fails: `raises("DynamoDB.ConditionalCheckFailedException", "cause")`."""

    def __init__(
        self,
        error: str | type[BaseException] | BaseException | None = None,
        cause: str | None = None,
        *,
        after: float = 0,
    ) -> None:
        self.error = error
        self.cause = cause
        self.after = after

    def __repr__(self) -> str:
        return f"raises({self.error!r})" if self.cause is None else f"raises({self.error!r}, {self.cause!r})"


class Returns:
    """A mock's value with its time, or a list that is one value: `returns([1, 2], after=30)`."""

    def __init__(self, value: Any = None, *, after: float = 0, whole: bool = False) -> None:
        self.value = value
        self.after = after
        self.whole = whole


class Hangs:
    """A mock that never answers: the task runs into TimeoutSeconds or HeartbeatSeconds."""

    def __init__(self, *, heartbeats: bool = False) -> None:
        self.heartbeats = heartbeats


class Waits:
    """A mock that leaves the task open, to be answered from outside (step-wise executions)."""


Say = Callable[[Call, Callable[[], str]], Answer]
"""(call, what draws a request id) -> answer."""


class Mock:
    """The answers given under one key."""

    def __init__(self, key: str, value: Any) -> None:
        self.key = key
        self.used = 0
        if is_list(value):
            self.sequence: list[Say] | None = [_say(item, key) for item in value]
            self._say: Say | None = None
        else:
            self.sequence = None
            self._say = _say(value, key)

    def answer(self, call: Call, new_id: Callable[[], str]) -> Answer:
        """The next answer."""
        self.used += 1
        if self.sequence is None:
            assert self._say is not None
            return self._say(call, new_id)
        if self.used > len(self.sequence):
            raise FlowDslError(
                f"the mock for {self.key!r} has {len(self.sequence)} answer{'s' * (len(self.sequence) != 1)}, and state "
                f"{call.state!r} calls once more (attempt {call.attempt})"
            )
        return self.sequence[self.used - 1](call, new_id)

    @property
    def leftover(self) -> str | None:
        """What of the mock was not used, in words; None when nothing is left."""
        if self.used == 0:
            return f"the mock for {self.key!r} was never used"
        if self.sequence is not None and self.used < len(self.sequence):
            return f"the mock for {self.key!r} has {len(self.sequence)} answers, and only {self.used} {'was' if self.used == 1 else 'were'} asked for"
        return None


class Mocks:
    """Who answers the calls of an execution: an Answerer."""

    def __init__(
        self,
        program: Program,
        mocks: Mapping[Any, Any] | None = None,
        *,
        handlers: bool = True,
        missing: Answer | None = None,
        open: bool = False,
    ) -> None:
        """`handlers`: whether an unmocked Task calls its real handler, and an unmocked startExecution the workflow at hand.
        `missing`: what other unmocked Tasks get; None: MissingMock is raised. `open`: an unmocked callback or activity
        stays open for an answer from outside."""
        self.program = program
        self.handlers = handlers
        self.missing = missing
        self.open = open
        self.mocks: dict[str, Mock] = {}
        known = _names(program)
        for key, value in (mocks or {}).items():
            name = mock_key(key)
            if name not in known:
                known |= _names_of_children(program)
            if name not in known:
                if name in program.nodes:
                    kind = program.nodes[name].type
                    raise FlowDslError(f"the mock for {name!r}: that state is a {kind}; only Tasks are mocked")
                raise FlowDslError(
                    f"there is a mock for {name!r}, but no state, operation or handler of that name in "
                    f"{program.name!r}{_near(name, known)}"
                )
            self.mocks[name] = Mock(name, value)
        self._handlers: dict[str, Callable[[Any, Any], Any]] = {}

    def answer(self, frame: Frame, node: TaskNode, call: Call) -> Answer:
        """The mock for the state, else for the handler, else for the operation; else the real handler."""
        mock = self.find(node, call)
        run = frame.run
        if mock is not None:
            return mock_shapes.held(node.resource, mock.answer(call, run.new_id), f"the mock for {mock.key!r}")
        if self.handlers and call.target is not None:
            if call.operation == "lambda:invoke":
                handler = self._handlers.get(call.target)
                if handler is None:
                    handler = self._handlers[call.target] = lambdas.load(call.target)
                answer = lambdas.invoke(handler, call.target.rpartition(":")[2], call.request, run.new_id())
                return answer if node.resource.pattern != "waitForTaskToken" else self.submitted(node, answer, run)
            if call.operation == "states:startExecution":
                child = program_of(lambdas.load(call.target, "workflow"))
                return Answer(child=nested.child_run(run, child, call, self), whole=True)
        if self.open and (node.resource.pattern == "waitForTaskToken" or node.resource.kind == "activity"):
            return Answer(open=True)
        if self.missing is not None:
            return self.missing
        what = f"the handler {call.target!r}" if call.target else call.operation
        raise MissingMock(
            f"state {call.state!r} calls {what}, and there is no mock for it; give mocks={{{call.state!r}: ...}}"
        )

    def submitted(self, node: TaskNode, answer: Answer, run: Run) -> Answer:
        """A handler that was sent a task token has been called: now the token waits for its answer."""
        if answer.failed:
            return replace(answer, submitted=None)
        return Answer(open=True, submitted=wrap(node.resource, answer.result, run.new_id()))

    def find(self, node: TaskNode, call: Call) -> Mock | None:
        """The mock that is for a call."""
        mocks = self.mocks
        if not mocks:
            return None
        found = mocks.get(node.name)
        if found is None and call.target is not None:
            found = mocks.get(call.target)
        if found is None:
            found = mocks.get(node.resource.arn) or mocks.get(node.resource.operation)
        if found is None and node.function is not None:
            found = mocks.get(node.function)
        return found

    def leftovers(self) -> list[str]:
        """What was not used, in words."""
        return [text for text in (m.leftover for m in self.mocks.values()) if text is not None]


def _near(name: str, known: set[str]) -> str:
    """The name that was meant: a handler by the function alone, else what is spelt alike, a placeholder last."""
    handlers = sorted(key for key in known if ":" in key and key.rpartition(":")[2] == name)
    if handlers:
        return f"; did you mean {handlers[0]!r}?"
    return did_you_mean(name, {key for key in known if not key.startswith("${")}) or did_you_mean(name, known)


def _names(program: Program) -> set[str]:
    """Everything in a program that a mock may be given for."""
    known: set[str] = set()
    for node in program.nodes.values():
        if isinstance(node, TaskNode):
            known |= {node.name, node.resource.operation, node.resource.arn}
            if node.function is not None:
                known.add(node.function)
    for name, binding in program.definition.bindings.placeholders.items():
        known.add(f"${{{name}}}")
        if binding.target:
            known.add(binding.target)
    return known


def _names_of_children(program: Program) -> set[str]:
    """The same of the workflows that a program starts, where they can be loaded."""
    known: set[str] = set()
    seen: set[str] = set()
    waiting = [program]
    while waiting:
        for binding in waiting.pop().definition.bindings.placeholders.values():
            if binding.kind == "state-machine" and binding.target and binding.target not in seen:
                seen.add(binding.target)
                child = program_of(lambdas.load(binding.target, "workflow"))
                known |= _names(child)
                waiting.append(child)
    return known


def mock_key(key: Any) -> str:
    """The name that a mock is given for: a text as it is; a handler or workflow by `module:function`; an operation
    (`aws.dynamodb.put_item`) as `dynamodb:putItem`."""
    if isinstance(key, str):
        return key
    service, action, sdk = (getattr(key, name, None) for name in ("service", "action", "sdk"))
    if isinstance(service, str) and isinstance(action, str) and isinstance(sdk, bool):
        from flowdsl.integrations.catalog import operation, sdk_operation

        return (sdk_operation if sdk else operation)(service, action).name
    function = inspect.unwrap(key)
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", None)
    if isinstance(module, str) and isinstance(name, str):
        return f"{module}:{name}"
    raise FlowDslError(f"a mock is given for a handler, an operation or a state's name, not for {key!r}")


def _say(value: Any, key: str) -> Say:
    """What one answer says."""
    if isinstance(value, Answer):
        return lambda call, new_id: value
    if isinstance(value, Raises):
        return _raising(value)
    if isinstance(value, Returns):
        checked = _json(value.value, key)
        return lambda call, new_id: Answer(checked, after=value.after, whole=value.whole)
    if isinstance(value, Hangs):
        return lambda call, new_id: Answer(never=True, beats=value.heartbeats)
    if isinstance(value, Waits):
        return lambda call, new_id: Answer(open=True)
    if _is_exception(value):
        return _raising(Raises(value))
    if callable(value):
        return _calling(value, key)
    constant = _json(value, key)
    return lambda call, new_id: Answer(constant)


def _is_exception(value: Any) -> TypeGuard[BaseException | type[BaseException]]:
    return isinstance(value, BaseException) or (isinstance(value, type) and issubclass(value, BaseException))


def _raising(mock: Raises) -> Say:
    error: Any = mock.error
    if _is_exception(error):
        name = error.__name__ if isinstance(error, type) else type(error).__name__
        message = mock.cause if mock.cause is not None else ("" if isinstance(error, type) else str(error))

        def as_lambda(call: Call, new_id: Callable[[], str]) -> Answer:
            if call.operation != "lambda:invoke":
                return Answer(failed=True, error=name, cause=message, after=mock.after)
            cause: dict[str, Any] = {
                "errorMessage": message,
                "errorType": name,
                "requestId": new_id(),
                "stackTrace": [],
            }
            return Answer(
                failed=True,
                error=name,
                cause=json.dumps(cause, ensure_ascii=False, separators=(",", ":")),
                after=mock.after,
            )

        return as_lambda
    # A name of flowdsl.errors is a str of its own kind, which no JSON value is.
    named = None if error is None else str(error)
    return lambda call, new_id: Answer(failed=True, error=named, cause=mock.cause, after=mock.after)


def _calling(function: Callable[..., Any], key: str) -> Say:
    takes = _parameters(function)

    def say(call: Call, new_id: Callable[[], str]) -> Answer:
        # What the function raises belongs to the test around it: a Task fails by what it returns, raises(...).
        value = function(*(call.request, call)[:takes])
        return _say(value, key)(call, new_id)

    return say


def _parameters(function: Callable[..., Any]) -> int:
    """How many of (request, call) a mock function takes."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return 1
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return 2
    return min(2, sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters))


_strict = json.JSONEncoder(allow_nan=False).encode


def _json(value: Any, key: str) -> Any:
    """The value as JSON would carry it."""
    try:
        return json.loads(_strict(value))
    except (TypeError, ValueError, RecursionError) as error:
        raise FlowDslError(f"the mock for {key!r} answers with something that is no JSON: {error}") from None
