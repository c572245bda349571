"""What every command does alike: how it leaves, and that it never shows a traceback for what the world does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FLOWDSL = [sys.executable, "-m", "flowdsl"]


def test_a_reader_that_goes_away_is_no_failure(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*FLOWDSL, "rule", "--all", "--output-format", "json"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    complaints = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), complaints) == (0, b"")


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = subprocess.run([*FLOWDSL, "init", "file/project"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "flowdsl: file/project: Not a directory\n")


def test_a_link_that_leads_to_itself_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "flow.py").symlink_to("flow.py")
    done = subprocess.run([*FLOWDSL, "build", "flow.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n"), "flow.py" in done.stderr) == (2, 1, True)


def test_a_file_that_cannot_be_written_is_named_as_it_was_asked_for(tmp_path: Path) -> None:
    done = subprocess.run(
        [*FLOWDSL, "schema", "-o", "no/s.json"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, "flowdsl: no/s.json: No such file or directory\n")
