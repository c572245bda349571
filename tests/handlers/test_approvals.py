"""Asking a person, and handing the answer on: each delivered twice."""

from __future__ import annotations

import os

import boto3
import pytest

from handlers.approvals import NoSuchRequest, answer_approval, request_approval
from tests import world


def subscribed() -> str:
    """A queue that hears what the approvers are told."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="approvers.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    boto3.client("sns").subscribe(TopicArn=os.environ["APPROVALS_TOPIC_ARN"], Protocol="sqs", Endpoint=arn)
    return url


def heard(url: str) -> int:
    answer = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
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
