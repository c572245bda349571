"""Every way through the fan-out: the branches, what each can fail with, and the end that is left then."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.testing import raises, simulate
from workflows.onboard_customer import onboard_customer

WORLD = ()

CUSTOMER = {"id": "c1", "name": "Ada", "email": "ada@example.com"}
ANSWERS: dict[str, Any] = {
    "Keep": {},
    "Page": {"ETag": '"1"'},
    "Mail": {"MessageId": "m1"},
    "Event": {"Entries": [{"EventId": "e1"}], "FailedEntryCount": 0},
}
BUSY = {
    "Keep": "DynamoDB.ProvisionedThroughputExceededException",
    "Page": "S3.S3Exception",
    "Mail": "SQS.AmazonSQSException",
    "Event": "EventBridge.FailedEntry",
}


def test_all_four_branches_end_in_one_answer() -> None:
    execution = simulate(onboard_customer, CUSTOMER, ANSWERS)
    assert execution.output == {"customer": "new", "page": "welcome/c1.html", "mail": "m1", "event": "e1"}


def test_a_customer_who_is_known_is_not_overwritten() -> None:
    known = raises("DynamoDB.ConditionalCheckFailedException")
    execution = simulate(onboard_customer, CUSTOMER, {**ANSWERS, "Keep": [known] * 4})
    assert execution.output["customer"] == "known"


@pytest.mark.parametrize("state", BUSY)
def test_a_busy_service_is_asked_again(state: str) -> None:
    mocks = {**ANSWERS, state: [raises(BUSY[state]), ANSWERS[state]]}
    assert simulate(onboard_customer, CUSTOMER, mocks).status == "SUCCEEDED"


def test_a_branch_that_keeps_failing_fails_the_onboarding() -> None:
    execution = simulate(onboard_customer, CUSTOMER, {**ANSWERS, "Page": [raises("S3.S3Exception")] * 4})
    assert (execution.error, execution.cause) == ("OnboardingFailed", "customer c1 could not be onboarded")


def test_the_requests_are_what_the_services_take() -> None:
    execution = simulate(onboard_customer, CUSTOMER, ANSWERS)
    asked = {call.state: call.request for call in execution.calls}
    assert asked["Keep"]["Item"] == {"id": {"S": "c1"}, "name": {"S": "Ada"}, "email": {"S": "ada@example.com"}}
    assert asked["Page"]["Key"] == "welcome/c1.html"
    assert asked["Mail"]["MessageBody"] == {"to": "ada@example.com", "template": "welcome", "name": "Ada"}
    assert asked["Event"]["Entries"][0]["Detail"]["id"] == "c1"
