"""The same source gives the same bytes: on any Python from 3.11, with any hash seed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

SAMPLES = Path(__file__).parent / "samples"
SCRIPT = """
import sys
from pathlib import Path
from flowdsl.dsl.artefacts import artefacts
from flowdsl.dsl.discover import workflows_of
folder = Path(sys.argv[1])
for workflow in workflows_of(folder / "wide.py", folder):
    for path, text in artefacts(workflow, folder).items():
        sys.stdout.write(path.name + "\\n" + text)
"""


def built(python: str, seed: str) -> str:
    """Everything that a build of the sample writes."""
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    run = subprocess.run(
        [python, "-c", SCRIPT, str(SAMPLES)], capture_output=True, text=True, env=environment, cwd=SAMPLES
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def here() -> str:
    return built(sys.executable, "0")


@pytest.mark.parametrize("seed", ["1", "42"])
def test_any_hash_seed_gives_the_same_bytes(here: str, seed: str) -> None:
    assert built(sys.executable, seed) == here


def interpreters(version: str) -> Iterator[str]:
    found = [*map(str, sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python")))]
    on_path = shutil.which(f"python{version}")
    for python in [*found, *([on_path] if on_path else [])]:
        # A version manager's name on the path may lead to no interpreter.
        if subprocess.run([python, "-c", "pass"], capture_output=True).returncode == 0:
            yield python


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_any_python_gives_the_same_bytes(here: str, version: str) -> None:
    python = next(interpreters(version), None)
    if python is None or version == ".".join(map(str, sys.version_info[:2])):
        pytest.skip(f"no other Python {version} here")
    assert built(python, "7") == here


def test_the_build_is_the_committed_one(here: str, golden: object) -> None:
    golden(SAMPLES / "wide.txt", here)  # type: ignore[operator]
