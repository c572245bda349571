"""`flowdsl limits` and `flowdsl cost`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flowdsl.cli.main import cli

ORDERS: dict[str, Any] = {
    "StartAt": "Each",
    "States": {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Charge",
                "States": {
                    "Charge": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::lambda:invoke",
                        "Parameters": {"FunctionName": "charge"},
                        "TimeoutSeconds": 10,
                        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}],
                        "End": True,
                    }
                },
            },
            "End": True,
        }
    },
}


@pytest.fixture
def orders(tmp_path: Path) -> str:
    path = tmp_path / "orders.asl.json"
    path.write_text(json.dumps(ORDERS), encoding="utf-8")
    return str(path)


def flowdsl(*args: str) -> Result:
    return CliRunner().invoke(cli, args)


def test_limits_shows_what_is_used_of_each_quota(orders: str) -> None:
    done = flowdsl("limits", orders)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "orders (STANDARD)"
    assert lines[2].split() == ["worst", "case", "nothing", "fails", "quota"]
    assert re.split(r"  +", lines[3]) == [
        "events",
        "6 + 10 n",
        "6 + 7 n",
        "25,000",
        "breaks at more than 2,499 items of 'Each'",
    ]
    assert done.stdout.splitlines()[-1] == "n: items of 'Each'"


def test_limits_lists_states_and_paths_on_demand(orders: str) -> None:
    done = flowdsl("limits", orders, "--states", "--paths")
    charge = next(line for line in done.stdout.splitlines() if line.startswith("  Charge"))
    assert re.split(r"  +", charge)[1:6] == ["Charge", "Task", "2", "8", "2"]
    assert "Each (succeeds)" in done.stdout


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        (["--max-events", "500"], "up to 1,006 history events, and the budget is 500"),
        (["--max-transitions", "100"], "up to 201 transitions, and the budget is 100"),
        (["--max-duration", "30s"], "up to 1 min 3 s, and the budget is 30 s"),
        (["--max-payload", "2000"], "bytes in the payload of 'Each', and the budget is 2,000"),
    ],
)
def test_a_budget_that_is_not_kept_ends_in_1(orders: str, budget: list[str], message: str) -> None:
    done = flowdsl("limits", orders, "--items", "100", *budget)
    assert done.exit_code == 1
    assert message in done.stderr
    assert flowdsl("limits", orders, "--items", "100", budget[0], "10000000").exit_code == 0


def test_a_quota_that_cannot_be_kept_ends_in_1(orders: str) -> None:
    done = flowdsl("limits", orders, "--set", "n=2500")
    assert done.exit_code == 1
    assert "too much, in the execution's history" in done.stdout


def test_limits_as_json_holds_formulas_and_numbers(orders: str) -> None:
    done = flowdsl("limits", orders, "--set", "n=10", "--json")
    told = json.loads(done.stdout)
    assert told["worst"]["events"] == {"formula": "106", "value": 106}
    assert told["symbols"][0]["name"] == "n"
    assert told["symbols"][0]["value"] == 10
    assert [x["kind"] for x in told["limits"]] == ["events", "duration", "payload", "definition"]
    assert told["states"][1]["state"] == "Charge"
    assert told["paths"][0]["end"] == "Each"


def test_an_unknown_symbol_is_told_with_those_that_there_are(orders: str) -> None:
    done = flowdsl("limits", orders, "--set", "m=10")
    assert isinstance(done.exception, Exception)
    assert str(done.exception) == "orders has no symbol 'm'; it has n"


def test_cost_compares_standard_and_express(orders: str) -> None:
    done = flowdsl("cost", orders, "--items", "9")
    assert done.exit_code == 0
    assert "Standard  $0.000250" in done.stdout
    assert "$250.00" in done.stdout
    assert "Express is billed 0.2 s at 64 MB, and runs each step at least once." in done.stdout


def test_cost_keeps_a_budget(orders: str) -> None:
    assert flowdsl("cost", orders, "--items", "9", "--budget", "250").exit_code == 0
    done = flowdsl("cost", orders, "--items", "9", "--budget", "249")
    assert done.exit_code == 1
    assert "1,000,000 executions cost $250.00 when nothing fails, and the budget is $249.00" in done.stderr
    worst = flowdsl("cost", orders, "--items", "9", "--worst-budget", "250")
    assert "1,000,000 executions cost $475.00 at worst, and the budget is $250.00" in worst.stderr


def test_an_express_budget_is_held_against_expresss_price(orders: str) -> None:
    assert flowdsl("cost", orders, "--type", "EXPRESS", "--budget", "2").exit_code == 0


def test_cost_as_json(orders: str) -> None:
    told = json.loads(flowdsl("cost", orders, "--items", "9", "--lambda-memory", "512", "--json").stdout)
    assert told["volume"] == 1_000_000
    assert told["standard"]["nothing_fails"]["volume"] > 250
    assert told["express"]["not_possible"] is None
    assert [s["state"] for s in told["states"]] == ["Each", "Charge"]


def test_a_file_that_is_not_there_is_one_clear_line() -> None:
    done = flowdsl("limits", "nowhere.json")
    assert str(done.exception) == "there is no file nowhere.json"


def two(tmp_path: Path, orders: str) -> str:
    (tmp_path / "parcels.asl.json").write_text(json.dumps(ORDERS), encoding="utf-8")
    (tmp_path / "package.json").write_text("{}", encoding="utf-8")
    return str(tmp_path)


def test_a_folder_tells_of_each_definition_in_it(tmp_path: Path, orders: str) -> None:
    for command in ("limits", "cost"):
        done = flowdsl(command, two(tmp_path, orders))
        heads = [line for line in done.stdout.splitlines() if line.endswith("(STANDARD)")]
        assert (done.exit_code, heads) == (0, ["orders (STANDARD)", "parcels (STANDARD)"])


def test_of_several_json_is_a_list(tmp_path: Path, orders: str) -> None:
    for command in ("limits", "cost"):
        done = flowdsl(command, "--json", two(tmp_path, orders))
        assert [one["name"] for one in json.loads(done.stdout)] == ["orders", "parcels"]


def test_what_cannot_be_read_does_not_keep_the_others_from_being_told(orders: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.asl.json"
    broken.write_text("{", encoding="utf-8")
    done = flowdsl("limits", str(broken), orders, "nothing.json")
    assert done.exit_code == 2
    assert done.stdout.startswith("orders (STANDARD)")
    assert "broken.asl.json" in done.stderr
    assert "flowdsl: there is no file nothing.json" in done.stderr


def test_a_budget_that_several_are_held_against_names_who_exceeds_it(tmp_path: Path, orders: str) -> None:
    done = flowdsl("limits", two(tmp_path, orders), "--max-events", "15")
    assert done.exit_code == 1
    assert "flowdsl: parcels: up to 16 history events, and the budget is 15" in done.stderr


def test_a_definition_is_read_from_standard_input() -> None:
    done = CliRunner().invoke(cli, ["cost", "-"], input=json.dumps(ORDERS))
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "standard input (STANDARD)")


def test_without_a_name_the_project_s_workflows_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = flowdsl("limits")
    assert str(done.exception) == "no workflow here: name a file or folder, or set source in [tool.flowdsl]"
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "orders.asl.json").write_text(json.dumps(ORDERS), encoding="utf-8")
    assert flowdsl("limits").stdout.startswith("orders (STANDARD)")


def test_cost_tells_what_the_ways_to_each_end_cost(orders: str) -> None:
    done = flowdsl("cost", orders, "--paths")
    assert [re.split(r"  +", line) for line in done.stdout.splitlines() if line.startswith(("ways to", "Each"))] == [
        ["ways to", "nothing failing", "at worst"],
        ["Each (succeeds)", "$0.000025 + $0.000025 n", "$0.000025 + $0.000050 n"],
    ]


def test_a_machine_in_s3_does_not_hide_the_other_of_its_template(tmp_path: Path) -> None:
    text = (
        "Resources:\n"
        "  Far: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: {Bucket: b, Key: k}}}\n"
        "  Near:\n"
        "    Type: AWS::Serverless::StateMachine\n"
        "    Properties: {Definition: {StartAt: A, States: {A: {Type: Succeed}}}}\n"
    )
    (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(cli, ["limits", str(tmp_path / "t.yaml")], catch_exceptions=False)
    assert done.exit_code == 0
    assert "Near" in done.stdout
    assert "the definition of 'Far' stands in S3" in done.stderr


def test_small_prices_keep_three_digits(tmp_path: Path) -> None:
    child = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "P",
        "States": {"P": {"Type": "Pass", "End": True}},
    }
    state = {"Type": "Map", "ItemProcessor": child, "ItemBatcher": {"MaxItemsPerBatch": 100}, "End": True}
    path = tmp_path / "batched.asl.json"
    path.write_text(json.dumps({"StartAt": "M", "States": {"M": state}}), encoding="utf-8")
    (row,) = [line for line in flowdsl("cost", str(path)).stdout.splitlines() if line.startswith("Standard")]
    assert re.split(r"  +", row)[1] == "$0.0000507 + $0.000000260 n"
