"""flowdsl migrate, as a person meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flowdsl.cli.commands.migrate import command

WHOLE: dict[str, Any] = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"x.$": "$.y"}, "End": True}}}
PARTLY: dict[str, Any] = {
    "StartAt": "A",
    "States": {
        "A": {"Type": "Pass", "Parameters": {"x.$": "$..y"}, "Next": "B"},
        "B": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "End": True},
    },
}


def run(tmp_path: Path, document: Any, *arguments: str) -> Result:
    file = tmp_path / "flow.asl.json"
    file.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return CliRunner().invoke(command, [str(file), *arguments], catch_exceptions=False)


def test_the_new_definition_goes_to_standard_output(tmp_path: Path) -> None:
    result = run(tmp_path, WHOLE)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "QueryLanguage": "JSONata",
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "Output": {"x": "{% $states.input.y %}"}, "End": True}},
    }
    assert result.stderr == f"flowdsl: {tmp_path}/flow.asl.json: 1 state moved to JSONata, 0 JSONPath still\n"


def test_what_stays_is_named_with_its_place_and_its_reason(tmp_path: Path) -> None:
    result = run(tmp_path, PARTLY, "-o", str(tmp_path / "new.asl.json"))
    assert result.exit_code == 1
    assert result.stdout == ""
    file = f"{tmp_path}/flow.asl.json"
    first, second, last = result.stderr.splitlines()
    assert first.endswith("flow.asl.json:4:10: 'A' stays JSONPath: '..' has no exact form in JSONata")
    assert second.endswith(
        "flow.asl.json:11:10: 'B': States.MathAdd rounds fractions, half up, before it adds; JSONata's + does not"
    )
    assert last == f"flowdsl: {file}: 1 state moved to JSONata, 1 JSONPath still"
    new = json.loads((tmp_path / "new.asl.json").read_text(encoding="utf-8"))
    assert new["States"]["B"]["Output"] == {"n": "{% $states.input.n + 1 %}"}


def test_verify_says_how_many_runs_were_compared(tmp_path: Path) -> None:
    result = run(tmp_path, WHOLE, "--verify", "10")
    assert result.exit_code == 0
    last = result.stderr.splitlines()[-1]
    assert last.startswith("flowdsl: compared ")
    assert ", 0 differ; " in last


def test_diff_shows_what_changes(tmp_path: Path) -> None:
    result = run(tmp_path, WHOLE, "--diff")
    assert '+      "Output": {' in result.stdout
    assert '-      "Parameters": {' in result.stdout


def test_one_state_alone(tmp_path: Path) -> None:
    result = run(tmp_path, PARTLY, "--state", "B")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["States"]["A"] == PARTLY["States"]["A"]


def test_an_unknown_state_is_an_error_with_a_near_name(tmp_path: Path) -> None:
    from flowdsl.diagnostics import FlowDslError

    with pytest.raises(FlowDslError, match="there is no state 'b'; did you mean 'B'"):
        run(tmp_path, PARTLY, "--state", "b")


def test_a_definition_without_jsonpath_has_nothing_to_move(tmp_path: Path) -> None:
    jsonata = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    result = run(tmp_path, jsonata)
    assert result.exit_code == 0
    assert "there is no JSONPath state to move" in result.stderr
