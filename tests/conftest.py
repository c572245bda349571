"""What every test may use: the corpora, where FLOWDSL_CORPUS names them, and golden files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no reason to fail, and a run of today finds what the run of yesterday found; `HYPOTHESIS_PROFILE=explore`
# looks further.
settings.register_profile("flowdsl", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "flowdsl"))

# Clients are kept from test to test: all of one region, whatever the shell says and whichever test comes first.
os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real definitions and recordings; the test is skipped, with the reason, where there is none."""
    folder = os.environ.get("FLOWDSL_CORPUS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("FLOWDSL_CORPUS names no folder of definitions")
    return Path(folder)


@pytest.fixture
def no_project_modules() -> Iterator[None]:
    """For tests that work in a project of their own: this checkout's workflows and handlers are forgotten meanwhile, since
    a process knows one `workflows` and one `handlers`."""

    def ours() -> list[str]:
        return [name for name in sys.modules if name.split(".")[0] in ("workflows", "handlers")]

    kept = {name: sys.modules.pop(name) for name in ours()}
    path = sys.path.copy()
    try:
        yield
    finally:
        for name in ours():
            del sys.modules[name]
        sys.modules.update(kept)
        sys.path[:] = path


@pytest.fixture(scope="session")
def corpus_sample() -> Callable[[list[Path], int], list[Path]]:
    """Cuts a list of corpus files to a fixed sample of n, spread evenly; the whole list under FLOWDSL_CORPUS_ALL."""

    def sample(files: list[Path], n: int) -> list[Path]:
        files = sorted(files)
        if os.environ.get("FLOWDSL_CORPUS_ALL") or len(files) <= n:
            return files
        return [files[i * len(files) // n] for i in range(n)]

    return sample


@pytest.fixture
def golden() -> Callable[[Path, str], None]:
    """Compares a text with a committed file; `make golden` writes the file instead, for review."""

    def compare(path: Path, text: str) -> None:
        if os.environ.get("FLOWDSL_GOLDEN") == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8")

    return compare
