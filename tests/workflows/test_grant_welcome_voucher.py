"""A new customer's voucher: kept once, told once, whoever comes first."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.testing import Execution, raises, simulate
from tests import world
from workflows.grant_welcome_voucher import grant_welcome_voucher
from workflows.onboard_customer import onboard_customer

WORLD = ("VOUCHERS_TABLE", "MAIL_QUEUE_URL")

LIVE = {
    "Keep": world.live("dynamodb", "put_item", "DynamoDB", TableName="VOUCHERS_TABLE"),
    "Tell": world.live("sqs", "send_message", "SQS", QueueUrl="MAIL_QUEUE_URL"),
}
EVENT = {
    "version": "0",
    "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "detail-type": "CustomerOnboarded",
    "source": "shop.customers",
    "account": "123456789012",
    "time": "2026-11-12T08:30:00Z",
    "region": "eu-west-1",
    "resources": [],
    "detail": {"id": "ada", "execution": "arn:aws:states:eu-west-1:123456789012:execution:onboard:1"},
}


def grant(event: Any = EVENT, **mocks: Any) -> Execution:
    return simulate(grant_welcome_voucher, event, {**LIVE, **mocks}, unused_mocks="ignore")


def test_a_new_customer_gets_a_voucher_and_hears_of_it() -> None:
    assert grant().output == "welcome-ada"
    kept = {"voucher": "welcome-ada", "customer": "ada", "since": "2026-11-12T08:30:00Z"}
    assert world.get("VOUCHERS_TABLE", voucher="welcome-ada") == kept
    assert world.messages("MAIL_QUEUE_URL") == ['{"customer": "ada", "template": "voucher", "voucher": "welcome-ada"}']


def test_an_event_that_comes_twice_grants_one_voucher_and_tells_of_it_once() -> None:
    assert grant().output == grant({**EVENT, "time": "2026-11-12T08:31:00Z"}).output
    item = world.get("VOUCHERS_TABLE", voucher="welcome-ada")
    assert item is not None
    assert item["since"] == "2026-11-12T08:30:00Z"
    assert len(world.messages("MAIL_QUEUE_URL")) == 1


def test_what_was_kept_but_not_told_is_told_by_the_second_event() -> None:
    assert grant(Tell=[raises("SQS.AmazonSQSException")] * 4).status == "FAILED"
    assert grant().status == "SUCCEEDED"
    assert len(world.messages("MAIL_QUEUE_URL")) == 1


@pytest.mark.parametrize("state", LIVE)
def test_a_busy_service_is_asked_again(state: str) -> None:
    busy = {"Keep": "DynamoDB.ProvisionedThroughputExceededException", "Tell": "SQS.AmazonSQSException"}
    assert grant(**{state: [raises(busy[state]), {}]}).status == "SUCCEEDED"


def test_the_event_is_the_one_that_the_onboarding_sends() -> None:
    answers = {"Keep": {}, "Page": {}, "Mail": {"MessageId": "m"}, "Event": {"Entries": [{"EventId": "e"}]}}
    customer = {"id": "ada", "name": "Ada", "email": "ada@example.com"}
    onboarding = simulate(onboard_customer, customer, answers)
    entry = next(call.request for call in onboarding.calls if call.state == "Event")["Entries"][0]
    event = {**EVENT, "source": entry["Source"], "detail-type": entry["DetailType"], "detail": entry["Detail"]}
    assert grant(event).output == "welcome-ada"
