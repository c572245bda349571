"""Handlers that are idempotent and stateless, each in another way. The mutants are these with one thing wrong."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
import urllib.request
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from flowdsl.handler import current_key, delegated, handler, natural, once, task_token, transaction
from tests.proof import aws
from tests.proof.aws import client, item


class OutOfStock(Exception):
    """Not enough is left."""


def code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


@handler(idempotency=natural())
def put_order(*, order_id: str, amount: int) -> str:
    client("dynamodb").put_item(TableName="orders", Item=item(id=order_id, amount=amount))
    return order_id


@handler(idempotency=once("order_id"))
def count(*, order_id: str, amount: int) -> int:
    transaction().update(
        TableName="counters", Key={"id": "total"}, UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": amount}
    )
    return 0


@handler(idempotency=once())
def count_and_tell(*, order_id: str, amount: int) -> dict[str, Any]:
    transaction().update(
        TableName="counters", Key={"id": "total"}, UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": amount}
    )
    client("sqs").send_message(
        QueueUrl=os.environ["FIFO_QUEUE_URL"],
        MessageBody=json.dumps({"order": order_id}),
        MessageGroupId="orders",
        MessageDeduplicationId=current_key(),
    )
    return {}


@handler(idempotency=once("order_id"), timeout_seconds=60)
def count_and_tell_everyone(*, order_id: str, amount: int) -> None:
    for name in ("total", order_id):
        transaction().update(
            TableName="counters",
            Key={"id": name},
            UpdateExpression="ADD n :n",
            ExpressionAttributeValues={":n": amount},
        )
    for purpose in ("stock", "mail", "audit"):
        client("sqs").send_message(
            QueueUrl=os.environ["FIFO_QUEUE_URL"],
            MessageBody=f"{purpose} {order_id}",
            MessageGroupId=purpose,
            MessageDeduplicationId=current_key(purpose),
        )


@handler(idempotency=natural(), raises=(OutOfStock,))
def reserve(*, order_id: str, amount: int) -> str:
    reservation = {
        "TableName": "orders",
        "Item": item(id=order_id, amount=amount),
        "ConditionExpression": "attribute_not_exists(id)",
    }
    stock = {
        "TableName": "counters",
        "Key": item(id="stock"),
        "UpdateExpression": "SET n = n - :n",
        "ConditionExpression": "n >= :n",
        "ExpressionAttributeValues": {":n": {"N": str(amount)}},
    }
    try:
        client("dynamodb").transact_write_items(TransactItems=[{"Put": reservation}, {"Update": stock}])
    except ClientError as error:
        if code(error) != "TransactionCanceledException":
            raise
        mine, theirs = error.response["CancellationReasons"]  # type: ignore[typeddict-item]
        if mine["Code"] != "ConditionalCheckFailed":
            if theirs["Code"] != "ConditionalCheckFailed":
                raise
            raise OutOfStock(order_id) from None
    return order_id


@handler(idempotency=delegated("order_id", to="the FIFO queue"))
def send(*, order_id: str) -> str:
    answer = client("sqs").send_message(
        QueueUrl=os.environ["FIFO_QUEUE_URL"],
        MessageBody=order_id,
        MessageGroupId="orders",
        MessageDeduplicationId=current_key(),
    )
    return str(answer["MessageId"])


@handler(idempotency=delegated("order_id", to="the FIFO topic"))
def publish(*, order_id: str) -> str:
    client("sns").publish(
        TopicArn=os.environ["FIFO_TOPIC_ARN"],
        Message=order_id,
        MessageGroupId="orders",
        MessageDeduplicationId=current_key(),
    )
    return order_id


@handler(idempotency=natural())
def store_report(*, order_id: str, lines: list[str]) -> str:
    key = f"reports/{order_id}.json"
    client("s3").put_object(Bucket="reports", Key=key, Body=json.dumps(lines).encode())
    return key


@handler(idempotency=natural())
def start_child(*, order_id: str) -> str:
    try:
        client("stepfunctions").start_execution(
            stateMachineArn=os.environ["CHILD_ARN"], name=f"order-{order_id}", input=json.dumps({"order_id": order_id})
        )
    except ClientError as error:
        if code(error) != "ExecutionAlreadyExists":
            raise
    return order_id


@handler(idempotency=delegated("order_id", to="the payment provider's Idempotency-Key"))
def charge(*, order_id: str, amount: int) -> str:
    request = urllib.request.Request(
        "https://pay.example/charges",
        data=json.dumps({"amount": amount}).encode(),
        headers={"Idempotency-Key": current_key()},
        method="POST",
    )
    with urllib.request.urlopen(request) as response:
        return str(json.load(response)["id"])


@handler(idempotency=delegated("order_id", to="a unique column"))
def insert(*, order_id: str, amount: int) -> str:
    aws.sql(
        "INSERT INTO payment (token, amount) VALUES (:token, :amount) ON CONFLICT (token) DO NOTHING",
        token=order_id,
        amount=amount,
    )
    return order_id


@handler(idempotency=natural())
def set_price(*, price: int) -> int:
    client("ssm").put_parameter(Name="/price", Value=str(price), Type="String", Overwrite=True)
    return price


@handler(idempotency=natural())
def set_token(*, token: str) -> None:
    client("secretsmanager").put_secret_value(SecretId="token", SecretString=token)


@handler(idempotency=natural())
def answer(*, token: str, approved: bool) -> bool:
    task_token.succeed(token, {"approved": approved})
    return approved


@handler(idempotency=natural())
def receipt(*, order_id: str) -> dict[str, Any]:
    """A number drawn at random and a time, kept with the first delivery's item: a second one reads them there."""
    dynamodb = client("dynamodb")
    drawn = item(id=order_id, number=str(uuid.uuid4()), at=int(time.time()))
    try:
        dynamodb.put_item(TableName="orders", Item=drawn, ConditionExpression="attribute_not_exists(id)")
    except ClientError as error:
        if code(error) != "ConditionalCheckFailedException":
            raise
    kept = dynamodb.get_item(TableName="orders", Key=item(id=order_id), ConsistentRead=True)["Item"]
    return {"number": kept["number"]["S"], "at": int(kept["at"]["N"])}


