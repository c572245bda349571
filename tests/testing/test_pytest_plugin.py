"""The pytest plugin: a project's tests import its workflows and handlers, wherever pytest is started and however."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def run_pytest(folder: Path) -> subprocess.CompletedProcess[str]:
    # -P: the current folder is not on sys.path, as with the command `pytest`.
    return subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "flowdsl.toml").write_text('python-path = ["src"]\n')
    for name, text in {
        "src/jobs.py": "ANSWER = 42\n",
        "shared.py": "NAME = 'shared'\n",
        "tests/test_it.py": "import jobs, shared\ndef test_it() -> None:\n    assert jobs.ANSWER == 42\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_tests_import_from_the_root_and_each_python_path(project: Path) -> None:
    done = run_pytest(project)
    assert done.returncode == 0, done.stdout + done.stderr


def test_so_they_do_when_started_in_a_folder_below(project: Path) -> None:
    done = run_pytest(project / "tests")
    assert done.returncode == 0, done.stdout + done.stderr


def test_settings_that_cannot_be_read_are_one_line(project: Path) -> None:
    (project / "flowdsl.toml").write_text("sources = []\n")
    done = run_pytest(project)
    assert (done.returncode, done.stderr) == (
        4,
        "ERROR: flowdsl.toml: unknown setting 'sources'; did you mean 'source'?\n\n",
    )


def test_a_project_that_is_not_flowdsls_keeps_its_path(project: Path) -> None:
    (project / "flowdsl.toml").unlink()
    (project / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    done = run_pytest(project)
    assert "No module named 'jobs'" in done.stdout


def test_a_project_without_settings_is_known_by_its_workflows(project: Path) -> None:
    (project / "flowdsl.toml").unlink()
    (project / "workflows").mkdir()
    (project / "workflows" / "hello.py").write_text("from flowdsl import workflow\n")
    (project / "tests" / "test_it.py").write_text("import shared\nimport workflows.hello\ndef test_it() -> None: ...\n")
    done = run_pytest(project)
    assert done.returncode == 0, done.stdout + done.stderr
