"""Shape: what is known of a JSON value without running: its kinds, its fields and how surely they are there, its constants.

Shapes are immutable and shared.
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
        return self.changed(presence=presence)

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
        return self.changed(kinds=left, values=values, vague=self.vague and left != (left & -left))

    def closed_by(self, origins: tuple[Origin, ...]) -> Shape:
        """The same, with another reason for its fields."""
        return self.changed(origins=origins)

    def changed(self, **parts: Any) -> Shape:
        """The same but for some of its parts."""
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
        for name, value in parts.items():
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


def describe(shape: Shape) -> str:
    """What a value is, as a message says it: `a string`, `a number or null`, `an object`."""
    if shape.vague or shape.kinds & ALL == ALL:
        return "a value of an unknown type"
    names = [name for kind, name in KIND_NAMES.items() if shape.kinds & kind]
    if not names:
        return "nothing"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


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
