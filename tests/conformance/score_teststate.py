"""Scores recorded TestState calls: `python -m tests.conformance.score_teststate FOLDER SCORER`.

FOLDER holds the calls, one JSON file each; SCORER is the file whose Matcher compares recordings with placeholders.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from flowdsl.interpreter.teststate import TestStateError, state_test

ACCOUNT = "111111111111"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/state-machine-role"


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a recorded request, or its refusal."""
    mock = request.get("mock")
    try:
        return state_test(
            request["definition"],
            request.get("input"),
            state_name=request.get("stateName"),
            mock=mock,
            inspection_level=request.get("inspectionLevel") or "INFO",
            variables=_parsed(request.get("variables")),
            context=_parsed(request.get("context")),
            # The recordings do not tell the role; mocked states were given one.
            role_arn=ROLE if mock is not None else None,
            state_configuration=request.get("stateConfiguration"),
            account=ACCOUNT,
        )
    except TestStateError as error:
        return {"refused": {"code": error.code, "message": error.message, "whole": str(error)}}


def _parsed(text: Any) -> Any:
    return json.loads(text) if isinstance(text, str) else text


def judge(case: dict[str, Any], matcher: Any) -> dict[str, bool]:
    """Which parts of the answer equal the recorded ones."""
    expected = case["expected"]
    got = answer(case["request"])
    if isinstance(expected.get("error"), dict):
        wanted, refused = expected["error"], got.get("refused")
        if refused is None:
            return {"error": False}
        told = refused["message"] if "code" in wanted else refused["whole"]
        same_code = wanted.get("code") is None or wanted["code"] == refused["code"]
        return {"error": same_code and matcher.text(wanted["message"], told)}
    parts = {"status": expected.get("status") == got.get("status")}
    for key in ("output", "error", "cause", "nextState", "inspectionData"):
        if key in expected or key in got:
            parts[key] = key in expected and key in got and matcher.json(expected[key], got[key])
    return parts


def load(scorer: str | Path) -> ModuleType:
    """The module that holds Matcher."""
    spec = importlib.util.spec_from_file_location("scorer", scorer)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["scorer"] = module
    spec.loader.exec_module(module)
    return module


def score(folder: Path, scorer: str | Path) -> tuple[int, list[str]]:
    """How many calls there are, and what differs."""
    matcher = load(scorer).Matcher
    wrong = []
    files = sorted(folder.rglob("*.json"))
    for file in files:
        case = json.loads(file.read_text(encoding="utf-8"))
        parts = judge(case, matcher(case))
        bad = [name for name, same in parts.items() if not same]
        if bad:
            wrong.append(f"{case['id'].rpartition('::')[2]}: {', '.join(bad)}")
    return len(files), wrong


def main() -> int:
    """Prints the score; 1 when anything differs."""
    total, wrong = score(Path(sys.argv[1]), sys.argv[2])
    print(f"{total - len(wrong)}/{total}")
    for line in wrong:
        print(f"  {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
