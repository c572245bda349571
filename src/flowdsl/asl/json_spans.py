"""Where each value of a JSON text stands, worked out for what is asked: an object's members when one of them is wanted.

A message or two about a large definition must not cost a scan of all of it: members are passed over by the standard
library's decoder, at its speed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from json import decoder
from typing import Any, Final, cast

from flowdsl.asl.source_map import split

Span = tuple[int, int]

_BLANKS: Final = re.compile(r"[ \t\n\r]*").match
_COLON: Final = re.compile(r"[ \t\n\r]*:[ \t\n\r]*").match
_COMMA: Final = re.compile(r"[ \t\n\r]*,[ \t\n\r]*").match
# Public in the module, but not in its stubs.
_decode: Final = cast(Callable[[str, int], tuple[Any, int]], cast(Any, json.JSONDecoder()).scan_once)
_read_text: Final = cast(Callable[[str, int, bool], tuple[str, int]], cast(Any, decoder).scanstring)


class LazySpans(Mapping[str, Span]):
    """Spans by JSON Pointer of a text that has been read before, so that nothing in it is wrong."""

    def __init__(self, text: str, scan: Callable[[], Mapping[str, Span]]) -> None:
        """`scan` gives every span, for those who want them all."""
        self._text = text
        self._scan = scan
        self._all: Mapping[str, Span] | None = None
        start = _end_of_blanks(text, 0)
        end = len(text)
        while end > start and text[end - 1] in " \t\n\r":
            end -= 1
        self._root = (start, end)
        self._members: dict[int, dict[str, Span]] = {}
        """The members of each object or list that was looked into, by where it begins."""

    def __getitem__(self, pointer: str) -> Span:
        if self._all is not None:
            return self._all[pointer]
        span = self._root
        for token in split(pointer):
            members = self._members.get(span[0])
            if members is None:
                members = self._members[span[0]] = _members(self._text, span[0])
            span = members[token]
        return span

    def _every(self) -> Mapping[str, Span]:
        if self._all is None:
            self._all = self._scan()
        return self._all

    def __iter__(self) -> Iterator[str]:
        return iter(self._every())

    def __len__(self) -> int:
        return len(self._every())


def _end_of_blanks(text: str, at: int) -> int:
    match = _BLANKS(text, at)
    assert match is not None
    return match.end()


def _members(text: str, start: int) -> dict[str, Span]:
    """The members of the object or list that begins here; none of anything else."""
    found: dict[str, Span] = {}
    opening = text[start]
    if opening not in "{[":
        return found
    at = _end_of_blanks(text, start + 1)
    if text[at] in "}]":
        return found
    while True:
        if opening == "{":
            name, at = _read_text(text, at + 1, True)
            colon = _COLON(text, at)
            assert colon is not None
            at = colon.end()
        else:
            name = str(len(found))
        end = _decode(text, at)[1]
        found[name] = (at, end)
        comma = _COMMA(text, end)
        if comma is None:
            return found
        at = comma.end()
