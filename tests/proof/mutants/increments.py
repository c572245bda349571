"""What is added again: a counter, a balance, a list, a batch."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from flowdsl.handler import handler, natural
from tests.proof import aws
from tests.proof.aws import client, item
from tests.proof.mutants import mutant


@mutant("adds without a marker", aws.world, "delivered again", "table counters id=total: n is 6 instead of 3")
def add(event: dict[str, Any], context: Any) -> None:
    client("dynamodb").update_item(
        TableName="counters",
        Key=item(id="total"),
        UpdateExpression="ADD n :n",
        ExpressionAttributeValues={":n": {"N": str(event["amount"])}},
    )


@mutant("adds without a marker", aws.world, "killed after #1 dynamodb.UpdateItem", "n is 4 instead of 7")
def subtract(event: dict[str, Any], context: Any) -> None:
    client("dynamodb").update_item(
        TableName="counters",
        Key=item(id="stock"),
        UpdateExpression="SET n = n - :n",
        ConditionExpression="n >= :n",
        ExpressionAttributeValues={":n": {"N": str(event["amount"])}},
    )


@mutant("reads, then writes", aws.world, "delivered again", "table counters id=stock: n is 16 instead of 13")
@handler(idempotency=natural())
def read_and_write(*, order_id: str, amount: int) -> None:
    found = client("dynamodb").get_item(TableName="counters", Key=item(id="stock"), ConsistentRead=True)["Item"]
    client("dynamodb").put_item(TableName="counters", Item=item(id="stock", n=int(found["n"]["N"]) + amount))


@mutant("appends", aws.world, "response of #1 dynamodb.UpdateItem lost", "orders[1] should not be there")
def append(event: dict[str, Any], context: Any) -> None:
    client("dynamodb").update_item(
        TableName="counters",
        Key=item(id="stock"),
        UpdateExpression="SET orders = list_append(if_not_exists(orders, :none), :one)",
        ExpressionAttributeValues={":none": {"L": []}, ":one": {"L": [{"S": event["order_id"]}]}},
    )


@mutant(
    "adds for each of a batch",
    aws.world,
    "killed after #2 dynamodb.UpdateItem",
    "id=a: n is 2 instead of 1",
    {"names": ["a", "b", "c"]},
)
def add_all(event: dict[str, Any], context: Any) -> None:
    for name in event["names"]:
        client("dynamodb").update_item(
            TableName="counters",
            Key=item(id=name),
            UpdateExpression="ADD n :n",
            ExpressionAttributeValues={":n": {"N": "1"}},
        )


@mutant(
    "adds without a marker",
    aws.world_with_sql,
    "delivered again",
    "SQL table account name=ada: balance is 94 instead of 97",
)
def debit(event: dict[str, Any], context: Any) -> None:
    aws.sql("UPDATE account SET balance = balance - :n WHERE name = 'ada'", n=event["amount"])


@mutant(
    "inserts without a unique key", aws.world_with_sql, "delivered again", "SQL table payment id=2 should not be there"
)
def insert(event: dict[str, Any], context: Any) -> None:
    aws.sql("INSERT INTO payment (amount) VALUES (:n)", n=event["amount"])


@mutant(
    "does its own lock by hand",
    aws.world,
    "second delivery after the first has outlived its 30 s",
    "n is 6 instead of 3",
)
def locked(event: dict[str, Any], context: Any) -> str:
    """A lock that ends by time, and a writer that never looks whether it is still its own."""
    import time

    dynamodb = client("dynamodb")
    now = int(time.time())
    found = dynamodb.get_item(TableName="orders", Key=item(id=event["order_id"]), ConsistentRead=True).get("Item")
    if found is not None and "done" in found:
        return "done"
    try:
        dynamodb.put_item(
            TableName="orders",
            Item=item(id=event["order_id"], until=now + 30),
            ConditionExpression="attribute_not_exists(id) OR #until < :now",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues={":now": {"N": str(now)}},
        )
    except ClientError:
        raise RuntimeError("locked") from None
    dynamodb.update_item(
        TableName="counters",
        Key=item(id="total"),
        UpdateExpression="ADD n :n",
        ExpressionAttributeValues={":n": {"N": str(event["amount"])}},
    )
    dynamodb.put_item(TableName="orders", Item=item(id=event["order_id"], done="yes"))
    return "done"


@mutant(
    "reads, then writes",
    aws.world_with_settings,
    "killed after #2 ssm.PutParameter",
    "parameters name=price: value is '9' instead of '8'",
)
def raise_price(event: dict[str, Any], context: Any) -> None:
    price = int(client("ssm").get_parameter(Name="/price")["Parameter"]["Value"])
    client("ssm").put_parameter(Name="/price", Value=str(price + 1), Overwrite=True)


@mutant(
    "reads, then writes",
    aws.world_with_bucket,
    "killed after #2 s3.PutObject",
    "bucket reports key=log: body is 'o1\\no1\\n' instead of 'o1\\n'",
)
def append_to_object(event: dict[str, Any], context: Any) -> None:
    s3 = client("s3")
    try:
        lines = s3.get_object(Bucket="reports", Key="log")["Body"].read()
    except s3.exceptions.NoSuchKey:
        lines = b""
    s3.put_object(Bucket="reports", Key="log", Body=lines + event["order_id"].encode() + b"\n")
