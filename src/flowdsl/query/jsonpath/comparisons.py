"""Choice rules of JSONPath states: the 39 comparison operators, And, Or and Not, compiled to tests."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from flowdsl.query.base import Env, Evaluate, ExpressionError, ExpressionSyntaxError, Value
from flowdsl.query.jsonpath.evaluate import CHOICE, compile_path
from flowdsl.query.timestamps import instant

Json = Any
Test = Callable[[Env], bool]
Compare = Callable[[Any, Any], bool]

DEEPEST: Final = 100
"""And, Or and Not within one another."""

_RELATIONS: Final[dict[str, Compare]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}


def utf16(text: str) -> bytes:
    """A text whose bytes compare as Java compares strings: by UTF-16 code unit."""
    return text.encode("utf-16-be", "surrogatepass")


def _strings(compare: Compare) -> Compare:
    def test(left: Json, right: Json) -> bool:
        if not (isinstance(left, str) and isinstance(right, str)):
            return False
        if left.isascii() or right.isascii() or compare is operator.eq:
            # Against ASCII, code points and code units order alike.
            return compare(left, right)
        return compare(utf16(left), utf16(right))

    return test


def _numbers(compare: Compare) -> Compare:
    def test(left: Value, right: Value) -> bool:
        kind = type(left)
        other = type(right)
        return (kind is int or kind is float) and (other is int or other is float) and compare(left, right)

    return test


def _booleans(compare: Compare) -> Compare:
    return lambda left, right: isinstance(left, bool) and left is right


def _timestamps(compare: Compare) -> Compare:
    def test(left: Json, right: Json) -> bool:
        if not (isinstance(left, str) and isinstance(right, str)):
            return False
        first, second = instant(left), instant(right)
        return first is not None and second is not None and compare(first, second)

    return test


COMPARISONS: Final[dict[str, Compare]] = {
    "BooleanEquals": _booleans(operator.eq),
    **{
        f"{family}{name}": make(compare)
        for family, make in (("String", _strings), ("Numeric", _numbers), ("Timestamp", _timestamps))
        for name, compare in _RELATIONS.items()
    },
}
"""Operator -> test of (value, operand). What has the wrong type is just false (recorded)."""

TYPE_TESTS: Final[dict[str, Callable[[Json], bool]]] = {
    "IsNull": lambda value: value is None,
    "IsString": lambda value: isinstance(value, str),
    "IsNumeric": lambda value: type(value) is int or type(value) is float,
    "IsBoolean": lambda value: isinstance(value, bool),
    "IsTimestamp": lambda value: isinstance(value, str) and instant(value) is not None,
}

OPERATORS: Final = frozenset(
    {*COMPARISONS, *(f"{name}Path" for name in COMPARISONS), *TYPE_TESTS, "IsPresent", "StringMatches"}
)
"""All 39."""


def compile_choice(rule: dict[str, Json]) -> Test:
    """A Choice rule (its Next, Assign and Comment are not looked at) as a test; raises ExpressionSyntaxError."""
    return _compile(rule, 0)


def _compile(rule: Value, depth: int) -> Test:
    if not isinstance(rule, dict):
        raise ExpressionSyntaxError("a Choice rule is an object")
    if depth > DEEPEST:
        raise ExpressionSyntaxError(f"And, Or and Not are nested more than {DEEPEST} deep")
    for name, combine in _COMBINERS.items():
        if name in rule:
            return combine(rule[name], depth)
    names = [name for name in rule if name in OPERATORS]
    if len(names) != 1:
        raise ExpressionSyntaxError(f"a Choice rule has one operator, this one has {len(names)}")
    variable = rule.get("Variable")
    if not isinstance(variable, str):
        raise ExpressionSyntaxError("These fields are required: [Variable]")
    return _data_test(names[0], compile_path(variable, "Variable", CHOICE), rule[names[0]])


def _members(rules: Value, depth: int) -> tuple[Test, ...]:
    if not isinstance(rules, list) or not rules:
        raise ExpressionSyntaxError("And and Or hold a list of at least one rule")
    return tuple(_compile(rule, depth + 1) for rule in rules)


def _and(rules: Json, depth: int) -> Test:
    tests = _members(rules, depth)

    def every(env: Env) -> bool:
        for test in tests:  # noqa: SIM110 -- half the time of all() with a generator
            if not test(env):
                return False
        return True

    return every


def _or(rules: Json, depth: int) -> Test:
    tests = _members(rules, depth)

    def some(env: Env) -> bool:
        for test in tests:  # noqa: SIM110
            if test(env):
                return True
        return False

    return some


def _not(rule: Json, depth: int) -> Test:
    test = _compile(rule, depth + 1)
    return lambda env: not test(env)


_COMBINERS: Final[dict[str, Callable[[Json, int], Test]]] = {"And": _and, "Or": _or, "Not": _not}


def _data_test(name: str, read: Evaluate, operand: Json) -> Test:
    if name == "IsPresent":
        return _presence(read, operand)
    if name in TYPE_TESTS:
        holds, wanted = TYPE_TESTS[name], _boolean(name, operand)
        return lambda env: holds(read(env)) is wanted
    if name == "StringMatches":
        matches = string_matches(_typed(name, operand, str))
        return lambda env: matches(read(env))
    if name.endswith("Path"):
        compare = COMPARISONS[name[:-4]]
        other = compile_path(_typed(name, operand, str), name, CHOICE)
        return lambda env: compare(read(env), other(env))
    return _against(name, read, operand)


def _against(name: str, read: Evaluate, operand: Json) -> Test:
    """A comparison with a literal, whose type is looked at once."""
    if name.startswith("Numeric"):
        number = _number(name, operand)
        relation = _RELATIONS[name[7:]]

        def numeric(env: Env) -> bool:
            value: Value = read(env)
            kind = type(value)
            return (kind is int or kind is float) and relation(value, number)

        return numeric
    if name == "StringEquals":
        text = _typed(name, operand, str)
        # Nothing but the same text equals a text.
        return lambda env: bool(read(env) == text)
    if name == "BooleanEquals":
        flag = _boolean(name, operand)
        return lambda env: read(env) is flag
    compare = COMPARISONS[name]
    other = _typed(name, operand, str)
    return lambda env: compare(read(env), other)


def _presence(read: Evaluate, operand: Json) -> Test:
    wanted = _boolean("IsPresent", operand)

    def present(env: Env) -> bool:
        try:
            read(env)
        except ExpressionError:
            return not wanted
        return wanted

    return present


def _typed(name: str, operand: Json, kind: type) -> Any:
    if not isinstance(operand, kind):
        raise ExpressionSyntaxError(f"{name} takes a {'string' if kind is str else kind.__name__}")
    return operand


def _boolean(name: str, operand: Json) -> bool:
    if not isinstance(operand, bool):
        raise ExpressionSyntaxError(f"{name} takes true or false")
    return operand


def _number(name: str, operand: Json) -> int | float:
    if isinstance(operand, bool) or not isinstance(operand, (int, float)):
        raise ExpressionSyntaxError(f"{name} takes a number")
    return operand


def string_matches(pattern: str) -> Callable[[Json], bool]:
    """StringMatches: `*` stands for any run of characters; `\\*` and `\\\\` for themselves. Linear, whatever the pattern."""
    pieces = [""]
    i = 0
    while i < len(pattern):
        char = pattern[i]
        if char == "\\" and pattern[i + 1 : i + 2] in ("*", "\\"):
            i += 1
            pieces[-1] += pattern[i]
        elif char == "*":
            pieces.append("")
        else:
            pieces[-1] += char
        i += 1
    if len(pieces) == 1:
        (only,) = pieces
        return lambda value: bool(value == only)
    head, tail = pieces[0], pieces[-1]
    middle = [piece for piece in pieces[1:-1] if piece]
    least = len(head) + len(tail)

    def matches(value: Json) -> bool:
        if not isinstance(value, str) or len(value) < least or not value.startswith(head) or not value.endswith(tail):
            return False
        at, end = len(head), len(value) - len(tail)
        for piece in middle:
            at = value.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True

    return matches
