"""Choice rules, said as JSONata conditions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from flowdsl.query.migration.moving import Moving, NotMovable
from flowdsl.query.migration.paths import path_value
from flowdsl.query.migration.values import Literal, Value, kind_of, operand
from flowdsl.query.timestamps import instant

Json = Any

_SIGNS: Final = {"Equals": "=", "LessThanEquals": "<=", "GreaterThanEquals": ">=", "LessThan": "<", "GreaterThan": ">"}
_KINDS: Final = {"String": "string", "Numeric": "number", "Boolean": "boolean"}
_TIMESTAMP: Final = r"/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/"

DEEPEST: Final = 100


def condition(rule: Json, moving: Moving, depth: int = 0) -> str:
    """A rule's condition as a JSONata expression that gives a boolean; raises NotMovable and ExpressionSyntaxError."""
    if not isinstance(rule, dict):
        raise NotMovable("a Choice rule is no object")
    if depth > DEEPEST:
        raise NotMovable(f"And, Or and Not are nested more than {DEEPEST} deep")
    for name, word in (("And", "and"), ("Or", "or")):
        if name in rule:
            parts = [_part(inner, word, moving, depth + 1) for inner in rule[name]]
            return f" {word} ".join(parts)
    if "Not" in rule:
        return f"$not({condition(rule['Not'], moving, depth + 1)})"
    names = [name for name in rule if name in _TESTS or name.removesuffix("Path") in _COMPARISONS]
    if len(names) != 1 or not isinstance(rule.get("Variable"), str):
        raise NotMovable("a Choice rule has not exactly one operator and a Variable")
    (name,) = names
    value = path_value(rule["Variable"], moving)
    if name in _TESTS:
        return _TESTS[name](value, rule[name])
    return _compared(name, value, rule[name], moving)


def _part(rule: Json, word: str, moving: Moving, depth: int) -> str:
    """A rule beside others: in parentheses where it is made of and, or."""
    text = condition(rule, moving, depth)
    own = [k for k in ("And", "Or") if isinstance(rule, dict) and k in rule]
    if own:
        return text if own == [word.capitalize()] else f"({text})"
    return f"({text})" if " and " in text and word == "or" else text


def _compared(name: str, value: Value, given: Json, moving: Moving) -> str:
    by_path = name.endswith("Path")
    family, sign = _COMPARISONS[name.removesuffix("Path")]
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
            at = instant(side.value) if isinstance(side.value, str) else None
            if at is None:
                raise NotMovable(f"{side.value!r} is no timestamp, the rule never holds")
            if at % 1_000_000:
                raise NotMovable("a timestamp with more than milliseconds")
            spelled = re.search(r"T\d\d:\d\d:\d\d", side.value)
            sides.append(f"$toMillis({json.dumps(side.value)})" if spelled else str(at // 1_000_000))
        else:
            tests.append(_is_timestamp(operand(side)))
            sides.append(f"$toMillis({operand(side)})")
    return " and ".join([*tests, f"{sides[0]} {sign} {sides[1]}"])


def _is_timestamp(text: str) -> str:
    return f'$type({text}) = "string" and $contains({text}, {_TIMESTAMP})'


def _typed(kind: str) -> Callable[[Value, Json], str]:
    return lambda value, wanted: f'$type({operand(value)}) {"=" if wanted else "!="} "{kind}"'


def _timestamp_test(value: Value, wanted: Json) -> str:
    text = _is_timestamp(operand(value))
    return text if wanted else f"$not({text})"


def _present(value: Value, wanted: Json) -> str:
    text = f"$exists({operand(value)})"
    return text if wanted else f"$not({text})"


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
    "IsPresent": _present,
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
