"""Flow coverage, and the pytest plugin around it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flowdsl.interpreter.ways import taken, ways
from flowdsl.testing import raises, simulate
from flowdsl.testing.coverage import FlowCoverage
from tests.interpreter.machines import END, machine, one, task


def forked() -> object:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "T"}], "Default": "Out"}
    work = task(Retry=[{"ErrorEquals": ["Boom"]}], Catch=[{"ErrorEquals": ["Bang"], "Next": "Out"}], Next="Out")
    return machine("C", C=choice, T=work, Out=END)


def test_every_way_of_a_definition_is_counted() -> None:
    assert [str(way) for way in ways(forked())] == [  # type: ignore[arg-type]
        "C Choices[0] -> T",
        "C Default -> Out",
        "T Next -> Out",
        "T Catch[0] -> Out",
        "T Retry[0]",
    ]


def test_what_an_execution_took_is_known() -> None:
    def took(value: int, mocks: object = None) -> set[str]:
        return taken(simulate(forked(), {"n": value}, mocks)._run)  # type: ignore[arg-type]

    assert took(2) == {"/States/C/Default"}
    assert took(1, {"T": 1}) == {"/States/C/Choices/0/Next", "/States/T/Next"}
    assert took(1, {"T": [raises("Boom"), 1]}) == {"/States/C/Choices/0/Next", "/States/T/Next", "/States/T/Retry/0"}
    assert took(1, {"T": raises("Bang")}) == {"/States/C/Choices/0/Next", "/States/T/Catch/0/Next"}


def test_a_retrier_that_never_retries_is_not_asked_for() -> None:
    definition = one(**task(Retry=[{"ErrorEquals": ["Boom"], "MaxAttempts": 0}]))
    assert list(ways(definition)) == []


def test_children_of_a_distributed_map_count(monkeypatch: pytest.MonkeyPatch) -> None:
    from flowdsl.testing import coverage

    counted = FlowCoverage()
    monkeypatch.setattr(coverage, "current", counted)
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "A",
        "States": {"A": {"Type": "Pass", "Next": "B"}, "B": END},
    }
    simulate(one(Type="Map", ItemProcessor=processor), [1])
    assert counted.counts == (1, 1)


TEST = """
from flowdsl.testing import simulate, raises
from tests.testing.test_coverage import forked

def test_default():
    assert simulate(forked(), {"n": 2}).path == ["C", "Out"]

def test_rule():
    simulate(forked(), {"n": 1}, {"T": 1})

def test_path():
    assert simulate(forked(), {"n": 2}).path == ["C", "T", "Out"]
"""


def pytest_run(folder: Path, *arguments: str) -> tuple[int, str]:
    (folder / "test_it.py").write_text(TEST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, str(folder / "test_it.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PYTHONPATH": ".", "PATH": ""})
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str]:
    return pytest_run(tmp_path_factory.mktemp("cov"), "--flow-cov", "--flow-cov-fail-under=61")


def test_the_report_names_what_no_test_took(outcome: tuple[int, str]) -> None:
    _, text = outcome
    assert "= flow coverage =" in text
    assert "Machine                                               3/5     60.0%" in text
    assert "    T Catch[0] -> Out\n    T Retry[0]\n" in text
    assert "FAIL: flow coverage of 60.0% is less than 61%" in text


def test_a_path_that_differs_is_shown_side_by_side(outcome: tuple[int, str]) -> None:
    _, text = outcome
    lines = [line.removeprefix("E").rstrip() for line in text.splitlines() if line.startswith("E ")]
    assert lines == [
        "       AssertionError: assert the paths part at step 2: the execution went to 'Out', expected 'T'",
        "               took  expected",
        "             1 C     C",
        "         >     -     T",
        "             2 Out   Out",
    ]


def test_too_little_coverage_fails_a_run_that_is_otherwise_fine(tmp_path: Path) -> None:
    status, text = pytest_run(tmp_path, "--flow-cov-fail-under=61", "-k", "not path")
    assert status == 1
    assert "2 passed" in text
    assert pytest_run(tmp_path, "--flow-cov-fail-under=60", "-k", "not path")[0] == 0


WORKFLOW = """
from flowdsl import Pass, workflow


@workflow
def {name}():
    first = Pass()
    second = Pass()
    first >> second
"""


def test_workflows_that_no_test_runs_count_as_well(tmp_path: Path) -> None:
    (tmp_path / "flowdsl.toml").write_text("")
    (tmp_path / "workflows").mkdir()
    for name in ("tried", "forgotten"):
        (tmp_path / "workflows" / f"{name}.py").write_text(WORKFLOW.format(name=name))
    (tmp_path / "workflows" / "broken.py").write_text("from flowdsl import nothing_like_it")
    (tmp_path / "test_it.py").write_text(
        "from flowdsl.testing import simulate\nfrom workflows.tried import tried\n\n\n"
        "def test_it():\n    assert simulate(tried, {}).status == 'SUCCEEDED'\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--flow-cov-fail-under=60"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    table = done.stdout.partition("= flow coverage =")[2].splitlines()[1:]
    assert done.returncode == 1
    assert [line.split() for line in table[:2]] == [
        ["workflows/forgotten.py:forgotten", "0/1", "0.0%"],
        ["workflows/forgotten.py:9:", "First", "Next", "->", "Second"],
    ]
    assert table[2].split() == ["workflows/tried.py:tried", "1/1", "100.0%"]
    assert table[3].startswith("not counted: workflows/broken.py:1")
    assert table[4].split() == ["TOTAL", "1/2", "50.0%"]


def test_without_the_option_nothing_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "test_nothing.py").write_text(
        "import sys\ndef test_it():\n    assert 'flowdsl.interpreter' not in sys.modules\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "test_nothing.py")]
    assert subprocess.run(command, capture_output=True, check=False, cwd=tmp_path).returncode == 0
