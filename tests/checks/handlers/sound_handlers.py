"""Handlers that are stateless and idempotent, in many styles: nothing may be said about any of them."""

SOUND: dict[str, str] = {}

SOUND["natural key, resource, plain"] = '''
import os

import boto3

orders = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def lambda_handler(event, context):
    """Files an order under its own id."""
    total = sum(line["cents"] * line["quantity"] for line in event["lines"])
    orders.put_item(Item={"order_id": event["order_id"], "total": total, "status": "NEW"})
    return {"order_id": event["order_id"], "total": total}
'''

SOUND["conditional put with refusal met"] = """
import os
from datetime import datetime, timezone

import boto3
from botocore.exceptions import ClientError

dynamodb = boto3.client("dynamodb")
TABLE = os.environ["PAYMENTS_TABLE"]


def handler(event, context):
    now = datetime.now(timezone.utc).isoformat()
    try:
        dynamodb.put_item(
            TableName=TABLE,
            Item={
                "payment_id": {"S": event["payment_id"]},
                "amount": {"N": str(event["amount"])},
                "created_at": {"S": now},
            },
            ConditionExpression="attribute_not_exists(payment_id)",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    return {"payment_id": event["payment_id"]}
"""

SOUND["decorated, natural"] = """
from __future__ import annotations

import os

import boto3

from flowdsl.handler import handler, natural

profiles = boto3.resource("dynamodb").Table(os.environ["PROFILES"])


@handler(timeout_seconds=10, idempotency=natural())
def save_profile(*, user_id: str, email: str, tags: list[str]) -> dict:
    item = {"user_id": user_id, "email": email.lower(), "tags": sorted(set(tags))}
    profiles.put_item(Item=item)
    return item
"""

SOUND["decorated bare, pure"] = '''
from decimal import Decimal

from pydantic import BaseModel

from flowdsl.handler import handler


class Line(BaseModel):
    sku: str
    quantity: int
    cents: int


class Price(BaseModel):
    cents: int


@handler
def price_order(*, lines: list[Line], discount: Decimal) -> Price:
    """What the lines cost together."""
    cents = sum(line.cents * line.quantity for line in lines)
    return Price(cents=int(cents * (1 - discount)))
'''

SOUND["decorated, once, uuid inside"] = """
import os
import uuid

import boto3

from flowdsl.handler import handler, once

tickets = boto3.resource("dynamodb").Table(os.environ["TICKETS_TABLE"])


@handler(idempotency=once(key="order_id"))
def open_ticket(*, order_id: str, text: str) -> dict:
    ticket = str(uuid.uuid4())
    tickets.put_item(Item={"id": ticket, "order_id": order_id, "text": text})
    return {"ticket": ticket}
"""

SOUND["decorated, delegated to a FIFO queue"] = """
import json
import os

import boto3

from flowdsl.handler import delegated, handler

sqs = boto3.client("sqs")


@handler(raises=(ValueError,), timeout_seconds=15, idempotency=delegated("the queue drops a repeat by its id"))
def enqueue(*, order_id: str, lines: list) -> None:
    if not lines:
        raise ValueError("an order without lines")
    sqs.send_message(
        QueueUrl=os.environ["QUEUE_URL"],
        MessageBody=json.dumps({"order_id": order_id, "lines": lines}),
        MessageGroupId=order_id,
        MessageDeduplicationId=order_id,
    )
"""

SOUND["decorated, none with a reason"] = """
import os

import boto3

from flowdsl.handler import handler, none

sns = boto3.client("sns")


@handler(idempotency=none("a second page to the person on call does no harm"))
def page_someone(*, text: str) -> None:
    sns.publish(TopicArn=os.environ["PAGER_TOPIC"], Message=text[:140])
"""

SOUND["lazy global client"] = """
import os

import boto3

_client = None


def _s3():
    global _client
    if _client is None:
        _client = boto3.client("s3")
    return _client


def handler(event, context):
    answer = _s3().get_object(Bucket=os.environ["UPLOADS"], Key=event["key"])
    lines = answer["Body"].read().decode("utf-8").splitlines()
    return {"lines": len(lines)}
"""

SOUND["lazy global, early return"] = """
import boto3

_table = None


def get_table(name):
    global _table
    if _table is not None:
        return _table
    _table = boto3.resource("dynamodb").Table(name)
    return _table


def handler(event, context):
    import os

    table = get_table(os.environ["TABLE_NAME"])
    item = table.get_item(Key={"pk": event["pk"]}).get("Item")
    if not item:
        raise LookupError(event["pk"])
    return {"name": item["name"].title()}
"""

