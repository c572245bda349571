"""Asking a person, and handing the answer on: each delivered twice."""

from __future__ import annotations

import os

import pytest

from flowdsl.testing import proof
from handlers.approvals import NoSuchRequest, answer_approval, request_approval
from tests import world

WORLD = ("APPROVALS_TABLE", "APPROVALS_TOPIC_ARN")

REQUEST = {"token": "t1", "order_id": "o1", "amount": 60_000}
ANSWER = {"order_id": "o1", "approved": True, "by": "Grace"}


def subscribed() -> str:
    """A queue that hears what the approvers are told."""
    sqs = world.client("sqs")
    url = sqs.create_queue(QueueName="approvers.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    world.client("sns").subscribe(TopicArn=os.environ["APPROVALS_TOPIC_ARN"], Protocol="sqs", Endpoint=arn)
    return url


def heard(url: str) -> int:
    answer = world.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return len(answer.get("Messages", []))


def test_a_request_keeps_the_token_under_the_order() -> None:
    request_approval(token="t1", order_id="o1", amount=60_000)
    assert world.get("APPROVALS_TABLE", order_id="o1") == {"order_id": "o1", "token": "t1", "amount": 60_000}


def test_a_request_delivered_twice_tells_the_approvers_once() -> None:
    queue = subscribed()
    request_approval(token="t1", order_id="o1", amount=60_000)
    request_approval(token="t1", order_id="o1", amount=60_000)
    assert heard(queue) == 1


def test_a_later_attempt_replaces_the_token() -> None:
    request_approval(token="t1", order_id="o1", amount=60_000)
    request_approval(token="t2", order_id="o1", amount=60_000)
    item = world.get("APPROVALS_TABLE", order_id="o1")
    assert item is not None
    assert item["token"] == "t2"


def test_an_answer_to_no_request_is_refused() -> None:
    with pytest.raises(NoSuchRequest, match="o9"):
        answer_approval(order_id="o9", approved=True, by="Ada")


def test_a_repeated_request_leaves_the_decision_alone() -> None:
    request_approval(token="t1", order_id="o1", amount=60_000)
    decided = {**REQUEST, "approved": True, "answerer": "Grace"}
    world.put("APPROVALS_TABLE", **decided)
    request_approval(token="t1", order_id="o1", amount=60_000)
    assert world.get("APPROVALS_TABLE", order_id="o1") == decided


@proof(request_approval, REQUEST, world.only("APPROVALS_TABLE", "APPROVALS_TOPIC_ARN"))
def test_asking_is_idempotent() -> None:
    assert world.get("APPROVALS_TABLE", order_id="o1") == REQUEST


def asked() -> None:
    world.put("APPROVALS_TABLE", **REQUEST)


@proof(answer_approval, ANSWER, world.only("APPROVALS_TABLE", then=asked))
def test_answering_is_idempotent() -> None:
    assert world.get("APPROVALS_TABLE", order_id="o1") == {**REQUEST, "approved": True, "answerer": "Grace"}


@proof(answer_approval, {**ANSWER, "order_id": "o9"}, world.only("APPROVALS_TABLE"), other_event=ANSWER)
def test_a_refusal_to_answer_is_idempotent() -> None:
    assert world.get("APPROVALS_TABLE", order_id="o9") is None
