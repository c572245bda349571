"""What a JSONata condition proves when it holds, or when it does not: which values are there, which are not null."""

from __future__ import annotations

from collections.abc import Iterable

from flowdsl.analysis.jsonata_syntax import Node

Access = tuple[str, ...]
"""A value by the way to it: a variable's name, then members: ("states", "input", "coupon")."""
Fact = tuple[Access, str]
"""(what, `there` or `not-null`)"""
Facts = frozenset[Fact]

NO_FACTS: Facts = frozenset()
THERE = "there"
NOT_NULL = "not-null"


def access_of(node: Node) -> Access | None:
    """The way to a value that an expression simply names; None for anything that computes."""
    members: list[str] = []
    while node.kind == "step":
        left, right = node.parts
        # `a.b.c` leans to the left, but a right side in brackets of its own may lean to the right.
        if right.kind != "field":
            return None
        members.append(right.value)
        node = left
    if node.kind == "block" and len(node.parts) == 1:
        inner = access_of(node.parts[0])
        return None if inner is None else (*inner, *reversed(members))
    if node.kind != "variable" or not node.value:
        return None
    return (node.value, *reversed(members))


def facts_if(condition: Node, holds: bool) -> Facts:
    """What is known once a condition has come out true (or false)."""
    kind, parts = condition.kind, condition.parts
    if kind == "block" and len(parts) == 1:
        return facts_if(parts[0], holds)
    if kind == "operator":
        return _of_operator(condition, holds)
    if (
        kind == "choose"
        and len(parts) == 3
        and all(p.kind == "constant" and isinstance(p.value, bool) for p in parts[1:])
    ):
        # `x ? true : false`, and the other way round.
        yes, no = parts[1].value, parts[2].value
        return facts_if(parts[0], holds == yes) if yes != no else NO_FACTS
    if kind == "call" and parts[0].kind == "variable" and len(parts) == 2:
        name, argument = parts[0].value, parts[1]
        if name == "not":
            return facts_if(argument, not holds)
        if name == "boolean":
            return facts_if(argument, holds)
        if name == "exists":
            return _there(argument) if holds else NO_FACTS
        if holds and name in ("count", "length", "contains"):
            return _there(argument)
        return NO_FACTS
    # A value that counts as true is there, and is not null.
    return _there(condition) | _not_null(condition) if holds else NO_FACTS


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


def _of_operator(condition: Node, holds: bool) -> Facts:
    operator = condition.value
    left, right = condition.parts
    if operator == "and":
        if holds:
            return facts_if(left, True) | facts_if(right, True)
        return facts_if(left, False) & facts_if(right, False)
    if operator == "or":
        if holds:
            return facts_if(left, True) & facts_if(right, True)
        return facts_if(left, False) | facts_if(right, False)
    if operator in ("=", "!="):
        for side, other in ((left, right), (right, left)):
            if (
                other.kind == "constant"
                and isinstance(other.value, bool)
                and side.kind in ("call", "operator", "block")
            ):
                # `$exists(x) = false` is `$not($exists(x))`; either side undefined makes both comparisons false.
                return facts_if(side, (other.value == (operator == "=")) == holds)
        if not holds:
            # Either side may have been undefined; only a comparison with null says more, and less than it seems.
            return NO_FACTS
        found = _there(left) | _there(right)
        if operator == "!=":
            if right.kind == "constant" and right.value is None:
                found |= _not_null(left)
            if left.kind == "constant" and left.value is None:
                found |= _not_null(right)
        elif _is_no_null(right):
            found |= _not_null(left)
        elif _is_no_null(left):
            found |= _not_null(right)
        return found
    if operator in ("<", "<=", ">", ">=", "in") and holds:
        return _there(left) | _not_null(left) | _there(right) | _not_null(right)
    return NO_FACTS


def _is_no_null(node: Node) -> bool:
    return node.kind in ("string", "number") or (node.kind == "constant" and node.value is not None)


def _there(node: Node) -> Facts:
    """Everything that must be there for a value to be: itself, and what a strict function is given."""
    access = access_of(node)
    if access is not None:
        return frozenset({(access, THERE)}) if len(access) > 1 or access[0] != "states" else NO_FACTS
    if node.kind == "block" and len(node.parts) == 1:
        return _there(node.parts[0])
    if node.kind == "call" and node.parts[0].kind == "variable" and len(node.parts) >= 2:
        if node.parts[0].value in (
            "type",
            "length",
            "number",
            "string",
            "uppercase",
            "lowercase",
            "trim",
            "sum",
            "toMillis",
        ):
            return _there(node.parts[1])
    elif node.kind == "filter":
        return _there(node.parts[0])
    elif node.kind == "operator" and node.value in ("+", "-", "*", "/", "%"):
        return _there(node.parts[0]) | _there(node.parts[1])
    return NO_FACTS


def _not_null(node: Node) -> Facts:
    access = access_of(node)
    return frozenset({(access, NOT_NULL)}) if access is not None else NO_FACTS
