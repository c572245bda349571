"""Filters of a path, `[?(@.price < 10 && @.name =~ /a.*/i)]`, parsed to conditions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from flowdsl.query.jsonpath.conditions import (
    Compares,
    Condition,
    Constant,
    Every,
    Exists,
    Inverse,
    Matches,
    Operand,
    Place,
    Some,
)
from flowdsl.query.jsonpath.filter_tests import OPERATORS

if TYPE_CHECKING:
    from flowdsl.query.jsonpath.scanner import Scanner
    from flowdsl.query.jsonpath.steps import Step

Json = Any
ParsePath = Callable[["Scanner"], tuple["Step", ...]]

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?(?![\w.-])")
_WORD = re.compile(r"[A-Za-z_]+")
_FLAGS = re.compile(r"[a-zA-Z]*")
_BARE = re.compile(r"[^\s()\[\]{}'\",=<>!&|@$/]+")
"""A text without quotes, `[?(@.Type == TOTAL)]`: AWS takes it, as published definitions show."""
_WORDS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None}
_SIGNS = tuple(o for o in OPERATORS if not o[0].isalpha())


def parse_filter(scanner: Scanner, path: ParsePath) -> Condition:
    """The condition of a filter; the scanner stands after `?(` and is left before the closing `)`."""
    parts = [_conjunction(scanner, path)]
    while scanner.take_after_blanks("||"):
        parts.append(_conjunction(scanner, path))
    return parts[0] if len(parts) == 1 else Some(tuple(parts))


def _conjunction(s: Scanner, path: ParsePath) -> Condition:
    parts = [_term(s, path)]
    while s.take_after_blanks("&&"):
        parts.append(_term(s, path))
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _term(s: Scanner, path: ParsePath) -> Condition:
    s.blanks()
    if s.char == "!" and not s.text.startswith("!=", s.at):
        s.at += 1
        s.nest()
        inner = _term(s, path)
        s.depth -= 1
        return Inverse(inner)
    if s.take("("):
        s.nest()
        inner = parse_filter(s, path)
        s.blanks()
        s.need(")")
        s.depth -= 1
        return inner
    return _comparison(s, path)


def _comparison(s: Scanner, path: ParsePath) -> Condition:
    start = s.at
    left = _operand(s, path)
    s.blanks()
    if s.take("=~"):
        s.blanks()
        return _matches(s, left)
    sign = next((o for o in _SIGNS if s.take(o)), None)
    if sign is None:
        before = s.at
        word = s.pattern(_WORD)
        sign = word.lower() if word and word.lower() in OPERATORS else None
        if word and sign is None:
            raise s.error(f"unknown filter operator {word!r}", before)
    if sign is None:
        if not isinstance(left, Place):
            raise s.error("expected a comparison", start)
        return Exists(left)
    return Compares(left, sign, _operand(s, path))


def _operand(s: Scanner, path: ParsePath) -> Operand:
    s.blanks()
    char = s.char
    if char in ("@", "$") and char:
        s.at += 1
        return Place(path(s), char == "$")
    return Constant(_literal(s))


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


def _matches(s: Scanner, left: Operand) -> Condition:
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
    return Matches(left, "".join(source), s.pattern(_FLAGS) or "")
