"""Python's operators on expressions: which query operator each is, and for which types it can be right."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

import flowdsl.dsl.reading  # noqa: F401 # pyright: ignore[reportUnusedImport] # puts its methods on Expr
from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.expressions import BROKEN, Expr
from flowdsl.dsl.kinds import ARRAY, BOOLEAN, INTEGER, NULL, NUMBER, OBJECT, STRING, Kind, kind_of
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.trace import MARK, report
from flowdsl.dsl.values import as_node
from flowdsl.query.expression import Call, Node, Operation, Place, Text

_KINDS: dict[type, Kind] = {
    str: STRING,
    int: INTEGER,
    float: NUMBER,
    bool: BOOLEAN,
    type(None): NULL,
    list: ARRAY,
    tuple: ARRAY,
    dict: OBJECT,
}


def kind_of_value(value: Any) -> Kind:
    """The Kind of an operand: of an expression, or of a Python value beside one."""
    if type(value) is Expr:
        return value.__kind__
    kind = type(value)  # pyright: ignore[reportUnknownVariableType]
    known = _KINDS.get(kind)  # pyright: ignore[reportUnknownArgumentType]
    if known is not None:
        return known
    if isinstance(value, Enum):
        return kind_of_value(value.value)
    return kind_of(kind, is_input=False)


def _place(depth: int = 2) -> Place:
    frame = frame_at(depth)
    return (frame.f_code, frame.f_lasti)


def _comparison(operator: str) -> Callable[[Expr, Any], Expr]:
    ordered = operator not in ("=", "!=")

    def compare(self: Expr, other: Any) -> Expr:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        left, right = self.__kind__, kind_of_value(other)
        if (
            left.json != right.json
            or ordered
            or left.literals is not None
            or right.literals is not None
            or left.special
            or right.special
        ):
            check_comparison(operator, ordered, self, left, other, right, place)
        kind = BROKEN if left is BROKEN or right is BROKEN else BOOLEAN
        return Expr(compared(operator, self.__node__, left, as_node(other, place), right, place), kind)

    return compare


def compared(operator: str, left: Node, left_kind: Kind, right: Node, right_kind: Kind, place: Place) -> Operation:
    """The comparison of two operands."""
    if left_kind.special == right_kind.special == "datetime":
        # One instant has many texts: compared as instants, not as texts.
        return Operation(operator, left, right, place, "datetime")
    json = left_kind.json if left_kind.json not in ("any", "null") else right_kind.json
    return Operation(operator, left, right, place, json)


def check_comparison(
    operator: str, ordered: bool, left_expr: Any, left: Kind, right_value: Any, right: Kind, place: Place
) -> None:
    if left is BROKEN or right is BROKEN:
        return
    if ordered:
        for kind in (left, right):
            if kind.nullable:
                report(
                    "unguarded-optional",
                    f"{_sign(operator)} on a value that may be null ({kind.name}): guard it with fn.exists(...), then read it with fn.some(...)",
                    place,
                )
                return
            if kind.special in ("decimal", "timedelta"):
                report(
                    "bad-operands",
                    f"a {kind.name} travels as text, which {_sign(operator)} would compare letter by letter; write fn.number(...)",
                    place,
                )
                return
            if kind.json not in ("number", "string", "any"):
                report(
                    "bad-operands",
                    f"{_sign(operator)} compares numbers or texts, found {kind.name}{_parentheses(kind)}",
                    place,
                )
                return
        if "any" not in (left.json, right.json) and left.json != right.json:
            report(
                "bad-operands",
                f"{_sign(operator)} compares two numbers or two texts, found {left.name} and {right.name}",
                place,
            )
        return
    if "any" in (left.json, right.json) or (left.json == "null" or right.json == "null"):
        return
    if left.json != right.json:
        report("impossible-comparison", f"{left.name} never equals {right.name}{_parentheses(left)}", place)
        return
    for kind, value in ((left, right_value), (right, left_expr)):
        if kind.literals is not None and not isinstance(value, Expr):
            plain = value.value if isinstance(value, Enum) else value
            if not (isinstance(plain, str) and MARK in plain) and plain not in kind.literals:
                near = (
                    did_you_mean(plain, [v for v in kind.literals if isinstance(v, str)])
                    if isinstance(plain, str)
                    else ""
                )
                allowed = ", ".join(repr(v) for v in kind.literals)
                report("impossible-comparison", f"this is never {plain!r}: it is one of {allowed}{near}", place)
                return


def _sign(operator: str) -> str:
    return {"=": "=="}.get(operator, operator)


def _parentheses(kind: Kind) -> str:
    return "; & and | bind tighter than a comparison: write (a == b) & (c > d)" if kind.json == "boolean" else ""


def _arithmetic(operator: str, sign: str, reflected: bool) -> Callable[[Expr, Any], Expr]:
    def calculate(self: Expr, other: Any) -> Expr:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        mine, others = self.__kind__, kind_of_value(other)
        left, right = (others, mine) if reflected else (mine, others)
        if mine is BROKEN or others is BROKEN:
            return Expr(self.__node__, BROKEN)
        mine_node, other_node = self.__node__, as_node(other, place)
        first, second = (other_node, mine_node) if reflected else (mine_node, other_node)
        if operator == "+":
            return _added(first, left, second, right, place)
        if not _numbers(sign, left, right, place):
            return Expr(mine_node, BROKEN)
        whole = left is INTEGER and right is INTEGER and operator != "/"
        node = Operation(operator, first, second, place, "integer" if whole else "number")
        return Expr(node, INTEGER if whole or operator == "//" else NUMBER)

    return calculate


def _added(first: Node, left: Kind, second: Node, right: Kind, place: Place) -> Expr:
    jsons = {left.json, right.json}
    if left.nullable or right.nullable:
        _numbers("+", left, right, place)
    elif jsons == {"any"}:
        report(
            "bad-operands",
            '+ on two values of unknown type: write f"{a}{b}" for texts, fn.number(a) + b for numbers, fn.append(a, b) for lists',
            place,
        )
    elif (
        "boolean" in jsons
        or "object" in jsons
        or len(jsons - {"any"}) > 1
        or left.special == "decimal"
        or right.special == "decimal"
    ):
        _numbers("+", left, right, place)
    elif "string" in jsons:
        return Expr(Text(_parts(first) + _parts(second), place), STRING)
    elif "array" in jsons:
        return Expr(Call("append", [first, second], place), left if left.json == "array" else right)
    else:
        whole = left is INTEGER and right is INTEGER
        return Expr(
            Operation("+", first, second, place, "integer" if whole else "number"), INTEGER if whole else NUMBER
        )
    return Expr(first, BROKEN)


def _parts(node: Node) -> list[str | Node]:
    if type(node) is Text:
        return node.parts
    value = getattr(node, "value", None)
    return [value] if isinstance(value, str) else [node]


def _numbers(sign: str, left: Kind, right: Kind, place: Place) -> bool:
    for kind in (left, right):
        if kind.nullable:
            report(
                "unguarded-optional",
                f"{sign} on a value that may be null ({kind.name}): guard it with fn.exists(...), then read it with fn.some(...)",
                place,
            )
            return False
        if kind.special == "decimal":
            report("bad-operands", f"a Decimal travels as text, which {sign} cannot take; write fn.number(...)", place)
            return False
    if {left.json, right.json} <= {"number", "any"}:
        return True
    report(
        "bad-operands",
        f"{sign} takes two numbers, found {left.name} and {right.name}"
        if sign != "+"
        else f"+ takes two numbers, two texts or two lists, found {left.name} and {right.name}",
        place,
    )
    return False


def _logic(operator: str, sign: str, reflected: bool) -> Callable[[Expr, Any], Expr]:
    def combine(self: Expr, other: Any) -> Expr:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        mine, others = self.__kind__, kind_of_value(other)
        for kind in (mine, others):
            if kind.json not in ("boolean", "any") or kind.nullable:
                report(
                    "bad-operands",
                    f"{sign} takes two conditions, found {kind.name}; {sign} binds tighter than a comparison: write (a > 1) {sign} (b < 2)",
                    place,
                )
                return Expr(self.__node__, BROKEN)
        if not isinstance(other, Expr) and isinstance(other, bool):
            report(
                "constant-condition",
                f"{other} beside {sign} was decided by Python before the workflow runs{_CONSTANT}",
                place,
            )
            return Expr(self.__node__, BOOLEAN)
        node, other_node = self.__node__, as_node(other, place)
        first, second = (other_node, node) if reflected else (node, other_node)
        return Expr(Operation(operator, first, second, place), BOOLEAN)

    return combine


_CONSTANT = "; write fn.exists(x) for `x is not None`, fn.not_(x) for `not x`, fn.all_of(0 < x, x < 5) for `0 < x < 5`"


def _negative(self: Expr) -> Expr:
    place = _place()
    if self.__kind__ is BROKEN or not _numbers("-", self.__kind__, INTEGER, place):
        return Expr(self.__node__, BROKEN)
    return Expr(Operation("negate", self.__node__, None, place), self.__kind__)


def _positive(self: Expr) -> Expr:
    return self if _numbers("+", self.__kind__, INTEGER, _place()) else Expr(self.__node__, BROKEN)


def _absolute(self: Expr) -> Expr:
    place = _place()
    return (
        Expr(Call("abs", [self.__node__], place), self.__kind__)
        if _numbers("abs", self.__kind__, INTEGER, place)
        else Expr(self.__node__, BROKEN)
    )


def _install() -> None:
    for name, operator in (("eq", "="), ("ne", "!="), ("lt", "<"), ("le", "<="), ("gt", ">"), ("ge", ">=")):
        setattr(Expr, f"__{name}__", _comparison(operator))
    for name, operator, sign in (
        ("add", "+", "+"),
        ("sub", "-", "-"),
        ("mul", "*", "*"),
        ("truediv", "/", "/"),
        ("floordiv", "//", "//"),
        ("mod", "%", "%"),
        ("pow", "**", "**"),
    ):
        setattr(Expr, f"__{name}__", _arithmetic(operator, sign, reflected=False))
        setattr(Expr, f"__r{name}__", _arithmetic(operator, sign, reflected=True))
    for name, operator, sign in (("and", "and", "&"), ("or", "or", "|")):
        setattr(Expr, f"__{name}__", _logic(operator, sign, reflected=False))
        setattr(Expr, f"__r{name}__", _logic(operator, sign, reflected=True))
    for name, function in (("neg", _negative), ("pos", _positive), ("abs", _absolute)):
        setattr(Expr, f"__{name}__", function)


_install()
