"""State: what all states have in common, and the edges between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from flowdsl.diagnostics import FlowDslError
from flowdsl.dsl.expressions import is_broken
from flowdsl.dsl.keywords import check_language, take
from flowdsl.dsl.names import pascal
from flowdsl.dsl.places import bound_name, frame_at, location
from flowdsl.dsl.references import ResultSource
from flowdsl.dsl.trace import Scope, report, tracing
from flowdsl.dsl.values import described, freeze
from flowdsl.dsl.variables import keep
from flowdsl.query.expression import Place, Read

if TYPE_CHECKING:
    from flowdsl.dsl.variables import Var

T = TypeVar("T")
Target = TypeVar("Target")


class State:
    """One state of a workflow, declared by making it. Its name is the variable's that it is assigned to."""

    __slots__ = (
        "_name",
        "assign_places",
        "assigned",
        "catchers",
        "chain",
        "exit_reads",
        "extra",
        "fields",
        "given_name",
        "index",
        "language_fields",
        "output_place",
        "place",
        "prefix",
        "reads",
        "result_source",
        "retriers",
        "scope",
        "target",
        "target_place",
    )
    type: ClassVar[str] = ""
    """Its Type in ASL."""
    keywords: ClassVar[frozenset[str]] = frozenset({"name", "extra"})
    """Keywords that are handled by hand, beside the fields of its Type."""

    def _declare(self, fields: Mapping[str, Any], place: Place) -> None:
        trace = tracing.get()
        if trace is None:
            raise FlowDslError(
                f"{location(place)}: a {self.type} is declared inside a function under @workflow, nowhere else"
            )
        self.scope: Scope = trace.scope
        self.place = place
        self.chain: Place | None = None
        self._name: str | None = None
        self.given_name: str | None = None
        self.fields: dict[str, Any] = {}
        self.reads: list[Read] = []
        self.exit_reads: list[Read] = []
        self.target: State | None = None
        self.target_place: Place | None = None
        self.retriers: list[Any] | None = None
        self.catchers: list[Any] | None = None
        self.assigned: dict[Any, Any] | None = None
        self.assign_places: dict[Any, Place] | None = None
        self.result_source: ResultSource | None = None
        self.output_place: Place | None = None
        self.prefix = trace.prefix
        self.extra: dict[str, Any] | None = None
        self.language_fields: list[Any] = NO_FIELDS
        states = self.scope.states
        self.index = len(states)
        states.append(self)
        if fields:
            for keyword, value in fields.items():
                take(self, keyword, value, place)
            if self.language_fields:
                check_language(self)

    @property
    def name(self) -> str:
        """Its name in ASL."""
        name = self._name
        if name is None:
            name = self._name = self._named()
        return name

    def rename(self, name: str) -> None:
        """Gives it its final name: inside a fragment or a repeated function it has a prefix."""
        self._name = name

    def _named(self) -> str:
        if self.given_name is not None:
            return self.given_name
        bound = self.bound
        return pascal(bound) if bound else self._unnamed()

    @property
    def bound(self) -> str | None:
        """The Python variable that it is assigned to."""
        return bound_name(self.place) or (bound_name(self.chain) if self.chain else None)

    def _unnamed(self) -> str:
        return ""

    def __repr__(self) -> str:
        return f"<{self.type} {self.name!r}>"

    def __rshift__(self, other: Target) -> Target:
        frame = frame_at(1)
        return connect(self, other, (frame.f_code, frame.f_lasti))

    def assign(self, variable: Var[T], value: T) -> Self:
        """Sets a variable when the state is done."""
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        self.chain = place
        keep(self, variable, value, self.exit_reads, place)
        return self

    def output(self, value: Any) -> Self:
        """What the state passes on; for an end, what its scope gives. It then stands outside the scope's `return`."""
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        self.chain = place
        self.fields["Output"] = freeze(value, self.exit_reads, (*place, 0))
        self.output_place = place
        return self

    @property
    def query_language(self) -> str:
        """JSONata or JSONPath: its own, or the workflow's."""
        language: str = self.fields.get("QueryLanguage") or self.scope.trace.query_language
        return language

    def described(self) -> str:
        """How a message calls it."""
        return repr(self.name)


NO_FIELDS: list[Any] = []


def connect(port: Any, other: Target, place: Place) -> Target:
    """Draws the edge `port >> other` and gives `other`, so that chains go on from it."""
    target = entry_of(other, place)
    if target is None:
        return other
    if port.target is None:
        port.target = target
        port.target_place = place
    elif port.target is not target:
        first = port.target
        report_second(f"{port_name(port)} goes to {first.name!r} already", port.target_place, place)
    return other


def port_name(port: Any) -> str:
    described: str = port.described()
    return described


def report_second(what: str, first: Place, place: Place) -> None:
    report_with(
        "second-transition",
        lambda: (
            f"{what} (line {location(first).line}); one port leads to one state, write a Choice to decide between two"
        ),
        place,
        ((first, "the first"),),
    )


def report_with(name: str, message: Any, place: Place, related: tuple[tuple[Place, str], ...]) -> None:
    trace = tracing.get()
    if trace is not None:
        trace.report(name, message, place, related)
    else:
        raise FlowDslError(message())


def entry_of(other: Any, place: Place) -> State | None:
    """The state that an edge to `other` leads to; anything that is no target is reported."""
    if isinstance(other, State):
        return other
    kind = type(other).__name__
    if kind == "Fragment":
        return entry_of(other.entry, place)
    if is_broken(other):
        return None
    if kind.endswith("Port"):
        message = f"an edge leads to a state, and {other.described()} is a port: write it on the left of >>"
    else:
        message = f"an edge leads to a state, found {_no_target(other)}"
        trace = tracing.get()
        if trace is not None and isinstance(other, (type, list, tuple)):
            trace.loose.add(trace.scope)
    report("not-a-target", message, place)
    return None


def _no_target(other: Any) -> str:
    if isinstance(other, type):
        return f"the class {other.__name__}; write {other.__name__}(...)"
    found = described(other)
    if found in ("a list", "a tuple", "a set"):
        return f"{found}; a Choice decides between several, a Parallel(f, g) runs functions side by side"
    return found
