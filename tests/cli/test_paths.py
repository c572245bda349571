"""`flowdsl paths`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flowdsl.cli.main import cli
from flowdsl.diagnostics import FlowDslError
from tests.conftest import ROOT

ORDER: dict[str, Any] = {
    "StartAt": "Charge",
    "States": {
        "Charge": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:charge",
            "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 1}],
            "Catch": [{"ErrorEquals": ["Declined"], "Next": "Over"}],
            "ResultPath": "$.payment",
            "Next": "Large",
        },
        "Large": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.amount", "NumericGreaterThan": 100, "Next": "Review"},
                {"Variable": "$.amount", "NumericGreaterThan": 500, "Next": "Over"},
            ],
            "Default": "Done",
        },
        "Review": {"Type": "Pass", "Next": "Done"},
        "Done": {"Type": "Succeed"},
        "Over": {"Type": "Fail", "Error": "Over"},
    },
}

TEXT = """\
order (STANDARD): 4 paths take 6 of 7 transitions and retriers

1  it goes through to Done: SUCCEEDED
   Charge > Large > Done
   by input {"amount": 1}

2  Declined in Charge goes to Over: FAILED Over
   Charge [Declined caught] > Over
   by Charge fails with Declined

3  Charge is tried again after Busy: SUCCEEDED
   Charge [tried again] > Large > Done
   by Charge fails with Busy and then answers

4  Large goes to Review: SUCCEEDED
   Charge > Large > Review > Done
   by input.amount = 101

no input can take:
  Large Choices[1] -> Over: earlier rules of 'Large' take everything that rule 1 is for
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "order.asl.json").write_text(json.dumps(ORDER))
    return tmp_path


def run(*arguments: str, **more: Any) -> Result:
    return CliRunner().invoke(cli, ["paths", *arguments], **more)


def complaint(result: Result) -> str:
    """What the tool says when it cannot: the message of the error that main() prints."""
    assert (result.exit_code, result.stdout) == (1, "")
    assert isinstance(result.exception, FlowDslError)
    return str(result.exception)


def changed(**states: Any) -> dict[str, Any]:
    return {**ORDER, "States": {**ORDER["States"], **states}}


def test_each_path_is_told_with_its_states_its_end_and_what_drives_it() -> None:
    result = run("order.asl.json")
    assert (result.exit_code, result.stdout, result.stderr) == (0, TEXT, "")


