"""Spelling conditions in JSONPath: a tree of comparisons becomes a Choice rule's Variable and operators."""

from __future__ import annotations

from typing import Any

from flowdsl.dsl.spell_jsonpath import CannotBeSaid, Name, path
from flowdsl.query.expression import Array, Call, Default, Exists, Literal, Node, Operation, Raw, Some

Rule = dict[str, Any]

_RELATIONS = {"=": "Equals", "<": "LessThan", ">": "GreaterThan", "<=": "LessThanEquals", ">=": "GreaterThanEquals"}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_FAMILIES = {"string": "String", "number": "Numeric", "boolean": "Boolean", "datetime": "Timestamp"}


def rule(node: Node, name: Name) -> Rule:
    """A condition as a Choice rule, without its Next. Raises CannotBeSaid."""
    if isinstance(node, Operation):
        operator = node.operator
        if operator in ("and", "or"):
            return {"And" if operator == "and" else "Or": [rule(part, name) for part in _flat(node, operator)]}
        if operator == "not":
            return {"Not": rule(node.left, name)}
        if operator == "in":
            return _member(node, name)
        if operator in _MIRRORED and node.right is not None:
            return _compared(node, name)
    if isinstance(node, Exists):
        return _exists(node, name)
    if isinstance(node, Call) and node.function == "contains" and isinstance(node.arguments[1], Literal):
        wanted = str(node.arguments[1].value).replace("\\", "\\\\").replace("*", "\\*")
        return {"Variable": _variable(node.arguments[0], name), "StringMatches": f"*{wanted}*"}
    if isinstance(node, Literal):
        raise CannotBeSaid("a condition of JSONPath compares something that is read", node)
    return {"Variable": _variable(node, name), "BooleanEquals": True}


def _flat(node: Node, operator: str) -> list[Node]:
    """`a & b & c` as its three parts."""
    if isinstance(node, Operation) and node.operator == operator and node.right is not None:
        return [*_flat(node.left, operator), *_flat(node.right, operator)]
    return [node]


def _variable(node: Node, name: Name) -> str:
    found = path(node, name)
    if found is None:
        raise CannotBeSaid(
            "a condition of JSONPath compares what is read, and this is computed; compute it in a Pass before, and compare its result",
            node,
        )
    return found


def _compared(node: Operation, name: Name) -> Rule:
    assert node.right is not None
    left, right, operator = node.left, node.right, node.operator
    if isinstance(left, Literal):
        left, right, operator = right, left, _MIRRORED[operator]
    if isinstance(left, Default):
        return _with_default(left, right, operator, node, name)
    found = _relation(left, right, "=" if operator == "!=" else operator, node, name)
    return {"Not": found} if operator == "!=" else found


def _relation(left: Node, right: Node, operator: str, node: Operation, name: Name) -> Rule:
    variable = _variable(left, name)
    if isinstance(right, Literal):
        value = right.value
        if value is None:
            return {"Variable": variable, "IsNull": True}
        family = _FAMILIES["datetime"] if node.kind == "datetime" else _FAMILIES[_json(value)]
        return {"Variable": variable, f"{family}{_RELATIONS[operator]}": value}
    compared = _FAMILIES.get(node.kind)
    if compared is None:
        raise CannotBeSaid(
            "JSONPath compares texts, numbers, booleans or times, each with an operator of its own, and the type is not known here; "
            "annotate it, or write a Rule",
            node,
        )
    return {"Variable": variable, f"{compared}{_RELATIONS[operator]}Path": _variable(right, name)}


def _json(value: Any) -> str:
    return "boolean" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "string"


def _with_default(left: Default, right: Node, operator: str, node: Operation, name: Name) -> Rule:
    """A comparison of what may be missing: a guard decides what its default gives."""
    variable = _variable(left.base, name)
    if not isinstance(left.default, Literal) or not isinstance(right, Literal):
        raise CannotBeSaid(
            "JSONPath cannot compare what may be missing with what is computed; guard it with fn.exists(...)", node
        )
    present = _relation(left.base, right, "=" if operator == "!=" else operator, node, name)
    if operator == "!=":
        present = {"Not": present}
    if _holds(left.default.value, operator, right.value):
        return {"Or": [{"Variable": variable, "IsPresent": False}, present]}
    return {"And": [{"Variable": variable, "IsPresent": True}, present]}


def _holds(value: Any, operator: str, other: Any) -> bool:
    if operator in ("=", "!="):
        return bool(value == other) is (operator == "=")
    if value is None or other is None:
        return False
    return bool({"<": value < other, ">": value > other, "<=": value <= other, ">=": value >= other}[operator])


def _exists(node: Exists, name: Name) -> Rule:
    base = node.base.base if isinstance(node.base, Some) else node.base
    variable = _variable(base, name)
    present = {"Variable": variable, "IsPresent": True}
    return {"And": [present, {"Variable": variable, "IsNull": False}]} if node.nullable else present


def _member(node: Operation, name: Name) -> Rule:
    if not isinstance(node.right, Array):
        raise CannotBeSaid('JSONPath looks for a value among known ones only; write fn.one_of(value, ["a", "b"])', node)
    return {
        "Or": [_compared(Operation("=", node.left, item, node.place, node.kind), name) for item in node.right.items]
    }


__all__ = ["Raw", "Rule", "rule"]
