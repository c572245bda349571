"""The one place that knows which of the two languages a state's fields are written in: what they read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flowdsl.query.base import ExpressionSyntaxError, Value

_INNER: Final = frozenset({"Branches", "ItemProcessor", "Iterator"})
"""Fields that hold states of their own."""
_LITERAL: Final = frozenset({"Result", "Comment", "ResultPath", "Resource", "Type", "Next", "Default"})
"""Fields in which nothing is evaluated."""


def variables_read(fields: dict[str, Any], jsonata: bool) -> tuple[str, ...]:
    """The workflow variables that one state's own fields read, sorted, as DescribeStateMachine tells them (recorded).

    The states inside a Map or Parallel are not looked into; texts that do not parse read nothing.
    """
    found: set[str] = set()
    for key, text in _texts(fields):
        try:
            found.update(_in_jsonata(text) if jsonata else _in_jsonpath(key, text))
        except ExpressionSyntaxError:
            continue
    return tuple(sorted(found))


def _texts(fields: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(key, text) of every text in a state, with the key of the object it stands in. A stack: depth is the user's to choose."""
    stack: list[tuple[str, Value]] = [(k, v) for k, v in fields.items() if k not in _INNER | _LITERAL]
    while stack:
        key, value = stack.pop()
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, list):
            stack.extend((key, item) for item in value)
        elif isinstance(value, dict):
            stack.extend(value.items())


def _in_jsonata(text: str) -> tuple[str, ...]:
    from flowdsl.query.jsonata.dialect import is_expression, reads, source_of

    return reads(source_of(text)).variables if is_expression(text) else ()


def _in_jsonpath(key: str, text: str) -> Iterator[str]:
    from flowdsl.query.jsonpath import parse_intrinsic, parse_path

    if not (key.endswith((".$", "Path")) or key == "Variable"):
        return
    paths = (parse_path(text),) if text.startswith("$") else parse_intrinsic(text).paths()
    for path in paths:
        if path.variable is not None:
            yield path.variable