SOUND["cached clients and settings"] = """
import json
import os
from functools import cache, lru_cache

import boto3


@cache
def ssm():
    return boto3.client("ssm")


@cache
def secrets():
    return boto3.client("secretsmanager")


@lru_cache(maxsize=1)
def credentials():
    return json.loads(secrets().get_secret_value(SecretId=os.environ["DB_SECRET"])["SecretString"])


@lru_cache
def parameter(name):
    return ssm().get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]


def lambda_handler(event, context):
    limit = int(parameter("/shop/limit"))
    user = credentials()["username"]
    return {"allowed": event["amount"] <= limit, "user": user}
"""

SOUND["cache with a time to live"] = """
import os
import time

import boto3

ssm = boto3.client("ssm")
_cache = {"value": None, "until": 0.0}


def flags():
    if time.time() > _cache["until"]:
        _cache["value"] = ssm.get_parameter(Name=os.environ["FLAGS"])["Parameter"]["Value"].split(",")
        _cache["until"] = time.time() + 60
    return _cache["value"]


def handler(event, context):
    return {"beta": "beta" in flags() and event["tier"] == "gold"}
"""

SOUND["settings in a dict, by their own names"] = """
import boto3

ssm = boto3.client("ssm")
_settings: dict[str, str] = {}


def setting(name: str) -> str:
    if name not in _settings:
        _settings[name] = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    return _settings[name]


def handler(event, context):
    rate = float(setting("/shop/rate"))
    return {"cents": round(event["cents"] * rate)}
"""

SOUND["update that sets"] = """
import os
import time

import boto3

orders = boto3.resource("dynamodb").Table(os.environ["ORDERS"])


def handler(event, context):
    orders.update_item(
        Key={"order_id": event["order_id"]},
        UpdateExpression="SET #s = :s, updated_at = :now REMOVE reservation",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": "SHIPPED", ":now": int(time.time())},
    )
    return {"order_id": event["order_id"], "status": "SHIPPED"}
"""

SOUND["counter behind a condition"] = """
import os

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ["POLLS"])


def handler(event, context):
    try:
        table.update_item(
            Key={"poll": event["poll"]},
            UpdateExpression="SET votes = votes + :one ADD voters :voter",
            ConditionExpression="NOT contains(voters, :id)",
            ExpressionAttributeValues={":one": 1, ":voter": {event["voter"]}, ":id": event["voter"]},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return {"counted": False}
        raise
    return {"counted": True}
"""

SOUND["transaction with a marker"] = """
import os

import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    client.transact_write_items(
        TransactItems=[
            {
                "Put": {
                    "TableName": os.environ["MARKERS"],
                    "Item": {"id": {"S": event["transfer_id"]}},
                    "ConditionExpression": "attribute_not_exists(id)",
                }
            },
            {
                "Update": {
                    "TableName": os.environ["ACCOUNTS"],
                    "Key": {"account": {"S": event["account"]}},
                    "UpdateExpression": "SET balance = balance + :n",
                    "ExpressionAttributeValues": {":n": {"N": str(event["amount"])}},
                }
            },
        ]
    )
"""

SOUND["transaction with a token"] = """
import os

import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    updates = [
        {
            "Update": {
                "TableName": os.environ["STOCK"],
                "Key": {"sku": {"S": line["sku"]}},
                "UpdateExpression": "ADD available :n",
                "ExpressionAttributeValues": {":n": {"N": str(-line["n"])}},
            }
        }
        for line in event["lines"]
    ]
    client.transact_write_items(TransactItems=updates, ClientRequestToken=event["order_id"])
    return {"lines": len(updates)}
"""

SOUND["optimistic lock"] = """
import os

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table(os.environ["CARTS"])


def handler(event, context):
    for attempt in range(5):
        cart = table.get_item(Key={"id": event["cart"]}, ConsistentRead=True)["Item"]
        items = [i for i in cart["items"] if i["sku"] != event["sku"]] + [{"sku": event["sku"], "n": event["n"]}]
        try:
            table.update_item(
                Key={"id": event["cart"]},
                UpdateExpression="SET #i = :i, version = :next",
                ConditionExpression="version = :seen",
                ExpressionAttributeNames={"#i": "items"},
                ExpressionAttributeValues={":i": items, ":next": cart["version"] + 1, ":seen": cart["version"]},
            )
            return {"items": len(items)}
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
    raise RuntimeError("overtaken five times")
"""

SOUND["S3 object to S3 object"] = """
import gzip
import os

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    body = s3.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    target = "zipped/" + event["key"] + ".gz"
    s3.put_object(Bucket=os.environ["TARGET"], Key=target, Body=gzip.compress(body, mtime=0))
    return {"key": target, "bytes": len(body)}
"""

