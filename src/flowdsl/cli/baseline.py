"""Baselines: findings of a day that are to be passed over, so that a rule can be turned on before everything is mended."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, cast

from flowdsl.cli.output import write_atomically
from flowdsl.cli.workflows import read_json
from flowdsl.diagnostics import Diagnostic, FlowDslError

Key = tuple[str, str, str, str]


def key_of(finding: Diagnostic) -> Key:
    """What makes a finding the same one tomorrow: not its line, which moves."""
    return finding.code, finding.location.path if finding.location else "", finding.pointer, finding.message


def write_baseline(path: Path, findings: list[Diagnostic]) -> None:
    """Writes the findings, sorted, so that a diff shows what came and went."""
    keys = sorted(key_of(f) for f in findings)
    entries = [{"code": c, "path": p, "pointer": at, "message": m} for c, p, at, m in keys]
    write_atomically(path, json.dumps({"version": 1, "findings": entries}, indent=2, ensure_ascii=False) + "\n")


def read_baseline(path: Path) -> Counter[Key]:
    """How often each finding stands in a baseline. A file of another form is a FlowDslError."""
    content: Any = read_json(str(path), "baseline")
    try:
        entries = cast("list[dict[str, str]]", content["findings"])
        return Counter((e["code"], e["path"], e["pointer"], e["message"]) for e in entries)
    except (TypeError, KeyError):
        raise FlowDslError(f"{path} is no baseline; write one with --write-baseline") from None


def without(findings: list[Diagnostic], known: Counter[Key]) -> list[Diagnostic]:
    """The findings that the baseline does not hold; one entry covers one finding."""
    left = Counter(known)
    kept: list[Diagnostic] = []
    for finding in findings:
        key = key_of(finding)
        if left[key] > 0:
            left[key] -= 1
        else:
            kept.append(finding)
    return kept
