"""The clients of the handlers under proof, made once, and the world that they find."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

import boto3

from flowdsl.handler.table import create, definition


@cache
def client(service: str) -> Any:
    return boto3.client(service)


def world(proof: Any) -> None:
    """Tables keyed by `id`, one of keys; ten in stock; a payment provider."""
    os.environ["IDEMPOTENCY_TABLE"] = "idempotency"
    dynamodb = client("dynamodb")
    for table in ("counters", "orders"):
        dynamodb.create_table(**definition(table))
    create(dynamodb, "idempotency")
    dynamodb.put_item(TableName="counters", Item={"id": {"S": "stock"}, "n": {"N": "10"}})
    proof.answer("POST", "https://pay.example/charges", {"id": "ch_1"})


def orders() -> None:
    """One table."""
    client("dynamodb").create_table(**definition("orders"))


def orders_world() -> None:
    """Nothing but one table."""
    orders()


def queues() -> dict[str, str]:
    sqs = client("sqs")
    return {
        "fifo": sqs.create_queue(QueueName="jobs.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"],
        "standard": sqs.create_queue(QueueName="jobs")["QueueUrl"],
    }


def world_with_queues(proof: Any) -> None:
    world(proof)
    for kind, url in queues().items():
        os.environ[f"{kind.upper()}_QUEUE_URL"] = url


def world_with_source(proof: Any) -> None:
    """A message that waits in the standard queue: its receipt handle is in RECEIPT."""
    world_with_queues(proof)
    sqs = client("sqs")
    sqs.send_message(QueueUrl=os.environ["STANDARD_QUEUE_URL"], MessageBody="job 1")
    received = sqs.receive_message(QueueUrl=os.environ["STANDARD_QUEUE_URL"])
    os.environ["RECEIPT"] = received["Messages"][0]["ReceiptHandle"]


def world_with_topics(proof: Any) -> None:
    orders()
    sns = client("sns")
    os.environ["TOPIC_ARN"] = sns.create_topic(Name="news")["TopicArn"]
    os.environ["FIFO_TOPIC_ARN"] = sns.create_topic(Name="news.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]


def world_with_bucket(proof: Any) -> None:
    orders()
    region = client("s3").meta.region_name
    elsewhere = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client("s3").create_bucket(Bucket="reports", **elsewhere)


def world_with_versions(proof: Any) -> None:
    world_with_bucket(proof)
    client("s3").put_bucket_versioning(Bucket="reports", VersioningConfiguration={"Status": "Enabled"})


def world_with_machine(proof: Any) -> None:
    orders()
    machine = client("stepfunctions").create_state_machine(
        name="child",
        definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
        roleArn="arn:aws:iam::123456789012:role/child",
    )
    os.environ["CHILD_ARN"] = machine["stateMachineArn"]


def world_with_stream(proof: Any) -> None:
    orders()
    client("kinesis").create_stream(StreamName="clicks", ShardCount=1)


def world_with_delivery(proof: Any) -> None:
    world_with_bucket(proof)
    client("firehose").create_delivery_stream(
        DeliveryStreamName="archive",
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::123456789012:role/firehose",
            "BucketARN": "arn:aws:s3:::reports",
        },
    )


def world_with_mail(proof: Any) -> None:
    client("ses").verify_email_identity(EmailAddress="shop@example.com")


def world_with_settings(proof: Any) -> None:
    orders()
    client("ssm").put_parameter(Name="/price", Value="7", Type="String")
    client("secretsmanager").create_secret(Name="token", SecretString="first")


def world_with_sql(proof: Any) -> None:
    orders()
    sql("CREATE TABLE payment (id INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT UNIQUE, amount INTEGER)")
    sql("CREATE TABLE account (name TEXT PRIMARY KEY, balance INTEGER)")
    sql("INSERT INTO account VALUES ('ada', 100)")


def sql(text: str, **values: Any) -> Any:
    kinds: dict[type, str] = {str: "stringValue", int: "longValue"}
    return client("rds-data").execute_statement(
        resourceArn="arn:aws:rds:us-east-1:123456789012:cluster:shop",
        secretArn="arn:aws:secretsmanager:us-east-1:123456789012:secret:shop",
        sql=text,
        parameters=[{"name": n, "value": {kinds[type(v)]: v}} for n, v in values.items()],
    )


def item(**values: Any) -> dict[str, Any]:
    """An item in DynamoDB's own form."""
    return {k: {"N": str(v)} if isinstance(v, (int, float)) else {"S": str(v)} for k, v in values.items()}
