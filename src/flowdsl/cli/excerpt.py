"""A finding for people: its line, then the source line with a caret under what is wrong."""

from __future__ import annotations

from linecache import getline
from pathlib import Path

from click import style

from flowdsl.diagnostics import Diagnostic, Location, Severity

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def coloured(diagnostic: Diagnostic) -> str:
    """The finding's line for a terminal, its code in the colour of its severity."""
    before, code, after = str(diagnostic).partition(f"{diagnostic.code} {diagnostic.name}:")
    return before + style(code, fg=COLOURS[diagnostic.severity], bold=True) + after


def full(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """The finding's line, the source with a caret, and the other places that belong to it. What is no error says what it
    is, after the caret: the line itself is the same for all."""
    lines = [coloured(diagnostic) if colour else str(diagnostic)]
    if diagnostic.location is not None:
        lines += excerpt(diagnostic.location)
    if diagnostic.severity is not Severity.ERROR:
        if len(lines) > 1:
            lines[-1] += f" {diagnostic.severity}"
        else:
            lines.append(f"  ({diagnostic.severity})")
    for where, sentence in diagnostic.related:
        lines.append(f"  {where}: {sentence}")
        lines += excerpt(where)
    return "\n".join(lines)


WIDTH = 160
"""Characters of a source line that are shown: a definition may stand on one line of a megabyte."""
LARGEST = 4 * 1024 * 1024
"""Bytes of a file that is worth reading for an excerpt."""


def excerpt(where: Location) -> list[str]:
    """The source line of a place, and carets under it; nothing where the file cannot be read, or is very large."""
    line = _line(where)
    if not line.strip():
        return []
    number = str(where.line)
    start = min(where.column - 1, len(line))
    end = where.end_column - 1 if where.end_column and where.end_line in (None, where.line) else len(line)
    cut = max(0, start - WIDTH // 2) if len(line) > WIDTH else 0
    line, start, end = line[cut : cut + WIDTH], start - cut, min(end - cut, WIDTH)
    # Tabs stay tabs under the line, so that the caret stands where the terminal shows the character.
    pad = "".join("\t" if c == "\t" else " " for c in line[:start])
    # What no terminal can show, or would obey, is not passed on.
    shown = "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in line)
    gutter = " " * len(number)
    return [f"  {number} | {shown}", f"  {gutter} | {pad}{'^' * max(1, min(end, len(line)) - start)}"]


def _line(where: Location) -> str:
    try:
        if Path(where.path).stat().st_size > LARGEST:
            return ""
    except (OSError, ValueError):
        return ""
    return getline(where.path, where.line).rstrip("\n")