SOUND["temporary folder"] = """
import os
import subprocess
import tempfile

import boto3

s3 = boto3.resource("s3")


def lambda_handler(event, _context):
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "in.wav")
        target = os.path.join(folder, "out.mp3")
        s3.Bucket(os.environ["SOURCE"]).download_file(event["key"], source)
        subprocess.run(["/opt/bin/lame", source, target], check=True)
        s3.Bucket(os.environ["TARGET"]).upload_file(target, event["key"] + ".mp3")
    return {"key": event["key"] + ".mp3"}
"""

SOUND["named temporary file"] = """
import csv
import tempfile

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    with tempfile.NamedTemporaryFile("w+", suffix=".csv") as file:
        writer = csv.writer(file)
        for row in event["rows"]:
            writer.writerow(row)
        file.flush()
        s3.upload_file(file.name, event["bucket"], f"reports/{event['report_id']}.csv")
    return {"rows": len(event["rows"])}
"""

SOUND["a model fetched at import"] = """
import os
import pickle

import boto3

s3 = boto3.client("s3")
MODEL = "/tmp/model.bin"
s3.download_file(os.environ["MODELS"], os.environ["MODEL_KEY"], MODEL)
with open(MODEL, "rb") as file:
    model = pickle.load(file)


def handler(event, context):
    return {"score": float(model.predict([event["features"]])[0])}
"""

SOUND["a model fetched once, on first use"] = """
import os

import boto3

s3 = boto3.client("s3")
_MODEL_FILE = "/tmp/model.onnx"
_session = None


def session():
    global _session
    if _session is None:
        if not os.path.exists(_MODEL_FILE):
            s3.download_file(os.environ["MODELS"], os.environ["MODEL_KEY"], _MODEL_FILE)
        import onnxruntime

        _session = onnxruntime.InferenceSession(_MODEL_FILE)
    return _session


def handler(event, context):
    return {"label": int(session().run(None, {"x": event["x"]})[0])}
"""

SOUND["file removed at the end"] = """
import os

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    path = "/tmp/page.html"
    try:
        s3.download_file(event["bucket"], event["key"], path)
        with open(path, encoding="utf-8") as file:
            return {"title": file.read().partition("<title>")[2].partition("</title>")[0]}
    finally:
        os.remove(path)
"""

SOUND["execution named after the event"] = """
import json
import os

import boto3

sfn = boto3.client("stepfunctions")


def handler(event, context):
    detail = event["detail"]
    try:
        started = sfn.start_execution(
            stateMachineArn=os.environ["STATE_MACHINE_ARN"],
            name=f"import-{detail['import_id']}",
            input=json.dumps(detail),
        )
    except sfn.exceptions.ExecutionAlreadyExists:
        return {"started": False}
    return {"started": True, "arn": started["executionArn"]}
"""

SOUND["queue adapter with partial batch response"] = """
import json
import os

import boto3

sfn = boto3.client("stepfunctions")


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            order = json.loads(record["body"])
            sfn.start_execution(
                stateMachineArn=os.environ["MACHINE"], name=order["order_id"], input=json.dumps(order)
            )
        except Exception:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
"""

SOUND["Powertools batch"] = """
import os

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

logger = Logger()
tracer = Tracer()
metrics = Metrics()
processor = BatchProcessor(event_type=EventType.SQS)
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def record_handler(record: SQSRecord):
    body = record.json_body
    logger.append_keys(order_id=body["order_id"])
    table.put_item(Item={"order_id": body["order_id"], "total": body["total"], "vip": body["total"] > 1000})
    metrics.add_metric(name="Orders", unit="Count", value=1)


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics
def lambda_handler(event, context):
    return process_partial_response(event=event, record_handler=record_handler, processor=processor, context=context)
"""

SOUND["Powertools idempotency"] = """
import os
import uuid

import boto3
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent

store = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])
config = IdempotencyConfig(event_key_jmespath="order_id", raise_on_no_idempotency_key=True)
ses = boto3.client("ses")
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


@idempotent(persistence_store=store, config=config)
def lambda_handler(event, context):
    receipt = str(uuid.uuid4())
    table.put_item(Item={"id": receipt, "order_id": event["order_id"]})
    ses.send_email(
        Source=os.environ["SENDER"],
        Destination={"ToAddresses": [event["email"]]},
        Message={"Subject": {"Data": "Receipt"}, "Body": {"Text": {"Data": receipt}}},
    )
    return {"receipt": receipt}
"""

