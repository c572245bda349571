"""Scores recorded verdicts on definitions: `python -m tests.conformance.validation_scorer FOLDER SCORER`.

FOLDER holds the verdicts (of CreateStateMachine, ValidateStateMachineDefinition and DescribeStateMachine), one JSON file
each; SCORER is the file whose Matcher compares recordings with placeholders. A verdict counts when flowdsl's errors are
AWS's: the same codes at the same places. Whether AWS's own sentence stands in each message is counted apart.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from flowdsl.asl.definition import Definition
from flowdsl.asl.load import loads
from flowdsl.asl.source_text import Unreadable
from flowdsl.checks.context import CheckContext
from flowdsl.checks.runner import check
from flowdsl.diagnostics import Diagnostic, Severity


class Verdict(NamedTuple):
    """One diagnostic of AWS, or flowdsl's for the same."""

    code: str
    location: str | None
    message: str


_ENTRY = re.compile(r"([A-Z_]+): (.*?)(?: at (/\S*|null))?(?=, [A-Z_]+: |$)", re.S)


def recorded(case: dict[str, Any]) -> list[Verdict]:
    """What AWS said about the definition; what it said about anything else of the request is left out."""
    expected = case["expected"]
    if "diagnostics" in expected:
        return [Verdict(d["code"], d.get("location"), d["message"]) for d in expected["diagnostics"]]
    error = expected["create_error"]
    if error["code"] != "InvalidDefinition":
        return []
    text = error["message"].removeprefix("Invalid State Machine Definition: '").removesuffix("'")
    return [Verdict(m[1], m[3] if m[3] != "null" else None, m[2]) for m in _ENTRY.finditer(text)]


def found(case: dict[str, Any]) -> list[Verdict]:
    """What flowdsl says that AWS refuses."""
    definition = case["definition"]
    text = definition if isinstance(definition, str) else json.dumps(definition)
    try:
        (read,) = loads(text, path="definition.json", format="json")
    except Unreadable as unreadable:
        return [_verdict(unreadable.diagnostic)]
    diagnostics = check(read, type=case.get("type"))
    return [_verdict(d) for d in diagnostics if d.severity is Severity.ERROR and d.aws_code]


def _verdict(diagnostic: Diagnostic) -> Verdict:
    return Verdict(diagnostic.aws_code or "", diagnostic.aws_location, diagnostic.message)


def references(definition: dict[str, Any]) -> dict[str, list[str]]:
    """The variables that each state reads, as DescribeStateMachine lists them."""
    names: dict[str, set[str]] = {}
    for read in CheckContext(Definition(definition)).flow.reads:
        names.setdefault(read.state.name, set()).add(read.name)
    return {state: sorted(read) for state, read in names.items()}


class Score(NamedTuple):
    """How one case came out."""

    verdict: bool
    words: bool
    """Whether AWS's sentence stands in each of flowdsl's messages."""
    why: str


def judge(case: dict[str, Any], matcher: Any) -> Score:
    """One case against its recording."""
    if "variableReferences" in case["expected"]:
        told, wanted = references(case["definition"]), case["expected"]["variableReferences"]
        return Score(told == wanted, True, "" if told == wanted else f"{told} for {wanted}")
    aws, own = recorded(case), found(case)
    same = [(v.code, v.location) for v in aws] == [(v.code, v.location) for v in own]
    words = same and all(_says(matcher, theirs.message, ours.message) for theirs, ours in zip(aws, own, strict=True))
    return Score(same, words, "" if same and words else f"{own} for {aws}")


def _says(matcher: Any, theirs: str, ours: str) -> bool:
    # The parser's own words for what is no JSON are not ours.
    if theirs.startswith("Unrecognized token"):
        return True
    # Ours names the object, and what to write instead, behind AWS's sentence; a second sentence of AWS's is not kept.
    head = theirs.split(". ")[0].rstrip(". ")
    return re.match(matcher.pattern(head) or re.escape(head), ours) is not None


def load_matcher(scorer: Path) -> type:
    """The Matcher class of the scorer's file."""
    spec = importlib.util.spec_from_file_location("recordings_scorer", scorer)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    matcher: type = module.Matcher
    return matcher


def cases(folder: Path) -> list[dict[str, Any]]:
    """Every recorded verdict below a folder, in the order of the files."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.json"))]


def main() -> None:
    folder, scorer = map(Path, sys.argv[1:3])
    matcher = load_matcher(scorer)
    scores = [(case["id"], judge(case, matcher(case))) for case in cases(folder)]
    for name, score in scores:
        if score.why:
            print(f"{name.rpartition('::')[2]}: {score.why}")
    print(
        f"verdicts {sum(s.verdict for _, s in scores)}/{len(scores)}, "
        f"AWS's words {sum(s.words for _, s in scores)}/{len(scores)}"
    )


if __name__ == "__main__":
    main()
