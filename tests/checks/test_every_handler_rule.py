"""Every rule on handlers finds its bad examples at their line, says what it says it says, and is silent about its good ones."""

from __future__ import annotations

import pytest

from flowdsl.checks.handler_rule import HandlerRule, source_examples
from flowdsl.checks.registry import shelf

RULES = [pytest.param(rule, id=f"{rule.code}-{rule.name}") for rule in shelf() if isinstance(rule, HandlerRule)]


@pytest.mark.parametrize("rule", RULES)
def test_a_bad_example_is_found_at_its_line(rule: HandlerRule) -> None:
    for example in source_examples(rule.bad):
        found = [(f.location.line if f.location else 0, f.message) for f in example.findings(rule)]
        assert found == [(example.line, example.says)], example.text


@pytest.mark.parametrize("rule", RULES)
def test_a_good_example_is_met_with_silence(rule: HandlerRule) -> None:
    for example in source_examples(rule.good):
        assert [str(finding) for finding in example.findings(rule)] == []
