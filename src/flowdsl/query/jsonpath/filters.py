"""Filters of a path, `[?(@.price < 10 && @.name =~ /a.*/i)]`, compiled to a test. Comparison is Jayway's."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from flowdsl.query.base import Value
from flowdsl.query.jsonpath.steps import NotFound, Step, definite, walk

if TYPE_CHECKING:
    from flowdsl.query.jsonpath.scanner import Scanner

Json = Any
Test = Callable[[Json, Json], bool]
Operand = Callable[[Json, Json], Json]
ParsePath = Callable[["Scanner"], tuple[Step, ...]]


class _Missing:
    """What a path in a filter gives when it leads nowhere."""


MISSING: Final = _Missing()

SECONDS: Final = 1.0
"""How long one regular expression may work on one text."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?(?![\w.-])")
_WORD = re.compile(r"[A-Za-z_]+")
_BARE = re.compile(r"[^\s()\[\]{}'\",=<>!&|@$/]+")
"""A text without quotes, `[?(@.Type == TOTAL)]`: AWS takes it, as published definitions show."""
_WORDS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None}


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

_SIGNS = tuple(o for o in OPERATORS if not o[0].isalpha())


def parse_filter(scanner: Scanner, path: ParsePath) -> Test:
    """The test of a filter; the scanner stands after `?(` and is left before the closing `)`."""
    return _alternatives(scanner, path)


def _alternatives(s: Scanner, path: ParsePath) -> Test:
    tests = [_conjunction(s, path)]
    while s.take_after_blanks("||"):
        tests.append(_conjunction(s, path))
    if len(tests) == 1:
        return tests[0]
    return lambda item, root: any(test(item, root) for test in tests)


def _conjunction(s: Scanner, path: ParsePath) -> Test:
    tests = [_term(s, path)]
    while s.take_after_blanks("&&"):
        tests.append(_term(s, path))
    if len(tests) == 1:
        return tests[0]
    return lambda item, root: all(test(item, root) for test in tests)


def _term(s: Scanner, path: ParsePath) -> Test:
    s.blanks()
    if s.char == "!" and not s.text.startswith("!=", s.at):
        s.at += 1
        s.nest()
        inner = _term(s, path)
        s.depth -= 1
        return lambda item, root: not inner(item, root)
    if s.take("("):
        s.nest()
        inner = _alternatives(s, path)
        s.blanks()
        s.need(")")
        s.depth -= 1
        return inner
    return _comparison(s, path)


def _comparison(s: Scanner, path: ParsePath) -> Test:
    start = s.at
    left, is_path = _operand(s, path)
    s.blanks()
    if s.take("=~"):
        s.blanks()
        return _matcher(s, left)
    sign = next((o for o in _SIGNS if s.take(o)), None)
    if sign is None:
        before = s.at
        word = s.pattern(_WORD)
        sign = word.lower() if word and word.lower() in OPERATORS else None
        if word and sign is None:
            raise s.error(f"unknown filter operator {word!r}", before)
    if sign is None:
        if not is_path:
            raise s.error("expected a comparison", start)
        return lambda item, root: left(item, root) is not MISSING
    right, _ = _operand(s, path)
    compare = OPERATORS[sign]
    return lambda item, root: compare(left(item, root), right(item, root))


def _operand(s: Scanner, path: ParsePath) -> tuple[Operand, bool]:
    s.blanks()
    char = s.char
    if char in ("@", "$") and char:
        s.at += 1
        return _reader(path(s), char == "$"), True
    value = _literal(s)
    return (lambda item, root: value), False


def _reader(steps: tuple[Step, ...], absolute: bool) -> Operand:
    single = definite(steps)

    def read_operand(item: Json, root: Json) -> Json:
        try:
            value = walk(steps, root if absolute else item)
        except NotFound:
            return MISSING
        return MISSING if not single and value == [] else value

    return read_operand


def _literal(s: Scanner) -> Json:
    char = s.char
    if char and char in "'\"":
        return s.quoted()
    number = s.pattern(_NUMBER)
    if number is not None:
        return int(number) if number.lstrip("-").isdigit() else float(number)
    if char == "[":
        return _array(s)
    if char == "{":
        return _object(s)
    word = s.pattern(_BARE)
    if word is None:
        raise s.error("expected a path, a text, a number, true, false, null or an array")
    return _WORDS.get(word, word)


def _array(s: Scanner) -> list[Json]:
    s.need("[")
    s.nest()
    out: list[Json] = []
    s.blanks()
    while not s.take("]"):
        if out:
            s.need(",")
            s.blanks()
        out.append(_literal(s))
        s.blanks()
    s.depth -= 1
    return out


def _object(s: Scanner) -> dict[str, Json]:
    s.need("{")
    s.nest()
    out: dict[str, Json] = {}
    s.blanks()
    while not s.take("}"):
        if out:
            s.need(",")
            s.blanks()
        name = s.quoted()
        s.blanks()
        s.need(":")
        s.blanks()
        out[name] = _literal(s)
        s.blanks()
    s.depth -= 1
    return out


def _matcher(s: Scanner, left: Operand) -> Test:
    start = s.at
    s.need("/")
    source: list[str] = []
    while s.char != "/":
        if not s.char:
            raise s.error("the regular expression is never closed", start)
        if s.char == "\\" and s.text[s.at + 1 : s.at + 2] == "/":
            s.at += 1
        elif s.char == "\\":
            source.append(s.char)
            s.at += 1
        source.append(s.char)
        s.at += 1
    s.at += 1
    flags = s.pattern(re.compile("[a-zA-Z]*")) or ""

    import regex  # type: ignore[import-untyped] # for its time limit: `re` cannot be stopped

    try:
        compiled = regex.compile("".join(source), regex.V0 | sum({regex_flag(f) for f in flags}))
    except (regex.error, KeyError, OverflowError, RecursionError) as error:
        raise s.error(f"not a regular expression: {error}", start) from None

    def test(item: Json, root: Json) -> bool:
        value = left(item, root)
        if type(value) in (int, float):
            value = _text(value)
        if not isinstance(value, str):
            return False
        return compiled.fullmatch(value, timeout=SECONDS) is not None

    return test


def regex_flag(letter: str) -> int:
    """A flag after the closing `/`, as Java names them."""
    import regex

    return int({"i": regex.I, "m": regex.M, "s": regex.S, "x": regex.X, "u": 0, "d": 0, "U": 0}[letter])
