"""Calls that carry many entries, of which some are refused in an answer that raises nothing; and repeats out of order."""

from __future__ import annotations

import os
from typing import Any

from tests.proof import aws
from tests.proof.aws import client, item
from tests.proof.mutants import mutant

IDS = {"ids": ["a", "b", "c"]}


@mutant(
    "looks at no unprocessed items",
    aws.world,
    "#1 dynamodb.BatchWriteItem taken for a part of its entries",
    "table orders id=b is lost; table orders id=c is lost",
    IDS,
)
def write_batch(event: dict[str, Any], context: Any) -> None:
    puts = [{"PutRequest": {"Item": item(id=name)}} for name in event["ids"]]
    client("dynamodb").batch_write_item(RequestItems={"orders": puts})


@mutant(
    "looks at no unprocessed items",
    aws.world,
    "#1 dynamodb.BatchWriteItem taken for a part of its entries",
    "table orders id=o1 is lost",
    {"order_id": "o1"},
)
def write_batch_of_one(event: dict[str, Any], context: Any) -> None:
    client("dynamodb").batch_write_item(RequestItems={"orders": [{"PutRequest": {"Item": item(id=event["order_id"])}}]})


@mutant(
    "looks at no unprocessed keys",
    aws.world,
    "#1 dynamodb.BatchGetItem taken for a part of its entries",
    "answers 0 instead of 10",
    {"order_id": "o1"},
)
def read_batch(event: dict[str, Any], context: Any) -> int:
    keys = {"Keys": [item(id="stock")], "ConsistentRead": True}
    found = client("dynamodb").batch_get_item(RequestItems={"counters": keys})["Responses"]
    return sum(int(one["n"]["N"]) for one in found.get("counters", []))


@mutant(
    "looks at no failed entries",
    aws.world_with_queues,
    "#1 sqs.SendMessageBatch taken for a part of its entries",
    "queue jobs.fifo: {body: 'b', group: 'b'} is lost",
    IDS,
)
def send_batch(event: dict[str, Any], context: Any) -> None:
    entries = [
        {"Id": name, "MessageBody": name, "MessageGroupId": name, "MessageDeduplicationId": name}
        for name in event["ids"]
    ]
    client("sqs").send_message_batch(QueueUrl=os.environ["FIFO_QUEUE_URL"], Entries=entries)


@mutant(
    "looks at no failed entries",
    aws.world_with_stream,
    "#1 kinesis.PutRecords taken for a part of its entries",
    "stream clicks: {data: 'c', partition: 'c'} is lost",
    IDS,
    at_least_once=["stream clicks"],
)
def put_records(event: dict[str, Any], context: Any) -> None:
    records = [{"Data": name.encode(), "PartitionKey": name} for name in event["ids"]]
    client("kinesis").put_records(StreamName="clicks", Records=records)


@mutant(
    "looks at no failed entries",
    aws.orders_world,
    "#1 events.PutEvents taken for a part of its entries",
    "calls of events.PutEvents: {Detail: '{}', DetailType: 'c', Source: 'shop'} is lost",
    IDS,
    at_least_once=["calls of events.PutEvents"],
)
def put_events(event: dict[str, Any], context: Any) -> None:
    entries = [{"Source": "shop", "DetailType": name, "Detail": "{}"} for name in event["ids"]]
    client("events").put_events(Entries=entries)


@mutant(
    "sends a whole batch again for a part",
    aws.world_with_queues,
    "#1 sqs.SendMessageBatch taken for a part of its entries",
    "is there 2 times instead of once",
    IDS,
)
def send_batch_again(event: dict[str, Any], context: Any) -> None:
    entries = [{"Id": name, "MessageBody": name} for name in event["ids"]]
    while client("sqs").send_message_batch(QueueUrl=os.environ["STANDARD_QUEUE_URL"], Entries=entries).get("Failed"):
        continue


@mutant(
    "knows only who came last",
    aws.world,
    "delivered again after another event",
    "table counters id=total: n is 10 instead of 7",
)
def add_unless_last(event: dict[str, Any], context: Any) -> str:
    """The mark holds one event: a repeat that comes after another one is taken for new."""
    dynamodb = client("dynamodb")
    try:
        dynamodb.update_item(
            TableName="counters",
            Key=item(id="total"),
            UpdateExpression="ADD n :n SET last_order = :o",
            ConditionExpression="attribute_not_exists(last_order) OR last_order <> :o",
            ExpressionAttributeValues={":n": {"N": str(event["amount"])}, ":o": {"S": event["order_id"]}},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return "known"
    return "known"