SOUND["deterministic id"] = """
import hashlib
import json
import os
import uuid

import boto3

documents = boto3.resource("dynamodb").Table(os.environ["DOCUMENTS"])
NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def handler(event, context):
    digest = hashlib.sha256(json.dumps(event["content"], sort_keys=True).encode()).hexdigest()
    document_id = str(uuid.uuid5(NAMESPACE, event["url"]))
    documents.put_item(Item={"document_id": document_id, "digest": digest, "url": event["url"]})
    return {"document_id": document_id}
"""

SOUND["token passed on"] = """
import os

import boto3

ecs = boto3.client("ecs")
athena = boto3.client("athena")


def handler(event, context):
    task = ecs.run_task(
        cluster=os.environ["CLUSTER"],
        taskDefinition=os.environ["TASK"],
        launchType="FARGATE",
        clientToken=event["job_id"],
    )
    query = athena.start_query_execution(
        QueryString=event["sql"], ClientRequestToken=event["job_id"].ljust(32, "0"), WorkGroup=os.environ["WORKGROUP"]
    )
    return {"task": task["tasks"][0]["taskArn"], "query": query["QueryExecutionId"]}
"""

SOUND["HTTP with a key"] = """
import os

import requests

session = requests.Session()


def handler(event, context):
    answer = session.post(
        os.environ["PAYMENT_URL"] + "/charges",
        json={"amount": event["amount"], "card": event["card"]},
        headers={"Idempotency-Key": event["payment_id"]},
        timeout=10,
    )
    answer.raise_for_status()
    return {"charge": answer.json()["id"]}
"""

SOUND["HTTP reads"] = """
import os

import requests


def get_rate(currency):
    answer = requests.get(f"{os.environ['RATES_URL']}/{currency}", timeout=5)
    answer.raise_for_status()
    return answer.json()["rate"]


def handler(event, context):
    return {"cents": round(event["cents"] * get_rate(event["currency"]))}
"""

SOUND["database, upsert"] = '''
import json
import os

import boto3
import psycopg2

secret = json.loads(
    boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["DB_SECRET"])["SecretString"]
)
connection = psycopg2.connect(
    host=os.environ["DB_HOST"], user=secret["username"], password=secret["password"], dbname=os.environ["DB_NAME"]
)


def handler(event, context):
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO orders (id, total) VALUES (%s, %s)
            ON CONFLICT (id) DO UPDATE SET total = EXCLUDED.total
            """,
            (event["order_id"], event["total"]),
        )
    return {"order_id": event["order_id"]}
'''

SOUND["database, a ledger and a balance in one transaction"] = """
import os

import pymysql

_connection = None


def connection():
    global _connection
    if _connection is None or not _connection.open:
        _connection = pymysql.connect(host=os.environ["DB_HOST"], user=os.environ["DB_USER"], password=os.environ["DB_PASSWORD"])
    return _connection


def handler(event, context):
    with connection().cursor() as cursor:
        added = cursor.execute(
            "INSERT IGNORE INTO ledger (transfer_id, account, amount) VALUES (%s, %s, %s)",
            (event["transfer_id"], event["account"], event["amount"]),
        )
        if added:
            cursor.execute(
                "UPDATE accounts SET balance = balance + %s WHERE account = %s", (event["amount"], event["account"])
            )
    connection().commit()
    return {"applied": bool(added)}
"""

SOUND["Data API"] = """
import os

import boto3

rds = boto3.client("rds-data")


def handler(event, context):
    rds.execute_statement(
        resourceArn=os.environ["CLUSTER_ARN"],
        secretArn=os.environ["SECRET_ARN"],
        database=os.environ["DATABASE"],
        sql="UPDATE orders SET status = :status WHERE id = :id",
        parameters=[
            {"name": "status", "value": {"stringValue": event["status"]}},
            {"name": "id", "value": {"stringValue": event["id"]}},
        ],
    )
    return {"id": event["id"], "status": event["status"]}
"""

SOUND["threads that are waited for"] = """
from concurrent.futures import ThreadPoolExecutor, as_completed

import boto3

s3 = boto3.client("s3")


def size_of(bucket, key):
    return s3.head_object(Bucket=bucket, Key=key)["ContentLength"]


def handler(event, context):
    with ThreadPoolExecutor(max_workers=8) as pool:
        futures = [pool.submit(size_of, event["bucket"], key) for key in event["keys"]]
        sizes = [future.result() for future in as_completed(futures)]
    return {"bytes": sum(sizes)}
"""

