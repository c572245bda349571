"""Expressions as trees that either query language can spell: what Python's operators and `fn` make.

A tree says nothing about how a name is written: a Read holds its source (an opaque object), and the one who spells the
tree knows what that source is called in the state at hand.
"""

from __future__ import annotations

from typing import Any

Place = tuple[Any, ...]
"""(code object, offset of the instruction, *steps): where in Python; looked up only when somebody asks."""


class Node:
    """One node of an expression. `place` is the Python that made it, None where there is none."""

    __slots__ = ("place",)
    place: Place | None


class Read(Node):
    """The value of a source: the execution's input, a result, a caught error, a variable, the context object."""

    __slots__ = ("source",)

    def __init__(self, source: Any, place: Place | None = None) -> None:
        self.source = source
        self.place = place


class Field(Node):
    """A member of an object, by its JSON name."""

    __slots__ = ("base", "name")

    def __init__(self, base: Node, name: str, place: Place | None = None) -> None:
        self.base = base
        self.name = name
        self.place = place


class Index(Node):
    """An element of an array; `index` is an int (negative: from the end) or an expression."""

    __slots__ = ("base", "index")

    def __init__(self, base: Node, index: int | Node, place: Place | None = None) -> None:
        self.base = base
        self.index = index
        self.place = place


class Literal(Node):
    """A JSON scalar."""

    __slots__ = ("value",)

    def __init__(self, value: str | int | float | bool | None, place: Place | None = None) -> None:
        self.value = value
        self.place = place


class Placeholder(Node):
    """`${Name}`: text that the deployment fills in. `type` is "string", "number" or "boolean"; `kind` what it stands for."""

    __slots__ = ("kind", "name", "type")

    def __init__(self, name: str, type: str = "string", kind: str = "value", place: Place | None = None) -> None:
        self.name = name
        self.type = type
        self.kind = kind
        self.place = place


class Operation(Node):
    """An operator of `OPERATORS` on one or two operands."""

    __slots__ = ("kind", "left", "operator", "right")

    def __init__(
        self, operator: str, left: Node, right: Node | None = None, place: Place | None = None, kind: str = "any"
    ) -> None:
        self.operator = operator
        self.kind = kind
        """Of a comparison, the JSON type that is compared, or "datetime"; of arithmetic, "integer" or "number"; else "any"."""
        self.left = left
        self.right = right
        self.place = place


OPERATORS = ("or", "and", "not", "=", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%", "//", "**", "negate")
"""Python's meaning each: `%` and `//` round down, `=` compares any two JSON values."""


class Text(Node):
    """Texts and values joined to one text: an f-string, or `+` on texts. Parts are str or expressions."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[str | Node], place: Place | None = None) -> None:
        self.parts = parts
        self.place = place


class Call(Node):
    """A function by its JSONata name, without `$`."""

    __slots__ = ("arguments", "function", "kind")

    def __init__(self, function: str, arguments: list[Node], place: Place | None = None, kind: str = "any") -> None:
        self.function = function
        self.kind = kind
        """The first argument's JSON type; "any" where it is not known."""
        self.arguments = arguments
        self.place = place


class Conditional(Node):
    """`then` where `test` is true, else `otherwise`."""

    __slots__ = ("otherwise", "test", "then")

    def __init__(self, test: Node, then: Node, otherwise: Node, place: Place | None = None) -> None:
        self.test = test
        self.then = then
        self.otherwise = otherwise
        self.place = place


class Default(Node):
    """`base` where it is there, else `default`: a field that its document may leave out."""

    __slots__ = ("base", "default")

    def __init__(self, base: Node, default: Node, place: Place | None = None) -> None:
        self.base = base
        self.default = default
        self.place = place


class Exists(Node):
    """Whether `base` is there, and (when `nullable`) is not null."""

    __slots__ = ("base", "nullable")

    def __init__(self, base: Node, nullable: bool, place: Place | None = None) -> None:
        self.base = base
        self.nullable = nullable
        self.place = place


class Some(Node):
    """`base`, which may be absent, read where something else has made sure that it is there."""

    __slots__ = ("base",)

    def __init__(self, base: Node, place: Place | None = None) -> None:
        self.base = base
        self.place = place


class Listed(Node):
    """`base`, which gives a list, as a list whatever its length: JSONata makes nothing of none, and the item of one."""

    __slots__ = ("base",)

    def __init__(self, base: Node, place: Place | None = None) -> None:
        self.base = base
        self.place = place


class Object(Node):
    """An object of expressions, by JSON name."""

    __slots__ = ("members",)

    def __init__(self, members: dict[str, Node], place: Place | None = None) -> None:
        self.members = members
        self.place = place


class Array(Node):
    """A list of expressions."""

    __slots__ = ("items",)

    def __init__(self, items: list[Node], place: Place | None = None) -> None:
        self.items = items
        self.place = place


class Function(Node):
    """A function of an expression: parameters by name, one expression as its body."""

    __slots__ = ("body", "parameters")

    def __init__(self, parameters: tuple[str, ...], body: Node, place: Place | None = None) -> None:
        self.parameters = parameters
        self.body = body
        self.place = place


class Parameter(Node):
    """A parameter of the Function around it."""

    __slots__ = ("name",)

    def __init__(self, name: str, place: Place | None = None) -> None:
        self.name = name
        self.place = place


class Raw(Node):
    """A text in one of the query languages, written by hand; parts are its text and expressions spliced into it."""

    __slots__ = ("language", "parts")

    def __init__(self, language: str, parts: list[str | Node], place: Place | None = None) -> None:
        self.language = language
        self.parts = parts
        self.place = place


def children(node: Node) -> list[Node]:
    """The expressions directly inside one, in the order of reading."""
    kind = type(node)
    if kind is Field or kind is Exists or kind is Some or kind is Listed:
        return [node.base]  # type: ignore[attr-defined]
    if isinstance(node, Index):
        return [node.base, node.index] if isinstance(node.index, Node) else [node.base]
    if isinstance(node, Operation):
        return [node.left] if node.right is None else [node.left, node.right]
    if isinstance(node, (Text, Raw)):
        return [part for part in node.parts if isinstance(part, Node)]
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, Conditional):
        return [node.test, node.then, node.otherwise]
    if isinstance(node, Default):
        return [node.base, node.default]
    if isinstance(node, Object):
        return list(node.members.values())
    if isinstance(node, Array):
        return node.items
    if isinstance(node, Function):
        return [node.body]
    return []


def leaves(node: Node) -> list[Read | Placeholder | Some]:
    """Every Read, Placeholder and Some inside an expression, in the order of reading. No recursion: any depth is taken."""
    found: list[Read | Placeholder | Some] = []
    stack = [node]
    while stack:
        inner = stack.pop()
        while type(inner) is Field:
            inner = inner.base
        if type(inner) is Read or type(inner) is Placeholder:
            found.append(inner)
        else:
            if type(inner) is Some:
                found.append(inner)
            stack.extend(reversed(children(inner)))
    return found