@handler(idempotency=natural())
def move(*, job: str) -> str:
    """First the item, then the message away: in between, both are there, and nothing is lost."""
    client("dynamodb").put_item(TableName="orders", Item=item(id=job))
    client("sqs").delete_message(QueueUrl=os.environ["STANDARD_QUEUE_URL"], ReceiptHandle=os.environ["RECEIPT"])
    return job


@handler(idempotency=natural())
def put_all(*, orders: list[str]) -> int:
    for order_id in orders:
        client("dynamodb").put_item(TableName="orders", Item=item(id=order_id, amount=1))
    return len(orders)


@cache
def price() -> int:
    """A setting, read once an environment: the same for every event."""
    return int(client("ssm").get_parameter(Name="/price")["Parameter"]["Value"])


@handler(idempotency=natural())
def put_priced(*, order_id: str, quantity: int) -> int:
    client("dynamodb").put_item(TableName="orders", Item=item(id=order_id, amount=price() * quantity))
    return price() * quantity


@handler(idempotency=delegated("order_id", to="DynamoDB's ClientRequestToken"))
def add_with_token(*, order_id: str, amount: int) -> None:
    update = {
        "TableName": "counters",
        "Key": item(id="total"),
        "UpdateExpression": "ADD n :n",
        "ExpressionAttributeValues": {":n": {"N": str(amount)}},
    }
    client("dynamodb").transact_write_items(
        TransactItems=[{"Update": update}], ClientRequestToken=current_key(length=36)
    )


@handler(idempotency=natural())
def upload(*, order_id: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.txt"
        file.write_text(order_id)
        client("s3").upload_file(str(file), "reports", order_id)
    return order_id


@handler(idempotency=delegated(to="readers of the stream, by the record's content"))
def click(*, page: str) -> None:
    client("kinesis").put_record(StreamName="clicks", PartitionKey=page, Data=page.encode())


@handler(idempotency=delegated(to="readers of the archive, by the record's content"))
def archive(*, page: str) -> None:
    client("firehose").put_record(DeliveryStreamName="archive", Record={"Data": page.encode()})


def bump(event: dict[str, Any], context: Any) -> str:
    """A plain function of (event, context): an update guarded by a version."""
    try:
        client("dynamodb").update_item(
            TableName="counters",
            Key=item(id="stock"),
            UpdateExpression="SET n = :n, order_id = :o",
            ConditionExpression="order_id <> :o OR attribute_not_exists(order_id)",
            ExpressionAttributeValues={":n": {"N": str(event["n"])}, ":o": {"S": event["order_id"]}},
        )
    except ClientError as error:
        if code(error) != "ConditionalCheckFailedException":
            raise
    return "ok"


def write_batch(event: dict[str, Any], context: Any) -> int:
    """What was not processed is sent again, alone."""
    left: Any = {"orders": [{"PutRequest": {"Item": item(id=name)}} for name in event["ids"]]}
    while left:
        left = client("dynamodb").batch_write_item(RequestItems=left).get("UnprocessedItems")
    return len(event["ids"])


@cache
def orders_table() -> Any:
    return boto3.resource("dynamodb").Table("orders")


def write_by_batch_writer(event: dict[str, Any], context: Any) -> None:
    """boto3's own way: it sends again what was not processed."""
    with orders_table().batch_writer() as batch:
        for name in event["ids"]:
            batch.put_item(Item={"id": name})


def send_batch(event: dict[str, Any], context: Any) -> None:
    """Failed entries are sent again, by their ids."""
    left = {
        name: {"Id": name, "MessageBody": name, "MessageGroupId": name, "MessageDeduplicationId": name}
        for name in event["ids"]
    }
    while left:
        answer = client("sqs").send_message_batch(QueueUrl=os.environ["FIFO_QUEUE_URL"], Entries=list(left.values()))
        left = {failed["Id"]: left[failed["Id"]] for failed in answer.get("Failed", [])}


class NotTaken(Exception):
    """The bus took a part only."""


def put_events(event: dict[str, Any], context: Any) -> None:
    """Events carry their id, by which readers drop repeats; what was not taken is an error, and comes again whole."""
    entries = [{"Source": "shop", "DetailType": "Paid", "Detail": json.dumps({"id": name})} for name in event["ids"]]
    if client("events").put_events(Entries=entries)["FailedEntryCount"]:
        raise NotTaken


def read_batch(event: dict[str, Any], context: Any) -> int:
    left: Any = {"counters": {"Keys": [item(id="stock"), item(id="total")], "ConsistentRead": True}}
    total = 0
    while left:
        answer = client("dynamodb").batch_get_item(RequestItems=left)
        total += sum(int(one["n"]["N"]) for one in answer["Responses"].get("counters", []))
        left = answer.get("UnprocessedKeys")
    return total


def logged(event: dict[str, Any], context: Any) -> str:
    """A logger that is set up with the first delivery."""
    logger = logging.getLogger("flowdsl-proof-sound")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    client("dynamodb").put_item(TableName="orders", Item=item(id=event["order_id"]))
    return "ok"


def latest(event: dict[str, Any], context: Any) -> None:
    """Who writes last is what counts: a repeat after another event is as if it had come late."""
    client("ssm").put_parameter(Name="/price", Value=str(event["price"]), Overwrite=True)
