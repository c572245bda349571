"""Executions and TestState calls that AWS was recorded answering: the same status, output, error, cause and history."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from flowdsl.interpreter.failures import NotSupported
from tests.conformance.runner import run
from tests.conformance.score_teststate import judge as judge_state

pytestmark = pytest.mark.corpus


def scorer(corpus: Path) -> Any:
    """The module that compares recordings; it lies beside the corpus."""
    path = corpus.parent / "tools" / "conformance" / "score.py"
    if not path.is_file():
        pytest.skip("the file that compares recordings is not beside FLOWDSL_CORPUS")
    spec = importlib.util.spec_from_file_location("recordings_scorer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def read(corpus: Path, folder: str) -> list[dict[str, Any]]:
    """Cases of a folder, those left out that cannot be replayed from their own data."""
    root = corpus / "conformance" / folder
    if not root.is_dir():
        pytest.skip(f"FLOWDSL_CORPUS has no recordings in {folder}")
    cases = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(root.rglob("*.json"))]
    return [case for case in cases if "expected" in case and not (case.get("virtual") or {}).get("unrunnable")]


def share(scores: list[dict[str, Any]], level: str) -> float:
    """Per cent of the cases with this level that reach it."""
    judged = [score[level] for score in scores if score.get(level) is not None]
    return 100 * sum(judged) / len(judged)


def test_executions_go_as_they_went_in_aws(corpus: Path) -> None:
    module = scorer(corpus)
    scores: list[dict[str, Any]] = []
    for case in read(corpus, "cases"):
        try:
            result = run(
                case["definition"],
                case.get("input"),
                case.get("mocks") or {},
                case.get("type") or "STANDARD",
                case=case,
            )
        except NotSupported as error:
            result = {"unsupported": str(error)}
        scores.append(module.judge(case, json.loads(json.dumps(result))))
    assert [score["why"] for score in scores if score["verdict"] == "unsupported"] == []
    reached = {level: share(scores, level) for level in ("level1", "level2", "level3", "cause_strict")}
    least = {"level1": 99.5, "level2": 99.5, "level3": 99.0, "cause_strict": 97.0}
    assert [(level, reached[level]) for level in least if reached[level] < least[level]] == []


def test_states_answer_as_test_state_did(corpus: Path) -> None:
    matcher = scorer(corpus).Matcher
    cases = read(corpus, "teststate")
    right = [all(judge_state(case, matcher(case)).values()) for case in cases]
    assert 100 * sum(right) / len(right) >= 97.0
