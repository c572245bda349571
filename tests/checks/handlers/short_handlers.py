"""Short handlers as people write them in a hurry: sound ones, and bad ones with the codes that must be among what is found."""

SHORT_SOUND: list[str] = [
    '''
import os, boto3
client = boto3.client("dynamodb")
def handler(event, context):
    """Marks as shipped once."""
    client.update_item(TableName=os.environ["T"], Key={"id": {"S": event["id"]}},
        UpdateExpression="SET #s = :s", ConditionExpression="#s = :p",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": {"S": "SHIPPED"}, ":p": {"S": "PAID"}})
    return {"id": event["id"]}
''',
    """
import logging, os, time, uuid
import boto3
logger = logging.getLogger(__name__)
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
def handler(event, context):
    trace_id = str(uuid.uuid4())
    start = time.time()
    logger.info("start %s %s", trace_id, event["order_id"])
    table.put_item(Item={"order_id": event["order_id"], "lines": event["lines"]})
    logger.info("done in %.3f", time.time() - start)
    return {"order_id": event["order_id"]}
""",
    """
import os, boto3
from datetime import datetime, timezone
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
def handler(event, context):
    table.put_item(Item={"user_id": event["user_id"], "name": event["name"], "updated_at": datetime.now(timezone.utc).isoformat()})
    return {"user_id": event["user_id"]}
""",
    """
import os, time, boto3
table = boto3.resource("dynamodb").Table(os.environ["LOCKS"])
def handler(event, context):
    now = int(time.time())
    table.put_item(
        Item={"lock_id": event["resource"], "owner": event["execution"], "expires": now + 900},
        ConditionExpression="attribute_not_exists(lock_id) OR expires < :now OR #o = :me",
        ExpressionAttributeNames={"#o": "owner"},
        ExpressionAttributeValues={":now": now, ":me": event["execution"]},
    )
    return {"locked": event["resource"]}
""",
    """
import json, os
from pathlib import Path
import boto3
RULES = json.loads((Path(__file__).parent / "rules.json").read_text())
s3 = boto3.client("s3")
def handler(event, context):
    report = [rule["name"] for rule in RULES if event["total"] > rule["limit"]]
    s3.put_object(Bucket=os.environ["REPORTS"], Key=f"{event['order_id']}/rules.json", Body=json.dumps(report))
    return {"rules": report}
""",
    """
import re
PATTERN = re.compile(r"^[A-Z]{3}-\\d+$")
ALLOWED = {"EUR", "USD"}
RATES = {"EUR": 1.0, "USD": 0.9}
def handler(event, context):
    if not PATTERN.match(event["id"]) or event["currency"] not in ALLOWED:
        raise ValueError(event["id"])
    return {"eur": event["amount"] * RATES[event["currency"]]}
""",
    """
import os, boto3
from botocore.config import Config
config = Config(retries={"max_attempts": 5, "mode": "adaptive"}, connect_timeout=2, read_timeout=5)
s3 = boto3.client("s3", config=config)
def handler(event, context):
    data = s3.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    return {"lines": data.count(b"\\n")}
""",
    """
import hashlib, os, boto3
sqs = boto3.client("sqs")
def handler(event, context):
    for message in event["messages"]:
        digest = hashlib.sha256(f"{event['batch']}:{message}".encode()).hexdigest()
        sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=message, MessageGroupId=event["batch"], MessageDeduplicationId=digest)
    return {"sent": len(event["messages"])}
""",
    """
import boto3, os, json
sfn = boto3.client("stepfunctions")
def execution_name(detail):
    return f"{detail['object']['key']}-{detail['object']['sequencer']}".replace("/", "_")[:80]
def handler(event, context):
    detail = event["detail"]
    sfn.start_execution(stateMachineArn=os.environ["STATE_MACHINE"], name=execution_name(detail), input=json.dumps(detail))
""",
    """
from dataclasses import dataclass
from flowdsl.handler import handler
@dataclass
class Quote:
    sku: str
    cents: int
PRICES = {"a": 100, "b": 250}
@handler(raises=(KeyError,))
def quote(*, sku: str, quantity: int) -> Quote:
    return Quote(sku, PRICES[sku] * quantity)
""",
    """
from functools import lru_cache
@lru_cache(maxsize=128)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
def handler(event, context):
    return {"fib": fib(event["n"])}
""",
    """
import os, boto3
class Clients:
    _s3 = None
    @classmethod
    def s3(cls):
        if cls._s3 is None:
            cls._s3 = boto3.client("s3")
        return cls._s3
def handler(event, context):
    return {"size": Clients.s3().head_object(Bucket=os.environ["B"], Key=event["key"])["ContentLength"]}
""",
    """
import os, boto3
_clients = {}
def client(name):
    if name not in _clients:
        _clients[name] = boto3.client(name)
    return _clients[name]
def handler(event, context):
    item = client("dynamodb").get_item(TableName=os.environ["T"], Key={"id": {"S": event["id"]}})
    return {"found": "Item" in item}
""",
    """
import os, boto3
try:
    import orjson as json
except ImportError:
    import json
s3 = boto3.client("s3")
def handler(event, context):
    rows = json.loads(s3.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read())
    rows = [r for r in rows if r["active"]]
    out = event["key"].replace("raw/", "clean/")
    s3.put_object(Bucket=event["bucket"], Key=out, Body=json.dumps(rows))
    return {"key": out, "rows": len(rows)}
""",
    """
import boto3, os
from boto3.dynamodb.conditions import Key
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    total = 0
    items = table.query(KeyConditionExpression=Key("order_id").eq(event["order_id"]))["Items"]
    for item in items:
        total += int(item["cents"])
    table.update_item(Key={"order_id": event["order_id"], "line": "TOTAL"}, UpdateExpression="SET cents = :t", ExpressionAttributeValues={":t": total})
    return {"total": total}
""",
    '''
import os, boto3
sqs = boto3.client("sqs")
def handler(event, context):
    """Moves messages to the work queue; each keeps its own id."""
    failures = []
    for record in event["Records"]:
        try:
            sqs.send_message(QueueUrl=os.environ["WORK"], MessageBody=record["body"], MessageGroupId="w", MessageDeduplicationId=record["messageId"])
        except sqs.exceptions.ClientError:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
''',
    """
import contextlib, os, sqlite3
def handler(event, context):
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.execute("create table t (n)")
        db.executemany("insert into t values (?)", [(n,) for n in event["numbers"]])
        return {"sum": db.execute("select sum(n) from t").fetchone()[0]}
""",
    """
import boto3, os, json
from aws_lambda_powertools.utilities import parameters
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    limit = int(parameters.get_parameter("/limit", max_age=60))
    if event["n"] > limit:
        raise ValueError("too many")
    table.put_item(Item={"id": event["id"], "n": event["n"]})
    return {"id": event["id"]}
""",
    """
import os, tempfile, boto3
from PIL import Image
s3 = boto3.client("s3")
def handler(event, context):
    with tempfile.TemporaryDirectory(dir="/tmp") as tmp:
        src = f"{tmp}/src"
        s3.download_file(event["bucket"], event["key"], src)
        image = Image.open(src)
        image.thumbnail((128, 128))
        dst = f"{tmp}/dst.png"
        image.save(dst)
        s3.upload_file(dst, os.environ["THUMBS"], event["key"] + ".png")
    return {"key": event["key"] + ".png"}
""",
    """
import io, os, boto3
s3 = boto3.client("s3")
def handler(event, context):
    buffer = io.BytesIO()
    s3.download_fileobj(event["bucket"], event["key"], buffer)
    buffer.seek(0)
    s3.upload_fileobj(buffer, os.environ["ARCHIVE"], event["key"])
    return {"bytes": buffer.tell()}
""",
    """
from flowdsl.handler import Permanent, Transient, handler
import requests, os
class RateDown(Transient): pass
class NoRate(Permanent): pass
@handler(raises=(RateDown, NoRate), timeout_seconds=10)
def rate(*, currency: str) -> float:
    try:
        answer = requests.get(os.environ["RATES_URL"], params={"c": currency}, timeout=5)
    except requests.ConnectionError as error:
        raise RateDown(str(error)) from error
    if answer.status_code == 404:
        raise NoRate(currency)
    return answer.json()["rate"]
""",
    """
import boto3, os
client = boto3.client("dynamodb")
def handler(event, context):
    kwargs = {"TableName": os.environ["T"], "Item": {"pk": {"S": event["id"]}, "n": {"N": "1"}}}
    kwargs["ConditionExpression"] = "attribute_not_exists(pk)"
    try:
        client.put_item(**kwargs)
    except client.exceptions.ConditionalCheckFailedException:
        return {"new": False}
    return {"new": True}
""",
    """
import boto3, os
secrets = boto3.client("secretsmanager")
def handler(event, context):
    step = event["Step"]
    arn = event["SecretId"]
    token = event["ClientRequestToken"]
    if step == "createSecret":
        create(arn, token)
    elif step == "setSecret":
        set_secret(arn, token)
    elif step == "testSecret":
        test(arn, token)
    elif step == "finishSecret":
        finish(arn, token)
def create(arn, token):
    secrets.put_secret_value(SecretId=arn, ClientRequestToken=token, SecretString="x" * 3, VersionStages=["AWSPENDING"])
def set_secret(arn, token): ...
def test(arn, token): ...
def finish(arn, token): ...
""",
    """
import json, os
import urllib3
http = urllib3.PoolManager()
def handler(event, context):
    answer = http.request("GET", f"{os.environ['API']}/items/{event['id']}")
    return json.loads(answer.data)["name"]
""",
    """
import json, os, boto3
events = boto3.client("events")
def handler(event, context):
    entries = [{"Source": "shop", "DetailType": "Line", "Detail": json.dumps({"id": f"{event['order']}-{i}", "sku": l["sku"]}), "EventBusName": os.environ["BUS"]} for i, l in enumerate(event["lines"])]
    for start in range(0, len(entries), 10):
        answer = events.put_events(Entries=entries[start:start + 10])
        if answer["FailedEntryCount"]:
            raise RuntimeError("refused")
    return {"sent": len(entries)}
""",
    """
import boto3, os
kinesis = boto3.client("kinesis")
def handler(event, context):
    kinesis.put_record(StreamName=os.environ["STREAM"], Data=event["payload"].encode(), PartitionKey=event["device"])
    return {"device": event["device"], "bytes": len(event["payload"])}
""",
    """
from flowdsl.handler import handler, once
import os, boto3
ses = boto3.client("ses")
@handler(idempotency=once(key="order_id"), timeout_seconds=20)
def send_mail(*, order_id: str, to: str) -> None:
    ses.send_email(Source=os.environ["FROM"], Destination={"ToAddresses": [to]}, Message={"Subject": {"Data": order_id}, "Body": {"Text": {"Data": order_id}}})
""",
    """
import threading
_lock = threading.Lock()
_client = None
def client():
    global _client
    with _lock:
        if _client is None:
            import boto3
            _client = boto3.client("s3")
    return _client
def handler(event, context):
    return {"n": len(client().list_objects_v2(Bucket=event["bucket"], Prefix=event["prefix"]).get("Contents", []))}
""",
    """
import os, boto3
s3 = boto3.client("s3")
def handler(event, context):
    parts = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=event["bucket"], Prefix=event["prefix"]):
        parts.extend(o["Key"] for o in page.get("Contents", []))
    return {"parts": parts}
""",
    """
import os, boto3
scheduler = boto3.client("scheduler")
def handler(event, context):
    scheduler.create_schedule(Name=f"remind-{event['id']}", ScheduleExpression=f"at({event['at']})", FlexibleTimeWindow={"Mode": "OFF"}, ClientToken=event["id"], Target={"Arn": os.environ["TARGET"], "RoleArn": os.environ["ROLE"]})
    return {"name": f"remind-{event['id']}"}
""",
    """
import decimal
def handler(event, context):
    context_id = context.function_name
    remaining = context.get_remaining_time_in_millis()
    done = []
    for row in event["rows"]:
        if context.get_remaining_time_in_millis() < 5000:
            break
        done.append(decimal.Decimal(row))
    return {"done": [str(d) for d in done], "rest": event["rows"][len(done):]}
""",
    """
import os
import boto3
import pytest  # noqa
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    with table.batch_writer() as writer:
        for item in event["items"]:
            writer.delete_item(Key={"id": item["id"]})
    return len(event["items"])
""",
    """
import os, boto3
s3 = boto3.client("s3")
def handler(event, context):
    upload = s3.create_multipart_upload(Bucket=os.environ["B"], Key=event["key"])
    parts = []
    for i, chunk in enumerate(event["chunks"], 1):
        answer = s3.upload_part(Bucket=os.environ["B"], Key=event["key"], UploadId=upload["UploadId"], PartNumber=i, Body=chunk.encode())
        parts.append({"PartNumber": i, "ETag": answer["ETag"]})
    s3.complete_multipart_upload(Bucket=os.environ["B"], Key=event["key"], UploadId=upload["UploadId"], MultipartUpload={"Parts": parts})
    return {"parts": len(parts)}
""",
    """
import json, os, boto3
bedrock = boto3.client("bedrock-runtime")
def handler(event, context):
    answer = bedrock.invoke_model(modelId=os.environ["MODEL"], body=json.dumps({"prompt": event["prompt"]}))
    return {"text": json.loads(answer["body"].read())["completion"].strip()}
""",
    """
import boto3, os
from flowdsl.handler import handler
cognito = boto3.client("cognito-idp")
class UserExists(Exception): ...
@handler(raises=(UserExists,))
def sign_up(*, email: str) -> str:
    try:
        answer = cognito.admin_create_user(UserPoolId=os.environ["POOL"], Username=email)
    except cognito.exceptions.UsernameExistsException:
        raise UserExists(email) from None
    return answer["User"]["Username"]
""",
    """
import os, boto3
client = boto3.client("stepfunctions")
TOKEN_FIELD = "task_token"
def handler(event, context):
    client.send_task_heartbeat(taskToken=event[TOKEN_FIELD])
    return {"password_rule": "At least 12 characters", "token_type": "bearer"}
""",
    """
import os
from sqlalchemy import create_engine, text
engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
def handler(event, context):
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO visits (visit_id, page) VALUES (:id, :page) ON CONFLICT DO NOTHING"), {"id": event["id"], "page": event["page"]})
    return {"id": event["id"]}
""",
    """
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
app = APIGatewayRestResolver()
@app.get("/hello/<name>")
def hello(name):
    return {"hello": name}
def lambda_handler(event, context):
    return app.resolve(event, context)
""",
    """
import os, boto3, json
from decimal import Decimal
table = boto3.resource("dynamodb").Table(os.environ["T"])
class Encoder(json.JSONEncoder):
    def default(self, o):
        return float(o) if isinstance(o, Decimal) else super().default(o)
def lambda_handler(event, context):
    try:
        body = json.loads(event["body"])
    except (TypeError, ValueError):
        return {"statusCode": 400, "body": "bad"}
    table.put_item(Item={"id": body["id"], "v": Decimal(str(body["v"]))})
    return {"statusCode": 200, "body": json.dumps(body, cls=Encoder)}
""",
    """
import random
from flowdsl.handler import handler
@handler
def roll(*, sides: int) -> int:
    return random.randint(1, sides)
""",
    """
import os, boto3, datetime
athena = boto3.client("athena")
def handler(event, context):
    day = datetime.date.fromisoformat(event["day"])
    key = f"reports/{day:%Y/%m/%d}.csv"
    answer = athena.start_query_execution(QueryString=f"select * from t where d = date '{day}'", ResultConfiguration={"OutputLocation": f"s3://{os.environ['B']}/{key}"}, ClientRequestToken=f"report-{day}-{os.environ['STAGE']}".ljust(32, "-"))
    return {"query": answer["QueryExecutionId"], "key": key}
""",
    '''
import os, boto3
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    """Counts an event once: its id is in the item."""
    table.update_item(
        Key={"day": event["day"]},
        UpdateExpression="ADD seen :ids",
        ExpressionAttributeValues={":ids": {"SS": [event["id"]]}},
    )
    return {"day": event["day"]}
''',
    """
import os
import time
import boto3
from botocore.exceptions import ClientError
table = boto3.resource("dynamodb").Table(os.environ["IDEMPOTENCY"])
accounts = boto3.resource("dynamodb").Table(os.environ["ACCOUNTS"])
def already_done(key):
    try:
        table.put_item(Item={"id": key, "ttl": int(time.time()) + 86400}, ConditionExpression="attribute_not_exists(id)")
        return False
    except ClientError as e:
        if e.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return True
        raise
def handler(event, context):
    if already_done(event["transfer_id"]):
        return {"status": "duplicate"}
    accounts.update_item(Key={"id": event["account"]}, UpdateExpression="ADD balance :a", ExpressionAttributeValues={":a": event["amount"]})
    return {"status": "done"}
""",
    '''
import boto3
import os
import json
lambda_client = boto3.client("lambda")
def handler(event, context):
    """Warms the cache of the next stage; nobody waits for it."""
    lambda_client.invoke(FunctionName=os.environ["WARMER"], InvocationType="Event", Payload=json.dumps({"id": event["id"]}))
    return {"id": event["id"]}
''',
    '''
# Reserve seats; safe to deliver twice.
import logging
import os
from typing import Any
import boto3
from botocore.exceptions import ClientError
LOGGER = logging.getLogger(__name__)
LOGGER.setLevel(logging.INFO)
_DDB = boto3.resource("dynamodb")
_SEATS = _DDB.Table(os.environ["SEATS_TABLE"])
class SeatTaken(Exception):
    """Someone else has the seat."""
def _reserve(seat: str, booking: str) -> None:
    try:
        _SEATS.update_item(
            Key={"seat": seat},
            UpdateExpression="SET booking = :b",
            ConditionExpression="attribute_not_exists(booking) OR booking = :b",
            ExpressionAttributeValues={":b": booking},
        )
    except ClientError as exc:
        if exc.response["Error"]["Code"] == "ConditionalCheckFailedException":
            raise SeatTaken(seat) from exc
        raise
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    booking = event["bookingId"]
    LOGGER.info("reserving", extra={"booking": booking, "request": context.aws_request_id})
    for seat in event["seats"]:
        _reserve(seat, booking)
    return {"bookingId": booking, "seats": event["seats"]}
''',
    """
import json, os
from datetime import datetime, timedelta, timezone
import boto3
s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table(os.environ["JOBS"])
def handler(event, context):
    job_id = event["job_id"]
    expires = int((datetime.now(timezone.utc) + timedelta(days=30)).timestamp())
    key = f"jobs/{job_id}/result.json"
    s3.put_object(Bucket=os.environ["BUCKET"], Key=key, Body=json.dumps(event["result"]).encode(), ContentType="application/json")
    table.update_item(Key={"job_id": job_id}, UpdateExpression="SET #s = :s, result_key = :k, expires = :e",
        ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":s": "DONE", ":k": key, ":e": expires})
    return {"job_id": job_id, "key": key}
""",
    """
import os
import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext
from aws_lambda_powertools.utilities.parser import event_parser, BaseModel
class Order(BaseModel):
    id: str
    total: int
table = boto3.resource("dynamodb").Table(os.environ["T"])
@event_parser(model=Order)
def handler(event: Order, context: LambdaContext):
    table.put_item(Item={"id": event.id, "total": event.total, "vat": event.total * 19 // 100})
    return {"id": event.id}
""",
    """
from functools import lru_cache
import os, boto3
@lru_cache(maxsize=None)
def get_table(name: str):
    return boto3.resource("dynamodb").Table(name)
@lru_cache(maxsize=1)
def get_config() -> dict:
    return {"table": os.environ["TABLE"], "limit": int(os.environ.get("LIMIT", "10"))}
def handler(event, context):
    config = get_config()
    if len(event["rows"]) > config["limit"]:
        raise ValueError("too many rows")
    t = get_table(config["table"])
    for row in event["rows"]:
        t.put_item(Item={"pk": row["pk"], "sk": row["sk"], "v": row["v"]})
    return {"n": len(event["rows"])}
""",
    """
import os
import boto3
class Settings:
    def __init__(self):
        self.table_name = os.environ["TABLE"]
        self._table = None
    @property
    def table(self):
        if self._table is None:
            self._table = boto3.resource("dynamodb").Table(self.table_name)
        return self._table
settings = Settings()
def handler(event, context):
    r = settings.table.get_item(Key={"id": event["id"]})
    return {"exists": "Item" in r}
""",
    """
import json, os, urllib.request
import boto3
ssm = boto3.client("ssm")
_token = None
def token():
    global _token
    if not _token:
        _token = ssm.get_parameter(Name=os.environ["TOKEN_PARAM"], WithDecryption=True)["Parameter"]["Value"]
    return _token
def handler(event, context):
    request = urllib.request.Request(f"{os.environ['API']}/users/{event['user']}", headers={"Authorization": f"Bearer {token()}"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)
""",
    """
import os, boto3
from botocore.exceptions import ClientError
ddb = boto3.client("dynamodb")
def handler(event, context):
    items = [
        {"ConditionCheck": {"TableName": os.environ["USERS"], "Key": {"id": {"S": event["user"]}}, "ConditionExpression": "attribute_exists(id)"}},
        {"Put": {"TableName": os.environ["ORDERS"], "Item": {"id": {"S": event["order"]}, "user": {"S": event["user"]}}, "ConditionExpression": "attribute_not_exists(id)"}},
        {"Update": {"TableName": os.environ["STATS"], "Key": {"user": {"S": event["user"]}}, "UpdateExpression": "ADD orders :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}},
    ]
    try:
        ddb.transact_write_items(TransactItems=items)
    except ddb.exceptions.TransactionCanceledException as error:
        codes = [r["Code"] for r in error.response["CancellationReasons"]]
        if codes[1] != "ConditionalCheckFailed":
            raise
    return {"order": event["order"]}
""",
    '''
import boto3, os
s3 = boto3.client("s3")
def handler(event, context):
    """Copies what is missing; run again it copies nothing."""
    copied = 0
    for key in event["keys"]:
        try:
            s3.head_object(Bucket=os.environ["TARGET"], Key=key)
        except s3.exceptions.ClientError:
            s3.copy_object(Bucket=os.environ["TARGET"], Key=key, CopySource={"Bucket": event["source"], "Key": key})
            copied += 1
    return {"copied": copied}
''',
    """
import os
import boto3
from flowdsl.handler import handler, once, transaction
@handler(idempotency=once(key="transfer_id"), timeout_seconds=20)
def transfer(*, transfer_id: str, source: str, target: str, cents: int) -> dict:
    tx = transaction()
    tx.update(os.environ["ACCOUNTS"], {"id": source}, "ADD balance :n", {":n": -cents})
    tx.update(os.environ["ACCOUNTS"], {"id": target}, "ADD balance :n", {":n": cents})
    return {"transfer": transfer_id}
""",
    """
from flowdsl.handler import current_key, delegated, handler
import boto3, os
sqs = boto3.client("sqs")
@handler(idempotency=delegated(to="the orders FIFO queue"))
def place(*, lines: list[str]) -> int:
    sqs.send_message(QueueUrl=os.environ["Q"], MessageBody=",".join(lines), MessageGroupId="orders", MessageDeduplicationId=current_key())
    return len(lines)
""",
    """
import boto3, os
ses = boto3.client("sesv2")
table = boto3.resource("dynamodb").Table(os.environ["MAILS"])
def handler(event, context):
    result = table.update_item(
        Key={"id": event["mail_id"]},
        UpdateExpression="SET claimed = :c",
        ConditionExpression="attribute_not_exists(claimed)",
        ExpressionAttributeValues={":c": True},
        ReturnValues="ALL_NEW",
    )
    mail = result["Attributes"]
    ses.send_email(FromEmailAddress=os.environ["FROM"], Destination={"ToAddresses": [mail["to"]]}, Content={"Raw": {"Data": mail["raw"].encode()}})
    return {"id": event["mail_id"]}
""",
    """
import os, boto3, hashlib
sns = boto3.client("sns")
def handler(event, context):
    message = f"{event['name']} joined {event['team']}"
    dedup = hashlib.md5(f"{event['team']}:{event['user_id']}".encode()).hexdigest()
    sns.publish(TopicArn=os.environ["TOPIC"], Message=message, MessageGroupId=event["team"], MessageDeduplicationId=dedup)
    return {"message": message}
""",
    """
import os, boto3
from concurrent.futures import ThreadPoolExecutor
s3 = boto3.client("s3")
POOL = ThreadPoolExecutor(max_workers=10)
def head(key):
    return s3.head_object(Bucket=os.environ["BUCKET"], Key=key)["ContentLength"]
def handler(event, context):
    return {"bytes": sum(POOL.map(head, event["keys"]))}
""",
    """
import os, boto3
from concurrent import futures
s3 = boto3.client("s3")
def fetch(key):
    return s3.get_object(Bucket=os.environ["BUCKET"], Key=key)["Body"].read()
def handler(event, context):
    pool = futures.ThreadPoolExecutor(4)
    jobs = [pool.submit(fetch, key) for key in event["keys"]]
    futures.wait(jobs)
    return {"sizes": [len(job.result()) for job in jobs]}
""",
    """
import os, json, boto3
table = boto3.resource("dynamodb").Table(os.environ["T"])
def get(event): return {"statusCode": 200, "body": json.dumps(table.get_item(Key={"id": event["pathParameters"]["id"]}).get("Item"))}
def put(event):
    body = json.loads(event["body"])
    table.put_item(Item={"id": event["pathParameters"]["id"], **body})
    return {"statusCode": 204}
def delete(event):
    table.delete_item(Key={"id": event["pathParameters"]["id"]})
    return {"statusCode": 204}
ROUTES = {"GET": get, "PUT": put, "DELETE": delete}
def handler(event, context):
    route = ROUTES.get(event["httpMethod"])
    return route(event) if route else {"statusCode": 405}
""",
    """
import os, boto3
ddb = boto3.resource("dynamodb")
def handler(event, context):
    table = ddb.Table(os.environ["TABLE"])
    for record in event["Records"]:
        if record["eventName"] == "INSERT":
            table.put_item(Item={"id": record["dynamodb"]["Keys"]["id"]["S"], "seen": True})
        elif record["eventName"] == "MODIFY":
            table.update_item(Key={"id": record["dynamodb"]["Keys"]["id"]["S"]}, UpdateExpression="SET changed = :t", ExpressionAttributeValues={":t": True})
        elif record["eventName"] == "REMOVE":
            table.delete_item(Key={"id": record["dynamodb"]["Keys"]["id"]["S"]})
    return {"batchItemFailures": []}
""",
    """
import os, boto3
from decimal import Decimal
table = boto3.resource("dynamodb").Table(os.environ["T"])
products = boto3.resource("dynamodb").Table(os.environ["P"])
def handler(event, context):
    product = products.get_item(Key={"sku": event["sku"]})["Item"]
    total = product["price"] * event["quantity"] + Decimal(event["shipping"])
    table.put_item(Item={"order_id": event["order_id"], "total": total, "price": product["price"]})
    return {"total": str(total)}
""",
    '''
import os, boto3
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    """Version counter with a compare."""
    item = table.get_item(Key={"id": event["id"]}, ConsistentRead=True)["Item"]
    version = int(item["version"])
    item["state"] = event["state"]
    item["version"] = version + 1
    table.put_item(Item=item, ConditionExpression="version = :v", ExpressionAttributeValues={":v": version})
    return {"version": version + 1}
''',
    """
import os, boto3
glue = boto3.client("glue")
sfn = boto3.client("stepfunctions")
def handler(event, context):
    try:
        answer = glue.start_crawler(Name=event["crawler"])
    except glue.exceptions.CrawlerRunningException:
        return {"started": False}
    return {"started": True}
""",
    """
import os
import boto3
import botocore
client = boto3.client("cloudformation")
def handler(event, context):
    try:
        client.create_stack(StackName=event["name"], TemplateURL=event["template"], ClientRequestToken=event["request"])
    except client.exceptions.AlreadyExistsException:
        pass
    return {"name": event["name"]}
""",
    """
import functools
import os
import boto3
def once_per_environment(f):
    @functools.wraps(f)
    def inner():
        if not hasattr(inner, "value"):
            inner.value = f()
        return inner.value
    return inner
@once_per_environment
def bucket():
    return boto3.resource("s3").Bucket(os.environ["BUCKET"])
def handler(event, context):
    bucket().put_object(Key=f"{event['id']}.txt", Body=event["text"].encode())
    return {"key": f"{event['id']}.txt"}
""",
    """
import math
import statistics
def handler(event, context):
    values = sorted(float(v) for v in event["values"])
    trimmed = values[1:-1] if len(values) > 4 else values
    results = []
    for value in trimmed:
        results.append(math.log1p(value))
    summary = {}
    summary["mean"] = statistics.fmean(results)
    summary.update(count=len(results))
    return summary
""",
    """
import os, boto3
queue_url = os.environ["QUEUE_URL"]
sqs = boto3.client("sqs", region_name=os.environ["AWS_REGION"])
def chunks(seq, n):
    for i in range(0, len(seq), n):
        yield seq[i:i + n]
def handler(event, context):
    for batch in chunks(event["orders"], 10):
        response = sqs.send_message_batch(
            QueueUrl=queue_url,
            Entries=[dict(Id=str(n), MessageBody=o["id"], MessageGroupId=o["customer"], MessageDeduplicationId=o["id"]) for n, o in enumerate(batch)],
        )
        if response.get("Failed"):
            raise RuntimeError(str(response["Failed"]))
    return {"sent": len(event["orders"])}
""",
    """
import os
import boto3
from botocore.config import Config
rekognition = boto3.client("rekognition", config=Config(retries={"mode": "standard", "max_attempts": 3}))
def handler(event, context):
    labels = rekognition.detect_labels(Image={"S3Object": {"Bucket": event["bucket"], "Name": event["key"]}}, MaxLabels=10)
    return {"labels": [l["Name"] for l in labels["Labels"] if l["Confidence"] > 80]}
""",
    """
import json, os, boto3
textract = boto3.client("textract")
def handler(event, context):
    answer = textract.start_document_text_detection(
        DocumentLocation={"S3Object": {"Bucket": event["bucket"], "Name": event["key"]}},
        ClientRequestToken=event["document_id"],
        NotificationChannel={"SNSTopicArn": os.environ["TOPIC"], "RoleArn": os.environ["ROLE"]},
    )
    return {"job": answer["JobId"], "document": event["document_id"]}
""",
    """
import boto3, os
kms = boto3.client("kms")
secret = None
def load():
    global secret
    if secret is None:
        with open(os.environ["LAMBDA_TASK_ROOT"] + "/secret.bin", "rb") as f:
            secret = kms.decrypt(CiphertextBlob=f.read())["Plaintext"]
    return secret
def handler(event, context):
    import hmac
    return {"ok": hmac.compare_digest(hmac.new(load(), event["body"].encode(), "sha256").hexdigest(), event["signature"])}
""",
    """
def handler(event, _):
    total = 0
    for line in event["lines"]:
        total += line["qty"] * line["price"]
    event["total"] = total
    return event
""",
    """
import os, tempfile, zipfile, boto3, shutil
s3 = boto3.client("s3")
def handler(event, context):
    work = tempfile.mkdtemp()
    try:
        archive = os.path.join(work, "in.zip")
        s3.download_file(event["bucket"], event["key"], archive)
        with zipfile.ZipFile(archive) as z:
            z.extractall(work)
        for name in os.listdir(work):
            s3.upload_file(os.path.join(work, name), os.environ["OUT"], f"{event['key']}/{name}")
        return {"files": len(os.listdir(work))}
    finally:
        shutil.rmtree(work, ignore_errors=True)
""",
    """
import os, boto3
events = boto3.client("events")
scheduler = boto3.client("scheduler")
def handler(event, context):
    name = f"close-{event['auction_id']}"
    try:
        scheduler.create_schedule(Name=name, GroupName="auctions", ScheduleExpression=f"at({event['closes_at']})",
            FlexibleTimeWindow={"Mode": "OFF"}, ActionAfterCompletion="DELETE", ClientToken=name,
            Target={"Arn": os.environ["TARGET_ARN"], "RoleArn": os.environ["ROLE_ARN"]})
    except scheduler.exceptions.ConflictException:
        pass
    return {"schedule": name}
""",
    """
import os
from opensearchpy import OpenSearch
client = OpenSearch(os.environ["OS_URL"])
def handler(event, context):
    client.index(index="orders", id=event["order_id"], body={"total": event["total"]})
    return {"indexed": event["order_id"]}
""",
    """
import os, redis
cache = redis.Redis(host=os.environ["REDIS"], ssl=True)
def handler(event, context):
    if not cache.set(f"lock:{event['id']}", "1", nx=True, ex=300):
        raise RuntimeError("busy")
    try:
        return {"n": len(event["rows"])}
    finally:
        cache.delete(f"lock:{event['id']}")
""",
    """
import os, pymongo
orders = pymongo.MongoClient(os.environ["MONGO"]).shop.orders
def handler(event, context):
    orders.update_one({"_id": event["order_id"]}, {"$set": {"status": event["status"]}}, upsert=True)
    return {"order_id": event["order_id"]}
""",
    """
import os, boto3
from datetime import datetime, timezone
from flowdsl.handler import handler, natural
table = boto3.resource("dynamodb").Table(os.environ["T"])
@handler(idempotency=natural())
def mark_paid(*, order_id: str, paid_at: str) -> dict:
    datetime.fromisoformat(paid_at)
    table.update_item(
        Key={"order_id": order_id},
        UpdateExpression="SET #status = :paid, paid_at = :at",
        ConditionExpression="attribute_exists(order_id)",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":paid": "PAID", ":at": paid_at},
    )
    return {"order_id": order_id, "status": "PAID"}
""",
    '''
import json, logging, os
import boto3
from botocore.exceptions import ClientError
logger = logging.getLogger()
logger.setLevel("INFO")
s3 = boto3.client("s3")
BUCKET = os.environ["BUCKET_NAME"]
def lambda_handler(event, context):
    """Stores the invoice of an order under the order's id."""
    order_id = event["order_id"]
    key = f"invoices/{order_id}.json"
    body = json.dumps({"order_id": order_id, "lines": event["lines"]}, sort_keys=True)
    try:
        s3.put_object(Bucket=BUCKET, Key=key, Body=body, ContentType="application/json")
    except ClientError:
        logger.exception("could not store %s", key)
        raise
    return {"bucket": BUCKET, "key": key}
''',
    """
import os
import boto3
sfn = boto3.client("stepfunctions")
STATE_MACHINE_ARN = os.environ["STATE_MACHINE_ARN"]
def lambda_handler(event, context):
    name = f"{event['detail']['bucket']['name']}-{event['detail']['object']['etag']}"[:80]
    try:
        return sfn.start_execution(stateMachineArn=STATE_MACHINE_ARN, name=name, input="{}")["executionArn"]
    except sfn.exceptions.ExecutionAlreadyExists:
        return None
""",
    """
from __future__ import annotations
import os
from dataclasses import dataclass
import boto3
from flowdsl.handler import handler
@dataclass(frozen=True)
class Customer:
    id: str
    name: str
class UnknownCustomer(Exception): ...
customers = boto3.resource("dynamodb").Table(os.environ["CUSTOMERS_TABLE"])
@handler(raises=(UnknownCustomer,), timeout_seconds=5)
def load_customer(*, customer_id: str) -> Customer:
    item = customers.get_item(Key={"id": customer_id}, ConsistentRead=True).get("Item")
    if item is None:
        raise UnknownCustomer(customer_id)
    return Customer(id=customer_id, name=str(item["name"]))
""",
    """
import boto3, os
client = boto3.client("secretsmanager")
_secret = None
def get_secret():
    global _secret
    if _secret:
        return _secret
    _secret = client.get_secret_value(SecretId=os.environ["SECRET_ARN"])["SecretString"]
    return _secret
def handler(event, context):
    return {"signature": sign(get_secret(), event["text"])}
def sign(key, text):
    import hashlib, hmac
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
""",
    '''
import os
import boto3
table = boto3.resource("dynamodb").Table(os.environ["INVENTORY"])
class OutOfStock(Exception): pass
def handler(event, context):
    """Takes stock once per reservation: the reservation is in the item."""
    try:
        table.update_item(
            Key={"sku": event["sku"]},
            UpdateExpression="SET available = available - :n, reservations.#r = :n",
            ConditionExpression="available >= :n AND attribute_not_exists(reservations.#r)",
            ExpressionAttributeNames={"#r": event["reservation_id"]},
            ExpressionAttributeValues={":n": event["quantity"]},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        item = table.get_item(Key={"sku": event["sku"]})["Item"]
        if event["reservation_id"] not in item["reservations"]:
            raise OutOfStock(event["sku"])
    return {"reservation_id": event["reservation_id"]}
''',
    """
import json, os
import urllib.request
def handler(event, context):
    request = urllib.request.Request(
        os.environ["PAYMENTS_URL"],
        data=json.dumps({"amount": event["amount"]}).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": event["payment_id"]},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)
""",
    """
import os
import stripe
stripe.api_key = os.environ["STRIPE_KEY"]
class CardDeclined(Exception):
    pass
def handler(event, context):
    try:
        charge = stripe.Charge.create(amount=event["cents"], currency="eur", source=event["card"], idempotency_key=event["order_id"])
    except stripe.error.CardError as error:
        raise CardDeclined(str(error)) from error
    return {"charge": charge["id"]}
""",
    """
import boto3, os
ssm = boto3.client("ssm")
PREFIX = os.environ["PARAM_PREFIX"]
def load_all():
    values = {}
    for page in ssm.get_paginator("get_parameters_by_path").paginate(Path=PREFIX, WithDecryption=True):
        for p in page["Parameters"]:
            values[p["Name"].removeprefix(PREFIX)] = p["Value"]
    return values
CONFIG = load_all()
def handler(event, context):
    return {"limit": int(CONFIG["limit"]), "ok": event["n"] <= int(CONFIG["limit"])}
""",
    """
import os, boto3, time
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    now = int(time.time())
    record = {
        "pk": f"SESSION#{event['session_id']}",
        "sk": "STATE",
        "last_seen": now,
        "ttl": now + 86_400,
        "state": event["state"],
    }
    table.put_item(Item=record)
    return {"session_id": event["session_id"]}
""",
    """
import os, boto3, json
firehose = boto3.client("firehose")
def handler(event, context):
    records = [{"Data": (json.dumps({"order_id": o["id"], "cents": o["cents"]}) + "\\n").encode()} for o in event["orders"]]
    answer = firehose.put_record_batch(DeliveryStreamName=os.environ["STREAM"], Records=records)
    if answer["FailedPutCount"]:
        raise RuntimeError(f"{answer['FailedPutCount']} records were refused")
    return {"records": len(records)}
""",
    """
from aws_lambda_powertools.utilities.idempotency import idempotent_function, DynamoDBPersistenceLayer, IdempotencyConfig
import os, boto3
layer = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY"])
config = IdempotencyConfig(event_key_jmespath="id")
ses = boto3.client("ses")
@idempotent_function(data_keyword_argument="order", config=config, persistence_store=layer)
def process(order):
    ses.send_email(Source="a@b.c", Destination={"ToAddresses": [order["email"]]}, Message={"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "y"}}})
    return order["id"]
def handler(event, context):
    config.register_lambda_context(context)
    return [process(order=o) for o in event["orders"]]
""",
    """
import os, boto3
rds = boto3.client("rds-data")
KW = dict(resourceArn=os.environ["CLUSTER"], secretArn=os.environ["SECRET"], database="shop")
def handler(event, context):
    tx = rds.begin_transaction(**KW)["transactionId"]
    try:
        found = rds.execute_statement(transactionId=tx, sql="INSERT INTO payments (id, cents) VALUES (:id, :cents) ON CONFLICT DO NOTHING",
            parameters=[{"name": "id", "value": {"stringValue": event["id"]}}, {"name": "cents", "value": {"longValue": event["cents"]}}], **KW)
        if found["numberOfRecordsUpdated"]:
            rds.execute_statement(transactionId=tx, sql="UPDATE account SET balance = balance - :cents WHERE id = :account",
                parameters=[{"name": "cents", "value": {"longValue": event["cents"]}}, {"name": "account", "value": {"stringValue": event["account"]}}], **KW)
        rds.commit_transaction(resourceArn=KW["resourceArn"], secretArn=KW["secretArn"], transactionId=tx)
    except Exception:
        rds.rollback_transaction(resourceArn=KW["resourceArn"], secretArn=KW["secretArn"], transactionId=tx)
        raise
    return {"id": event["id"]}
""",
    """
import base64, json, os, boto3
sfn = boto3.client("stepfunctions")
def handler(event, context):
    for record in event["Records"]:
        order = json.loads(base64.b64decode(record["kinesis"]["data"]))
        try:
            sfn.start_execution(stateMachineArn=os.environ["ARN"], name=record["eventID"].replace(":", "-"), input=json.dumps(order))
        except sfn.exceptions.ExecutionAlreadyExists:
            pass
""",
    """
import os
import boto3
apigw = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["WS_ENDPOINT"])
connections = boto3.resource("dynamodb").Table(os.environ["CONNECTIONS"])
def connect(event, context):
    connections.put_item(Item={"connection_id": event["requestContext"]["connectionId"], "user": event["queryStringParameters"]["user"]})
    return {"statusCode": 200}
def disconnect(event, context):
    connections.delete_item(Key={"connection_id": event["requestContext"]["connectionId"]})
    return {"statusCode": 200}
""",
    '''
def lambda_handler(event, context):
    """Lambda authorizer."""
    token = event["authorizationToken"]
    effect = "Allow" if token == "allow" else "Deny"
    return {
        "principalId": "user",
        "policyDocument": {"Version": "2012-10-17", "Statement": [{"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}]},
    }
''',
    """
import json
def handler(event, context):
    body = json.loads(event["body"]) if isinstance(event.get("body"), str) else event
    answer = {"sum": body["a"] + body["b"]}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(answer)}
""",
]

