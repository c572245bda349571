"""JSONata's operators turned round: comparisons, `in`, and, or, arithmetic, `&`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flowdsl.analysis import value_sets as v
from flowdsl.analysis.shape import ARRAY, OBJECT
from flowdsl.analysis.value_sets import TooManyTerms, Values
from flowdsl.asl.values import is_list, is_number
from flowdsl.explore.found import Found, together
from flowdsl.explore.jsonpath import shifted
from flowdsl.explore.wants import EVERY, GONE, MISSING, THERE, Steps, Want, exactly, items, satisfies, text_beside
from flowdsl.query.jsonata import nodes as n

if TYPE_CHECKING:
    from flowdsl.explore.jsonata import JsonataOrigins
    from flowdsl.explore.jsonata_scope import Scope

Json = Any

_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def binary(here: JsonataOrigins, node: n.Binary, steps: Steps, want: Want, scope: Scope) -> Found:
    """What an operator gives."""
    operator = node.operator
    if operator in ("and", "or") and not steps:
        for outcome in (True, False):
            if satisfies(outcome, want):
                yield from _joined(here, node, (operator == "and") == outcome, outcome, scope)
    elif operator in ("=", "!=", "<", "<=", ">", ">=", "in") and not steps:
        for outcome in (True, False):
            if satisfies(outcome, want):
                yield from _compared(here, node, outcome, scope)
    elif operator in ("+", "-", "*", "/") and not steps:
        yield from _arithmetic(here, node, want, scope)
    elif operator == "&" and not steps:
        yield from _text(here, node, want, scope)
    else:
        yield from here.as_it_is(node, steps, want, scope)


def _joined(here: JsonataOrigins, node: n.Binary, both: bool, outcome: bool, scope: Scope) -> Found:
    left, right = node.left, node.right
    if both:
        yield from together([lambda: here.truthy(left, outcome, scope), lambda: here.truthy(right, outcome, scope)])
        return
    yield from here.truthy(left, outcome, scope)
    yield from together([lambda: here.truthy(left, not outcome, scope), lambda: here.truthy(right, outcome, scope)])


def _compared(here: JsonataOrigins, node: n.Binary, outcome: bool, scope: Scope) -> Found:
    left, operator, right = node.left, node.operator, node.right
    if operator == "in":
        yield from _listed(here, left, right, outcome, scope)
        return
    for one, other, sign in ((left, right, operator), (right, left, _FLIPPED[operator])):
        value = here.constant(other, scope)
        if value is not MISSING:
            for want in _wants(sign, value, outcome):
                yield from here.solve(one, (), want, scope)
            return
    for one, other, sign in ((left, right, operator), (right, left, _FLIPPED[operator])):
        now = here.evaluate(other, scope)
        for value in (now, 10 if sign not in ("=", "!=") else "same"):
            if value is MISSING:
                continue
            for want in _wants(sign, value, outcome):
                yield from together(
                    [
                        partial(here.solve, other, (), exactly(value), scope),
                        partial(here.solve, one, (), want, scope),
                    ]
                )


def _wants(operator: str, value: Json, outcome: bool) -> Iterator[Want]:
    """What may stand on the left of an operator for it to hold, or not."""
    if operator == "!=":
        operator, outcome = "=", not outcome
    if operator == "=":
        yield from _equal(value) if outcome else _different(value)
        return
    if not outcome:
        operator = _OPPOSITE[operator]
    with_equal = operator.endswith("=")
    if is_number(value):
        bounds = (
            v.numbers(high=value, high_open=not with_equal)
            if operator[0] == "<"
            else v.numbers(low=value, low_open=not with_equal)
        )
        yield Want(values=bounds)
    elif isinstance(value, str):
        yield text_beside(value, below=operator[0] == "<", with_equal=with_equal)


def _equal(value: Json) -> Iterator[Want]:
    constant = v.constant(value)
    yield exactly(value) if constant is None else Want(values=constant)


def _different(value: Json) -> Iterator[Want]:
    constant = v.constant(value)
    if constant is None:
        yield items(len(value) + 1) if is_list(value) else Want(values=Values(other=True), kinds=OBJECT)
        yield Want(values=v.PRESENT, kinds=~(ARRAY | OBJECT))
        yield GONE
        return
    kin = (
        Values(strings=v.EVERY_STRING)
        if isinstance(value, str)
        else Values(true=True, false=True)
        if isinstance(value, bool)
        else Values(numbers=v.EVERY_NUMBER)
        if is_number(value)
        else v.PRESENT
    )
    try:
        yield Want(values=kin & ~constant)
        yield Want(values=v.PRESENT & ~constant)
    except TooManyTerms:
        return
    yield GONE


def _listed(here: JsonataOrigins, left: n.Node, right: n.Node, outcome: bool, scope: Scope) -> Found:
    """`left in right`."""
    listed = here.constant(right, scope)
    if listed is not MISSING:
        members = listed if is_list(listed) else [listed]
        yield from here.solve(left, (), _one_of(members) if outcome else _none_of(members), scope)
        if not outcome:
            yield from here.solve(left, (), GONE, scope)
        return
    wanted = here.constant(left, scope)
    if wanted is MISSING:
        wanted = here.evaluate(left, scope)
        members = here.evaluate(right, scope)
        members = members if is_list(members) else [] if members is MISSING else [members]
        if outcome and members:
            yield from here.solve(left, (), _one_of(members), scope)
        elif not outcome:
            yield from here.solve(left, (), _none_of(members), scope)
    if wanted is MISSING:
        if outcome:
            same = exactly("same")
            yield from together(
                [lambda: here.solve(left, (), same, scope), lambda: here.solve(right, (0,), same, scope)]
            )
        return
    if outcome:
        yield from here.solve(right, (0,), exactly(wanted), scope)
        yield from here.solve(right, (), exactly(wanted), scope)
    else:
        yield from here.solve(right, (EVERY,), _none_of([wanted]), scope)
        yield from here.solve(right, (), items(0, 0), scope)
        yield from here.solve(right, (), GONE, scope)


def _one_of(members: list[Json]) -> Want:
    values = v.NOTHING
    for member in members:
        constant = v.constant(member)
        if constant is not None:
            values = values | constant
    return Want(values=values)


def _none_of(members: list[Json]) -> Want:
    values = _one_of(members).values
    kin = Values(
        strings=v.EVERY_STRING if values.strings else (),
        numbers=v.EVERY_NUMBER if values.numbers else (),
        true=values.true or values.false,
        false=values.true or values.false,
    )
    found = (v.PRESENT if kin.is_empty else kin) & ~values
    return Want(values=found)


def _arithmetic(here: JsonataOrigins, node: n.Binary, want: Want, scope: Scope) -> Found:
    operator = node.operator
    left, right = here.evaluate(node.left, scope), here.evaluate(node.right, scope)
    if is_number(right):
        moved = _undone(want, operator, right)
        if moved is not None:
            yield from here.solve(node.left, (), moved, scope)
    if is_number(left):
        moved = None
        if operator in ("+", "*"):
            moved = _undone(want, operator, left)
        elif operator == "-":
            turned = _scaled(want, -1)
            moved = None if turned is None else shifted(turned, left)
        if moved is not None:
            yield from here.solve(node.right, (), moved, scope)
    if left is MISSING and right is MISSING:
        numbers = Want(values=Values(numbers=v.EVERY_NUMBER))
        yield from together(
            [lambda: here.solve(node.left, (), numbers, scope), lambda: here.solve(node.right, (), numbers, scope)]
        )


def _undone(want: Want, operator: str, by: float) -> Want | None:
    """What x must be for `x operator by` to be as wanted."""
    if operator == "+":
        return shifted(want, -by)
    if operator == "-":
        return shifted(want, by)
    if not by:
        return None
    return _scaled(want, 1 / by) if operator == "*" else _scaled(want, by)


def _scaled(want: Want, by: float) -> Want | None:
    if want.exact is not MISSING:
        return exactly(want.exact * by) if is_number(want.exact) else None
    found: list[v.Interval] = []
    for interval in want.values.numbers:
        low, high = (interval.low * by, interval.low_open), (interval.high * by, interval.high_open)
        if by < 0:
            low, high = high, low
        found.append(v.Interval(*low, *high))
    return Want(values=Values(numbers=tuple(sorted(found)))) if found else None


def _text(here: JsonataOrigins, node: n.Binary, want: Want, scope: Scope) -> Found:
    """`left & right`."""
    left, right = here.evaluate(node.left, scope), here.evaluate(node.right, scope)
    for text in wanted_texts(want):
        if isinstance(left, str) and text.startswith(left):
            yield from here.solve(node.right, (), exactly(text[len(left) :]), scope)
        if isinstance(right, str) and text.endswith(right):
            yield from here.solve(node.left, (), exactly(text[: len(text) - len(right)]), scope)
    if isinstance(left, str) and isinstance(right, str) and satisfies(left + right, want):
        yield ()
    if want.exact is MISSING and any(term.only is None for term in want.values.strings):
        yield from here.solve(node.left, (), THERE, scope)


def wanted_texts(want: Want) -> list[str]:
    """The texts that a want names one by one."""
    if want.exact is not MISSING:
        return [want.exact] if isinstance(want.exact, str) else []
    return sorted(text for term in want.values.strings for text in term.only or ())
