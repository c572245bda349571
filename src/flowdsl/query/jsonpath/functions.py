"""What the 18 intrinsic functions compute, with AWS's arithmetic and formatting."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
from collections.abc import Callable
from random import Random
from typing import Any, Final, NoReturn

from flowdsl.query.base import Env, Value
from flowdsl.query.java import JavaRandom, math_round
from flowdsl.query.jsonpath.filter_tests import same
from flowdsl.query.jsonpath.format import Formatted, format_pieces, java_text
from flowdsl.query.jsontext import dumps

Json = Any

LONGEST_TEXT: Final = 10_000
"""Characters that Base64Encode, Base64Decode and Hash take (documented)."""
LONGEST_RANGE: Final = 1_000
"""Elements of ArrayRange (documented)."""


class Invalid(Exception):
    """Arguments that a function does not take; its text goes behind AWS's "Invalid arguments in States.X"."""

    def __init__(self, more: str = "") -> None:
        super().__init__(more)
        self.more = more


def _array(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    raise Invalid


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    raise Invalid


def _number(value: Json) -> int | float:
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        return value
    raise Invalid


def _whole(value: Json) -> int:
    """A number without its fraction: the documentation says rounded, AWS cuts it off (measured), but for MathAdd."""
    return math.trunc(_number(value))


def _format(env: Env, template: Json, *values: Json) -> str:
    pieces = template.pieces if isinstance(template, Formatted) else format_pieces(_text(template))
    if len(pieces) != len(values) + 1:
        raise Invalid(": number of arguments do not match the occurrences of {}.")
    out = [pieces[0]]
    for value, piece in zip(values, pieces[1:], strict=True):
        out.append(value if type(value) is str else str(value) if type(value) is int else java_text(value))
        out.append(piece)
    return "".join(out)


def _no_constant(name: str) -> NoReturn:
    raise Invalid


def _string_to_json(env: Env, text: Json) -> Json:
    text = _text(text)
    if not text.strip():
        return None
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Invalid from None


def _json_to_string(env: Env, value: Json) -> str:
    return dumps(value)


def _array_of(env: Env, *values: Json) -> list[Json]:
    return list(values)


def _array_partition(env: Env, array: Json, size: Json) -> list[Json]:
    items, chunk = _array(array), _whole(size)
    if chunk < 1:
        raise Invalid
    return [items[i : i + chunk] for i in range(0, len(items), chunk)]


def _array_contains(env: Env, array: Json, wanted: Json) -> bool:
    return any(same(item, wanted) for item in _array(array))


def _array_range(env: Env, first: Json, last: Json, step: Json) -> list[Json]:
    start, stop, stride = _whole(first), _whole(last), _whole(step)
    if stride == 0:
        raise Invalid
    values = range(start, stop + (1 if stride > 0 else -1), stride)
    if len(values) > LONGEST_RANGE:
        raise Invalid
    return list(values)


def _array_get_item(env: Env, array: Json, index: Json) -> Json:
    items, at = _array(array), _whole(index)
    if not 0 <= at < len(items):
        raise Invalid
    return items[at]


def _array_length(env: Env, array: Json) -> int:
    return len(_array(array))


def _array_unique(env: Env, array: Json) -> list[Json]:
    seen: set[Any] = set()
    out: list[Json] = []
    for item in _array(array):
        key = _identity(item)
        if key not in seen:
            seen.add(key)
            out.append(item)
    return out


def _identity(value: Value) -> Any:
    """A hashable that is equal for deeply equal values, and for no others."""
    if isinstance(value, dict):
        return ("{}", frozenset((k, _identity(v)) for k, v in value.items()))
    if isinstance(value, list):
        return ("[]", tuple(_identity(v) for v in value))
    return (isinstance(value, bool), value)


def _base64_encode(env: Env, text: Json) -> str:
    text = _text(text)
    if len(text) > LONGEST_TEXT:
        raise Invalid
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode("ascii")


def _base64_decode(env: Env, text: Json) -> str:
    text = _text(text)
    if len(text) > LONGEST_TEXT:
        raise Invalid
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise Invalid from None


ALGORITHMS: Final = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
"""AWS's name -> hashlib's. Case counts."""


def _hash(env: Env, data: Json, algorithm: Json) -> str:
    data, name = _text(data), ALGORITHMS.get(_text(algorithm))
    if name is None or len(data) > LONGEST_TEXT:
        raise Invalid
    return hashlib.new(name, data.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _json_merge(env: Env, first: Json, second: Json, deep: Json) -> dict[str, Json]:
    if deep is not False or not isinstance(first, dict) or not isinstance(second, dict):
        raise Invalid
    return {**first, **second}


def _math_random(env: Env, start: Json, end: Json, *seed: Json) -> int:
    low, high = _whole(start), _whole(end)
    if low >= high:
        raise Invalid
    if seed:
        return low + JavaRandom(_whole(seed[0])).next_int(high - low)
    return low + math.floor((env.random or Random(0)).random() * (high - low))


_INT: Final = 1 << 31


def _math_add(env: Env, left: Json, right: Json) -> int:
    if type(left) is not int or type(right) is not int:
        left, right = math_round(_number(left)), math_round(_number(right))
    total: int = left + right
    if not (-_INT <= left < _INT and -_INT <= right < _INT):
        raise Invalid
    return total


def _string_split(env: Env, text: Json, separators: Json) -> list[Json]:
    text, marks = _text(text), _text(separators)
    if not marks:
        return [text] if text else []
    for mark in marks[1:]:
        text = text.replace(mark, marks[0])
    return [piece for piece in text.split(marks[0]) if piece]


def uuid4(random: Random | None) -> str:
    """A random UUID from a run's own randomness."""
    bits = (random or Random(0)).getrandbits(128)
    bits = bits & ~(0xF << 76) | (4 << 76)
    bits = bits & ~(0x3 << 62) | (2 << 62)
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _uuid(env: Env) -> str:
    return uuid4(env.random)


_MANY: Final = 1 << 30

_TABLE: Final[dict[str, tuple[Callable[..., Json], int, int]]] = {
    "States.Format": (_format, 1, _MANY),
    "States.StringToJson": (_string_to_json, 1, 1),
    "States.JsonToString": (_json_to_string, 1, 1),
    "States.Array": (_array_of, 0, _MANY),
    "States.ArrayPartition": (_array_partition, 2, 2),
    "States.ArrayContains": (_array_contains, 2, 2),
    "States.ArrayRange": (_array_range, 3, 3),
    "States.ArrayGetItem": (_array_get_item, 2, 2),
    "States.ArrayLength": (_array_length, 1, 1),
    "States.ArrayUnique": (_array_unique, 1, 1),
    "States.Base64Encode": (_base64_encode, 1, 1),
    "States.Base64Decode": (_base64_decode, 1, 1),
    "States.Hash": (_hash, 2, 2),
    "States.JsonMerge": (_json_merge, 3, 3),
    "States.MathRandom": (_math_random, 2, 3),
    "States.MathAdd": (_math_add, 2, 2),
    "States.StringSplit": (_string_split, 2, 2),
    "States.UUID": (_uuid, 0, 0),
}

FUNCTIONS: Final = {name: function for name, (function, _, _) in _TABLE.items()}
"""Name -> function of (env, *arguments); raises Invalid."""
ARITY: Final = {name: (least, most) for name, (_, least, most) in _TABLE.items()}
"""Name -> (fewest, most) arguments."""
