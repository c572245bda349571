"""The queue's adapter: what of a batch is started, what stays in the queue, and where that ends up."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from flowdsl.testing import proof
from handlers.returns import Message, take_parcels
from tests import world

WORLD = ("TAKE_BACK_ARN",)

PARCEL = {"id": "p-1", "order_id": "o1", "damaged": False}


def event(*bodies: Any) -> dict[str, Any]:
    """What Lambda hands over from the queue."""
    return {
        "Records": [
            {
                "messageId": f"m{n}",
                "receiptHandle": f"handle {n}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:parcels",
            }
            for n, body in enumerate(bodies, 1)
        ]
    }


def started() -> list[str]:
    executions = world.client("stepfunctions").list_executions(stateMachineArn=os.environ["TAKE_BACK_ARN"])
    return sorted(e["name"] for e in executions["executions"])


def test_each_parcel_of_a_batch_starts_an_execution() -> None:
    assert take_parcels.invoke(event(PARCEL, {**PARCEL, "id": "p-2"})) == {"batchItemFailures": []}
    assert started() == ["p-1", "p-2"]


def test_a_batch_delivered_twice_starts_each_parcel_once() -> None:
    first = take_parcels.invoke(event(PARCEL))
    assert take_parcels.invoke(event(PARCEL)) == first
    assert started() == ["p-1"]


@pytest.mark.parametrize("body", ["", "hello", {**PARCEL, "id": "no name for an execution"}, {"id": "p-1"}])
def test_what_is_no_parcel_stays_and_holds_up_nobody(body: Any) -> None:
    assert take_parcels.invoke(event(body, PARCEL)) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
    assert started() == ["p-1"]


def test_a_message_that_is_never_understood_ends_among_the_dead_letters() -> None:
    sqs = world.client("sqs")
    dead = sqs.create_queue(QueueName="dead-parcels")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    queue = sqs.create_queue(QueueName="parcels", Attributes={"RedrivePolicy": redrive, "VisibilityTimeout": "0"})
    for body in ("hello", json.dumps(PARCEL)):
        sqs.send_message(QueueUrl=queue["QueueUrl"], MessageBody=body)
    handed_over = [poll(queue["QueueUrl"]) for _ in range(5)]
    assert handed_over == [2, 1, 1, 0, 0]
    assert started() == ["p-1"]
    assert [m["Body"] for m in sqs.receive_message(QueueUrl=dead)["Messages"]] == ["hello"]


def poll(url: str) -> int:
    """What Lambda's poller does: hands over a batch, and deletes what is not reported as failed. Gives the batch's size."""
    sqs = world.client("sqs")
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    answer = take_parcels(Records=[Message(messageId=m["MessageId"], body=m["Body"]) for m in received])
    failed = {f.itemIdentifier for f in answer.batchItemFailures}
    for message in received:
        if message["MessageId"] not in failed:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return len(received)


@proof(take_parcels, event(PARCEL, "hello", {**PARCEL, "id": "p-2"}), world.only("TAKE_BACK_ARN"))
def test_taking_a_batch_is_idempotent() -> None:
    assert started() == ["p-1", "p-2"]
