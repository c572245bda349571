"""JSONata texts as trees, for looking at, never for evaluating: what an expression reads, calls and makes.

The grammar is that of JSONata 2.0.6, which AWS uses. Whether AWS takes a text is for the query room to say: a text that
does not parse gives None here, and analyses then know nothing about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal

Kind = Literal[
    "string",
    "number",
    "constant",
    "regex",
    "variable",
    "field",
    "wildcard",
    "descendants",
    "parent",
    "step",
    "filter",
    "keep",
    "group",
    "array",
    "range",
    "object",
    "call",
    "partial",
    "placeholder",
    "lambda",
    "block",
    "bind",
    "choose",
    "apply",
    "sort",
    "transform",
    "focus",
    "index",
    "negate",
    "operator",
]


class Node:
    """One node. What `value` and `parts` hold goes by the kind: a call's parts are the callee and its arguments, a
    step's the two sides of the dot, an object's its keys and values by turns."""

    __slots__ = ("at", "kind", "parts", "value")

    def __init__(self, kind: Kind, value: Any = None, parts: tuple[Node, ...] = (), at: int = 0) -> None:
        self.kind: Kind = kind
        self.value = value
        self.parts = parts
        self.at = at
        """Characters before it in the text."""

    def __repr__(self) -> str:
        inner = ", ".join(map(repr, self.parts))
        return f"{self.kind}({'' if self.value is None else repr(self.value)}{', ' if inner and self.value is not None else ''}{inner})"

    def walk(self) -> Iterator[Node]:
        """Itself and every node below, an outer one first."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.parts))


