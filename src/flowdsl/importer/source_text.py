"""Python source as a person's formatter would leave it: literals, calls, and where their lines break.

Text from outside only ever becomes a string literal here, never a name and never code.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flowdsl.asl.values import is_object

WIDTH = 120
"""Longest line, in characters."""


@dataclass(slots=True)
class Code:
    """A piece of source that holds no text from outside: a name, an operator, a number."""

    text: str


@dataclass(slots=True)
class Call:
    """`function(a, b, name=c)`. `function` and the keywords are ours; values are literals, Code or further Calls."""

    function: str
    positional: list[Any] = field(default_factory=list[Any])
    keywords: dict[str, Any] = field(default_factory=dict[str, Any])


def string(text: str) -> str:
    """A string literal on one line: double quotes, unless single ones save escapes. Whatever cannot be seen is escaped."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    out: list[str] = []
    for c in text:
        if c in ("\\", quote):
            out.append("\\" + c)
        elif c in _NAMED:
            out.append(_NAMED[c])
        elif c.isprintable():
            out.append(c)
        else:
            code = ord(c)
            out.append(f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
    return f"{quote}{''.join(out)}{quote}"


_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def block_string(text: str) -> str | None:
    """A literal of several lines, for a text that has some and can stand as it is between triple quotes; else None."""
    if text.count("\n") < 3 or '"""' in text or "\\" in text or text.endswith('"'):
        return None
    lines = text.split("\n")
    if any(line != line.rstrip() for line in lines) or not all(c.isprintable() for line in lines for c in line):
        return None
    return f'"""{text}"""'


def atom(value: Any) -> str | None:
    """A value that has no brackets to break at, as source; None for a list, a dict or a Call."""
    if isinstance(value, Code):
        return value.text
    if isinstance(value, str):
        return block_string(value) or string(value)
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float):
        # JSON knows no infinity; a reader that lets one through must still give source that compiles.
        return repr(value).replace("e+", "e") if value == value and abs(value) != float("inf") else f'float("{value}")'
    return None


def _parts(value: Any) -> tuple[str, list[tuple[str, Any]], str]:
    """(opening bracket, [(prefix, item)], closing bracket) of a value that has brackets."""
    if isinstance(value, Call):
        return (
            f"{value.function}(",
            [("", item) for item in value.positional] + [(f"{name}=", item) for name, item in value.keywords.items()],
            ")",
        )
    if is_object(value):
        return "{", [(f"{string(str(key))}: ", item) for key, item in value.items()], "}"
    return "[", [("", item) for item in value], "]"


def flat(value: Any) -> str:
    """The value on one line (but for a literal of several lines)."""
    text = atom(value)
    if text is not None:
        return text
    opening, items, closing = _parts(value)
    return opening + ", ".join(prefix + flat(item) for prefix, item in items) + closing


def layout(value: Any, indent: int = 0, before: str = "", after: str = "") -> list[str]:
    """The lines of `before + value + after` at this indentation, each at most WIDTH wide where there is a place to break.

    In order: one line; the arguments of a call on a line of their own; one item a line, each ended by a comma.
    """
    pad = " " * indent
    line = pad + before + flat(value) + after
    if _fits(line) or atom(value) is not None:
        return line.split("\n")
    opening, items, closing = _parts(value)
    if not items:
        return [line]
    inner = " " * (indent + 4)
    contents = inner + ", ".join(prefix + flat(item) for prefix, item in items)
    lines = [pad + before + opening]
    if isinstance(value, Call) and _fits(contents):
        lines += contents.split("\n")
    elif len(items) == 1 and isinstance(value, Call) and atom(items[0][1]) is None:
        # A lone argument with brackets of its own breaks at those, and takes no comma.
        lines += layout(items[0][1], indent + 4, items[0][0])
    else:
        for prefix, item in items:
            lines += layout(item, indent + 4, prefix, ",")
    lines.append(pad + closing + after)
    return lines


def _fits(text: str) -> bool:
    return "\n" not in text and width_of(text) <= WIDTH


def width_of(text: str) -> int:
    """Columns on a screen: a wide character takes two, a combining one none, as the formatter counts."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def docstring(text: str, indent: int) -> list[str] | None:
    """The lines of a docstring that reads back as exactly `text`, or None where none can."""
    if not text or text != text.strip() or '"""' in text or "\\" in text or text.endswith('"'):
        return None
    lines = text.split("\n")
    if any(line != line.rstrip() or (line and not line.isprintable()) for line in lines):
        return None
    if len(lines) > 1 and min((len(x) - len(x.lstrip()) for x in lines[1:] if x), default=0) > 0:
        return None
    pad = " " * indent
    if len(lines) == 1:
        return [f'{pad}"""{text}"""']
    return [f'{pad}"""{lines[0]}', *(f"{pad}{line}" if line else "" for line in lines[1:]), f'{pad}"""']


def join(names: Iterable[str]) -> str:
    """Names, sorted as an import statement has them: constants, classes, functions."""
    return ", ".join(sorted(names, key=lambda n: (0 if n.isupper() else 1 if n[:1].isupper() else 2, n)))
