"""Which carrier gets a parcel, as the setting says at the moment. Parameter and queue are moto's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowdsl.testing import Execution, raises, simulate, start
from tests import world
from workflows.hand_over_parcel import hand_over_parcel

WORLD = ("CARRIER_PARAMETER", "CARRIERS_QUEUE_URL")

PARCEL = {"id": "p-1", "address": "12 Tea Lane"}
LIVE = {
    "Setting": world.live("ssm", "get_parameter", "Ssm", Name="CARRIER_PARAMETER"),
    "HandOver": world.live("sqs", "send_message", "SQS", QueueUrl="CARRIERS_QUEUE_URL"),
}


def hand_over(**mocks: Any) -> Execution:
    return simulate(hand_over_parcel, PARCEL, {**LIVE, **mocks}, unused_mocks="ignore")


def carriers() -> list[str]:
    return [json.loads(message)["carrier"] for message in world.messages("CARRIERS_QUEUE_URL")]


def set_carrier(name: str) -> None:
    world.client("ssm").put_parameter(Name="/shop/carrier", Value=name, Overwrite=True)


def test_the_carrier_that_is_set_gets_the_parcel() -> None:
    assert hand_over().output == "handed over"
    assert carriers() == ["pigeon"]


def test_a_parcel_that_comes_twice_is_handed_over_once_even_after_a_change() -> None:
    hand_over()
    set_carrier("snail")
    assert hand_over().status == "SUCCEEDED"
    assert carriers() == ["pigeon"]


def test_while_there_is_none_parcels_wait_until_somebody_sets_one() -> None:
    set_carrier("hold")
    execution = start(hand_over_parcel, PARCEL, LIVE)
    execution.advance("10h")
    assert (execution.status, carriers()) == ("RUNNING", [])
    set_carrier("snail")
    execution.finish()
    assert carriers() == ["snail"]
    assert execution.elapsed_seconds == 10 * 3600 + 900


def test_a_setting_that_is_not_there_is_told_at_once() -> None:
    world.client("ssm").delete_parameter(Name="/shop/carrier")
    assert hand_over().error == "NoCarrier"


@pytest.mark.parametrize(("state", "error"), [("Setting", "Ssm.SsmException"), ("HandOver", "SQS.AmazonSQSException")])
def test_a_busy_service_is_asked_again(state: str, error: str) -> None:
    assert hand_over(**{state: [raises(error), LIVE[state]]}).output == "handed over"
