"""What a JSONata condition proves when it holds, or when it does not: which values are there, which are not null."""

from __future__ import annotations

from collections.abc import Iterable

from flowdsl.analysis.jsonata_trees import Access, access_of, called, plain
from flowdsl.query.jsonata import nodes as n

Fact = tuple[Access, str]
"""(what, `there` or `not-null`)"""
Facts = frozenset[Fact]

NO_FACTS: Facts = frozenset()
THERE = "there"
NOT_NULL = "not-null"
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITES = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}
_STRICT = frozenset({"type", "length", "number", "string", "uppercase", "lowercase", "trim", "sum", "toMillis"})
"""Functions that give nothing when they get nothing."""


def facts_if(condition: n.Node, holds: bool) -> Facts:
    """What is known once a condition has come out true (or false)."""
    condition = plain(condition)
    if isinstance(condition, n.Binary):
        return _of_operator(condition, holds)
    if isinstance(condition, n.Condition) and condition.otherwise is not None:
        # `x ? true : false`, and the other way round.
        yes, no = _boolean(condition.then), _boolean(condition.otherwise)
        return NO_FACTS if yes is None or no is None or yes == no else facts_if(condition.test, holds == yes)
    if isinstance(condition, n.Call) and len(condition.arguments) == 1 and condition.arguments[0] is not None:
        name, argument = called(condition), condition.arguments[0]
        if name == "not":
            return facts_if(argument, not holds)
        if name == "boolean":
            return facts_if(argument, holds)
        if name == "exists":
            return _there(argument) if holds else NO_FACTS
        if name == "count":
            return _there(argument) | _not_empty(argument) if holds else NO_FACTS
        return _there(argument) if holds and name == "length" else NO_FACTS
    # A value that counts as true is there, and is neither null nor an empty list.
    return _there(condition) | _not_null(condition) | _not_empty(condition) if holds else NO_FACTS


def all_prefixes(facts: Iterable[Fact]) -> Facts:
    """The facts with what follows from them: to be there, everything on the way must be."""
    found: set[Fact] = set()
    for access, what in facts:
        found.add((access, what))
        for end in range(2, len(access)):
            found.add((access[:end], THERE))
            found.add((access[:end], NOT_NULL))
        found.add((access, THERE))
    return frozenset(found)


def forget(facts: Facts, names: Iterable[str]) -> Facts:
    """The facts that still stand when these variables get new values."""
    gone = frozenset(names)
    return frozenset(fact for fact in facts if fact[0][0] not in gone) if facts and gone else facts


def _of_operator(condition: n.Binary, holds: bool) -> Facts:
    operator, left, right = condition.operator, condition.left, condition.right
    if operator == "and":
        if holds:
            return facts_if(left, True) | facts_if(right, True)
        return facts_if(left, False) & facts_if(right, False)
    if operator == "or":
        if holds:
            return facts_if(left, True) & facts_if(right, True)
        return facts_if(left, False) | facts_if(right, False)
    counted = _counted(operator, left, right, holds)
    if counted is not None:
        return counted
    if operator in ("=", "!="):
        for side, other in ((left, right), (right, left)):
            value = _boolean(other)
            if value is not None and isinstance(plain(side), (n.Call, n.Binary)):
                # `$exists(x) = false` is `$not($exists(x))`.
                return facts_if(side, (value == (operator == "=")) == holds)
        # Either side undefined makes both comparisons false: one that fails says nothing.
        return _of_equality(operator, left, right) if holds else NO_FACTS
    if operator in ("<", "<=", ">", ">=", "in") and holds:
        return _there(left) | _not_null(left) | _there(right) | _not_null(right)
    return NO_FACTS


def _of_equality(operator: str, left: n.Node, right: n.Node) -> Facts:
    found = _there(left) | _there(right)
    if operator == "!=":
        if _is_null(right):
            found |= _not_null(left)
        if _is_null(left):
            found |= _not_null(right)
    elif isinstance(right, n.Literal) and right.value is not None:
        found |= _not_null(left)
    elif isinstance(left, n.Literal) and left.value is not None:
        found |= _not_null(right)
    return found


def _counted(operator: str, left: n.Node, right: n.Node, holds: bool) -> Facts | None:
    """What `$count(x) > 0` and the like say of x; None where nothing is counted."""
    if called(plain(right)) == "count":
        left, right, operator = right, left, _TURNED.get(operator, operator)
    call = plain(left)
    if not isinstance(call, n.Call) or called(call) != "count" or not call.arguments or call.arguments[0] is None:
        return None
    number = right.value if isinstance(right, n.Literal) else None
    if not isinstance(number, (int, float)) or isinstance(number, bool):
        return None
    if not holds:
        operator = _OPPOSITES.get(operator, "")
    least = {">": number, ">=": number - 1, "=": number - 1, "!=": 0 if number == 0 else -1}.get(operator, -1)
    return _there(call.arguments[0]) | _not_empty(call.arguments[0]) if least >= 0 else NO_FACTS


def _not_empty(node: n.Node) -> Facts:
    access = access_of(node)
    return NO_FACTS if access is None else frozenset({((*access, end), THERE) for end in ("[0]", "[-1]")})


def _boolean(node: n.Node) -> bool | None:
    return node.value if isinstance(node, n.Literal) and isinstance(node.value, bool) else None


def _is_null(node: n.Node) -> bool:
    return isinstance(node, n.Literal) and node.value is None


def _there(node: n.Node) -> Facts:
    """Everything that must be there for a value to be: itself, and what a strict function is given."""
    access = access_of(node)
    if access is not None:
        return NO_FACTS if access == ("states",) else frozenset({(access, THERE)})
    node = plain(node)
    if isinstance(node, n.Call):
        first = node.arguments[0] if node.arguments else None
        return _there(first) if first is not None and called(node) in _STRICT else NO_FACTS
    if isinstance(node, n.Filter):
        return _there(node.base)
    if isinstance(node, n.Binary) and node.operator in ("+", "-", "*", "/", "%"):
        return _there(node.left) | _there(node.right)
    return NO_FACTS


def _not_null(node: n.Node) -> Facts:
    access = access_of(node)
    return frozenset({(access, NOT_NULL)}) if access is not None else NO_FACTS
