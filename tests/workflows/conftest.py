"""Workflow tests run with the real handlers against moto, unless a test mocks one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world import offline_world


@pytest.fixture(autouse=True)
def world(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test file's `WORLD` names what its tests need; to make all that there is takes a tenth of a second each time."""
    with offline_world(getattr(request.module, "WORLD", None)):
        yield
