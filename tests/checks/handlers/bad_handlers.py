"""Handlers with planted faults. A line that must be found ends with the code(s) after `#!`; nothing else may be said."""

BAD: dict[str, str] = {}

# -- state ------------------------------------------------------------------------------------------------------------

BAD["module list grows"] = """
import json

processed = []


def lambda_handler(event, context):
    processed.append(event["id"])  #! ASL901
    return {"statusCode": 200, "body": json.dumps(processed)}
"""

BAD["module counter"] = """
import os

invocations = 0


def handler(event, context):
    global invocations
    invocations += 1  #! ASL901
    return {"n": invocations, "stage": os.environ["STAGE"]}
"""

BAD["counter written out"] = """
total = 0


def handler(event, context):
    global total
    total = total + event["amount"]  #! ASL901
    return {"total": total}
"""

BAD["last event kept"] = """
last_event = None


def handler(event, context):
    global last_event
    previous = last_event
    last_event = event  #! ASL901
    return {"changed": previous != event}
"""

BAD["state in a helper"] = """
buffer = []


def remember(row):
    buffer.append(row)  #! ASL901


def flush():
    return sum(row["n"] for row in buffer)


def handler(event, context):
    for row in event["rows"]:
        remember(row)
    return {"sum": flush()}
"""

BAD["counter in a dict"] = """
from collections import defaultdict

counts = defaultdict(int)


def handler(event, context):
    counts["all"] += 1  #! ASL901
    return {"all": counts["all"]}
"""

BAD["context dict"] = """
CONTEXT = {}


def handler(event, context):
    CONTEXT["user"] = event["user"]  #! ASL901
    return greet()


def greet():
    return "Hello " + CONTEXT["user"]
"""

BAD["update of a module dict"] = """
state = {}


def handler(event, context):
    state.update(event["changes"])  #! ASL901
    return dict(state)
"""

BAD["set of seen ids"] = """
seen = set()


def handler(event, context):
    if event["id"] in seen:
        return {"duplicate": True}
    seen.add(event["id"])  #! ASL901
    return {"duplicate": False}
"""

BAD["mutable default"] = """
def handler(event, context, errors=[]):
    for row in event["rows"]:
        if "id" not in row:
            errors.append(row)  #! ASL901
    return {"errors": errors}
"""

BAD["class attribute"] = """
class Session:
    user = None


def handler(event, context):
    Session.user = event["user"]  #! ASL901
    return {"hello": Session.user}
"""

BAD["module instance that collects"] = """
class Collector:
    def __init__(self):
        self.rows = []

    def collect(self, row):
        self.rows.append(row)  #! ASL901


collector = Collector()


def handler(event, context):
    for row in event["rows"]:
        collector.collect(row)
    return {"rows": len(collector.rows)}
"""

BAD["function attribute"] = """
def handler(event, context):
    handler.calls += 1  #! ASL901
    return {"calls": handler.calls}


handler.calls = 0
"""

BAD["headers of a shared session"] = """
import os

import requests

session = requests.Session()


def handler(event, context):
    session.headers["Authorization"] = f"Bearer {event['user_key']}"  #! ASL901
    return session.get(os.environ["PROFILE_URL"], timeout=5).json()
"""

BAD["decorated with a module list"] = """
from flowdsl.handler import handler

rows: list[dict] = []


@handler
def add_row(*, row: dict) -> int:
    rows.append(row)  #! ASL901
    return len(rows)
"""

BAD["event-keyed lru_cache"] = """
import os
from functools import lru_cache

import boto3

table = boto3.resource("dynamodb").Table(os.environ["USERS"])


@lru_cache(maxsize=512)  #! ASL902
def load_user(user_id):
    return table.get_item(Key={"id": user_id})["Item"]


def handler(event, context):
    user = load_user(event["user_id"])
    return {"email": user["email"]}
"""

BAD["event-keyed dict"] = """
import os

import boto3

s3 = boto3.client("s3")
_documents = {}


def handler(event, context):
    key = event["key"]
    if key not in _documents:
        _documents[key] = s3.get_object(Bucket=os.environ["BUCKET"], Key=key)["Body"].read().decode()  #! ASL902
    return {"length": len(_documents[key])}
"""

BAD["cache on a decorated handler's helper"] = """
from functools import cache

import requests

from flowdsl.handler import handler


@cache  #! ASL902
def exchange_rate(currency: str) -> float:
    return requests.get("https://rates.example.com/" + currency, timeout=5).json()["rate"]


@handler
def convert(*, currency: str, cents: int) -> int:
    return round(cents * exchange_rate(currency))
"""

BAD["fixed file"] = """
import os

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    s3.download_file(os.environ["BUCKET"], event["key"], "/tmp/input.json")  #! ASL903
    with open("/tmp/input.json") as file:
        return {"bytes": len(file.read())}
"""

