"""The states a user writes that hold no other states: Task, Pass, Wait, Succeed, Fail."""
# mypy: disable-error-code="no-any-return"
# To a type checker an expression is the value that it stands for.

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeGuard, TypeVar, Unpack, overload

import flowdsl.dsl.misuse  # pyright: ignore[reportUnusedImport] # puts its methods on State and Port
import flowdsl.dsl.operators  # pyright: ignore[reportUnusedImport] # likewise, on Expr
import flowdsl.dsl.traps  # noqa: F401 # pyright: ignore[reportUnusedImport] # likewise
from flowdsl.asl.fields import by_keyword
from flowdsl.dsl.calls import Call
from flowdsl.dsl.expressions import Expr, is_broken
from flowdsl.dsl.keywords import take
from flowdsl.dsl.kinds import ANY, Kind
from flowdsl.dsl.operators import kind_of_value
from flowdsl.dsl.places import Keyword, frame_at
from flowdsl.dsl.ports import CatchPort, catch
from flowdsl.dsl.references import ResultSource
from flowdsl.dsl.retry import ErrorLike, Retry, made, take_over
from flowdsl.dsl.state import State
from flowdsl.dsl.trace import UNSET, report, tracing
from flowdsl.query.expression import Place, Read

if TYPE_CHECKING:
    from flowdsl.dsl.signatures import (
        CatchFields,
        FailFields,
        PassFields,
        RetryFields,
        SucceedFields,
        TaskFields,
        WaitFields,
    )

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Working(State):
    """What a Task, a Map and a Parallel have in common: a result, retriers and catchers."""

    __slots__ = ("call", "envelope", "result_kind")
    keywords = frozenset({"name", "extra", "retry", "assign", "output"})
    call: Call | None
    """What a Task calls; None where it has a raw Resource, and of a Map and a Parallel."""
    result_kind: Kind
    envelope: tuple[str, ...]
    """The fields that lead from the answer to the result."""

    def _result(self) -> Any:
        source = self.result_source
        if source is None:
            source = self.result_source = ResultSource(self)
        frame = frame_at(2)
        return Expr(Read(source, (frame.f_code, frame.f_lasti)), self.result_kind)

    def catch(self, *errors: ErrorLike, **fields: Unpack[CatchFields]) -> CatchPort:
        """Where these errors lead: `task.catch(CardDeclined) >> other`. The port's `.error` is what was caught."""
        frame = frame_at(1)
        return catch([self], errors, dict(fields), (frame.f_code, frame.f_lasti))

    @overload
    def retry(self, *policies: Retry) -> Self: ...
    @overload
    def retry(self, *errors: ErrorLike, **fields: Unpack[RetryFields]) -> Self: ...
    def retry(self, *given: Any, **fields: Any) -> Self:
        """Tries again: with a Retry, or with errors and how to wait. The order of calls is the order of retriers."""
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        trace = tracing.get()
        assert trace is not None
        retriers = self.retriers
        if retriers is None:
            retriers = self.retriers = []
        self.chain = place
        if given and type(given[0]) is Retry:
            for i, policy in enumerate(given):
                if type(policy) is not Retry:
                    report("retry-value", f"beside a Retry stands another Retry only, found {policy!r}", (*place, i))
                    continue
                if policy.mistakes:
                    take_over(trace, policy)
                retriers.append((policy, place))
            for keyword in fields:
                report(
                    "retry-value",
                    f"a Retry has its own {keyword}; write it there: Retry(..., {keyword}=...)",
                    (*place, Keyword(keyword)),
                )
        else:
            policy = made(given, fields, place)
            take_over(trace, policy)
            retriers.append((policy, place))
        return self


class Task(Working, Generic[R]):
    """One unit of work: a handler's call, an AWS operation, another workflow, an activity, or a raw Resource.

    `Task(charge_card(payment_id=order.id), timeout_seconds=30)`
    """

    __slots__ = ()
    type = "Task"

    @overload
    def __init__(self, call: R, **fields: Unpack[TaskFields]) -> None: ...
    @overload
    def __init__(self: Task[Any], **fields: Unpack[TaskFields]) -> None: ...
    def __init__(self, call: R = UNSET, **fields: Unpack[TaskFields]) -> None:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        self.call = None
        self.result_kind = ANY
        self.envelope = ()
        self._declare(fields, place)
        given: Any = call
        if type(given) is Call:
            self.call = given
            given.used = True
            self.result_kind = given.result
            self.envelope = given.envelope
            self.reads.extend(given.reads)
        elif call is not UNSET:
            _no_call(self, call, place)
        elif "Resource" not in self.fields:
            report("no-call", "a Task takes a call, Task(charge_card(...)), or resource=", place)
        if "HeartbeatSeconds" in self.fields:
            _check_heartbeat(self, place)

    @property
    def result(self) -> R:
        """What the call gives."""
        result: R = self._result()
        return result


def _no_call(task: State, given: Any, place: Place) -> None:
    if isinstance(given, Call) or is_broken(given):
        return
    if isinstance(given, Expr):
        what = "found an expression: what computes without calling anything is a Pass, Pass(output=...)"
    elif callable(given) and (handler := getattr(given, "function", None)) is not None:
        what = f"found the handler {handler.__name__} itself: write Task({handler.__name__}(...))"
    elif isinstance(given, State):
        what = f"found the state {given.name!r}"
    else:
        what = f"found {given!r}: what is called here needs @handler, or it has run just now"
    report("no-call", f"a Task takes a call that the workflow will make; {what}", (*place, 0))


