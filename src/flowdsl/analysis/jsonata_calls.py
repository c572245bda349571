"""What a call of a JSONata function gives, and whether its arguments can be right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flowdsl.analysis.jsonata_functions import FUNCTIONS, Signature
from flowdsl.analysis.sequences import sequence
from flowdsl.analysis.shape import (
    ALL,
    ALWAYS,
    ANY,
    ARRAY,
    FUNCTION,
    FUNCTION_SHAPE,
    MAYBE,
    NEVER,
    NOTHING,
    NUMBER,
    NUMBER_SHAPE,
    OBJECT,
    SOME,
    TEXT,
    TEXT_SHAPE,
    UNKNOWN,
    Shape,
    array,
)
from flowdsl.analysis.shape_constants import constant
from flowdsl.analysis.shape_join import both, join, join_all
from flowdsl.analysis.shape_paths import member
from flowdsl.query.jsonata import nodes as n

if TYPE_CHECKING:
    from flowdsl.analysis.jsonata_shapes import Inference

_NEEDED = {"hash": 1, "range": 2}
"""How many arguments of AWS's own functions fail where they are absent; every other function gives nothing (measured)."""
TOLERANT = frozenset(
    {"exists", "boolean", "not", "type", "append", "merge", "count", "zip", "lookup", "map", "filter", "distinct"}
)
"""Functions to which an absent argument does no harm."""
_ITEMS = {"sum": NUMBER, "max": NUMBER, "min": NUMBER, "average": NUMBER, "join": TEXT}
"""What the items of the array must be, or the value in its stead."""


def call_shape(inference: Inference, node: n.Call) -> Shape:
    """The shape of a call's value."""
    if any(argument is None for argument in node.arguments):
        for argument in node.arguments:
            if argument is not None:
                inference.of(argument)
        return FUNCTION_SHAPE
    return _called(inference, node, node.procedure, tuple(a for a in node.arguments if a is not None))


def apply_shape(inference: Inference, node: n.Apply) -> Shape:
    """The shape of `x ~> f` and `x ~> f(y)`: a call with x before its own arguments."""
    right = node.right
    if isinstance(right, n.Call) and all(argument is not None for argument in right.arguments):
        arguments = (node.left, *(a for a in right.arguments if a is not None))
        return _called(inference, right, right.procedure, arguments)
    if isinstance(right, n.Variable):
        return _called(inference, node, right, (node.left,))
    found = inference.of(node.left)
    inference.of(right)
    return FUNCTION_SHAPE if found.kinds == FUNCTION else ANY


def _called(inference: Inference, node: n.Node, callee: n.Node, arguments: Sequence[n.Node]) -> Shape:
    if isinstance(callee, n.Lambda):
        return _of_lambda(inference, callee, arguments)
    hiding = None
    if isinstance(callee, n.Variable) and not inference.is_local(callee.name):
        hiding = inference.scope.variables(callee.name)
        if hiding is not None:
            inference.of(callee)
            if not hiding.kinds & FUNCTION:
                inference.report("hidden", node, hiding, certain=True, name=callee.name)
    if not isinstance(callee, n.Variable) or inference.is_local(callee.name) or hiding is not None:
        for argument in arguments:
            inference.of(argument)
        return ANY
    name = callee.name
    signature = FUNCTIONS.get(name)
    if signature is None:
        for argument in arguments:
            inference.of(argument)
        inference.report("function", node, ANY, certain=True, name=name)
        return ANY
    implied = signature.context and bool(inference.focus) and len(arguments) < signature.least
    if not _count_is_right(signature, len(arguments), implied):
        inference.report("arity", node, ANY, certain=True, name=name, expected=len(arguments))
    if name in ("map", "filter", "single", "sift", "each", "reduce") and len(arguments) >= 2:
        return _higher_order(inference, name, arguments)
    given: list[Shape] = []
    for i, argument in enumerate(arguments):
        if i < _NEEDED.get(name, 0):
            shape = inference.strictly(argument)
        else:
            shape = inference.quietly(argument) if name in TOLERANT else inference.of(argument)
        given.append(shape)
        if name in _ITEMS and i == 0 and (shape.item is not None or not shape.kinds & ARRAY):
            item = shape.item if shape.kinds & ARRAY and shape.item is not None else shape
            if shape.kinds & ARRAY and shape.kinds & ~ARRAY and not shape.vague:
                item = join(item, shape.only(~ARRAY))
            of = f"an item of ${name}" if shape.kinds == ARRAY else f"${name}"
            inference.expects(argument, item.having(shape.presence), _ITEMS[name], of)
        elif name == "sort" and len(arguments) == 1 and shape.kinds & ARRAY and shape.item is not None:
            # Without a function to compare them, only numbers and strings are in an order.
            inference.expects(argument, shape.item.having(shape.presence), NUMBER | TEXT, "an item of $sort")
        elif name == "partition" and i == 0:
            inference.expects(argument, shape, ARRAY, "$partition")
        elif name == "merge":
            _objects_only(inference, argument, shape)
        elif signature.takes and not implied:
            _check_kind(inference, argument, shape, signature.takes[min(i, len(signature.takes) - 1)], name)
    return _result(name, signature, given, implied)


