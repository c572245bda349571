"""Who gets the voucher: the first; the first again; nobody else. The calls are made in moto."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.testing import Execution, raises, simulate
from tests import world
from workflows.claim_voucher import claim_voucher

WORLD = ("VOUCHERS_TABLE",)

LIVE = {
    "Take": world.live("dynamodb", "update_item", "DynamoDB", TableName="VOUCHERS_TABLE"),
    "Look": world.live("dynamodb", "get_item", "DynamoDB", TableName="VOUCHERS_TABLE"),
}
REFUSED = raises("DynamoDB.ConditionalCheckFailedException")
BUSY = raises("DynamoDB.ProvisionedThroughputExceededException")


def claim(customer: str = "ada", voucher: str = "v-1", **mocks: Any) -> Execution:
    event = {"voucher": voucher, "customer": customer}
    return simulate(claim_voucher, event, {**LIVE, **mocks}, unused_mocks="ignore")


def holder() -> Any:
    item = world.get("VOUCHERS_TABLE", voucher="v-1")
    assert item is not None
    return item.get("customer")


def test_the_first_who_asks_gets_it() -> None:
    execution = claim()
    assert (execution.path, execution.output) == (["Take"], "yours")
    assert holder() == "ada"


def test_who_asks_again_still_has_it() -> None:
    claim()
    execution = claim()
    assert (execution.path, execution.output) == (["Take", "Look", "Whose", "Repeated"], "yours")


def test_nobody_else_gets_it() -> None:
    claim()
    assert claim("bob").error == "VoucherTaken"
    assert holder() == "ada"


def test_a_voucher_that_is_not_there_is_nobodys() -> None:
    assert claim(voucher="v-9").cause == "voucher v-9 is not there, or somebody else's"
    assert world.get("VOUCHERS_TABLE", voucher="v-9") is None


def test_a_refusal_is_not_tried_again() -> None:
    claim("bob")
    execution = claim()
    assert [call.state for call in execution.calls] == ["Take", "Look"]
    assert execution.elapsed_seconds == 0


def test_a_write_whose_answer_was_lost_is_found_when_it_is_sent_again() -> None:
    def lost(request: Any) -> Any:
        LIVE["Take"](request)
        return raises("DynamoDB.SdkClientException", "Read timed out")

    execution = claim(Take=[lost, LIVE["Take"]])
    assert (execution.path, execution.output) == (["Take", "Look", "Whose", "Repeated"], "yours")


@pytest.mark.parametrize("mocks", [{"Take": [BUSY, {}]}, {"Take": REFUSED, "Look": [BUSY, {}]}])
def test_a_busy_table_is_asked_again(mocks: dict[str, Any]) -> None:
    assert claim(**mocks).elapsed_seconds > 0
