"""What is sent again: to queues, topics, streams, other machines, the outside."""

from __future__ import annotations

import json
import os
import time
import urllib.request
import uuid
from typing import Any

from flowdsl.handler import handler, natural, once, transaction
from tests.proof import aws
from tests.proof.aws import client
from tests.proof.mutants import mutant


@mutant(
    "sends without de-duplication",
    aws.world_with_queues,
    "delivered again",
    "queue jobs: {body: 'o1'} is there 2 times instead of once",
)
def send(event: dict[str, Any], context: Any) -> None:
    client("sqs").send_message(QueueUrl=os.environ["STANDARD_QUEUE_URL"], MessageBody=event["order_id"])


@mutant(
    "de-duplicates by the delivery",
    aws.world_with_queues,
    "killed after #1 sqs.SendMessage",
    "queue jobs.fifo: {body: 'o1', group: 'orders'} is there 2 times",
)
def send_by_request(event: dict[str, Any], context: Any) -> None:
    client("sqs").send_message(
        QueueUrl=os.environ["FIFO_QUEUE_URL"],
        MessageBody=event["order_id"],
        MessageGroupId="orders",
        MessageDeduplicationId=context.aws_request_id,
    )


@mutant(
    "de-duplicates by chance",
    aws.world_with_queues,
    "second delivery while the first is at #1 sqs.SendMessage",
    "is there 2 times",
    {"order_id": "o1"},
)
def send_by_chance(event: dict[str, Any], context: Any) -> None:
    client("sqs").send_message(
        QueueUrl=os.environ["FIFO_QUEUE_URL"],
        MessageBody=event["order_id"],
        MessageGroupId="orders",
        MessageDeduplicationId=uuid.uuid4().hex,
    )


@mutant(
    "publishes without de-duplication",
    aws.world_with_topics,
    "response of #1 sns.Publish lost",
    "topic news: {message: 'o1'} is there 2 times instead of once",
)
def publish(event: dict[str, Any], context: Any) -> None:
    client("sns").publish(TopicArn=os.environ["TOPIC_ARN"], Message=event["order_id"])


@mutant(
    "de-duplicates by chance",
    aws.world_with_topics,
    "delivered again",
    "topic news.fifo: {group: 'orders', message: 'o1'} is there 2 times",
)
def publish_by_chance(event: dict[str, Any], context: Any) -> None:
    client("sns").publish(
        TopicArn=os.environ["FIFO_TOPIC_ARN"],
        Message=event["order_id"],
        MessageGroupId="orders",
        MessageDeduplicationId=str(uuid.uuid4()),
    )


@mutant(
    "puts a record in a stream",
    aws.world_with_stream,
    "delivered again",
    "stream clicks: {data: 'home', partition: 'home'} is there 2 times",
    {"page": "home"},
)
def click(event: dict[str, Any], context: Any) -> None:
    client("kinesis").put_record(StreamName="clicks", PartitionKey=event["page"], Data=event["page"].encode())


@mutant(
    "puts a record in a delivery stream",
    aws.world_with_delivery,
    "killed after #1 firehose.PutRecord",
    "bucket reports …: {body: 'home'",
    {"page": "home"},
)
def archive(event: dict[str, Any], context: Any) -> None:
    client("firehose").put_record(DeliveryStreamName="archive", Record={"Data": event["page"].encode()})


@mutant(
    "starts work without a name", aws.world_with_machine, "delivered again", "executions of child", {"order_id": "o1"}
)
def start(event: dict[str, Any], context: Any) -> None:
    client("stepfunctions").start_execution(stateMachineArn=os.environ["CHILD_ARN"], input=json.dumps(event))


@mutant(
    "starts work under a drawn name",
    aws.world_with_machine,
    "killed after #1 stepfunctions.StartExecution",
    "executions of child …",
    {"order_id": "o1"},
)
@handler(idempotency=natural())
def start_drawn(*, order_id: str) -> None:
    client("stepfunctions").start_execution(
        stateMachineArn=os.environ["CHILD_ARN"], name=f"order-{uuid.uuid4().hex}", input=json.dumps({"id": order_id})
    )


