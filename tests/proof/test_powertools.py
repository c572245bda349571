"""Powertools' record and a handler's effect are separate writes: a proof shows where that matters, and where it does not."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.handler.table import definition
from flowdsl.proof.prove import prove
from tests.proof import aws

pytest.importorskip("aws_lambda_powertools")

ORDER = {"order_id": "o1", "amount": 3}


@pytest.fixture(autouse=True)
def a_region(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its persistence layer makes a client when it is imported."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def world(proof: Any) -> None:
    aws.world(proof)
    aws.client("dynamodb").create_table(**definition("powertools"))


def test_a_counter_under_powertools_counts_twice_when_a_delivery_dies_between_the_two_writes() -> None:
    from tests.proof import with_powertools

    report = prove(with_powertools.count, ORDER, world)
    faults = [f.fault for f in report.findings]
    assert "killed after #2 dynamodb.UpdateItem" in faults
    assert "response of #2 dynamodb.UpdateItem lost, so that it is sent again" in faults


def test_a_natural_key_under_powertools_is_idempotent() -> None:
    from tests.proof import with_powertools

    assert prove(with_powertools.put, ORDER, world).findings == []
