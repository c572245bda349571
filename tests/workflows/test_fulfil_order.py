"""Every way through the order saga, with the real handlers and their tables."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.testing import raises, simulate, start
from handlers.orders import OutOfStock, charge_card, release_stock, reserve_stock
from tests import world
from workflows.fulfil_order import fulfil_order

WORLD = (
    "PRICES_TABLE",
    "STOCK_TABLE",
    "RESERVATIONS_TABLE",
    "PAYMENTS_TABLE",
    "CARDS_TABLE",
    "APPROVALS_TABLE",
    "RECEIPTS_QUEUE_URL",
    "APPROVALS_TOPIC_ARN",
)

THROTTLED = raises("Lambda.TooManyRequestsException", "Rate exceeded")


def order(card: str = "card-good", kettles: int = 1, sku: str = "kettle") -> dict[str, Any]:
    lines = [{"sku": "tea", "quantity": 2}, {"sku": sku, "quantity": kettles}]
    return {"id": "o1", "email": "ada@example.com", "card": card, "tier": "gold", "lines": lines}


def in_stock(sku: str) -> int:
    item = world.get("STOCK_TABLE", sku=sku)
    assert item is not None
    return int(item["available"])


def test_a_small_order_is_paid_without_asking_anybody() -> None:
    execution = simulate(fulfil_order, order())
    assert execution.path == ["Reserve", "Quotes", "Price", "Price", "Review", "Charge", "Receipt"]
    assert execution.output == {"order_id": "o1", "message": "Order o1, payment o1. Thank you!"}
    assert (in_stock("tea"), in_stock("kettle")) == (8, 2)
    assert world.messages() == ["To: ada@example.com\n\nOrder o1, payment o1. Thank you!"]


def test_an_order_that_runs_twice_takes_stock_and_money_once() -> None:
    assert simulate(fulfil_order, order()).output == simulate(fulfil_order, order()).output
    card = world.get("CARDS_TABLE", card="card-good")
    assert card is not None
    assert (in_stock("tea"), int(card["balance"]), len(world.messages())) == (8, 100_000 - 29_355, 1)


def test_a_large_order_waits_for_a_person_and_is_paid_when_approved() -> None:
    execution = start(fulfil_order, order(kettles=2))
    assert [task.state for task in execution.pending] == ["Approval"]
    asked = world.get("APPROVALS_TABLE", order_id="o1")
    assert asked is not None
    assert (asked["token"], int(asked["amount"])) == (execution.pending[0].token, 57_855)
    execution.advance("20h")
    execution.pending[0].succeed({"approved": True, "by": "Grace"})
    execution.finish()
    assert execution.output["order_id"] == "o1"
    assert execution.elapsed_seconds == 20 * 3600


def test_a_refused_order_gives_the_stock_back() -> None:
    execution = start(fulfil_order, order(kettles=2))
    execution.pending[0].succeed({"approved": False, "by": "Grace"})
    execution.finish()
    assert execution.path[-4:] == ["Approval", "Decision", "GiveBackUnapproved", "NotApproved"]
    assert execution.error == "NotApproved"
    assert (in_stock("tea"), in_stock("kettle")) == (10, 3)


def test_an_order_nobody_looks_at_is_refused_after_three_days() -> None:
    execution = start(fulfil_order, order(kettles=2))
    execution.finish()
    assert execution.path[-3:] == ["Approval", "GiveBackUnapproved", "NotApproved"]
    assert execution.elapsed_seconds == 3 * 24 * 3600
    assert in_stock("kettle") == 3


def test_an_order_that_is_out_of_stock_ends_before_anything_is_charged() -> None:
    execution = simulate(fulfil_order, order(kettles=4))
    assert execution.path == ["Reserve", "OutOfStock"]
    assert (execution.error, execution.cause) == ("OutOfStock", "order o1: not enough stock")


def test_a_line_without_a_price_gives_the_stock_back() -> None:
    world.put("STOCK_TABLE", sku="teapot", available=5)
    execution = simulate(fulfil_order, order(sku="teapot"))
    assert execution.path[-3:] == ["Price", "GiveBackUnpriced", "NotPriced"]
    assert execution.error == "UnknownSku"
    assert (in_stock("tea"), in_stock("teapot")) == (10, 5)


def test_a_declined_card_gives_the_stock_back() -> None:
    execution = simulate(fulfil_order, order(card="card-empty"))
    assert execution.path[-3:] == ["Charge", "GiveBackUnpaid", "Declined"]
    assert execution.error == "OrderDeclined"
    assert (in_stock("tea"), in_stock("kettle")) == (10, 3)


@pytest.mark.parametrize("handler", [reserve_stock, charge_card, release_stock], ids=lambda h: h.name)
def test_a_throttled_function_is_called_again_within_half_a_minute(handler: Any) -> None:
    answers = {reserve_stock: {"order_id": "o1", "status": "RESERVED"}, charge_card: {"id": "o1", "amount": 29_355}}
    event = order(card="card-empty") if handler is release_stock else order()
    answer = answers.get(handler, {"order_id": "o1", "status": "RELEASED"})
    execution = simulate(fulfil_order, event, {handler: [THROTTLED, THROTTLED, answer]})
    assert execution.status == ("FAILED" if handler is release_stock else "SUCCEEDED")
    assert 0 < execution.elapsed_seconds < 30


@pytest.mark.parametrize("state", ["Price", "Receipt"])
def test_every_task_is_called_again_when_throttled(state: str) -> None:
    answers = {"Price": [THROTTLED, {"sku": "tea", "amount": 855}, {"sku": "kettle", "amount": 1}]}
    mocks = {state: answers.get(state, [THROTTLED, {"order_id": "o1", "message": "sent"}])}
    assert simulate(fulfil_order, order(), mocks).status == "SUCCEEDED"


def test_asking_is_tried_again_when_throttled() -> None:
    mocks = {"Approval": [THROTTLED, {"approved": True, "by": "Grace"}]}
    assert simulate(fulfil_order, order(kettles=2), mocks).status == "SUCCEEDED"


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (order(sku="teapot"), "GiveBackUnpriced"),
        (order(kettles=2), "GiveBackUnapproved"),
        (order(card="card-empty"), "GiveBackUnpaid"),
    ],
)
def test_giving_back_is_tried_again_when_throttled(event: dict[str, Any], state: str) -> None:
    world.put("STOCK_TABLE", sku="teapot", available=5)
    mocks: dict[str, Any] = {state: [THROTTLED, {"order_id": "o1", "status": "RELEASED"}]}
    if state == "GiveBackUnapproved":
        mocks["Approval"] = {"approved": False, "by": "Grace"}
    assert simulate(fulfil_order, event, mocks).path[-2] == state


def test_a_mock_by_exception_fails_as_the_function_would() -> None:
    execution = simulate(fulfil_order, order(), {reserve_stock: raises(OutOfStock("kettle"))})
    assert execution.error == "OutOfStock"
