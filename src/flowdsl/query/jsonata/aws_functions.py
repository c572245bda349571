"""The functions Step Functions adds to JSONata: $partition, $range, $hash, $random, $uuid, $parse, as measured.

Arguments and results are JSON values; UNDEFINED is JSONata's "nothing", on both sides.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from random import Random
from typing import Any, Final, NoReturn

from flowdsl.query.base import Env, Value
from flowdsl.query.java import JavaRandom
from flowdsl.query.jsonata.failure import MEMORY, UNDEFINED, JsonataFailure
from flowdsl.query.jsonpath.functions import ALGORITHMS, uuid4

Json = Any

LONGEST_RANGE: Final = 360_145
"""Elements that $range gives at most (measured)."""


def _mismatch(function: str, argument: int) -> JsonataFailure:
    return JsonataFailure("T0410", f'Argument {argument} of function "{function}" does not match function signature')


def _wrong(message: str) -> JsonataFailure:
    return JsonataFailure("D3137", message)


def _arguments(function: str, most: int, given: tuple[Json, ...]) -> list[Json]:
    """The arguments, missing ones as UNDEFINED; one too many is an error that names it (measured)."""
    if len(given) > most and given[most] is not UNDEFINED:
        raise _mismatch(function, most + 1)
    return [*given[:most], *[UNDEFINED] * (most - len(given))]


def _whole(value: Json, function: str, argument: int) -> int:
    """A number cut towards zero (measured)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _mismatch(function, argument)
    return math.trunc(value)


def partition(*given: Json) -> Json:
    """$partition(array, size): chunks; nothing for an empty array or a size of 0."""
    first, size = _arguments("partition", 2, given)
    if first is UNDEFINED:
        return UNDEFINED
    array: Value = first
    if not isinstance(array, list):
        raise JsonataFailure("T0412", 'Argument 1 of function "partition" must be an array of undefined')
    if not array:
        return UNDEFINED
    if size is UNDEFINED:
        return [array]
    chunk = _whole(size, "partition", 2)
    if chunk < 0:
        raise _wrong("Second argument must be zero or greater")
    if chunk == 0:
        return UNDEFINED
    return [array[i : i + chunk] for i in range(0, len(array), chunk)]


def range_(*given: Json) -> Json:
    """$range(first, last, step): last included where a step reaches it; one number alone is given bare."""
    first, last, step = _arguments("range", 3, given)
    start, stop = _whole(first, "range", 1), _whole(last, "range", 2)
    if step is UNDEFINED:
        return UNDEFINED
    stride = _whole(step, "range", 3)
    if stride == 0 or (stop - start) * stride < 0:
        return UNDEFINED
    if start == stop:
        return start
    values = range(start, stop + (1 if stride > 0 else -1), stride)
    if (stop - start) // stride >= LONGEST_RANGE:
        raise JsonataFailure("", MEMORY)
    return list(values)


def hash_(*given: Json) -> Json:
    """$hash(text, algorithm): lower-case hexadecimal digits of the digest of the UTF-8 text."""
    text, algorithm = _arguments("hash", 2, given)
    if not isinstance(text, str):
        raise _mismatch("hash", 1)
    if algorithm is UNDEFINED:
        return UNDEFINED
    if not isinstance(algorithm, str):
        raise _mismatch("hash", 2)
    if algorithm not in ALGORITHMS:
        raise _wrong(f"Hash algorithm '{algorithm}' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5")
    return hashlib.new(ALGORITHMS[algorithm], text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def parse(*given: Json) -> Json:
    """$parse(text): JSON, single quotes accepted; no NaN, no repeated key, nothing past a double's range."""
    (text,) = _arguments("parse", 1, given)
    if text is UNDEFINED:
        return UNDEFINED
    if not isinstance(text, str):
        raise _mismatch("parse", 1)
    try:
        return _load(text)
    except (ValueError, RecursionError):
        if "'" in text:
            try:
                return _load(_double_quoted(text))
            except (ValueError, RecursionError):
                pass
        raise _wrong("Invalid JSON") from None


def _load(text: str) -> Json:
    return json.loads(
        text, parse_float=_number, parse_int=_integer, parse_constant=_no_constant, object_pairs_hook=_no_repeats
    )


def _number(text: str) -> float | int:
    value = float(text)
    if math.isinf(value):
        raise ValueError(text)
    return int(value) if value.is_integer() and abs(value) < 2**63 else value


def _integer(text: str) -> float | int:
    # Exact while it fits Java's long, a double beyond (measured).
    value = int(text) if len(text) < 400 else math.inf
    if not -(2**63) <= value < 2**63:
        return _number(text)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _no_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a repeated key")
    return made


def _double_quoted(text: str) -> str:
    """JSON text with its single-quoted strings in double quotes."""
    out: list[str] = []
    quote = ""
    i = 0
    while i < len(text):
        char = text[i]
        if not quote:
            if char in "'\"":
                quote = char
                char = '"'
        elif char == "\\":
            i += 1
            escaped = text[i : i + 1]
            char = "'" if escaped == "'" else "\\" + escaped
        elif char == quote:
            quote = ""
            char = '"'
        elif char == '"':
            char = '\\"'
        out.append(char)
        i += 1
    return "".join(out)


PURE: Final[dict[str, Callable[..., Json]]] = {"partition": partition, "range": range_, "hash": hash_, "parse": parse}
"""Name -> function, for those that need nothing but their arguments."""


def drawing(env: Env) -> dict[str, Callable[..., Json]]:
    """$random and $uuid on a run's own randomness."""
    source = env.random or Random(0)

    def random(*given: Json) -> Json:
        (seed,) = _arguments("random", 1, given)
        if seed is UNDEFINED:
            return source.random()
        return JavaRandom(_whole(seed, "random", 1)).next_double()

    def uuid(*given: Json) -> Json:
        _arguments("uuid", 0, given)
        return uuid4(source)

    return {"random": random, "uuid": uuid}
