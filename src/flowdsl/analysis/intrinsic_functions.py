"""The intrinsic functions of JSONPath states: how many arguments each takes, of what kinds, and what it gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from flowdsl.analysis import shape as s
from flowdsl.analysis.jsonpath_syntax import Call, Literal_
from flowdsl.analysis.shape import Shape
from flowdsl.analysis.shape_constants import tuple_of
from flowdsl.query.jsonpath.format import format_pieces
from flowdsl.query.jsonpath.functions import ALGORITHMS


class Intrinsic(NamedTuple):
    """One function. Kinds of the last argument hold for all that follow."""

    least: int
    most: int | None
    takes: tuple[int, ...]
    gives: int


_ANY = s.ALL

INTRINSICS: Final[dict[str, Intrinsic]] = {
    "Format": Intrinsic(1, None, (s.TEXT, _ANY), s.TEXT),
    "StringToJson": Intrinsic(1, 1, (s.TEXT,), 0),
    "JsonToString": Intrinsic(1, 1, (_ANY,), s.TEXT),
    "Array": Intrinsic(0, None, (_ANY,), 0),
    "ArrayPartition": Intrinsic(2, 2, (s.ARRAY, s.NUMBER), 0),
    "ArrayContains": Intrinsic(2, 2, (s.ARRAY, _ANY), s.BOOLEAN),
    "ArrayRange": Intrinsic(3, 3, (s.NUMBER,), 0),
    "ArrayGetItem": Intrinsic(2, 2, (s.ARRAY, s.NUMBER), 0),
    "ArrayLength": Intrinsic(1, 1, (s.ARRAY,), s.NUMBER),
    "ArrayUnique": Intrinsic(1, 1, (s.ARRAY,), 0),
    "Base64Encode": Intrinsic(1, 1, (s.TEXT,), s.TEXT),
    "Base64Decode": Intrinsic(1, 1, (s.TEXT,), s.TEXT),
    "Hash": Intrinsic(2, 2, (s.TEXT,), s.TEXT),
    "JsonMerge": Intrinsic(3, 3, (s.OBJECT, s.OBJECT, s.BOOLEAN), 0),
    "MathRandom": Intrinsic(2, 3, (s.NUMBER,), s.NUMBER),
    "MathAdd": Intrinsic(2, 2, (s.NUMBER,), s.NUMBER),
    "StringSplit": Intrinsic(2, 2, (s.TEXT,), 0),
    "UUID": Intrinsic(0, 0, (), s.TEXT),
}
"""All eighteen; AWS adds none any more."""

LONGEST_RANGE: Final = 1000
"""Elements that States.ArrayRange may give (documented)."""


def result_of(call: Call, given: Sequence[Shape]) -> Shape:
    """The shape of a call's value."""
    function = INTRINSICS.get(call.name)
    if function is None:
        return s.SOME
    if function.gives:
        return Shape(function.gives)
    first = given[0] if given else s.SOME
    match call.name:
        case "Array":
            return tuple_of(tuple(shape.having(s.ALWAYS) for shape in given))
        case "ArrayPartition":
            return s.array(s.array(first.item, 1))
        case "ArrayRange":
            return _range(call)
        case "ArrayGetItem":
            return (first.item or s.SOME).having(s.ALWAYS)
        case "ArrayUnique":
            return s.array(first.item, min(first.low, 1), first.high)
        case "JsonMerge" if len(given) >= 2 and given[0].kinds == s.OBJECT and given[1].is_closed:
            return s.Shape(s.OBJECT, fields={**given[0].fields, **given[1].fields}, rest=given[0].rest)
        case "JsonMerge":
            return s.open_object()
        case "StringSplit":
            return s.array(s.TEXT_SHAPE)
        case _:
            return s.SOME


def _range(call: Call) -> Shape:
    numbers = [argument.value for argument in call.arguments if isinstance(argument, Literal_)]
    if len(numbers) != 3 or not all(isinstance(n, (int, float)) and not isinstance(n, bool) for n in numbers):
        return s.array(s.NUMBER_SHAPE, 0, LONGEST_RANGE)
    first, last, step = (_rounded(n) for n in numbers)
    count = (last - first) // step + 1 if step else 0
    return s.array(s.NUMBER_SHAPE, max(count, 0), max(count, 0))


def _rounded(number: Any) -> int:
    # As Java's Math.round: half goes up.
    return int((number + 0.5) // 1)


_TEMPLATE: Final = re.compile(r"\s*States\.Format\(\s*'((?:[^'\\]|\\.)*)'", re.DOTALL)


def refusal(call: Call) -> str | None:
    """Why a call always fails, whatever comes in, by the literals it is given; None where it may work."""
    values = [argument.value if isinstance(argument, Literal_) else _OPEN for argument in call.arguments]
    match call.name, values:
        case "Format", _:
            template = _TEMPLATE.match(call.text)
            places = len(format_pieces(template[1])) - 1 if template is not None else len(values) - 1
            if places != len(values) - 1:
                return f"its text has {places} {{}} and gets {len(values) - 1 or 'no'} value{'s' * (len(values) != 2)}"
        case "Hash", [_, str(name)] if name not in ALGORITHMS:
            return f"there is no algorithm {name!r}; there are {', '.join(ALGORITHMS)}"
        case "JsonMerge", [_, _, True]:
            return "AWS merges shallowly alone: its third argument must be false"
        case "ArrayPartition", [_, int() | float() as size] if _rounded(size) < 1:
            return f"chunks of {size} items cannot be"
        case "ArrayRange", [_, _, int() | float() as step] if not _rounded(step):
            return "a step of 0 leads nowhere"
        case "ArrayRange", [int() | float() as first, int() | float() as last, int() | float() as step]:
            count = (_rounded(last) - _rounded(first)) // _rounded(step) + 1
            if count > LONGEST_RANGE:
                return f"it would give {count} items, and may give {LONGEST_RANGE}"
        case "MathRandom", [int() | float() as low, int() | float() as high, *_] if _rounded(low) >= _rounded(high):
            return f"there is no number from {low} up to {high}, which is left out"
        case "ArrayGetItem", [_, int() | float() as at] if _rounded(at) < 0:
            return f"there is no item {at}: they are counted from 0"
        case _:
            pass
    return None


_OPEN: Final = object()
