"""JSONata as Step Functions speaks it: `{% %}`, `$states`, variables, AWS's own functions, its errors in its words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flowdsl.query.base import Env, Evaluate, ExpressionError, ExpressionSyntaxError
from flowdsl.query.jsonata.engine import UNDEFINED, JsonataError, compile, names_read
from flowdsl.query.jsontext import dumps

Json = Any

QUERY_ERROR: Final = "States.QueryEvaluationError"


def is_expression(value: Json) -> bool:
    """Whether a value is a JSONata expression: a string that begins with `{%` and ends with `%}`, exactly (recorded)."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}") and len(value) >= 4


def type_name(value: Json) -> str:
    """A value's JSON type as AWS names it."""
    if isinstance(value, bool):
        return "boolean"
    return {str: "string", int: "number", float: "number", list: "array", dict: "object"}.get(type(value), "null")


def compile_expression(text: str, field: str, expected: str | None = None) -> Evaluate:
    """A `{% %}` string (or an expression's bare text) as a closure whose result must have the JSON type `expected`."""
    source = (text[2:-2] if is_expression(text) else text).strip()
    try:
        names = names_read(source)
        run = compile(source, names, {})
    except JsonataError as error:
        raise ExpressionSyntaxError(error.message, error.position) from None
    intro = f"The JSONata expression '{source}' specified for the field '{field}' "

    def evaluate(env: Env) -> Json:
        values: dict[str, Json] = {}
        for name in names:
            if name == "states":
                states = {"input": env.input, "context": env.context}
                if env.result is not ...:
                    states["result"] = env.result
                if env.error_output is not ...:
                    states["errorOutput"] = env.error_output
                values[name] = states
            elif name in env.variables:
                values[name] = env.variables[name]
        try:
            result = run(values, {} if env.now_ms is None else {"now": env.now_ms()})
        except JsonataError as error:
            if error.message == "function":
                raise ExpressionError(QUERY_ERROR, intro + "returned an unsupported result type.", field) from None
            raise ExpressionError(
                QUERY_ERROR, intro + f"threw an error during evaluation. {error.code}: {error.message}", field
            ) from None
        if result is UNDEFINED:
            raise ExpressionError(QUERY_ERROR, intro + "returned nothing (undefined).", field)
        if expected is not None and type_name(result) != expected:
            raise ExpressionError(
                QUERY_ERROR,
                intro
                + f"returned an unexpected result type. Expected '{expected}', but was '{type_name(result)}' for value: {dumps(result)}",
                field,
            )
        return result

    return evaluate


def compile_template(value: Json, field: str) -> Evaluate:
    """A JSONata field's value: `{% %}` strings at any depth are evaluated, everything else is shared as it is."""
    made = _dynamic(value, field)
    return made if made is not None else (lambda env: value)


def _dynamic(value: Json, field: str) -> Evaluate | None:
    if is_expression(value):
        return compile_expression(value, field)
    moving: list[tuple[Any, Evaluate]] = []
    if isinstance(value, dict):
        moving = [(k, made) for k, v in value.items() if (made := _dynamic(v, f"{field}/{k}")) is not None]
    elif isinstance(value, list):
        moving = [(i, made) for i, v in enumerate(value) if (made := _dynamic(v, f"{field}[{i}]")) is not None]
    if not moving:
        return None

    def fill(env: Env) -> Json:
        out = value.copy()
        for key, make in moving:
            out[key] = make(env)
        return out

    return fill


Compile = Callable[[Json, str], Evaluate]