SOUND["threads that are joined"] = """
import threading


def handler(event, context):
    answers = {}

    def ask(name):
        answers[name] = len(name)

    threads = [threading.Thread(target=ask, args=(name,)) for name in event["names"]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
"""

SOUND["asyncio inside"] = """
import asyncio

import httpx


async def fetch_all(urls):
    async with httpx.AsyncClient(timeout=10) as client:
        answers = await asyncio.gather(*(client.get(url) for url in urls))
    return [answer.status_code for answer in answers]


def handler(event, context):
    return {"codes": asyncio.run(fetch_all(event["urls"]))}
"""

SOUND["a class with its clients in its constructor"] = """
import os

import boto3


class Catalogue:
    def __init__(self, table):
        self.table = table

    def price(self, sku):
        item = self.table.get_item(Key={"sku": sku}).get("Item")
        if item is None:
            raise KeyError(sku)
        return int(item["cents"])


catalogue = Catalogue(boto3.resource("dynamodb").Table(os.environ["PRICES"]))


def handler(event, context):
    return {"cents": sum(catalogue.price(sku) for sku in event["skus"])}
"""

SOUND["injected collaborators"] = """
import os

import boto3

SQS = boto3.client("sqs")


def process(event, sqs, queue_url):
    for line in event["lines"]:
        key = f"{event['order_id']}-{line['sku']}"
        sqs.send_message(
            QueueUrl=queue_url, MessageBody=line["sku"], MessageGroupId=event["order_id"], MessageDeduplicationId=key
        )
    return len(event["lines"])


def handler(event, context, sqs=SQS):
    return {"sent": process(event, sqs, os.environ["QUEUE_URL"])}
"""

SOUND["batch to a FIFO queue"] = """
import os

import boto3

queue = boto3.resource("sqs").Queue(os.environ["QUEUE_URL"])


def handler(event, context):
    entries = [
        {
            "Id": str(i),
            "MessageBody": line["sku"],
            "MessageGroupId": event["order_id"],
            "MessageDeduplicationId": f"{event['order_id']}-{line['sku']}",
        }
        for i, line in enumerate(event["lines"])
    ]
    answer = queue.send_messages(Entries=entries)
    if answer.get("Failed"):
        raise RuntimeError(f"{len(answer['Failed'])} messages were refused")
    return {"sent": len(entries)}
"""

SOUND["batch writes, leftovers sent again"] = """
import os
import time

import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    table = os.environ["TABLE"]
    request = {table: [{"PutRequest": {"Item": {"pk": {"S": row["id"]}, "n": {"N": str(row["n"])}}}} for row in event["rows"]]}
    delay = 0.1
    while request:
        request = client.batch_write_item(RequestItems=request)["UnprocessedItems"]
        if request:
            time.sleep(delay)
            delay *= 2
    return {"rows": len(event["rows"])}
"""

SOUND["batch writer"] = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    with table.batch_writer(overwrite_by_pkeys=["id"]) as batch:
        for row in event["rows"]:
            batch.put_item(Item={"id": row["id"], "name": row["name"].strip()})
    return {"rows": len(event["rows"])}
"""

SOUND["API handler"] = """
import json
import logging
import os

import boto3

logger = logging.getLogger()
logger.setLevel(os.environ.get("LOG_LEVEL", "INFO"))
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def lambda_handler(event, context):
    logger.info("request %s", context.aws_request_id)
    try:
        user = event["requestContext"]["authorizer"]["claims"]["sub"]
        item = table.get_item(Key={"user": user, "id": event["pathParameters"]["id"]}).get("Item")
        if item is None:
            return {"statusCode": 404, "body": json.dumps({"message": "not found"})}
        return {"statusCode": 200, "body": json.dumps(item, default=str)}
    except Exception:
        logger.exception("failed")
        return {"statusCode": 500, "body": json.dumps({"message": "internal error"})}
"""

SOUND["custom resource"] = """
import json
import urllib.request

import boto3

s3 = boto3.client("s3")


def send(event, context, status):
    body = json.dumps(
        {
            "Status": status,
            "Reason": f"See the details in CloudWatch Log Stream: {context.log_stream_name}",
            "PhysicalResourceId": event.get("PhysicalResourceId", event["LogicalResourceId"]),
            "StackId": event["StackId"],
            "RequestId": event["RequestId"],
            "LogicalResourceId": event["LogicalResourceId"],
        }
    ).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], data=body, method="PUT"))