BAD["fixed file, joined"] = """
import csv
import os

OUTPUT = os.path.join("/tmp", "report.csv")


def handler(event, context):
    with open(OUTPUT, "w") as file:  #! ASL903
        csv.writer(file).writerows(event["rows"])
    return {"rows": len(event["rows"])}
"""

BAD["fixed file, pathlib"] = """
from pathlib import Path

WORK = Path("/tmp")


def handler(event, context):
    (WORK / "state.txt").write_text(event["text"])  #! ASL903
    return {"written": True}
"""

BAD["environment variable"] = """
import os


def handler(event, context):
    os.environ["TENANT_ID"] = event["tenant"]  #! ASL904
    return run_report()
"""

BAD["environment update"] = """
import os


def handler(event, context):
    os.environ.update(DEBUG="1")  #! ASL904
    return {"ok": event["ok"]}
"""

BAD["thread not joined"] = """
import threading


def notify(order_id):
    print("notified", order_id)


def handler(event, context):
    worker = threading.Thread(target=notify, args=(event["order_id"],))  #! ASL905
    worker.start()
    return {"accepted": True}
"""

BAD["executor not waited for"] = """
from concurrent.futures import ThreadPoolExecutor

executor = ThreadPoolExecutor(max_workers=4)


def index(document):
    print(document)


def handler(event, context):
    for document in event["documents"]:
        executor.submit(index, document)  #! ASL905
    return {"accepted": len(event["documents"])}
"""

BAD["process left behind"] = """
import subprocess


def handler(event, context):
    subprocess.Popen(["/opt/sync", event["folder"]])  #! ASL905
    return {"started": True}
"""

BAD["async handler"] = """
import httpx


async def lambda_handler(event, context):  #! ASL906
    async with httpx.AsyncClient() as client:
        answer = await client.get(event["url"])
    return {"status": answer.status_code}
"""

BAD["async decorated handler"] = """
from flowdsl.handler import handler


@handler
async def fetch(*, url: str) -> int:  #! ASL906
    return len(url)
"""

BAD["client in the handler"] = """
import os

import boto3


def handler(event, context):
    s3 = boto3.client("s3")  #! ASL907
    head = s3.head_object(Bucket=os.environ["BUCKET"], Key=event["key"])
    return {"bytes": head["ContentLength"], "big": head["ContentLength"] > 1_000_000}
"""

BAD["resource in a helper"] = """
import os

import boto3


def load(order_id):
    table = boto3.resource("dynamodb").Table(os.environ["ORDERS"])  #! ASL907
    return table.get_item(Key={"id": order_id})["Item"]


def handler(event, context):
    order = load(event["id"])
    return {"total": sum(order["cents"])}
"""

BAD["session and client"] = """
import boto3


def handler(event, context):
    session = boto3.Session()  #! ASL907
    return {"regions": len(session.get_available_regions("s3")) + event["n"]}
"""

BAD["database connection in the handler"] = """
import os

import psycopg2


def handler(event, context):
    connection = psycopg2.connect(os.environ["DSN"])  #! ASL907
    with connection.cursor() as cursor:
        cursor.execute("SELECT total FROM orders WHERE id = %s", (event["id"],))
        return {"total": cursor.fetchone()[0]}
"""

BAD["redis in the handler"] = """
import os

import redis


def handler(event, context):
    store = redis.Redis(host=os.environ["REDIS_HOST"])  #! ASL907
    return {"value": store.get(event["key"]).decode()}
"""

BAD["host name"] = """
import os
import socket

import boto3

locks = boto3.resource("dynamodb").Table(os.environ["LOCKS"])


def handler(event, context):
    owner = socket.gethostname()  #! ASL908
    locks.put_item(Item={"lock": event["lock"], "owner": owner, "n": event["n"] + 1})
    return {"owner": owner}
"""

BAD["log stream as identity"] = """
import os


def handler(event, context):
    worker = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]  #! ASL908
    return {"worker": worker, "id": event["id"]}
"""

BAD["proc"] = """
def handler(event, context):
    with open("/proc/self/cgroup") as file:  #! ASL908
        sandbox = file.read().strip()
    return {"sandbox": sandbox, "id": event["id"]}
"""

# -- repeats ----------------------------------------------------------------------------------------------------------

BAD["uuid key, resource"] = """
import os
import uuid

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def lambda_handler(event, context):
    item = {"id": str(uuid.uuid4()), "name": event["name"]}
    table.put_item(Item=item)  #! ASL910
    return item
"""

BAD["uuid key, client, stored later"] = """
import os
from uuid import uuid4

import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    item = {"name": {"S": event["name"]}}
    item["pk"] = {"S": "USER#" + uuid4().hex}
    client.put_item(  #! ASL910
        TableName=os.environ["TABLE"],
        Item=item,
    )
    return {"ok": True}
"""

