"""Reading and writing a Shape along a path, as the data flow of JSONPath states does."""

from __future__ import annotations

from collections.abc import Sequence

from flowdsl.analysis.jsonpath_syntax import Many, Step
from flowdsl.analysis.shape import (
    ALL,
    ALWAYS,
    ANY,
    ARRAY,
    MAYBE,
    NEVER,
    NOTHING,
    OBJECT,
    SOME,
    UNKNOWN,
    Origin,
    Shape,
    array,
    closed,
)
from flowdsl.analysis.shape_join import both, join


def member(shape: Shape, name: str) -> Shape:
    """The member of an object by its name, and whether it is there. Anything but an object has none."""
    if not shape.kinds & OBJECT:
        return NOTHING
    found = shape.fields.get(name)
    if found is None:
        found = NOTHING if shape.rest == NEVER else (shape.rest_shape or SOME).having(shape.rest)
    if found.presence == NEVER:
        # Where it might be something else than the object that lacks it, that has no such member either.
        return NOTHING
    if shape.kinds == OBJECT and shape.presence == ALWAYS:
        return found
    return found.having(both(shape.presence, _through(shape, OBJECT, found.presence)))


def element(shape: Shape, index: int) -> Shape:
    """The item of an array by its index. Beyond the end of an array whose length is known, there is none."""
    if not shape.kinds & ARRAY:
        return NOTHING
    if shape.items is not None:
        if not -len(shape.items) <= index < len(shape.items):
            return NOTHING
        found = shape.items[index]
    else:
        if shape.high is not None and index >= shape.high:
            return NOTHING
        # A list that is known to be one may be shorter than that.
        unsure = UNKNOWN if shape.vague else MAYBE
        found = (shape.item or SOME).having(ALWAYS if -shape.low <= index < shape.low else unsure)
    return found.having(both(shape.presence, _through(shape, ARRAY, found.presence)))


def follow(shape: Shape, steps: Sequence[Step]) -> Shape:
    """What a path leads to. A path that may lead to several places gives an array, an empty one where it leads nowhere."""
    here = shape
    for i, step in enumerate(steps):
        if isinstance(step, Many):
            return _many(here, step, steps[i + 1 :])
        here = element(here, step) if isinstance(step, int) else member(here, step)
        if here.presence == NEVER:
            return here
    return here


def failing_step(shape: Shape, steps: Sequence[Step]) -> tuple[int, Shape]:
    """(number of the first step that leads nowhere or perhaps nowhere, the shape it was taken from)."""
    here = shape
    worst = (len(steps), shape)
    for i, step in enumerate(steps):
        if isinstance(step, Many):
            break
        after = element(here, step) if isinstance(step, int) else member(here, step)
        if after.presence == NEVER:
            return i, here
        if after.presence == MAYBE and here.presence != MAYBE:
            worst = (i, here)
        here = after
    return worst


def put(shape: Shape, steps: Sequence[Step], value: Shape) -> Shape:
    """A document with a value put where ResultPath says; objects on the way are made. `` replaces it all."""
    if not steps:
        return value
    first, rest = steps[0], steps[1:]
    if isinstance(first, Many):
        return SOME
    if isinstance(first, int):
        return _put_item(shape, first, rest, value)
    base = shape if shape.kinds & OBJECT else closed({}, Origin("made"))
    inner = member(base, first)
    fields = dict(base.fields)
    fields[first] = (
        put(inner if inner.presence != NEVER else closed({}, Origin("made")), rest, value) if rest else value
    )
    if fields[first].presence != ALWAYS:
        fields[first] = fields[first].having(ALWAYS)
    return Shape(
        OBJECT,
        ALWAYS,
        fields=fields,
        rest=base.rest,
        rest_shape=base.rest_shape,
        origins=base.origins,
    )


def assume(shape: Shape, steps: Sequence[Step], refine: Shape | None = None) -> Shape:
    """The document once it is known that a path leads somewhere, and that what is there is no more than `refine`."""
    if not steps:
        if refine is None:
            return shape if shape.presence == ALWAYS else shape.having(ALWAYS)
        return refine.having(ALWAYS)
    step, rest = steps[0], steps[1:]
    if isinstance(step, Many):
        return shape
    if isinstance(step, int):
        if shape.kinds == ARRAY and shape.items is None and step >= 0:
            longer = max(shape.low, step + 1)
            return Shape(ARRAY, ALWAYS, item=shape.item, low=longer, high=shape.high, origins=shape.origins)
        if not shape.kinds & ARRAY or shape.items is None or not 0 <= step < len(shape.items):
            return shape
        items = list(shape.items)
        items[step] = assume(items[step], rest, refine)
        return Shape(
            ARRAY, ALWAYS, items=tuple(items), item=shape.item, low=shape.low, high=shape.high, origins=shape.origins
        )
    inner = member(shape, step)
    if inner.presence == NEVER:
        inner = ANY
    fields = dict(shape.fields)
    fields[step] = assume(inner, rest, refine)
    return Shape(OBJECT, ALWAYS, fields=fields, rest=shape.rest, rest_shape=shape.rest_shape, origins=shape.origins)


def without(shape: Shape, steps: Sequence[Step]) -> Shape:
    """The document once it is known that a path leads nowhere."""
    if not steps or not shape.kinds & OBJECT:
        return shape
    step, rest = steps[0], steps[1:]
    if not isinstance(step, str):
        return shape
    inner = member(shape, step)
    if inner.presence == NEVER:
        return shape
    if rest and inner.presence != ALWAYS:
        # Either of them may be the one that is missing.
        return shape
    fields = dict(shape.fields)
    fields[step] = without(inner, rest) if rest else NOTHING
    return Shape(
        shape.kinds,
        shape.presence,
        values=shape.values,
        fields=fields,
        rest=shape.rest,
        rest_shape=shape.rest_shape,
        item=shape.item,
        items=shape.items,
        low=shape.low,
        high=shape.high,
        vague=shape.vague,
        origins=shape.origins,
    )


def _through(shape: Shape, kind: int, presence: int) -> int:
    """Whether something is there below a value that may be of another kind."""
    if shape.kinds == kind:
        return presence
    if shape.vague:
        return both(presence, UNKNOWN)
    return both(presence, MAYBE)


def _many(here: Shape, step: Many, rest: Sequence[Step]) -> Shape:
    """What an indefinite path gives: an array of what is found, never a failure (recorded)."""
    if step.text.endswith(")") and not step.text.startswith("["):
        return SOME
    item = SOME
    if here.kinds & ALL == ARRAY and here.item is not None and step.text in ("*", "[*]"):
        found = follow(here.item, rest)
        if found.presence == NEVER:
            return array(SOME)
        item = found
    return array(item.having(ALWAYS))


def _put_item(shape: Shape, index: int, rest: Sequence[Step], value: Shape) -> Shape:
    if shape.items is not None and 0 <= index < len(shape.items):
        items = list(shape.items)
        items[index] = put(items[index], rest, value)
        return Shape(
            ARRAY, ALWAYS, items=tuple(items), item=join(shape.item or SOME, value), low=shape.low, high=shape.high
        )
    return array(SOME)
