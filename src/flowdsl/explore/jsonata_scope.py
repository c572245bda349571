"""A part of a JSONata expression as it stands: the names bound around it, a path with its predicates as one chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from flowdsl.explore.views import Place
from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.syntax import parse
from flowdsl.query.jsonata.tokens import SyntaxFault

Arguments = Sequence[n.Node]


class Scope(NamedTuple):
    """The names that an expression has bound where one of its parts stands."""

    names: Mapping[str, Bound] = {}
    here: Place | None = None
    """What a bare name is looked up in; None: nothing."""

    def having(self, name: str, bound: Bound) -> Scope:
        return self._replace(names={**self.names, name: bound})


class Written(NamedTuple):
    """A part of the expression, with the names around it."""

    node: n.Node
    scope: Scope


Bound = Place | Written

NO_SCOPE: Final = Scope()


Link = tuple[str, n.Node]
"""(`part` | `on`, node): a step of a path, or what is done to the step before (a predicate, a name for it)."""


def links(node: n.Node) -> Iterator[Link]:
    """A path with its predicates as one chain."""
    if isinstance(node, n.Path):
        for step in node.steps:
            yield from links(step)
    elif isinstance(node, (n.Filter, n.Focus)):
        yield from links(node.base)
        yield "on", node
    elif isinstance(node, (n.KeepArray, n.Sort)):
        yield from links(node.base)
    else:
        yield "part", node


def is_function(inner: n.Node, whole: n.Node) -> bool:
    return isinstance(inner, n.Variable) and any(
        isinstance(node, n.Call) and node.procedure is inner for node in n.walk(whole)
    )


_PLAIN: Final = (n.Literal, n.Name, n.Variable, n.Path, n.Binary, n.Negate, n.Block, n.Condition, n.Bind, n.Call)
_PLAIN_FUNCTIONS: Final = frozenset({"boolean", "count", "exists", "not"})


@lru_cache(maxsize=4096)
def is_plain(source: str) -> bool:
    """Whether an expression is turned round wholly, and has only what it reads to go by: no chance, no clock, no pattern."""
    try:
        tree = parse(source)
    except SyntaxFault:
        return False
    nodes = list(n.walk(tree))
    calls = [node.procedure for node in nodes if isinstance(node, n.Call)]
    return all(isinstance(node, _PLAIN) for node in nodes) and all(
        isinstance(called, n.Variable) and called.name in _PLAIN_FUNCTIONS for called in calls
    )


def applied(node: n.Node) -> tuple[n.Node | None, Arguments]:
    """(what is called, its arguments)"""
    if isinstance(node, n.Call):
        return node.procedure, tuple(a for a in node.arguments if a is not None)
    if isinstance(node, n.Apply):
        inner = node.right
        if isinstance(inner, n.Call):
            return inner.procedure, (node.left, *(a for a in inner.arguments if a is not None))
        return inner, (node.left,)
    return None, ()
