"""Spelling expressions in JSONata: precedence, quoting, and what AWS's engine wants to be written with care."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from flowdsl.dsl.names import free_name, snake
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
    Parameter,
    Placeholder,
    Raw,
    Read,
    Some,
    Text,
    children,
)

Name = Callable[[Any], str]
"""What a source is called in the state at hand: `$states.result.Payload`, `$charge`."""

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = frozenset({"and", "or", "in", "true", "false", "null", "function"})

# Binding powers of JSONata's operators; a higher one binds tighter.
_OR, _AND, _COMPARE, _ADD, _MULTIPLY, _UNARY, _ATOM = 25, 30, 40, 50, 60, 70, 80
_BINDS = {
    "or": _OR,
    "and": _AND,
    "=": _COMPARE,
    "!=": _COMPARE,
    "<": _COMPARE,
    "<=": _COMPARE,
    ">": _COMPARE,
    ">=": _COMPARE,
    "in": _COMPARE,
    "+": _ADD,
    "-": _ADD,
    "*": _MULTIPLY,
    "/": _MULTIPLY,
}


@cache
def member(name: str) -> str:
    """A member's name as a step of a path."""
    if _PLAIN_NAME.fullmatch(name) and name not in _WORDS:
        return f".{name}"
    return f".`{name}`"


def quoted(text: str) -> str:
    """A text as a literal."""
    return json.dumps(text, ensure_ascii=False)


def spell(node: Node, name: Name, power: int = 0) -> str:
    """An expression's text; in parentheses where its operator binds less than `power`."""
    kind = type(node)
    if kind is Field:
        steps: list[str] = []
        inner: Any = node
        while type(inner) is Field and "`" not in inner.name:
            steps.append(member(inner.name))
            inner = inner.base
        if type(inner) is Field:
            base = f"$lookup({spell(inner.base, name)}, {quoted(inner.name)})"
        elif type(inner) is Read:
            base = name(inner.source)
        else:
            base = spell(inner, name, _ATOM)
        steps.append(base)
        steps.reverse()
        return "".join(steps)
    return _SPELL[kind](node, name, power)


def _read(node: Read, name: Name, power: int) -> str:
    return name(node.source)


def _index(node: Index, name: Name, power: int) -> str:
    base = spell(node.base, name, _ATOM)
    if type(node.base) is not Field and type(node.base) is not Read:
        # A second index on the same step would be ignored, and one on a call would apply to each item.
        base = f"({base})" if not base.startswith("(") else base
    elif type(node.base) is Field and _indexed(node.base):
        base = f"({base})"
    index = str(node.index) if isinstance(node.index, int) else spell(node.index, name)
    return f"{base}[{index}]"


def _indexed(node: Node) -> bool:
    while type(node) is Field:
        node = node.base
    return type(node) is Index


def literal(value: Any) -> str:
    """A JSON scalar as JSONata writes it."""
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    return repr(value)


def _literal(node: Literal, name: Name, power: int) -> str:
    text = literal(node.value)
    return f"({text})" if text.startswith("-") and power > _ADD else text


def _placeholder(node: Placeholder, name: Name, power: int) -> str:
    return f"${{{node.name}}}" if node.type != "string" else f'"${{{node.name}}}"'


def _operation(node: Operation, name: Name, power: int) -> str:
    operator = node.operator
    binds = _BINDS.get(operator)
    if binds is None or node.right is None:
        return _special(node, name, power)
    if operator in ("=", "!=") and node.kind != "datetime":
        short = _compared_default(node, name, power)
        if short:
            return short
    if node.kind == "datetime":
        text = f"$toMillis({spell(node.left, name)}) {operator} $toMillis({spell(node.right, name)})"
        return f"({text})" if power >= _COMPARE else text
    left = spell(node.left, name, binds)
    # Comparisons do not chain, and a - (b - c) is not a - b - c.
    right = spell(node.right, name, binds + (0 if operator in ("and", "or") else 1))
    text = f"{left} {operator} {right}"
    if binds == _COMPARE:
        return f"({text})" if power >= _COMPARE else text
    return f"({text})" if binds < power else text


def _compared_default(node: Operation, name: Name, power: int) -> str:
    """A comparison of a field that has a default with a constant, without the default; "" where it is needed.

    Of nothing, = and != are both false: what is right for the default decides which of them, or its opposite, is meant.
    """
    left: Node | None = node.left
    right = node.right
    if type(left) is Literal:
        left, right = right, left
    if type(left) is not Default or type(right) is not Literal or type(left.default) is not Literal:
        return ""
    default, constant = left.default.value, right.value
    same = type(default) is type(constant) and default == constant
    if same and node.operator == "=":
        return ""
    if isinstance(default, (int, float)) and isinstance(constant, (int, float)) and type(default) is not type(constant):
        return ""
    text = f"{spell(left.base, name, _COMPARE + 1)} {'!=' if same else '='} {spell(right, name, _COMPARE + 1)}"
    if not same and node.operator == "!=":
        return f"$not({text})"
    return f"({text})" if power >= _COMPARE else text


class _Bound:
    """Names of sources, and of values that the expression computes once, by their text."""

    def __init__(self, name: Name, values: dict[str, str]) -> None:
        self.name = name
        self.values = values

    def __call__(self, source: Any) -> str:
        return self.name(source)


