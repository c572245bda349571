"""The functions that may end a path: `.length()`, `.sum()` and the rest of Jayway's set (its documentation; not recorded on AWS)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

Json = Any


class Unusable(Exception):
    """A function applied to a value that it cannot take."""


def _numbers(value: Json, arguments: tuple[Json, ...]) -> list[float]:
    values = [*(value if isinstance(value, list) else ()), *arguments]
    numbers = [v for v in values if type(v) in (int, float)]
    if not numbers:
        raise Unusable("Aggregation function attempted to calculate value using empty array")
    return numbers


def _length(value: Json, arguments: tuple[Json, ...]) -> Json:
    return len(value) if isinstance(value, (list, dict)) else None


def _average(value: Json, arguments: tuple[Json, ...]) -> float:
    numbers = _numbers(value, arguments)
    return math.fsum(numbers) / len(numbers)


def _deviation(value: Json, arguments: tuple[Json, ...]) -> float:
    numbers = _numbers(value, arguments)
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((n - mean) ** 2 for n in numbers) / len(numbers))


def _concat(value: Json, arguments: tuple[Json, ...]) -> str:
    values = [*(value if isinstance(value, list) else ()), *arguments]
    return "".join(v for v in values if isinstance(v, str))


def _keys(value: Json, arguments: tuple[Json, ...]) -> Json:
    return list(value) if isinstance(value, dict) else None


def _element(value: Json, index: int) -> Json:
    if not isinstance(value, list) or not -len(value) <= index < len(value):
        raise Unusable("Aggregation function attempted to calculate value using empty array")
    return value[index]


def _index(value: Json, arguments: tuple[Json, ...]) -> Json:
    if len(arguments) != 1 or type(arguments[0]) is not int:
        raise Unusable("index() takes one integer")
    return _element(value, arguments[0])


def _append(value: Json, arguments: tuple[Json, ...]) -> Json:
    return [*value, *arguments] if isinstance(value, list) else value


FUNCTIONS: Final[dict[str, Callable[[Json, tuple[Json, ...]], Json]]] = {
    "length": _length,
    "size": _length,
    "min": lambda value, arguments: min(_numbers(value, arguments)),
    "max": lambda value, arguments: max(_numbers(value, arguments)),
    "avg": _average,
    "sum": lambda value, arguments: math.fsum(_numbers(value, arguments)),
    "stddev": _deviation,
    "concat": _concat,
    "keys": _keys,
    "first": lambda value, arguments: _element(value, 0),
    "last": lambda value, arguments: _element(value, -1),
    "index": _index,
    "append": _append,
}
"""Function name -> (value, arguments) -> result."""
