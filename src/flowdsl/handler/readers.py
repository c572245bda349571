"""Readers of JSON values: one function for each kind of type, and those that are made of others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from flowdsl.handler.wire import Problems, found, is_list, is_mapping, is_number, is_whole, member, near, report, wrong

Read = Callable[[Any, str, Problems], Any]
"""(a JSON value, its place, where to put problems) -> the Python value; anything after a problem."""

# Years and weeks as pydantic writes and reads them: 365 and 7 days.
_DURATION = re.compile(
    r"([+-]?)P(?:([\d.]+)Y)?(?:([\d.]+)W)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?"
)


def anything(value: Any, at: str, problems: Problems) -> Any:
    """No type: every value is right."""
    return value


def kind(expected: str, test: Callable[[Any], bool], build: Callable[[Any], Any] | None = None) -> Read:
    """A value that passes a test."""

    def read(value: Any, at: str, problems: Problems) -> Any:
        if not test(value):
            return wrong(expected, value, at, problems)
        return build(value) if build is not None else value

    return read


def text(expected: str, parse: Callable[[str], Any]) -> Read:
    """Text that has to parse."""

    def read(value: Any, at: str, problems: Problems) -> Any:
        if not isinstance(value, str):
            return wrong(expected, value, at, problems)
        try:
            return parse(value)
        except (ValueError, ArithmeticError):
            return report(problems, at, f"expected {expected}, found other text")

    return read


def literal(values: tuple[Any, ...]) -> Read:
    """One of a few values; members of an Enum by their value."""
    plain = [v.value if isinstance(v, Enum) else v for v in values]
    shown = " or ".join(repr(v) for v in plain)

    def read(value: Any, at: str, problems: Problems) -> Any:
        for one, as_json in zip(values, plain, strict=True):
            if type(value) is type(as_json) and value == as_json:
                return one
        other = "other text" if isinstance(value, str) else "another number" if is_number(value) else found(value)
        return report(problems, at, f"expected {shown}, found {other}")

    return read


def union(readers: list[Read]) -> Read:
    """The first alternative that fits."""

    def read(value: Any, at: str, problems: Problems) -> Any:
        tried: list[Problems] = []
        for one in readers:
            mine: Problems = []
            result = one(value, at, mine)
            if not mine:
                return result
            tried.append(mine)
        # The alternative that came farthest explains best: a problem inside it, not that it is of another kind.
        problems.extend(max(tried, key=lambda mine: max(len(p.partition(": ")[0]) for p in mine)))
        return None

    return read


def items(item: Read, build: Callable[[list[Any]], Any]) -> Read:
    """A list of any length, all of one type."""

    def read(value: Any, at: str, problems: Problems) -> Any:
        if not is_list(value):
            return wrong("a list", value, at, problems)
        return build([item(v, f"{at}[{i}]", problems) for i, v in enumerate(value)])

    return read


def fixed_tuple(readers: list[Read]) -> Read:
    """A list with a type for each place."""

    def read(value: Any, at: str, problems: Problems) -> Any:
        if not is_list(value) or len(value) != len(readers):
            return wrong(f"a list of {len(readers)}", value, at, problems)
        return tuple(one(v, f"{at}[{i}]", problems) for i, (one, v) in enumerate(zip(readers, value, strict=True)))

    return read


def mapping(key: Read, item: Read) -> Read:
    """An object with any members, all of one type."""

    def read(value: Any, at: str, problems: Problems) -> Any:
        if not is_mapping(value):
            return wrong("an object", value, at, problems)
        return {key(k, member(at, k), problems): item(v, member(at, k), problems) for k, v in value.items()}

    return read


def fields(readers: dict[str, Read], required: frozenset[str], build: Callable[..., Any]) -> Read:
    """An object with named members; others are passed over."""

    def read(value: Any, at: str, problems: Problems) -> Any:
        if not is_mapping(value):
            return wrong("an object", value, at, problems)
        before = len(problems)
        members: dict[str, Any] = {}
        for name, one in readers.items():
            if name in value:
                members[name] = one(value[name], member(at, name), problems)
            elif name in required:
                report(problems, member(at, name), f"missing{near(name, [n for n in value if n not in readers])}")
        if len(problems) > before:
            return None
        try:
            return build(**members)
        except (TypeError, ValueError) as error:  # a dataclass whose __post_init__ refuses
            return report(problems, at, str(error))

    return read


def _decimal(value: Any, at: str, problems: Problems) -> Any:
    if is_number(value):
        return Decimal(str(value))
    return _DECIMAL_TEXT(value, at, problems)


def _timedelta(value: Any, at: str, problems: Problems) -> Any:
    if is_number(value):
        return timedelta(seconds=value)
    return _DURATION_TEXT(value, at, problems)


def _duration(value: str) -> timedelta:
    match = _DURATION.fullmatch(value)
    if match is None or value[-1] in "PT":
        raise ValueError
    sign, *parts = match.groups(default="0")
    years, weeks, days, hours, minutes, seconds = map(float, parts)
    length = timedelta(days=years * 365 + days, weeks=weeks, hours=hours, minutes=minutes, seconds=seconds)
    return -length if sign == "-" else length


_DECIMAL_TEXT = text("a decimal number, as text or a number", Decimal)
_DURATION_TEXT = text("a duration (ISO 8601, or seconds)", _duration)

number_key = text("a whole number", int)
"""A whole number that is an object's key, so text in JSON."""

SIMPLE: dict[Any, Read] = {
    Any: anything,
    object: anything,
    None: kind("null", lambda v: v is None),
    type(None): kind("null", lambda v: v is None),
    str: kind("text", lambda v: isinstance(v, str)),
    bool: kind("true or false", lambda v: isinstance(v, bool)),
    int: kind("a whole number", is_whole, int),
    float: kind("a number", is_number, float),
    bytes: kind("text", lambda v: isinstance(v, str), lambda v: v.encode()),
    dict: kind("an object", is_mapping),
    list: items(anything, list),
    tuple: items(anything, tuple),
    set: items(anything, set),
    frozenset: items(anything, frozenset),
    Decimal: _decimal,
    datetime: text("a date and time (ISO 8601)", datetime.fromisoformat),
    date: text("a date (ISO 8601)", date.fromisoformat),
    time: text("a time of day (ISO 8601)", time.fromisoformat),
    timedelta: _timedelta,
    UUID: text("a UUID", UUID),
}
"""The reader of each type that has no parts."""
