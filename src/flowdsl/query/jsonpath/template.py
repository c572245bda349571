"""Payload templates of JSONPath states: objects whose keys ending in `.$` are evaluated, at any depth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from flowdsl.query.base import Env, Evaluate, ExpressionSyntaxError, Value
from flowdsl.query.jsonpath.evaluate import TEMPLATE, reader
from flowdsl.query.jsonpath.intrinsics import compile_intrinsic
from flowdsl.query.jsonpath.syntax import parse_path

Json = Any

DEEPEST: Final = 200
"""Levels of a payload template; AWS's own limit is not published."""


@dataclass(frozen=True, slots=True)
class TemplateError:
    """What is wrong in a template. `pointer` leads to it from the template's root; `holder` to the object it is in."""

    pointer: str
    holder: str
    message: str
    """AWS's words where the service says something."""


def compile_template(value: Json, field: str) -> Evaluate:
    """A payload template as a closure; parts without `.$` are shared between evaluations. Raises ExpressionSyntaxError."""
    made = _dynamic(value, field, 0)
    if made is None:
        return lambda env: value
    return made


def compile_value(text: Json, key: str) -> Evaluate:
    """The value of a key that ends in `.$`: a path or an intrinsic call. Raises ExpressionSyntaxError."""
    if isinstance(text, str):
        if text.startswith("$"):
            return reader(parse_path(text), key, TEMPLATE)
        return compile_intrinsic(text, key)
    raise ExpressionSyntaxError(_not_evaluable(key))


def _not_evaluable(key: str) -> str:
    return f"The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call"


def _dynamic(value: Value, field: str, depth: int) -> Evaluate | None:
    """A closure, or None for a part that evaluates to itself."""
    if depth > DEEPEST:
        raise ExpressionSyntaxError(f"the template of {field} is nested more than {DEEPEST} deep")
    if isinstance(value, dict):
        return _object(value, field, depth)
    if isinstance(value, list):
        return _array(value, field, depth)
    return None


def _object(value: dict[str, Value], field: str, depth: int) -> Evaluate | None:
    shape: dict[str, Json] = {}
    moving: list[tuple[str, Evaluate]] = []
    for key, inner in value.items():
        if key.endswith(".$"):
            name = key[:-2]
            made: Evaluate | None = compile_value(inner, key)
        else:
            name, made = key, _dynamic(inner, field, depth + 1)
        if name in shape:
            raise ExpressionSyntaxError(f"The fields '{name}' and '{name}.$' cannot both be given")
        shape[name] = None if made is not None else inner
        if made is not None:
            moving.append((name, made))
    if not moving:
        return None
    return _filled(shape, moving)


def _filled(shape: dict[str, Json], moving: list[tuple[str, Evaluate]]) -> Evaluate:
    if len(shape) == 1:
        ((name, only),) = moving
        return lambda env: {name: only(env)}
    if len(shape) == 2 and len(moving) == 2:
        (first, make_first), (second, make_second) = moving
        return lambda env: {first: make_first(env), second: make_second(env)}
    pairs = tuple(moving)

    def fill(env: Env) -> Json:
        # The copy keeps the written order: its members have their places already.
        out = shape.copy()
        for name, make in pairs:
            out[name] = make(env)
        return out

    return fill


def _array(value: list[Value], field: str, depth: int) -> Evaluate | None:
    made = [_dynamic(item, field, depth + 1) for item in value]
    moving = tuple((i, make) for i, make in enumerate(made) if make is not None)
    if not moving:
        return None

    def fill(env: Env) -> Json:
        out = value.copy()
        for i, make in moving:
            out[i] = make(env)
        return out

    return fill


def template_errors(value: Value) -> list[TemplateError]:
    """What AWS would refuse in a template when the machine is created. Takes no recursion: depth is the user's to choose."""
    found: list[TemplateError] = []
    stack: list[tuple[str, Value]] = [("", value)]
    while stack:
        pointer, node = stack.pop()
        if isinstance(node, list):
            stack.extend((f"{pointer}/{i}", item) for i, item in reversed(list(enumerate(node))))
        elif isinstance(node, dict):
            for key, inner in node.items():
                if key.endswith(".$"):
                    at = f"{pointer}/{_escaped(key)}"
                    if key[:-2] in node:
                        found.append(
                            TemplateError(at, pointer, f"The fields '{key[:-2]}' and '{key}' cannot both be given")
                        )
                    try:
                        compile_value(inner, key)
                    except ExpressionSyntaxError:
                        found.append(TemplateError(at, pointer, _not_evaluable(key)))
            stack.extend((f"{pointer}/{_escaped(k)}", v) for k, v in reversed(node.items()) if not k.endswith(".$"))
    return found


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


Compile = Callable[[Json, str], Evaluate]
