"""Every finding of the language has a code of its own, a name of its own, and a page."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from flowdsl.checks.registry import pages
from flowdsl.cli.commands.rule import command
from flowdsl.dsl.findings import FINDINGS, finding
from flowdsl.dsl.mistakes import CODES


def test_codes_and_names_are_nobody_elses() -> None:
    rules = pages()
    assert len(set(CODES.values())) == len(CODES)
    assert set(CODES.values()).isdisjoint(rules)
    assert set(CODES).isdisjoint(page.name for page in rules.values())


def test_every_finding_is_explained() -> None:
    assert list(FINDINGS) == list(CODES)
    assert all(found.summary.endswith((".", "?")) or ":" in found.summary for found in FINDINGS.values())


@pytest.mark.parametrize("selector", ["ASL352", "result-not-ready"])
def test_flowdsl_rule_shows_its_page(selector: str) -> None:
    shown = CliRunner().invoke(command, [selector])
    assert shown.exit_code == 0
    assert shown.stdout.startswith(
        "ASL352 result-not-ready (error)\n\nA result, a caught error or a Var that is read where some way has not set it.\n"
    )


def test_anything_else_is_no_finding() -> None:
    assert finding("ASL999") is None
    assert finding("nonsense") is None
