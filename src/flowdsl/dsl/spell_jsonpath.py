"""Spelling expressions in JSONPath: paths, context paths, variables and intrinsic functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flowdsl.query.expression import (
    Array,
    Call,
    Conditional,
    Default,
    Exists,
    Field,
    Index,
    Listed,
    Literal,
    Node,
    Object,
    Operation,
    Placeholder,
    Raw,
    Read,
    Some,
    Text,
)

Name = Callable[[Any], str]
"""What a source is called in the state at hand: `$`, `$$.Execution.Input`, `$charge`."""

MAX_NESTED = 10
"""Intrinsic functions in one field (documented)."""


class CannotBeSaid(Exception):
    """What JSONPath has no words for. `message` says what to write instead."""

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.message = message
        self.node = node


_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def path(node: Node, name: Name) -> str | None:
    """The path of what is read, None for anything that is computed."""
    steps: list[str] = []
    while True:
        if isinstance(node, Field):
            steps.append(f".{node.name}" if _PLAIN_NAME.fullmatch(node.name) else f"[{quoted(node.name)}]")
            node = node.base
        elif isinstance(node, Index) and isinstance(node.index, int) and node.index >= 0:
            steps.append(f"[{node.index}]")
            node = node.base
        elif isinstance(node, Some):
            node = node.base
        elif isinstance(node, Read):
            steps.append(name(node.source))
            return "".join(reversed(steps))
        elif isinstance(node, Raw) and node.language == "JSONPath" and not steps:
            text = raw_text(node, name)
            return text if text.startswith("$") else None
        else:
            return None


def raw_text(node: Raw, name: Name) -> str:
    """A text that was written by hand, with what an f-string put into it."""
    return "".join(part if isinstance(part, str) else spell(part, name) for part in node.parts)


def quoted(text: str) -> str:
    """A text as a literal of a path or an intrinsic function."""
    return "'" + re.sub(r"([\\'])", r"\\\1", text) + "'"


def _template(text: str) -> str:
    return re.sub(r"([\\'{}])", r"\\\1", text)


def spell(node: Node, name: Name) -> str:
    """An expression as a path or an intrinsic function. Raises CannotBeSaid."""
    if isinstance(node, Raw) and node.language == "JSONPath":
        return raw_text(node, name)
    found = path(node, name)
    if found is not None:
        return found
    spelled = _SPELL.get(type(node))
    if spelled is None:
        raise _cannot(node)
    return spelled(node, name)


def argument(node: Node, name: Name) -> str:
    """An expression as an argument of an intrinsic function."""
    if isinstance(node, Literal):
        value = node.value
        if isinstance(value, str):
            return quoted(value)
        if value is None or isinstance(value, bool):
            return {None: "null", True: "true", False: "false"}[value]
        return repr(value)
    return spell(node, name)


def _literal(node: Literal, name: Name) -> str:
    return argument(node, name)


def _placeholder(node: Placeholder, name: Name) -> str:
    return f"${{{node.name}}}" if node.type != "string" else f"'${{{node.name}}}'"


def repr_of(template: str) -> str:
    return f"'{template}'"


def _text(node: Text, name: Name) -> str:
    template = "".join(_template(p) if isinstance(p, str) else "{}" for p in node.parts)
    arguments = [argument(p, name) for p in node.parts if not isinstance(p, str)]
    return f"States.Format({', '.join([repr_of(template), *arguments])})"


def _index(node: Index, name: Name) -> str:
    base = argument(node.base, name)
    if isinstance(node.index, Node):
        return f"States.ArrayGetItem({base}, {argument(node.index, name)})"
    return f"States.ArrayGetItem({base}, States.MathAdd(States.ArrayLength({base}), {node.index}))"


def _operation(node: Operation, name: Name) -> str:
    if node.operator in ("+", "-") and node.kind != "integer":
        raise CannotBeSaid(
            'JSONPath adds whole numbers only; annotate them as int, or give this state query_language="JSONata"', node
        )
    if node.operator == "+" and node.right is not None:
        return f"States.MathAdd({argument(node.left, name)}, {argument(node.right, name)})"
    if node.operator == "-" and isinstance(node.right, Literal) and isinstance(node.right.value, int):
        return f"States.MathAdd({argument(node.left, name)}, {-node.right.value})"
    if node.operator == "in" and node.right is not None:
        return f"States.ArrayContains({argument(node.right, name)}, {argument(node.left, name)})"
    raise _cannot(node)


def _array(node: Array, name: Name) -> str:
    return f"States.Array({', '.join(argument(item, name) for item in node.items)})"


def _call(node: Call, name: Name) -> str:
    intrinsic = _INTRINSICS.get(node.function)
    arguments = node.arguments
    if node.function == "string" and node.kind == "any":
        raise CannotBeSaid(
            "JSONPath writes a text and anything else differently, and the type is not known here; annotate it", node
        )
    if node.function == "merge" and isinstance(arguments[0], Array) and len(arguments[0].items) == 2:
        first, second = arguments[0].items
        return f"States.JsonMerge({argument(first, name)}, {argument(second, name)}, false)"
    if intrinsic is None or len(arguments) not in intrinsic[1]:
        raise _cannot(node)
    return f"States.{intrinsic[0]}({', '.join(argument(a, name) for a in arguments)})"


_INTRINSICS: dict[str, tuple[str, tuple[int, ...]]] = {
    "count": ("ArrayLength", (1,)),
    "distinct": ("ArrayUnique", (1,)),
    "partition": ("ArrayPartition", (2,)),
    "range": ("ArrayRange", (3,)),
    "hash": ("Hash", (2,)),
    "base64encode": ("Base64Encode", (1,)),
    "base64decode": ("Base64Decode", (1,)),
    "string": ("JsonToString", (1,)),
    "parse": ("StringToJson", (1,)),
    "uuid": ("UUID", (0,)),
}
"""JSONata's functions for which there is an intrinsic that does the same, and with how many arguments."""


def _listed(node: Listed, name: Name) -> str:
    return spell(node.base, name)


def _default(node: Default, name: Name) -> str:
    raise CannotBeSaid(
        "JSONPath cannot read what may be missing; decide with choice.when(fn.exists(...)) first, then read fn.some(...)",
        node,
    )


def _cannot(node: Node) -> CannotBeSaid:
    instead = '; give this state query_language="JSONata"'
    if isinstance(node, Operation):
        what = f"JSONPath cannot compute {_OPERATIONS.get(node.operator, f'{node.operator}')}"
        if node.operator in ("and", "or", "not", "=", "!=", "<", "<=", ">", ">="):
            what, instead = "JSONPath cannot compute a condition", "; write a Choice"
    elif isinstance(node, Call):
        what = f"JSONPath has nothing like JSONata's ${node.function}"
    elif isinstance(node, Object):
        what, instead = "JSONPath cannot build an object inside an expression", "; give it a Pass of its own"
    elif isinstance(node, (Conditional, Exists)):
        what, instead = "JSONPath cannot decide inside a value", "; write a Choice"
    else:
        what = "JSONPath cannot say this"
    return CannotBeSaid(what + instead, node)


_OPERATIONS = {"-": "a difference", "*": "a product", "/": "a quotient", "//": "a quotient", "%": "a remainder"}

_SPELL: dict[type[Node], Callable[[Any, Name], str]] = {
    Literal: _literal,
    Placeholder: _placeholder,
    Text: _text,
    Index: _index,
    Operation: _operation,
    Array: _array,
    Call: _call,
    Listed: _listed,
    Default: _default,
}