BAD["uuid key made by a helper"] = """
import os
import uuid

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def new_id():
    return f"ord_{uuid.uuid4().hex[:12]}"


def save(order):
    table.put_item(Item=order)  #! ASL910


def handler(event, context):
    order_id = new_id()
    save({"order_id": order_id, "lines": event["lines"]})
    return {"order_id": order_id}
"""

BAD["random key in a batch"] = """
import os
import uuid

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    with table.batch_writer() as batch:
        for row in event["rows"]:
            batch.put_item(Item={"pk": str(uuid.uuid4()), "name": row["name"]})  #! ASL910
    return {"rows": len(event["rows"])}
"""

BAD["random key in a model's default"] = """
import os
import uuid

import boto3
from pydantic import BaseModel, Field

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


class Ticket(BaseModel):
    id: str = Field(default_factory=lambda: str(uuid.uuid4()))
    text: str


def handler(event, context):
    ticket = Ticket(text=event["text"])
    table.put_item(Item=ticket.model_dump())  #! ASL910
    return {"id": ticket.id}
"""

BAD["time in an object's key"] = """
import json
import os
import time

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    key = f"results/{int(time.time())}.json"
    s3.put_object(Bucket=os.environ["BUCKET"], Key=key, Body=json.dumps(event))  #! ASL910
    return {"key": key}
"""

BAD["time in an uploaded file's key"] = """
import datetime
import os
import tempfile

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(event["text"])
        file.flush()
        stamp = datetime.datetime.utcnow().strftime("%Y%m%d%H%M%S")
        s3.upload_file(file.name, os.environ["BUCKET"], "uploads/" + stamp + ".txt")  #! ASL910
    return {"stamp": stamp}
"""

BAD["uuid object"] = """
import os
import uuid

import boto3

bucket = boto3.resource("s3").Bucket(os.environ["BUCKET"])


def handler(event, context):
    name = uuid.uuid4()
    bucket.put_object(Key=f"{name}.txt", Body=event["text"].encode())  #! ASL910
    return {"name": str(name)}
"""

BAD["random execution name"] = """
import json
import os
import uuid

import boto3

sfn = boto3.client("stepfunctions")


def handler(event, context):
    sfn.start_execution(  #! ASL910
        stateMachineArn=os.environ["MACHINE"],
        name=str(uuid.uuid4()),
        input=json.dumps(event),
    )
    return {"started": event["id"]}
"""

BAD["random token"] = """
import os
import uuid

import boto3

secrets = boto3.client("secretsmanager")


def handler(event, context):
    secrets.put_secret_value(  #! ASL910
        SecretId=os.environ["SECRET"], SecretString=event["value"], ClientRequestToken=str(uuid.uuid4())
    )
    return {"done": event["id"]}
"""

BAD["random de-duplication id"] = """
import os
import uuid

import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    sqs.send_message(  #! ASL910
        QueueUrl=os.environ["QUEUE_URL"],
        MessageBody=event["body"],
        MessageGroupId="orders",
        MessageDeduplicationId=str(uuid.uuid4()),
    )
    return {"sent": event["id"]}
"""

BAD["request id as the key"] = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    table.put_item(Item={"id": context.aws_request_id, "amount": event["amount"]})  #! ASL910
    return {"id": event["id"]}
"""

BAD["time as a job's name"] = """
import os
import time

import boto3

transcribe = boto3.client("transcribe")


def handler(event, context):
    name = "job-" + str(int(time.time()))
    transcribe.start_transcription_job(  #! ASL910
        TranscriptionJobName=name, Media={"MediaFileUri": event["uri"]}, OutputBucketName=os.environ["OUT"]
    )
    return {"name": name}
"""

BAD["random idempotency key of a POST"] = """
import os
import uuid

import requests


def handler(event, context):
    answer = requests.post(  #! ASL910
        os.environ["CHARGES_URL"],
        json={"amount": event["amount"]},
        headers={"Idempotency-Key": str(uuid.uuid4())},
        timeout=10,
    )
    return answer.json()
"""

BAD["random id inserted"] = """
import os
import uuid

import pymysql

connection = pymysql.connect(host=os.environ["HOST"], user=os.environ["USER"])


def handler(event, context):
    with connection.cursor() as cursor:
        cursor.execute(  #! ASL910
            "INSERT INTO payments (id, order_id, amount) VALUES (%s, %s, %s)",
            (str(uuid.uuid4()), event["order_id"], event["amount"]),
        )
    connection.commit()
    return {"order_id": event["order_id"]}
"""

BAD["random key, declared natural"] = """
import os
import uuid

import boto3

from flowdsl.handler import handler, natural

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


@handler(idempotency=natural())
def add_note(*, text: str) -> str:
    note_id = uuid.uuid4().hex
    table.put_item(Item={"note_id": note_id, "text": text})  #! ASL910
    return note_id
"""

BAD["a random token breaks delegation"] = """
import os
import uuid

import boto3

from flowdsl.handler import delegated, handler

ecs = boto3.client("ecs")


