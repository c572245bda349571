"""Answers that differ from one delivery to the next, and failures that are hidden."""

from __future__ import annotations

import os
import time
import uuid
from typing import Any

from botocore.exceptions import ClientError

from flowdsl.handler import handler, natural
from tests.proof import aws
from tests.proof.aws import client, item
from tests.proof.mutants import mutant
from tests.proof.sound import code


class DuplicateOrder(Exception):
    """The order is there already."""


def put(order_id: str) -> bool:
    try:
        client("dynamodb").put_item(
            TableName="orders", Item=item(id=order_id), ConditionExpression="attribute_not_exists(id)"
        )
    except ClientError as error:
        if code(error) != "ConditionalCheckFailedException":
            raise
        return False
    return True


@mutant("answers a repeat otherwise", aws.orders_world, "delivered again", "answers 'known' instead of 'new'")
def tell(event: dict[str, Any], context: Any) -> str:
    return "new" if put(event["order_id"]) else "known"


@mutant("refuses a repeat", aws.orders_world, "response of #1 dynamodb.PutItem lost", "raises DuplicateOrder")
@handler(idempotency=natural(), raises=(DuplicateOrder,))
def refuse(*, order_id: str, amount: int) -> str:
    if not put(order_id):
        raise DuplicateOrder(order_id)
    return order_id


@mutant(
    "fails on a repeat", aws.orders_world, "killed after #1 dynamodb.PutItem", "raises ConditionalCheckFailedException"
)
def fail(event: dict[str, Any], context: Any) -> str:
    client("dynamodb").put_item(
        TableName="orders", Item=item(id=event["order_id"]), ConditionExpression="attribute_not_exists(id)"
    )
    return "ok"


@mutant("fails on a repeat", aws.orders_world, "delivered again", "raises TaskTimedOut", {"token": "t1"})
def answer(event: dict[str, Any], context: Any) -> None:
    client("stepfunctions").send_task_success(taskToken=event["token"], output="{}")


@mutant("answers with what it draws", aws.orders_world, "delivered again", "answers")
@handler(idempotency=natural())
def receipt(*, order_id: str, amount: int) -> str:
    put(order_id)
    return str(uuid.uuid4())


@mutant("answers with the time", aws.orders_world, "delivered again", "answers")
@handler(idempotency=natural())
def when(*, order_id: str, amount: int) -> dict[str, Any]:
    put(order_id)
    return {"order_id": order_id, "at": time.time()}


@mutant(
    "hides a failure", aws.orders_world, "#1 dynamodb.PutItem refused, too many requests", "table orders id=o1 is lost"
)
def swallow(event: dict[str, Any], context: Any) -> str:
    try:
        client("dynamodb").put_item(TableName="orders", Item=item(id=event["order_id"]))
    except Exception as error:
        print(error)
    return "ok"


@mutant("hides a failure", aws.world_with_queues, "#1 sqs.SendMessage refused", "answers 500 instead of 200")
def status(event: dict[str, Any], context: Any) -> int:
    try:
        client("sqs").send_message(
            QueueUrl=os.environ["FIFO_QUEUE_URL"],
            MessageBody=event["order_id"],
            MessageGroupId="orders",
            MessageDeduplicationId=event["order_id"],
        )
    except ClientError:
        return 500
    return 200


@mutant("takes any failure for a repeat", aws.orders_world, "#1 dynamodb.PutItem refused", "table orders id=o1 is lost")
def any_failure(event: dict[str, Any], context: Any) -> str:
    try:
        client("dynamodb").put_item(
            TableName="orders", Item=item(id=event["order_id"]), ConditionExpression="attribute_not_exists(id)"
        )
    except ClientError:
        return "ok"
    return "ok"


@mutant("answers with a count", aws.world, "delivered again", "answers 2 instead of 1", {"order_id": "o1"})
def scan(event: dict[str, Any], context: Any) -> int:
    """The second delivery counts its own work of the first."""
    found = client("dynamodb").scan(TableName="orders", ConsistentRead=True)["Count"]
    client("dynamodb").put_item(TableName="orders", Item=item(id=event["order_id"]))
    return int(found) + 1


@mutant(
    "answers with what was there before",
    aws.world,
    "killed after #1 dynamodb.UpdateItem",
    "answers '5' instead of '10'",
)
def swap(event: dict[str, Any], context: Any) -> str:
    old = client("dynamodb").update_item(
        TableName="counters",
        Key=item(id="stock"),
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "5"}},
        ReturnValues="ALL_OLD",
    )
    return str(old["Attributes"]["n"]["N"])


@mutant("answers with what was there before", aws.world, "delivered again", "answers False instead of True")
def remove(event: dict[str, Any], context: Any) -> bool:
    old = client("dynamodb").delete_item(TableName="counters", Key=item(id="stock"), ReturnValues="ALL_OLD")
    return "Attributes" in old
