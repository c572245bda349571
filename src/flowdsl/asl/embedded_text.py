"""A text inside a file's text: where each of its characters stands, for a JSON string and for a literal block of YAML."""

from __future__ import annotations

import re
from typing import Final

from flowdsl.asl.source_text import EmbeddedText, PlacedText, SourceText

_ESCAPE: Final = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.")
_BLOCK: Final = re.compile(r"(?:[!&]\S*[ \t]+)*\|[-+]?[ \t]*(?:#[^\n]*)?\n")
"""The head of a literal block that says nothing of its indentation; a tag may stand before it."""


def embedded(source: SourceText, span: tuple[int, int], text: str) -> SourceText:
    """`text`, the value of the scalar at `span`, as a text whose places are those in the file.

    Where they cannot be told (folded or escaped YAML), every place is that of the scalar.
    """
    raw = source.text[span[0] : span[1]]
    offsets = None
    if raw.startswith('"'):
        offsets = _json_offsets(raw, span[0])
    else:
        head = _BLOCK.match(raw)
        if head:
            offsets = _block_offsets(raw, head.end(), span[0], text)
    if offsets is None or len(offsets) != len(text) + 1:
        return PlacedText(source.at(*span), text)
    return EmbeddedText(source, text, offsets)


def _json_offsets(raw: str, start: int) -> list[int]:
    offsets: list[int] = []
    done = 1
    for escape in _ESCAPE.finditer(raw, 1, len(raw) - 1):
        offsets += range(start + done, start + escape.start())
        offsets.append(start + escape.start())
        done = escape.end()
    return [*offsets, *range(start + done, start + len(raw))]


def _block_offsets(raw: str, head: int, start: int, text: str) -> list[int] | None:
    lines = raw[head:].split("\n")
    indent = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")), 0)
    offsets: list[int] = []
    at = head
    for line, shown in zip(lines, text.split("\n"), strict=False):
        if line[indent:] != shown and line.strip(" "):
            return None
        first = start + at + min(indent, len(line))
        offsets += range(first, first + len(shown) + 1)
        at += len(line) + 1
    return offsets
