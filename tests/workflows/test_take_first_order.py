"""A parent and its children, run together; what a child comes to is what its parent sees of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowdsl.testing import Execution, raises, simulate
from tests import world
from workflows.fulfil_order import fulfil_order
from workflows.onboard_customer import onboard_customer
from workflows.take_first_order import take_first_order

WORLD = ("PRICES_TABLE", "STOCK_TABLE", "RESERVATIONS_TABLE", "PAYMENTS_TABLE", "CARDS_TABLE", "RECEIPTS_QUEUE_URL")

ONBOARDED: dict[str, Any] = {
    "Keep": {},
    "Page": {"ETag": '"1"'},
    "Mail": {"MessageId": "m1"},
    "Event": {"Entries": [{"EventId": "e1"}], "FailedEntryCount": 0},
}
LIMIT = raises("StepFunctions.ExecutionLimitExceededException")


def run(mocks: dict[Any, Any], quantity: int = 1) -> Execution:
    order = {"id": "o1", "email": "ada@example.com", "card": "card-good", "tier": "gold"}
    event = {
        "customer": {"id": "c1", "name": "Ada", "email": "ada@example.com"},
        "order": {**order, "lines": [{"sku": "kettle", "quantity": quantity}]},
    }
    return simulate(take_first_order, event, mocks)


def test_both_children_run_and_the_seconds_result_is_the_parents() -> None:
    execution = run(ONBOARDED)
    assert execution.path == ["Onboarding", "Fulfilment"]
    assert execution.output == {"order_id": "o1", "message": "Order o1, payment o1. Thank you!"}
    assert len(world.messages()) == 1


def test_run_twice_the_children_do_nothing_twice() -> None:
    assert run(ONBOARDED).output == run(ONBOARDED).output
    card = world.get("CARDS_TABLE", card="card-good")
    assert card is not None
    assert (card["balance"], len(world.messages())) == (100_000 - 28_500, 1)


def test_whatever_a_child_fails_with_its_parent_sees_one_error() -> None:
    execution = run(ONBOARDED, quantity=4)
    assert (execution.error, execution.cause) == ("NotFulfilled", "order o1 could not be fulfilled")


def test_what_the_child_failed_with_is_told_in_the_cause() -> None:
    execution = run(ONBOARDED, quantity=4)
    causes = [json.loads(e["taskFailedEventDetails"]["cause"]) for e in execution.history if e["type"] == "TaskFailed"]
    assert [cause["Error"] for cause in causes] == ["OutOfStock"]


def test_an_order_is_not_begun_for_somebody_who_could_not_be_onboarded() -> None:
    execution = run({**ONBOARDED, "Page": raises("S3.S3Exception")})
    assert execution.path == ["Onboarding", "NotOnboarded"]


@pytest.mark.parametrize(
    ("child", "output"), [(onboard_customer, {}), (fulfil_order, {"order_id": "o1", "message": ""})]
)
def test_a_child_that_could_not_be_started_is_started_later(child: Any, output: Any) -> None:
    others = ONBOARDED if child is fulfil_order else {}
    assert run({**others, child: [LIMIT, {"Output": output}]}).status == "SUCCEEDED"