def _check_heartbeat(task: State, place: Place) -> None:
    heartbeat, timeout = task.fields["HeartbeatSeconds"], task.fields.get("TimeoutSeconds")
    if isinstance(heartbeat, int) and isinstance(timeout, int) and heartbeat >= timeout:
        report(
            "heartbeat-not-below-timeout",
            f"heartbeat_seconds ({heartbeat}) must be below timeout_seconds ({timeout}): a heartbeat that is due later is never missed",
            (*place, "heartbeat_seconds"),
        )


class Pass(State, Generic[R]):
    """Does nothing, or computes: `Pass(output={"total": fn.sum(prices)})`."""

    __slots__ = ("result_kind",)
    type = "Pass"
    keywords = frozenset({"name", "extra", "assign", "output"})

    @overload
    def __init__(self, output: R, **fields: Unpack[PassFields]) -> None: ...
    @overload
    def __init__(self: Pass[Any], **fields: Unpack[PassFields]) -> None: ...
    def __init__(self, output: R = UNSET, **fields: Unpack[PassFields]) -> None:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        self.result_kind: Kind = kind_of_value(output)
        self._declare(fields, place)
        if output is not UNSET:
            take(self, "output", output, place)

    @property
    def result(self) -> R:
        """Its output, computed once and kept."""
        source = self.result_source
        if source is None:
            source = self.result_source = ResultSource(self)
        frame = frame_at(1)
        read: Any = Expr(Read(source, (frame.f_code, frame.f_lasti)), self.result_kind)
        return read


def is_pass(state: Any) -> TypeGuard[Pass[Any]]:
    return isinstance(state, Pass)


class Wait(State):
    """Waits: `Wait(seconds=30)`, `Wait(timedelta(minutes=5))`, `Wait(timestamp=order.ship_at)`."""

    __slots__ = ()
    type = "Wait"
    keywords = frozenset({"name", "extra", "assign", "output"})

    def __init__(
        self, duration: timedelta = UNSET, *, seconds: int | str = UNSET, **fields: Unpack[WaitFields]
    ) -> None:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        given: dict[str, Any] = dict(fields)
        if duration is not UNSET:
            given["seconds"] = _seconds(duration, place)
        elif seconds is not UNSET:
            given["seconds"] = seconds
        stamp = given.get("timestamp")
        if isinstance(stamp, (datetime, date)):
            given["timestamp"] = _timestamp(stamp, (*place, "timestamp"))
        self._declare(given, place)
        chosen = [k for k in ("Seconds", "SecondsPath", "Timestamp", "TimestampPath") if k in self.fields]
        misspelt = given.keys() - by_keyword("Wait").keys() - self.keywords
        if len(chosen) != 1 and not misspelt and not (len(chosen) == 0 and given.keys() & {"seconds", "timestamp"}):
            found = "found none of them" if not chosen else f"found {' and '.join(chosen)}"
            report(
                "conflicting-keywords",
                f"a Wait has exactly one of seconds, timestamp, seconds_path, timestamp_path; {found}",
                place,
            )


def _seconds(duration: Any, place: Place) -> Any:
    if not isinstance(duration, timedelta):
        return duration
    seconds = duration.total_seconds()
    if not seconds.is_integer():
        report("bad-value", f"a Wait takes whole seconds, found {duration}", (*place, 0))
    return int(seconds)


def _timestamp(stamp: date, place: Place) -> str:
    if not isinstance(stamp, datetime) or stamp.tzinfo is None:
        report("bad-value", f"a timestamp says its time zone, found {stamp!r}; write datetime(..., tzinfo=UTC)", place)
        return "1970-01-01T00:00:00Z"
    return stamp.isoformat().replace("+00:00", "Z")


class Ending(State):
    """What Succeed and Fail have in common: nothing follows."""

    __slots__ = ()

    def __rshift__(self, other: Any) -> Any:
        frame = frame_at(1)
        report("not-a-target", f"{self.name!r} is a {self.type}: nothing follows it", (frame.f_code, frame.f_lasti))
        return other


class Succeed(Ending, Generic[R_co]):
    """Ends its scope well. An `output` of its own takes it out of what the scope's `return` must hold for."""

    __slots__ = ("result_kind",)
    type = "Succeed"
    keywords = frozenset({"name", "extra", "output"})

    @overload
    def __init__(self, output: R_co, **fields: Unpack[SucceedFields]) -> None: ...
    @overload
    def __init__(self: Succeed[Any], **fields: Unpack[SucceedFields]) -> None: ...
    def __init__(self, output: R_co = UNSET, **fields: Unpack[SucceedFields]) -> None:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        self.result_kind: Kind = kind_of_value(output)
        self._declare(fields, place)
        if output is not UNSET:
            take(self, "output", output, place)

    def _unnamed(self) -> str:
        return "Succeed"


class Fail(Ending):
    """Ends its scope, and with it the execution, with an error: `Fail("OrderDeclined", cause=f"order {order.id}")`."""

    __slots__ = ()
    type = "Fail"
    keywords: ClassVar[frozenset[str]] = frozenset({"name", "extra"})

    def __init__(self, error: ErrorLike = UNSET, **fields: Unpack[FailFields]) -> None:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        if isinstance(error, type):
            error = error.__name__
        self._declare(fields, place)
        if error is not UNSET:
            take(self, "error", error, place)

    def _unnamed(self) -> str:
        error = self.fields.get("Error")
        return error if isinstance(error, str) and not error.startswith("{%") else "Fail"
