"""Var: a workflow variable that changes, or that comes from more than one state."""
# mypy: disable-error-code="no-any-return"
# To a type checker an expression is the value that it stands for.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args

from flowdsl.dsl.expressions import Expr, is_broken
from flowdsl.dsl.fit import misfit
from flowdsl.dsl.kinds import ANY, Kind, kind_of
from flowdsl.dsl.names import is_variable_name, snake
from flowdsl.dsl.operators import kind_of_value
from flowdsl.dsl.places import bound_name, frame_at
from flowdsl.dsl.references import VarSource
from flowdsl.dsl.trace import Scope, report, tracing
from flowdsl.dsl.values import freeze
from flowdsl.query.expression import Place, Read

if TYPE_CHECKING:
    from flowdsl.dsl.ports import Port
    from flowdsl.dsl.state import State

T = TypeVar("T")


class Var(Generic[T]):
    """`moved = Var[int]()`: set with `state.assign(moved, ...)`, read with `moved.value`."""

    __slots__ = ("__orig_class__", "given_name", "place", "scope", "source", "used")

    def __init__(self, *, name: str | None = None) -> None:
        frame = frame_at(1)
        while frame.f_globals.get("__name__") == "typing" and frame.f_back is not None:
            frame = frame.f_back
        self.place: Place = (frame.f_code, frame.f_lasti)
        self.given_name = name
        trace = tracing.get()
        self.scope: Scope | None = trace.scope if trace is not None else None
        self.source = VarSource(self)
        if trace is None:
            report(
                "bad-value", "a Var is made inside a workflow's function, so that it belongs to one scope", self.place
            )

    @property
    def value(self) -> T:
        """What it holds."""
        frame = frame_at(1)
        read: Any = Expr(Read(self.source, (frame.f_code, frame.f_lasti)), self.kind)
        return read

    @property
    def kind(self) -> Kind:
        arguments = get_args(getattr(self, "__orig_class__", None))
        return kind_of(arguments[0], is_input=False) if arguments else ANY

    @property
    def name(self) -> str:
        """The variable's name, before it is told apart from others."""
        return self.given_name or bound_name(self.place) or "value"


def _stem(holder: State | Port, key: str) -> str:
    """The variable that a key names: in JSONPath, `x.$` gives `x` what the path or intrinsic beside it gives."""
    owner: Any = getattr(holder, "state", holder)
    return key.removesuffix(".$") if owner.query_language == "JSONPath" else key


def keep(holder: State | Port, variable: Any, value: Any, reads: list[Read], place: Place) -> None:
    """Keeps an assignment on a state or port. `variable` is a Var, or a variable's own name."""
    assigned = holder.assigned
    if assigned is None:
        assigned = holder.assigned = {}
    if isinstance(variable, Var):
        if variable.scope is not None and holder.scope is not variable.scope:
            report(
                "outer-variable",
                f"{variable.name!r} belongs to the scope around this one, which an inner scope cannot set; "
                "return the value, and assign it where the Map or Parallel is joined",
                (*place, 0),
            )
            return
        problem = misfit(variable.kind, kind_of_value(value), value)
        if problem:
            report("unfitting-type", f"{variable.name} holds {variable.kind.name}, {problem}", (*place, 1))
    elif is_broken(variable):
        return
    elif not isinstance(variable, str) or not is_variable_name(_stem(holder, variable)):
        report(
            "bad-value",
            f"a variable is a Var, or a name that ASL takes, found {variable!r}"
            + (f"; write {snake(variable)!r}" if isinstance(variable, str) and variable else ""),
            (*place, 0),
        )
        return
    if variable in assigned:
        report("bad-value", "this variable is set here already: one state sets it once", (*place, 0))
        return
    value_place = (*place, 1)
    assigned[variable] = freeze(value, reads, value_place)
    if holder.assign_places is None:
        holder.assign_places = {}
    holder.assign_places[variable] = value_place
