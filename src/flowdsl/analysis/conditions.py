"""Conditions of Choice rules as unions of cases, each of which says what every path it looks at may hold.

One form for both languages: JSONPath's comparisons with And, Or and Not, JSONata's comparisons of something with a literal.
What is not understood is kept whole, as a question that is answered yes or no: the same text is the same question.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.choice_tests import operator_of
from flowdsl.analysis.flow_state import spelled
from flowdsl.analysis.jsonata_trees import called, field_tree, key_of, plain
from flowdsl.analysis.jsonpath_syntax import parse_path
from flowdsl.analysis.value_sets import TooManyTerms, Values
from flowdsl.asl.values import is_list, is_object
from flowdsl.query.jsonata import nodes as n
from flowdsl.query.timestamps import instant

MOST_CASES: Final = 48
MOST_OTHERS: Final = 600
"""Cases of more than one path that a rule is compared with; those beyond are as if they were not there."""
_DEEPEST: Final = 40


@dataclass(frozen=True)
class Case:
    """One way for a condition to hold: every subject in its set, every question answered so."""

    subjects: Mapping[str, Values] = field(default_factory=dict[str, Values])
    """What each path (as written) may hold; a path that is not named, anything."""
    answers: Mapping[str, bool] = field(default_factory=dict[str, bool])

    @property
    def is_empty(self) -> bool:
        return any(values.is_empty for values in self.subjects.values())

    def meet(self, other: Case) -> Case | None:
        """Both at once; None when they cannot be."""
        subjects = dict(self.subjects)
        for name, values in other.subjects.items():
            subjects[name] = subjects[name] & values if name in subjects else values
            if subjects[name].is_empty:
                return None
        answers = dict(self.answers)
        for question, answer in other.answers.items():
            if answers.setdefault(question, answer) != answer:
                return None
        return Case(subjects, answers)

    def covers(self, other: Case) -> bool:
        """Whether this holds whenever the other does."""
        return all(
            values.covers(other.subjects.get(name, v.EVERYTHING)) for name, values in self.subjects.items()
        ) and all(other.answers.get(question) == answer for question, answer in self.answers.items())


Cases = tuple[Case, ...]
ALWAYS: Final[Cases] = (Case(),)
NEVER: Final[Cases] = ()


class _Unknown(Exception):
    """The condition is too large to take apart."""


def cases_of(rule: Any, *, jsonata: bool) -> Cases | None:
    """The cases in which a Choice rule holds; none: it never does. None when that is not known."""
    try:
        if jsonata:
            condition = rule.get("Condition") if is_object(rule) else None
            if isinstance(condition, bool):
                return ALWAYS if condition else NEVER
            tree = field_tree(condition)
            return None if tree is None else _of_expression(tree, True, 0)
        return _of_rule(rule, True, 0)
    except (_Unknown, TooManyTerms, RecursionError):
        return None


class Taken:
    """What the rules of a Choice take, from the first one on: asked of each rule in turn, then given its cases.

    Cases that look at one path alone are kept as one set of values a path, so that a thousand rules cost a thousand steps.
    """

    def __init__(self) -> None:
        self.alone: dict[str, Values] = {}
        self.others: list[Case] = []

    def covers(self, cases: Cases) -> bool:
        """Whether the rules so far take everything a rule holds for."""
        return bool(cases) and all(self._covers(case) for case in cases)

    def _covers(self, case: Case) -> bool:
        try:
            return any(
                name in self.alone and self.alone[name].covers(values) for name, values in case.subjects.items()
            ) or any(other.covers(case) for other in self.others)
        except TooManyTerms:
            return False

    def add(self, cases: Cases) -> None:
        """One more rule."""
        for case in cases:
            if len(case.subjects) == 1 and not case.answers:
                [(name, values)] = case.subjects.items()
                try:
                    self.alone[name] = self.alone[name] | values if name in self.alone else values
                    continue
                except TooManyTerms:
                    # As many patterns as that are kept one by one.
                    pass
            if len(self.others) < MOST_OTHERS:
                self.others.append(case)


def uncovered(cases: list[Cases], universe: Mapping[str, Values]) -> Cases | None:
    """What is left when none of these hold, each path being in its universe; none: they cover everything. None: not known."""
    rest: Cases = (Case(dict(universe)),)
    taken = Taken()
    for group in cases:
        taken.add(group)
    try:
        for name, values in taken.alone.items():
            rest = _all(rest, _set(name, values, False))
        for case in taken.others:
            rest = _all(rest, _none_of(case))
    except (_Unknown, TooManyTerms):
        return None
    return tuple(case for case in rest if not case.is_empty)


def _none_of(case: Case) -> Cases:
    found: Cases = NEVER
    for name, values in case.subjects.items():
        found = _any(found, _set(name, values, False))
    for question, answer in case.answers.items():
        found = _any(found, _question(question, not answer))
    return found


def _all(left: Cases, right: Cases) -> Cases:
    found = [met for a in left for b in right if (met := a.meet(b)) is not None]
    if len(found) > MOST_CASES:
        raise _Unknown
    return tuple(found)


def _any(left: Cases, right: Cases) -> Cases:
    if len(left) + len(right) > MOST_CASES:
        raise _Unknown
    return left + right


def _set(subject: str, values: Values, holds: bool) -> Cases:
    values = values if holds else ~values
    return NEVER if values.is_empty else (Case({subject: values}),)


def _question(text: str, holds: bool) -> Cases:
    return (Case({}, {text: holds}),)


# JSONPath


def _of_rule(rule: Any, holds: bool, depth: int) -> Cases:
    if not is_object(rule) or depth > _DEEPEST:
        raise _Unknown
    for key, together in (("And", holds), ("Or", not holds)):
        inner = rule.get(key)
        if is_list(inner):
            found = ALWAYS if together else NEVER
            for item in inner:
                found = (_all if together else _any)(found, _of_rule(item, holds, depth + 1))
            return found
    if "Not" in rule:
        return _of_rule(rule["Not"], not holds, depth + 1)
    subject = rule.get("Variable")
    comparison = operator_of(rule)
    if not isinstance(subject, str) or comparison is None:
        raise _Unknown
    if "[" in subject:
        subject = _one_spelling(subject)
    moments = _moments(*comparison)
    if moments is not None:
        # A timestamp is a string, and a moment: the moments are a subject of their own.
        stamped = _all(_set(subject, _TYPES["IsString"], True), _set(f"{subject} as a moment", moments, True))
        return stamped if holds else _none_of(stamped[0])
    values = _operand_set(*comparison)
    if values is None:
        return _question(json.dumps([subject, *comparison], sort_keys=True, default=str), holds)
    # What is absent fails the state: only IsPresent can tell.
    universe = v.EVERYTHING if comparison[0] == "IsPresent" else v.PRESENT
    return _set(subject, values if holds else universe & ~values, True)


_COMPARISONS: Final[Mapping[str, Callable[[Any], Values]]] = {
    "NumericEquals": lambda x: v.number(x),
    "NumericLessThan": lambda x: v.numbers(high=x),
    "NumericLessThanEquals": lambda x: v.numbers(high=x, high_open=False),
    "NumericGreaterThan": lambda x: v.numbers(low=x),
    "NumericGreaterThanEquals": lambda x: v.numbers(low=x, low_open=False),
}
_TYPES: Final = {
    "IsNull": Values(null=True),
    "IsString": Values(strings=v.EVERY_STRING),
    "IsNumeric": Values(numbers=v.EVERY_NUMBER),
    "IsBoolean": Values(true=True, false=True),
    "IsPresent": v.PRESENT,
}


def _operand_set(operator: str, operand: Any) -> Values | None:
    """The values for which a comparison with a literal holds; None for one that is not told apart."""
    is_number = isinstance(operand, (int, float)) and not isinstance(operand, bool)
    if operator in _COMPARISONS and is_number:
        return _COMPARISONS[operator](operand)
    if operator in _TYPES and isinstance(operand, bool):
        values = _TYPES[operator]
        return values if operand else ~values if operator == "IsPresent" else v.PRESENT & ~values
    if operator == "StringEquals" and isinstance(operand, str):
        return v.string(operand)
    if operator == "StringMatches" and isinstance(operand, str):
        return v.strings_like(operand)
    if operator == "BooleanEquals" and isinstance(operand, bool):
        return v.boolean(operand)
    return None


def _moments(operator: str, operand: Any) -> Values | None:
    """The moments for which a comparison with a literal timestamp holds, as numbers."""
    if not operator.startswith("Timestamp") or operator.endswith("Path") or not isinstance(operand, str):
        return None
    moment = instant(operand)
    comparison = _COMPARISONS.get(f"Numeric{operator.removeprefix('Timestamp')}")
    return None if moment is None or comparison is None else comparison(moment)


def _one_spelling(subject: str) -> str:
    """A path as it is written with points: `$['a']` is `$.a`."""
    path = parse_path(subject)
    return subject if path is None else spelled(path, len(path.steps))


# JSONata

_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _of_expression(node: n.Node, holds: bool, depth: int) -> Cases:
    if depth > _DEEPEST:
        raise _Unknown
    node = plain(node)
    if isinstance(node, n.Literal) and isinstance(node.value, bool):
        return ALWAYS if node.value == holds else NEVER
    if isinstance(node, n.Binary) and node.operator in ("and", "or"):
        together = (node.operator == "and") == holds
        left, right = (_of_expression(part, holds, depth + 1) for part in (node.left, node.right))
        return (_all if together else _any)(left, right)
    if isinstance(node, n.Call) and len(node.arguments) == 1 and node.arguments[0] is not None:
        name, argument = called(node), node.arguments[0]
        if name == "not":
            return _of_expression(argument, not holds, depth + 1)
        if name == "boolean":
            return _of_expression(argument, holds, depth + 1)
        if name == "exists" and not _is_fresh(argument):
            return _set(key_of(plain(argument)), v.PRESENT, holds)
    if isinstance(node, n.Binary):
        found = _compared(node)
        if found is not None:
            return _set(found[0], found[1], holds)
    if _is_fresh(node):
        raise _Unknown
    return _question(key_of(node), holds)


def _compared(node: n.Binary) -> tuple[str, Values] | None:
    """(subject, the values for which it holds) of a comparison with a literal."""
    operator, left = node.operator, plain(node.left)
    literal, is_literal = _literal(plain(node.right))
    if not is_literal:
        literal, is_literal = _literal(left)
        if not is_literal or operator == "in":
            return None
        left, operator = plain(node.right), _FLIPPED.get(operator, operator)
    if _literal(left)[1] or _is_fresh(left):
        return None
    values: Values | None = None
    if operator in ("=", "!="):
        values = v.constant(literal)
        if values is not None and operator == "!=":
            values = v.PRESENT & ~values
    elif operator == "in" and is_list(literal):
        values = v.NOTHING
        for item in literal:
            one = v.constant(item)
            if one is None:
                return None
            values = values | one
    elif operator in ("<", "<=", ">", ">=") and isinstance(literal, (int, float)) and not isinstance(literal, bool):
        is_open = not operator.endswith("=")
        values = (
            v.numbers(high=literal, high_open=is_open)
            if operator[0] == "<"
            else v.numbers(low=literal, low_open=is_open)
        )
    return None if values is None else (key_of(left), values)


def _literal(node: n.Node) -> tuple[Any, bool]:
    """(value, whether it is a literal)"""
    if isinstance(node, n.Literal):
        return node.value, True
    if isinstance(node, n.Array):
        items = [_literal(item) for item in node.items]
        return [value for value, _ in items], all(is_literal for _, is_literal in items)
    return None, False


def _is_fresh(node: n.Node) -> bool:
    """Whether an expression gives another value each time: two of one text are not one subject."""
    return any(called(inner) in ("random", "uuid", "shuffle") for inner in n.walk(node))
