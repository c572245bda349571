"""What JSONata operators and conditions give, and which operands they cannot take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.analysis.jsonata_guards import facts_if
from flowdsl.analysis.shape import (
    ALWAYS,
    ANY,
    BOOLEAN,
    BOOLEAN_SHAPE,
    FUNCTION,
    NEVER,
    NOTHING,
    NULL,
    NUMBER,
    NUMBER_SHAPE,
    TEXT,
    TEXT_SHAPE,
    Shape,
    array,
)
from flowdsl.analysis.shape_join import both, either, join
from flowdsl.query.jsonata import nodes as n

if TYPE_CHECKING:
    from flowdsl.analysis.jsonata_shapes import Inference


def binary_shape(inference: Inference, node: n.Binary) -> Shape:
    operator = node.operator
    if operator in ("and", "or"):
        inference.quietly(node.left)
        inference.quiet += 1
        try:
            inference.given(facts_if(node.left, operator == "and"), node.right)
        finally:
            inference.quiet -= 1
        return BOOLEAN_SHAPE
    left, right = inference.of(node.left), inference.of(node.right)
    if operator in ("=", "!="):
        _equal(inference, node, left, right)
        return BOOLEAN_SHAPE
    if operator == "in":
        return BOOLEAN_SHAPE
    if operator == "&":
        return TEXT_SHAPE
    presence = both(left.presence, right.presence)
    if operator in ("<", "<=", ">", ">="):
        _comparable(inference, node, left, right)
        return BOOLEAN_SHAPE.having(presence) if presence != NEVER else NOTHING
    inference.expects(node.left, left, NUMBER, operator)
    inference.expects(node.right, right, NUMBER, operator)
    if operator == "..":
        return range_shape(left, right)
    return NUMBER_SHAPE.having(presence) if presence != NEVER else NOTHING


def range_shape(left: Shape, right: Shape) -> Shape:
    """The array of `a..b`: how many numbers it holds, where both are known."""
    ends = [next(iter(end.values))[1] for end in (left, right) if end.values is not None and len(end.values) == 1]
    if len(ends) == 2 and all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
        count = max(0, int(ends[1]) - int(ends[0]) + 1)
        return array(NUMBER_SHAPE, count, count)
    return array(NUMBER_SHAPE)


def _equal(inference: Inference, node: n.Binary, left: Shape, right: Shape) -> None:
    if NEVER in (left.presence, right.presence) or left.vague or right.vague or left.kinds & right.kinds:
        return
    # To ask whether something is null of what cannot be is a question, not a mistake.
    if not (left.kinds | right.kinds) & (NULL | FUNCTION):
        inference.report("never-equal", node, left, certain=True, expected=right.kinds, name=node.operator)


def _comparable(inference: Inference, node: n.Binary, left: Shape, right: Shape) -> None:
    inference.expects(node.left, left, NUMBER | TEXT, node.operator)
    inference.expects(node.right, right, NUMBER | TEXT, node.operator)
    if NEVER in (left.presence, right.presence):
        return
    one, other = left.kinds & (NUMBER | TEXT), right.kinds & (NUMBER | TEXT)
    if one and other and not one & other:
        inference.report("type", node, right, certain=True, expected=one, name=node.operator)
    elif (one | other) == NUMBER | TEXT and not left.vague and not right.vague:
        inference.report("type", node, right, certain=False, expected=one, name=node.operator)


def negated_shape(inference: Inference, node: n.Negate) -> Shape:
    inner = inference.of(node.operand)
    inference.expects(node.operand, inner, NUMBER, "-")
    return NUMBER_SHAPE.having(inner.presence) if inner.presence != NEVER else NOTHING


def condition_shape(inference: Inference, node: n.Condition) -> Shape:
    truth = truth_of(inference.quietly(node.test))
    yes = NOTHING if truth is False else inference.given(facts_if(node.test, True), node.then)
    if node.otherwise is None:
        return yes if truth is True or yes.presence == NEVER else yes.having(either(yes.presence, NEVER))
    no = NOTHING if truth is True else inference.given(facts_if(node.test, False), node.otherwise)
    if truth is not None:
        return no if truth is False else yes
    for one, other in ((yes, no), (no, yes)):
        if other.is_closed and not other.fields and one.vague:
            # `x ? x : {}` gives what may be absent a form; its author knows that it may be empty.
            return ANY.having(both(one.presence, other.presence)) if one.presence != NEVER else other
    return join(yes, no)


def truth_of(shape: Shape) -> bool | None:
    """Whether a value counts as true or false in a condition, whatever it is at run time; None: that depends."""
    if shape.presence == NEVER or shape.kinds == NULL:
        return False
    if shape.values is not None and not shape.kinds & ~(NULL | BOOLEAN | NUMBER | TEXT):
        truths = {bool(value) for _, value in shape.values}
        if truths == {False}:
            return False
        if truths == {True} and shape.presence == ALWAYS:
            return True
    return None
