"""Values that are not known yet: what a field will hold, as JSON where its shape is known and as JSONata where it is not."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from flowdsl.query.base import Value as JsonValue
from flowdsl.query.jsonata.dialect import is_expression
from flowdsl.query.migration.moving import NotMovable

Json = Any

_BARE = re.compile(r"[^\W\d]\w*")
_KEYWORDS = frozenset({"and", "or", "in", "true", "false", "null", "function"})


@dataclass(frozen=True, slots=True)
class Literal:
    """A JSON value."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Code:
    """A JSONata expression. `tight`: a `.name` can follow it without parentheses. `kind`: its JSON type where it is sure."""

    text: str
    tight: bool = False
    kind: str | None = None
    indexed: bool = False
    """It ends in `[n]`: a second one needs parentheses, since JSONata would not look at it (measured)."""


@dataclass(frozen=True, slots=True)
class Object:
    """An object whose keys are known."""

    members: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Array:
    """An array whose length is known."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Put:
    """`base` with `value` under `key`."""

    base: Value
    key: str
    value: Value


Value = Literal | Code | Object | Array | Put


def quoted(name: str) -> str:
    """A field's name as a step of a JSONata path."""
    if _BARE.fullmatch(name) and name not in _KEYWORDS:
        return name
    if "`" in name:
        raise NotMovable(f"a name with a backquote, {name!r}, cannot stand in a JSONata path")
    return f"`{name}`"


def member(value: Value, name: str) -> Value:
    """A field of a value."""
    if isinstance(value, Put):
        return value.value if name == value.key else member(value.base, name)
    if isinstance(value, Object):
        if name not in value.members:
            raise NotMovable(f"reads {name!r} of an object that has no such field")
        return value.members[name]
    if isinstance(value, Literal):
        if not isinstance(value.value, dict) or name not in value.value:
            raise NotMovable(f"reads {name!r} of a value that has no such field")
        return Literal(value.value[name])
    if isinstance(value, Array):
        raise NotMovable(f"reads {name!r} of an array")
    return Code(f"{_tight(value)}.{quoted(name)}", True)


def element(value: Value, index: int) -> Value:
    """An element of a value."""
    if isinstance(value, Literal) and isinstance(value.value, list):
        value = Array(tuple(Literal(item) for item in value.value))
    if isinstance(value, Array):
        if not -len(value.items) <= index < len(value.items):
            raise NotMovable(f"reads element {index} of an array of {len(value.items)}")
        return value.items[index]
    if not isinstance(value, Code):
        raise NotMovable(f"reads element {index} of a value that is no array")
    base = f"({value.text})" if value.indexed or not value.tight else value.text
    return Code(f"{base}[{index}]", True, indexed=True)


def _tight(code: Code) -> str:
    return code.text if code.tight else f"({code.text})"


def put(base: Value, keys: tuple[str | int, ...], value: Value) -> Value:
    """What ResultPath makes: `base` with `value` at a reference path."""
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(key, int):
        raise NotMovable("a ResultPath that writes an element of an array has no form in JSONata")
    if isinstance(base, Literal):
        if not isinstance(base.value, dict):
            raise NotMovable("a ResultPath writes into a value that is no object")
        base = Object({k: Literal(v) for k, v in base.value.items()})
    inner = value
    if rest:
        try:
            before = member(base, key)
        except NotMovable:
            before = Object({})
        inner = put(before, rest, value)
    if isinstance(base, Object):
        return Object({**base.members, key: inner})
    if isinstance(base, Array):
        raise NotMovable("a ResultPath writes into a value that is no object")
    return Put(base, key, inner)


def as_field(value: Value) -> Json:
    """A value as a JSONata field holds it: expressions in `{% %}`, everything else as JSON."""
    if isinstance(value, Literal):
        return _literal_field(value.value)
    if isinstance(value, Object):
        return {name: as_field(inner) for name, inner in value.members.items()}
    if isinstance(value, Array):
        return [as_field(item) for item in value.items]
    return f"{{% {as_text(value)} %}}"


def _literal_field(value: JsonValue) -> Json:
    if isinstance(value, str):
        # A text that looks like an expression is written as an expression that gives it.
        return f"{{% {json.dumps(value, ensure_ascii=False)} %}}" if is_expression(value) else value
    if isinstance(value, dict):
        return {name: _literal_field(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_literal_field(item) for item in value]
    return value


def as_text(value: Value) -> str:
    """A value as a JSONata expression."""
    if isinstance(value, Code):
        return value.text
    if isinstance(value, Literal):
        return json.dumps(value.value, ensure_ascii=False)
    if isinstance(value, Object):
        members = (f"{json.dumps(name, ensure_ascii=False)}: {as_text(inner)}" for name, inner in value.members.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, Put):
        key = json.dumps(value.key, ensure_ascii=False)
        return f"$merge([{as_text(value.base)}, {{{key}: {as_text(value.value)}}}])"
    if all(kind_of(item) not in (None, "array") or not isinstance(item, Code) for item in value.items):
        return "[" + ", ".join(map(as_text, value.items)) + "]"
    # JSONata's array constructor merges an item that is an array: each item comes in a box and is taken out of it.
    boxes = ", ".join(f'{{"v": {as_text(item)}}}' for item in value.items)
    return f"$map([{boxes}], function($box){{ $box.v }})[]"


def operand(value: Value) -> str:
    """A value as the operand of an operator: in parentheses where it is made of operators itself."""
    text = as_text(value)
    return f"({text})" if isinstance(value, Code) and not value.tight else text


def kind_of(value: Value) -> str | None:
    """A value's JSON type, where it is sure."""
    if isinstance(value, Code):
        return value.kind
    if isinstance(value, (Object, Put)):
        return "object"
    if isinstance(value, Array):
        return "array"
    kinds: dict[Any, str] = {
        bool: "boolean",
        str: "string",
        int: "number",
        float: "number",
        list: "array",
        dict: "object",
    }
    return kinds.get(type(value.value), "null")
