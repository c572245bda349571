"""Frozen values: what the user gave, as plain JSON values with expression trees as leaves."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import a
from flowdsl.dsl.expressions import Expr
from flowdsl.dsl.trace import MARK, MARK_END, TOKEN_BODY, report, tracing
from flowdsl.query.expression import Array, Field, Literal, Node, Object, Place, Placeholder, Raw, Read, Text, leaves

_TOKEN = re.compile(f"{MARK}({re.escape(TOKEN_BODY)})(\\d+){MARK_END}")
_PLAIN = frozenset({int, bool, type(None)})


def freeze(value: Any, found: list[Any], place: Place) -> Any:
    """A value as JSON with expression trees as leaves; what it reads is added to `found`. Wrong ones are reported, and become null."""
    kind = type(value)  # pyright: ignore[reportUnknownVariableType]
    if kind is Expr:
        node: Node = value.__node__
        inner = node
        while type(inner) is Field:
            inner = inner.base
        if type(inner) is Read:
            found.append(inner)
        elif type(inner) is Object or type(inner) is Array:
            return _open(node, found)
        else:
            note(inner, found)
        return node
    if kind is str:
        if MARK in value:
            return text(value, found, place)
        if value[:2] == "{%":
            verbatim(value, place)
        return value
    if kind is dict:
        frozen: dict[str, Any] = {}
        for key, item in value.items():
            if type(key) is not str or MARK in key:
                key = _key(key, place)
            frozen[key] = freeze(item, found, (*place, key))
        return frozen
    if kind in _PLAIN:
        return value
    if kind is list or kind is tuple:
        return [freeze(item, found, (*place, i)) for i, item in enumerate(value)]
    return _other(value, found, place)


def note(node: Node, found: list[Any]) -> None:
    """Adds what an expression reads to `found`, and its placeholders to the trace's."""
    for leaf in leaves(node):
        if isinstance(leaf, Placeholder):
            trace = tracing.get()
            if trace is not None and "::" not in leaf.name:
                trace.placeholders.setdefault(leaf.name, (leaf.kind, None, leaf.type))
        else:
            found.append(leaf)


def verbatim(value: str, place: Place) -> None:
    """Notes a `{% %}` text that was written by hand: it is parsed when the trace is done."""
    trace = tracing.get()
    if trace is not None and value.endswith("%}") and trace.query_language == "JSONata":
        trace.raws.append(Raw("JSONata", [value], place))


def _open(node: Node, found: list[Any]) -> Any:
    """An object or list of expressions as JSON: each expression a leaf of its own."""
    if type(node) is Object:
        return {name: _open(member, found) for name, member in node.members.items()}
    if type(node) is Array:
        return [_open(item, found) for item in node.items]
    if type(node) is Literal:
        return node.value
    note(node, found)
    return node


def _key(key: Any, place: Place) -> str:
    if isinstance(key, Enum) and isinstance(key.value, str):
        return key.value
    if isinstance(key, str) and MARK not in key:
        return str(key)
    # An expression was reported when Python asked for its hash.
    if not isinstance(key, Expr):
        report("no-json", lambda: f"a key of a JSON object is a text, found {described(key)}", place)
    return "?"


def _other(value: Any, found: list[Any], place: Place) -> Any:
    if isinstance(value, Enum):
        return freeze(value.value, found, place)
    if isinstance(value, float):
        if math.isfinite(value):
            # A whole float is written as an integer: the console and statelint disagree about 2.0, both take 2.
            return int(value) if value.is_integer() and abs(value) < 2**53 else value
        report("no-json", f"{value} is no JSON number", place)
        return None
    if isinstance(value, Node):
        note(value, found)
        return value
    converted = as_json(value)
    if converted is not value:
        return freeze(converted, found, place)
    if isinstance(value, Mapping):
        return freeze(dict(value), found, place)  # pyright: ignore[reportUnknownArgumentType]
    report("no-json", lambda: f"found {described(value)} where a JSON value is due{_instead(value)}", place)
    return None


