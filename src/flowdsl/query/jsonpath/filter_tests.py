"""Filters of a path compiled to tests. Comparison is Jayway's."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from flowdsl.query.base import Value
from flowdsl.query.jsonpath.conditions import Compares, Condition, Constant, Every, Exists, Inverse, Matches, Operand
from flowdsl.query.jsonpath.steps import NotFound, definite, walk

Json = Any
Test = Callable[[Json, Json], bool]
Read = Callable[[Json, Json], Json]


class _Missing:
    """What a path in a filter gives when it leads nowhere."""


MISSING: Final = _Missing()

SECONDS: Final = 1.0
"""How long one regular expression may work on one text."""


def _number(value: Json) -> Decimal | None:
    if type(value) is int or type(value) is float:
        return Decimal(repr(value))
    if isinstance(value, str):
        try:
            found = Decimal(value)
        except InvalidOperation:
            return None
        return found if found.is_finite() else None
    return None


def equal(left: Json, right: Json) -> bool:
    """Jayway's ==: a number equals a text that spells it; true is no 1."""
    if left is MISSING or right is MISSING:
        return False
    if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None:
        return left is right
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if not isinstance(left, (str, int, float)) or not isinstance(right, (str, int, float)):
        return same(left, right)
    if isinstance(left, str):
        return left == _text(right)
    return _number(left) == _number(right)


def _text(value: Json) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def same(left: Value, right: Value) -> bool:
    """Deep equality of JSON values: 1 equals 1.0, true is no number."""
    stack: list[tuple[Value, Value]] = [(left, right)]
    while stack:
        a, b = stack.pop()
        if isinstance(a, dict):
            if not isinstance(b, dict) or len(a) != len(b):
                return False
            for key, value in a.items():
                if key not in b:
                    return False
                stack.append((value, b[key]))
        elif isinstance(a, list):
            if not isinstance(b, list) or len(a) != len(b):
                return False
            stack.extend(zip(a, b, strict=True))
        elif isinstance(a, bool) or isinstance(b, bool):
            if a is not b:
                return False
        elif a != b:
            return False
    return True


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Json, Json], bool]:
    def test(left: Json, right: Json) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return compare(left, right)
        if type(left) in (int, float) and type(right) in (int, float):
            return compare(left, right)
        return False

    return test


def _one_of(left: Value, right: Value) -> bool:
    return isinstance(right, list) and any(equal(left, item) for item in right)


def _size(left: Value, right: Value) -> bool:
    return isinstance(left, (str, list)) and type(right) is int and len(left) == right


def _empty(left: Value, right: Value) -> bool:
    return isinstance(left, (str, list, dict)) and isinstance(right, bool) and (not left) is right


def _every(left: Value, right: Value) -> bool:
    return isinstance(left, list) and isinstance(right, list) and all(_one_of(item, right) for item in left)


def _any(left: Value, right: Value) -> bool:
    return isinstance(left, list) and isinstance(right, list) and any(_one_of(item, right) for item in left)


def _none(left: Value, right: Value) -> bool:
    return isinstance(left, list) and isinstance(right, list) and not _any(left, right)


def _contains(left: Value, right: Value) -> bool:
    if isinstance(left, str):
        return isinstance(right, str) and right in left
    return _one_of(right, left)


_TYPES: Final[dict[Any, str]] = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


def _is_type(left: object, right: object) -> bool:
    return left is not MISSING and _TYPES.get(type(left), "json") == right


OPERATORS: Final[dict[str, Callable[[Json, Json], bool]]] = {
    "===": lambda a, b: type(a) is type(b) and equal(a, b),
    "!==": lambda a, b: not (type(a) is type(b) and equal(a, b)),
    "==": equal,
    "!=": lambda a, b: not equal(a, b),
    "<=": _ordered(lambda a, b: a <= b),
    ">=": _ordered(lambda a, b: a >= b),
    "<": _ordered(lambda a, b: a < b),
    ">": _ordered(lambda a, b: a > b),
    "in": _one_of,
    "nin": lambda a, b: not _one_of(a, b),
    "subsetof": _every,
    "anyof": _any,
    "noneof": _none,
    "all": lambda a, b: _every(b, a),
    "contains": _contains,
    "size": _size,
    "empty": _empty,
    "type": _is_type,
}
"""Operator -> test of two JSON values (or MISSING). Longer signs stand before those they begin with."""


def compile_test(condition: Condition) -> Test:
    """A condition as a test of (element, root). Raises ValueError for a regular expression that is none."""
    if isinstance(condition, Compares):
        left, right, compare = _reader(condition.left), _reader(condition.right), OPERATORS[condition.operator]
        return lambda item, root: compare(left(item, root), right(item, root))
    if isinstance(condition, Exists):
        there = _reader(condition.operand)
        return lambda item, root: there(item, root) is not MISSING
    if isinstance(condition, Matches):
        return _matcher(condition)
    if isinstance(condition, Inverse):
        inner = compile_test(condition.inner)
        return lambda item, root: not inner(item, root)
    tests = [compile_test(part) for part in condition.parts]
    if isinstance(condition, Every):
        return lambda item, root: all(test(item, root) for test in tests)
    return lambda item, root: any(test(item, root) for test in tests)


def _reader(operand: Operand) -> Read:
    if isinstance(operand, Constant):
        constant = operand.value
        return lambda item, root: constant
    steps, absolute, single = operand.steps, operand.absolute, definite(operand.steps)

    def read(item: Json, root: Json) -> Json:
        try:
            value = walk(steps, root if absolute else item)
        except NotFound:
            return MISSING
        return MISSING if not single and value == [] else value

    return read


def _matcher(condition: Matches) -> Test:
    import regex  # type: ignore[import-untyped] # for its time limit: `re` cannot be stopped

    flags: dict[str, int] = {"i": regex.I, "m": regex.M, "s": regex.S, "x": regex.X, "u": 0, "d": 0, "U": 0}
    try:
        compiled = regex.compile(condition.source, regex.V0 | sum({flags[letter] for letter in condition.flags}))
    except (regex.error, KeyError, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from None
    left = _reader(condition.left)

    def test(item: Json, root: Json) -> bool:
        value: Value = left(item, root)
        if type(value) in (int, float):
            value = _text(value)
        if not isinstance(value, str):
            return False
        return compiled.fullmatch(value, timeout=SECONDS) is not None

    return test