@handler(idempotency=delegated("ECS drops a repeat by its token"))
def start(*, job_id: str) -> str:
    answer = ecs.run_task(taskDefinition=os.environ["TASK"], clientToken=str(uuid.uuid4()))  #! ASL910
    return answer["tasks"][0]["taskArn"] + job_id
"""

BAD["ADD"] = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["COUNTERS"])


def handler(event, context):
    answer = table.update_item(  #! ASL911
        Key={"page": event["page"]},
        UpdateExpression="ADD #v :inc",
        ExpressionAttributeNames={"#v": "views"},
        ExpressionAttributeValues={":inc": 1},
        ReturnValues="UPDATED_NEW",
    )
    return {"views": int(answer["Attributes"]["views"])}
"""

BAD["SET x = x + :v"] = """
import os

import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    client.update_item(  #! ASL911
        TableName=os.environ["ACCOUNTS"],
        Key={"id": {"S": event["account"]}},
        UpdateExpression="SET balance = balance + :amount",
        ExpressionAttributeValues={":amount": {"N": str(event["amount"])}},
    )
    return {"account": event["account"]}
"""

BAD["if_not_exists plus"] = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["STOCK"])


def handler(event, context):
    expression = "SET #q = if_not_exists(#q, :zero) - :n"
    table.update_item(  #! ASL911
        Key={"sku": event["sku"]},
        UpdateExpression=expression,
        ExpressionAttributeNames={"#q": "quantity"},
        ExpressionAttributeValues={":zero": 0, ":n": event["n"]},
    )
    return {"sku": event["sku"]}
"""

BAD["list_append"] = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ORDERS"])


def handler(event, context):
    table.update_item(  #! ASL911
        Key={"id": event["order_id"]},
        UpdateExpression="SET history = list_append(if_not_exists(history, :empty), :entry)",
        ExpressionAttributeValues={":empty": [], ":entry": [event["entry"]]},
    )
    return {"id": event["order_id"]}
"""

BAD["only that it exists"] = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ACCOUNTS"])


def handler(event, context):
    table.update_item(  #! ASL911
        Key={"id": event["id"]},
        UpdateExpression="ADD points :n",
        ConditionExpression="attribute_exists(id)",
        ExpressionAttributeValues={":n": event["points"]},
    )
    return {"id": event["id"]}
"""

BAD["there is still enough, the second time too"] = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["STOCK"])


def handler(event, context):
    table.update_item(  #! ASL911
        Key={"sku": event["sku"]},
        UpdateExpression="SET available = available - :n",
        ConditionExpression="attribute_exists(sku) AND available >= :n",
        ExpressionAttributeValues={":n": event["n"]},
    )
    return {"sku": event["sku"]}
"""

BAD["another number each time"] = """
import os
import random

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TICKETS"])


def handler(event, context):
    number = random.randint(1, 10**6)
    table.put_item(Item={"ticket_id": event["ticket_id"], "lottery": number})  #! ASL911
    return {"lottery": number}
"""

BAD["another code each time"] = """
import os
import secrets

import boto3

table = boto3.resource("dynamodb").Table(os.environ["USERS"])


def handler(event, context):
    code = secrets.token_hex(4)
    table.update_item(  #! ASL911
        Key={"user_id": event["user_id"]},
        UpdateExpression="SET code = :code, state = :state",
        ExpressionAttributeValues={":code": code, ":state": "INVITED"},
    )
    return {"code": code}
"""

BAD["event bus, decorated, nothing declared"] = """
import json

import boto3

from flowdsl.handler import handler

events = boto3.client("events")


@handler
def announce(*, order_id: str, cents: int) -> None:
    detail = json.dumps({"order_id": order_id, "euros": cents / 100})
    events.put_events(Entries=[{"Source": "shop", "DetailType": "Paid", "Detail": detail}])  #! ASL912
"""

BAD["read, change, write"] = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ACCOUNTS"])


def handler(event, context):
    account = table.get_item(Key={"id": event["id"]})["Item"]
    account["balance"] -= event["amount"]
    table.put_item(Item=account)  #! ASL911
    return {"balance": int(account["balance"])}
"""

BAD["read, add, update"] = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["COUNTERS"])


def handler(event, context):
    found = table.get_item(Key={"name": "visits"})
    current = int(found["Item"]["n"])
    table.update_item(  #! ASL911
        Key={"name": "visits"},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": current + 1},
    )
    return {"n": current + 1, "page": event["page"]}
"""

BAD["appended to an object"] = """
import json
import os

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    rows = json.loads(s3.get_object(Bucket=os.environ["BUCKET"], Key="log.json")["Body"].read())
    rows.append(event["row"])
    s3.put_object(Bucket=os.environ["BUCKET"], Key="log.json", Body=json.dumps(rows))  #! ASL911
    return {"rows": len(rows)}
"""

