"""Payload templates, said as JSON with JSONata in it."""

from __future__ import annotations

from typing import Any

from flowdsl.query.base import Value as JsonValue
from flowdsl.query.jsonpath.steps import Index
from flowdsl.query.jsonpath.syntax import parse_path
from flowdsl.query.migration.intrinsics import intrinsic_value
from flowdsl.query.migration.moving import Moving, NotMovable
from flowdsl.query.migration.paths import path_value
from flowdsl.query.migration.values import Array, Code, Literal, Object, Value

Json = Any

DEEPEST = 200


def template(value: JsonValue, moving: Moving, depth: int = 0) -> Value:
    """A payload template's value; raises NotMovable and ExpressionSyntaxError."""
    if depth > DEEPEST:
        raise NotMovable(f"a template nested more than {DEEPEST} deep")
    if isinstance(value, dict):
        members: dict[str, Value] = {}
        for key, inner in value.items():
            if key.endswith(".$"):
                members[key[:-2]] = evaluated(inner, moving)
            else:
                members[key] = template(inner, moving, depth + 1)
        if all(isinstance(inner, Literal) for inner in members.values()):
            return Literal({key: inner.value for key, inner in members.items() if isinstance(inner, Literal)})
        return Object(members)
    if isinstance(value, list):
        items = tuple(template(item, moving, depth + 1) for item in value)
        if all(isinstance(item, Literal) for item in items):
            return Literal([item.value for item in items if isinstance(item, Literal)])
        return Array(items)
    return Literal(value)


def evaluated(text: JsonValue, moving: Moving) -> Value:
    """The value of a key that ends in `.$`, of ErrorPath or CausePath: a path or an intrinsic call."""
    if not isinstance(text, str):
        raise NotMovable("a key that ends in .$ holds no text")
    if not text.startswith("$"):
        return intrinsic_value(text, moving)
    path = parse_path(text)
    value = path_value(path, moving)
    if isinstance(value, Code) and path.is_plain and path.steps and isinstance(path.steps[-1], Index):
        # An index past the array's end is null in a payload template (measured).
        return Code(f"$exists({value.text}) ? {value.text} : null")
    return value