def test_json_has_everything() -> None:
    result = run("order.asl.json", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    [told] = json.loads(result.stdout)["workflows"]
    assert told["name"] == "order"
    assert len(told["ways"]) == 7
    assert told["paths"][1] == {
        "number": 2,
        "name": "Declined in Charge goes to Over",
        "input": {"amount": 1},
        "mocks": {"Charge": {"throw": {"Error": "Declined", "Cause": None}}},
        "path": ["Charge", "Over"],
        "chain": "Charge [Declined caught] > Over",
        "status": "FAILED",
        "ways": ["/States/Charge/Catch/0/Next"],
        "new": ["/States/Charge/Catch/0/Next"],
        "error": "Over",
    }
    assert told["impossible"] == [
        {
            "pointer": "/States/Large/Choices/1/Next",
            "state": "Large",
            "label": "Choices[1]",
            "target": "Over",
            "why": "earlier rules of 'Large' take everything that rule 1 is for",
        }
    ]
    assert told["not_found"] == []


def test_a_mocks_file_made_of_a_path_drives_run(folder: Path) -> None:
    [told] = json.loads(run("order.asl.json", "--json").stdout)["workflows"]
    for path in told["paths"]:
        (folder / "input.json").write_text(json.dumps(path["input"]))
        (folder / "mocks.json").write_text(json.dumps(path["mocks"]))
        done = CliRunner().invoke(cli, ["run", "order.asl.json", "-i", "input.json", "--mocks", "mocks.json", "--json"])
        assert json.loads(done.stdout)["path"] == path["path"]


def test_what_was_not_found_exits_1(folder: Path) -> None:
    # What $random gives is nobody's to choose.
    rule = {"Condition": "{% $random() > 0.999999 %}", "Next": "B"}
    states = {
        "A": {"Type": "Choice", "Choices": [rule], "Default": "C"},
        "B": {"Type": "Succeed"},
        "C": {"Type": "Succeed"},
    }
    (folder / "x.json").write_text(json.dumps({"QueryLanguage": "JSONata", "StartAt": "A", "States": states}))
    result = run("x.json")
    assert result.exit_code == 1
    assert result.stdout.endswith("not found:\n  A Choices[0] -> B: no input was found that takes it\n")


def test_an_input_schema_closes_ways(folder: Path) -> None:
    schema = {"type": "object", "required": ["amount"], "properties": {"amount": {"enum": [1, 50]}}}
    (folder / "schema.json").write_text(json.dumps(schema))
    result = run("order.asl.json", "--input-schema", "schema.json")
    assert result.exit_code == 0
    assert "  Large Choices[0] -> Review: rule 0 of 'Large' never holds: $.amount is never so\n" in result.stdout


def test_all_of_a_folder_is_told(folder: Path) -> None:
    (folder / "other.asl.json").write_text(json.dumps(ORDER))
    result = run(".")
    assert result.exit_code == 0
    assert [line for line in result.stdout.splitlines() if "(STANDARD)" in line] == [
        "order (STANDARD): 4 paths take 6 of 7 transitions and retriers",
        "other (STANDARD): 4 paths take 6 of 7 transitions and retriers",
    ]


def test_a_definition_comes_from_standard_input() -> None:
    assert run("-", input=json.dumps(ORDER)).exit_code == 0


def test_what_cannot_be_read_or_run_is_said_in_one_line(folder: Path) -> None:
    (folder / "bad.json").write_text(json.dumps(changed(Review={"Type": "Pass", "Next": "Done2"})))
    assert complaint(run("nowhere.json")) == "there is no file nowhere.json"
    assert complaint(run("bad.json")).startswith("state 'Review', Next: goes to 'Done2', which is no state here")


def test_of_several_the_others_are_told_all_the_same(folder: Path) -> None:
    (folder / "bad.asl.json").write_text(json.dumps(changed(Review={"Type": "Pass", "Next": "Done2"})))
    result = run("bad.asl.json", "order.asl.json")
    assert (result.exit_code, result.stdout) == (2, TEXT)
    assert result.stderr.startswith("flowdsl: state 'Review', Next: goes to 'Done2'")


def test_placeholders_of_numbers_are_filled_in(folder: Path) -> None:
    (folder / "wait.json").write_text(
        json.dumps(changed(Review={"Type": "Wait", "Seconds": "${Pause}", "Next": "Done"}))
    )
    assert complaint(run("wait.json")).startswith("state 'Review', Seconds: '${Pause}' is yet to be filled in")
    assert run("wait.json", "--substitute", "Pause=5", "--write-tests", "test_wait.py").exit_code == 0
    assert 'substitutions={"Pause": "5"}' in (folder / "test_wait.py").read_text()


def test_when_the_time_is_up_it_says_so() -> None:
    result = run("order.asl.json", "--max-seconds", "1e-9")
    assert result.exit_code == 1
    assert "the 1e-09 seconds that the search may take were over" in result.stdout


# -- tests -----------------------------------------------------------------------------------------------------------------


def test_tests_are_written_and_written_again(folder: Path) -> None:
    result = run("order.asl.json", "--write-tests", "tests/test_order.py")
    assert (result.exit_code, result.stdout) == (0, f"{TEXT}\n4 tests written to tests/test_order.py\n")
    first = (folder / "tests" / "test_order.py").read_text()
    assert "def test_declined_in_charge_goes_to_over() -> None:\n" in first
    assert run("order.asl.json", "--write-tests", "tests/test_order.py").exit_code == 0
    assert (folder / "tests" / "test_order.py").read_text() == first


def test_a_file_of_somebody_else_is_not_written_over_unless_forced(folder: Path) -> None:
    file = folder / "test_order.py"
    file.write_text("def test_mine() -> None: ...\n")
    assert complaint(run("order.asl.json", "--write-tests", "test_order.py")) == (
        "test_order.py is not as `flowdsl paths` wrote it, and would be lost; write to another file, or give --force"
    )
    assert file.read_text() == "def test_mine() -> None: ...\n"
    assert run("order.asl.json", "--write-tests", "test_order.py", "--force").exit_code == 0
    assert "test_mine" not in file.read_text()


def test_only_a_python_file_is_written() -> None:
    result = run("order.asl.json", "--write-tests", "order.txt")
    assert complaint(result) == "--write-tests writes a Python file, and order.txt is none"


def test_standard_input_has_no_tests() -> None:
    result = run("-", "--write-tests", "test_it.py", input=json.dumps(ORDER))
    assert complaint(result) == (
        "what comes from standard input can have no tests: they load the workflow from its file"
    )


def test_one_machine_of_a_template_is_named_in_its_tests(folder: Path) -> None:
    machines = {
        name: {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": ORDER}}
        for name in ("First", "Second")
    }
    (folder / "template.json").write_text(json.dumps({"Resources": machines}))
    assert run("template.json", "--write-tests", "test_both.py").exit_code == 0
    text = (folder / "test_both.py").read_text()
    assert 'first = load_one(Path(__file__).parent / "template.json", resource="First")\n' in text
    assert "def test_second_declined_in_charge_goes_to_over() -> None:\n" in text


@pytest.mark.usefixtures("no_project_modules")
def test_a_python_workflow_is_imported_by_its_tests(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    file = folder / "test_claim.py"
    assert run("workflows/claim_voucher.py", "--write-tests", str(file)).exit_code == 0
    assert "from workflows.claim_voucher import claim_voucher\n" in file.read_text()
