"""A Lambda context, and DynamoDB in memory with the table of idempotency records."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from flowdsl.handler import record, task_token
from flowdsl.handler.table import create, definition


@pytest.fixture
def context() -> Any:
    return SimpleNamespace(aws_request_id="request-1", get_remaining_time_in_millis=lambda: 30_000)


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client; the tables `idempotency` and `counters` (keyed by `id`) are there."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "IDEMPOTENCY_TABLE": "idempotency",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        record.client.cache_clear()
        task_token.client.cache_clear()
        client = boto3.client("dynamodb")
        create(client, "idempotency")
        client.create_table(**definition("counters"))
        yield client
        record.client.cache_clear()
        task_token.client.cache_clear()
    assert os.environ["IDEMPOTENCY_TABLE"] == "idempotency"
