"""Running a function that declares states: its parameter stands for a value that the workflow will have."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import CodeType
from typing import TYPE_CHECKING, Any

from flowdsl.asl.values import is_object
from flowdsl.dsl.annotations import check_annotations, resolved_hints
from flowdsl.dsl.expressions import BROKEN, Expr, is_broken
from flowdsl.dsl.fit import misfit
from flowdsl.dsl.kinds import ANY, NULL, Kind, kind_of, union
from flowdsl.dsl.operators import kind_of_value
from flowdsl.dsl.places import definition_place
from flowdsl.dsl.references import ItemSource
from flowdsl.dsl.trace import UNSET, Scope, report, tracing
from flowdsl.dsl.values import described, freeze
from flowdsl.handler.handler import Handler
from flowdsl.query.expression import Place, Read

if TYPE_CHECKING:
    from flowdsl.dsl.state import State


def run_scope(owner: State, function: Callable[..., Any], kind: str, item: Kind, local: Any, place: Place) -> Scope:
    """Runs the function of a Map or a branch; gives the scope with what it declared."""
    trace = tracing.get()
    assert trace is not None
    outer = trace.scope
    code = getattr(function, "__code__", None)
    if not isinstance(code, CodeType):
        if not is_broken(function):
            report(
                "no-value",
                f"a {owner.type} takes a function that declares states, found {_no_function(function)}",
                (*place, 0),
            )
        scope = Scope(trace, None, kind, place, outer)
        scope.owner = owner
        scope.broken = True
        return scope
    scope = Scope(trace, function, kind, definition_place(code), outer)
    scope.owner = owner
    scope.distributed = "ProcessorConfig" in owner.fields and _is_distributed(owner.fields["ProcessorConfig"])
    scope.comment = inspect.cleandoc(function.__doc__) if function.__doc__ else None
    trace.scopes.append(scope)
    check_plain(function)
    check_annotations(function, dict(local))
    arguments = _arguments(scope, function, item, local, place)
    trace.scope = scope
    prefix, trace.prefix = trace.prefix, ""
    try:
        finish(scope, function, function(*arguments))
    finally:
        trace.scope, trace.prefix = outer, prefix
    return scope


def _no_function(given: Any) -> str:
    if given is UNSET:
        return "nothing"
    if isinstance(given, Handler):
        name = given.name
        return f"the handler {name}: write a function around it, in which a Task calls it, Task({name}(...))"
    return described(given)


def _is_distributed(config: Any) -> bool:
    return is_object(config) and config.get("Mode") == "DISTRIBUTED"


def _arguments(scope: Scope, function: Callable[..., Any], item: Kind, local: Any, place: Place) -> list[Any]:
    parameters = [
        p
        for p in inspect.signature(function).parameters.values()
        if p.default is p.empty and p.kind is not p.VAR_KEYWORD and p.kind is not p.VAR_POSITIONAL
    ]
    if len(parameters) > 1:
        report(
            "no-value",
            f"{function.__name__} takes {len(parameters)} parameters; a {scope.owner.type if scope.owner else 'Map'} gives one, the item: "
            "what else it needs it reads from the function around it, or from item_selector=lambda item, index: {...}",
            place,
        )
    if not parameters:
        return []
    name = parameters[0].name
    hints = resolved_hints(function, dict(local)) if getattr(function, "__annotations__", None) else {}
    kind = kind_of(hints[name], is_input=True) if name in hints else item
    if kind.name == item.name:
        # Of a result every field is there; of an input only what must be.
        kind = item
    problem = misfit(kind, item) if name in hints else ""
    if problem:
        selected = getattr(scope.owner, "selector", None) is not None
        made = ", and item_selector makes something else: " if selected else ", "
        report(
            "unfitting-type",
            f"{function.__name__} takes {name}: {kind.name}{made}{problem}",
            (*place, "item_selector" if selected else 1),
        )
    source = ItemSource(scope, name)
    scope.parameter = source
    rest = [Expr(Read(source), ANY) for _ in parameters[1:]]
    return [Expr(Read(source), kind), *rest]


def check_plain(function: Callable[..., Any]) -> None:
    """Reports a function that does not simply run: async, or a generator."""
    code = getattr(function, "__code__", None)
    if isinstance(code, CodeType) and code.co_flags & _SUSPENDED:
        report(
            "bad-workflow",
            f"{function.__name__} is async or yields; a function that declares states simply runs, and returns",
            definition_place(code),
        )


_SUSPENDED = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


def finish(scope: Scope, function: Callable[..., Any], returned: Any) -> None:
    """Keeps what the function returned: the scope's output."""
    place = scope.place
    if inspect.iscoroutine(returned) or inspect.isgenerator(returned):
        returned.close()
        scope.broken = True
        return
    if is_broken(returned):
        scope.result_kind = BROKEN
        return
    if isinstance(returned, Ends):
        if any(is_broken(state) for state in returned.states):
            return
        scope.one_of = returned.states
        scope.result_place = returned.place
        scope.result_kind = union([getattr(s, "result_kind", ANY) for s in returned.states]) if returned.states else ANY
        return
    if returned is None:
        # No return, or `return None`: no Output. A null is written as an output of its own.
        scope.result_kind = NULL
        return
    scope.has_result = True
    scope.result_kind = kind_of_value(returned)
    scope.result = freeze(returned, scope.reads, place)


class Ends:
    """What `one_of(...)` gives: the ends of a scope, each with its own output."""

    __slots__ = ("place", "states")

    def __init__(self, states: tuple[Any, ...], place: Place) -> None:
        self.states = states
        self.place = place
