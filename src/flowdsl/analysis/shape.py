"""Shape: what is known of a JSON value without running: its kinds, its fields and how surely they are there, its constants.

Shapes are immutable and shared. `join` is the least shape that covers two; nothing nests deeper than DEPTH, so that a loop
which wraps a value in itself comes to rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

NULL: Final = 1
BOOLEAN: Final = 2
NUMBER: Final = 4
TEXT: Final = 8
ARRAY: Final = 16
OBJECT: Final = 32
FUNCTION: Final = 64
"""A JSONata function: no JSON value, but what an expression may give."""
SCALAR: Final = NULL | BOOLEAN | NUMBER | TEXT
ALL: Final = SCALAR | ARRAY | OBJECT

KIND_NAMES: Final = {
    NULL: "null",
    BOOLEAN: "a boolean",
    NUMBER: "a number",
    TEXT: "a string",
    ARRAY: "an array",
    OBJECT: "an object",
    FUNCTION: "a function",
}

ALWAYS: Final = 0
"""It is there."""
UNKNOWN: Final = 1
"""Nothing says whether it is there: an open document."""
MAYBE: Final = 2
"""It is known to be absent on some way, or for some values."""
NEVER: Final = 3
"""It is not there."""

DEPTH: Final = 12
MOST_VALUES: Final = 24
MOST_ITEMS: Final = 40
MOST_FIELDS: Final = 400

Presence = int
Value = tuple[int, Any]
"""(kind, value) of a scalar constant: 1, 1.0 and true are kept apart as JSON does."""


class Origin(NamedTuple):
    """Why an object has the fields it has and no others."""

    kind: str
    """`input`, `template`, `result`, `replaced`, `error`, `literal`, `item`, `context`, ..."""
    state: str = ""
    """The state that made it."""
    text: str = ""
    """The resource or field, where that says more."""


class Shape:
    """What is known of one value. `presence` says whether there is a value at all."""

    __slots__ = (
        "fields",
        "high",
        "item",
        "items",
        "kinds",
        "low",
        "origins",
        "presence",
        "rest",
        "rest_shape",
        "vague",
        "values",
    )

    def __init__(
        self,
        kinds: int = ALL,
        presence: Presence = ALWAYS,
        *,
        values: frozenset[Value] | None = None,
        fields: Mapping[str, Shape] | None = None,
        rest: Presence = NEVER,
        rest_shape: Shape | None = None,
        item: Shape | None = None,
        items: tuple[Shape, ...] | None = None,
        low: int = 0,
        high: int | None = None,
        vague: bool = False,
        origins: tuple[Origin, ...] = (),
    ) -> None:
        self.kinds = kinds
        self.presence = presence
        self.values = values
        """Every scalar it can be; None: any of its kinds."""
        self.fields: Mapping[str, Shape] = fields if fields is not None else _NO_FIELDS
        self.rest: Presence = rest
        """Whether members that `fields` does not name are there; NEVER closes the object."""
        self.rest_shape = rest_shape
        """Of those members; None: anything."""
        self.item = item
        """Of an array's items; None: anything."""
        self.items = items
        """Of each item, where their number is known."""
        self.low = low
        self.high = high
        """Least and greatest number of items; None: no bound is known."""
        self.vague = vague
        """Whether the kinds are all there could be rather than what is known to come."""
        self.origins = origins

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Shape) and _equal(self, other, DEPTH + 2)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Shape({describe(self)}{['', '?', ' maybe', ' never'][self.presence]})"

    @property
    def is_closed(self) -> bool:
        """Whether it can be nothing but an object whose members are all named."""
        return self.kinds == OBJECT and self.rest == NEVER

    def having(self, presence: Presence) -> Shape:
        """The same value, differently sure to be there."""
        if presence == self.presence:
            return self
        if presence == ALWAYS and self is ANY:
            return SOME
        if presence == UNKNOWN and self is SOME:
            return ANY
        return self._with(presence=presence)

    def only(self, kinds: int) -> Shape:
        """What is left of it when its kind is known to be one of these; NOTHING when that cannot be."""
        left = self.kinds & kinds
        if left == self.kinds:
            return self
        if not left:
            return NOTHING
        values = self.values
        if values is not None:
            values = frozenset(value for value in values if value[0] & left)
        return self._with(kinds=left, values=values, vague=self.vague and left != (left & -left))

    def closed_by(self, origins: tuple[Origin, ...]) -> Shape:
        """The same, with another reason for its fields."""
        return self._with(origins=origins)

    def _with(self, **changed: Any) -> Shape:
        new = Shape.__new__(Shape)
        new.kinds = self.kinds
        new.presence = self.presence
        new.values = self.values
        new.fields = self.fields
        new.rest = self.rest
        new.rest_shape = self.rest_shape
        new.item = self.item
        new.items = self.items
        new.low = self.low
        new.high = self.high
        new.vague = self.vague
        new.origins = self.origins
        for name, value in changed.items():
            setattr(new, name, value)
        return new


