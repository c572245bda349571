"""What decorators of a file keep between deliveries: names of the outer function that the inner one, run each time, changes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_state import makes_container
from flowdsl.checks.handler_tree import DEFINITIONS, Function, bindings_of, stores_of
from flowdsl.checks.handler_values import Value

GROWING = {"append", "appendleft", "extend", "insert", "add"}


@dataclass(frozen=True, slots=True)
class Kept:
    """A change of a name that a decorator's inner function finds in the outer one."""

    node: ast.AST
    name: str
    is_item: bool
    """Whether an item is stored under a key: `seen[key] = ...`."""
    decorated: Function
    """A function that runs with a handler, and is under the decorator."""


def kept_in_closures(source: HandlerSource) -> Iterator[Kept]:
    """Every such change, by the decorators that the functions of handlers are under, in the order of the text."""
    told: set[ast.AST] = set()
    for decorated in source.reached:
        for name in source.tree.decorated_with(decorated):
            decorator = source.tree.functions.get(name)
            if decorator is None or decorator in source.reached:
                continue
            for kept in _of(source, decorator, decorated):
                if kept.node not in told:
                    told.add(kept.node)
                    yield kept


def _of(source: HandlerSource, decorator: Function, decorated: Function) -> Iterator[Kept]:
    for node in decorator.nodes:
        inner = _around(source, node)
        if inner is None or inner is decorator.node:
            continue
        for name, is_item in _changed(node):
            if name not in _own(inner) and _is_outer(source, decorator, inner, name, isinstance(node, ast.AugAssign)):
                yield Kept(node, name, is_item, decorated)


def _changed(node: ast.AST) -> Iterator[tuple[str, bool]]:
    for target, _ in stores_of(node):
        if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            yield target.value.id, True
        elif isinstance(target, ast.Name) and isinstance(node, ast.AugAssign):
            yield target.id, False
    method = node.func if isinstance(node, ast.Call) else None
    if isinstance(method, ast.Attribute) and method.attr in GROWING and isinstance(method.value, ast.Name):
        yield method.value.id, False


def _around(source: HandlerSource, node: ast.AST) -> ast.AST | None:
    return next((up for up in source.tree.above(node) if isinstance(up, (*DEFINITIONS, ast.Lambda))), None)


def _own(inner: ast.AST) -> set[str]:
    """The names that an inner function has itself: its parameters, and what it assigns but does not call nonlocal."""
    assert isinstance(inner, (*DEFINITIONS, ast.Lambda))
    names = {a.arg for a in ast.walk(inner.args) if isinstance(a, ast.arg)}
    foreign: set[str] = set()
    for node in ast.walk(inner):
        if isinstance(node, ast.Nonlocal | ast.Global):
            foreign.update(node.names)
        elif not isinstance(node, ast.AugAssign):
            names.update(name for name, _ in bindings_of(node))
    return names - foreign


def _is_outer(source: HandlerSource, decorator: Function, inner: ast.AST, name: str, is_number: bool) -> bool:
    """Whether a function around the inner one holds the name: a list, a dict; a number where it is counted."""
    for up in source.tree.above(inner):
        if not isinstance(up, DEFINITIONS):
            continue
        for node in ast.walk(up):
            if _around(source, node) is up:
                for bound, value in bindings_of(node):
                    if bound == name:
                        counts = is_number and isinstance(value, ast.Constant)
                        return counts or makes_container(source, Value(value, decorator))
        if up is decorator.node:
            return False
    return False