BAD["SQL counter"] = """
import os

import psycopg2

connection = psycopg2.connect(os.environ["DSN"])


def handler(event, context):
    with connection, connection.cursor() as cursor:
        cursor.execute(  #! ASL911
            "UPDATE accounts SET balance = balance - %s WHERE id = %s", (event["amount"], event["account"])
        )
    return {"account": event["account"]}
"""

BAD["created anew"] = """
import os
from datetime import datetime

import boto3

from flowdsl.handler import handler

orders = boto3.resource("dynamodb").Table(os.environ["ORDERS"])


@handler
def create_order(*, order_id: str, total: int) -> None:
    orders.put_item(  #! ASL911
        Item={"order_id": order_id, "total": total, "status": "NEW", "created_at": datetime.utcnow().isoformat()}
    )
"""

BAD["transaction without a condition"] = """
import os

import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    client.transact_write_items(  #! ASL911
        TransactItems=[
            {
                "Update": {
                    "TableName": os.environ["ACCOUNTS"],
                    "Key": {"id": {"S": account}},
                    "UpdateExpression": "ADD balance :n",
                    "ExpressionAttributeValues": {":n": {"N": amount}},
                }
            }
            for account, amount in event["changes"].items()
        ]
    )
    return {"changed": len(event["changes"])}
"""

BAD["standard queue"] = """
import json
import os

import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    body = {"id": event["id"], "total": sum(event["cents"])}
    sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(body))  #! ASL912
    return body
"""

BAD["topic"] = """
import os

import boto3

from flowdsl.handler import handler

sns = boto3.client("sns")


@handler
def announce(*, order_id: str, total: int) -> None:
    sns.publish(  #! ASL912
        TopicArn=os.environ["TOPIC_ARN"],
        Message=f"order {order_id} over {total / 100:.2f}",
    )
"""

BAD["mail"] = """
import os

import boto3

ses = boto3.client("ses")


def handler(event, context):
    text = f"Dear {event['name']}, your order {event['id']} was shipped."
    ses.send_email(  #! ASL912
        Source=os.environ["SENDER"],
        Destination={"ToAddresses": [event["email"]]},
        Message={"Subject": {"Data": "Shipped"}, "Body": {"Text": {"Data": text}}},
    )
    return {"id": event["id"]}
"""

BAD["text message"] = """
import boto3

sns = boto3.client("sns")


def handler(event, context):
    sns.publish(PhoneNumber=event["phone"], Message=f"Your code is {event['code']}")  #! ASL912
    return {"phone": event["phone"]}
"""

BAD["batch without ids"] = """
import os

import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    entries = []
    for i, line in enumerate(event["lines"]):
        entries.append({"Id": str(i), "MessageBody": line["sku"]})
    sqs.send_message_batch(QueueUrl=os.environ["QUEUE_URL"], Entries=entries)  #! ASL912
    return {"sent": len(entries)}
"""

BAD["charge by POST"] = """
import os

import requests


def handler(event, context):
    answer = requests.post(os.environ["CHARGES_URL"], json={"card": event["card"], "amount": event["amount"]}, timeout=10)  #! ASL912
    answer.raise_for_status()
    return {"charge": answer.json()["id"]}
"""

BAD["charge by Stripe"] = """
import stripe


def handler(event, context):
    charge = stripe.Charge.create(amount=event["amount"], currency="eur", source=event["card"])  #! ASL912
    return {"charge": charge["id"]}
"""

BAD["execution without a name"] = """
import json
import os

import boto3

client = boto3.client("stepfunctions")


def handler(event, context):
    payload = {"id": event["id"], "rows": len(event["rows"])}
    answer = client.start_execution(stateMachineArn=os.environ["MACHINE_ARN"], input=json.dumps(payload))  #! ASL913
    return {"execution": answer["executionArn"]}
"""

BAD["execution with a fixed name"] = """
import json
import os

import boto3

client = boto3.client("stepfunctions")


def handler(event, context):
    payload = {"id": event["id"], "rows": len(event["rows"])}
    client.start_execution(stateMachineArn=os.environ["MACHINE_ARN"], name="nightly-import", input=json.dumps(payload))  #! ASL913
    return payload
"""

BAD["token left to boto3"] = """
import os

import boto3

ecs = boto3.client("ecs")


def handler(event, context):
    answer = ecs.run_task(  #! ASL914
        cluster=os.environ["CLUSTER"],
        taskDefinition=os.environ["TASK"],
        overrides={"containerOverrides": [{"name": "job", "environment": [{"name": "ID", "value": event["id"]}]}]},
    )
    return {"task": answer["tasks"][0]["taskArn"]}
"""

BAD["query token left to boto3"] = """
import os

import boto3

athena = boto3.client("athena")


def handler(event, context):
    started = athena.start_query_execution(QueryString=f"SELECT * FROM t WHERE d = '{event['day']}'", WorkGroup=os.environ["GROUP"])  #! ASL914
    return {"query": started["QueryExecutionId"], "day": event["day"]}
"""

# -- errors -----------------------------------------------------------------------------------------------------------