_NO_FIELDS: dict[str, Shape] = {}
ANY: Final = Shape(ALL, UNKNOWN, rest=UNKNOWN, vague=True)
"""Nothing is known, not even whether there is a value."""
SOME: Final = Shape(ALL, ALWAYS, rest=UNKNOWN, vague=True)
"""A value of which nothing is known."""
NOTHING: Final = Shape(0, NEVER)
TEXT_SHAPE: Final = Shape(TEXT)
NUMBER_SHAPE: Final = Shape(NUMBER)
BOOLEAN_SHAPE: Final = Shape(BOOLEAN)
NULL_SHAPE: Final = Shape(NULL, values=frozenset({(NULL, None)}))
EMPTY_OBJECT: Final = Shape(OBJECT)
FUNCTION_SHAPE: Final = Shape(FUNCTION)


def closed(fields: Mapping[str, Shape], *origins: Origin, presence: Presence = ALWAYS) -> Shape:
    """An object with these members and no others."""
    return Shape(OBJECT, presence, fields=fields, origins=origins)


def open_object(fields: Mapping[str, Shape] | None = None) -> Shape:
    """An object with these members, and perhaps others."""
    return Shape(OBJECT, fields=fields, rest=UNKNOWN)


def array(item: Shape | None = None, low: int = 0, high: int | None = None) -> Shape:
    """An array of such items."""
    return Shape(ARRAY, item=item.having(ALWAYS) if item is not None else None, low=low, high=high)


def tuple_of(items: tuple[Shape, ...]) -> Shape:
    """An array of exactly these items."""
    if len(items) > MOST_ITEMS:
        return array(join_all(items), len(items), len(items))
    return Shape(ARRAY, items=items, item=join_all(items) if items else None, low=len(items), high=len(items))


def constant(value: Any, depth: int = 0) -> Shape:
    """The shape of a JSON value."""
    if value is None:
        return NULL_SHAPE
    if isinstance(value, bool):
        return Shape(BOOLEAN, values=frozenset({(BOOLEAN, value)}))
    if isinstance(value, (int, float)):
        return Shape(NUMBER, values=frozenset({(NUMBER, value)}))
    if isinstance(value, str):
        if "${" in value or "#{" in value:
            # A placeholder that is the whole text may stand for anything until it is filled in.
            return SOME if value[0] in "$#" and value[-1] == "}" else TEXT_SHAPE
        return Shape(TEXT, values=frozenset({(TEXT, value)})) if len(value) <= 200 else TEXT_SHAPE
    if depth >= DEPTH:
        return SOME
    if isinstance(value, list):
        if len(value) > MOST_ITEMS:
            return (
                array(join_all(tuple(constant(v, depth + 1) for v in value[:MOST_ITEMS])), len(value), len(value))
                if _alike(value)
                else array(None, len(value), len(value))
            )
        return tuple_of(tuple(constant(v, depth + 1) for v in value))
    if isinstance(value, dict):
        return closed({str(k): constant(v, depth + 1) for k, v in value.items()}, Origin("literal"))
    return SOME