def _objects_only(inference: Inference, argument: n.Node, shape: Shape) -> None:
    """`$merge` takes an array of objects, or one object."""
    if not shape.kinds & ARRAY or shape.kinds & ~ARRAY:
        if not shape.kinds & ARRAY:
            inference.expects(argument, shape, OBJECT, "$merge")
        return
    parts = argument.items if isinstance(argument, n.Array) else ()
    for i, item in enumerate(shape.items or (shape.item or SOME,)):
        exact = shape.items is not None and len(parts) == len(shape.items)
        name = "$merge" if exact else "an item of $merge"
        inference.expects(parts[i] if exact else argument, item, OBJECT, name)


def _of_lambda(inference: Inference, function: n.Lambda, arguments: Sequence[n.Node]) -> Shape:
    """A function that is called where it is written."""
    shapes = [inference.of(argument) for argument in arguments]
    names = dict(zip(function.parameters, [*shapes, *[ANY] * len(function.parameters)], strict=False))
    inference.locals.append(names)
    try:
        return inference.of(function.body)
    finally:
        inference.locals.pop()


def _count_is_right(signature: Signature, count: int, implied: bool) -> bool:
    least = signature.least - 1 if implied else signature.least
    return least <= count and (signature.most is None or count <= signature.most)


def _check_kind(inference: Inference, argument: n.Node, shape: Shape, takes: int, name: str) -> None:
    # A sequence of one is its value, and a value stands where an array is due: only other kinds are wrong.
    if takes & ALL == ALL:
        return
    if takes & ARRAY:
        takes |= shape.kinds if shape.item is None else takes
    if shape.kinds & FUNCTION and takes & FUNCTION:
        return
    inference.expects(argument, shape, takes, f"${name}")


