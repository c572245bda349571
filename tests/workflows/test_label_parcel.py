"""A parcel's label; and that the carrier's token is nowhere in the execution."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowdsl.testing import Execution, raises, simulate
from tests import world as aws
from tests.carrier import Carrier, carrier
from workflows.label_parcel import label_parcel

WORLD = ("LABELS_TABLE", "CARRIER_SECRET_ID")

__all__ = ["carrier"]

LIVE = {"Keep": aws.live("dynamodb", "put_item", "DynamoDB", TableName="LABELS_TABLE")}


def label(address: str = "12 Tea Lane", **mocks: Any) -> Execution:
    return simulate(label_parcel, {"id": "p-1", "address": address}, {**LIVE, **mocks}, unused_mocks="ignore")


def test_a_parcel_gets_its_label_once(carrier: Carrier) -> None:
    assert label().output == label().output == {"parcel": "p-1", "tracking": "TRACK-1"}
    assert aws.get("LABELS_TABLE", parcel="p-1") == {"parcel": "p-1", "tracking": "TRACK-1"}


def test_the_secret_is_nowhere_in_the_history(carrier: Carrier) -> None:
    assert "token-1" not in json.dumps(list(label().history), default=str)


def test_a_secret_that_was_changed_costs_one_more_attempt(carrier: Carrier) -> None:
    label()
    carrier.token = "token-2"
    aws.client("secretsmanager").put_secret_value(SecretId="carrier", SecretString="token-2")
    execution = label()
    assert execution.output["tracking"] == "TRACK-1"
    assert [call.state for call in execution.calls] == ["Register", "Register", "Keep"]


def test_an_address_that_is_refused_fails_at_once(carrier: Carrier) -> None:
    execution = label(address="")
    assert (execution.path, execution.elapsed_seconds) == (["Register", "NotThere"], 0)


@pytest.mark.parametrize(
    ("state", "answers"),
    [
        ("Register", [raises("Lambda.TooManyRequestsException"), {"parcel": "p-1", "tracking": "T"}]),
        ("Keep", [raises("DynamoDB.ProvisionedThroughputExceededException"), {}]),
    ],
)
def test_a_busy_service_is_asked_again(carrier: Carrier, state: str, answers: list[Any]) -> None:
    assert label(**{state: answers}).status == "SUCCEEDED"
