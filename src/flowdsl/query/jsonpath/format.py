"""States.Format: templates with `{}`, and values as Java prints them."""

from __future__ import annotations

from typing import Any

from flowdsl.query.base import Value
from flowdsl.query.jsontext import java_double

Json = Any


class Formatted:
    """A Format template taken apart ahead of time: the texts around its `{}`."""

    __slots__ = ("pieces",)

    def __init__(self, pieces: tuple[str, ...]) -> None:
        self.pieces = pieces


def unescape(raw: str) -> str:
    """A literal's source between its quotes without the backslashes that escape."""
    if "\\" not in raw:
        return raw
    out: list[str] = []
    i = 0
    while i < len(raw):
        if raw[i] == "\\" and i + 1 < len(raw):
            i += 1
        out.append(raw[i])
        i += 1
    return "".join(out)


def format_pieces(raw: str) -> tuple[str, ...]:
    """The texts around the `{}` of a template; `\\{` and `\\}` are braces of the text."""
    pieces = [""]
    i = 0
    while i < len(raw):
        if raw[i] == "\\" and i + 1 < len(raw):
            i += 1
            pieces[-1] += raw[i]
        elif raw.startswith("{}", i):
            i += 1
            pieces.append("")
        else:
            pieces[-1] += raw[i]
        i += 1
    return tuple(pieces)


def java_text(value: Value) -> str:
    """A value as Format prints it: texts as they are, objects as Java maps `{a=1, b=[]}` (recorded)."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, float):
        return java_double(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}={java_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(java_text, value)) + "]"
    return str(value)
