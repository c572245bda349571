"""Workflow commands of GitHub Actions: findings become annotations in a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from flowdsl.diagnostics import Diagnostic, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def report(findings: Sequence[Diagnostic]) -> str:
    """`::error file=...,line=...,col=...,title=...::message`, one finding a line."""
    lines: list[str] = []
    for finding in findings:
        properties = {"title": f"{finding.code} {finding.name}"}
        if finding.location is not None:
            place = finding.location
            properties = {"file": place.path, "line": str(place.line), "col": str(place.column)} | properties
        text = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
        lines.append(f"::{_COMMANDS[finding.severity]} {text}::{_data(finding.message)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
