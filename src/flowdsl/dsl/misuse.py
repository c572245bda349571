"""What Python would do with a state or a port that cannot be right: each is a designed error, and the trace goes on."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from flowdsl.dsl.expressions import BROKEN, Expr, is_broken
from flowdsl.dsl.places import ITERATED, frame_at, node_at
from flowdsl.dsl.ports import CatchPort, Port, StartPort
from flowdsl.dsl.state import State
from flowdsl.dsl.trace import report, tracing
from flowdsl.dsl.values import described
from flowdsl.dsl.variables import Var
from flowdsl.query.expression import Literal, Place


def _place(depth: int = 2) -> Place:
    frame = frame_at(depth)
    return (frame.f_code, frame.f_lasti)


def _sides(place: Place) -> tuple[str, str]:
    """Both sides of the operator at a place, as they are written."""
    node = node_at(place)
    if isinstance(node, ast.Compare):
        return ast.unparse(node.left), ast.unparse(node.comparators[0])
    if isinstance(node, ast.BinOp):
        return ast.unparse(node.left), ast.unparse(node.right)
    return "a", "b"


def _no_edge(sign: str, *, reflected: bool = False) -> Callable[[Any, Any], Any]:
    """Any operator but >> between two states."""

    def operate(self: Any, other: Any) -> Any:
        place = _place()
        if is_broken(other):
            return other
        if not reflected and (isinstance(other, (State, Port)) or type(other).__name__ == "Fragment"):
            _keep(self, place, lambda: _edge(sign, place))
        else:
            _keep(self, place, lambda: f"{sign} on {_what(self)}{_instead(self)}")
        # The comparisons of a chain are all made, so that all of them are told.
        return True if isinstance(node_at(place), ast.Compare) else other

    return operate


def _edge(sign: str, place: Place) -> str:
    left, right = _sides(place)
    if sign == "<<":
        return f"<< draws no edge; write {right} >> {left}"
    if sign in ("|", "&", "+"):
        return f"{sign} joins no states; write {left} >> {right} for one after the other, or Parallel(f, g) for functions side by side"
    return f"{sign} draws no edge; write {left} >> {right}"


def _keep(owner: Any, place: Place, message: Callable[[], str]) -> None:
    trace = tracing.get()
    state = getattr(owner, "state", owner)
    if trace is not None and isinstance(state, State):
        trace.loose.update((owner, state.scope))
    report("not-a-target", message, place)


def _what(owner: Any) -> str:
    return f"the {owner.type} {owner.name!r}" if isinstance(owner, State) and owner.name else described(owner)


def _instead(owner: Any) -> str:
    if isinstance(owner, State):
        return "; what it gives is its .result" if hasattr(type(owner), "result") else ", which gives no value"
    if isinstance(owner, CatchPort):
        return "; what was caught is its .error"
    if isinstance(owner, Var):
        return "; what it holds is its .value"
    return ", which is no value"


def _text(self: Any, specification: str = "") -> str:
    if tracing.get() is None:
        return repr(self)
    report("no-json", lambda: f"a text with {_what(self)} in it{_instead(self)}", _place())
    return "?"


def _iterate(self: Any) -> Iterator[Any]:
    place = (*_place(), ITERATED)
    report(
        "not-python", lambda: f"{_what(self)} cannot be looped over{_instead(self)}, for a Map(function, items)", place
    )
    return iter([Expr(Literal(None), BROKEN)])


def _length(self: Any) -> int:
    report("not-python", lambda: f"{_what(self)} has no length{_instead(self)}: fn.count(...)", _place())
    return 1


def _true(self: Any) -> bool:
    return True


def _item(self: Any, key: Any) -> Any:
    report("not-python", lambda: f"{_what(self)} has no items{_instead(self)}", _place())
    return Expr(Literal(None), BROKEN)


def _from(self: Any, other: Any) -> Any:
    """`other >> self`, where nothing that knows of edges stands on the left."""
    place = _place()
    if not is_broken(other):
        _keep(self, place, lambda: _no_start(other, place))
    return self


def _no_start(other: Any, place: Place) -> str:
    if isinstance(other, (list, tuple, set)):
        left, right = _several(place)
        return f"an edge starts at one state; write {' and '.join(f'{one} >> {right}' for one in left)}"
    if isinstance(other, type):
        return f"an edge starts at a state, found the class {other.__name__}; write {other.__name__}(...)"
    if isinstance(other, Expr):
        return "an edge starts at a state, found an expression"
    return f"an edge starts at a state, found {described(other)}"


def _several(place: Place) -> tuple[list[str], str]:
    node = node_at(place)
    if isinstance(node, ast.BinOp) and isinstance(node.left, (ast.List, ast.Tuple, ast.Set)) and node.left.elts:
        return [ast.unparse(e) for e in node.left.elts], ast.unparse(node.right)
    return ["a", "b"], "c"


def _install() -> None:
    for owner in (State, Port, StartPort):
        for name, sign in (
            ("gt", ">"),
            ("ge", ">="),
            ("lt", "<"),
            ("le", "<="),
            ("lshift", "<<"),
            ("or", "|"),
            ("and", "&"),
            ("add", "+"),
            ("sub", "-"),
            ("mul", "*"),
        ):
            setattr(owner, f"__{name}__", _no_edge(sign))
            if name in ("or", "and", "add", "sub", "mul"):
                setattr(owner, f"__r{name}__", _no_edge(sign, reflected=True))
        setattr(owner, "__rrshift__", _from)  # noqa: B010 - a type checker knows of no edge from anything
    for value in (State, Port, Var):
        for name, function in (
            ("format", _text),
            ("str", _text),
            ("iter", _iterate),
            ("len", _length),
            ("bool", _true),
            ("getitem", _item),
        ):
            setattr(value, f"__{name}__", function)


_install()
