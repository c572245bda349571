"""JSONata trees as the analyses look at them: the tree of a field, the way to a value, and when two expressions are one."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.syntax import DEEPEST, parse
from flowdsl.query.jsonata.tokens import SyntaxFault

Access = tuple[str, ...]
"""A value by the way to it: a variable's name, then members and places: ("states", "input", "lines", "[0]")."""


def expression_of(value: object) -> str | None:
    """The text between the marks of a JSONata field, blanks and all; None for any other value, which is literal."""
    if isinstance(value, str) and value.startswith("{%") and value.endswith("%}") and len(value) >= 4:
        return value[2:-2]
    return None


@lru_cache(maxsize=8192)
def tree_of(text: str) -> n.Node | None:
    """The tree of an expression; None for a text that does not parse, and for one that is too deep to be evaluated: nothing
    is known of either.
    """
    try:
        tree = parse(text)
    except (SyntaxFault, RecursionError):
        return None
    return None if depth_beyond(text, tree) is not None else tree


def depth_beyond(text: str, tree: n.Node) -> int | None:
    """How deep a tree is, where AWS's engine overflows its stack on it: brackets are bounded by the parser, chained operators
    are not. None for all others.
    """
    # A level takes a character at least, so that few trees need to be measured.
    deep = n.depth(tree) if len(text) > DEEPEST else 0
    return deep if deep > DEEPEST else None


def field_tree(value: object) -> n.Node | None:
    """The tree of a field's value; None for a literal, and for what does not parse."""
    text = expression_of(value)
    return None if text is None else tree_of(text)


def access_of(node: n.Node) -> Access | None:
    """The way to a value that an expression simply names; None for anything that computes."""
    if isinstance(node, n.Block) and len(node.expressions) == 1:
        return access_of(node.expressions[0])
    if isinstance(node, n.Variable):
        return (node.name,) if node.name and node.name != "$" else None
    if isinstance(node, n.Filter):
        base, index = access_of(node.base), index_of(node)
        return None if base is None or index is None else (*base, f"[{index}]")
    if not isinstance(node, n.Path):
        return None
    first = access_of(node.steps[0])
    if first is None:
        return None
    found = first
    for step in node.steps[1:]:
        names = names_of(step)
        if names is None:
            return None
        found += names
    return found


def steps_of(access: Access) -> tuple[str | int, ...]:
    """The same way as steps: names and places."""
    return tuple(int(part[1:-1]) if part[:1] == "[" and part[1:-1].lstrip("-").isdigit() else part for part in access)


def names_of(step: n.Node) -> Access | None:
    """What a step of a path adds to the way: its name, and its place in a list; None for anything that computes."""
    if isinstance(step, n.Name):
        return (step.name,)
    if isinstance(step, n.Filter) and isinstance(step.base, n.Name):
        index = index_of(step)
        return None if index is None else (step.base.name, f"[{index}]")
    return None


def index_of(node: n.Filter) -> int | None:
    """The place that `x[0]` and `x[-1]` name; None for a filter that tests."""
    predicate = node.predicate
    sign = 1
    if isinstance(predicate, n.Negate):
        predicate, sign = predicate.operand, -1
    value = predicate.value if isinstance(predicate, n.Literal) else None
    return sign * value if isinstance(value, int) and not isinstance(value, bool) else None


def key_of(node: n.Node) -> str:
    """A text that is the same for two expressions when they are the same but for blanks, comments and quotes."""
    # Depth is that of an expression, which the parser bounds.
    parts: list[str] = []
    for name in node.__dataclass_fields__:
        if name not in ("start", "end"):
            parts.append(_key(getattr(node, name)))
    return f"{type(node).__name__}({','.join(parts)})"


def _key(value: object) -> str:
    if isinstance(value, n.Node):
        return key_of(value)
    if isinstance(value, tuple):
        return f"[{','.join(_key(part) for part in cast(tuple[object, ...], value))}]"
    return repr(value)


def called(node: n.Node) -> str | None:
    """The name of the function that a call calls; None for anything else."""
    return node.procedure.name if isinstance(node, n.Call) and isinstance(node.procedure, n.Variable) else None


def plain(node: n.Node) -> n.Node:
    """A node without the brackets round it."""
    while isinstance(node, n.Block) and len(node.expressions) == 1:
        node = node.expressions[0]
    return node
