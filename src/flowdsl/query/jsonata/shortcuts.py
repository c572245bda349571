"""Expressions that need no library: constants, and paths of plain names such as `$states.input.a.b` or `$order.id`.

They are most of what real definitions hold, and answered here they share the value instead of copying it. Whatever is
not plain on the way (a list, something missing) goes to the library after all.
"""

from __future__ import annotations

from typing import Any

from flowdsl.query.base import Env, Evaluate
from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.aws_functions import drawing
from flowdsl.query.jsonata.builtins import FUNCTIONS
from flowdsl.query.jsonata.reads import STATES

Json = Any


def shortcut(tree: n.Node, run: Evaluate) -> Evaluate | None:
    """A closure that gives what `run` would give, or None where only `run` knows."""
    while isinstance(tree, n.Block) and len(tree.expressions) == 1:
        tree = tree.expressions[0]
    if isinstance(tree, n.Literal):
        value = tree.value
        return lambda env: value
    if isinstance(tree, n.Call):
        return _of_call(tree, run)
    steps = tree.steps if isinstance(tree, n.Path) else (tree,)
    first = steps[0]
    if not isinstance(first, n.Variable) or not all(isinstance(step, n.Name) for step in steps[1:]):
        return None
    names = [step.name for step in steps[1:] if isinstance(step, n.Name)]
    if first.name == STATES:
        return _of_states(names, run)
    if first.name in FUNCTIONS or first.name in ("", "$"):
        return None
    return _of_variable(first.name, names, run)


def _of_variable(variable: str, names: list[str], run: Evaluate) -> Evaluate:
    if not names:

        def bare(env: Env) -> Json:
            try:
                return env.variables[variable]
            except KeyError:
                return run(env)

        return bare
    if len(names) == 1:
        (a,) = names

        def one(env: Env) -> Json:
            try:
                return env.variables[variable][a]
            except (KeyError, TypeError, IndexError):
                return run(env)

        return one
    rest = tuple(names)

    def more(env: Env) -> Json:
        try:
            value = env.variables[variable]
            for name in rest:
                value = value[name]
        except (KeyError, TypeError, IndexError):
            return run(env)
        return value

    return more


def _of_states(names: list[str], run: Evaluate) -> Evaluate | None:
    if not names:
        return None
    member, rest = names[0], tuple(names[1:])
    if member == "input":
        return _of_input(rest, run)
    attribute = {"context": "context", "result": "result", "errorOutput": "error_output"}.get(member)
    if attribute is None:
        return None

    def read(env: Env) -> Json:
        value = getattr(env, attribute)
        if value is ...:
            return run(env)
        try:
            for name in rest:
                value = value[name]
        except (KeyError, TypeError, IndexError):
            return run(env)
        return value

    return read


def _of_input(names: tuple[str, ...], run: Evaluate) -> Evaluate:
    if not names:
        return lambda env: env.input
    if len(names) == 1:
        (a,) = names

        def one(env: Env) -> Json:
            try:
                return env.input[a]
            except (KeyError, TypeError, IndexError):
                return run(env)

        return one
    if len(names) == 2:
        a, b = names

        def two(env: Env) -> Json:
            try:
                return env.input[a][b]
            except (KeyError, TypeError, IndexError):
                return run(env)

        return two

    def more(env: Env) -> Json:
        value = env.input
        try:
            for name in names:
                value = value[name]
        except (KeyError, TypeError, IndexError):
            return run(env)
        return value

    return more


def _of_call(call: n.Call, run: Evaluate) -> Evaluate | None:
    """`$uuid()`, `$random()` and `$millis()`, whole expressions that are often written and need nothing but the run."""
    if call.arguments or not isinstance(call.procedure, n.Variable):
        return None
    name = call.procedure.name
    if name == "millis":

        def millis(env: Env) -> Json:
            return run(env) if env.now_ms is None or name in env.variables else env.now_ms()

        return millis
    if name not in ("uuid", "random"):
        return None

    def draw(env: Env) -> Json:
        return run(env) if name in env.variables else drawing(env)[name]()

    return draw
