"""Numbers and texts that are as wanted and fit a JSON Schema: the plainest that will do."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flowdsl.analysis.value_sets import Term, Values
from flowdsl.asl.values import is_list, is_number
from flowdsl.explore.patterns import text_like
from flowdsl.explore.plausible import MOMENT, text_for
from flowdsl.explore.ranges import ANY_TEXT, moments_within
from flowdsl.explore.wants import Want, contains, fits

Json = Any

_FORMATS: Final = {
    "date-time": MOMENT,
    "date": "2026-01-01",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "ada@example.com",
    "idn-email": "ada@example.com",
    "hostname": "example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uri-reference": "https://example.com/",
    "uuid": "2f1c6e1a-5d6b-4a58-9a3e-0c8f4f6d7b11",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "binary": "",
    "byte": "",
}


_LONGEST: Final = 262_144
"""Characters of a text: more is no payload."""


def number_for(want: Want, schema: Mapping[str, Json]) -> int | float | None:
    """A number; None where none fits."""
    whole = schema.get("type") == "integer"
    for found in _numbers(want, schema):
        found = int(found) if isinstance(found, float) and found.is_integer() else found
        if (not whole or isinstance(found, int)) and contains(want.values, found) and fits_number(found, schema):
            return found
    return None


def _numbers(want: Want, schema: Mapping[str, Json]) -> Iterator[int | float]:
    yield from (value for value in _given(schema) if is_number(value))
    yield from (1, 0, 2, 10, 100)
    step = schema.get("multipleOf")
    bounds = [schema.get(name) for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")]
    ends = [(i.low, i.high) for i in want.values.numbers] + [(b, b) for b in bounds if is_number(b)]
    for low, high in ends:
        finite = [end for end in (low, high) if math.isfinite(end)]
        for end in finite:
            yield from (end, math.floor(end) + 1, math.ceil(end) - 1)
            if is_number(step) and step:
                yield from (math.floor(end / step) * step, (math.floor(end / step) + 1) * step)
        if len(finite) == 2:
            yield (low + high) / 2
    for bound in bounds:
        if is_number(bound):
            yield from (bound + 0.5, bound - 0.5)


def fits_number(value: float, schema: Mapping[str, Json]) -> bool:
    """Whether a number is within the bounds of a schema."""
    low, high, above, below, step = (
        schema.get(name) for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
    )
    return not (
        (is_number(low) and value < low)
        or (is_number(high) and value > high)
        or (is_number(above) and value <= above)
        or (is_number(below) and value >= below)
        or (is_number(step) and step and not float(value / step).is_integer())
    )


def text_for_want(want: Want, schema: Mapping[str, Json], name: str) -> str | None:
    """A text; None where none fits."""
    for found in _texts(want, schema, name):
        for text in (found, _fitted(found, schema), _sized(found, want)):
            if fits(text, want) and contains(want.values, text) and fits_text(text, schema):
                return text
    return None


def _texts(want: Want, schema: Mapping[str, Json], name: str) -> Iterator[str]:
    yield from (value for value in _given(schema) if isinstance(value, str))
    yield from moments_within(want.moments)
    if want.texts != ANY_TEXT:
        yield from want.texts.texts()
    if want.form == "timestamp":
        yield MOMENT
    if want.numeric:
        number = number_for(Want(values=Values(numbers=want.numeric)), {})
        yield "1" if number is None else str(number)
    format = schema.get("format")
    if isinstance(format, str) and format in _FORMATS:
        yield _FORMATS[format]
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        made = text_like(pattern)
        if made is not None:
            yield made
    usual = text_for(name)
    yield usual
    for term in want.values.strings:
        yield from _of_term(term, usual)
    yield from ("other", f"another {usual}", f"{usual} 2", "x", "")


def _of_term(term: Term, usual: str) -> Iterator[str]:
    if term.only is not None:
        yield from sorted(term.settled())
        return
    for glob in sorted(term.like, key=lambda glob: (-len(glob), glob)):
        pieces = re.split(r"(?<!\\)\*", glob)
        pieces = [re.sub(r"\\(.)", r"\1", piece) for piece in pieces]
        for filler in ("", usual, "x", "1"):
            yield filler.join(pieces)
    yield _of_all(term)


def _of_all(term: Term) -> str:
    """A text for several patterns at once: the longest beginning, everything that stands in between, the longest end."""
    parts = [[re.sub(r"\\(.)", r"\1", piece) for piece in re.split(r"(?<!\\)\*", glob)] for glob in sorted(term.like)]
    several = [pieces for pieces in parts if len(pieces) > 1]
    begins, ends = ([pieces[at] for pieces in several] for at in (0, -1))
    between = [piece for pieces in several for piece in pieces[1:-1]]
    return max(begins, key=len, default="") + "".join(between) + max(ends, key=len, default="")


def _fitted(text: str, schema: Mapping[str, Json]) -> str:
    low, high = schema.get("minLength"), schema.get("maxLength")
    if is_number(low) and len(text) < low <= _LONGEST:
        text = text + "x" * (int(low) - len(text))
    return text[: int(high)] if is_number(high) and len(text) > high else text


def _sized(text: str, want: Want) -> str:
    low, high = want.length
    return text[:high].ljust(min(low, _LONGEST), "x")


def fits_text(text: str, schema: Mapping[str, Json]) -> bool:
    """Whether a text has the length and the pattern that a schema asks for."""
    low, high, pattern = schema.get("minLength"), schema.get("maxLength"), schema.get("pattern")
    if (is_number(low) and len(text) < low) or (is_number(high) and len(text) > high):
        return False
    if not isinstance(pattern, str):
        return True
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True


def _given(schema: Mapping[str, Json]) -> list[Json]:
    """Values that the schema itself gives as good ones."""
    examples = schema.get("examples")
    found = list(examples) if is_list(examples) else []
    return [*found, *(schema[name] for name in ("example", "default") if name in schema)]
