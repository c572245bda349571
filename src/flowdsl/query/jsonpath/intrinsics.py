"""Intrinsic function calls, `States.Format('{}', $.x)`: parsed and compiled. What each function does is in functions.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from flowdsl.query.base import Env, Evaluate, ExpressionError, ExpressionSyntaxError
from flowdsl.query.jsonpath.evaluate import ARGUMENT, RUNTIME, reader
from flowdsl.query.jsonpath.format import Formatted, format_pieces, unescape
from flowdsl.query.jsonpath.functions import ARITY, FUNCTIONS, Invalid
from flowdsl.query.jsonpath.scanner import Scanner
from flowdsl.query.jsonpath.syntax import Path, parse_path

Json = Any

MOST_NESTED: Final = 10
"""Intrinsics within one another in one field (documented)."""

_NAME = re.compile(r"States\.[A-Za-z0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_ESCAPABLE = "'{}\\"


@dataclass(frozen=True, slots=True)
class Literal:
    """A text, number, true, false or null. `raw` is a text's source between its quotes."""

    value: Json
    raw: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class PathArgument:
    """A path, variable or context path."""

    path: Path
    position: int = 0


@dataclass(frozen=True, slots=True)
class Intrinsic:
    """A call: `name` with its `States.`."""

    name: str
    arguments: tuple[Literal | PathArgument | Intrinsic, ...]
    position: int = 0

    def paths(self) -> Iterator[Path]:
        """Every path it reads, nested calls included, in the order of reading."""
        for argument in self.arguments:
            if isinstance(argument, PathArgument):
                yield argument.path
            elif isinstance(argument, Intrinsic):
                yield from argument.paths()


@lru_cache(maxsize=4096)
def parse_intrinsic(text: str) -> Intrinsic:
    """An intrinsic call from its text; raises ExpressionSyntaxError."""
    s = Scanner(text)
    s.blanks()
    call = _call(s, 1)
    s.blanks()
    if s.at < s.end:
        raise s.error(f"expected the end after the call, found {s.char!r}")
    return call


def _call(s: Scanner, depth: int) -> Intrinsic:
    start = s.at
    name = s.pattern(_NAME)
    if name is None:
        raise s.error("expected a path or an intrinsic function call")
    if name not in FUNCTIONS:
        raise s.error(f"there is no intrinsic function {name}", start)
    if depth > MOST_NESTED:
        raise s.error(f"more than {MOST_NESTED} intrinsic functions are nested", start)
    s.blanks()
    s.need("(")
    arguments: list[Literal | PathArgument | Intrinsic] = []
    s.blanks()
    while not s.take(")"):
        if arguments:
            s.need(",")
            s.blanks()
        arguments.append(_argument(s, depth))
        s.blanks()
    least, most = ARITY[name]
    if not least <= len(arguments) <= most:
        wanted = str(least) if least == most else f"at least {least}" if most > 1000 else f"{least} to {most}"
        raise s.error(f"{name} takes {wanted} argument{'' if wanted == '1' else 's'}, not {len(arguments)}", start)
    return Intrinsic(name, tuple(arguments), start)


def _argument(s: Scanner, depth: int) -> Literal | PathArgument | Intrinsic:
    start = s.at
    if s.char == "'":
        return _text(s)
    if s.char == "$":
        return _path(s)
    if s.char == "S":
        return _call(s, depth + 1)
    number = s.pattern(_NUMBER)
    if number is not None:
        return Literal(int(number) if number.lstrip("-").isdigit() else float(number), None, start)
    for word, value in (("true", True), ("false", False), ("null", None)):
        if s.take(word):
            return Literal(value, None, start)
    raise s.error("expected a text in single quotes, a number, true, false, null, a path or an intrinsic function call")


def _text(s: Scanner) -> Literal:
    start = s.at
    s.at += 1
    begin = s.at
    while s.char != "'":
        if not s.char:
            raise s.error("the ' is never closed", start)
        if s.char == "\\":
            s.at += 1
            if s.char not in _ESCAPABLE or not s.char:
                raise s.error("a backslash may stand before ', {, } and another backslash only", s.at - 1)
        s.at += 1
    raw = s.text[begin : s.at]
    s.at += 1
    return Literal(unescape(raw), raw, start)


def _path(s: Scanner) -> PathArgument:
    """A path ends at the comma or bracket that is not its own."""
    start = s.at
    depth = 0
    quote = ""
    while s.char:
        char = s.char
        if quote:
            if char == "\\":
                s.at += 1
            elif char == quote:
                quote = ""
        elif char in "'\"" and depth:
            quote = char
        elif char in "[(":
            depth += 1
        elif char in "])":
            if depth == 0:
                break
            depth -= 1
        elif char == "," and depth == 0:
            break
        s.at += 1
    text = s.text[start : min(s.at, s.end)]
    try:
        return PathArgument(parse_path(text.rstrip()), start)
    except ExpressionSyntaxError as error:
        raise ExpressionSyntaxError(error.message, start + (error.position or 0)) from None


def compile_intrinsic(text: str, field: str) -> Evaluate:
    """An intrinsic call as a closure; raises ExpressionSyntaxError.

    Failing, it gives States.Runtime, with the whole call as it is written in the cause (measured).
    """
    run = _compile(parse_intrinsic(text))

    def evaluate(env: Env) -> Json:
        try:
            return run(env)
        except ExpressionError as failed:
            cause = f"The function '{text}' had the following error: {failed.cause}"
            raise ExpressionError(RUNTIME, cause, field) from None

    return evaluate


def _compile(call: Intrinsic) -> Evaluate:
    name, function = call.name, FUNCTIONS[call.name]
    makers = [_compile_argument(argument) for argument in call.arguments]
    if name == "States.Format":
        head = call.arguments[0]
        if isinstance(head, Literal) and head.raw is not None:
            pieces = Formatted(format_pieces(head.raw))
            makers[0] = lambda env: pieces

    def failed(invalid: Invalid) -> ExpressionError:
        return ExpressionError(RUNTIME, f"Invalid arguments in {name}{invalid.more}")

    if len(makers) == 1:
        (only,) = makers

        def one(env: Env) -> Json:
            try:
                return function(env, only(env))
            except Invalid as invalid:
                raise failed(invalid) from None

        return one
    if len(makers) == 2:
        first, second = makers

        def two(env: Env) -> Json:
            try:
                return function(env, first(env), second(env))
            except Invalid as invalid:
                raise failed(invalid) from None

        return two

    def many(env: Env) -> Json:
        try:
            return function(env, *[make(env) for make in makers])
        except Invalid as invalid:
            raise failed(invalid) from None

    return many


def _compile_argument(argument: Literal | PathArgument | Intrinsic) -> Evaluate:
    if isinstance(argument, Literal):
        value = argument.value
        return lambda env: value
    if isinstance(argument, PathArgument):
        return reader(argument.path, argument.path.text, ARGUMENT)
    return _compile(argument)
