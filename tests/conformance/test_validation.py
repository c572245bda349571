"""Verdicts that AWS was recorded giving on definitions: the same codes at the same places, in AWS's own words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.validation_scorer import cases, judge, load_matcher

pytestmark = pytest.mark.corpus


def test_every_recorded_verdict_is_flowdsls_too(corpus: Path) -> None:
    scorer = corpus.parent / "tools" / "conformance" / "score.py"
    folder = corpus / "conformance" / "validation"
    if not scorer.is_file() or not folder.is_dir():
        pytest.skip("the recordings or the file that compares them are not beside FLOWDSL_CORPUS")
    matcher = load_matcher(scorer)
    found = cases(folder)
    assert found
    assert [(case["id"], score.why) for case in found if (score := judge(case, matcher(case))).why] == []
