"""A marker that stands beside the effect instead of with it: before, after, or taken away too early."""

from __future__ import annotations

import os
from typing import Any

from botocore.exceptions import ClientError

from flowdsl.handler import handler, natural
from tests.proof import aws
from tests.proof.aws import client, item
from tests.proof.mutants import mutant
from tests.proof.sound import code


def count(amount: int) -> None:
    client("dynamodb").update_item(
        TableName="counters",
        Key=item(id="total"),
        UpdateExpression="ADD n :n",
        ExpressionAttributeValues={":n": {"N": str(amount)}},
    )


def mark(order_id: str) -> bool:
    """Whether the marker is new."""
    try:
        client("dynamodb").put_item(
            TableName="orders", Item=item(id=order_id), ConditionExpression="attribute_not_exists(id)"
        )
    except ClientError as error:
        if code(error) != "ConditionalCheckFailedException":
            raise
        return False
    return True


def is_marked(order_id: str) -> bool:
    return "Item" in client("dynamodb").get_item(TableName="orders", Key=item(id=order_id), ConsistentRead=True)


@mutant("marks first, acts after", aws.world, "killed after #1 dynamodb.PutItem", "table counters id=total is lost")
def mark_first(event: dict[str, Any], context: Any) -> None:
    if mark(event["order_id"]):
        count(event["amount"])


@mutant(
    "takes its own marker for another's",
    aws.world,
    "response of #1 dynamodb.PutItem lost",
    "table counters id=total is lost",
)
def own_marker(event: dict[str, Any], context: Any) -> str:
    if mark(event["order_id"]):
        count(event["amount"])
    return "ok"


@mutant(
    "marks first, acts after",
    aws.world_with_queues,
    "killed before #2 sqs.SendMessage",
    "queue jobs: {body: 'o1'} is lost",
)
def mark_and_send(event: dict[str, Any], context: Any) -> None:
    if mark(event["order_id"]):
        client("sqs").send_message(QueueUrl=os.environ["STANDARD_QUEUE_URL"], MessageBody=event["order_id"])


@mutant("looks, acts, marks last", aws.world, "killed after #2 dynamodb.UpdateItem", "n is 6 instead of 3")
def mark_last(event: dict[str, Any], context: Any) -> None:
    if not is_marked(event["order_id"]):
        count(event["amount"])
        mark(event["order_id"])


@mutant(
    "looks, acts, marks last",
    aws.world,
    "second delivery while the first is at #2 dynamodb.UpdateItem",
    "n is 6 instead of 3",
)
@handler(idempotency=natural())
def check_then_act(*, order_id: str, amount: int) -> str:
    if is_marked(order_id):
        return order_id
    count(amount)
    mark(order_id)
    return order_id


@mutant("record and effect are two writes", aws.world, "killed after #2 dynamodb.UpdateItem", "n is 6 instead of 3")
def in_progress(event: dict[str, Any], context: Any) -> str:
    """As libraries do it: a record in progress, the body, the record completed; deleted when the body fails."""
    dynamodb = client("dynamodb")
    key = item(id=event["order_id"])
    try:
        dynamodb.put_item(
            TableName="orders",
            Item={**key, **item(state="RUNNING", attempt=context.aws_request_id)},
            ConditionExpression="attribute_not_exists(id) OR #state = :running",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":running": {"S": "RUNNING"}},
        )
    except ClientError:
        return "ok"
    count(event["amount"])
    dynamodb.put_item(TableName="orders", Item={**key, **item(state="DONE")})
    return "ok"


@mutant(
    "gives up a marker that is not its own",
    aws.world,
    "outlived its 30 s at #2 dynamodb.UpdateItem",
    "n is 6 instead of 3",
)
def unfenced(event: dict[str, Any], context: Any) -> str:
    """Whoever comes late takes the finished delivery's marker away."""
    import time

    dynamodb = client("dynamodb")
    key = item(id=event["order_id"])
    now = int(time.time())
    try:
        dynamodb.put_item(
            TableName="orders",
            Item={**key, **item(state="RUNNING", until=now + 30)},
            ConditionExpression="attribute_not_exists(id) OR (#state = :running AND #until < :now)",
            ExpressionAttributeNames={"#state": "state", "#until": "until"},
            ExpressionAttributeValues={":running": {"S": "RUNNING"}, ":now": {"N": str(now)}},
        )
    except ClientError:
        found = dynamodb.get_item(TableName="orders", Key=key, ConsistentRead=True)["Item"]
        if found["state"]["S"] != "DONE":
            raise RuntimeError("running") from None
        return "ok"
    count(event["amount"])
    dynamodb.put_item(TableName="orders", Item={**key, **item(state="DONE")})
    return "ok"


@mutant("deletes before it writes", aws.world, "killed after #2 dynamodb.DeleteItem", "table orders id=o1 is lost")
def move(event: dict[str, Any], context: Any) -> str:
    """What the first delivery has taken away, the second does not find."""
    dynamodb = client("dynamodb")
    found = dynamodb.get_item(TableName="counters", Key=item(id="stock"), ConsistentRead=True).get("Item")
    if found is not None:
        dynamodb.delete_item(TableName="counters", Key=item(id="stock"))
        dynamodb.put_item(TableName="orders", Item={**item(id=event["order_id"]), "n": found["n"]})
    return "moved"


@mutant("renames by copy and delete", aws.world_with_bucket, "killed after #4 s3.DeleteObject", "raises", {"name": "a"})
def rename(event: dict[str, Any], context: Any) -> str:
    s3 = client("s3")
    s3.put_object(Bucket="reports", Key=f"{event['name']}.tmp", Body=b"report") if not _is_there(
        event["name"]
    ) else None
    s3.copy_object(Bucket="reports", Key=event["name"], CopySource={"Bucket": "reports", "Key": f"{event['name']}.tmp"})
    s3.delete_object(Bucket="reports", Key=f"{event['name']}.tmp")
    return "ok"


def _is_there(name: str) -> bool:
    return bool(client("s3").list_objects_v2(Bucket="reports", Prefix=name).get("Contents"))
