"""A handler's result becomes JSON, as pydantic would write it: models and dataclasses by alias, dates as text."""

from __future__ import annotations

import math
from collections import abc
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, cast
from uuid import UUID

from flowdsl.handler.errors import InvalidResult

_PLAIN = (str, int, bool, type(None))

Write = Callable[[Any, str], Any]
"""(a value, its place) -> JSON."""


def to_json(value: Any, name: str) -> Any:
    """A value as JSON carries it: dict with text keys, list, str, int, float, bool, None. `name` is the handler's.

    Raises InvalidResult, with the place, for what JSON cannot carry.
    """
    try:
        return _json(value, "")
    except _NoJson as error:
        at, what = error.args
        raise InvalidResult(f"{name} returned {what}, which is no JSON{f', at {at}' if at else ''}") from None
    except RecursionError:
        raise InvalidResult(f"{name} returned what holds itself, which is no JSON") from None


class _NoJson(Exception):
    """(place, what was found there)."""


def _json(value: Any, at: str) -> Any:
    kind = cast(Any, type(value))
    if kind in _PLAIN:
        return value
    if kind is dict:
        return _mapping(value, at)
    if kind is list or kind is tuple:
        return _sequence(value, at)
    serializer = getattr(kind, "__pydantic_serializer__", None)
    if serializer is not None:
        return serializer.to_python(value, mode="json", by_alias=True)
    if hasattr(kind, "__dataclass_fields__"):
        return {n: _json(getattr(value, n), f"{at}.{n}" if at else n) for n in kind.__dataclass_fields__}
    for base, write in _WRITERS.items():
        if isinstance(value, base):
            return write(value, at)
    name: str = kind.__qualname__
    raise _NoJson(at, f"an {name}" if name[:1] in "AEIOUaeiou" else f"a {name}")


def _key(key: Any, at: str) -> str:
    if isinstance(key, Enum):
        key = key.value
    if isinstance(key, str):
        return str(key)
    if isinstance(key, bool) or key is None:
        raise _NoJson(at, f"an object with the key {key!r}")
    if isinstance(key, (int, date, datetime, UUID)):
        return str(_json(key, at))
    raise _NoJson(at, f"an object with a {type(key).__name__} as a key")


def _float(value: float, at: str) -> float:
    if not math.isfinite(value):
        raise _NoJson(at, f"the number {value}")
    return float(value)


def _duration(value: timedelta, at: str) -> str:
    """ISO 8601, as pydantic writes it: P1DT2H3M4.5S."""
    sign, value = ("-", -value) if value < timedelta() else ("", value)
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{value.microseconds:06}".rstrip("0") if value.microseconds else ""
    clock = f"{f'{hours}H' if hours else ''}{f'{minutes}M' if minutes else ''}"
    if seconds or fraction or not (clock or value.days):
        clock += f"{seconds}{fraction}S"
    return f"{sign}P{f'{value.days}D' if value.days else ''}{f'T{clock}' if clock else ''}"


def _moment(value: datetime | time, at: str) -> str:
    text = value.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def _text(value: bytes, at: str) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise _NoJson(at, "bytes that are no UTF-8") from None


def _set(value: Any, at: str) -> list[Any]:
    # A set has no order of its own, and an answer must not depend on a hash seed.
    return sorted((_json(v, at) for v in value), key=lambda v: (type(v).__name__, str(v)))


def _mapping(value: Any, at: str) -> dict[str, Any]:
    return {_key(k, at): _json(v, f"{at}.{k}" if at else str(k)) for k, v in value.items()}


def _sequence(value: Any, at: str) -> list[Any]:
    return [_json(v, f"{at}[{i}]") for i, v in enumerate(value)]


def _as(kind: Callable[[Any], Any]) -> Write:
    return lambda value, at: kind(value)


_WRITERS: dict[Any, Write] = {
    Enum: lambda value, at: _json(value.value, at),
    str: _as(str),
    int: _as(int),
    float: _float,
    Decimal: _as(str),
    datetime: _moment,
    date: _as(date.isoformat),
    time: _moment,
    timedelta: _duration,
    UUID: _as(str),
    PurePath: _as(str),
    bytes: _text,
    bytearray: _text,
    abc.Mapping: _mapping,
    abc.Set: _set,
    abc.Sequence: _sequence,
}
"""By class, the first that fits: a str that is an Enum is an Enum, a datetime is no mere date."""
