"""Commands are run in this process, each in a project of its own."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def own_project(no_project_modules: None) -> None:
    """Forgets this checkout's workflows and handlers."""
