"""The compilers of the two query languages, loaded when a definition speaks them."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from flowdsl.query.base import Env, Evaluate, ExpressionSyntaxError


@contextmanager
def _named(field: str) -> Generator[None, None, None]:
    """Names the field of a text that is no expression."""
    try:
        yield
    except ExpressionSyntaxError as error:
        error.field = error.field or field
        raise


def path(text: str, field: str) -> Evaluate:
    """A JSONPath, variable (`$name`) or context (`$$`) path of a `...Path` field."""
    from flowdsl.query.jsonpath import compile_path

    with _named(field):
        return compile_path(text, field)


def path_or_intrinsic(text: str, field: str) -> Evaluate:
    """What ErrorPath and CausePath hold: a path, or one intrinsic call."""
    if text.startswith("States."):
        from flowdsl.query.jsonpath import compile_intrinsic

        with _named(field):
            return compile_intrinsic(text, field)
    return path(text, field)


def path_template(value: Any, field: str) -> Evaluate:
    """A JSONPath payload template: keys that end in `.$` are evaluated."""
    from flowdsl.query.jsonpath import compile_template

    with _named(field):
        return compile_template(value, field)


def choice_rule(rule: dict[str, Any]) -> Callable[[Env], bool]:
    """A JSONPath Choice rule."""
    from flowdsl.query.jsonpath import compile_choice

    with _named("Choices"):
        return compile_choice(rule)


def placer(reference_path: str | None) -> Callable[[Any, Any], Any] | None:
    """What ResultPath does: (raw input, result) -> combined. None: the result replaces the input."""
    if reference_path is None:
        return lambda raw, result: raw
    if reference_path == "$":
        return None
    from flowdsl.query.jsonpath import compile_set_at

    with _named("ResultPath"):
        return compile_set_at(reference_path)


def template(value: Any, field: str) -> Evaluate:
    """A JSONata field: `{% %}` strings at any depth are evaluated."""
    from flowdsl.query.jsonata.dialect import compile_template

    return compile_template(value, field)


def is_expression(value: Any) -> bool:
    """Whether a JSONata field's value is a `{% %}` string."""
    from flowdsl.query.jsonata.dialect import is_expression as ask

    return bool(ask(value))


def expression(text: str, field: str, expected: str | None = None, allowed: str | None = None) -> Evaluate:
    """One JSONata expression whose result must have a JSON type; `allowed` is a second one that it may have."""
    from flowdsl.query.jsonata.dialect import compile_expression

    return compile_expression(text, field, expected, allowed)
