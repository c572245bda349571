"""Shapes joined: the least shape that covers two. Nothing nests deeper than DEPTH, so that a loop comes to rest."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.analysis.shape import (
    ALL,
    ALWAYS,
    ANY,
    ARRAY,
    DEPTH,
    MAYBE,
    MOST_FIELDS,
    MOST_VALUES,
    NEVER,
    NOTHING,
    OBJECT,
    SCALAR,
    SOME,
    UNKNOWN,
    Origin,
    Presence,
    Shape,
    Value,
)


def either(presence: Presence, other: Presence) -> Presence:
    """Whether a value is there that comes on one of two ways."""
    if presence == other:
        return presence
    return UNKNOWN if presence + other == ALWAYS + UNKNOWN else MAYBE


def both(presence: Presence, other: Presence) -> Presence:
    """Whether a value is there that needs two things to be."""
    return presence if presence > other else other


def join(a: Shape, b: Shape, depth: int = 0) -> Shape:
    """The least shape that covers both: what a value is that comes from either."""
    if a is b:
        return a
    if a.presence == NEVER or b.presence == NEVER:
        there = b if a.presence == NEVER else a
        return there if there.presence == NEVER else there.having(MAYBE)
    presence = either(a.presence, b.presence)
    kinds = a.kinds | b.kinds
    vague = a.vague or b.vague
    if (
        vague
        and kinds & ALL == ALL
        and not a.fields
        and not b.fields
        and a.rest != NEVER
        and b.rest != NEVER
        and a.rest == b.rest
    ):
        return ANY.having(presence)
    if depth >= DEPTH:
        return ANY.having(presence)
    fields, rest, rest_shape = _joined_members(a, b, depth)
    item, items, low, high = _joined_items(a, b, depth)
    return Shape(
        kinds,
        presence,
        values=_joined_values(a, b),
        fields=fields,
        rest=rest,
        rest_shape=rest_shape,
        item=item,
        items=items,
        low=low,
        high=high,
        vague=vague,
        origins=_joined_origins(a, b),
    )


def join_all(shapes: tuple[Shape, ...]) -> Shape:
    """The least shape that covers all of them; NOTHING for none."""
    if not shapes:
        return NOTHING
    found = shapes[0]
    for shape in shapes[1:]:
        found = join(found, shape)
    return found


def widen(old: Shape, new: Shape) -> Shape:
    """Covers both, and gives up on what still changes, so that a loop comes to rest."""
    if old == new:
        return old
    joined = join(old, new)
    if joined == old:
        return old
    fields = {
        name: shape if old.fields.get(name) == shape else SOME.having(shape.presence)
        for name, shape in joined.fields.items()
    }
    return joined.changed(
        fields=fields,
        values=joined.values if joined.values == old.values else None,
        item=None,
        items=None,
        low=0,
        high=None,
    )


def _joined_values(a: Shape, b: Shape) -> frozenset[Value] | None:
    # A shape without scalars says nothing against the other's constants.
    if not a.kinds & SCALAR:
        return b.values
    if not b.kinds & SCALAR:
        return a.values
    if a.values is None or b.values is None:
        return None
    union = a.values | b.values
    return union if len(union) <= MOST_VALUES else None


def _joined_members(a: Shape, b: Shape, depth: int) -> tuple[Mapping[str, Shape], Presence, Shape | None]:
    """`fields`, `rest` and `rest_shape`."""
    if not a.kinds & OBJECT:
        return b.fields, b.rest, b.rest_shape
    if not b.kinds & OBJECT:
        return a.fields, a.rest, a.rest_shape
    if a.fields is b.fields:
        fields: Mapping[str, Shape] = a.fields
    else:
        fields = {}
        for name in a.fields:
            fields[name] = join(a.fields[name], b.fields.get(name) or _undeclared(b), depth + 1)
        for name in b.fields:
            if name not in fields:
                fields[name] = join(_undeclared(a), b.fields[name], depth + 1)
        if len(fields) > MOST_FIELDS:
            return {}, UNKNOWN, None
    rest_shape = None
    if a.rest_shape is not None and b.rest_shape is not None:
        rest_shape = join(a.rest_shape, b.rest_shape, depth + 1)
    elif a.rest == NEVER or b.rest == NEVER:
        rest_shape = a.rest_shape or b.rest_shape
    return fields, either(a.rest, b.rest), rest_shape


def _undeclared(shape: Shape) -> Shape:
    """A member that a shape does not name."""
    if shape.rest == NEVER:
        return NOTHING
    return (shape.rest_shape or SOME).having(shape.rest)


def _joined_items(a: Shape, b: Shape, depth: int) -> tuple[Shape | None, tuple[Shape, ...] | None, int, int | None]:
    """`item`, `items`, `low` and `high`."""
    if not a.kinds & ARRAY:
        return b.item, b.items, b.low, b.high
    if not b.kinds & ARRAY:
        return a.item, a.items, a.low, a.high
    if a.items is not None and b.items is not None and len(a.items) == len(b.items):
        items: tuple[Shape, ...] | None = tuple(join(x, y, depth + 1) for x, y in zip(a.items, b.items, strict=True))
    else:
        items = None
    # An array that is always empty says nothing about items.
    if a.high == 0:
        item = b.item
    elif b.high == 0:
        item = a.item
    else:
        item = join(a.item, b.item, depth + 1) if a.item is not None and b.item is not None else None
    high = None if a.high is None or b.high is None else max(a.high, b.high)
    return item, items, min(a.low, b.low), high


def _joined_origins(a: Shape, b: Shape) -> tuple[Origin, ...]:
    if a.origins == b.origins or not b.origins:
        return a.origins
    if not a.origins:
        return b.origins
    return tuple(dict.fromkeys(a.origins + b.origins))[:4]
