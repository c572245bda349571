"""The AWS that the example handlers need, made in moto: tables, queues, topics and buckets, with a little stock and money."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

from flowdsl.handler.table import create
from flowdsl.integrations.names import member_of
from flowdsl.interpreter.answers import Call
from flowdsl.testing import raises

TABLES = {
    "PRICES_TABLE": "sku",
    "STOCK_TABLE": "sku",
    "RESERVATIONS_TABLE": "order_id",
    "PAYMENTS_TABLE": "payment_id",
    "CARDS_TABLE": "card",
    "APPROVALS_TABLE": "order_id",
    "TRANSCRIPTS_TABLE": "recording",
    "INVOICES_TABLE": "number",
    "WRITE_OFFS_TABLE": "parcel",
    "VOUCHERS_TABLE": "voucher",
    "READINGS_TABLE": "record",
    "LABELS_TABLE": "parcel",
    "POINTS_TABLE": "customer",
}
"""Environment variable of each table, and its key."""

BUCKETS = {
    "TRANSCRIPTS_BUCKET": "transcripts",
    "INVOICES_BUCKET": "invoices",
    "QUARANTINE_BUCKET": "quarantine",
    "REPORTS_BUCKET": "reports",
}
"""Environment variable of each bucket, and its name."""

ITEMS: dict[str, list[dict[str, Any]]] = {
    "PRICES_TABLE": [{"sku": "tea", "cents": 450}, {"sku": "kettle", "cents": 30_000}],
    "STOCK_TABLE": [{"sku": "tea", "available": 10}, {"sku": "kettle", "available": 3}],
    "VOUCHERS_TABLE": [{"voucher": "v-1"}],
    "CARDS_TABLE": [{"card": "card-good", "balance": 100_000}, {"card": "card-empty", "balance": 0}],
}
"""What lies in the tables from the start."""

DUMMIES = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


@contextmanager
def offline_world(variables: Iterable[str] | None = None) -> Iterator[None]:
    """What the handlers reach, in this process: the resources of these environment variables, by default all that there are.

    The environment is put back afterwards.
    """
    before = dict(os.environ)
    os.environ.update(DUMMIES)
    try:
        with mock_aws():
            make(*((*TABLES, *BUCKETS, *_MAKERS) if variables is None else variables))
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@cache
def client(service: str) -> Any:
    """A client, made once: to make one takes longer than to use it."""
    return boto3.client(service)  # type: ignore[call-overload]


@cache
def _dynamodb() -> Any:
    return boto3.resource("dynamodb")


def make(*variables: str) -> None:
    """Makes the resources whose names stand in these environment variables."""
    for variable in variables:
        if variable in TABLES:
            os.environ[variable] = _table(variable)
        elif variable in BUCKETS:
            os.environ[variable] = _bucket(BUCKETS[variable])
        else:
            os.environ[variable] = _MAKERS[variable]()


def only(*variables: str, then: Callable[[], object] | None = None) -> Callable[[], None]:
    """The setup of a proof: a world of these resources, and of what is done to them `then`."""

    def setup() -> None:
        make(*variables)
        if then is not None:
            then()

    return setup


def _table(variable: str) -> str:
    name, key = variable.removesuffix("_TABLE").lower(), TABLES[variable]
    client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for item in ITEMS.get(variable, []):
        _dynamodb().Table(name).put_item(Item=item)
    return name


def _bucket(name: str) -> str:
    s3 = client("s3")
    region = s3.meta.region_name
    # us-east-1 is the one region that must not be named (documented).
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **where)
    return name


def _idempotency() -> str:
    create(client("dynamodb"), "idempotency")
    return "idempotency"


def _fifo_queue(name: str) -> Callable[[], str]:
    return lambda: client("sqs").create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]


def _fifo_topic(name: str) -> Callable[[], str]:
    return lambda: client("sns").create_topic(Name=f"{name}.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]


def _archive() -> str:
    """A delivery stream into the bucket of reports; moto delivers at once."""
    destination = {"RoleARN": "arn:aws:iam::123456789012:role/archive", "BucketARN": "arn:aws:s3:::reports"}
    client("firehose").create_delivery_stream(
        DeliveryStreamName="archive", ExtendedS3DestinationConfiguration=destination
    )
    return "archive"


def _carrier() -> str:
    client("ssm").put_parameter(Name="/shop/carrier", Value="pigeon", Type="String")
    return "/shop/carrier"


def _secret() -> str:
    os.environ["CARRIER_URL"] = "https://carrier.example/parcels"
    client("secretsmanager").create_secret(Name="carrier", SecretString="token-1")
    return "carrier"


def _machine(name: str) -> Callable[[], str]:
    """A state machine that moto keeps, and does not run: only the starts count."""
    definition = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    role = "arn:aws:iam::123456789012:role/machine"
    return lambda: client("stepfunctions").create_state_machine(name=name, definition=definition, roleArn=role)[
        "stateMachineArn"
    ]


_MAKERS: dict[str, Callable[[], str]] = {
    "IDEMPOTENCY_TABLE": _idempotency,
    "RECEIPTS_QUEUE_URL": _fifo_queue("receipts"),
    "ARCHIVE_STREAM": _archive,
    "CARRIER_PARAMETER": _carrier,
    "CARRIER_SECRET_ID": _secret,
    "CARRIERS_QUEUE_URL": _fifo_queue("carriers"),
    "MAIL_QUEUE_URL": _fifo_queue("mail"),
    "REFUNDS_QUEUE_URL": _fifo_queue("refunds"),
    "APPROVALS_TOPIC_ARN": _fifo_topic("approvals"),
    "PRICES_TOPIC_ARN": _fifo_topic("prices"),
    "TAKE_BACK_ARN": _machine("take_back"),
}
"""Environment variable of each other resource, and what makes it and gives its name."""


def live(service: str, operation: str, prefix: str, **deployed: Any) -> Callable[..., Any]:
    """A mock that makes a direct integration's call in moto, and fails as the integration does: `prefix` and the code.

    `deployed`: arguments whose placeholders the deployment fills in, as a value or the name of its environment variable.
    """

    def answer_of(request: Any, call: Call | None = None) -> Any:
        filled = {name: os.environ.get(value, value) for name, value in deployed.items()}
        # Where the API takes a text, the integration takes an object too, and sends it as JSON.
        texts = {n: json.dumps(request[n]) for n in ("MessageBody", "Message") if isinstance(request.get(n), dict)}
        try:
            answer = getattr(client(service), operation)(**{**request, **texts, **filled})
        except ClientError as error:
            code = error.response["Error"]["Code"].removesuffix("Exception")
            return raises(f"{prefix}.{code}Exception", error.response["Error"].get("Message"))
        answer.pop("ResponseMetadata")
        plain = json.loads(json.dumps(answer, default=str))
        of_the_sdk = call is not None and call.operation.startswith("aws-sdk:")
        return _spelt_by_step_functions(plain) if of_the_sdk else plain

    return answer_of


def _spelt_by_step_functions(value: Any) -> Any:
    if isinstance(value, dict):
        return {member_of(name): _spelt_by_step_functions(inner) for name, inner in value.items()}
    return [_spelt_by_step_functions(inner) for inner in value] if isinstance(value, list) else value


def table(variable: str) -> Any:
    return _dynamodb().Table(os.environ[variable])


def put(variable: str, **item: Any) -> None:
    table(variable).put_item(Item=item)


def get(variable: str, **key: Any) -> dict[str, Any] | None:
    item = table(variable).get_item(Key=key).get("Item")
    return dict(item) if item else None


def messages(variable: str = "RECEIPTS_QUEUE_URL") -> list[str]:
    """Bodies of the messages queued so far; they stay queued."""
    answer = client("sqs").receive_message(QueueUrl=os.environ[variable], MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [m["Body"] for m in answer.get("Messages", [])]