BAD["swallowed by a decorated handler"] = """
from flowdsl.handler import handler


def charge_card(payment_id, amount):
    return {"id": payment_id, "amount": amount}


@handler(timeout_seconds=10)
def charge(*, payment_id: str, amount: int) -> dict:
    try:
        return charge_card(payment_id, amount)
    except Exception as error:  #! ASL920
        print(error)
        return {"status": "error", "message": str(error)}
"""

BAD["swallowed, bare except"] = """
from flowdsl.handler import handler


@handler
def parse(*, text: str) -> dict:
    try:
        value = int(text)
    except:  #! ASL920
        return {"ok": False}
    return {"ok": True, "value": value}
"""

BAD["retry by hand"] = """
import time

import requests


def handler(event, context):
    for attempt in range(5):  #! ASL921
        try:
            answer = requests.get(event["url"], timeout=5)
            answer.raise_for_status()
            return answer.json()
        except requests.RequestException:
            time.sleep(2**attempt)  #! ASL932
    raise RuntimeError("gave up")
"""

BAD["retry by hand, while"] = """
def call(url):
    return {"url": url}


def handler(event, context):
    retries = 0
    while retries < 3:  #! ASL921
        try:
            result = call(event["url"])
            break
        except ConnectionError:
            retries += 1
    else:
        raise RuntimeError("gave up")
    return result
"""

# -- orchestration ----------------------------------------------------------------------------------------------------

BAD["Lambda calls Lambda"] = """
import json
import os

import boto3

client = boto3.client("lambda")


def handler(event, context):
    reserved = client.invoke(FunctionName=os.environ["RESERVE"], Payload=json.dumps(event))  #! ASL930
    reservation = json.loads(reserved["Payload"].read())
    charged = client.invoke(  #! ASL930
        FunctionName=os.environ["CHARGE"],
        InvocationType="RequestResponse",
        Payload=json.dumps({"reservation": reservation}),
    )
    return json.loads(charged["Payload"].read())
"""

BAD["start and poll"] = """
import time

import boto3

glue = boto3.client("glue")


def handler(event, context):
    run_id = glue.start_job_run(JobName=event["job"])["JobRunId"]
    while True:  #! ASL931
        state = glue.get_job_run(JobName=event["job"], RunId=run_id)["JobRun"]["JobRunState"]
        if state in ("SUCCEEDED", "FAILED", "STOPPED"):
            break
        time.sleep(10)  #! ASL932
    return {"state": state}
"""

BAD["poll in a helper"] = """
import os
import time

import boto3

athena = boto3.client("athena")


def wait_for(query_id):
    status = "RUNNING"
    while status in ("RUNNING", "QUEUED"):  #! ASL931
        time.sleep(2)  #! ASL932
        status = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]["State"]
    return status


def handler(event, context):
    started = athena.start_query_execution(
        QueryString=event["sql"], WorkGroup=os.environ["GROUP"], ClientRequestToken=event["token"]
    )
    return {"status": wait_for(started["QueryExecutionId"])}
"""

BAD["busy poll"] = """
import boto3

sfn = boto3.client("stepfunctions")


def handler(event, context):
    status = "RUNNING"
    while status == "RUNNING":  #! ASL931
        status = sfn.describe_execution(executionArn=event["execution"])["status"]
    return {"status": status}
"""

BAD["waiter"] = """
import boto3

cloudformation = boto3.client("cloudformation")


def handler(event, context):
    cloudformation.delete_stack(StackName=event["stack"])
    waiter = cloudformation.get_waiter("stack_delete_complete")
    waiter.wait(StackName=event["stack"])  #! ASL931
    return {"deleted": event["stack"]}
"""

BAD["sleep"] = """
from time import sleep

import boto3

ec2 = boto3.client("ec2")


def handler(event, context):
    ec2.stop_instances(InstanceIds=event["ids"])
    sleep(60)  #! ASL932
    ec2.start_instances(InstanceIds=event["ids"])
    return {"restarted": event["ids"]}
"""

BAD["single call, resource"] = """
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    table.put_item(Item={"id": event["id"], "name": event["name"]})  #! ASL933
"""

BAD["single call, client"] = """
import os

import boto3

client = boto3.client("s3")


def lambda_handler(event, context):
    response = client.copy_object(  #! ASL933
        Bucket=os.environ["TARGET"],
        Key=event["key"],
        CopySource={"Bucket": event["bucket"], "Key": event["key"]},
    )
    return response
"""

BAD["single call, decorated"] = """
import os

import boto3

from flowdsl.handler import handler

ssm = boto3.client("ssm")


@handler
def limit() -> str:
    return ssm.get_parameter(Name=os.environ["LIMIT"])["Parameter"]["Value"]  #! ASL933
"""

