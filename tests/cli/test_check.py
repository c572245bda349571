"""flowdsl check: what it looks at, what it says, and how it leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowdsl.cli.commands.check import command as check_command
from flowdsl.cli.commands.rule import command as rule_command
from flowdsl.cli.watching import watch

CHOICE = """{
  "StartAt": "Route",
  "States": {
    "Route": {"Type": "Choice", "Choices": [{"Variable": "$.ok", "BooleanEquals": true, "Next": "Done"}]},
    "Done": {"Type": "Succeed"}
  }
}
"""
PATH = """{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Parameters": {"id": "$.id"}, "End": true}
  }
}
"""
FINE = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}\n'
SAYS = (
    "route.asl.json:4:14: ASL204 choice-without-default: 'Route' has no Default, and its rules do not take every value: '$.ok' may be false; add a "
    "Default, or a last rule that always holds\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.flowdsl]\n", encoding="utf-8")
    (tmp_path / "route.asl.json").write_text(CHOICE, encoding="utf-8")
    (tmp_path / "path.asl.json").write_text(PATH, encoding="utf-8")
    (tmp_path / "fine.asl.json").write_text(FINE, encoding="utf-8")
    return tmp_path


def check(*arguments: str, input: str | None = None) -> Result:
    return CliRunner().invoke(check_command, list(arguments), input=input, catch_exceptions=False)


def test_a_finding_is_one_line_and_fails() -> None:
    result = check("route.asl.json", "--output-format", "concise")
    assert (result.exit_code, result.stdout) == (1, SAYS)


def test_silence_means_fine() -> None:
    result = check("fine.asl.json")
    assert (result.exit_code, result.stdout) == (0, "")


def test_the_source_line_stands_below_with_a_caret() -> None:
    lines = check("route.asl.json").stdout.splitlines()
    assert lines[1].startswith('  4 |     "Route": {"Type": "Choice"')
    assert lines[2].startswith("    |              ^")


def test_what_fails_is_the_callers_to_say() -> None:
    assert check("route.asl.json", "--fail-on", "error").exit_code == 0
    assert check("route.asl.json", "--exit-zero").exit_code == 0
    assert check("route.asl.json", "--ignore", "ASL2").exit_code == 0
    assert check("route.asl.json", "--select", "ASL3").exit_code == 0


def test_a_folder_is_every_definition_in_it() -> None:
    stdout = check(".", "--output-format", "concise").stdout
    assert [line.partition(":")[0] for line in stdout.splitlines()] == ["path.asl.json", "route.asl.json"]


def test_a_dash_is_standard_input() -> None:
    assert check("-", "--output-format", "concise", input=CHOICE).stdout.startswith("standard input:4:14: ASL204")


def test_an_unknown_rule_is_an_error_with_a_near_name() -> None:
    from flowdsl.diagnostics import FlowDslError

    with pytest.raises(FlowDslError, match=r"no rule 'ASL2O4'; did you mean 'ASL204'\?"):
        check("route.asl.json", "--select", "ASL2O4")


def test_a_baseline_silences_what_is_known(folder: Path) -> None:
    assert check("route.asl.json", "--write-baseline", "known.json").exit_code == 0
    assert check("route.asl.json", "--baseline", "known.json").exit_code == 0
    # A finding that only moved is the same one; a second of its kind is not.
    (folder / "route.asl.json").write_text("\n" + CHOICE, encoding="utf-8")
    assert check("route.asl.json", "--baseline", "known.json").exit_code == 0
    assert check("route.asl.json", "path.asl.json", "--baseline", "known.json").exit_code == 1


def test_statistics_count_the_findings() -> None:
    stdout = check("route.asl.json", "path.asl.json", "--statistics").stdout
    assert [line.split()[:2] for line in stdout.splitlines()] == [["1", "ASL204"], ["1", "ASL317"]]


def test_corrections_are_shown_before_they_are_made(folder: Path) -> None:
    result = check("path.asl.json", "--unsafe-fixes", "--diff")
    assert result.exit_code == 1
    assert '-    "A": {"Type": "Pass", "Parameters": {"id": "$.id"}, "End": true}' in result.stdout
    assert (folder / "path.asl.json").read_text(encoding="utf-8") == PATH


def test_a_correction_that_changes_what_is_computed_is_made_only_when_asked_for(folder: Path) -> None:
    assert check("path.asl.json", "--fix").exit_code == 1
    assert (folder / "path.asl.json").read_text(encoding="utf-8") == PATH
    assert check("path.asl.json", "--unsafe-fixes").exit_code == 0
    assert (folder / "path.asl.json").read_text(encoding="utf-8") == PATH.replace('"id"', '"id.$"')


def test_the_format_does_not_change_the_exit_code() -> None:
    codes = {
        f: check("route.asl.json", "--output-format", f).exit_code for f in ("full", "json", "sarif", "github", "junit")
    }
    assert set(codes.values()) == {1}


def test_an_input_schema_closes_the_input(folder: Path) -> None:
    (folder / "schema.json").write_text(
        '{"type": "object", "properties": {"n": {}}, "required": ["n"]}', encoding="utf-8"
    )
    stdout = check("route.asl.json", "--input-schema", "schema.json", "--output-format", "concise").stdout
    assert "ASL301 absent-field: '$.ok' is not there; there is 'n'" in stdout


def test_serving_answers_line_by_line(folder: Path) -> None:
    lines = (
        f"{folder}/route.asl.json\tSTANDARD\t\n{folder}/missing.json\tSTANDARD\t\n{folder}/fine.asl.json\tEXPRESS\t\n"
    )
    answers = [json.loads(line) for line in check("--serve", input=lines).stdout.splitlines()]
    assert [len(answer["errors"]) for answer in answers] == [1, 1, 0]
    assert answers[0]["errors"][0].startswith("4:14: ASL204 choice-without-default: 'Route'")
    assert not any(answer["crash"] for answer in answers)


def test_many_files_are_checked_in_parallel_in_order(folder: Path) -> None:
    for i in range(40):
        (folder / f"m{i:02}.asl.json").write_text(CHOICE, encoding="utf-8")
    stdout = check(*(f"m{i:02}.asl.json" for i in range(40)), "--output-format", "concise").stdout
    assert [line.partition(".")[0] for line in stdout.splitlines()] == [f"m{i:02}" for i in range(40)]


def test_a_change_is_noticed_while_watching(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowdsl.cli.watching.PAUSE", 0.0)
    runs: list[list[str]] = []

    def run(arguments: list[str]) -> None:
        runs.append(arguments)
        if len(runs) == 1:
            (folder / "new.asl.json").write_text(FINE, encoding="utf-8")

    watch([folder], ["check", "."], looks=4, run=run)
    assert runs == [["check", "."], ["check", "."]]


def test_a_rules_page_says_what_why_and_what_instead() -> None:
    text = CliRunner().invoke(rule_command, ["choice-without-default"], catch_exceptions=False).stdout
    assert text.startswith("ASL204 choice-without-default (warning)\n")
    for part in ("Instead: give it a Default", "Bad:", "Good:"):
        assert part in text


def test_every_page_is_there_as_json() -> None:
    stdout = CliRunner().invoke(rule_command, ["--all", "--output-format", "json"], catch_exceptions=False).stdout
    codes = [page["code"] for page in json.loads(stdout)]
    assert codes == sorted(codes)
    assert {"ASL101", "ASL204", "ASL890", "ASL904"} <= set(codes)


def test_a_finding_in_a_file_that_a_template_names_is_placed_in_that_file(tmp_path: Path) -> None:
    (tmp_path / "sam.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\n"
        "Resources:\n"
        "  Flow:\n"
        "    Type: AWS::Serverless::StateMachine\n"
        "    Properties: {DefinitionUri: flow/route.asl.json}\n",
        encoding="utf-8",
    )
    (tmp_path / "flow").mkdir()
    (tmp_path / "flow" / "route.asl.json").write_text(CHOICE, encoding="utf-8")
    result = check("sam.yaml", "--output-format", "concise")
    assert (result.exit_code, result.stdout) == (1, SAYS.replace("route.asl.json", "flow/route.asl.json"))


TEMPLATE = """
Resources:
  Far:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionS3Location: {Bucket: b, Key: k}}
  Gone:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: gone.json}
  Near:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A, States: {A: {Type: Task, Resource: "${Fn}", Next: B}}}
