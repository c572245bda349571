"""mypy --strict and pyright in strict mode, with no plugin, are content with right workflows and see what is wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

HERE = Path(__file__).parent
RIGHT, WRONG = HERE / "right.py", HERE / "wrong.py"
WORKFLOWS = sorted((ROOT / "workflows").glob("*.py"))
MARKED = {
    n
    for n, line in enumerate(WRONG.read_text(encoding="utf-8").splitlines(), 1)
    if "  # a" in line or "  # items" in line
}


@pytest.fixture(scope="module")
def mypy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[int, str]]:
    """By file name: line to message."""
    run = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--no-pretty", "--config-file=",
            f"--cache-dir={os.environ.get('FLOWDSL_MYPY_CACHE') or tmp_path_factory.mktemp('mypy')}", "--follow-imports=silent",
            *map(str, [RIGHT, WRONG, *WORKFLOWS]),
        ],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "MYPYPATH": f"{ROOT / 'src'}:{ROOT}"},
    )  # fmt: skip
    assert run.returncode in (0, 1), run.stdout + run.stderr
    found: dict[str, dict[int, str]] = {}
    for line in run.stdout.splitlines():
        path, number, kind, message = line.split(":", 3)
        if kind.strip() == "error":
            found.setdefault(Path(path).name, {})[int(number)] = message.strip()
    return found


@pytest.fixture(scope="module")
def pyright(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[int, str]]:
    """By file name: line to message."""
    folder = tmp_path_factory.mktemp("pyright")
    for path in (RIGHT, WRONG, *WORKFLOWS):
        shutil.copy(path, folder)
    settings = {
        "extraPaths": [str(ROOT / "src"), str(ROOT)],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "reportUnusedExpression": False,
        "reportUnusedVariable": False,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    run = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(folder)],
        capture_output=True, text=True, cwd=folder,
    )  # fmt: skip
    found: dict[str, dict[int, str]] = {}
    for each in json.loads(run.stdout)["generalDiagnostics"]:
        line = each["range"]["start"]["line"] + 1
        found.setdefault(Path(each["file"]).name, {}).setdefault(line, each["message"])
    return found


@pytest.fixture(params=["mypy", "pyright"])
def found(request: pytest.FixtureRequest) -> dict[str, dict[int, str]]:
    result: dict[str, dict[int, str]] = request.getfixturevalue(request.param)
    return result


def test_right_workflows_and_the_worked_examples_pass(found: dict[str, dict[int, str]]) -> None:
    assert {name: lines for name, lines in found.items() if name != WRONG.name} == {}


def test_every_mistake_is_seen_on_its_line_and_nothing_else(found: dict[str, dict[int, str]]) -> None:
    assert sorted(found[WRONG.name]) == sorted(MARKED)
