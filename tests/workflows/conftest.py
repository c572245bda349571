"""Workflow tests run with the real handlers against moto, unless a test mocks one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world import offline_world


@pytest.fixture(autouse=True)
def world() -> Iterator[None]:
    with offline_world():
        yield