_AS_TEXT: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("datetime", "datetime"): lambda v: v.isoformat().replace("+00:00", "Z"),
    ("datetime", "date"): lambda v: v.isoformat(),
    ("datetime", "time"): lambda v: v.isoformat(),
    ("decimal", "Decimal"): str,
    ("uuid", "UUID"): str,
}
"""How values that travel as text are written, by module and name of their class."""


def as_json(value: Any) -> Any:
    """A Python value one step nearer to JSON, as pydantic would write it; the value itself when there is no such step."""
    for plain in (str, bool, int):
        if isinstance(value, plain):
            return plain(value)
    if isinstance(value, tuple):
        return list(value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    for base in type(value).__mro__[:-1]:  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        convert = _AS_TEXT.get((base.__module__, base.__name__))
        if convert is not None:
            return convert(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if hasattr(value, "model_dump") and not isinstance(value, type):
        held: dict[str, Any] = getattr(value, "__dict__", {})
        # A model that was made past its validators may hold expressions, which pydantic cannot write.
        return (
            value if any(isinstance(v, Expr) for v in held.values()) else value.model_dump(mode="json", by_alias=True)
        )
    return value


def described(value: Any) -> str:
    """How a message calls a value that is no JSON."""
    if isinstance(value, Expr):
        return "an expression"
    if isinstance(value, str) and MARK in value:
        return "a text with an expression in it"
    if value is None or isinstance(value, (str, int, float)):
        return repr(value)
    if isinstance(value, type):
        return f"the class {value.__name__}"
    named = getattr(value, "__name__", None)
    kind = type(value).__name__
    return f"the {kind} {named!r}" if isinstance(named, str) else a(kind)


def _instead(value: Any) -> str:
    if hasattr(value, "model_dump"):
        return f"; write new({type(value).__name__})(...)"
    if hasattr(value, "result"):
        return "; what a state gives is its .result"
    if hasattr(value, "error"):
        return "; what was caught is the port's .error"
    if hasattr(value, "value"):
        return "; what a Var holds is its .value"
    return ""


def text(value: str, found: list[Any], place: Place) -> Node | str:
    """A Python text in which expressions stand, read back into its parts."""
    parts = spliced(value, place)
    for part in parts:
        if not isinstance(part, str):
            note(part, found)
    return Text(parts, place)


def spliced(value: str, place: Place) -> list[str | Node]:
    """The texts and expressions that a Python text with tokens is made of. An altered token is reported."""
    trace = tracing.get()
    parts: list[str | Node] = []
    at = 0
    for match in _TOKEN.finditer(value):
        index = int(match[2])
        if trace is None or index >= len(trace.tokens):
            continue
        if match.start() > at:
            parts.append(value[at : match.start()])
        token = trace.tokens[index]
        token[2] = True
        parts.append(token[0])
        at = match.end()
    if at < len(value):
        parts.append(value[at:])
    if any(isinstance(p, str) and (MARK in p or MARK_END in p) for p in parts):
        report(
            "lost-text",
            "Python changed a text with an expression in it, whose value is not known yet; use fn (fn.lowercase, fn.replace, fn.substring, ...)",
            place,
        )
        if trace is not None:
            for token in trace.tokens:
                token[2] = True
        parts = [p for p in parts if not (isinstance(p, str) and (MARK in p or MARK_END in p))]
    return parts


def as_node(value: Any, place: Place) -> Node:
    """Any value as an expression: for an operand, or an argument of a function."""
    kind = type(value)  # pyright: ignore[reportUnknownVariableType]
    if kind is Expr:
        node: Node = value.__node__
        return node
    if kind is str:
        return Text(spliced(value, place), place) if MARK in value else Literal(value, place)
    if kind in _PLAIN:
        return Literal(value, place)
    return _node(freeze(value, [], place), place)


def _node(frozen: Any, place: Place) -> Node:
    if isinstance(frozen, Node):
        return frozen
    if is_object(frozen):
        return Object({name: _node(item, place) for name, item in frozen.items()}, place)
    if is_list(frozen):
        return Array([_node(item, place) for item in frozen], place)
    return Literal(frozen, place)


def raw(language: str, value: str, place: Place) -> Raw:
    """A text of a query language, with the expressions that an f-string put into it."""
    return Raw(language, spliced(value, place) if MARK in value else [value], place)