_OPERATORS = r".[]{}(),@#;:?+\-*/%|=<>^&!~"
_NAME = rf"[^\s{re.escape(_OPERATORS)}\"'`$][^\s{re.escape(_OPERATORS)}\"'`]*"
_TOKEN = re.compile(
    rf"""
    (?P<blank>\s+|/\*.*?\*/)
  | (?P<number>(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?)
  | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<variable>\$[^\s{re.escape(_OPERATORS)}"'`$]*\$?)
  | (?P<quoted>`[^`]*`)
  | (?P<name>{_NAME})
  | (?P<operator>\.\.|:=|!=|<=|>=|\*\*|~>|[{re.escape(_OPERATORS)}])
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n])+)/([im]*)")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_PLAIN_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

_POWER = {
    "[": 80,
    "(": 80,
    "@": 80,
    "#": 80,
    ".": 75,
    "{": 70,
    "*": 60,
    "/": 60,
    "%": 60,
    "+": 50,
    "-": 50,
    "&": 50,
    "=": 40,
    "!=": 40,
    "<": 40,
    "<=": 40,
    ">": 40,
    ">=": 40,
    "~>": 40,
    "in": 40,
    "^": 40,
    "and": 30,
    "or": 25,
    "..": 20,
    "?": 20,
    ":=": 10,
}
_BINARY = frozenset({"*", "/", "%", "+", "-", "&", "=", "!=", "<", "<=", ">", ">=", "in", "and", "or"})

Token = tuple[str, str, int]
"""(kind, text, offset)"""


class _Unparsable(Exception):
    """The text is no JSONata, as far as this parser can tell."""


@lru_cache(maxsize=16384)
def parse(text: str) -> Node | None:
    """The tree of an expression (what stands between `{%` and `%}`); None when it does not parse."""
    try:
        parser = _Parser(text)
        tree = parser.expression(0)
        return tree if parser.token is None else None
    except (_Unparsable, RecursionError):
        return None


def expression_of(value: object) -> str | None:
    """The text between the marks of a JSONata field; None for any other value, which is literal."""
    if isinstance(value, str) and value.startswith("{%") and value.endswith("%}") and len(value) >= 4:
        return value[2:-2]
    return None


class _Parser:
    """Top-down operator precedence, one token of look-ahead. Tokens are cut as they are needed: whether `/` opens a regular
    expression depends on what stands before it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.offset = 0
        self.token: Token | None = None
        self.advance(prefix=True)

    def advance(self, *, prefix: bool = False) -> None:
        """To the next token; `prefix` says that an operand is due."""
        text, offset = self.text, self.offset
        while offset < len(text):
            if prefix and text[offset] == "/" and not text.startswith("/*", offset):
                match = _REGEX.match(text, offset)
                if match is None:
                    raise _Unparsable
                self.token = ("regex", match.group(), offset)
                self.offset = match.end()
                return
            match = _TOKEN.match(text, offset)
            if match is None:
                raise _Unparsable
            kind = match.lastgroup or ""
            if kind != "blank":
                self.token = (kind, match.group(), offset)
                self.offset = match.end()
                return
            offset = match.end()
        self.offset = offset
        self.token = None

    def is_at(self, operator: str) -> bool:
        token = self.token
        return token is not None and token[1] == operator and token[0] == "operator"

    def expect(self, operator: str, *, prefix: bool = False) -> None:
        if not self.is_at(operator):
            raise _Unparsable
        self.advance(prefix=prefix)

    def expression(self, power: int) -> Node:
        left = self.operand()
        while (token := self.token) is not None:
            operator = token[1]
            if token[0] == "name":
                if operator not in ("and", "or", "in"):
                    raise _Unparsable
            elif token[0] != "operator":
                raise _Unparsable
            binding = _POWER.get(operator, 0)
            if binding <= power:
                return left
            left = self.infix(left, operator, binding, token[2])
        return left

    def operand(self) -> Node:
        token = self.token
        if token is None:
            raise _Unparsable
        kind, text, at = token
        if kind == "operator":
            return self.prefix(text, at)
        self.advance()
        if kind == "variable":
            return Node("variable", text[1:], at=at)
        if kind == "number":
            value = float(text)
            return Node("number", int(value) if value.is_integer() and abs(value) < 2**53 else value, at=at)
        if kind == "string":
            return Node("string", _ESCAPE.sub(_unescape, text[1:-1]), at=at)
        if kind == "quoted":
            return Node("field", text[1:-1], at=at)
        if kind == "regex":
            return Node("regex", text, at=at)
        if text in ("true", "false", "null"):
            return Node("constant", {"true": True, "false": False, "null": None}[text], at=at)
        return Node("field", text, at=at)

    def prefix(self, operator: str, at: int) -> Node:
        self.advance(prefix=operator != ")")
        if operator == "-":
            return Node("negate", None, (self.expression(70),), at)
        if operator == "(":
            parts: list[Node] = []
            while not self.is_at(")"):
                parts.append(self.expression(0))
                if not self.is_at(";"):
                    break
                self.advance(prefix=True)
            self.expect(")")
            return Node("block", None, tuple(parts), at)
        if operator == "[":
            return Node("array", None, tuple(self.items("]")), at)
        if operator == "{":
            return Node("object", None, self.pairs(), at)
        if operator == "*":
            self._unprefix()
            return Node("wildcard", at=at)
        if operator == "**":
            self._unprefix()
            return Node("descendants", at=at)
        if operator == "%":
            self._unprefix()
            return Node("parent", at=at)
        if operator == "|":
            pattern = self.expression(0)
            self.expect("|", prefix=True)
            update = self.expression(0)
            parts = [pattern, update]
            if self.is_at(","):
                self.advance(prefix=True)
                parts.append(self.expression(0))
            self.expect("|")
            return Node("transform", None, tuple(parts), at)
        raise _Unparsable

    def _unprefix(self) -> None:
        # `*` was an operand: what follows is an operator, so a slash there divides.
        if self.token is not None and self.token[0] == "regex":
            self.offset = self.token[2]
            self.advance()

    def items(self, close: str) -> Iterator[Node]:
        if not self.is_at(close):
            while True:
                item = self.expression(20)
                if self.is_at(".."):
                    at = self.offset
                    self.advance(prefix=True)
                    item = Node("range", None, (item, self.expression(20)), at)
                elif self.is_at("?") or self.is_at(":="):
                    item = self.continued(item)
                yield item
                if not self.is_at(","):
                    break
                self.advance(prefix=True)
        self.expect(close)

    def continued(self, left: Node) -> Node:
        """An operand that a weaker operator than `..` goes on from."""
        while self.token is not None and (self.is_at("?") or self.is_at(":=")):
            _, operator, at = self.token
            left = self.infix(left, operator, _POWER[operator], at)
        return left

    def pairs(self) -> tuple[Node, ...]:
        parts: list[Node] = []
        if not self.is_at("}"):
            while True:
                parts.append(self.expression(0))
                self.expect(":", prefix=True)
                parts.append(self.expression(0))
                if not self.is_at(","):
                    break
                self.advance(prefix=True)
        self.expect("}")
        return tuple(parts)

    def infix(self, left: Node, operator: str, power: int, at: int) -> Node:
        self.advance(prefix=True)
        if operator in _BINARY:
            return Node("operator", operator, (left, self.expression(power)), at)
        if operator == ".":
            return Node("step", None, (left, self.expression(power)), at)
        if operator == "[":
            if self.is_at("]"):
                self.advance()
                return Node("keep", None, (left,), at)
            inner = self.expression(0)
            self.expect("]")
            return Node("filter", None, (left, inner), at)
        if operator == "(":
            return self.call(left, at)
        if operator == "{":
            return Node("group", None, (left, *self.pairs()), at)
        if operator == "?":
            yes = self.expression(0)
            if not self.is_at(":"):
                return Node("choose", None, (left, yes), at)
            self.advance(prefix=True)
            return Node("choose", None, (left, yes, self.expression(0)), at)
        if operator == ":=":
            if left.kind != "variable":
                raise _Unparsable
            return Node("bind", left.value, (self.expression(power - 1),), at)
        if operator == "~>":
            return Node("apply", None, (left, self.expression(power)), at)
        if operator == "^":
            return self.sort(left, at)
        if operator in ("@", "#"):
            token = self.token
            if token is None or token[0] != "variable":
                raise _Unparsable
            self.advance()
            return Node("focus" if operator == "@" else "index", token[1][1:], (left,), at)
        raise _Unparsable

    def sort(self, left: Node, at: int) -> Node:
        self.expect("(", prefix=True)
        terms: list[Node] = []
        while True:
            if self.is_at("<") or self.is_at(">"):
                self.advance(prefix=True)
            terms.append(self.expression(0))
            if not self.is_at(","):
                break
            self.advance(prefix=True)
        self.expect(")")
        return Node("sort", None, (left, *terms), at)

    def call(self, callee: Node, at: int) -> Node:
        arguments: list[Node] = []
        partial = False
        if not self.is_at(")"):
            while True:
                if self.is_at("?"):
                    arguments.append(Node("placeholder", at=self.offset))
                    partial = True
                    self.advance()
                else:
                    arguments.append(self.expression(0))
                if not self.is_at(","):
                    break
                self.advance(prefix=True)
        self.expect(")")
        if callee.kind == "field" and callee.value in ("function", "λ"):
            return self.function(arguments, at)
        return Node("partial" if partial else "call", None, (callee, *arguments), at)

    def function(self, parameters: list[Node], at: int) -> Node:
        if any(parameter.kind != "variable" for parameter in parameters):
            raise _Unparsable
        if self.is_at("<"):
            depth = 0
            while self.token is not None:
                depth += {"<": 1, ">": -1}.get(self.token[1], 0)
                self.advance()
                if depth == 0:
                    break
        self.expect("{", prefix=True)
        body = self.expression(0)
        self.expect("}")
        return Node("lambda", tuple(parameter.value for parameter in parameters), (body,), at)


def _unescape(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return _PLAIN_ESCAPES.get(match[2], match[2])