"""


def test_a_machine_that_cannot_be_read_does_not_hide_the_others_of_its_template(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATE, encoding="utf-8")
    found = json.loads(check("t.yaml", "--output-format", "json", "--select", "ASL1,ASL2").stdout)["findings"]
    assert [(f["code"], f["severity"], f["location"]["line"]) for f in found] == [
        ("ASL100", "info", 5),
        ("ASL100", "error", 8),
        ("ASL210", "error", 12),
    ]
    assert check("t.yaml").exit_code == 2
    (tmp_path / "gone.json").write_text(FINE, encoding="utf-8")
    assert check("t.yaml", "--select", "ASL100").exit_code == 0


def test_a_template_whose_only_machine_stands_in_s3_was_not_checked(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATE.partition("  Gone")[0], encoding="utf-8")
    result = check("t.yaml", "--output-format", "concise")
    assert (result.exit_code, result.stdout) == (
        2,
        "t.yaml:5:40: ASL100 unreadable-definition: the definition of 'Far' stands in S3, not in a file that can be read here\n",
    )


def test_a_folder_without_anything_to_check_is_no_success(tmp_path: Path) -> None:
    from flowdsl.diagnostics import FlowDslError

    (tmp_path / "empty").mkdir()
    with pytest.raises(FlowDslError, match=r"^nothing to check in empty$"):
        check("empty")
    (tmp_path / "empty" / "package.json").write_text('{"name": "x"}', encoding="utf-8")
    with pytest.raises(FlowDslError, match=r"^nothing to check in empty$"):
        check("empty")
    assert check("empty", "fine.asl.json").exit_code == 0


def test_the_line_is_the_same_for_all_and_what_is_no_error_says_so_below() -> None:
    lines = check("route.asl.json").stdout.splitlines()
    assert lines[0] + "\n" == SAYS
    assert lines[2].endswith("^ warning")
    assert lines[-1].startswith("1 warning; ")


def test_lines_for_programs_are_summed_up_on_standard_error() -> None:
    result = check("route.asl.json", "path.asl.json", "--output-format", "concise")
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr == "flowdsl: 2 warnings\n"


def test_colours_change_nothing_of_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import click

    monkeypatch.setenv("FORCE_COLOR", "1")
    told = CliRunner().invoke(check_command, ["route.asl.json", "--output-format", "concise"], color=True).stdout
    assert "\x1b[33m" in told
    assert click.unstyle(told) == SAYS


def test_statistics_are_json_when_json_is_asked_for() -> None:
    result = check("route.asl.json", "--statistics", "--output-format", "json")
    told = {"code": "ASL204", "name": "choice-without-default", "severity": "warning", "count": 1}
    assert json.loads(result.stdout) == {"version": 1, "statistics": [told]}


def test_fixing_says_when_there_is_nothing_it_may_do() -> None:
    assert "flowdsl: there was no correction to make\n" in check("route.asl.json", "--fix").stderr
    left = "flowdsl: there was no correction to make; 1 more may change what is computed, --unsafe-fixes makes them\n"
    assert left in check("path.asl.json", "--fix").stderr


def test_a_code_of_another_ten_is_not_what_was_meant() -> None:
    from flowdsl.diagnostics import FlowDslError

    with pytest.raises(FlowDslError, match=r"^no rule 'ASL999'$"):
        check("route.asl.json", "--select", "ASL999")


def test_dashes_and_files_may_be_named_together() -> None:
    result = check("-", "-", "path.asl.json", "--output-format", "concise", input=CHOICE)
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == ["standard input", "path.asl.json"]


def test_a_name_with_a_line_end_does_not_break_the_line(tmp_path: Path) -> None:
    (tmp_path / "odd.json").write_text(json.dumps({"StartAt": "A", "States": {"A\nB": {"Type": "Nap"}}}), "utf-8")
    for line in check("odd.json", "--output-format", "concise").stdout.splitlines():
        assert line.startswith("odd.json:1:")
