"""Every rule of the shelf finds its bad example, says what it says it says, and is silent about its good one."""

from __future__ import annotations

import re

import pytest

from flowdsl.checks.example import Example
from flowdsl.checks.registry import pages, shelf
from flowdsl.checks.rule import DocumentedRule, Rule, examples
from flowdsl.checks.runner import check

RULES = [pytest.param(rule, id=f"{rule.code}-{rule.name}") for rule in shelf()]
DEFINITION_RULES = [pytest.param(rule, id=f"{rule.code}-{rule.name}") for rule in shelf() if isinstance(rule, Rule)]


@pytest.mark.parametrize("rule", DEFINITION_RULES)
def test_a_bad_example_is_found_where_it_says(rule: Rule) -> None:
    for example in examples(rule.bad):
        found = [(finding.pointer, finding.message) for finding in example.findings(rule)]
        assert (example.at, example.says) in found


@pytest.mark.parametrize("rule", DEFINITION_RULES)
def test_a_good_example_is_met_with_silence(rule: Rule) -> None:
    for example in examples(rule.good):
        assert [finding.message for finding in example.findings(rule)] == []


@pytest.mark.parametrize("rule", DEFINITION_RULES)
def test_a_good_example_breaks_no_other_rule(rule: Rule) -> None:
    for example in examples(rule.good):
        found = check(example.definition, type=example.type, input_schema=example.input_schema)
        assert [str(finding) for finding in found if finding.severity == "error"] == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_a_page(rule: DocumentedRule) -> None:
    page = rule.page
    assert re.fullmatch(r"ASL[1-9][0-9][0-9]", page.code)
    assert page.summary.endswith(".")
    assert page.why
    assert page.instead


def test_codes_and_names_are_unique() -> None:
    every = list(shelf())
    assert len({rule.code for rule in every}) == len(every)
    assert len({page.name for page in pages().values()}) == len(pages())


def test_an_example_in_short_starts_at_its_first_state() -> None:
    assert Example({"A": {"Type": "Succeed"}}, jsonata=True).document == {
        "QueryLanguage": "JSONata",
        "StartAt": "A",
        "States": {"A": {"Type": "Succeed"}},
    }
