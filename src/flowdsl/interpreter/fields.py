"""Numeric fields that may be a constant, a path (`...Path`) or a JSONata expression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowdsl.asl.definition import StateNode
from flowdsl.interpreter import languages
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.sizes import to_json

Number = Callable[[Frame], int | float | None]


def number(state: StateNode, fields: dict[str, Any], name: str, *, kind: str = "integer", at: str = "") -> Number:
    """The compiled field `name` of `fields` (the state's own, or those of its reader or batcher).

    `kind` is "integer" or "float", as AWS's message says it; `at` is what stands before the name in AWS's name of the
    field. A path may lead to a number in a string (recorded).
    """
    path_name = f"{name}Path"
    if not state.is_jsonata and path_name in fields:
        path = fields[path_name]
        read = languages.path(path, path_name)

        def from_path(frame: Frame) -> int | float:
            value = read(frame)
            shown = value if isinstance(value, str) else to_json(value)
            if isinstance(value, str):
                value = _parsed(value, kind)
            if not _is(value, kind):
                raise frame.runtime(
                    f'The {path_name} field refers to value "{shown}" which is not a valid {kind}: {path}'
                )
            return value  # type: ignore[no-any-return]

        return from_path
    if name not in fields:
        return lambda frame: None
    value = fields[name]
    if state.is_jsonata and languages.is_expression(value):
        evaluate = languages.expression(value, at + name, "number")
        return lambda frame: _whole(evaluate(frame))
    return lambda frame: value


def at_once(state: StateNode, default: int) -> Callable[[Frame], int]:
    """MaxConcurrency: how many iterations or child executions run at once; 0 and absent are `default`."""
    read = number(state, state.fields, "MaxConcurrency")

    def limit(frame: Frame) -> int:
        value = int(read(frame) or 0)
        if value < 0:
            raise frame.runtime(f"Expected non-negative integer for MaxConcurrency, got '{value}' instead.")
        return value or default

    return limit


def _parsed(text: str, kind: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text) if kind == "float" else None
    except ValueError:
        return None


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (kind == "float" and isinstance(value, float))


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
