"""One finding a line: `path:line:column: CODE name: message`."""

from __future__ import annotations

from collections.abc import Sequence

from flowdsl.diagnostics import Diagnostic


def report(findings: Sequence[Diagnostic]) -> str:
    """The lines, never wrapped."""
    return "".join(f"{finding}\n" for finding in findings)
