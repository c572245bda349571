"""What wraps a Task's call: sync, wait_for_task_token, returns; and the call of an activity."""
# mypy: disable-error-code="no-any-return"
# To a type checker an expression is the value that it stands for.

from __future__ import annotations

from typing import Any, TypeVar, overload

from flowdsl.asl.values import is_list, is_object
from flowdsl.dsl.calls import Call
from flowdsl.dsl.expressions import Expr, is_broken
from flowdsl.dsl.kinds import kind_of
from flowdsl.dsl.names import pascal, snake
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.trace import report, tracing
from flowdsl.dsl.values import freeze
from flowdsl.query.expression import Field, Place, Read

T = TypeVar("T")


def sync(call: T) -> T:
    """The Task waits until the job that the call starts is done: `Task(sync(aws.glue.start_job_run(...)))`."""
    frame = frame_at(1)
    return _patterned(call, "sync", (frame.f_code, frame.f_lasti))


@overload
def wait_for_task_token(call: Any, result: type[T]) -> T: ...
@overload
def wait_for_task_token(call: Any) -> Any: ...
def wait_for_task_token(call: Any, result: Any = Any) -> Any:
    """The Task waits until somebody answers the token that the call hands over, `context.task.token`.

    `result` is the type of what the answer brings. Give the Task a timeout: nobody else ends the waiting.
    """
    frame = frame_at(1)
    place = (frame.f_code, frame.f_lasti)
    made = _patterned(call, "wait_for_task_token", place)
    if isinstance(made, Call) and made.kind != "broken":
        made.envelope = ()
        made.result = kind_of(result, is_input=True)
        if not any(_is_token(node) for node in _leaves(made.arguments)):
            report(
                "missing-argument",
                f"nothing in this call of {made.described()} hands over the token, so that nobody can answer; give it context.task.token",
                place,
            )
    return made


def returns(call: Any, result: type[T]) -> T:
    """Gives the result of a call a type: `Task(returns(aws.sdk.s3.get_object(...), Document))`."""
    frame = frame_at(1)
    if not isinstance(call, Call):
        if is_broken(call):
            return call
        report(
            "no-call", f"returns takes a call that a Task makes, found {_shown(call)}", (frame.f_code, frame.f_lasti, 0)
        )
        broken: Any = Call("broken", "", ..., [], (frame.f_code, frame.f_lasti))
        return broken
    call.result = kind_of(result, is_input=True)
    made: Any = call
    return made


def activity(name: Any, value: Any = ...) -> Any:
    """A call of an activity: workers poll for it. `name` is the activity's, or its whole ARN.

    `returns(activity("paint", order), Painted)` gives its result a type.
    """
    frame = frame_at(1)
    place = (frame.f_code, frame.f_lasti)
    trace = tracing.get()
    reads: list[Read] = []
    resource = name
    if isinstance(name, Expr):
        resource = f"${{{getattr(name.__node__, 'name', 'Activity')}}}"
        freeze(name, reads, place)
    elif not isinstance(name, str) or not name:
        report("bad-value", f"an activity has a name or an ARN, found {name!r}", (*place, 0))
        resource = "${Activity}"
    elif not name.startswith(("arn:", "${")):
        placeholder = pascal(snake(name))
        resource = f"${{{placeholder}}}"
        if trace is not None:
            trace.placeholders.setdefault(placeholder, ("activity", name, "string"))
    arguments = freeze(value, reads, (*place, 1)) if value is not ... else ...
    call = Call("activity", resource, arguments, reads, place)
    if trace is not None:
        if trace.type == "EXPRESS":
            report("unsupported-pattern", "an Express workflow cannot wait for an activity; make it STANDARD", place)
        trace.calls.append(call)
    return call


_SUFFIXES = {"sync": ".sync", "sync:2": ".sync:2", "wait_for_task_token": ".waitForTaskToken"}


def _patterned(call: Any, pattern: str, place: Place) -> Any:
    if not isinstance(call, Call):
        if is_broken(call):
            return call
        report("no-call", f"{pattern} takes a call that a Task makes, found {_shown(call)}", (*place, 0))
        return Call("broken", "", ..., [], place)
    trace = tracing.get()
    written = pattern.removesuffix(":2")
    if trace is not None and trace.type == "EXPRESS":
        report(
            "unsupported-pattern",
            f"an Express workflow has no {written}; make it STANDARD, or let the call be request and response",
            place,
        )
    if call.pattern or call.kind == "activity":
        report("unsupported-pattern", f"{written} on a call that waits already", place)
        return call
    if call.kind == "lambda" and pattern == "sync":
        report("unsupported-pattern", f"a Task waits for {call.described()} anyway; take sync(...) out", place)
        return call
    if call.operation is not None:
        from flowdsl.dsl.aws import check_pattern

        if not check_pattern(call, pattern, place):
            return call
    call.pattern = _SUFFIXES[pattern]
    return call


def _shown(value: Any) -> str:
    return "an expression" if isinstance(value, Expr) else repr(value)


def _leaves(value: Any) -> list[Any]:
    if is_object(value):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if is_list(value):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


def _is_token(node: Any) -> bool:
    from flowdsl.query.expression import Node, Raw, children

    stack = [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner, str) and "Task.Token" in inner:
            return True
        if type(inner) is Field and inner.name == "Token" and type(inner.base) is Field and inner.base.name == "Task":
            return True
        if type(inner) is Field and inner.name == "Task" and not isinstance(inner.base, Field):
            return True
        if type(inner) is Read and type(inner.source).__name__ == "ContextSource":
            return True
        if type(inner) is Raw and any(isinstance(p, str) and "Task" in p for p in inner.parts):
            return True
        if isinstance(inner, Node):
            stack.extend(children(inner))
    return False
