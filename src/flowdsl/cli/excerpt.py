"""A finding for people: its line, then the source line with a caret under what is wrong."""

from __future__ import annotations

from linecache import getline

from flowdsl.diagnostics import Diagnostic, Location


def full(diagnostic: Diagnostic) -> str:
    """The finding's line, the source with a caret, and the other places that belong to it."""
    lines = [str(diagnostic)]
    if diagnostic.location is not None:
        lines += excerpt(diagnostic.location)
    for where, sentence in diagnostic.related:
        lines.append(f"  {where}: {sentence}")
        lines += excerpt(where)
    return "\n".join(lines)


def excerpt(where: Location) -> list[str]:
    """The source line of a place, and carets under it; nothing where the file cannot be read."""
    line = getline(where.path, where.line).rstrip("\n")
    if not line.strip():
        return []
    number = str(where.line)
    start = min(where.column - 1, len(line))
    end = where.end_column - 1 if where.end_column and where.end_line in (None, where.line) else len(line)
    # Tabs stay tabs under the line, so that the caret stands where the terminal shows the character.
    pad = "".join("\t" if c == "\t" else " " for c in line[:start])
    gutter = " " * len(number)
    return [f"  {number} | {line}", f"  {gutter} | {pad}{'^' * max(1, min(end, len(line)) - start)}"]
