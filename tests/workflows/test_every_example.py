"""What holds for all the examples: they stand on their page, and build, checks and audit have nothing to say of them."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from flowdsl.cli.main import cli
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
NO_HANDLERS = {"__init__", "aws_clients"}


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> None:
    """No AWS at all here; only the project's folder."""
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("folder", ["workflows", "handlers"])
def test_every_file_stands_on_the_page_of_examples(folder: str) -> None:
    files = {path.stem for path in (ROOT / folder).glob("*.py")} - NO_HANDLERS
    assert set(re.findall(rf"\]\(\.\./{folder}/(\w+)\.py\)", PAGE)) == files


@pytest.mark.parametrize("command", [["build", "--check"], ["check", "workflows"], ["audit", "handlers"]])
def test_there_is_nothing_to_say_of_any(command: list[str]) -> None:
    result = CliRunner().invoke(cli, command)
    assert (result.exit_code, result.stdout) == (0, "")
