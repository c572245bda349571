"""Ten thousand Parallels inside one another: every command says in one line that this is too deep, soon and in little memory."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = (["check"], ["run"], ["fmt", "--check"], ["limits"], ["cost"], ["import"], ["paths"], ["migrate"])


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    count = 10_000
    opening = '{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":['
    innermost = '{"StartAt":"X","States":{"X":{"Type":"Succeed"}}}'
    path = tmp_path_factory.mktemp("deep") / "deep.asl.json"
    path.write_text(opening * count + innermost + "]}}}" * count)
    return path


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_file_that_nests_ten_thousand_deep_gets_one_line(command: list[str], deep: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "flowdsl", *command, deep.name],
        cwd=deep.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = done.stdout + done.stderr
    assert done.returncode == 2
    assert said.count("deep.asl.json:1:8876: ") == 1
    assert "more than 500 objects and lists stand inside one another here" in said
    assert "Traceback" not in said
    assert after.ru_utime - before.ru_utime < 2


LIBRARY = """
import resource
from flowdsl.asl.definition import Definition
from flowdsl.asl.dump import dumps
from flowdsl.checks.runner import check
from flowdsl.diagnostics import FlowDslError
from flowdsl.estimate.estimate import Estimate
from flowdsl.interpreter.program import compile

document = {"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}
for i in range(10_000, 0, -1):
    document = {"StartAt": f"P{i}", "States": {f"P{i}": {"Type": "Parallel", "Branches": [document], "End": True}}}
definition = Definition(document)
for tool in (check, compile, Estimate, lambda definition: dumps(definition.document)):
    try:
        print(tool(definition))
    except FlowDslError as error:
        print(error)
assert resource.getrusage(resource.RUSAGE_SELF).ru_utime < 2
import os
import pathlib
status = pathlib.Path("/proc/self/status")  # ru_maxrss counts what the parent had when it forked
peak = [int(line.split()[1]) for line in status.read_text().splitlines() if "VmHWM" in line] if status.exists() else []
assert all(kilobytes < 300 * 1024 for kilobytes in peak), peak
os._exit(0)  # not to take ten thousand levels apart
"""


def test_a_document_made_in_python_that_nests_ten_thousand_deep_gets_one_line_too() -> None:
    done = subprocess.run([sys.executable, "-u", "-c", LIBRARY], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "state 'P501': Maps and Parallels are nested more than 500 deep",
        "state 'P201': Maps and Parallels are nested more than 200 deep",
        "state 'P501': Maps and Parallels are nested more than 500 deep",
        "more than 5,000 objects and lists stand inside one another",
    ]