SHORT_BAD: list[tuple[str, str]] = [
    (
        "ASL901",
        """
cache = []
def handler(event, context):
    global cache
    cache = cache + [event["id"]]
    return cache
""",
    ),
    (
        "ASL901",
        """
class State:
    pass
state = State()
def handler(event, context):
    state.order = event["order"]
    return do()
""",
    ),
    (
        "ASL901",
        """
from collections import Counter
hits = Counter()
def handler(event, context):
    hits.update([event["page"]])
    return dict(hits)
""",
    ),
    (
        "ASL901",
        """
totals = {"sum": 0}
def handler(event, context):
    totals["sum"] = totals["sum"] + event["n"]
    return totals
""",
    ),
    (
        "ASL901",
        """
import itertools
_ids = itertools.count()
def handler(event, context):
    return {"seq": next(_ids), "id": event["id"]}
""",
    ),
    (
        "ASL901",
        """
_queue = []
def lambda_handler(event, context):
    batch = _queue
    batch.extend(event["items"])
    return len(batch)
""",
    ),
    (
        "ASL901",
        """
errors = list()
def process(record):
    try:
        work(record)
    except ValueError as e:
        errors.append(str(e))
def handler(event, context):
    [process(r) for r in event["rows"]]
    return {"errors": errors}
""",
    ),
    (
        "ASL901",
        """
current_user = None
def set_user(user):
    global current_user
    current_user = user
def handler(event, context):
    set_user(event["user"])
    return page()
""",
    ),
    (
        "ASL901",
        """
results = {}
def handler(event, context):
    results["latest"] = event
    return results
""",
    ),
    (
        "ASL901",
        """
_seen: set = set()
_memo: dict = {}
def handler(event, context):
    _seen.add(event["message_id"])
    _memo[event["message_id"]] = compute(event)
    return _memo[event["message_id"]]
""",
    ),
    (
        "ASL902",
        """
import functools
import boto3
ddb = boto3.client("dynamodb")
@functools.cache
def fetch(customer_id):
    return ddb.get_item(TableName=TABLE, Key={"id": {"S": customer_id}})
def handler(event, context):
    customer = event["customerId"]
    return fetch(customer)["Item"]["name"]["S"]
""",
    ),
    (
        "ASL902",
        """
from cachetools import TTLCache, cached
import requests
@cached(TTLCache(maxsize=100, ttl=300))
def profile(user):
    return requests.get(URL + user).json()
def handler(event, context):
    return profile(event["user"])["name"]
""",
    ),
    (
        "ASL902",
        """
CACHE = {}
def get_user(user_id, table):
    user = CACHE.get(user_id)
    if user is None:
        user = table.get_item(Key={"id": user_id})["Item"]
        CACHE[user_id] = user
    return user
def handler(event, context):
    return get_user(event["user_id"], make())["name"]
""",
    ),
    (
        "ASL903",
        """
import json
def handler(event, context):
    path = "/tmp/state.json"
    with open(path, "w") as f:
        json.dump(event, f)
    return {"saved": True}
""",
    ),
    (
        "ASL903",
        """
import boto3, zipfile
s3 = boto3.resource("s3")
def handler(event, context):
    local = "/tmp/archive.zip"
    s3.meta.client.download_file(event["bucket"], event["key"], local)
    with zipfile.ZipFile(local) as z:
        return {"names": z.namelist()}
""",
    ),
    (
        "ASL903",
        """
import os
TMP_DIR = "/tmp"
def handler(event, context):
    with open(f"{TMP_DIR}/out.txt", "w") as f:
        f.write(event["text"])
    return upload(f"{TMP_DIR}/out.txt")
""",
    ),
    (
        "ASL904",
        """
import os
def configure(event):
    os.environ["DB_NAME"] = event["db"]
def handler(event, context):
    configure(event)
    return query()
""",
    ),
    (
        "ASL904",
        """
from os import environ
def handler(event, context):
    environ["STAGE"] = event["stage"]
    return 1
""",
    ),
    (
        "ASL905",
        """
from threading import Thread
def handler(event, context):
    t = Thread(target=audit, args=[event], daemon=True)
    t.start()
    return {"ok": True}
""",
    ),
    (
        "ASL905",
        """
import concurrent.futures
pool = concurrent.futures.ThreadPoolExecutor()
def handler(event, context):
    future = pool.submit(audit, event)
    return {"ok": True}
""",
    ),
    (
        "ASL905",
        """
from concurrent.futures import ThreadPoolExecutor
def handler(event, context):
    executor = ThreadPoolExecutor(max_workers=2)
    for item in event["items"]:
        executor.submit(process, item)
    return {"ok": True}
""",
    ),
    (
        "ASL905",
        """
import asyncio
async def main(event):
    asyncio.create_task(log(event))
    return 1
def handler(event, context):
    return asyncio.run(main(event))
""",
    ),
    (
        "ASL906",
        """
import asyncio
from aws_lambda_powertools import Logger
logger = Logger()
@logger.inject_lambda_context
async def handler(event, context):
    await asyncio.sleep(1)
    return {}
""",
    ),
    (
        "ASL907",
        """
import boto3
def handler(event, context):
    dynamodb = boto3.resource("dynamodb")
    table = dynamodb.Table(os.environ["T"])
    r = table.get_item(Key={"id": event["id"]})
    return r["Item"]["name"].upper()
""",
    ),
    (
        "ASL907",
        """
from sqlalchemy import create_engine, text
import os
def handler(event, context):
    engine = create_engine(os.environ["URL"])
    with engine.connect() as c:
        return [dict(r) for r in c.execute(text("select 1"))]
""",
    ),
    (
        "ASL907",
        """
import boto3
class Repo:
    def __init__(self):
        self.client = boto3.client("dynamodb")
    def get(self, key):
        return self.client.get_item(TableName=T, Key=key)["Item"]["n"]
def handler(event, context):
    return Repo().get(event["key"])
""",
    ),
    (
        "ASL907",
        """
import requests
def handler(event, context):
    with requests.Session() as s:
        return s.get(event["url"], timeout=3).status_code + 1
""",
    ),
    (
        "ASL907",
        """
from boto3 import client
def handler(event, context):
    return client("sts").get_caller_identity()["Account"] + event["x"]
""",
    ),
    (
        "ASL908",
        """
import platform
def handler(event, context):
    node = platform.node()
    return {"node": node}
""",
    ),
    (
        "ASL908",
        """
import os
INSTANCE = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
def handler(event, context):
    return lock(event["id"], INSTANCE)
""",
    ),
    (
        "ASL908",
        """
def handler(event, context):
    owner = context.log_stream_name
    return lock(event["id"], owner)
""",
    ),
    (
        "ASL908",
        """
import os
def handler(event, context):
    boot = open("/proc/sys/kernel/random/boot_id").read()
    return {"boot": boot}
""",
    ),
    (
        "ASL910",
        """
import boto3, uuid, os
ddb = boto3.resource("dynamodb")
def handler(event, context):
    table = ddb.Table(os.environ["T"])
    table.put_item(Item={
        "PK": f"ORDER#{uuid.uuid4()}",
        "SK": "META",
        "total": event["total"],
    })
    return {}
""",
    ),
    (
        "ASL910",
        """
import boto3, os, random, string
s3 = boto3.client("s3")
def handler(event, context):
    suffix = "".join(random.choices(string.ascii_lowercase, k=8))
    s3.put_object(Bucket=os.environ["B"], Key="out/" + suffix, Body=event["text"].encode())
    return suffix
""",
    ),
    (
        "ASL910",
        """
import boto3, os, secrets
sns = boto3.client("sns")
def handler(event, context):
    sns.publish(TopicArn=os.environ["T"], Message=event["m"], MessageGroupId="g", MessageDeduplicationId=secrets.token_hex(8))
    return event["m"].upper()
""",
    ),
    (
        "ASL910",
        """
import boto3, os, time
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    item = dict(pk=event["user"], sk=str(time.time_ns()), action=event["action"])
    table.put_item(Item=item)
    return item
""",
    ),
    (
        "ASL910",
        """
import boto3, os, uuid
ddb = boto3.client("dynamodb")
def handler(event, context):
    ddb.transact_write_items(TransactItems=[
        {"Put": {"TableName": os.environ["T"], "Item": {"id": {"S": str(uuid.uuid4())}, "v": {"S": event["v"]}}}},
    ])
    return {}
""",
    ),
    (
        "ASL910",
        """
import boto3, os, uuid
batch = boto3.client("batch")
def handler(event, context):
    r = batch.submit_job(jobName=f"job-{uuid.uuid4()}", jobQueue=os.environ["Q"], jobDefinition=os.environ["D"])
    return {"id": r["jobId"], "x": event["x"] * 2}
""",
    ),
    (
        "ASL910",
        """
import boto3, os
from datetime import datetime
sm = boto3.client("sagemaker")
def handler(event, context):
    name = "train-" + datetime.now().strftime("%Y-%m-%d-%H-%M-%S")
    sm.create_training_job(TrainingJobName=name, **event["params"])
    return {"name": name}
""",
    ),
    (
        "ASL910",
        """
import boto3, os, uuid
table = boto3.resource("dynamodb").Table(os.environ["T"])
def build(event):
    return {"orderId": str(uuid.uuid4()), "customerId": event["customer"], "status": "NEW"}
def handler(event, context):
    order = build(event)
    table.put_item(Item=order, ConditionExpression="attribute_not_exists(orderId)")
    return order
""",
    ),
    (
        "ASL910",
        """
import boto3, os
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    table.update_item(
        Key={"id": context.aws_request_id},
        UpdateExpression="SET v = :v",
        ExpressionAttributeValues={":v": event["v"]},
    )
    return 1
""",
    ),
    (
        "ASL910",
        """
import uuid, os, boto3
RUN = uuid.uuid4().hex
s3 = boto3.client("s3")
def handler(event, context):
    s3.upload_fileobj(data(event), os.environ["B"], f"{RUN}/x.csv")
    return RUN
""",
    ),
    (
        "ASL910",
        """
import boto3, os, json, uuid
kinesis = boto3.client("kinesis")
def handler(event, context):
    kinesis.put_record(StreamName=os.environ["S"], PartitionKey=event["user"], Data=json.dumps({"event_id": str(uuid.uuid4()), "user": event["user"]}))
    return 1
""",
    ),
    (
        "ASL910",
        """
import boto3, os, json, uuid
events = boto3.client("events")
def handler(event, context):
    detail = {"id": str(uuid.uuid4()), "order": event["order"]}
    events.put_events(Entries=[{"Source": "a", "DetailType": "b", "Detail": json.dumps(detail)}])
    return 1
""",
    ),
    (
        "ASL911",
        """
import boto3, os
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    table.update_item(Key={"id": event["id"]}, UpdateExpression="set #c = #c + :inc",
        ExpressionAttributeNames={"#c": "count"}, ExpressionAttributeValues={":inc": 1})
    return {"id": event["id"]}
""",
    ),
    (
        "ASL911",
        """
import boto3, os
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    r = table.get_item(Key={"id": event["id"]})
    item = r.get("Item", {"id": event["id"], "count": 0})
    item["count"] += 1
    table.put_item(Item=item)
    return item
""",
    ),
    (
        "ASL911",
        """
import boto3, os
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    response = table.get_item(Key={"id": event["id"]})
    new_balance = response["Item"]["balance"] + event["amount"]
    table.put_item(Item={"id": event["id"], "balance": new_balance})
    return new_balance
""",
    ),
    (
        "ASL911",
        """
import boto3, os
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    order = table.get_item(Key={"id": event["id"]})["Item"]
    order["events"].append(event["what"])
    table.put_item(Item=order)
    return order
""",
    ),
    (
        "ASL911",
        """
import boto3, os
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    table.update_item(Key={"id": event["id"]}, AttributeUpdates={"n": {"Action": "ADD", "Value": 1}})
    return 1
""",
    ),
    (
        "ASL911",
        """
import os, redis
r = redis.Redis(host=os.environ["H"])
def handler(event, context):
    n = r.incr("visits:" + event["page"])
    return {"n": n}
""",
    ),
    (
        "ASL911",
        """
import boto3, os
rds = boto3.client("rds-data")
def handler(event, context):
    rds.execute_statement(resourceArn=os.environ["A"], secretArn=os.environ["S"],
        sql="UPDATE wallet SET coins = coins + :n WHERE id = :id",
        parameters=[{"name": "n", "value": {"longValue": event["n"]}}])
    return 1
""",
    ),
    (
        "ASL912",
        """
import boto3, os, json
from flowdsl.handler import handler
sqs = boto3.resource("sqs")
queue = sqs.Queue(os.environ["Q"])
@handler
def publish(*, order: dict) -> int:
    queue.send_message(MessageBody=json.dumps(order))
    return len(order)
""",
    ),
    (
        "ASL912",
        """
import boto3, os
topic = boto3.resource("sns").Topic(os.environ["T"])
def handler(event, context):
    topic.publish(Message=f"Order {event['id']}")
    return event["id"].upper()
""",
    ),
    (
        "ASL912",
        """
import httpx
def handler(event, context):
    r = httpx.post(f"{BASE}/payments", json={"amount": event["amount"]})
    return r.json()["id"]
""",
    ),
    (
        "ASL912",
        """
import boto3, os
def handler(event, context, *, client=boto3.client("sqs")):
    client.send_message(QueueUrl=os.environ["Q"], MessageBody=event["body"], MessageGroupId=event["id"])
    return event["body"].upper()
""",
    ),
    (
        "ASL912",
        """
import stripe, os
stripe.api_key = os.environ["KEY"]
def handler(event, context):
    intent = stripe.PaymentIntent.create(amount=event["amount"], currency="usd")
    return intent.id
""",
    ),
    (
        "ASL913",
        """
import boto3, os, json
def handler(event, context):
    for order in event["orders"]:
        SFN.start_execution(stateMachineArn=os.environ["ARN"], input=json.dumps(order))
    return len(event["orders"])
SFN = boto3.client("stepfunctions")
""",
    ),
    (
        "ASL914",
        """
import boto3, os
ec2 = boto3.client("ec2")
def handler(event, context):
    r = ec2.run_instances(ImageId=event["ami"], MinCount=1, MaxCount=1, InstanceType="t3.micro")
    return r["Instances"][0]["InstanceId"]
""",
    ),
    (
        "ASL914",
        """
import boto3, os
sm = boto3.client("secretsmanager")
def handler(event, context):
    r = sm.create_secret(Name=event["name"], SecretString=event["value"])
    return r["ARN"].upper()
""",
    ),
    (
        "ASL920",
        """
from flowdsl.handler import handler
import logging
log = logging.getLogger()
@handler(raises=(ValueError,))
def convert(*, x: str) -> dict:
    try:
        y = int(x)
        return {"y": y}
    except Exception:
        log.exception("failed")
        return {"y": None}
""",
    ),
    (
        "ASL920",
        """
import flowdsl.handler as fh
@fh.handler
def convert(*, x: str) -> dict:
    result = None
    try:
        result = int(x)
    except (ValueError, Exception) as e:
        return {"error": str(e)}
    return {"y": result}
""",
    ),
    (
        "ASL921",
        """
def handler(event, context):
    attempts = 0
    while True:
        try:
            return send(event)
        except Exception:
            attempts += 1
            if attempts >= 3:
                raise
""",
    ),
    (
        "ASL921",
        """
import time
def with_retries(f, n=3):
    for i in range(n):
        try:
            return f()
        except Exception as e:
            if i == n - 1:
                raise
            time.sleep(1)
def handler(event, context):
    return with_retries(lambda: send(event))
""",
    ),
    (
        "ASL930",
        """
import boto3, json
lam = boto3.client("lambda")
def call(name, payload):
    r = lam.invoke(FunctionName=name, InvocationType="RequestResponse", Payload=json.dumps(payload).encode())
    return json.loads(r["Payload"].read())
def handler(event, context):
    a = call("first", event)
    return call("second", a)
""",
    ),
    (
        "ASL931",
        """
import boto3, time
batch = boto3.client("batch")
def handler(event, context):
    job = batch.submit_job(jobName=event["id"], jobQueue="q", jobDefinition="d")
    for _ in range(100):
        status = batch.describe_jobs(jobs=[job["jobId"]])["jobs"][0]["status"]
        if status == "SUCCEEDED":
            return {"status": status}
        time.sleep(5)
    raise TimeoutError
""",
    ),
    (
        "ASL931",
        """
import time, requests
def handler(event, context):
    r = requests.get(event["job_url"]).json()
    while r["status"] != "done":
        time.sleep(3)
        r = requests.get(event["job_url"]).json()
    return r
""",
    ),
    (
        "ASL931",
        """
import boto3
rds = boto3.client("rds")
def handler(event, context):
    rds.create_db_snapshot(DBInstanceIdentifier=event["db"], DBSnapshotIdentifier=event["snap"])
    rds.get_waiter("db_snapshot_completed").wait(DBSnapshotIdentifier=event["snap"])
    return event["snap"]
""",
    ),
    (
        "ASL932",
        """
import time
def handler(event, context):
    if event["slow"]:
        time.sleep(event["seconds"])
    return work(event)
""",
    ),
    (
        "ASL932",
        """
import asyncio
async def run(event):
    await asyncio.sleep(30)
    return event["x"]
def handler(event, context):
    return asyncio.run(run(event))
""",
    ),
    (
        "ASL933",
        '''
import boto3, os
sqs = boto3.client("sqs")
def handler(event, context):
    """Deletes a message."""
    return sqs.delete_message(QueueUrl=os.environ["Q"], ReceiptHandle=event["handle"])
''',
    ),
    (
        "ASL933",
        """
import json, boto3, os, logging
logger = logging.getLogger()
sns_table = boto3.resource("dynamodb").Table(os.environ["T"])
def lambda_handler(event, context):
    logger.info(json.dumps(event))
    order_id = event["order_id"]
    response = sns_table.get_item(Key={"order_id": order_id})
    return response["Item"]
""",
    ),
    (
        "ASL933",
        """
import boto3
glue = boto3.client("glue")
def handler(event, context):
    response = glue.start_job_run(JobName=event["job"])
    return {"statusCode": 200}
""",
    ),
    (
        "ASL934",
        """
def handler(event, context):
    action = event.get("action", "list")
    if action == "list":
        return list_all()
    elif action == "get":
        return get_one(event["id"])
    elif action == "delete":
        return delete(event["id"])
""",
    ),
    (
        "ASL934",
        """
class Ops:
    def a(self, e): return 1
    def b(self, e): return 2
    def c(self, e): return 3
OPS = Ops()
def handler(event, context):
    match event["type"]:
        case "resize":
            return OPS.a(event)
        case "crop":
            return OPS.b(event)
        case "rotate":
            return OPS.c(event)
""",
    ),
    (
        "ASL934",
        """
def handler(event, context):
    handlers = {"create": create, "read": read, "update": update, "delete": delete}
    return handlers.get(event["operation"], unknown)(event)
""",
    ),
    (
        "ASL934",
        """
def handler(event, context):
    operation = event["operation"]
    if operation == "add":
        result = event["a"] + event["b"]
    elif operation == "subtract":
        result = event["a"] - event["b"]
    elif operation == "multiply":
        result = event["a"] * event["b"]
    else:
        raise ValueError(operation)
    return result
""",
    ),
    (
        "ASL934",
        """
def handler(event, context):
    fn = {"a": do_a, "b": do_b, "c": do_c}[event["task"]]
    return fn(event)
""",
    ),
    (
        "ASL935",
        """
import boto3, os
s3 = boto3.resource("s3")
def handler(event, context):
    bucket = s3.Bucket(os.environ["B"])
    for obj in bucket.objects.all():
        process(obj.key)
    return "done"
""",
    ),
    (
        "ASL935",
        """
import boto3, os
ddb = boto3.client("dynamodb")
def scheduled(event, context):
    paginator = ddb.get_paginator("scan")
    for page in paginator.paginate(TableName=os.environ["T"]):
        for item in page["Items"]:
            expire(item)
    return "ok"
""",
    ),
    (
        "ASL935",
        """
import boto3, os
s3 = boto3.client("s3")
def list_new():
    return s3.list_objects_v2(Bucket=os.environ["B"], Prefix="incoming/").get("Contents", [])
def lambda_handler(event, context):
    print("triggered at", event["time"])
    return [convert(o["Key"]) for o in list_new()]
""",
    ),
    (
        "ASL936",
        """
import json
def handler(event, context):
    message = json.loads(event["Records"][0]["Sns"]["Message"])
    return work(message)
""",
    ),
    (
        "ASL936",
        """
def handler(event, context):
    user = event["requestContext"]["authorizer"]["principalId"]
    return {"user": user}
""",
    ),
    (
        "ASL940",
        """
DB = {"host": "h", "password": "S3cr3tPassw0rd"}
def handler(event, context):
    return connect(DB)
""",
    ),
    (
        "ASL940",
        """
import psycopg2
conn = psycopg2.connect("postgresql://app:hunter22@db.internal/shop")
def handler(event, context):
    return run(conn, event)
""",
    ),
    (
        "ASL940",
        """
import stripe
stripe.api_key = "sk_live_51H8abcdefghij"
def handler(event, context):
    return stripe.Balance.retrieve()["available"]
""",
    ),
    (
        "ASL940",
        """
def handler(event, context):
    token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
    return get(event["repo"], token)
""",
    ),
    (
        "ASL941",
        """
import boto3
sqs = boto3.client("sqs")
QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/123456789012/orders.fifo"
def handler(event, context):
    sqs.send_message(QueueUrl=QUEUE_URL, MessageBody=event["b"], MessageGroupId="a", MessageDeduplicationId=event["id"])
    return event["b"].upper()
""",
    ),
    (
        "ASL941",
        """
ROLE = "arn:aws:iam::123456789012:role/reader"
def handler(event, context):
    return assume(ROLE, event)
""",
    ),
    (
        "ASL942",
        """
import boto3
s3 = boto3.client("s3")
BUCKET = "my-company-data"
def handler(event, context):
    return s3.get_object(Bucket=BUCKET, Key=event["key"])["Body"].read().decode().upper()
""",
    ),
    (
        "ASL942",
        """
import requests
ENDPOINT = "https://api.partner.io/v1/orders"
def handler(event, context):
    return requests.get(ENDPOINT + "/" + event["id"], timeout=3).json()
""",
    ),
    (
        "ASL901",
        """
import boto3
ORDERS = {}
def save_order(order):
    ORDERS[order["id"]] = order["total"]
    return sum(ORDERS.values())
def lambda_handler(event, context):
    return {"total": save_order(event["order"])}
""",
    ),
    (
        "ASL901",
        """
from flowdsl.handler import handler
class Cart:
    def __init__(self):
        self.items = {}
    def add(self, sku, n):
        self.items[sku] = self.items.get(sku, 0) + n
CART = Cart()
@handler
def add_to_cart(*, sku: str, n: int) -> dict:
    CART.add(sku, n)
    return CART.items
""",
    ),
    (
        "ASL901",
        """
_request_count = {"n": 0}
def handler(event, context):
    _request_count["n"] += 1
    if _request_count["n"] > 100:
        raise RuntimeError("too many")
    return {"ok": event["ok"]}
""",
    ),
    (
        "ASL901",
        """
user_id = None
def handler(event, context):
    global user_id
    user_id = event["user"]["id"]
    return greet()
def greet():
    return f"hello {user_id}"
""",
    ),
    (
        "ASL901",
        """
first_event = None
def handler(event, context):
    global first_event
    if first_event is None:
        first_event = event
    return {"first": first_event["id"]}
""",
    ),
    (
        "ASL901",
        """
import queue
pending = queue.Queue()
def handler(event, context):
    pending.put(event["job"])
    return pending.qsize()
""",
    ),
    (
        "ASL901",
        """
results = []
def handler(event, context):
    results.extend(process(r) for r in event["rows"])
    return results
""",
    ),
    (
        "ASL902",
        """
import functools, boto3
client = boto3.client("dynamodb")
class Users:
    @functools.lru_cache(maxsize=100)
    def get(self, user_id):
        return client.get_item(TableName="t", Key={"id": {"S": user_id}})
users = Users()
def handler(event, context):
    return users.get(event["user"])["Item"]["name"]["S"]
""",
    ),
    (
        "ASL902",
        """
from cachetools import LRUCache
cache = LRUCache(maxsize=1000)
def handler(event, context):
    try:
        return cache[event["id"]]
    except KeyError:
        value = expensive(event["id"])
        cache[event["id"]] = value
        return value
""",
    ),
    (
        "ASL903",
        """
import subprocess
def handler(event, context):
    with open("/tmp/script.sh", "w") as f:
        f.write(event["script"])
    subprocess.check_call(["bash", "/tmp/script.sh"])
    return {}
""",
    ),
    (
        "ASL903",
        """
import pandas as pd, boto3
def handler(event, context):
    df = pd.DataFrame(event["rows"])
    df.to_parquet("/tmp/data.parquet")
    S3.upload_file("/tmp/data.parquet", event["bucket"], event["key"])
    return len(df)
S3 = boto3.client("s3")
""",
    ),
    (
        "ASL903",
        """
import os
def handler(event, context):
    path = "/tmp/counter"
    n = int(open(path).read()) if os.path.exists(path) else 0
    with open(path, "w") as f:
        f.write(str(n + 1))
    return n
""",
    ),
    (
        "ASL904",
        """
import os, time
def handler(event, context):
    os.environ["TZ"] = event["timezone"]
    time.tzset()
    return render(event)
""",
    ),
    (
        "ASL904",
        """
import os
def handler(event, context):
    os.putenv("LANG", event["lang"])
    return run()
""",
    ),
    (
        "ASL905",
        """
import threading
def background(event):
    print(event)
class Handler:
    def __call__(self, event, context):
        threading.Thread(target=background, args=(event,)).start()
        return {}
handler = Handler()
""",
    ),
    (
        "ASL907",
        """
import boto3
def get_item(table_name, key):
    client = boto3.client("dynamodb")
    return client.get_item(TableName=table_name, Key=key)["Item"]
def handler(event, context):
    return get_item(event["table"], event["key"])["name"]["S"].upper()
""",
    ),
    (
        "ASL907",
        """
import boto3
session = boto3.session.Session()
def handler(event, context):
    sqs = boto3.client(service_name="sqs")
    return sqs.get_queue_attributes(QueueUrl=event["q"])["Attributes"]["x"] + "1"
""",
    ),
    (
        "ASL910",
        """
import boto3, os, uuid
from flowdsl.handler import handler
table = boto3.resource("dynamodb").Table(os.environ["T"])
@handler(timeout_seconds=10)
def create_user(*, email: str) -> dict:
    user = {"user_id": str(uuid.uuid4()), "email": email}
    table.put_item(Item=user)
    return user
""",
    ),
    (
        "ASL910",
        """
import os, boto3
from datetime import datetime, timezone
from flowdsl.handler import handler
s3 = boto3.client("s3")
@handler
def export(*, rows: list) -> str:
    key = "exports/" + datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S") + ".csv"
    s3.put_object(Bucket=os.environ["B"], Key=key, Body="\\n".join(rows).encode())
    return key
""",
    ),
    (
        "ASL910",
        """
import boto3, uuid, os
scheduler = boto3.client("scheduler")
def handler(event, context):
    scheduler.create_schedule(Name=f"r-{uuid.uuid4()}", ScheduleExpression=event["at"], FlexibleTimeWindow={"Mode": "OFF"}, Target={"Arn": os.environ["A"], "RoleArn": os.environ["R"]}, ClientToken=event["id"])
    return {"at": event["at"] + "Z"}
""",
    ),
    (
        "ASL910",
        """
import boto3, os, time
cf = boto3.client("cloudfront")
def handler(event, context):
    cf.create_invalidation(DistributionId=os.environ["D"], InvalidationBatch={"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": str(time.time())})
    return {"ok": event["path"] + "/"}
""",
    ),
    (
        "ASL910",
        """
import boto3, os
from uuid import uuid4 as new_id
table = boto3.resource("dynamodb").Table(os.environ["T"])
class Repo:
    def __init__(self, table):
        self.table = table
    def add(self, data):
        record = {**data, "id": str(new_id())}
        self.table.put_item(Item=record)
        return record
repo = Repo(table)
def handler(event, context):
    return repo.add({"name": event["name"]})
""",
    ),
    (
        "ASL910",
        """
import boto3, os, ulid
table = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    order_id = str(ulid.new())
    with table.batch_writer() as w:
        for i, line in enumerate(event["lines"]):
            w.put_item(Item={"pk": order_id, "sk": str(i), **line})
    return order_id
""",
    ),
    (
        "ASL910",
        """
import boto3, os, uuid
s3r = boto3.resource("s3")
def handler(event, context):
    s3r.Object(os.environ["B"], f"{uuid.uuid4()}.json").put(Body=event["body"])
    return event["body"].upper()
""",
    ),
    (
        "ASL910",
        """
import psycopg2, os, uuid
conn = psycopg2.connect(os.environ["DSN"])
def handler(event, context):
    pid = uuid.uuid4()
    with conn.cursor() as cur:
        cur.execute("insert into payments(id, amount) values (%(id)s, %(amount)s)", {"id": str(pid), "amount": event["amount"]})
    conn.commit()
    return str(pid)
""",
    ),
    (
        "ASL911",
        """
import boto3, os
from flowdsl.handler import handler
table = boto3.resource("dynamodb").Table(os.environ["STOCK"])
@handler
def take(*, sku: str, n: int) -> int:
    response = table.update_item(
        Key={"sku": sku},
        UpdateExpression="SET stock = stock - :n",
        ExpressionAttributeValues={":n": n},
        ReturnValues="UPDATED_NEW",
    )
    return int(response["Attributes"]["stock"])
""",
    ),
    (
        "ASL911",
        """
import boto3, os
from flowdsl.handler import handler, natural
table = boto3.resource("dynamodb").Table(os.environ["STOCK"])
@handler(idempotency=natural())
def visit(*, page: str) -> None:
    table.update_item(Key={"page": page}, UpdateExpression="ADD hits :one", ExpressionAttributeValues={":one": 1})
""",
    ),
    (
        "ASL911",
        """
import boto3, os
client = boto3.client("dynamodb")
def bump(key, amount):
    client.update_item(TableName=os.environ["T"], Key=key, UpdateExpression="ADD #n :a", ExpressionAttributeNames={"#n": "total"}, ExpressionAttributeValues={":a": {"N": str(amount)}})
def handler(event, context):
    for line in event["lines"]:
        bump({"id": {"S": line["id"]}}, line["amount"])
    return {}
""",
    ),
    (
        "ASL912",
        """
import boto3, os, json
from flowdsl.handler import handler
client = boto3.client("sqs")
@handler
def forward(*, orders: list[dict]) -> int:
    for order in orders:
        client.send_message(QueueUrl=os.environ["Q"], MessageBody=json.dumps(order))
    return len(orders)
""",
    ),
    (
        "ASL912",
        """
import os, requests
from flowdsl.handler import handler
@handler(raises=(RuntimeError,))
def charge(*, card: str, cents: int) -> str:
    response = requests.post(os.environ["GATEWAY"] + "/v1/charges", json={"card": card, "cents": cents}, timeout=10)
    if response.status_code != 200:
        raise RuntimeError(response.text)
    return response.json()["id"]
""",
    ),
    (
        "ASL912",
        """
import urllib3, json, os
http = urllib3.PoolManager()
def handler(event, context):
    r = http.request("POST", os.environ["SLACK_WEBHOOK"], body=json.dumps({"text": event["text"]}))
    return r.status
""",
    ),
    (
        "ASL913",
        """
import boto3, os, json
from flowdsl.handler import handler
sfn = boto3.client("stepfunctions")
@handler
def kick(*, order: dict) -> str:
    response = sfn.start_execution(
        stateMachineArn=os.environ["ARN"],
        input=json.dumps(order),
    )
    return response["executionArn"]
""",
    ),
    (
        "ASL914",
        """
import boto3, os
client = boto3.client("servicecatalog")
def handler(event, context):
    r = client.provision_product(ProductId=event["product"], ProvisionedProductName=event["name"], ProvisioningArtifactId=event["artifact"])
    return r["RecordDetail"]["RecordId"]
""",
    ),
    (
        "ASL920",
        '''
import logging
from flowdsl.handler import handler
log = logging.getLogger()
@handler
def work(*, x: int) -> dict:
    """Divides."""
    try:
        result = 10 / x
    except Exception as e:
        log.error("oops %s", e)
        return {"error": "failed"}
    else:
        return {"result": result}
''',
    ),
    (
        "ASL920",
        """
from flowdsl.handler import handler
import boto3
from botocore.exceptions import ClientError
s3 = boto3.client("s3")
@handler
def size(*, bucket: str, key: str) -> dict:
    try:
        return {"size": s3.head_object(Bucket=bucket, Key=key)["ContentLength"]}
    except ClientError as e:
        return {"size": None, "error": str(e)}
""",
    ),
    (
        "ASL921",
        """
import time, boto3
from botocore.exceptions import ClientError
ddb = boto3.client("dynamodb")
def handler(event, context):
    delay = 1
    for i in range(1, 6):
        try:
            r = ddb.get_item(TableName=event["t"], Key=event["k"])
            break
        except ClientError:
            time.sleep(delay)
            delay *= 2
    return r["Item"]
""",
    ),
    (
        "ASL921",
        """
from flowdsl.handler import handler
@handler
def fetch(*, url: str) -> str:
    last = None
    for _ in range(3):
        try:
            return download(url)
        except OSError as error:
            last = error
    raise last
""",
    ),
    (
        "ASL930",
        """
import boto3, json, os
from flowdsl.handler import handler
@handler
def step(*, order: dict) -> dict:
    response = boto3.client("lambda").invoke(FunctionName=os.environ["NEXT"], Payload=json.dumps(order))
    return json.load(response["Payload"])
""",
    ),
    (
        "ASL931",
        """
import boto3, time
sm = boto3.client("sagemaker")
def handler(event, context):
    sm.create_training_job(TrainingJobName=event["name"], **event["config"])
    status = "InProgress"
    while status == "InProgress":
        time.sleep(60)
        status = sm.describe_training_job(TrainingJobName=event["name"])["TrainingJobStatus"]
    return status
""",
    ),
    (
        "ASL931",
        """
import boto3, time, json
sfn = boto3.client("stepfunctions")
def handler(event, context):
    arn = sfn.start_execution(stateMachineArn=event["arn"], name=event["id"], input="{}")["executionArn"]
    while True:
        d = sfn.describe_execution(executionArn=arn)
        if d["status"] != "RUNNING":
            return json.loads(d["output"])
        time.sleep(1)
""",
    ),
    (
        "ASL931 ASL932",
        """
import time
import boto3
redshift = boto3.client("redshift-data")
def handler(event, context):
    q = redshift.execute_statement(ClusterIdentifier=event["c"], Database=event["d"], Sql=event["sql"], ClientToken=event["id"])
    for attempt in range(60):
        status = redshift.describe_statement(Id=q["Id"])["Status"]
        if status in ("FINISHED", "FAILED"):
            break
        time.sleep(5)
    return status
""",
    ),
    (
        "ASL933",
        """
import boto3, os
dynamodb = boto3.resource("dynamodb")
table = dynamodb.Table(os.environ["TABLE"])
def lambda_handler(event, context):
    item = {
        "id": event["id"],
        "name": event["name"],
    }
    table.put_item(Item=item)
    return {"statusCode": 200}
""",
    ),
    (
        "ASL933",
        """
from flowdsl.handler import handler
import boto3, os
events = boto3.client("ssm")
@handler
def read(*, name: str) -> dict:
    response = events.get_parameter(Name=name)
    return response["Parameter"]
""",
    ),
    (
        "ASL934",
        """
from flowdsl.handler import handler
@handler
def orders(*, action: str, order: dict) -> dict:
    if action == "create":
        return create(order)
    if action == "cancel":
        return cancel(order)
    if action == "ship":
        return ship(order)
    raise ValueError(action)
""",
    ),
    (
        "ASL934",
        """
def lambda_handler(event, context):
    op = event["op"]
    match op:
        case "create": return create(event)
        case "read": return read(event)
        case "update": return update(event)
        case "delete": return delete(event)
""",
    ),
    (
        "ASL935",
        '''
import boto3, os
s3 = boto3.client("s3")
def lambda_handler(event, context):
    """Triggered every 5 minutes by an EventBridge schedule; looks for new uploads."""
    response = s3.list_objects_v2(Bucket=os.environ["UPLOADS"], Prefix="incoming/")
    for obj in response.get("Contents", []):
        process(obj["Key"])
    return {"processed": len(response.get("Contents", []))}
''',
    ),
    (
        "ASL935",
        """
import boto3, os
client = boto3.client("s3")
def poll_bucket(event, context):
    kwargs = {"Bucket": os.environ["B"]}
    while True:
        page = client.list_objects_v2(**kwargs)
        for o in page.get("Contents", []):
            handle(o)
        if not page.get("NextContinuationToken"):
            break
        kwargs["ContinuationToken"] = page["NextContinuationToken"]
    return {}
""",
    ),
    (
        "ASL936",
        """
from flowdsl.handler import handler
import json
@handler
def consume(event: dict) -> int:
    n = 0
    for record in event["Records"]:
        n += len(json.loads(record["body"]))
    return n
""",
    ),
    (
        "ASL936",
        """
import json, urllib.parse, boto3
s3 = boto3.client("s3")
def lambda_handler(event, context):
    bucket = event['Records'][0]['s3']['bucket']['name']
    key = urllib.parse.unquote_plus(event['Records'][0]['s3']['object']['key'], encoding='utf-8')
    response = s3.get_object(Bucket=bucket, Key=key)
    print("CONTENT TYPE: " + response['ContentType'])
    return response['ContentType']
""",
    ),
    (
        "ASL940",
        """
import boto3
client = boto3.client("s3", aws_access_key_id="AKIAABCDEFGHIJKLMNOP", aws_secret_access_key="abcdefghijklmnopqrstuvwxyz0123456789ABCD")
def handler(event, context):
    return client.list_buckets()["Buckets"][0]["Name"] + event["x"]
""",
    ),
    (
        "ASL940",
        """
STRIPE_SECRET = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
def handler(event, context):
    return pay(STRIPE_SECRET, event)
""",
    ),
    (
        "ASL940",
        """
def handler(event, context):
    conn = connect(user="admin", password="p4ssw0rd!")
    return conn.run(event["q"])
""",
    ),
    (
        "ASL941",
        """
import boto3
lam = boto3.client("stepfunctions")
def handler(event, context):
    r = lam.start_execution(stateMachineArn="arn:aws:states:us-east-1:123456789012:stateMachine:orders", name=event["id"], input=event["body"])
    return r["executionArn"].split(":")[-1]
""",
    ),
    (
        "ASL942",
        """
import boto3
BUCKET_NAME = "acme-invoices"
s3 = boto3.client("s3")
def handler(event, context):
    body = s3.get_object(Bucket=BUCKET_NAME, Key=event["key"])["Body"].read()
    return {"bytes": len(body)}
""",
    ),
    (
        "ASL908",
        """
import os, socket
WORKER_ID = socket.gethostname()
def handler(event, context):
    return {"worker": WORKER_ID, "id": event["id"]}
""",
    ),
    (
        "ASL908",
        """
import uuid
def handler(event, context):
    node = uuid.getnode()
    return {"node": node}
""",
    ),
]
