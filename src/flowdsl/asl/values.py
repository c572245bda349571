"""JSON values: what a definition is made of, and tests for them that a type checker follows."""

from __future__ import annotations

import re
from typing import Any, Final, TypeGuard

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict. Never written to in place."""


def is_object(value: Json) -> TypeGuard[dict[str, Json]]:
    return isinstance(value, dict)


def is_list(value: Json) -> TypeGuard[list[Json]]:
    return isinstance(value, list)


def is_number(value: Json) -> TypeGuard[int | float]:
    """Whether it is a JSON number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_integer(value: Json) -> TypeGuard[int | float]:
    """Whether it is a JSON number without a fraction; 2.0 is one."""
    return is_number(value) and (isinstance(value, int) or value.is_integer())


PLACEHOLDER: Final = re.compile(r"\$\{[^{}]*\}|#\{[^{}]*\}")
"""What is filled in before AWS sees the definition: `${Name}`, `${AWS::Region}`, `#{AWS::AccountId}`."""


def has_placeholder(value: Json) -> TypeGuard[str]:
    """Whether it is a text that holds a `${...}` yet to be filled in: nothing can be said of it before."""
    return isinstance(value, str) and "{" in value and PLACEHOLDER.search(value) is not None


def is_expression(value: Json) -> TypeGuard[str]:
    """Whether it is a JSONata text: opens with `{%` and closes with `%}`, with nothing around them (recorded)."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}") and len(value) >= 4


def shown(value: Json, limit: int = 60) -> str:
    """A JSON value as a message quotes it: compact JSON, cut where it is long."""
    import json  # only a finding pays for it

    try:
        text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except (ValueError, TypeError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def described(value: Json) -> str:
    """A value as a message calls it: the text 'thirty', the number 5, null, an object."""
    if is_object(value):
        return "an object"
    if is_list(value):
        return "a list"
    if isinstance(value, str):
        return f"the text {shown(value)}"
    if is_number(value):
        return f"the number {shown(value)}"
    return shown(value)


class BarePlaceholder(str):
    """A `${Name}` that stood without quotes where a number, or a whole list, must stand once it is filled in."""

    __slots__ = ()


MAX_INPUT_DEPTH: Final = 500
"""How deep an execution's input may nest. Interpreters differ in how deep they can follow one; this all of them can."""


def deeper_than(value: Json, limit: int) -> bool:
    """Whether lists and objects nest more than `limit` deep: level by level, so that no depth is too deep to be asked about."""
    level: list[Any] = [value]
    for _ in range(limit + 1):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if is_object(outer) else outer if is_list(outer) else ())
            if inner.__class__ is dict or inner.__class__ is list
        ]
        if not level:
            return False
    return True
