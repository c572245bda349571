"""JSONata as Step Functions speaks it: `{% %}`, `$states`, variables, AWS's own functions, its errors in its words."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from flowdsl.query.base import Env, Evaluate, ExpressionError, ExpressionSyntaxError, Value
from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.failure import UNDEFINED, JsonataFailure, NotJson
from flowdsl.query.jsonata.reads import Reads, reads
from flowdsl.query.jsonata.references import Problem, syntax_errors
from flowdsl.query.jsonata.runner import Runner
from flowdsl.query.jsonata.shortcuts import shortcut
from flowdsl.query.jsonata.syntax import parse
from flowdsl.query.jsontext import dumps

Json = Any

QUERY_ERROR: Final = "States.QueryEvaluationError"

DEEPEST: Final = 200
"""Levels of objects and arrays in one field."""

_TYPES: Final[dict[Any, str]] = {
    bool: "boolean",
    str: "string",
    int: "number",
    float: "number",
    list: "array",
    dict: "object",
}


def is_expression(value: Value) -> bool:
    """Whether a value is a JSONata expression: a string that begins with `{%` and ends with `%}`, exactly (recorded)."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}") and len(value) >= 4


def source_of(text: str) -> str:
    """An expression's text without its `{% %}` and the blanks inside them."""
    return (text[2:-2] if is_expression(text) else text).strip()


def type_name(value: Value) -> str:
    """A value's JSON type as AWS names it."""
    return _TYPES.get(type(value), "null")


@lru_cache(maxsize=4096)
def _checked(source: str) -> n.Node:
    problems = syntax_errors(source)
    if problems:
        raise ExpressionSyntaxError(problems[0].message, problems[0].position)
    return parse(source)


@lru_cache(maxsize=4096)
def _runner(source: str) -> Runner:
    return Runner(source)


def forget() -> None:
    """Drops what has been compiled, so that a change of the library takes effect."""
    _runner.cache_clear()


def compile_expression(text: str, field: str, expected: str | None = None, allowed: str | None = None) -> Evaluate:
    """A `{% %}` string (or an expression's bare text) as a closure; raises ExpressionSyntaxError.

    `field` is the place AWS names in its messages, such as `Output/a/b`; `expected` the JSON type the result must have
    ("array", "boolean", ...), `allowed` another that it may have.
    """
    source = source_of(text)
    try:
        tree = _checked(source)
        run = _general(source, field)
    except ExpressionSyntaxError as error:
        error.field = field
        raise
    quick = shortcut(tree, run)
    evaluate = quick if quick is not None else _constant(source, run) or run
    return evaluate if expected is None else _typed(evaluate, source, field, expected, allowed)


def _general(source: str, field: str) -> Evaluate:
    """An expression evaluated by the library, its failures told in AWS's words."""
    try:
        runner = _runner(source)
    except JsonataFailure as failure:
        raise ExpressionSyntaxError(failure.message, failure.position) from None
    run, despite = runner.run, runner.despite

    def failed(env: Env, failure: JsonataFailure) -> Json:
        try:
            return despite(failure, env)
        except JsonataFailure as final:
            # A coded message is a sentence of its own, the text of a limit goes on in AWS's sentence (measured).
            told = f". {final.code}: {final.message}" if final.code else f": {final.message}"
            raise _error(source, field, f"threw an error during evaluation{told}") from None
        except NotJson:
            raise _error(source, field, "returned an unsupported result type.") from None

    def evaluate(env: Env) -> Json:
        try:
            result = run(env)
        except JsonataFailure as failure:
            return failed(env, failure)
        except NotJson:
            raise _error(source, field, "returned an unsupported result type.") from None
        if result is UNDEFINED:
            raise _error(source, field, "returned nothing (undefined).")
        return result

    return runner.quickly(evaluate, failed) or evaluate


def _constant(source: str, run: Evaluate) -> Evaluate | None:
    """An expression that reads nothing and draws nothing is evaluated once, unless a variable hides what it calls."""
    found = reads(source)
    if found.paths or found.impure or found.unknown_calls:
        return None
    functions = frozenset(found.functions)
    kept: list[Json] = []

    def evaluate(env: Env) -> Json:
        if functions and not functions.isdisjoint(env.variables):
            return run(env)
        if not kept:
            kept.append(run(env))
        return kept[0]

    return evaluate


def _typed(evaluate: Evaluate, source: str, field: str, expected: str, allowed: str | None) -> Evaluate:
    def check(env: Env) -> Json:
        result = evaluate(env)
        found = type_name(result)
        if found in (expected, allowed):
            return result
        raise _error(
            source,
            field,
            f"returned an unexpected result type. Expected '{expected}', but was '{found}' for value: {dumps(result)}",
        )

    return check


def _error(source: str, field: str, what: str) -> ExpressionError:
    return ExpressionError(
        QUERY_ERROR, f"The JSONata expression '{source}' specified for the field '{field}' {what}", field
    )


def compile_template(value: Json, field: str) -> Evaluate:
    """A JSONata field's value: `{% %}` strings at any depth are evaluated, everything else is shared as it is."""
    made = _dynamic(value, field, 0)
    return made if made is not None else (lambda env: value)


def _dynamic(value: Value, field: str, depth: int) -> Evaluate | None:
    """A closure, or None for a part that evaluates to itself."""
    if depth > DEEPEST:
        raise ExpressionSyntaxError(f"{field.split('/')[0].split('[')[0]} is nested more than {DEEPEST} deep")
    if isinstance(value, str):
        return compile_expression(value, field) if is_expression(value) else None
    moving: list[tuple[Any, Evaluate]] = []
    if isinstance(value, dict):
        moving = [(k, m) for k, v in value.items() if (m := _dynamic(v, f"{field}/{k}", depth + 1)) is not None]
    elif isinstance(value, list):
        moving = [(i, m) for i, v in enumerate(value) if (m := _dynamic(v, f"{field}[{i}]", depth + 1)) is not None]
    if not moving:
        return None
    if isinstance(value, dict) and len(value) == 1:
        ((name, only),) = moving
        return lambda env: {name: only(env)}
    pairs = tuple(moving)
    shape: Json = value

    def fill(env: Env) -> Json:
        # The copy keeps the written order: its members have their places already.
        out: Json = shape.copy()
        for key, make in pairs:
            out[key] = make(env)
        return out

    return fill


__all__ = [
    "Problem",
    "Reads",
    "compile_expression",
    "compile_template",
    "is_expression",
    "reads",
    "source_of",
    "syntax_errors",
    "type_name",
]
