"""Ports: what an edge starts at, beside a state itself: a Choice's rule or its Default, a catcher, the start of a scope."""
# mypy: disable-error-code="no-any-return"
# To a type checker an expression is the value that it stands for.

from __future__ import annotations

from typing import Any, Self, TypeVar

from flowdsl.asl.fields import fields_of
from flowdsl.diagnostics import FlowDslError, did_you_mean
from flowdsl.dsl.expressions import Expr
from flowdsl.dsl.keywords import note_extra
from flowdsl.dsl.kinds import DERIVED, STRING, FieldKind, Kind
from flowdsl.dsl.places import Keyword, bound_name, frame_at, location
from flowdsl.dsl.references import ErrorSource
from flowdsl.dsl.state import State, connect, entry_of, report_second, report_with
from flowdsl.dsl.trace import Scope, report, tracing
from flowdsl.dsl.values import freeze
from flowdsl.dsl.variables import Var, keep
from flowdsl.query.expression import Place, Read

T = TypeVar("T")
Target = TypeVar("Target")


class CaughtError:
    """What a catcher caught."""

    Error: str
    """The error's name."""
    Cause: str
    """What happened; of a Lambda function, JSON text."""
    message: str
    """The exception's own message where the Cause is a Lambda function's JSON, the Cause as it is where it is not."""


ERROR_KIND = Kind(
    "object",
    "CaughtError",
    fields={
        "Error": FieldKind("Error", STRING),
        "Cause": FieldKind("Cause", STRING),
        "message": FieldKind("message", STRING, DERIVED),
    },
)


class Port:
    """Where an edge starts."""

    __slots__ = (
        "assign_places",
        "assigned",
        "comment",
        "extra",
        "output_value",
        "place",
        "reads",
        "scope",
        "state",
        "target",
        "target_place",
    )

    def __init__(self, state: State, place: Place) -> None:
        self.state = state
        self.scope: Scope = state.scope
        self.place = place
        self.target: State | None = None
        self.target_place: Place | None = None
        self.assigned: dict[Any, Any] | None = None
        self.assign_places: dict[Any, Place] | None = None
        self.output_value: Any = ...
        self.comment: Any = None
        self.extra: dict[str, Any] | None = None
        self.reads: list[Read] = []

    def __rshift__(self, other: Target) -> Target:
        frame = frame_at(1)
        return connect(self, other, (frame.f_code, frame.f_lasti))

    def assign(self, variable: Var[T], value: T) -> Self:
        """Sets a variable when this way is taken."""
        frame = frame_at(1)
        keep(self, variable, value, self.reads, (frame.f_code, frame.f_lasti))
        return self

    def output(self, value: Any) -> Self:
        """What the next state gets as its input when this way is taken."""
        frame = frame_at(1)
        self.output_value = freeze(value, self.reads, (frame.f_code, frame.f_lasti, 0))
        return self

    def described(self) -> str:
        """How a message calls it."""
        return "this port"


class WhenPort(Port):
    """One rule of a Choice."""

    __slots__ = ("condition",)
    condition: Any
    """Frozen: an expression, a rule's fields, or a text."""

    def described(self) -> str:
        return f"this rule of {self.state.name!r}"


class OtherwisePort(Port):
    """A Choice's Default."""

    __slots__ = ()

    def described(self) -> str:
        return f"the otherwise of {self.state.name!r}"


class CatchPort(Port):
    """A catcher: where certain errors lead."""

    __slots__ = ("errors", "result_path", "source")

    def __init__(self, state: State, errors: tuple[Any, ...], place: Place) -> None:
        Port.__init__(self, state, place)
        self.errors = errors
        self.source: ErrorSource | None = None
        self.result_path: Any = ...

    @property
    def error(self) -> CaughtError:
        """What was caught: `.Error`, `.Cause`, and `.message`, which reads a Lambda function's Cause."""
        if self.source is None:
            self.source = ErrorSource(self)
        frame = frame_at(1)
        read: Any = Expr(Read(self.source, (frame.f_code, frame.f_lasti)), ERROR_KIND)
        return read

    @property
    def bound(self) -> str | None:
        return bound_name(self.place)

    def described(self) -> str:
        return f"this catch of {self.state.name!r}"


class StartPort:
    """`start >> state` says where a scope begins; without it, it begins with the first state declared."""

    __slots__ = ()

    def __rshift__(self, other: Target) -> Target:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        trace = tracing.get()
        if trace is None:
            raise FlowDslError(f"{location(place)}: `start >> state` stands inside a function under @workflow")
        target = entry_of(other, place)
        if target is not None:
            scope = trace.scope
            if scope.start is not None and scope.start[0] is not target:
                first = scope.start
                report_second(f"this scope starts at {first[0].name!r} already", first[1], place)
            else:
                scope.start = (target, place)
        return other


start = StartPort()


def catch(states: list[State], given: tuple[Any, ...], fields: dict[str, Any], place: Place) -> CatchPort:
    """A catcher on each of the states, all leading the same way."""
    from flowdsl.dsl.retry import all_at, error_problem, errors_all

    if not given:
        report("unknown-error", "a catch names at least one error: state.catch(Timeout) >> other", place)
    for i, error in enumerate(given):
        problem = error_problem(error)
        if problem:
            report("unknown-error", problem, (*place, i))
    if len(given) > 1 and errors_all(given):
        report("all-not-alone", "States.ALL takes every error, so it stands alone", (*place, all_at(given)))
    port = CatchPort(states[0], given, place)
    for state in states:
        catchers = state.catchers
        if catchers is None:
            state.catchers = [port]
            continue
        earlier = next((c for c in catchers if errors_all(c.errors)), None)
        if earlier is not None:
            first = earlier.place
            report_with(
                "catch-after-all",
                lambda first=first: (
                    f"catch(ALL) on line {location(first).line} takes every error, so that this catch never sees one; write it before"
                ),
                place,
                ((first, "takes every error"),),
            )
        catchers.append(port)
    take_port(port, "catch", fields, place)
    return port


def take_port(port: Port, owner: str, fields: dict[str, Any], place: Place) -> None:
    """Takes what a rule or catcher says beside its condition or errors."""
    for keyword, value in fields.items():
        where = (*place, keyword)
        if value is ...:
            continue
        if keyword == "comment":
            port.comment = value
        elif keyword == "output":
            port.output_value = freeze(value, port.reads, where)
        elif keyword == "assign":
            for variable, item in value.items():
                keep(port, variable, item, port.reads, where)
        elif keyword == "extra":
            port.extra = freeze(value, port.reads, where)
            note_extra(value, where, fields_of("Catcher" if owner == "catch" else "ChoiceRule"))
        elif keyword == "result_path" and isinstance(port, CatchPort):
            _result_path(port, value, where)
        else:
            known = ("comment", "output", "assign", "extra", *(("result_path",) if owner == "catch" else ()))
            report(
                "unknown-keyword",
                f"{owner} has no {keyword}={did_you_mean(keyword, known)}",
                (*place, Keyword(keyword)),
            )


def _result_path(port: CatchPort, value: Any, place: Place) -> None:
    port.result_path = value
    if port.state.query_language != "JSONPath":
        report(
            "misplaced-keyword",
            "result_path= is a field of JSONPath, and this is JSONata; read the port's .error where it is needed",
            place,
        )