@mutant("tells an event bus", aws.orders_world, "delivered again", "calls of events.PutEvents", {"order_id": "o1"})
def put_event(event: dict[str, Any], context: Any) -> None:
    client("events").put_events(Entries=[{"Source": "shop", "DetailType": "Paid", "Detail": json.dumps(event)}])


@mutant(
    "sends mail",
    aws.world_with_mail,
    "response of #1 ses.SendEmail lost",
    "calls of ses.SendEmail: {Destination.ToAddresses[0]: 'ada@example.com'",
    {"order_id": "o1"},
)
def mail(event: dict[str, Any], context: Any) -> None:
    client("ses").send_email(
        Source="shop@example.com",
        Destination={"ToAddresses": ["ada@example.com"]},
        Message={"Subject": {"Data": event["order_id"]}, "Body": {"Text": {"Data": "Paid"}}},
    )


@mutant(
    "calls the outside without a key",
    aws.world,
    "delivered again",
    "HTTP POST https://pay.example/charges: {body.amount: 3} is there 2 times",
)
def charge(event: dict[str, Any], context: Any) -> str:
    return _post({"amount": event["amount"]}, {})


@mutant(
    "calls the outside under a drawn key",
    aws.world,
    "killed after #1 HTTP POST https://pay.example/charges",
    "{body.amount: 3} is there 2 times",
)
def charge_by_chance(event: dict[str, Any], context: Any) -> str:
    return _post({"amount": event["amount"]}, {"Idempotency-Key": str(uuid.uuid4())})


def _post(body: dict[str, Any], headers: dict[str, str]) -> str:
    request = urllib.request.Request(
        "https://pay.example/charges", data=json.dumps(body).encode(), headers=headers, method="POST"
    )
    with urllib.request.urlopen(request) as response:
        return str(json.load(response)["id"])


@mutant(
    "sends inside once, without the key",
    aws.world_with_queues,
    "killed before #3 dynamodb.TransactWriteItems",
    "queue jobs: {body: 'o1'} is there 2 times",
)
@handler(idempotency=once("order_id"))
def count_and_send(*, order_id: str, amount: int) -> None:
    transaction().update(
        TableName="counters", Key={"id": "total"}, UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": amount}
    )
    client("sqs").send_message(QueueUrl=os.environ["STANDARD_QUEUE_URL"], MessageBody=order_id)


@mutant(
    "tells before it writes",
    aws.world_with_topics,
    "killed before #2 dynamodb.PutItem",
    "topic news: {message: 'o1'} is there 2 times instead of once",
)
def publish_then_put(event: dict[str, Any], context: Any) -> None:
    client("sns").publish(TopicArn=os.environ["TOPIC_ARN"], Message=event["order_id"])
    client("dynamodb").put_item(TableName="orders", Item=aws.item(id=event["order_id"]))


@mutant(
    "starts work under a name, with another input each time",
    aws.world_with_machine,
    "delivered again",
    "raises ExecutionAlreadyExists",
    {"order_id": "o1"},
)
def start_dated(event: dict[str, Any], context: Any) -> None:
    client("stepfunctions").start_execution(
        stateMachineArn=os.environ["CHILD_ARN"], name=event["order_id"], input=json.dumps({"at": time.time()})
    )


@mutant("calls a function", aws.orders_world, "delivered again", "calls of lambda.Invoke", {"order_id": "o1"})
def invoke(event: dict[str, Any], context: Any) -> None:
    client("lambda").invoke(FunctionName="mail", InvocationType="Event", Payload=json.dumps(event).encode())


@mutant(
    "schedules under a drawn name",
    aws.orders_world,
    "killed after #1 scheduler.CreateSchedule",
    "calls of scheduler.CreateSchedule",
    {"order_id": "o1"},
)
def remind(event: dict[str, Any], context: Any) -> None:
    client("scheduler").create_schedule(
        Name=f"remind-{uuid.uuid4().hex}",
        ScheduleExpression="at(2034-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:sqs:us-east-1:123456789012:mail", "RoleArn": "arn:aws:iam::123456789012:role/remind"},
    )
