"""Paths compiled to closures, and what AWS says when a definite path leads nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flowdsl.query.base import Env, Evaluate, ExpressionError, Value
from flowdsl.query.jsonpath.steps import Index, Name, NotFound, Step, TooMuch, begin, walk
from flowdsl.query.jsonpath.syntax import Path, parse_path
from flowdsl.query.jsontext import dumps

Json = Any

RUNTIME: Final = "States.Runtime"

TEMPLATE: Final = "template"
"""Payload templates, ErrorPath and CausePath: "The JSONPath '$.x' specified for the field ..." (recorded)."""
PATH: Final = "path"
"""InputPath, OutputPath and the other ...Path fields: "Invalid path '$.x' : No results for path: ..." (recorded)."""
ARGUMENT: Final = "argument"
"""An intrinsic function's argument: "The JsonPath argument for the field '$.x' could not be found ..." (measured)."""
CHOICE: Final = "choice"
"""Variable and the ...Path operands of a Choice rule."""


def compile_path(text: str, field: str, family: str | None = None) -> Evaluate:
    """A path of a field (`InputPath`, `value.$`, `Variable`) as a closure; raises ExpressionSyntaxError.

    `family` says how a missing value is told; None: by the field's name.
    """
    if family is None:
        family = TEMPLATE if field.endswith(".$") or field in ("ErrorPath", "CausePath") else PATH
    return reader(parse_path(text), field, family)


def reader(path: Path, field: str, family: str) -> Evaluate:
    """A parsed path as a closure. Plain dotted names are nine tenths of all paths and have closures of their own."""
    if not path.is_plain:
        return _general(path, field, family)
    steps = path.steps
    if any(isinstance(step, Index) for step in steps):
        return _reference(path, field, family)
    names = tuple(step.name for step in steps if isinstance(step, Name))
    make = _PLAIN[path.root]
    return make(path, names, field, family)


def _input(path: Path, names: tuple[str, ...], field: str, family: str) -> Evaluate:
    if not names:
        return lambda env: env.input
    if len(names) == 1:
        (a,) = names

        def one(env: Env) -> Json:
            try:
                return env.input[a]
            except (KeyError, TypeError, IndexError):
                raise missing(path, env, field, family) from None

        return one
    if len(names) == 2:
        a, b = names

        def two(env: Env) -> Json:
            try:
                return env.input[a][b]
            except (KeyError, TypeError, IndexError):
                raise missing(path, env, field, family) from None

        return two
    if len(names) == 3:
        a, b, c = names

        def three(env: Env) -> Json:
            try:
                return env.input[a][b][c]
            except (KeyError, TypeError, IndexError):
                raise missing(path, env, field, family) from None

        return three

    def more(env: Env) -> Json:
        value = env.input
        try:
            for name in names:
                value = value[name]
        except (KeyError, TypeError, IndexError):
            raise missing(path, env, field, family) from None
        return value

    return more


def _context(path: Path, names: tuple[str, ...], field: str, family: str) -> Evaluate:
    def read(env: Env) -> Json:
        value = env.context
        try:
            for name in names:
                value = value[name]
        except (KeyError, TypeError, IndexError):
            raise missing(path, env, field, family) from None
        return value

    return read


def _variable(path: Path, names: tuple[str, ...], field: str, family: str) -> Evaluate:
    variable = path.variable or ""
    if not names:

        def bare(env: Env) -> Json:
            try:
                return env.variables[variable]
            except KeyError:
                raise missing(path, env, field, family) from None

        return bare

    def read(env: Env) -> Json:
        try:
            value = env.variables[variable]
            for name in names:
                value = value[name]
        except (KeyError, TypeError, IndexError):
            raise missing(path, env, field, family) from None
        return value

    return read


_PLAIN: Final[dict[str, Callable[[Path, tuple[str, ...], str, str], Evaluate]]] = {
    "input": _input,
    "context": _context,
    "variable": _variable,
}


def root_of(path: Path, env: Env) -> Json:
    """The document that a path starts in; KeyError for a variable without a value."""
    if path.variable is not None:
        return env.variables[path.variable]
    return env.context if path.root == "context" else env.input


