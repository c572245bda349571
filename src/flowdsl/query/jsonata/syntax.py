"""JSONata 2.0.6 parsed, with the reference's error messages. For analysis alone: a library evaluates."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from flowdsl.query.jsonata import nodes as n
from flowdsl.query.jsonata.tokens import Lexer, SyntaxFault, Token, shown

DEEPEST: Final = 200
"""Levels of nesting; AWS's engine overflows its stack about there (measured: some 200 chained `+`)."""

_POWERS: Final[dict[str, int]] = {
    ".": 75,
    "[": 80,
    "{": 70,
    "(": 80,
    "@": 80,
    "#": 80,
    "?": 20,
    "+": 50,
    "-": 50,
    "*": 60,
    "/": 60,
    "%": 60,
    "=": 40,
    "<": 40,
    ">": 40,
    "^": 40,
    ":=": 10,
    "!=": 40,
    "<=": 40,
    ">=": 40,
    "~>": 40,
    "and": 30,
    "or": 25,
    "in": 40,
    "&": 50,
}
"""How strongly an operator binds the operand on its left; every other token binds nothing."""


@lru_cache(maxsize=4096)
def parse(text: str) -> n.Node:
    """The tree of an expression (without its `{% %}`); raises SyntaxFault."""
    return _Parser(text).whole()


class _Parser:
    """Top-down operator precedence, as the reference does it, so that the first error is the same one."""

    def __init__(self, text: str) -> None:
        self.lexer = Lexer(text)
        self.last = 0
        """Where the token before this one ended."""
        self.depth = 0
        self.later: list[SyntaxFault] = []
        """Errors that the reference finds only once the whole text has been parsed."""
        self.token = self.lexer.next(False)

    def whole(self) -> n.Node:
        tree = self.expression(0)
        if self.token.kind != "end":
            raise SyntaxFault("S0201", f"Syntax error: {self.token.shown}", self.token.start)
        if self.later:
            raise self.later[0]
        return tree

    def advance(self, need: str | None = None, infix: bool = False) -> Token:
        """Passes over the token here (`need`: which must be that operator) and gives it."""
        token = self.token
        if need is not None and not self.here(need):
            if token.kind == "end":
                raise SyntaxFault("S0203", f"Expected {shown(need)} before end of expression", token.start)
            raise SyntaxFault("S0202", f"Expected {shown(need)}, got {token.shown}", token.start)
        self.last = token.end
        self.token = self.lexer.next(infix)
        return token

    def here(self, sign: str) -> bool:
        """Whether the token here is an operator."""
        return self.token.kind == "operator" and self.token.value == sign

    def expression(self, power: int) -> n.Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise SyntaxFault("", f"the expression is nested more than {DEEPEST} deep", self.token.start)
        token = self.advance(infix=True)
        left = self.prefix(token)
        while self.token.kind == "operator" and power < _POWERS.get(self.token.value, 0):
            token = self.advance()
            left = _INFIX.get(token.value, _binary)(self, left, token)
        self.depth -= 1
        return left

    def prefix(self, token: Token) -> n.Node:
        start, end, value = token.start, token.end, token.value
        if token.kind == "name":
            return n.Name(start, end, value)
        if token.kind == "variable":
            return n.Variable(start, end, value)
        if token.kind in ("string", "number", "value"):
            return n.Literal(start, end, value)
        if token.kind == "regex":
            return n.Regex(start, end, *value)
        if token.kind == "end":
            self.later.append(SyntaxFault("S0207", "Unexpected end of expression", start))
            return n.End(start, end)
        if value in ("and", "or", "in"):
            return n.Name(start, end, value)
        if value in ("*", "**", "%"):
            return n.Wildcard(start, end, value)
        make = _PREFIX.get(value)
        if make is None:
            raise SyntaxFault("S0211", f"The symbol {token.shown} cannot be used as a unary operator", start)
        return make(self, token)

    def pairs(self) -> tuple[tuple[n.Node, n.Node], ...]:
        """`key: value, ...}` of an object or a grouping."""
        found: list[tuple[n.Node, n.Node]] = []
        if not self.here("}"):
            while True:
                key = self.expression(0)
                self.advance(":")
                found.append((key, self.expression(0)))
                if not self.here(","):
                    break
                self.advance(",")
        self.advance("}", infix=True)
        return tuple(found)


def _negate(p: _Parser, token: Token) -> n.Node:
    operand = p.expression(70)
    if (
        isinstance(operand, n.Literal)
        and isinstance(operand.value, (int, float))
        and not isinstance(operand.value, bool)
    ):
        return n.Literal(token.start, operand.end, -operand.value)
    return n.Negate(token.start, operand.end, operand)


def _block(p: _Parser, token: Token) -> n.Node:
    expressions: list[n.Node] = []
    while not p.here(")"):
        expressions.append(p.expression(0))
        if not p.here(";"):
            break
        p.advance(";")
    p.advance(")", infix=True)
    return n.Block(token.start, p.last, tuple(expressions))


def _array(p: _Parser, token: Token) -> n.Node:
    items: list[n.Node] = []
    if not p.here("]"):
        while True:
            item = p.expression(0)
            if p.here(".."):
                p.advance("..")
                right = p.expression(0)
                item = n.Binary(item.start, right.end, "..", item, right)
            items.append(item)
            if not p.here(","):
                break
            p.advance(",")
    p.advance("]", infix=True)
    return n.Array(token.start, p.last, tuple(items))


def _object(p: _Parser, token: Token) -> n.Node:
    pairs = p.pairs()
    return n.Object(token.start, p.last, pairs)


