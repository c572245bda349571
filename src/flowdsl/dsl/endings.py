"""The ends of a scope: what `return` gives to each, and what `one_of` promises of them."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.dsl.state import State
from flowdsl.dsl.substitute import gives_return, impure_in
from flowdsl.dsl.trace import Scope, Trace
from flowdsl.dsl.wiring import Wiring
from flowdsl.query.expression import leaves


def check_ends(trace: Trace, wiring: Wiring) -> None:
    """Reports what is wrong with how a scope ends."""
    scope = wiring.scope
    if scope.one_of is not None:
        _check_one_of(trace, wiring, scope, scope.one_of)
    elif scope.has_result:
        if wiring.ends and not any(gives_return(end, scope) for end in wiring.ends):
            _report_unused(trace, wiring, scope)
        for end in wiring.ends:
            if end.assigned and gives_return(end, scope):
                _check_impure(trace, scope, end)
    elif scope.kind != "machine" or wiring.ends:
        _check_some_return(trace, wiring, scope)


def _check_one_of(trace: Trace, wiring: Wiring, scope: Scope, listed: tuple[Any, ...]) -> None:
    place = scope.result_place or scope.place
    for i, end in enumerate(listed):
        where = (*place, i)
        if not isinstance(end, State):
            trace.report("wrong-ends", f"one_of lists states that end the scope, found {end!r}", where)
        elif end.scope is not scope:
            trace.report("wrong-ends", f"{end.name!r} belongs to another scope", where, state=end)
        elif end not in wiring.ends and end.index in set(wiring.order):
            trace.report("wrong-ends", f"{end.name!r} does not end the scope: it leads on", where, state=end)
        elif end.output_place is None:
            trace.report(
                "wrong-ends",
                f"{end.name!r} has no output of its own; write {end.bound or end.name}.output(...), or Succeed(output=...)",
                where,
                state=end,
            )
    for end in wiring.ends:
        if end not in listed:
            trace.report(
                "wrong-ends",
                f"{end.name!r} ends the scope too, and is not among those of one_of; add it, with an output of its own",
                place,
                ((end.place, f"{end.name} is declared here"),),
                end,
            )


def _report_unused(trace: Trace, wiring: Wiring, scope: Scope) -> None:
    ends = wiring.ends
    named = " and ".join(repr(end.name) for end in ends[:2]) + (", ..." if len(ends) > 2 else "")
    listed = ", ".join(end.bound or end.name for end in ends)
    trace.report(
        "wrong-ends",
        f"nothing gives what {scope.function.__name__ if scope.function is not None else trace.name} returns: {named} {'has' if len(ends) == 1 else 'have'} an output of {'its' if len(ends) == 1 else 'their'} own; "
        f"take that out, or write return one_of({listed})",
        scope.place,
        tuple((end.output_place, f"the output of {end.name}") for end in ends if end.output_place is not None),
    )


def _check_impure(trace: Trace, scope: Scope, end: State) -> None:
    """A value that an end both keeps and gives would be computed twice, and differ."""
    assert end.assigned is not None
    read = {leaf.source for leaf in _leaves(scope.result) if hasattr(leaf, "source")}
    for variable, value in end.assigned.items():
        function = impure_in(value)
        if function is not None and getattr(variable, "source", None) in read:
            trace.report(
                "impure-twice",
                f"{end.name!r} sets {variable.name} from fn.{function}(), and the scope returns {variable.name}.value: both would be computed, and differ; "
                f"set {variable.name} in a state before",
                end.place,
                state=end,
            )


def _leaves(value: Any) -> list[Any]:
    if is_object(value):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if is_list(value):
        return [leaf for item in value for leaf in _leaves(item)]
    return list(leaves(value)) if hasattr(value, "place") else []


def _check_some_return(trace: Trace, wiring: Wiring, scope: Scope) -> None:
    """A function that says that it gives something, and returns nothing, gives whatever its last state gives."""
    annotation = getattr(scope.function, "__annotations__", {}).get("return", "None")
    if annotation in ("None", None, type(None)) or annotation in _OPEN:
        return
    silent = [end for end in wiring.ends if end.output_place is None]
    if silent:
        name = scope.function.__name__ if scope.function is not None else trace.name
        trace.report(
            "wrong-ends",
            f"{name} says that it returns {_shown(annotation)}, and returns nothing where it ends with {silent[0].name!r}; "
            f"write return ..., or {silent[0].bound or silent[0].name}.output(...)",
            scope.place,
        )


_OPEN = (Any, "Any", "object", object)


def _shown(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
