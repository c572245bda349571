"""Handler tests run against moto, each in a world of its own."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.world import offline_world


@pytest.fixture(autouse=True)
def world(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test file's `WORLD` names what its tests need; to make all that there is takes a tenth of a second each time."""
    with offline_world(getattr(request.module, "WORLD", None)):
        yield


@pytest.fixture
def lambda_context() -> Any:
    """What Lambda hands to an entry point beside the event."""
    return SimpleNamespace(
        aws_request_id="7c2e8f7a-0000-4000-8000-000000000000",
        function_name="function",
        invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:function",
        get_remaining_time_in_millis=lambda: 30_000,
    )
