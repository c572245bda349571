"""What JSONata makes of several values: a sequence collapses to nothing, to one value, or is an array."""

from __future__ import annotations

from flowdsl.analysis.shape import ALWAYS, ARRAY, MAYBE, NEVER, NOTHING, SOME, UNKNOWN, Shape, array
from flowdsl.analysis.shape_constants import tuple_of
from flowdsl.analysis.shape_join import join, join_all


def sequence(item: Shape, low: int, high: int | None, *, unsure: bool = False) -> Shape:
    """What JSONata makes of several values: nothing of none, the value itself of one, an array of more.

    `item` is the value for one element, arrays of which are flattened into the whole.
    """
    if item.presence == NEVER or high == 0:
        return NOTHING
    flat = item
    nested = bool(item.kinds & ARRAY)
    if nested:
        inner = item.item or SOME
        flat = join(inner, item.only(~ARRAY).having(ALWAYS)) if item.kinds & ~ARRAY and not item.vague else inner
        if item.vague:
            flat = SOME
    certain = low if item.presence == ALWAYS and not nested and not unsure else 0
    presence = ALWAYS if certain else UNKNOWN if item.presence == UNKNOWN or flat.vague else MAYBE
    if high == 1 and not nested:
        return flat.having(presence)
    many = Shape(ARRAY, item=flat.having(ALWAYS), low=max(2, certain), high=high if not nested else None)
    if certain >= 2:
        return many
    return join(flat.having(ALWAYS), many).having(presence)


def sequence_of(results: list[Shape]) -> Shape:
    """The same of a known number of values, each with its own shape."""
    there = [shape for shape in results if shape.presence != NEVER]
    if not there:
        return NOTHING
    sure = sum(shape.presence == ALWAYS and not shape.kinds & ARRAY for shape in there)
    if len(there) == 1 and not there[0].kinds & ARRAY:
        return there[0]
    if all(shape.presence == ALWAYS and not shape.kinds & ARRAY for shape in there):
        return tuple_of(tuple(there))
    joined = join_all(tuple(shape.having(ALWAYS) for shape in there))
    found = sequence(joined, len(there), None)
    return found.having(ALWAYS) if sure else found.having(max(shape.presence for shape in there))


def as_array(shape: Shape) -> Shape:
    """What `x[]` makes of a value: an array in any case, of one where it is no array."""
    if shape.presence == NEVER:
        return NOTHING
    if shape.vague:
        return array(SOME).having(shape.presence)
    if not shape.kinds & ARRAY:
        return array(shape, 1).having(shape.presence)
    if shape.kinds == ARRAY:
        return shape
    item = join(shape.item or SOME, shape.only(~ARRAY).having(ALWAYS))
    return array(item, min(1, shape.low)).having(shape.presence)