def handler(event, context):
    try:
        if event["RequestType"] == "Delete":
            s3.delete_object(Bucket=event["ResourceProperties"]["Bucket"], Key="index.html")
        elif event["RequestType"] == "Create":
            s3.put_object(Bucket=event["ResourceProperties"]["Bucket"], Key="index.html", Body=b"hello")
        elif event["RequestType"] == "Update":
            s3.put_object(Bucket=event["ResourceProperties"]["Bucket"], Key="index.html", Body=b"hello again")
        send(event, context, "SUCCESS")
    except Exception:
        send(event, context, "FAILED")
"""

SOUND["task token answered"] = """
import json

import boto3

sfn = boto3.client("stepfunctions")


def handler(event, context):
    decision = {"approved": event["decision"] == "yes", "by": event["by"]}
    try:
        sfn.send_task_success(taskToken=event["token"], output=json.dumps(decision))
    except sfn.exceptions.TaskTimedOut:
        return {"late": True}
    return {"late": False}
"""

SOUND["assumed role for this event's account"] = """
import boto3

sts = boto3.client("sts")


def client_for(role, service):
    keys = sts.assume_role(RoleArn=role, RoleSessionName="inventory")["Credentials"]
    return boto3.client(
        service,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def handler(event, context):
    ec2 = client_for(event["role_arn"], "ec2")
    reservations = ec2.describe_instances(Filters=[{"Name": "tag:team", "Values": [event["team"]]}])["Reservations"]
    return {"instances": sum(len(r["Instances"]) for r in reservations)}
"""

SOUND["pagination"] = """
import os

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    total, token = 0, None
    while True:
        more = {"ContinuationToken": token} if token else {}
        page = s3.list_objects_v2(Bucket=os.environ["UPLOADS"], Prefix=event["prefix"], **more)
        total += sum(found["Size"] for found in page.get("Contents", []))
        token = page.get("NextContinuationToken")
        if not token:
            return {"bytes": total}
"""

SOUND["looks once, the workflow waits"] = """
import boto3

glue = boto3.client("glue")


def handler(event, context):
    run = glue.get_job_run(JobName=event["job"], RunId=event["run_id"])["JobRun"]
    if run["JobRunState"] in ("FAILED", "ERROR", "TIMEOUT"):
        raise RuntimeError(run.get("ErrorMessage", "the job failed"))
    return {"done": run["JobRunState"] == "SUCCEEDED", "run_id": event["run_id"]}
"""

SOUND["per-item errors collected"] = """
from flowdsl.handler import handler


class Invalid(ValueError):
    pass


def parse(row):
    try:
        return {"id": row["id"], "n": int(row["n"])}
    except (KeyError, ValueError) as error:
        raise Invalid(str(error)) from error


@handler(raises=(Invalid,))
def validate_rows(*, rows: list[dict]) -> dict:
    good, bad = [], []
    for row in rows:
        try:
            good.append(parse(row))
        except Invalid as error:
            bad.append({"row": row, "error": str(error)})
    if not good:
        raise Invalid("no row is valid")
    return {"good": good, "bad": bad}
"""

SOUND["translates errors"] = """
import os

import boto3
from botocore.exceptions import ClientError

from flowdsl.handler import handler

secrets = boto3.client("secretsmanager")


class NoSuchTenant(Exception):
    pass


@handler(raises=(NoSuchTenant,), timeout_seconds=5)
def tenant_region(*, tenant: str) -> str:
    try:
        found = secrets.describe_secret(SecretId=f"{os.environ['PREFIX']}/{tenant}")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            raise NoSuchTenant(tenant) from None
        raise
    return {tag["Key"]: tag["Value"] for tag in found["Tags"]}["region"]
"""

SOUND["metrics and a cold start flag"] = """
import time

import boto3

cloudwatch = boto3.client("cloudwatch")
cold = True


def handler(event, context):
    global cold
    began = time.perf_counter()
    words = len(event["text"].split())
    cloudwatch.put_metric_data(
        Namespace="Shop",
        MetricData=[{"MetricName": "Cold" if cold else "Warm", "Value": time.perf_counter() - began, "Unit": "Seconds"}],
    )
    cold = False
    return {"words": words}
"""

SOUND["looked up before it is sent"] = """
import os

import boto3

sent = boto3.resource("dynamodb").Table(os.environ["SENT_TABLE"])
ses = boto3.client("sesv2")


def handler(event, context):
    if "Item" in sent.get_item(Key={"mail_id": event["mail_id"]}, ConsistentRead=True):
        return {"sent": False}
    ses.send_email(
        FromEmailAddress=os.environ["SENDER"],
        Destination={"ToAddresses": [event["to"]]},
        Content={"Simple": {"Subject": {"Data": event["subject"]}, "Body": {"Text": {"Data": event["text"]}}}},
    )
    sent.put_item(Item={"mail_id": event["mail_id"], "to": event["to"]})
    return {"sent": True}
"""

SOUND["marker first"] = """
import os

import boto3
from botocore.exceptions import ClientError

markers = boto3.resource("dynamodb").Table(os.environ["MARKERS"])
sns = boto3.client("sns")


def claim(event_id):
    try:
        markers.put_item(Item={"id": event_id}, ConditionExpression="attribute_not_exists(id)")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def handler(event, context):
    if claim(event["id"]):
        sns.publish(TopicArn=os.environ["TOPIC"], Message=event["text"])
    return {"id": event["id"]}
"""

SOUND["events that carry their own id"] = """
import json
import os

import boto3

events = boto3.client("events")


def handler(event, context):
    detail = {"order_id": event["order_id"], "total": sum(line["cents"] for line in event["lines"])}
    answer = events.put_events(
        Entries=[
            {
                "Source": "shop.orders",
                "DetailType": "OrderPriced",
                "Detail": json.dumps(detail),
                "EventBusName": os.environ["BUS"],
            }
        ]
    )
    if answer["FailedEntryCount"]:
        raise RuntimeError("an event was refused")
    return detail
"""

SOUND["match on a value, not on a job"] = """
from flowdsl.handler import handler


@handler
def shipping_cents(*, zone: str, grams: int) -> int:
    match zone:
        case "domestic":
            base = 390
        case "europe":
            base = 990
        case "overseas":
            base = 1990
        case _:
            raise ValueError(zone)
    return base + grams // 100 * 15
"""

SOUND["an object built per delivery"] = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


class Report:
    def __init__(self, month):
        self.month = month
        self.rows = []
        self.total = 0

    def add(self, row):
        self.rows.append(row)
        self.total += row["cents"]

    def save(self):
        table.put_item(Item={"month": self.month, "total": self.total, "rows": self.rows})


def handler(event, context):
    report = Report(event["month"])
    for row in event["rows"]:
        report.add(row)
    report.save()
    return {"total": report.total}
"""

SOUND["Kinesis consumer"] = """
import base64
import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    for record in event["Records"]:
        try:
            reading = json.loads(base64.b64decode(record["kinesis"]["data"]))
            table.put_item(Item={"device": reading["device"], "at": reading["at"], "value": str(reading["value"])})
        except Exception:
            return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
    return {"batchItemFailures": []}
"""

SOUND["Firehose transformation"] = """
import base64
import json


def handler(event, context):
    output = []
    for record in event["records"]:
        payload = json.loads(base64.b64decode(record["data"]))
        payload["city"] = payload["city"].title()
        output.append(
            {
                "recordId": record["recordId"],
                "result": "Ok",
                "data": base64.b64encode((json.dumps(payload) + "\\n").encode()).decode(),
            }
        )
    return {"records": output}
"""

SOUND["seeded chance"] = """
import random

from flowdsl.handler import handler


@handler
def draw_winner(*, raffle_id: str, tickets: list[str]) -> str:
    return random.Random(raffle_id).choice(sorted(tickets))
"""

SOUND["parameter store write"] = """
import os

import boto3

ssm = boto3.client("ssm")


def handler(event, context):
    name = f"{os.environ['PREFIX']}/{event['feature']}"
    value = "on" if event["percent"] >= 100 else str(event["percent"])
    ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)
    return {"name": name, "value": value}
"""

SOUND["delete is idempotent"] = """
import os

import boto3

s3 = boto3.resource("s3")
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    for key in event["keys"]:
        s3.Object(os.environ["BUCKET"], key).delete()
    table.delete_item(Key={"upload_id": event["upload_id"]})
    return {"deleted": len(event["keys"])}
"""

SOUND["class based handler"] = """
import os

import boto3


class Handler:
    def __init__(self):
        self.s3 = boto3.client("s3")
        self.bucket = os.environ["BUCKET"]

    def __call__(self, event, context):
        head = self.s3.head_object(Bucket=self.bucket, Key=event["key"])
        return {"bytes": head["ContentLength"], "large": head["ContentLength"] > 1_000_000}


handler = Handler()
"""

SOUND["middleware"] = """
import functools
import json
import logging

logger = logging.getLogger(__name__)


def logged(function):
    @functools.wraps(function)
    def wrapper(event, context):
        logger.info(json.dumps({"request": context.aws_request_id, "keys": sorted(event)}))
        return function(event, context)

    return wrapper


@logged
def handler(event, context):
    return {"words": len(event["text"].split())}
"""

SOUND["typed adapter of a queue"] = """
import os

import boto3
from pydantic import BaseModel

from flowdsl.handler import handler, natural

sfn = boto3.client("stepfunctions")


class Message(BaseModel):
    messageId: str
    body: str


class Failure(BaseModel):
    itemIdentifier: str


class Batch(BaseModel):
    batchItemFailures: list[Failure]


def start(message: Message) -> bool:
    try:
        sfn.start_execution(stateMachineArn=os.environ["MACHINE"], name=message.messageId, input=message.body)
    except sfn.exceptions.ExecutionAlreadyExists:
        pass
    return message.body.startswith("{")


@handler(idempotency=natural())
def take(*, Records: list[Message]) -> Batch:
    return Batch(batchItemFailures=[Failure(itemIdentifier=m.messageId) for m in Records if not start(m)])
"""

SOUND["watchdog"] = """
import threading


def give_up(event):
    print("no time left for", event["id"])


def handler(event, context):
    timer = threading.Timer(context.get_remaining_time_in_millis() / 1000 - 1, give_up, [event])
    timer.start()
    try:
        return {"words": len(event["text"].split())}
    finally:
        timer.cancel()
"""

SOUND["sorts of data, not jobs"] = """
import math


def area(shape):
    if shape["type"] == "circle":
        return math.pi * shape["r"] ** 2
    elif shape["type"] == "square":
        return square(shape["a"])
    elif shape["type"] == "triangle":
        return triangle(shape["a"], shape["h"])
    raise ValueError(shape["type"])


def square(a):
    return a * a


def triangle(a, h):
    return a * h / 2


def handler(event, context):
    return {"area": sum(area(shape) for shape in event["shapes"])}
"""

SOUND["request id beside the key"] = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    table.put_item(
        Item={"request_id": context.aws_request_id, "order_id": event["order_id"], "cents": sum(event["cents"])}
    )
    return {"order_id": event["order_id"]}
"""

SOUND["a code that is set once"] = """
import os
import secrets

import boto3

table = boto3.resource("dynamodb").Table(os.environ["USERS"])


def handler(event, context):
    answer = table.update_item(
        Key={"user_id": event["user_id"]},
        UpdateExpression="SET code = if_not_exists(code, :code)",
        ExpressionAttributeValues={":code": secrets.token_hex(4)},
        ReturnValues="ALL_NEW",
    )
    return {"code": answer["Attributes"]["code"]}
"""

SOUND["event bus, delegated"] = """
import json

import boto3

from flowdsl.handler import delegated, handler

events = boto3.client("events")


@handler(idempotency=delegated(to="every rule's target, by order_id"))
def announce(*, order_id: str, cents: int) -> None:
    detail = json.dumps({"order_id": order_id, "euros": cents / 100})
    events.put_events(Entries=[{"Source": "shop", "DetailType": "Paid", "Detail": detail}])
"""

SOUND["a secret put again is the same secret"] = """
import boto3

secrets = boto3.client("secretsmanager")


def handler(event, context):
    value = event["user"] + ":" + event["password"]
    secrets.put_secret_value(SecretId=event["secret"], SecretString=value)
    return {"secret": event["secret"]}
"""

SOUND["tables by their names"] = """
import boto3

table = boto3.resource("dynamodb").Table("orders")
s3 = boto3.client("s3")


def handler(event, context):
    s3.put_object(Bucket="receipts", Key=f"{event['order_id']}.txt", Body=str(event["cents"]).encode())
    table.put_item(Item={"order_id": event["order_id"], "cents": event["cents"]})
    return {"order_id": event["order_id"]}
"""

SOUND["a lost connection is made anew"] = """
import os

import pymysql

connection = pymysql.connect(host=os.environ["DB_HOST"], user=os.environ["DB_USER"], password=os.environ["DB_PASSWORD"])


def cursor():
    global connection
    try:
        connection.ping(reconnect=False)
    except pymysql.err.InterfaceError:
        connection = pymysql.connect(
            host=os.environ["DB_HOST"], user=os.environ["DB_USER"], password=os.environ["DB_PASSWORD"]
        )
    return connection.cursor()


def handler(event, context):
    with cursor() as rows:
        rows.execute("SELECT cents FROM prices WHERE sku = %s", (event["sku"],))
        return {"cents": rows.fetchone()[0]}
"""

SOUND["a client for each region"] = """
import boto3

ec2 = boto3.client("ec2")


def handler(event, context):
    found = {}
    for region in ec2.describe_regions()["Regions"]:
        there = boto3.client("ec2", region_name=region["RegionName"])
        found[region["RegionName"]] = len(there.describe_volumes(Filters=event["filters"])["Volumes"])
    return found
"""
