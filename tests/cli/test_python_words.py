"""Findings on a workflow in Python's words, and its suppressions where the built definition is checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from flowdsl.asl.definition import Definition
from flowdsl.cli.commands.build import command as build_command
from flowdsl.cli.commands.check import command as check_command
from flowdsl.cli.commands.rule import command as rule_command
from flowdsl.cli.python_words import in_python
from flowdsl.diagnostics import Diagnostic, Location, Severity

WORKFLOW = """from pydantic import BaseModel

from flowdsl import Wait, workflow


class Order(BaseModel):
    id: str


@workflow(timeout_seconds=300)
def ship(order: Order) -> None:
    hold = Wait(seconds=900)%s
"""


def said(message: str, expression: str = "", written: str = "") -> str:
    document = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True}}}
    place = Location("ship.py", 1, 1, 1, 2)
    finding = Diagnostic(
        "ASL306", "undefined-result", Severity.WARNING, message, location=place, pointer="/States/A/Output"
    )
    [told] = in_python([finding], Definition(document), "order", lambda _: written)
    return told.message


def test_a_whole_expression_is_what_was_written_for_it() -> None:
    compiled = "$max($map($states.context.Execution.Input.lines, function($l) { $l.n }))"
    written = "fn.max(fn.map(order.lines, lambda l: l.n))"
    assert said(f"'{compiled}' may give nothing", compiled, written) == f"'{written}' may give nothing"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "'$states.context.Execution.Input.total' is not there; there is 'id'",
            "'order.total' is not there; there is 'id'",
        ),
        ("'$count' takes an array", "'count' takes an array"),
        ("'$formatNumber($total)' may give nothing", "'fn.format_number(total)' may give nothing"),
        ("'$map($xs, function($v, $i) { $v })' may give", "'fn.map(xs, lambda v, i: v)' may give"),
        ("'$states.result' may be an array", "'the result' may be an array"),
        ("'$states.result.ok' is not there", "'result.ok' is not there"),
        (
            "'x' may be absent; write $exists($x) ? $x : a default",
            "'x' may be absent; guard it with fn.exists(...)",
        ),
        ("'Each' has no MaxConcurrency", "'Each' has no max_concurrency"),
        (
            "'Pick' has no Default, and ...; add a Default, or a last rule that always holds",
            "'Pick' has no .otherwise, and ...; add .otherwise, or a last rule that always holds",
        ),
        ("costs $5.20 a day", "costs $5.20 a day"),
    ],
)
def test_names_are_pythons(message: str, told: str) -> None:
    assert said(message) == told


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text('[tool.flowdsl]\nsource = ["workflows"]\n', encoding="utf-8")
    (tmp_path / "workflows").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check_built(project: Path, comment: str) -> tuple[int, str]:
    (project / "workflows" / "ship.py").write_text(WORKFLOW % comment, encoding="utf-8")
    assert CliRunner().invoke(build_command, []).exit_code == 0
    flags = ["--strict", "--output-format", "concise", "--select", "ASL601"]
    done = CliRunner().invoke(check_command, [*flags, "workflows/ship.asl.json"])
    return done.exit_code, done.stdout


def test_a_built_definition_is_checked_like_any_other(project: Path) -> None:
    code, text = check_built(project, "")
    assert (code, text.count("ASL601")) == (1, 1)


def test_a_suppression_in_the_source_holds_for_the_built_definition(project: Path) -> None:
    assert check_built(project, "  # flowdsl: ignore[ASL601] longer in tests") == (0, "")


def test_a_suppression_of_another_code_does_not(project: Path) -> None:
    code, text = check_built(project, "  # flowdsl: ignore[ASL301] longer in tests")
    assert (code, text.count("ASL601")) == (1, 1)


def test_a_broken_source_map_suppresses_nothing(project: Path) -> None:
    check_built(project, "  # flowdsl: ignore[ASL601] longer in tests")
    (project / "workflows" / "ship.sourcemap.json").write_text("{", encoding="utf-8")
    flags = ["--strict", "--output-format", "concise", "--select", "ASL601"]
    assert CliRunner().invoke(check_command, [*flags, "workflows/ship.asl.json"]).exit_code == 1


@pytest.mark.parametrize("selector", ["asl322", "List-May-Be-Empty", "ASL322"])
def test_a_code_is_known_in_any_case(selector: str) -> None:
    done = CliRunner().invoke(rule_command, [selector])
    assert (done.exit_code, done.stdout.startswith("ASL322 list-may-be-empty")) == (0, True)