def kind_of(value: Any) -> int:
    """The kind of a JSON value."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, (int, float)):
        return NUMBER
    if isinstance(value, str):
        return TEXT
    return ARRAY if isinstance(value, list) else OBJECT


def either(presence: Presence, other: Presence) -> Presence:
    """Whether a value is there that comes on one of two ways."""
    if presence == other:
        return presence
    return UNKNOWN if presence + other == ALWAYS + UNKNOWN else MAYBE


def both(presence: Presence, other: Presence) -> Presence:
    """Whether a value is there that needs two things to be."""
    return max(presence, other)


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
    return Shape(
        kinds,
        presence,
        values=_joined_values(a, b),
        **_joined_members(a, b, depth),
        **_joined_items(a, b, depth),
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
    return joined._with(  # pyright: ignore[reportPrivateUsage]
        fields=fields,
        values=joined.values if joined.values == old.values else None,
        item=None,
        items=None,
        low=0,
        high=None,
    )


def describe(shape: Shape) -> str:
    """What a value is, as a message says it: `a string`, `a number or null`, `an object`."""
    if shape.vague or shape.kinds & ALL == ALL:
        return "a value of an unknown type"
    names = [name for kind, name in KIND_NAMES.items() if shape.kinds & kind]
    if not names:
        return "nothing"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


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


def _joined_members(a: Shape, b: Shape, depth: int) -> dict[str, Any]:
    if not a.kinds & OBJECT:
        return {"fields": b.fields, "rest": b.rest, "rest_shape": b.rest_shape}
    if not b.kinds & OBJECT:
        return {"fields": a.fields, "rest": a.rest, "rest_shape": a.rest_shape}
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
            return {"fields": {}, "rest": UNKNOWN, "rest_shape": None}
    rest_shape = None
    if a.rest_shape is not None and b.rest_shape is not None:
        rest_shape = join(a.rest_shape, b.rest_shape, depth + 1)
    elif a.rest == NEVER or b.rest == NEVER:
        rest_shape = a.rest_shape or b.rest_shape
    return {"fields": fields, "rest": either(a.rest, b.rest), "rest_shape": rest_shape}


def _undeclared(shape: Shape) -> Shape:
    """A member that a shape does not name."""
    if shape.rest == NEVER:
        return NOTHING
    return (shape.rest_shape or SOME).having(shape.rest)


def _joined_items(a: Shape, b: Shape, depth: int) -> dict[str, Any]:
    if not a.kinds & ARRAY:
        return {"item": b.item, "items": b.items, "low": b.low, "high": b.high}
    if not b.kinds & ARRAY:
        return {"item": a.item, "items": a.items, "low": a.low, "high": a.high}
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
    return {"item": item, "items": items, "low": min(a.low, b.low), "high": high}


def _joined_origins(a: Shape, b: Shape) -> tuple[Origin, ...]:
    if a.origins == b.origins or not b.origins:
        return a.origins
    if not a.origins:
        return b.origins
    return tuple(dict.fromkeys(a.origins + b.origins))[:4]


def _equal(a: Shape, b: Shape, depth: int) -> bool:
    if a is b:
        return True
    if depth <= 0:
        return False
    if (
        a.kinds != b.kinds
        or a.presence != b.presence
        or a.rest != b.rest
        or a.vague != b.vague
        or a.low != b.low
        or a.high != b.high
        or a.values != b.values
        or len(a.fields) != len(b.fields)
    ):
        return False
    if a.fields is not b.fields:
        for name, shape in a.fields.items():
            other = b.fields.get(name)
            if other is None or not _equal(shape, other, depth - 1):
                return False
    if not _equal_or_none(a.item, b.item, depth) or not _equal_or_none(a.rest_shape, b.rest_shape, depth):
        return False
    if (a.items is None) != (b.items is None):
        return False
    if a.items is not None and b.items is not None:
        return len(a.items) == len(b.items) and all(
            _equal(x, y, depth - 1) for x, y in zip(a.items, b.items, strict=True)
        )
    return True


def _equal_or_none(a: Shape | None, b: Shape | None, depth: int) -> bool:
    if a is None or b is None:
        return a is b
    return _equal(a, b, depth - 1)


def _alike(values: list[Any]) -> bool:
    return len({kind_of(value) for value in values[:200]}) == 1
