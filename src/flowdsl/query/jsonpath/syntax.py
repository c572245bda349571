"""Paths of JSONPath states, parsed: AWS's dialect of Jayway JsonPath, with `$$` (context) and `$name` (variables)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flowdsl.query.base import Env, ExpressionSyntaxError
from flowdsl.query.jsonpath.filter_tests import compile_test
from flowdsl.query.jsonpath.filters import parse_filter
from flowdsl.query.jsonpath.scanner import Scanner
from flowdsl.query.jsonpath.steps import (
    Descend,
    Filter,
    Index,
    Indexes,
    Name,
    Names,
    Slice,
    Step,
    Wildcard,
    definite,
)

Json = Any

_DOTTED = re.compile(r"(?:\$\{[^{}]*\}|[^.\[\](){}\s,'\"?*])+(?:\(\))?")
"""A name after a dot. It may hold a placeholder `${...}`; AWS knows no functions, `length()` is a name there (published
failures of executions)."""
_DOTTED_IN_FILTER = re.compile(r"(?:\$\{[^{}]*\}|[^.\[\](){}\s,'\"@?*:|=<>!&$/\\])+(?:\(\))?")


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path. `str()` gives its text as written."""

    text: str
    root: str
    """"input", "context", or a variable's name behind `variable`."""
    variable: str | None
    """The variable's name when the path begins with `$name`, else None."""
    steps: tuple[Step, ...]

    @property
    def definite(self) -> bool:
        """Whether the path leads to one value; an indefinite one gives an array, and [] for nothing."""
        return definite(self.steps)

    @property
    def is_reference(self) -> bool:
        """Whether it may stand where a Reference Path must: names and indexes only, no function."""
        return not self.functions and self.is_plain

    @property
    def is_plain(self) -> bool:
        """Whether it is made of names and indexes only."""
        return all(isinstance(step, (Name, Index)) for step in self.steps)

    @property
    def functions(self) -> tuple[str, ...]:
        """Names that look like a call of one of JSONPath's functions, `length()`, which AWS does not have."""
        return tuple(step.name for step in self.steps if isinstance(step, Name) and step.name.endswith("()"))

    @property
    def names(self) -> tuple[str | int, ...]:
        """The steps of a reference path as plain keys and indexes."""
        return tuple(
            step.name if isinstance(step, Name) else step.index
            for step in self.steps
            if isinstance(step, (Name, Index))
        )

    def evaluate(self, env: Env) -> Json:
        """The path's value; raises ExpressionError with the text of a payload template."""
        from flowdsl.query.jsonpath.evaluate import reader  # evaluate imports this module

        return reader(self, self.text, "template")(env)

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=4096)
def parse_path(text: str) -> Path:
    """A path from its text; raises ExpressionSyntaxError."""
    s = Scanner(text, 0, len(text.rstrip()))
    if not s.take("$"):
        raise s.error("a path begins with '$'")
    variable: str | None = None
    root = "input"
    if s.take("$"):
        root = "context"
    elif s.char and s.char not in ".[":
        start = s.at
        while s.char and (s.text[start : s.at + 1]).isidentifier():
            s.at += 1
        variable = s.text[start : s.at]
        if not variable:
            raise s.error("expected '.' or '[' or a variable's name after '$'")
        root = "variable"
    steps = steps_of(s)
    if s.at < s.end:
        raise s.error(f"expected '.' or '[', found {s.char!r}")
    return Path(text, root, variable, steps)


def steps_of(s: Scanner) -> tuple[Step, ...]:
    """The steps that stand here, up to the first character that can be none."""
    steps: list[Step] = []
    while s.char and s.char in ".[":
        if s.take(".."):
            if not s.char:
                raise s.error("a path must not end with '..'")
            steps.append(Descend())
            steps.append(_bracket(s) if s.char == "[" else _dotted(s))
        elif s.take("."):
            if not s.char:
                raise s.error("a path must not end with '.'")
            steps.append(_bracket(s) if s.char == "[" else _dotted(s))
        else:
            steps.append(_bracket(s))
    return tuple(steps)


def _dotted(s: Scanner) -> Step:
    if s.take("*"):
        return Wildcard(dotted=True)
    name = s.pattern(_DOTTED_IN_FILTER if s.depth else _DOTTED)
    if name is None:
        if s.char == ".":
            raise s.error("one dot too many")
        raise s.error(
            f"expected a name, found {s.char!r}; names with other characters than letters, digits and _ are written ['...']"
        )
    return Name(name)


def _bracket(s: Scanner) -> Step:
    start = s.at
    s.need("[")
    s.nest()
    s.blanks()
    step = _inside(s, start)
    s.blanks()
    s.need("]")
    s.depth -= 1
    return step


def _inside(s: Scanner, start: int) -> Step:
    if s.take("*"):
        return Wildcard()
    if s.char and s.char in "'\"":
        names = [s.quoted()]
        s.blanks()
        while s.take(","):
            s.blanks()
            names.append(s.quoted())
            s.blanks()
        return Name(names[0]) if len(names) == 1 else Names(tuple(names))
    if s.take("?"):
        s.blanks()
        s.need("(")
        begin = s.at
        condition = parse_filter(s, steps_of)
        s.blanks()
        text = s.text[begin : s.at].strip()
        s.need(")")
        try:
            return Filter(text, condition, compile_test(condition))
        except ValueError as error:
            raise s.error(f"not a regular expression: {error}", begin) from None
    return _numbers(s, start)


def _numbers(s: Scanner, start: int) -> Step:
    numbers: list[int | None] = [s.integer()]
    s.blanks()
    if s.char == ":":
        while s.take(":"):
            s.blanks()
            numbers.append(s.integer())
            s.blanks()
        if len(numbers) > 3:
            raise s.error("a slice is [start:end]", start)
        return Slice(*numbers)
    while s.take(","):
        s.blanks()
        numbers.append(s.integer())
        s.blanks()
    if None in numbers:
        raise s.error("expected an index, a quoted name, *, a slice or ?(...)", start + 1)
    indexes = tuple(n for n in numbers if n is not None)
    return Index(indexes[0]) if len(indexes) == 1 else Indexes(indexes)


def is_reference_path(text: str) -> bool:
    """Whether a text is a legal Reference Path (variables and context included)."""
    try:
        return parse_path(text).is_reference
    except ExpressionSyntaxError:
        return False
