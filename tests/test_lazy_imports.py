"""What is heavy is loaded when it is used, not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("networkx", "jinja2", "botocore", "boto3", "rich", "pytest", "pydantic", "moto", "ruamel")


def loaded_after(code: str) -> list[str]:
    script = f"import sys\n{code}\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("code", ["import flowdsl", "import flowdsl.handler", "from flowdsl.cli.main import cli"])
def test_importing_loads_nothing_heavy(code: str) -> None:
    assert loaded_after(code) == []


def test_help_loads_nothing_heavy() -> None:
    code = "import io, contextlib\nfrom flowdsl.cli.main import cli\nwith contextlib.redirect_stdout(io.StringIO()): cli.main(['--help'], standalone_mode=False)"
    assert loaded_after(code) == []
