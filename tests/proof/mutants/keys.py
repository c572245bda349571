"""Keys and values that change with each delivery: drawn at random, or taken from the time."""

from __future__ import annotations

import json
import random
import secrets
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from flowdsl.handler import handler, natural
from tests.proof import aws
from tests.proof.aws import client, item
from tests.proof.mutants import mutant

STARTED = time.time()


@mutant("draws a key", aws.orders_world, "delivered again", "table orders")
def put_drawn(event: dict[str, Any], context: Any) -> None:
    client("dynamodb").put_item(TableName="orders", Item=item(id=str(uuid.uuid4()), amount=event["amount"]))


@mutant("draws a key", aws.world_with_bucket, "killed after #1 s3.PutObject", "bucket reports …")
def store_drawn(event: dict[str, Any], context: Any) -> None:
    client("s3").put_object(Bucket="reports", Key=f"{secrets.token_hex(8)}.json", Body=json.dumps(event).encode())


@mutant(
    "draws a key",
    aws.orders_world,
    "killed after #1 dynamodb.PutItem",
    "table orders …: {amount: 3, id: …} is there 2 times",
)
def put_random(event: dict[str, Any], context: Any) -> None:
    number = random.randint(10**6, 10**7)
    client("dynamodb").put_item(TableName="orders", Item=item(id=f"order-{number}", amount=event["amount"]))


@mutant("takes the time for a key", aws.orders_world, "delivered again", "table orders")
def put_at(event: dict[str, Any], context: Any) -> None:
    client("dynamodb").put_item(TableName="orders", Item=item(id=f"{event['order_id']}#{time.time()}", amount=1))


@mutant("takes the time for a key", aws.world_with_bucket, "killed after #1 s3.PutObject", "bucket reports …")
def store_at(event: dict[str, Any], context: Any) -> None:
    key = f"{event['order_id']}/{datetime.now(UTC).isoformat()}.json"
    client("s3").put_object(Bucket="reports", Key=key, Body=b"{}")


@mutant("writes the time again", aws.orders_world, "delivered again", "table orders id=o1: created_at is")
@handler(idempotency=natural())
def stamp(*, order_id: str, amount: int) -> None:
    client("dynamodb").put_item(TableName="orders", Item=item(id=order_id, amount=amount, created_at=int(time.time())))


@mutant("draws a value again", aws.orders_world, "delivered again", "table orders id=o1: number is")
@handler(idempotency=natural())
def number(*, order_id: str, amount: int) -> None:
    client("dynamodb").put_item(TableName="orders", Item=item(id=order_id, amount=amount, number=uuid.uuid4().hex))


@mutant("draws a value again", aws.world_with_settings, "delivered again", "secrets name=token", {"name": "token"})
def rotate(event: dict[str, Any], context: Any) -> None:
    client("secretsmanager").put_secret_value(SecretId=event["name"], SecretString=secrets.token_urlsafe(16))


@mutant(
    "writes the time again",
    aws.world_with_settings,
    "delivered again",
    "parameters name=last: value is",
    {"name": "/last"},
)
def last_run(event: dict[str, Any], context: Any) -> None:
    client("ssm").put_parameter(Name=event["name"], Value=datetime.now(UTC).isoformat(), Type="String", Overwrite=True)


@mutant("appends a version", aws.world_with_versions, "delivered again", "bucket reports key=o1", {"order_id": "o1"})
def new_version(event: dict[str, Any], context: Any) -> None:
    client("s3").put_object(Bucket="reports", Key=event["order_id"], Body=f"seen at {time.time()}".encode())


@mutant(
    "keys by the day of its run",
    aws.world_with_bucket,
    "delivered again",
    "bucket reports key=2033-06-01/o1 should not be there",
    {"order_id": "o1"},
)
def store_by_day(event: dict[str, Any], context: Any) -> None:
    client("s3").put_object(Bucket="reports", Key=f"{datetime.now(UTC):%Y-%m-%d}/{event['order_id']}", Body=b"report")


@mutant(
    "draws a token",
    aws.world,
    "killed after #1 dynamodb.TransactWriteItems",
    "table counters id=total: n is 2 instead of 1",
)
def transact_drawn(event: dict[str, Any], context: Any) -> None:
    _add_in_a_transaction(ClientRequestToken=str(uuid.uuid4()))


def _add_in_a_transaction(**options: Any) -> None:
    update = {
        "TableName": "counters",
        "Key": item(id="total"),
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    client("dynamodb").transact_write_items(TransactItems=[{"Update": update}], **options)


@mutant(
    "writes what was true at import",
    aws.orders_world,
    "in a cold environment",
    "table orders id=o1: started is",
    {"order_id": "o1"},
)
def put_started(event: dict[str, Any], context: Any) -> None:
    client("dynamodb").put_item(TableName="orders", Item=item(id=event["order_id"], started=STARTED))
