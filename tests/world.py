"""The AWS that the example handlers need, made in moto: tables, queues, topics and buckets, with a little stock and money."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws

TABLES = {
    "PRICES_TABLE": "sku",
    "STOCK_TABLE": "sku",
    "RESERVATIONS_TABLE": "order_id",
    "PAYMENTS_TABLE": "payment_id",
    "CARDS_TABLE": "card",
    "APPROVALS_TABLE": "order_id",
    "TRANSCRIPTS_TABLE": "recording",
}
"""Environment variable of each table, and its key."""

DUMMIES = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


@contextmanager
def offline_world() -> Iterator[None]:
    """Everything the handlers reach, in this process; the environment is put back afterwards."""
    before = dict(os.environ)
    os.environ.update(DUMMIES)
    try:
        with mock_aws():
            _make()
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _make() -> None:
    dynamodb = boto3.client("dynamodb")
    for variable, key in TABLES.items():
        name = variable.removesuffix("_TABLE").lower()
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        os.environ[variable] = name
    queue = boto3.client("sqs").create_queue(QueueName="receipts.fifo", Attributes={"FifoQueue": "true"})
    os.environ["RECEIPTS_QUEUE_URL"] = queue["QueueUrl"]
    topic = boto3.client("sns").create_topic(Name="approvals.fifo", Attributes={"FifoTopic": "true"})
    os.environ["APPROVALS_TOPIC_ARN"] = topic["TopicArn"]
    boto3.client("s3").create_bucket(
        Bucket="transcripts", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    os.environ["TRANSCRIPTS_BUCKET"] = "transcripts"
    put("PRICES_TABLE", sku="tea", cents=450)
    put("PRICES_TABLE", sku="kettle", cents=30_000)
    put("STOCK_TABLE", sku="tea", available=10)
    put("STOCK_TABLE", sku="kettle", available=3)
    put("CARDS_TABLE", card="card-good", balance=100_000)
    put("CARDS_TABLE", card="card-empty", balance=0)


def table(variable: str) -> Any:
    return boto3.resource("dynamodb").Table(os.environ[variable])


def put(variable: str, **item: Any) -> None:
    table(variable).put_item(Item=item)


def get(variable: str, **key: Any) -> dict[str, Any] | None:
    item = table(variable).get_item(Key=key).get("Item")
    return dict(item) if item else None


def messages() -> list[str]:
    """Bodies of the receipts queued so far; they stay queued."""
    answer = boto3.client("sqs").receive_message(
        QueueUrl=os.environ["RECEIPTS_QUEUE_URL"], MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return [m["Body"] for m in answer.get("Messages", [])]
