"""How messages spell things: lists of names, counts, durations, sizes."""

from __future__ import annotations

from collections.abc import Sequence


def listed(names: Sequence[str], most: int = 5, joint: str = "and") -> str:
    """`'a', 'b' and 'c'`; beyond `most`, how many more there are."""
    shown = [repr(name) for name in names[:most]]
    rest = len(names) - len(shown)
    if rest:
        shown.append(f"{rest} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {joint} {shown[-1]}"


def duration(seconds: float) -> str:
    """`90 s`, `25 min`, `2.5 h`, `31 days`: the unit a person would say."""
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size or (seconds >= size and seconds % size == 0):
            count = round(seconds / size, 1)
            return f"{count:g} {'day' if unit == 'days' and count == 1 else unit}"
    return f"{round(seconds, 1):g} s"


def size(count: float) -> str:
    """`812 bytes`, `256 KiB`, `1.5 MiB`."""
    if count < 1024:
        return f"{count:g} bytes"
    if count < 1024 * 1024:
        return f"{round(count / 1024, 1):g} KiB"
    return f"{round(count / 1024 / 1024, 1):g} MiB"
