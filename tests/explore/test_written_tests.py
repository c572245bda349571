"""The pytest file: readable, accepted by formatter and type checker, and it passes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowdsl.asl.load import load_one
from flowdsl.dsl.discover import workflows_of
from flowdsl.explore.explore import explore
from flowdsl.explore.written_tests import Explored, may_replace, text_of_tests
from tests.conftest import ROOT
from tests.explore.machines import end, jsonata, machine, task

GOLDEN = Path(__file__).parent / "golden"


def example(name: str) -> Explored:
    workflow = workflows_of(ROOT / "workflows" / f"{name}.py", ROOT)[0]
    return Explored(explore(workflow.definition), workflow.name, module=f"workflows.{name}")


def run(*command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["claim_voucher", "export_orders", "file_all_invoices"])
def test_the_file_reads_as_a_person_would_have_written_it(name: str, golden: Callable[[Path, str], None]) -> None:
    golden(GOLDEN / f"{name}.py.txt", text_of_tests([example(name)]))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests of every example, one file each, and one file with all of them."""
    folder = tmp_path_factory.mktemp("written")
    tested = [example(path.stem) for path in sorted((ROOT / "workflows").glob("*.py")) if path.stem != "__init__"]
    for each in tested:
        (folder / f"test_{each.name}.py").write_text(text_of_tests([each]), encoding="utf-8")
    (folder / "test_all.py").write_text(text_of_tests(tested), encoding="utf-8")
    return folder


def test_the_tests_of_the_examples_pass(whole: Path) -> None:
    done = run("pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "-c", "pyproject.toml", str(whole))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_formatter_leaves_them_as_they_are(whole: Path) -> None:
    done = run("ruff", "format", "--check", "--config", "pyproject.toml", str(whole))
    assert done.returncode == 0, done.stdout


def test_the_linter_has_nothing_to_say(whole: Path) -> None:
    options = ["--isolated", "--line-length", "120", "--config", 'lint.isort.known-first-party=["workflows"]']
    done = run("ruff", "check", *options, "--select", "E,F,I,W,B,UP,SIM,PT", str(whole))
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_type_checker_accepts_them(whole: Path) -> None:
    done = run("mypy", "--strict", str(whole / "test_all.py"))
    assert done.returncode == 0, done.stdout


def test_a_definition_in_json_is_loaded_from_beside_the_tests(tmp_path: Path) -> None:
    definition = machine(A=task(Catch=[{"ErrorEquals": ["X"], "Next": "B"}], End=True), B=end())
    (tmp_path / "asl").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "asl" / "orders.json").write_text(json.dumps(definition.document))
    text = text_of_tests(
        [Explored(explore(load_one(tmp_path / "asl" / "orders.json")), "orders", file="../asl/orders.json")]
    )
    assert 'orders = load_one(Path(__file__).parent / "../asl/orders.json")\n' in text
    (tmp_path / "tests" / "test_orders.py").write_text(text)
    done = run("pytest", "-q", "-p", "no:cacheprovider", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def written_for(definition: Any) -> str:
    return text_of_tests([Explored(explore(definition), "wf", file="wf.json")])


def test_a_loop_of_many_rounds_is_multiplied() -> None:
    text = written_for(
        jsonata(
            Begin={"Type": "Pass", "Assign": {"n": 0}, "Next": "Round"},
            Round={"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "Enough"},
            Enough={"Type": "Choice", "Choices": [{"Condition": "{% $n >= 50 %}", "Next": "Done"}], "Default": "Round"},
            Done=end(),
        )
    )
    assert '    assert execution.path == ["Begin", *["Round", "Enough"] * 50, "Done"]\n' in text


def test_an_output_that_time_or_chance_has_a_say_in_is_not_asserted() -> None:
    assert "execution.output" not in written_for(jsonata(A=end(Output={"id": "{% $uuid() %}"})))
    assert "execution.output" not in written_for(
        machine(A={"Type": "Pass", "Parameters": {"at.$": "$$.State.EnteredTime"}, "End": True})
    )
    assert '    assert execution.output == {"id": 1}\n' in written_for(jsonata(A=end(Output={"id": 1})))


def test_names_of_states_become_names_of_tests() -> None:
    text = written_for(
        machine(
            **{
                "Is it paid?": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.paid", "BooleanEquals": True, "Next": "HTTPCall (2nd)"}],
                    "Default": "Größe",
                },
                "HTTPCall (2nd)": end(),
                "Größe": end(),
            }
        )
    )
    names = [line.split("(")[0].removeprefix("def ") for line in text.splitlines() if line.startswith("def ")]
    assert set(names) == {"test_it_goes_through_to_http_call_2nd", "test_is_it_paid_goes_to_größe"}


def test_two_paths_about_the_same_have_names_of_their_own() -> None:
    rules = [{"Variable": "$.n", "NumericEquals": n, "Next": "B"} for n in (1, 2, 3)]
    text = written_for(machine(A={"Type": "Choice", "Choices": rules, "Default": "C"}, B=end(), C=end()))
    names = [line.split("(")[0].removeprefix("def ") for line in text.splitlines() if line.startswith("def ")]
    assert len(names) == len(set(names)) == 4


def test_texts_of_the_definition_never_become_code() -> None:
    evil = '"); import os; os.abort() #\n\\'
    text = written_for(machine(**{evil: task(Catch=[{"ErrorEquals": [evil], "Next": "B"}], End=True), "B": end()}))
    compile(text, "test", "exec")
    assert "os.abort()" not in "".join(line for line in text.splitlines() if '"' not in line and "'" not in line)


# -- whose file it is ------------------------------------------------------------------------------------------------------


def test_a_file_as_it_was_written_may_be_replaced() -> None:
    assert may_replace(text_of_tests([example("claim_voucher")]))


def test_so_may_one_that_a_formatter_has_been_at(tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(text_of_tests([example("fulfil_order")]), encoding="utf-8")
    done = run("ruff", "format", "--line-length", "79", "--config", "format.quote-style='single'", str(file))
    assert done.returncode == 0, done.stderr
    assert file.read_text(encoding="utf-8") != text_of_tests([example("fulfil_order")])
    assert may_replace(file.read_text(encoding="utf-8"))


def test_one_that_a_person_has_changed_may_not() -> None:
    text = text_of_tests([example("claim_voucher")])
    assert not may_replace(text.replace("SUCCEEDED", "FAILED", 1))
    assert not may_replace(f"{text}\n\ndef test_mine() -> None: ...\n".replace("# flowdsl paths", "# paths"))
    assert not may_replace("def test_mine() -> None: ...\n")
    # Tests of one's own are most often put at the end.
    assert not may_replace(f"{text}\n\ndef test_mine() -> None: ...\n")
    assert may_replace(f"{text}\n")
