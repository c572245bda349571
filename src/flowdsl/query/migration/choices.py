"""Choice rules, said as JSONata conditions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from flowdsl.query.base import Value as JsonValue
from flowdsl.query.jsonpath.steps import Index
from flowdsl.query.jsonpath.syntax import parse_path
from flowdsl.query.migration.moving import Moving, NotMovable
from flowdsl.query.migration.paths import path_value
from flowdsl.query.migration.values import Literal, Value, kind_of, operand
from flowdsl.query.timestamps import instant

Json = Any

_SIGNS: Final = {"Equals": "=", "LessThanEquals": "<=", "GreaterThanEquals": ">=", "LessThan": "<", "GreaterThan": ">"}
_KINDS: Final = {"String": "string", "Numeric": "number", "Boolean": "boolean"}
_SECONDS: Final = re.compile(r"T\d\d:\d\d:\d\d")
_TIMESTAMP: Final = r"/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/"

DEEPEST: Final = 100


def condition(rule: JsonValue, moving: Moving, depth: int = 0) -> str:
    """A rule's condition as a JSONata expression that gives a boolean; raises NotMovable and ExpressionSyntaxError."""
    if not isinstance(rule, dict):
        raise NotMovable("a Choice rule is no object")
    if depth > DEEPEST:
        raise NotMovable(f"And, Or and Not are nested more than {DEEPEST} deep")
    for name, word in (("And", "and"), ("Or", "or")):
        if name in rule:
            inner = rule[name]
            if not isinstance(inner, list) or not inner:
                raise NotMovable(f"{name} holds no list of rules")
            return f" {word} ".join(_part(each, word, moving, depth + 1) for each in inner)
    if "Not" in rule:
        return f"$not({condition(rule['Not'], moving, depth + 1)})"
    names = [
        name for name in rule if name == "IsPresent" or name in _TESTS or name.removesuffix("Path") in _COMPARISONS
    ]
    variable = rule.get("Variable")
    if len(names) != 1 or not isinstance(variable, str):
        raise NotMovable("a Choice rule has not exactly one operator and a Variable")
    (name,) = names
    if name == "IsPresent":
        return _present(variable, rule[name], moving)
    value = path_value(variable, moving)
    if name in _TESTS:
        return _TESTS[name](value, rule[name])
    return _compared(name, value, rule[name], moving)


def _part(rule: JsonValue, word: str, moving: Moving, depth: int) -> str:
    """A rule beside others: in parentheses where it is made of and, or."""
    text = condition(rule, moving, depth)
    own = [k for k in ("And", "Or") if isinstance(rule, dict) and k in rule]
    if own:
        return text if own == [word.capitalize()] else f"({text})"
    return f"({text})" if " and " in text and word == "or" else text


def _compared(name: str, value: Value, given: Json, moving: Moving) -> str:
    by_path = name.endswith("Path")
    family, sign = _COMPARISONS[name.removesuffix("Path")]
    if by_path and not isinstance(given, str):
        raise NotMovable(f"{name} holds no path")
    other = path_value(given, moving) if by_path else Literal(given)
    left, right = operand(value), operand(other)
    if family == "Timestamp":
        return _timestamps(value, sign, other)
    if family == "Boolean" and sign == "=" and not by_path:
        return f"{left} = {right}"
    tests: list[str] = []
    if sign != "=" or by_path:
        # What has the wrong type is false on AWS, where JSONata's < fails and its = compares any two values.
        tests = [f'$type({operand(v)}) = "{_KINDS[family]}"' for v in (value, other) if kind_of(v) is None]
    return " and ".join([*tests, f"{left} {sign} {right}"])


def _timestamps(value: Value, sign: str, other: Value) -> str:
    tests: list[str] = []
    sides: list[str] = []
    for side in (value, other):
        if isinstance(side, Literal):
            sides.append(_milliseconds(side.value))
        else:
            tests.append(_is_timestamp(operand(side)))
            sides.append(f"$toMillis({operand(side)})")
    return " and ".join([*tests, f"{sides[0]} {sign} {sides[1]}"])


def _milliseconds(given: JsonValue) -> str:
    at = instant(given) if isinstance(given, str) else None
    if at is None or not isinstance(given, str):
        raise NotMovable(f"{given!r} is no timestamp, the rule never holds")
    if at % 1_000_000:
        raise NotMovable("a timestamp with more than milliseconds")
    return f"$toMillis({json.dumps(given)})" if _SECONDS.search(given) else str(at // 1_000_000)


def _is_timestamp(text: str) -> str:
    return f'$type({text}) = "string" and $contains({text}, {_TIMESTAMP})'


def _typed(kind: str) -> Callable[[Value, Json], str]:
    return lambda value, wanted: f'$type({operand(value)}) {"=" if wanted else "!="} "{kind}"'


def _timestamp_test(value: Value, wanted: Json) -> str:
    text = _is_timestamp(operand(value))
    return text if wanted else f"$not({text})"


def _present(text: str, wanted: Json, moving: Moving) -> str:
    path = parse_path(text)
    tests: list[str] = []
    for number, step in enumerate(path.steps):
        if isinstance(step, Index):
            # The first element of what is no array is, in JSONata, that value itself.
            before = path_value(replace(path, steps=path.steps[:number]), moving)
            if kind_of(before) is None:
                tests.append(f'$type({operand(before)}) = "array"')
    tests.append(f"$exists({operand(path_value(path, moving))})")
    both = " and ".join(tests)
    return both if wanted else f"$not({both})"


def _matches(value: Value, pattern: Json) -> str:
    if not isinstance(pattern, str):
        raise NotMovable("StringMatches takes a text")
    left = operand(value)
    pieces = [""]
    i = 0
    while i < len(pattern):
        if pattern[i] == "\\" and pattern[i + 1 : i + 2] in ("*", "\\"):
            i += 1
            pieces[-1] += pattern[i]
        elif pattern[i] == "*":
            pieces.append("")
        else:
            pieces[-1] += pattern[i]
        i += 1
    if len(pieces) == 1:
        return f"{left} = {json.dumps(pieces[0], ensure_ascii=False)}"
    source = r"[\s\S]*".join(re.sub(r"([\\^$.|?*+(){}\[\]/])", r"\\\1", piece) for piece in pieces)
    if "\n" in source or "\r" in source:
        raise NotMovable("StringMatches with a line break in its pattern")
    return f'$type({left}) = "string" and $contains({left}, /^{source}$/)'


_TESTS: Final[dict[str, Callable[[Value, Json], str]]] = {
    "IsNull": _typed("null"),
    "IsString": _typed("string"),
    "IsNumeric": _typed("number"),
    "IsBoolean": _typed("boolean"),
    "IsTimestamp": _timestamp_test,
    "StringMatches": _matches,
}
_COMPARISONS: Final[dict[str, tuple[str, str]]] = {
    "BooleanEquals": ("Boolean", "="),
    **{
        f"{family}{name}": (family, sign)
        for family in ("String", "Numeric", "Timestamp")
        for name, sign in _SIGNS.items()
    },
}
