"""What JSONata array and object constructors give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.analysis.shape import ALWAYS, ARRAY, NEVER, NUMBER_SHAPE, OBJECT, SOME, UNKNOWN, Origin, Shape, array
from flowdsl.analysis.shape_constants import tuple_of
from flowdsl.analysis.shape_join import join_all
from flowdsl.query.jsonata import nodes as n

if TYPE_CHECKING:
    from flowdsl.analysis.jsonata_shapes import Inference


def array_shape(inference: Inference, node: n.Array) -> Shape:
    items: list[Shape] = []
    exact = True
    low = 0
    for part in node.items:
        if isinstance(part, n.Binary) and part.operator == "..":
            numbers = inference.of(part)
            if len(node.items) == 1 and numbers.kinds == ARRAY:
                return numbers
            items.append(NUMBER_SHAPE)
            exact = False
            low += numbers.low if numbers.kinds == ARRAY else 0
            continue
        # What is absent is left out.
        shape = inference.quietly(part)
        if shape.presence == NEVER:
            continue
        if not isinstance(part, n.Array) and shape.kinds == ARRAY and shape.high == 0:
            continue
        if not isinstance(part, n.Array) and shape.kinds & ARRAY:
            # A sequence is flattened into the array around it, an array constructor is not.
            exact = False
            items.append(shape.item or SOME)
            if shape.vague:
                items.append(SOME)
            elif shape.kinds & ~ARRAY:
                items.append(shape.only(~ARRAY))
            low += min(1, shape.low) if shape.kinds == ARRAY and shape.presence == ALWAYS else 0
            continue
        exact = exact and shape.presence == ALWAYS
        low += shape.presence == ALWAYS
        items.append(shape.having(ALWAYS))
    if exact:
        return tuple_of(tuple(items))
    return array(join_all(tuple(item.having(ALWAYS) for item in items)), low)


def object_shape(inference: Inference, node: n.Object) -> Shape:
    fields: dict[str, Shape] = {}
    rest = NEVER
    for key, value in node.pairs:
        shape = inference.of(value)
        if isinstance(key, n.Literal) and isinstance(key.value, str):
            # A member whose value is undefined is left out.
            fields[key.value] = shape
        else:
            inference.of(key)
            rest = UNKNOWN
    return Shape(OBJECT, fields=fields, rest=rest, origins=(Origin("object"),))


def group_shape(inference: Inference, node: n.Group) -> Shape:
    inference.of(node.base)
    return Shape(OBJECT, rest=UNKNOWN)