def _transform(p: _Parser, token: Token) -> n.Node:
    pattern = p.expression(0)
    p.advance("|")
    update = p.expression(0)
    delete = None
    if p.here(","):
        p.advance(",")
        delete = p.expression(0)
    p.advance("|")
    return n.Transform(token.start, p.last, pattern, update, delete)


_PREFIX: Final[dict[str, Callable[[_Parser, Token], n.Node]]] = {
    "-": _negate,
    "(": _block,
    "[": _array,
    "{": _object,
    "|": _transform,
}


def _binary(p: _Parser, left: n.Node, token: Token) -> n.Node:
    right = p.expression(_POWERS[token.value])
    if token.value == "~>":
        return n.Apply(left.start, right.end, left, right)
    return n.Binary(left.start, right.end, token.value, left, right)


def _path(p: _Parser, left: n.Node, token: Token) -> n.Node:
    right = p.expression(75)
    steps = (
        *(left.steps if isinstance(left, n.Path) else (left,)),
        *(right.steps if isinstance(right, n.Path) else (right,)),
    )
    named: list[n.Node] = []
    for step in steps:
        if isinstance(step, n.Literal):
            if not isinstance(step.value, str):
                message = f"The literal value {shown(step.value)} cannot be used as a step within a path expression"
                p.later.append(SyntaxFault("S0213", message, step.start))
            else:
                step = n.Name(step.start, step.end, step.value)
        named.append(step)
    return n.Path(left.start, right.end, tuple(named))


def _call(p: _Parser, left: n.Node, token: Token) -> n.Node:
    arguments: list[n.Node | None] = []
    if not p.here(")"):
        while True:
            if p.here("?"):
                p.advance("?")
                arguments.append(None)
            else:
                arguments.append(p.expression(0))
            if not p.here(","):
                break
            p.advance(",")
    p.advance(")", infix=True)
    if isinstance(left, n.Name) and left.name in ("function", "λ"):
        return _lambda(p, left, arguments)
    return n.Call(left.start, p.last, left, tuple(arguments))


def _lambda(p: _Parser, left: n.Name, arguments: list[n.Node | None]) -> n.Node:
    parameters: list[str] = []
    for number, argument in enumerate(arguments, 1):
        if not isinstance(argument, n.Variable):
            position = left.end if argument is None else argument.start
            message = f"Parameter {number} of function definition must be a variable name (start with $)"
            raise SyntaxFault("S0208", message, position)
        parameters.append(argument.name)
    if p.here("<"):
        depth = 1
        while depth > 0 and not p.here("{") and p.token.kind != "end":
            p.advance()
            depth += 1 if p.here("<") else -1 if p.here(">") else 0
        p.advance(">")
    p.advance("{")
    body = p.expression(0)
    p.advance("}")
    return n.Lambda(left.start, p.last, tuple(parameters), body)


def _filter(p: _Parser, left: n.Node, token: Token) -> n.Node:
    if p.here("]"):
        p.advance("]")
        return n.KeepArray(left.start, p.last, left)
    predicate = p.expression(0)
    p.advance("]", infix=True)
    if isinstance(left, n.Group):
        p.later.append(SyntaxFault("S0209", "A predicate cannot follow a grouping expression in a step", token.start))
    return n.Filter(left.start, p.last, left, predicate)


def _group(p: _Parser, left: n.Node, token: Token) -> n.Node:
    pairs = p.pairs()
    if isinstance(left, n.Group):
        p.later.append(SyntaxFault("S0210", "Each step can only have one grouping expression", token.start))
    return n.Group(left.start, p.last, left, pairs)


def _sort(p: _Parser, left: n.Node, token: Token) -> n.Node:
    p.advance("(")
    terms: list[n.Node] = []
    descending: list[bool] = []
    while True:
        descending.append(p.here(">"))
        if p.here("<") or p.here(">"):
            p.advance()
        terms.append(p.expression(0))
        if not p.here(","):
            break
        p.advance(",")
    p.advance(")")
    return n.Sort(left.start, p.last, left, tuple(terms), tuple(descending))


def _bind(p: _Parser, left: n.Node, token: Token) -> n.Node:
    while isinstance(left, n.KeepArray):
        left = left.base
    if not isinstance(left, n.Variable):
        raise SyntaxFault("S0212", "The left side of := must be a variable name (start with $)", left.start)
    value = p.expression(9)
    return n.Bind(left.start, value.end, left.name, value)


def _focus(p: _Parser, left: n.Node, token: Token) -> n.Node:
    right = p.expression(80)
    if not isinstance(right, n.Variable):
        message = f"The right side of {token.shown} must be a variable name (start with $)"
        raise SyntaxFault("S0214", message, right.start)
    if token.value == "@":
        last = left.steps[-1] if isinstance(left, n.Path) else left
        if isinstance(last, n.Filter):
            p.later.append(
                SyntaxFault("S0215", "A context variable binding must precede any predicates on a step", token.start)
            )
        elif isinstance(last, n.Sort):
            message = "A context variable binding must precede the 'order-by' clause on a step"
            p.later.append(SyntaxFault("S0216", message, token.start))
    return n.Focus(left.start, right.end, left, token.value, right.name)


def _condition(p: _Parser, left: n.Node, token: Token) -> n.Node:
    then = p.expression(0)
    otherwise = None
    if p.here(":"):
        p.advance(":")
        otherwise = p.expression(0)
    return n.Condition(left.start, p.last, left, then, otherwise)


_INFIX: Final[dict[str, Callable[[_Parser, n.Node, Token], n.Node]]] = {
    ".": _path,
    "(": _call,
    "[": _filter,
    "{": _group,
    "^": _sort,
    ":=": _bind,
    "@": _focus,
    "#": _focus,
    "?": _condition,
}