def _reference(path: Path, field: str, family: str) -> Evaluate:
    keys = path.names
    # A text must not answer to an index.
    steps = tuple((key, isinstance(key, int)) for key in keys)

    def read(env: Env) -> Json:
        try:
            value = root_of(path, env)
            for key, is_index in steps:
                if is_index and not _is_array(value):
                    raise missing(path, env, field, family)
                value = value[key]
        except (KeyError, TypeError, IndexError):
            if family == TEMPLATE and _past_the_end(path, env):
                return None
            raise missing(path, env, field, family) from None
        return value

    return read


def _is_array(value: object) -> bool:
    return isinstance(value, list)


def _past_the_end(path: Path, env: Env) -> bool:
    """Whether all that is wrong with a path is an index past an array's end: null in a payload template (measured)."""
    try:
        walk(path.steps, root_of(path, env))
    except NotFound as lost:
        return lost.past_the_end and lost.step == len(path.steps) - 1
    except KeyError:
        return False
    return False


def _general(path: Path, field: str, family: str) -> Evaluate:
    steps, single = path.steps, path.definite

    def read(env: Env) -> Json:
        begin()
        try:
            return walk(steps, root_of(path, env))
        except KeyError:
            raise missing(path, env, field, family) from None
        except TooMuch:
            cause = f"Invalid path '{path.text}' : it leads to too many values"
            raise ExpressionError(RUNTIME, cause, field) from None
        except NotFound:
            if single:
                raise missing(path, env, field, family) from None
            return []
        except TimeoutError:
            cause = f"Invalid path '{path.text}' : a filter's regular expression takes too long"
            raise ExpressionError(RUNTIME, cause, field) from None

    return read


def missing(path: Path, env: Env, field: str, family: str) -> ExpressionError:
    """The error of a definite path that leads nowhere, as its family of fields tells it."""
    if family == CHOICE:
        cause = f"Invalid path '{path.text}': The choice state's condition path references an invalid value."
    elif family == TEMPLATE:
        cause = f"The JSONPath '{path.text}' specified for the field '{field}' could not be found in the input '{dumps(env.input)}'"
    elif family == ARGUMENT:
        cause = _jayway(path, env)
        if not cause.startswith("Filter: "):
            cause = f"The JsonPath argument for the field '{path.text}' could not be found in the input '{dumps(env.input)}'"
    else:
        cause = f"Invalid path '{path.text}' : {_jayway(path, env)}"
    return ExpressionError(RUNTIME, cause, field)


def _jayway(path: Path, env: Env) -> str:
    steps = path.steps
    try:
        walk(steps, root_of(path, env))
    except NotFound as lost:
        upto, parent = bracketed(steps[: lost.step + 1]), bracketed(steps[: lost.step])
        if lost.past_the_end:
            return f"No results for path: {upto}"
        if isinstance(steps[lost.step], Index):
            return (
                f"Filter: {upto[len(parent) :]} can only be applied to arrays. Current context is: {dumps(lost.value)}"
            )
        if isinstance(lost.value, dict):
            last = lost.step == len(steps) - 1
            return f"No results for path: {upto}" if last else f"Missing property in path {upto}"
        return (
            f"Expected to find an object with property {upto[len(parent) :]} in path {parent} but found "
            f"'{_jackson(lost.value)}'. This is not a json object according to the JsonProvider: "
            "'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'."
        )
    except KeyError:
        return f"No results for path: $['{path.variable}']"
    return f"No results for path: {bracketed(steps)}"


def _jackson(value: Value) -> str:
    """A value's class in Java."""
    if value is None:
        return "null"
    names: dict[Any, str] = {str: "Text", bool: "Boolean", int: "Int", float: "Double"}
    return f"com.fasterxml.jackson.databind.node.{names.get(type(value), 'Array')}Node"


def bracketed(steps: tuple[Step, ...]) -> str:
    """Steps as Jayway prints them: $['a'][0]['b']."""
    return "$" + "".join(
        f"['{s.name}']" if isinstance(s, Name) else f"[{s.index}]" if isinstance(s, Index) else "[*]" for s in steps
    )
