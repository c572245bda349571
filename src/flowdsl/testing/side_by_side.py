"""Two paths side by side: the one an execution took, and the one a test expected."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any


def side_by_side(took: Sequence[Any], expected: Sequence[Any]) -> list[str]:
    """Lines for pytest; the first says where the paths part."""
    step = next(
        (i for i, (a, b) in enumerate(zip(took, expected, strict=False)) if a != b), min(len(took), len(expected))
    )
    went = repr(took[step]) if step < len(took) else "ended"
    wanted = repr(expected[step]) if step < len(expected) else "the end"
    lines = [f"the paths part at step {step + 1}: the execution went to {went}, expected {wanted}"]
    if step >= len(took):
        lines = [f"the paths part at step {step + 1}: the execution {went}, expected {wanted}"]
    width = max([len("took"), *(len(str(name)) for name in took)])
    lines.append(f"      {'took':<{width}}  expected")
    matcher = SequenceMatcher(a=[str(t) for t in took], b=[str(e) for e in expected], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        mark = " " if kind == "equal" else ">"
        for offset in range(max(b - a, d - c)):
            left = str(took[a + offset]) if a + offset < b else "-"
            right = str(expected[c + offset]) if c + offset < d else "-"
            number = a + offset + 1 if a + offset < b else ""
            lines.append(f"{mark} {number:>3} {left:<{width}}  {right}".rstrip())
    return lines
