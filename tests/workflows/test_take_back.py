"""Both ways of a parcel that came back."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.testing import raises, simulate
from handlers.orders import Line, reserve_stock
from tests import world
from workflows.take_back import take_back

WORLD = ("STOCK_TABLE", "RESERVATIONS_TABLE", "WRITE_OFFS_TABLE")

WRITE_OFF = {"WriteOff": world.live("dynamodb", "put_item", "DynamoDB", TableName="WRITE_OFFS_TABLE")}


def parcel(damaged: bool = False) -> dict[str, Any]:
    return {"id": "p-1", "order_id": "o1", "damaged": damaged}


def test_a_sound_parcel_goes_back_on_the_shelf_once() -> None:
    reserve_stock(order_id="o1", lines=[Line(sku="tea", quantity=2)])
    assert [simulate(take_back, parcel()).output for _ in range(2)] == ["restocked", "restocked"]
    item = world.get("STOCK_TABLE", sku="tea")
    assert item is not None
    assert item["available"] == 10


def test_a_damaged_parcel_is_written_off_once() -> None:
    for _ in range(2):
        execution = simulate(take_back, parcel(damaged=True), WRITE_OFF)
        assert execution.path == ["Condition", "WriteOff", "WrittenOff"]
        assert execution.output == "written off"
    assert world.table("WRITE_OFFS_TABLE").scan()["Items"] == [{"parcel": "p-1", "order_id": "o1"}]


@pytest.mark.parametrize(
    ("state", "answers"),
    [
        ("Restock", [raises("Lambda.TooManyRequestsException"), {"order_id": "o1", "status": "RELEASED"}]),
        ("WriteOff", [raises("DynamoDB.ProvisionedThroughputExceededException"), {}]),
    ],
)
def test_a_busy_service_is_asked_again(state: str, answers: list[Any]) -> None:
    assert simulate(take_back, parcel(damaged=state == "WriteOff"), {state: answers}).status == "SUCCEEDED"
