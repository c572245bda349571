"""`flowdsl init` makes a project that works as it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from flowdsl.cli.main import cli
from flowdsl.diagnostics import FlowDslError


def flowdsl(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flowdsl", *args], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_a_new_project_builds_checks_runs_and_passes_its_tests(tmp_path: Path) -> None:
    assert flowdsl("init", cwd=tmp_path).returncode == 0
    for command in (["build"], ["build", "--check"], ["check"]):
        done = flowdsl(*command, cwd=tmp_path)
        assert (done.returncode, command, done.stderr) == (0, command, done.stderr), done.stdout
    done = flowdsl("run", "workflows/hello.py", "--input", "events/hello.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Hello, Ada!" in done.stdout
    tests = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--flow-cov",
            "--flow-cov-fail-under",
            "100",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout + tests.stderr


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "flowdsl.toml").write_text("# mine\n")
    result = CliRunner().invoke(cli, ["init", str(tmp_path)])
    assert isinstance(result.exception, FlowDslError)
    assert str(result.exception) == "flowdsl.toml is there already; give --force to overwrite, or another folder"
    assert [p.name for p in tmp_path.iterdir()] == ["flowdsl.toml"]


def test_force_overwrites(tmp_path: Path) -> None:
    (tmp_path / "flowdsl.toml").write_text("# mine\n")
    assert CliRunner().invoke(cli, ["init", "--force", str(tmp_path)]).exit_code == 0
    assert "source" in (tmp_path / "flowdsl.toml").read_text()


@pytest.mark.parametrize("args", [["biuld"], ["init", "--froce"]])
def test_a_misspelt_command_or_option_exits_2_without_a_traceback(args: list[str], tmp_path: Path) -> None:
    done = flowdsl(*args, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
