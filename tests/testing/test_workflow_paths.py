"""`@paths(workflow)`: one test a path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flowdsl.diagnostics import FlowDslError
from flowdsl.testing import Path as WorkflowPath
from flowdsl.testing import paths, raises
from tests.conftest import ROOT
from workflows.claim_voucher import claim_voucher
from workflows.file_all_invoices import file_all_invoices
from workflows.fulfil_order import fulfil_order


@paths(fulfil_order)
def test_each_path_does_what_it_says(path: WorkflowPath) -> None:
    execution = path.run()
    assert execution.status == path.status
    assert execution.path == path.states
    assert execution.error == path.error


@paths(file_all_invoices)
def test_the_objects_that_it_reads_are_there(path: WorkflowPath) -> None:
    assert path.s3
    assert path.run().status == path.status


@paths(claim_voucher)
def test_a_mock_may_be_another(path: WorkflowPath) -> None:
    assert path.run({"Take": raises("Lost")}, unused_mocks="ignore").error == "Lost"


@paths(claim_voucher, input_schema={"type": "object", "properties": {"customer": {"const": "ada"}}})
def test_the_input_is_as_the_schema_has_it(path: WorkflowPath) -> None:
    assert path.input.get("customer", "ada") == "ada"


def test_what_a_caller_changes_is_its_own() -> None:
    given: list[WorkflowPath] = []

    def takes(path: WorkflowPath) -> None: ...

    [mark] = paths(claim_voucher)(takes).pytestmark  # type: ignore[attr-defined]
    for parameter in mark.args[1]:
        [path] = parameter.values
        path.mocks.clear()
        path.states.clear()
        given.append(path)
    assert all(path.mocks and path.states for path in given)
    assert repr(given[0]) == "<Path 'it goes through to Take': Take>"


def test_a_workflow_without_any_path_is_an_error() -> None:
    endless = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}
    with pytest.raises(FlowDslError, match=r"^no path was found through the workflow$"):
        paths(endless)


def test_ids_are_readable_and_the_paths_count_as_coverage(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "from flowdsl.testing import Path, paths\n"
        "from workflows.claim_voucher import claim_voucher\n\n\n"
        "@paths(claim_voucher)\n"
        "def test_it(path: Path) -> None:\n"
        "    assert path.run().status == path.status\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-v",
            "-p",
            "no:cacheprovider",
            "--flow-cov",
            "--rootdir",
            str(tmp_path),
            str(tmp_path / "test_it.py"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "test_it.py::test_it[take-is-tried-again-after-amazon-dynamo-db] PASSED" in done.stdout
    assert "claim_voucher" in done.stdout
    assert "6/6    100.0%" in done.stdout
