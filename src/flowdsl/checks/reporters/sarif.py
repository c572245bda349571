"""SARIF 2.1.0: what code-scanning services read. Every rule is listed, so that an alert that is gone closes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flowdsl import __version__
from flowdsl.checks.registry import pages
from flowdsl.diagnostics import Diagnostic, Location, Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def report(findings: Sequence[Diagnostic]) -> str:
    """One run. Paths are relative where they were shown so; columns count from 1 in characters (unicodeCodePoints)."""
    known = list(pages())
    run = {
        "tool": {
            "driver": {
                "name": "flowdsl",
                "version": __version__,
                "rules": [_rule(code) for code in known],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, known) for finding in findings],
    }
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str) -> dict[str, Any]:
    page = pages()[code]
    rule: dict[str, Any] = {
        "id": page.code,
        "name": page.name,
        "shortDescription": {"text": page.summary},
        "defaultConfiguration": {"level": _LEVELS[page.severity]},
    }
    if page.why:
        rule["fullDescription"] = {"text": page.why}
    if page.instead:
        rule["help"] = {"text": page.instead}
    return rule


def _result(finding: Diagnostic, known: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {"ruleId": finding.code}
    if finding.code in known:
        result["ruleIndex"] = known.index(finding.code)
    result |= {"level": _LEVELS[finding.severity], "message": {"text": finding.message}}
    if finding.location is not None:
        result["locations"] = [{"physicalLocation": _place(finding.location)}]
    if finding.related:
        result["relatedLocations"] = [
            {"physicalLocation": _place(where), "message": {"text": what}} for where, what in finding.related
        ]
    # Neither line nor column: a finding that only moved is the same one.
    key = "\0".join((finding.code, finding.location.path if finding.location else "", finding.pointer, finding.message))
    result["partialFingerprints"] = {"flowdsl/v1": hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()}
    return result


def _place(location: Location) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": location.line, "startColumn": location.column}
    if location.end_line is not None:
        region["endLine"] = location.end_line
    if location.end_column is not None:
        region["endColumn"] = location.end_column
    path = Path(location.path)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    return {"artifactLocation": {"uri": uri}, "region": region}
