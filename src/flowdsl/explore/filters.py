"""What an item must be for the filter of a path to let it through."""

from __future__ import annotations

from typing import Any, Final

from flowdsl.analysis import value_sets as v
from flowdsl.explore.patterns import text_like
from flowdsl.explore.wants import THERE, Steps, Want, exactly
from flowdsl.query.jsonpath.conditions import Compares, Condition, Constant, Every, Exists, Matches, Place, Some
from flowdsl.query.jsonpath.steps import Index, Name

Json = Any
Wants = list[tuple[Steps, Want]]
"""(steps from the item, what is wanted there)"""

_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def wanted_of_filter(condition: Condition) -> Wants | None:
    """What to want of an item; None where that is not known."""
    if isinstance(condition, Every):
        found: Wants = []
        for part in condition.parts:
            inner = wanted_of_filter(part)
            if inner is None:
                return None
            found += inner
        return found
    if isinstance(condition, Some):
        return next((w for part in condition.parts if (w := wanted_of_filter(part)) is not None), None)
    if isinstance(condition, Exists):
        return _at(condition.operand, THERE)
    if isinstance(condition, Matches):
        text = text_like(condition.source)
        return None if text is None or not isinstance(condition.left, Place) else _at(condition.left, exactly(text))
    if isinstance(condition, Compares):
        return _compared(condition)
    return None


def _compared(condition: Compares) -> Wants | None:
    left, operator, right = condition.left, condition.operator, condition.right
    if isinstance(left, Constant):
        left, operator, right = right, _TURNED.get(operator, operator), left
    if not isinstance(left, Place) or not isinstance(right, Constant):
        return None
    value = right.value
    if operator in ("==", "==="):
        return _at(left, exactly(value))
    if operator in ("!=", "!=="):
        constant = v.constant(value)
        return None if constant is None else _at(left, Want(values=v.PRESENT & ~constant))
    if operator in ("<", "<=", ">", ">=") and isinstance(value, (int, float)) and not isinstance(value, bool):
        is_open = len(operator) == 1
        bounds = (
            v.numbers(high=value, high_open=is_open) if operator[0] == "<" else v.numbers(low=value, low_open=is_open)
        )
        return _at(left, Want(values=bounds))
    if operator == "in" and isinstance(value, list) and value:
        return _at(left, exactly(value[0]))
    return None


def _at(place: Place, want: Want) -> Wants | None:
    if place.absolute:
        return None
    steps: list[str | int] = []
    for step in place.steps:
        if isinstance(step, Name):
            steps.append(step.name)
        elif isinstance(step, Index):
            steps.append(step.index)
        else:
            return None
    return [(tuple(steps), want)]
