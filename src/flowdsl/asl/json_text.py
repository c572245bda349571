"""JSON text read strictly, with the place of every value: duplicate keys, NaN and the like are errors with a position.

The standard library reads the values; a scanner says where things stand, and what is wrong when something is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from flowdsl.asl.json_scan import INVALID_JSON, MAX_DEPTH, Scan, number_problem
from flowdsl.asl.json_spans import LazySpans
from flowdsl.asl.source_map import SourceMap, split
from flowdsl.asl.source_text import Positions, SourceText, Unreadable
from flowdsl.asl.values import BarePlaceholder, Json, deeper_than, is_list
from flowdsl.diagnostics import Location


@dataclass(frozen=True, slots=True)
class Document:
    """A JSON value read from a text, and where its parts stand."""

    value: Json
    source: SourceText
    spans: Callable[[], Mapping[str, tuple[int, int]]]
    """Where each value begins and ends in the text, by JSON Pointer; worked out when it is called."""
    has_bare_placeholders: bool = False
    """Whether a `${Name}` stands somewhere without quotes."""

    def positions(self) -> Positions:
        return Positions(self.source, self.spans())

    def at(self, pointer: str) -> Location:
        """The Location of a value, or of what it stands in."""
        location = SourceMap(self.positions()).locate(pointer)
        assert location is not None
        return location


def read_json(source: SourceText) -> Document:
    """The value of a JSON text. Raises Unreadable.

    A `${Name}` that stands where a value must, unquoted, as in templates that are filled in before AWS reads them, is
    read as the text "${Name}".
    """
    text = source.text
    scan: Scan | None = None
    if ("\\u" in text and _ESCAPED_HALF.search(text)) or not _is_unicode(text):
        scan = Scan(source)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=_refuse,
        )
        deep = deeper_than(value, MAX_DEPTH)
    except (ValueError, RecursionError):
        scan = scan or Scan(source)
        if not scan.bare:
            raise Unreadable("this is no JSON", source.at(0), aws_code=INVALID_JSON) from None
        value, deep = _with_bare_placeholders(text, scan), False
    if deep:
        Scan(source)
    spans = scan.spans if scan else LazySpans(text, lambda: Scan(source).spans)
    return Document(value, source, lambda: spans, bool(scan and scan.bare))


_ESCAPED_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")
"""Perhaps half of a surrogate pair: worth a closer look."""


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _without_duplicates(members: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(members)
    if len(found) != len(members):
        raise ValueError
    return found


def _whole(text: str) -> int:
    if len(text) > 18 and number_problem(text):
        raise ValueError
    return int(text)


def _fraction(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _with_bare_placeholders(text: str, scan: Scan) -> Json:
    pieces: list[str] = []
    done = 0
    for _, start, end in scan.bare:
        pieces += (text[done:start], json.dumps(text[start:end]))
        done = end
    root: dict[str, Json] = {"": json.loads("".join([*pieces, text[done:]]))}
    for pointer, start, end in scan.bare:
        # A fresh value, so far seen by nobody: here it may be written to.
        outer: Any = root
        *path, last = ["", *split(pointer)]
        for token in path:
            outer = outer[int(token) if is_list(outer) else token]
        outer[int(last) if is_list(outer) else last] = BarePlaceholder(text[start:end])
    return root[""]
