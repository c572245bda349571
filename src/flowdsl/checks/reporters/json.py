"""A JSON list of findings, for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flowdsl.diagnostics import Diagnostic, Location


def report(findings: Sequence[Diagnostic]) -> str:
    """`{"version": 1, "findings": [...]}`; members that are not known are absent."""
    return json.dumps({"version": 1, "findings": [told(f) for f in findings]}, indent=2, ensure_ascii=False) + "\n"


def told(finding: Diagnostic) -> dict[str, Any]:
    """One finding as JSON."""
    value: dict[str, Any] = {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "location": place(finding.location),
        "pointer": finding.pointer,
        "state": finding.state,
        "why": finding.why or None,
        "awsCode": finding.aws_code,
        "awsLocation": finding.aws_location,
        "related": [{"location": place(where), "message": what} for where, what in finding.related] or None,
        "fix": {"description": finding.fix.description, "safe": finding.fix.safe} if finding.fix else None,
    }
    return {key: item for key, item in value.items() if item is not None}


def place(location: Location | None) -> dict[str, Any] | None:
    """A place as JSON: path, line, column, and the end where it is known."""
    if location is None:
        return None
    ends = {"endLine": location.end_line, "endColumn": location.end_column}
    start: dict[str, Any] = {"path": location.path, "line": location.line, "column": location.column}
    return start | {key: value for key, value in ends.items() if value is not None}