BAD["dispatch, if and elif"] = """
def create(event):
    return {"created": event["id"]}


def update(event):
    return {"updated": event["id"]}


def delete(event):
    return {"deleted": event["id"]}


def handler(event, context):
    operation = event.get("operation")
    if operation == "create":  #! ASL934
        return create(event)
    elif operation == "update":
        return update(event)
    elif operation == "delete":
        return delete(event)
    else:
        raise ValueError(f"unknown operation {operation}")
"""

BAD["dispatch, ifs that return"] = """
def handler(event, context):
    if event["action"] == "resize":  #! ASL934
        return resize(event)
    if event["action"] == "crop":
        return crop(event)
    if event["action"] == "rotate":
        return rotate(event)
    raise ValueError(event["action"])
"""

BAD["dispatch, match"] = """
from flowdsl.handler import handler


@handler
def work(*, command: str, value: int) -> int:
    match command:  #! ASL934
        case "double":
            return double(value)
        case "halve":
            return halve(value)
        case "negate":
            return negate(value)
        case _:
            raise ValueError(command)
"""

BAD["dispatch, table"] = """
def start(event):
    return "started"


def stop(event):
    return "stopped"


def pause(event):
    return "paused"


ACTIONS = {"start": start, "stop": stop, "pause": pause}


def lambda_handler(event, context):
    action = event["action"]
    return ACTIONS[action](event)  #! ASL934
"""

BAD["bucket listed on a schedule"] = """
import os

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    found = s3.list_objects_v2(Bucket=os.environ["INBOX"])  #! ASL935
    for item in found.get("Contents", []):
        convert(item["Key"])
    return {"converted": found.get("KeyCount", 0)}
"""

BAD["table scanned on a schedule"] = '''
import os

import boto3
from boto3.dynamodb.conditions import Attr

table = boto3.resource("dynamodb").Table(os.environ["TASKS"])


def nightly_handler(event, context):
    """Runs every night."""
    rows = table.scan(FilterExpression=Attr("status").eq("OPEN"))["Items"]  #! ASL935
    return {"open": len(rows)}
'''

BAD["bucket resource listed"] = """
import os

import boto3

bucket = boto3.resource("s3").Bucket(os.environ["INBOX"])


def handler(event, context):
    names = [found.key for found in bucket.objects.filter(Prefix="new/")]  #! ASL935
    return {"names": names}
"""

BAD["S3 envelope"] = """
import boto3

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:  #! ASL936
        bucket = record["s3"]["bucket"]["name"]
        key = record["s3"]["object"]["key"]
        size = s3.head_object(Bucket=bucket, Key=key)["ContentLength"]
        print(bucket, key, size)
"""

BAD["API envelope in a Task"] = """
from flowdsl.handler import handler


@handler
def profile(*, event: dict) -> dict:
    return {"user": event["requestContext"]["authorizer"]["claims"]["sub"]}  #! ASL936
"""

# -- configuration ----------------------------------------------------------------------------------------------------

BAD["password"] = """
import os

import pymysql

connection = pymysql.connect(  #! ASL940
    host=os.environ["DB_HOST"],
    user="app",
    password="Sommer2024!",
)


def handler(event, context):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM users WHERE id = %s", (event["id"],))
        return {"name": cursor.fetchone()[0]}
"""

BAD["access key"] = """
import boto3

s3 = boto3.client(  #! ASL940
    "s3",
    aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
    aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
)


def handler(event, context):
    return {"bytes": s3.head_object(Bucket=event["bucket"], Key=event["key"])["ContentLength"] // 1024}
"""

BAD["API key"] = """
import requests

API_KEY = "4f9a8c1be2d047"  #! ASL940


def handler(event, context):
    return requests.get(event["url"], headers={"x-api-key": API_KEY}, timeout=5).json()
"""

BAD["ARN"] = """
import boto3

sns = boto3.client("sns")
TOPIC_ARN = "arn:aws:sns:us-east-1:111122223333:orders.fifo"  #! ASL941


def handler(event, context):
    text = f"order {event['id']}"
    sns.publish(TopicArn=TOPIC_ARN, Message=text, MessageGroupId="o", MessageDeduplicationId=event["id"])
    return {"text": text}
"""

BAD["queue URL"] = """
import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    text = f"order {event['id']}"
    sqs.send_message(  #! ASL941
        QueueUrl="https://sqs.eu-west-1.amazonaws.com/111122223333/orders.fifo",
        MessageBody=text,
        MessageGroupId=event["id"],
        MessageDeduplicationId=event["id"],
    )
    return {"text": text}
"""

BAD["account number"] = """
ACCOUNT_ID = "111122223333"  #! ASL941


def handler(event, context):
    return {"role": f"arn:aws:iam::{ACCOUNT_ID}:role/{event['role']}"}
"""

BAD["table name"] = """
import boto3

TABLE_NAME = "orders-prod"  #! ASL942
table = boto3.resource("dynamodb").Table(TABLE_NAME)


def handler(event, context):
    item = table.get_item(Key={"id": event["id"]})["Item"]
    return {"total": sum(item["cents"])}
"""