def spell_value(node: Node, name: Name) -> str:
    """A whole expression's text: a field with a default that stands in it more than once is computed once."""
    kind = type(node)
    if kind is Field or kind is Read:
        return spell(node, name)
    counted: dict[str, int] = {}
    stack = [node]
    while stack:
        inner = stack.pop()
        if type(inner) is Default and _is_path(inner.base):
            text = _default(inner, name, 0)
            counted[text] = counted.get(text, 0) + 1
        else:
            stack.extend(children(inner))
    repeated = [text for text, count in counted.items() if count > 1]
    if not repeated:
        return spell(node, name)
    taken = set(_VARIABLE.findall(spell(node, name)))
    values = {text: free_name(_last_step(text), taken) for text in reversed(repeated)}
    bound = "; ".join(f"${variable} := {text}" for text, variable in values.items())
    return f"({bound}; {spell(node, _Bound(name, values))})"


_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)")
_STEP = re.compile(r"\$exists\([^)]*?(\w+)`?\)")


def _last_step(text: str) -> str:
    found = _STEP.match(text)
    return snake(found[1]) if found else "value"


def _is_path(node: Node) -> bool:
    while type(node) is Field:
        node = node.base
    return type(node) is Read


def _special(node: Operation, name: Name, power: int) -> str:
    left = node.left
    if node.operator == "not":
        return f"$not({spell(left, name)})"
    if node.operator == "negate":
        text = f"-{spell(left, name, _UNARY)}"
        return f"({text})" if power > _ADD else text
    assert node.right is not None
    if node.operator == "//":
        return f"$floor({spell(left, name, _MULTIPLY)} / {spell(node.right, name, _MULTIPLY + 1)})"
    if node.operator == "**":
        return f"$power({spell(left, name)}, {spell(node.right, name)})"
    # Python's remainder has the divisor's sign, JSONata's the dividend's.
    a, b = spell(left, name, _MULTIPLY + 1), spell(node.right, name, _MULTIPLY + 1)
    text = f"{a} - {b} * $floor({a} / {b})"
    return f"({text})" if power > _ADD else text


def _text(node: Text, name: Name, power: int) -> str:
    parts = [quoted(p) if isinstance(p, str) else spell(p, name, _ADD + 1) for p in node.parts]
    if not parts:
        return '""'
    if len(parts) == 1:
        # One part alone would keep its own type: a text is asked for.
        return parts[0] if isinstance(node.parts[0], str) else f"$string({spell(node.parts[0], name)})"
    text = " & ".join(parts)
    return f"({text})" if power > _ADD else text


def _call(node: Call, name: Name, power: int) -> str:
    return f"${node.function}({', '.join([spell(a, name) for a in node.arguments])})"


def _conditional(node: Conditional, name: Name, power: int) -> str:
    text = f"{spell(node.test, name, _OR)} ? {spell(node.then, name, _OR)} : {spell(node.otherwise, name, _OR)}"
    return f"({text})" if power else text


def _default(node: Default, name: Name, power: int) -> str:
    base = spell(node.base, name)
    text = f"$exists({base}) ? {base} : {spell(node.default, name, _OR)}"
    if isinstance(name, _Bound) and text in name.values:
        return f"${name.values[text]}"
    return f"({text})" if power else text


def _exists(node: Exists, name: Name, power: int) -> str:
    base = spell(node.base, name)
    if not node.nullable:
        return f"$exists({base})"
    text = f"$exists({base}) and {base} != null"
    return f"({text})" if power > _AND else text


def _some(node: Some, name: Name, power: int) -> str:
    return spell(node.base, name, power)


def _listed(node: Listed, name: Name, power: int) -> str:
    return f"$append([], {spell(node.base, name, _ATOM)}[])"


def _object(node: Object, name: Name, power: int) -> str:
    inner = ", ".join(f"{quoted(key)}: {spell(value, name)}" for key, value in node.members.items())
    return f"{{{inner}}}"


def _array(node: Array, name: Name, power: int) -> str:
    return f"[{', '.join(spell(item, name) for item in node.items)}]"


def _function(node: Function, name: Name, power: int) -> str:
    parameters = ", ".join(f"${p}" for p in node.parameters)
    return f"function({parameters}) {{ {spell(node.body, name)} }}"


def _parameter(node: Parameter, name: Name, power: int) -> str:
    return f"${node.name}"


def _raw(node: Raw, name: Name, power: int) -> str:
    text = "".join(p if isinstance(p, str) else spell(p, name, _ATOM) for p in node.parts).strip()
    text = text.removeprefix("{%").removesuffix("%}").strip() if text.startswith("{%") and text.endswith("%}") else text
    return f"({text})" if power and not _PLAIN_RAW.fullmatch(text) else text


_PLAIN_RAW = re.compile(r"\$?[A-Za-z_][\w.]*|\d+")

_SPELL: dict[type[Node], Callable[[Any, Name, int], str]] = {
    Read: _read,
    Index: _index,
    Literal: _literal,
    Placeholder: _placeholder,
    Operation: _operation,
    Text: _text,
    Call: _call,
    Conditional: _conditional,
    Default: _default,
    Exists: _exists,
    Some: _some,
    Listed: _listed,
    Object: _object,
    Array: _array,
    Function: _function,
    Parameter: _parameter,
    Raw: _raw,
}