def _result(name: str, signature: Signature, given: Sequence[Shape], implied: bool) -> Shape:
    first = given[0] if given else SOME
    presence = ALWAYS
    if signature.undefined == "undefined" and signature.takes and not implied:
        presence = first.presence
        if len(given) > 1 and signature.least > 1:
            presence = max(shape.presence for shape in given[: signature.least])
        if presence == NEVER:
            return NOTHING
    if name in ("max", "min", "average") and first.kinds & ARRAY and first.low == 0 and not first.vague:
        presence = max(presence, MAYBE if first.high is None or first.high == 0 else UNKNOWN)
    if name == "exists" and first.presence in (ALWAYS, NEVER) and len(given) == 1:
        return constant(first.presence == ALWAYS)
    if name == "zip" and given and not any(shape.vague or shape.presence >= MAYBE for shape in given):
        inner = [shape.item or SOME if shape.kinds & ARRAY else shape for shape in given]
        return array(array(join_all(tuple(item.having(ALWAYS) for item in inner)), len(given), len(given)))
    if signature.gives:
        return Shape(signature.gives, presence, item=TEXT_SHAPE if name == "split" else None)
    if name == "append":
        return _appended(given)
    if name in ("sort", "reverse", "shuffle", "distinct"):
        if first.kinds & ARRAY and not first.vague:
            return first if name != "distinct" else array(first.item, min(1, first.low)).having(presence)
        return array(first, 1).having(presence) if not first.kinds & ARRAY else _any(presence)
    if name == "merge":
        return _merged(first, presence)
    if name in ("keys", "lookup") and not _has_objects(first):
        return NOTHING
    if name == "lookup":
        return _looked_up(first, given[1] if len(given) == 2 else SOME, presence)
    if name == "keys":
        if first.kinds & ARRAY and not first.vague and not first.low:
            presence = max(presence, MAYBE)
        if first.is_closed and first.fields:
            return Shape(ARRAY | TEXT_SHAPE.kinds, presence, item=TEXT_SHAPE)
        return Shape(ARRAY | TEXT_SHAPE.kinds, max(UNKNOWN, presence), item=TEXT_SHAPE)
    if name == "range":
        return Shape(ARRAY | NUMBER, UNKNOWN, item=NUMBER_SHAPE)
    if name == "partition":
        # Nothing comes of an empty array (measured).
        there = both(presence, ALWAYS if first.low > 0 else UNKNOWN if first.vague or first.kinds != ARRAY else MAYBE)
        return array(array(first.item, 1), 1).having(there)
    if name in ("error",):
        return NOTHING.having(UNKNOWN)
    return _any(presence)


def _any(presence: int) -> Shape:
    """A value of which nothing is known, as sure to be there as what it was made of."""
    return ANY.having(max(UNKNOWN, presence))


def _has_objects(shape: Shape) -> bool:
    """Whether a value may be an object, or hold some."""
    inside = bool(shape.kinds & ARRAY) and (shape.item is None or _has_objects(shape.item))
    return bool(shape.kinds & OBJECT) or inside


def _looked_up(first: Shape, key: Shape, presence: int) -> Shape:
    """The member of an object, where its name is a constant; of a list, those of its items."""
    if first.kinds & ARRAY and not first.vague and not first.low:
        return _any(MAYBE)
    if first.kinds != OBJECT or first.vague or key.kinds != TEXT or key.values is None or len(key.values) != 1:
        return _any(presence)
    [(_, name)] = key.values
    found = member(first, str(name))
    return found.having(both(found.presence, presence))


def _appended(given: Sequence[Shape]) -> Shape:
    if len(given) != 2:
        return ANY
    left, right = given
    if left.presence == NEVER or right.presence == NEVER:
        return right if left.presence == NEVER else left
    if left.vague or right.vague:
        return ANY.having(both(UNKNOWN, min(left.presence, right.presence)))
    items: list[Shape] = []
    low = 0
    for shape in (left, right):
        if shape.kinds & ARRAY and shape.high != 0:
            items.append(shape.item or SOME)
        if shape.kinds & ~ARRAY:
            items.append(shape.only(~ARRAY).having(ALWAYS))
        low += shape.low if shape.kinds == ARRAY else 0 if shape.kinds & ARRAY else 1
    found = array(join_all(tuple(item.having(ALWAYS) for item in items)), low)
    # Where one of them is absent, the other is given as it is.
    if left.presence != ALWAYS:
        found = join(found, right.having(ALWAYS))
    if right.presence != ALWAYS:
        found = join(found, left.having(ALWAYS))
    return found.having(min(left.presence, right.presence))


