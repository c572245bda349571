"""What the Python source of a built definition has to say of it: the suppressions there, by the source map beside it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from flowdsl.asl.source_map import SourceMap
from flowdsl.checks.registry import resolve
from flowdsl.checks.suppress import Suppression, python_suppressions
from flowdsl.diagnostics import Diagnostic, FlowDslError, Location

SUFFIX = ".asl.json"


def without_suppressed(findings: list[Diagnostic], definition: Path) -> list[Diagnostic]:
    """The findings in a NAME.asl.json, without those that a comment in the source it was built of suppresses.

    Whether a suppression is used, and has a reason, is told when the source is checked. A source map that is missing, broken
    or about sources that are gone changes nothing.
    """
    if not findings or not definition.name.endswith(SUFFIX):
        return findings
    mapped = definition.with_name(f"{definition.name.removesuffix(SUFFIX)}.sourcemap.json")
    read = _read(mapped)
    if read is None:
        return findings
    positions, suppressions = read
    return [finding for finding in findings if not _is_suppressed(finding, positions, suppressions)]


def _is_suppressed(finding: Diagnostic, positions: SourceMap, suppressions: list[Suppression]) -> bool:
    written = replace(finding, location=positions.locate(finding.pointer))
    for suppression in suppressions:
        try:
            if finding.code in resolve(suppression.selector) and suppression.covers(written):
                return True
        except FlowDslError:
            continue
    return False


def _read(mapped: Path) -> tuple[SourceMap, list[Suppression]] | None:
    """The positions in the sources and the suppressions written there; None where there are none."""
    try:
        document: Any = json.loads(mapped.read_text(encoding="utf-8"))
        sources: list[str] = [str(name) for name in document["sources"]]
        texts: dict[str, str] = {name: (mapped.parent / name).read_text(encoding="utf-8") for name in sources}
        suppressions = [found for name in sources for found in python_suppressions(texts[name], name)]
        positions: dict[str, list[Any]] = document["positions"]
        if not suppressions:
            return None
        places = {pointer: _place(sources, place) for pointer, place in positions.items()}
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None
    return SourceMap(places), suppressions


def _place(sources: list[str], place: list[Any]) -> Location:
    source, *numbers = (int(number) for number in place)
    line, column, end_line, end_column = numbers
    return Location(sources[source], line, column, end_line, end_column)
