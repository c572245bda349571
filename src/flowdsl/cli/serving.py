"""A check that stays: one line in, one line of JSON out, for tools that ask about many files."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from flowdsl.checks.runner import has_crashed
from flowdsl.cli.checking import Job, Plan, findings_of
from flowdsl.diagnostics import Diagnostic, FlowDslError, Severity


def _told(finding: Diagnostic) -> str:
    """Without the path, which the asker knows."""
    place = finding.location
    where = f"{place.line}:{place.column}: " if place is not None else ""
    return f"{where}{replace(finding, location=None)}"


def serve(plan: Plan) -> None:
    """Reads `path TAB type TAB schema` lines until the input ends; answers
    `{"errors": [...], "warnings": [...], "seconds": s, "crash": false}` to each. Type and schema may be empty.
    """
    schemas: dict[str, Any] = {}
    for line in sys.stdin:
        path, _, rest = line.rstrip("\n").partition("\t")
        kind, _, schema = rest.partition("\t")
        started = time.perf_counter()
        answer: dict[str, Any] = {"errors": [], "warnings": [], "crash": False}
        try:
            if schema and schema not in schemas:
                schemas[schema] = json.loads(Path(schema).read_text(encoding="utf-8"))
            type_: Any = kind if kind in ("STANDARD", "EXPRESS") else None
            own = replace(plan, type=type_, input_schema=schemas.get(schema))
            found = findings_of(Job(Path(path), path, "definition"), own)
            answer["crash"] = has_crashed(found)
            for finding in found:
                list_name = "errors" if finding.severity is Severity.ERROR else "warnings"
                if plan.settings.fails(finding):
                    list_name = "errors"
                answer[list_name].append(_told(finding))
        except (FlowDslError, OSError, ValueError) as error:
            answer["errors"].append(str(error))
        answer["seconds"] = time.perf_counter() - started
        print(json.dumps(answer), flush=True)