def _merged(first: Shape, presence: int) -> Shape:
    if first.items is None:
        return _merged_list(first, presence)
    fields: dict[str, Shape] = {}
    rest = NEVER
    for item in first.items:
        if not item.kinds & OBJECT:
            return Shape(OBJECT, presence, rest=UNKNOWN)
        for key, value in item.fields.items():
            before = fields.get(key)
            fields[key] = (
                value if value.presence == ALWAYS or before is None else join(before, value).having(before.presence)
            )
        if item.rest != NEVER:
            rest = UNKNOWN
            fields = {key: ANY.having(value.presence) for key, value in fields.items()}
    return Shape(OBJECT, presence, fields=fields, rest=rest)


def _merged_list(first: Shape, presence: int) -> Shape:
    """The same of a list whose length is not known: what its items have, all of it where there is at least one."""
    item = first.item if first.kinds == ARRAY else first
    if item is None or item.vague or item.kinds != OBJECT:
        return Shape(OBJECT, presence, rest=UNKNOWN)
    sure = first.kinds == OBJECT or first.low > 0
    fields = {
        name: value if sure or value.presence != ALWAYS else value.having(MAYBE) for name, value in item.fields.items()
    }
    return Shape(OBJECT, presence, fields=fields, rest=item.rest, rest_shape=item.rest_shape)


def _higher_order(inference: Inference, name: str, arguments: Sequence[n.Node]) -> Shape:
    over = inference.quietly(arguments[0])
    item = (over.item or SOME) if over.kinds & ARRAY else over.having(ALWAYS)
    if over.kinds & ARRAY and over.kinds & ~ARRAY:
        item = SOME if over.vague else join(item, over.only(~ARRAY).having(ALWAYS))
    function = arguments[1]
    result = ANY
    if name in ("each", "sift"):
        inference.expects(arguments[0], over, OBJECT, f"${name}")
    if isinstance(function, n.Lambda):
        names: list[Shape] = [item.having(ALWAYS), NUMBER_SHAPE, over]
        if name == "reduce":
            names = [SOME, item.having(ALWAYS), NUMBER_SHAPE, over]
        elif name in ("sift", "each"):
            names = [ANY, TEXT_SHAPE, over]
        result = inference.inside(
            item,
            function.body,
            dict(zip(function.parameters, [*names, *[ANY] * len(function.parameters)], strict=False)),
        )
    else:
        inference.of(function)
    rest = [inference.of(argument) for argument in arguments[2:]]
    if over.presence == NEVER:
        return NOTHING
    low = over.low if over.kinds == ARRAY else 0 if over.kinds & ARRAY else 1
    high = over.high if over.kinds & ARRAY else 1
    if name == "map":
        if result.presence == NEVER:
            return NOTHING
        # $map does not flatten what the function gives; it leaves undefined out and collapses as every sequence does.
        return _mapped(result, low, high, over.presence if not over.vague else UNKNOWN)
    if name == "filter":
        found = sequence(item.having(ALWAYS), 0, high, unsure=True)
        return found.having(UNKNOWN) if over.vague or over.presence == UNKNOWN else found
    if name == "single":
        return item.having(UNKNOWN)
    if name == "reduce":
        first = rest[0] if rest else item
        if result.vague or result.presence != ALWAYS or over.presence != ALWAYS:
            return ANY
        return join(first.having(ALWAYS), result).having(ALWAYS if rest or low else UNKNOWN)
    there = max(over.presence, UNKNOWN)
    if name == "sift":
        return Shape(OBJECT, there, rest=UNKNOWN)
    return ANY.having(there) if result.vague else _mapped(result, 0, None, there)


def _mapped(result: Shape, low: int, high: int | None, presence: int) -> Shape:
    certain = low if result.presence == ALWAYS else 0
    there = both(
        presence, ALWAYS if certain else UNKNOWN if presence == UNKNOWN or result.presence == UNKNOWN else MAYBE
    )
    if high == 1:
        return result.having(there)
    many = Shape(ARRAY, item=result.having(ALWAYS), low=max(2, certain), high=high)
    if certain >= 2:
        return many.having(there)
    return join(result.having(ALWAYS), many).having(there)


__all__ = ["TOLERANT", "call_shape"]
