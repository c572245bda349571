"""JSONPath Choice rules turned round: what must be made up so that a rule holds, or does not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.choice_tests import family_of, operator_of
from flowdsl.analysis.shape import BOOLEAN, NUMBER, TEXT
from flowdsl.analysis.value_sets import TooManyTerms, Values
from flowdsl.asl.values import is_list, is_number, is_object
from flowdsl.explore.found import Found, together
from flowdsl.explore.jsonpath import PathOrigins
from flowdsl.explore.plausible import MOMENT
from flowdsl.explore.wants import MISSING, Want, exactly, text_beside
from flowdsl.query.base import ExpressionError, ExpressionSyntaxError
from flowdsl.query.jsonpath import parse_path
from flowdsl.query.timestamps import instant

Json = Any

_DEEPEST: Final = 60
_TYPES: Final = {
    "IsNull": Values(null=True),
    "IsString": Values(strings=v.EVERY_STRING),
    "IsNumeric": Values(numbers=v.EVERY_NUMBER),
    "IsBoolean": Values(true=True, false=True),
    "IsPresent": v.PRESENT,
}


class Rules:
    """The rules of one visit of a JSONPath Choice."""

    def __init__(self, paths: PathOrigins) -> None:
        self.paths = paths

    def rule(self, rule: Json, holds: bool, depth: int = 0) -> Found:
        """The ways for a rule to hold, or not to."""
        if not is_object(rule) or depth > _DEEPEST:
            return
        for key, every in (("And", holds), ("Or", not holds)):
            parts = rule.get(key)
            if is_list(parts):
                if every:
                    yield from together([partial(self.rule, part, holds, depth + 1) for part in parts])
                    return
                # The first one that decides; those before it are asked first, and must not fail.
                for number, part in enumerate(parts):
                    before = [partial(self.rule, p, not holds, depth + 1) for p in parts[:number]]
                    yield from together([*before, partial(self.rule, part, holds, depth + 1)])
                return
        if "Not" in rule:
            yield from self.rule(rule["Not"], not holds, depth + 1)
            return
        comparison = operator_of(rule)
        subject = rule.get("Variable")
        if comparison is None or not isinstance(subject, str):
            return
        operator, operand = comparison
        if operator.endswith("Path"):
            yield from self._compared_with_a_path(subject, operator.removesuffix("Path"), operand, holds)
            return
        for want in wants_of(operator, operand, holds):
            yield from self.paths.evaluated(subject, (), want)

    def _compared_with_a_path(self, subject: str, operator: str, operand: Json, holds: bool) -> Found:
        family = family_of(operator)
        if not isinstance(operand, str) or not family:
            return
        usual: Json = {NUMBER: 10, TEXT: "a", BOOLEAN: True}.get(family)
        if operator.startswith("Timestamp"):
            usual = MOMENT
        for value in (self._now(operand), usual):
            if value is MISSING:
                continue
            for want in wants_of(operator, value, holds):
                yield from together(
                    [
                        partial(self.paths.evaluated, operand, (), exactly(value)),
                        partial(self.paths.evaluated, subject, (), want),
                    ]
                )

    def _now(self, text: str) -> Json:
        """What a path leads to in this run."""
        try:
            return parse_path(text).evaluate(self.paths.origins.env(self.paths.visit, self.paths.root))
        except (ExpressionError, ExpressionSyntaxError, TypeError):
            return MISSING


_NO_TEXT: Final = Want(values=v.PRESENT & ~Values(strings=v.EVERY_STRING))
"""What no comparison of texts holds for."""


def wants_of(operator: str, operand: Json, holds: bool) -> Iterator[Want]:
    """What a comparison's variable may be for it to hold, or not: the nearest to what is compared first."""
    if operator in _TYPES:
        if isinstance(operand, bool):
            yield from _of_type(operator, operand == holds)
        return
    if operator == "IsTimestamp":
        if operand == holds:
            yield Want(values=Values(strings=v.EVERY_STRING), form="timestamp")
        else:
            yield exactly("no timestamp")
            yield _NO_TEXT
        return
    if operator.startswith("Timestamp"):
        yield from _of_timestamp(operator, operand, holds)
        if not holds:
            yield _NO_TEXT
        return
    if operator.startswith("String") and operator not in ("StringEquals", "StringMatches"):
        yield from _of_order(operator, operand, holds)
        if not holds:
            yield _NO_TEXT
        return
    values = _values_of(operator, operand)
    if values is None:
        return
    if holds:
        yield Want(values=values)
        return
    family = family_of(operator)
    own = {NUMBER: v.EVERY_NUMBER, TEXT: v.EVERY_STRING}.get(family)
    try:
        if family == BOOLEAN:
            yield Want(values=Values(true=True, false=True) & ~values)
        elif own is not None:
            same_kind = Values(numbers=own) if family == NUMBER else Values(strings=own)  # type: ignore[arg-type]
            yield Want(values=same_kind & ~values)
        yield Want(values=v.PRESENT & ~values)
    except TooManyTerms:
        return


def _of_type(operator: str, holds: bool) -> Iterator[Want]:
    values = _TYPES[operator]
    if holds:
        yield Want(values=values)
    elif operator == "IsPresent":
        yield Want(values=~values)
    else:
        yield Want(values=v.PRESENT & ~values)


def _values_of(operator: str, operand: Json) -> Values | None:
    if operator.startswith("Numeric") and is_number(operand):
        return {
            "NumericEquals": v.number(operand),
            "NumericLessThan": v.numbers(high=operand),
            "NumericLessThanEquals": v.numbers(high=operand, high_open=False),
            "NumericGreaterThan": v.numbers(low=operand),
            "NumericGreaterThanEquals": v.numbers(low=operand, low_open=False),
        }.get(operator)
    if operator == "BooleanEquals" and isinstance(operand, bool):
        return v.boolean(operand)
    if isinstance(operand, str) and operator == "StringEquals":
        return v.string(operand)
    return v.strings_like(operand) if isinstance(operand, str) and operator == "StringMatches" else None


def _of_order(operator: str, operand: Json, holds: bool) -> Iterator[Want]:
    if not isinstance(operand, str):
        return
    below = operator.startswith("StringLess") == holds
    with_equal = operator.endswith("Equals") == holds
    yield text_beside(operand, below=below, with_equal=with_equal)


def _of_timestamp(operator: str, operand: Json, holds: bool) -> Iterator[Want]:
    at = instant(operand) if isinstance(operand, str) else None
    if at is None:
        return
    relation = operator.removeprefix("Timestamp")
    with_equal = (relation in ("Equals", "LessThanEquals", "GreaterThanEquals")) == holds
    if relation == "Equals":
        if holds:
            yield exactly(operand)
            return
        moments = (~v.number(at)).numbers
    elif relation.startswith("Less") == holds:
        moments = v.numbers(high=at, high_open=not with_equal).numbers
    else:
        moments = v.numbers(low=at, low_open=not with_equal).numbers
    yield Want(values=Values(strings=v.EVERY_STRING), form="timestamp", moments=moments)
