"""Old values and new: Assign and Output of one state both see variables as of its entry, so that an end that sets what the
scope returns gives the new expression in the variable's place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.query.expression import (
    Array,
    Call,
    Conditional,
    Default,
    Exists,
    Field,
    Function,
    Index,
    Listed,
    Literal,
    Node,
    Object,
    Operation,
    Raw,
    Read,
    Some,
    Text,
)

if TYPE_CHECKING:
    from flowdsl.dsl.state import State
    from flowdsl.dsl.trace import Scope

IMPURE = frozenset({"uuid", "random", "now", "millis", "shuffle"})
"""Functions that give something else each time."""


def gives_return(end: State, scope: Scope) -> bool:
    """Whether a state that ends its scope gives what the scope's function returns, not an output of its own.

    A Pass whose own result is returned gives the returned value: its output is what it computes.
    """
    if not scope.has_result:
        return False
    if end.output_place is None:
        return True
    source = end.result_source
    return end.type == "Pass" and source is not None and any(getattr(r, "source", None) is source for r in scope.reads)


def returned(end: State, scope: Scope) -> Any:
    """What the scope's function returns, as that end gives it."""
    news = {v.source: as_node(value) for v, value in (end.assigned or {}).items() if not isinstance(v, str)}
    if end.type == "Pass" and end.result_source is not None and "Output" in end.fields:
        news[end.result_source] = as_node(end.fields["Output"])
    if not news:
        return scope.result
    return rebuilt(scope.result, lambda node: news.get(node.source) if isinstance(node, Read) else None)


def as_node(frozen: Any) -> Node:
    """A frozen value as one expression."""
    if isinstance(frozen, Node):
        return frozen
    if is_object(frozen):
        return Object({name: as_node(item) for name, item in frozen.items()})
    if is_list(frozen):
        return Array([as_node(item) for item in frozen])
    return Literal(frozen)


Replace = Callable[[Node], Node | None]
"""What stands in an expression's place; None: look inside it."""


def rebuilt(frozen: Any, replace: Replace) -> Any:
    """A frozen value with some of its expressions replaced. What stays is shared, nothing is written to."""
    if is_object(frozen):
        members = frozen
        return {name: rebuilt(members[name], replace) for name in members}
    if is_list(frozen):
        items: Any = frozen
        return [rebuilt(item, replace) for item in items]
    return _opened(_node(frozen, replace)) if isinstance(frozen, Node) else frozen


def _opened(node: Node) -> Any:
    """Objects, lists and scalars at the top as JSON, so that each expression is a text of its own."""
    if type(node) is Object:
        return {name: _opened(item) for name, item in node.members.items()}
    if type(node) is Array:
        return [_opened(item) for item in node.items]
    return node.value if type(node) is Literal else node


def _node(node: Node, replace: Replace) -> Node:
    found = replace(node)
    if found is not None:
        return found
    place = node.place
    if isinstance(node, Field):
        base = _node(node.base, replace)
        if type(base) is Object and node.name in base.members:
            return base.members[node.name]
        return Field(base, node.name, place)
    if isinstance(node, Index):
        index = _node(node.index, replace) if isinstance(node.index, Node) else node.index
        return Index(_node(node.base, replace), index, place)
    if isinstance(node, Operation):
        right = None if node.right is None else _node(node.right, replace)
        return Operation(node.operator, _node(node.left, replace), right, place, node.kind)
    if isinstance(node, Text):
        return Text([p if isinstance(p, str) else _node(p, replace) for p in node.parts], place)
    if isinstance(node, Raw):
        return Raw(node.language, [p if isinstance(p, str) else _node(p, replace) for p in node.parts], place)
    if isinstance(node, Call):
        return Call(node.function, [_node(a, replace) for a in node.arguments], place, node.kind)
    if isinstance(node, Conditional):
        return Conditional(_node(node.test, replace), _node(node.then, replace), _node(node.otherwise, replace), place)
    if isinstance(node, Default):
        return Default(_node(node.base, replace), _node(node.default, replace), place)
    if isinstance(node, Exists):
        return Exists(_node(node.base, replace), node.nullable, place)
    if isinstance(node, Some):
        return Some(_node(node.base, replace), place)
    if isinstance(node, Listed):
        return Listed(_node(node.base, replace), place)
    if isinstance(node, Function):
        return Function(node.parameters, _node(node.body, replace), place)
    if isinstance(node, Object):
        return Object({name: _node(item, replace) for name, item in node.members.items()}, place)
    if isinstance(node, Array):
        return Array([_node(item, replace) for item in node.items], place)
    return node


def impure_in(frozen: Any) -> str | None:
    """The first function in a frozen value that gives something else each time."""
    from flowdsl.query.expression import children

    stack = [frozen]
    while stack:
        inner = stack.pop()
        if is_object(inner):
            stack.extend(inner.values())
        elif is_list(inner):
            stack.extend(inner)
        elif isinstance(inner, Node):
            if isinstance(inner, Call) and inner.function in IMPURE and not inner.arguments:
                return inner.function
            stack.extend(children(inner))
    return None