BAD["service address"] = """
import requests

API_URL = "https://prices.internal.shop.io/v2"  #! ASL942


def handler(event, context):
    return requests.get(f"{API_URL}/{event['sku']}", timeout=5).json()
"""

BAD["list in the body of a class"] = """
class Report:
    rows = []

    def add(self, row):
        self.rows.append(row)  #! ASL901


def handler(event, context):
    report = Report()
    for row in event["rows"]:
        report.add(row)
    return {"rows": len(report.rows)}
"""

BAD["fixed name in the folder for temporary files"] = """
import os
import tempfile


def handler(event, context):
    path = os.path.join(tempfile.gettempdir(), "rows.csv")  #! ASL903
    with open(path, "w") as file:
        file.write(event["rows"])
    return {"path": path}
"""

BAD["bearer token"] = """
import requests


def handler(event, context):
    headers = {"Authorization": "Bearer 0a1b2c3d4e5f6a7b8c9d"}  #! ASL940
    return requests.get(event["url"], headers=headers, timeout=5).json()
"""

# -- several at once --------------------------------------------------------------------------------------------------

BAD["everything"] = """
import json
import time
import uuid

import boto3

history = []


def handler(event, context):
    table = boto3.resource("dynamodb").Table("orders")  #! ASL907
    order_id = str(uuid.uuid4())
    history.append(order_id)  #! ASL901
    table.put_item(Item={"id": order_id, "lines": event["lines"]})  #! ASL910
    time.sleep(5)  #! ASL932
    return {"statusCode": 200, "body": json.dumps({"id": order_id})}
"""

BAD["not Python 3"] = """
def handler(event, context):
    print "hello", event["name"]  #! ASL900
"""

BAD["a notebook's command"] = """
import os
%load_ext autoreload  #! ASL900
"""

# -- the method by its name, clients of an event loop -----------------------------------------------------------------

BAD["requests.request"] = """
import requests


def handler(event, context):
    requests.request("POST", event["url"], json=event)  #! ASL912
"""

BAD["httpx.request in small letters"] = """
import os

import httpx


def handler(event, context):
    httpx.request(method="post", url=os.environ["RECEIPTS_URL"], json=event)  #! ASL912
"""

BAD["async client"] = """
import asyncio
import os

import httpx


async def work(event):
    async with httpx.AsyncClient() as http:
        await http.post(os.environ["RECEIPTS_URL"], json=event)  #! ASL912


def handler(event, context):
    return asyncio.run(work(event))
"""

BAD["async client of the module"] = """
import asyncio
import os

import httpx

HTTP = httpx.AsyncClient()


async def work(event):
    await HTTP.post(os.environ["RECEIPTS_URL"], json=event)  #! ASL912


def handler(event, context):
    return asyncio.run(work(event))
"""

# -- marks apart from their effects -----------------------------------------------------------------------------------

BAD["mark first"] = """
import boto3

table = boto3.resource("dynamodb").Table("points")


def handler(event, context):
    try:
        table.put_item(Item={"pk": "m#" + event["id"]}, ConditionExpression="attribute_not_exists(pk)")
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return
    table.update_item(  #! ASL911
        Key={"pk": "total"}, UpdateExpression="ADD n :one", ExpressionAttributeValues={":one": 1}
    )
"""

BAD["mark last"] = """
import boto3

table = boto3.resource("dynamodb").Table("points")


def handler(event, context):
    if "Item" in table.get_item(Key={"pk": "m#" + event["id"]}):
        return
    table.update_item(  #! ASL911
        Key={"pk": "total"}, UpdateExpression="ADD n :one", ExpressionAttributeValues={":one": 1}
    )
    table.put_item(Item={"pk": "m#" + event["id"]})
"""

BAD["time as sort key"] = """
import time

import boto3

table = boto3.resource("dynamodb").Table("events")


def handler(event, context):
    table.put_item(Item={"order_id": event["order_id"], "timestamp": int(time.time())})  #! ASL910
"""

# -- beside the record of once ----------------------------------------------------------------------------------------

BAD["effects outside the transaction of once"] = """
import boto3
import requests
from flowdsl.handler import handler, once

dynamodb = boto3.client("dynamodb")


@handler(idempotency=once("order_id"))
def award(*, order_id: str, customer: str) -> None:
    dynamodb.update_item(  #! ASL915
        TableName="points",
        Key={"customer": {"S": customer}},
        UpdateExpression="ADD points :n",
        ExpressionAttributeValues={":n": {"N": "10"}},
    )
    requests.post("https://mail.example.com/messages", json={"to": customer}, timeout=5)  #! ASL915
"""

BAD["records that fail unseen"] = """
def handler(event, context):
    for record in event["Records"]:
        try:
            work(record["body"])
        except Exception as error:  #! ASL922
            print(f"failed: {error}")
    return {"batchItemFailures": []}
"""
