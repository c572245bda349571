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
        "ASL901 ASL902",
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
]
