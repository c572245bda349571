"""The parts of a parsed JSONata expression. Positions count characters of the expression's text from 0; `end` is past it.

Nobody writes to a node. That nodes are not frozen halves what they cost: a large definition has tens of thousands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast


@dataclass(slots=True, unsafe_hash=True)
class Node:
    """Anything; `start` and `end` bound its text, parentheses of its own included."""

    start: int
    end: int


@dataclass(slots=True, unsafe_hash=True)
class Literal(Node):
    """A text, a number, true, false or null."""

    value: Any


@dataclass(slots=True, unsafe_hash=True)
class Regex(Node):
    """`/source/flags`."""

    source: str
    flags: str


@dataclass(slots=True, unsafe_hash=True)
class Name(Node):
    """A field's name, bare or in backquotes."""

    name: str


@dataclass(slots=True, unsafe_hash=True)
class Variable(Node):
    """`$name`; "" is `$`, "$" is `$$`."""

    name: str


@dataclass(slots=True, unsafe_hash=True)
class Wildcard(Node):
    """`*`, `**` or `%`."""

    sign: str


@dataclass(slots=True, unsafe_hash=True)
class Path(Node):
    """`a.b.c`: each step is asked of what the one before gave."""

    steps: tuple[Node, ...]


@dataclass(slots=True, unsafe_hash=True)
class Filter(Node):
    """`base[predicate]`."""

    base: Node
    predicate: Node


@dataclass(slots=True, unsafe_hash=True)
class KeepArray(Node):
    """`base[]`."""

    base: Node


@dataclass(slots=True, unsafe_hash=True)
class Group(Node):
    """`base{key: value, ...}`."""

    base: Node
    pairs: tuple[tuple[Node, Node], ...]


@dataclass(slots=True, unsafe_hash=True)
class Sort(Node):
    """`base^(<a, >b)`."""

    base: Node
    terms: tuple[Node, ...]
    descending: tuple[bool, ...]


@dataclass(slots=True, unsafe_hash=True)
class Focus(Node):
    """`base@$x` (sign "@") or `base#$i` (sign "#")."""

    base: Node
    sign: str
    name: str


@dataclass(slots=True, unsafe_hash=True)
class Binary(Node):
    """`left operator right`: arithmetic, comparison, `&`, and, or, in, `..`."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True, unsafe_hash=True)
class Negate(Node):
    """`-x`."""

    operand: Node


@dataclass(slots=True, unsafe_hash=True)
class Array(Node):
    """`[a, b, 1..3]`."""

    items: tuple[Node, ...]


@dataclass(slots=True, unsafe_hash=True)
class Object(Node):
    """`{"a": x}`."""

    pairs: tuple[tuple[Node, Node], ...]


@dataclass(slots=True, unsafe_hash=True)
class Block(Node):
    """`(a; b; c)`."""

    expressions: tuple[Node, ...]


@dataclass(slots=True, unsafe_hash=True)
class Call(Node):
    """`procedure(arguments)`; a None among the arguments is the `?` of a partial application."""

    procedure: Node
    arguments: tuple[Node | None, ...]


@dataclass(slots=True, unsafe_hash=True)
class Lambda(Node):
    """`function($a, $b){ body }`."""

    parameters: tuple[str, ...]
    body: Node


@dataclass(slots=True, unsafe_hash=True)
class Condition(Node):
    """`test ? then : otherwise`."""

    test: Node
    then: Node
    otherwise: Node | None


@dataclass(slots=True, unsafe_hash=True)
class Bind(Node):
    """`$name := value`."""

    name: str
    value: Node


@dataclass(slots=True, unsafe_hash=True)
class Apply(Node):
    """`left ~> right`."""

    left: Node
    right: Node


@dataclass(slots=True, unsafe_hash=True)
class Transform(Node):
    """`|pattern|update,delete|`."""

    pattern: Node
    update: Node
    delete: Node | None


@dataclass(slots=True, unsafe_hash=True)
class End(Node):
    """Where an operand is missing at the end of the text; a parsed expression holds none."""


def children(node: Node) -> Iterator[Node]:
    """The nodes directly inside one, in the order of the text."""
    for name in node.__dataclass_fields__:
        value: object = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            for item in cast("tuple[object, ...]", value):
                if isinstance(item, Node):
                    yield item
                elif isinstance(item, tuple):
                    yield from cast("tuple[Node, Node]", item)


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text. A stack: an expression may be any depth."""
    stack = [node]
    while stack:
        inner = stack.pop()
        yield inner
        stack.extend(reversed(list(children(inner))))


def depth(node: Node) -> int:
    """How deep a tree is: 1 for a leaf; a path's steps are beside one another."""
    deepest = 0
    stack = [(node, 1)]
    while stack:
        inner, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in children(inner))
    return deepest
