"""Sound handlers that look like bad ones: nothing may be said about any of them."""

SPELLED_SOUND: dict[str, str] = {}

SPELLED_SOUND["decorated, events with an id"] = """
import json

import boto3

from flowdsl.handler import handler

events = boto3.client("events")


@handler
def announce(*, order_id: str, cents: int) -> None:
    detail = json.dumps({"id": f"paid-{order_id}", "euros": cents / 100})
    events.put_events(Entries=[{"Source": "shop", "DetailType": "Paid", "Detail": detail}])
"""

SPELLED_SOUND["lazily cached client in globals()"] = """
import boto3
def _client():
    if "_c" not in globals():
        globals()["_c"] = boto3.client("s3")
    return globals()["_c"]
def handler(event, context):
    o = _client().get_object(Bucket=event["bucket"], Key=event["key"])
    return {"n": len(o["Body"].read())}
"""

SPELLED_SOUND["lru_cache on settings"] = """
import os
from functools import lru_cache
import boto3
ssm = boto3.client("ssm")
@lru_cache(maxsize=None)
def settings():
    return ssm.get_parameters_by_path(Path=os.environ["PREFIX"])["Parameters"]
def handler(event, context):
    s = {p["Name"]: p["Value"] for p in settings()}
    return {"limit": s["limit"], "id": event["id"]}
"""

SPELLED_SOUND["lru_cache client by service"] = """
from functools import lru_cache
import boto3
@lru_cache
def client(service):
    return boto3.client(service)
def handler(event, context):
    o = client("s3").get_object(Bucket=event["b"], Key=event["k"])
    return {"n": len(o["Body"].read())}
"""

SPELLED_SOUND["uuid for logging"] = """
import logging, uuid
import boto3
logger = logging.getLogger()
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    trace = uuid.uuid4().hex
    logger.info("start %s", trace)
    t.put_item(Item={"id": event["id"], "total": event["total"] * 2})
    return {"id": event["id"]}
"""

SPELLED_SOUND["uuid5"] = """
import os, uuid
import boto3
t = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, event["url"]))
    t.put_item(Item={"id": key, "url": event["url"].lower()})
    return {"id": key}
"""

SPELLED_SOUND["sha key"] = """
import hashlib, json, os
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    body = json.dumps(event["report"], sort_keys=True)
    key = f"reports/{hashlib.sha256(body.encode()).hexdigest()}.json"
    s3.put_object(Bucket=os.environ["B"], Key=key, Body=body)
    return {"key": key}
"""

SPELLED_SOUND["conditional put"] = """
import os
import boto3
from botocore.exceptions import ClientError
t = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    try:
        t.put_item(Item={"id": event["id"], "n": event["n"]}, ConditionExpression="attribute_not_exists(id)")
    except ClientError as e:
        if e.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return {"duplicate": True}
    return {"duplicate": False}
"""

SPELLED_SOUND["Attr condition"] = """
import os
import boto3
from boto3.dynamodb.conditions import Attr
t = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    try:
        t.update_item(Key={"id": event["id"]}, UpdateExpression="ADD n :one SET last_ev = :e", ConditionExpression=Attr("last_ev").ne(event["ev"]), ExpressionAttributeValues={":one": 1, ":e": event["ev"]})
    except t.meta.client.exceptions.ConditionalCheckFailedException:
        pass
    return {"id": event["id"]}
"""

SPELLED_SOUND["fifo"] = """
import json, os
import boto3
sqs = boto3.client("sqs")
def handler(event, context):
    body = json.dumps({"order": event["order_id"]}, sort_keys=True)
    sqs.send_message(QueueUrl=os.environ["Q"], MessageBody=body, MessageGroupId=event["customer"], MessageDeduplicationId=event["order_id"])
    return {"queued": event["order_id"]}
"""

SPELLED_SOUND["client request token"] = """
import os
import boto3
d = boto3.client("dynamodb")
def handler(event, context):
    d.transact_write_items(
        TransactItems=[{"Update": {"TableName": os.environ["T"], "Key": {"id": {"S": event["id"]}}, "UpdateExpression": "ADD n :o", "ExpressionAttributeValues": {":o": {"N": "1"}}}}],
        ClientRequestToken=event["id"],
    )
    return {"id": event["id"], "x": 1}
"""

SPELLED_SOUND["start execution named"] = """
import json, os
import boto3
sfn = boto3.client("stepfunctions")
def handler(event, context):
    name = f"order-{event['order_id']}"
    try:
        sfn.start_execution(stateMachineArn=os.environ["ARN"], name=name, input=json.dumps(event, sort_keys=True))
    except sfn.exceptions.ExecutionAlreadyExists:
        pass
    return {"name": name}
"""

SPELLED_SOUND["tempdir"] = """
import os, tempfile
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    with tempfile.NamedTemporaryFile(dir="/tmp", suffix=".csv") as f:
        s3.download_fileobj(event["b"], event["k"], f)
        f.seek(0)
        return {"rows": sum(1 for _ in f)}
"""

SPELLED_SOUND["tmp by request id"] = """
import os, boto3
s3 = boto3.client("s3")
def handler(event, context):
    path = f"/tmp/{context.aws_request_id}.csv"
    try:
        s3.download_file(event["b"], event["k"], path)
        with open(path) as f:
            return {"rows": sum(1 for _ in f)}
    finally:
        os.remove(path)
"""

SPELLED_SOUND["thread pool with"] = """
import os
from concurrent.futures import ThreadPoolExecutor
import boto3
s3 = boto3.client("s3")
def size(key):
    return s3.head_object(Bucket=os.environ["B"], Key=key)["ContentLength"]
def handler(event, context):
    with ThreadPoolExecutor(max_workers=8) as pool:
        return {"sizes": list(pool.map(size, event["keys"]))}
"""

SPELLED_SOUND["thread join"] = """
from threading import Thread
def handler(event, context):
    out = []
    ts = [Thread(target=lambda r=r: out.append(r * 2)) for r in event["rows"]]
    for t in ts:
        t.start()
    for t in ts:
        t.join()
    return {"out": sorted(out)}
"""

SPELLED_SOUND["counter local"] = """
from collections import Counter, defaultdict
def handler(event, context):
    c = Counter()
    groups = defaultdict(list)
    for r in event["rows"]:
        c[r["k"]] += 1
        groups[r["k"]].append(r["v"])
    return {"c": dict(c), "g": dict(groups)}
"""

SPELLED_SOUND["local class"] = """
class Acc:
    def __init__(self):
        self.total = 0
    def add(self, x):
        self.total += x
def handler(event, context):
    a = Acc()
    for x in event["xs"]:
        a.add(x)
    return {"total": a.total}
"""

SPELLED_SOUND["dataclass local"] = """
from dataclasses import dataclass, field
@dataclass
class Cart:
    lines: list = field(default_factory=list)
    total: int = 0
    def add(self, line):
        self.lines.append(line)
        self.total += line["cents"]
def handler(event, context):
    cart = Cart()
    for line in event["lines"]:
        cart.add(line)
    return {"total": cart.total, "n": len(cart.lines)}
"""

SPELLED_SOUND["nested func nonlocal"] = """
def handler(event, context):
    total = 0
    def add(x):
        nonlocal total
        total += x
    for x in event["xs"]:
        add(x)
    return {"total": total}
"""

SPELLED_SOUND["global client lazily"] = """
import boto3
_s3 = None
def s3():
    global _s3
    if _s3 is None:
        _s3 = boto3.client("s3")
    return _s3
def handler(event, context):
    b = s3().get_object(Bucket=event["b"], Key=event["k"])["Body"].read()
    return {"n": len(b)}
"""

SPELLED_SOUND["secret ttl cache"] = """
import os, time, json
import boto3
sm = boto3.client("secretsmanager")
_secret = {"value": None, "at": 0.0}
def secret():
    if _secret["value"] is None or time.time() - _secret["at"] > 300:
        _secret["value"] = json.loads(sm.get_secret_value(SecretId=os.environ["SECRET"])["SecretString"])
        _secret["at"] = time.time()
    return _secret["value"]
def handler(event, context):
    return {"user": secret()["user"], "x": event["x"]}
"""

SPELLED_SOUND["class singleton"] = """
import boto3
class Clients:
    _s3 = None
    @classmethod
    def s3(cls):
        if cls._s3 is None:
            cls._s3 = boto3.client("s3")
        return cls._s3
def handler(event, context):
    o = Clients.s3().get_object(Bucket=event["b"], Key=event["k"])
    return {"n": len(o["Body"].read())}
"""

SPELLED_SOUND["created_at with condition"] = """
import os
from datetime import datetime, timezone
import boto3
from botocore.exceptions import ClientError
t = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    now = datetime.now(timezone.utc).isoformat()
    try:
        t.put_item(Item={"pk": event["id"], "created_at": now}, ConditionExpression="attribute_not_exists(pk)")
    except ClientError as e:
        if e.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    return {"id": event["id"]}
"""

SPELLED_SOUND["updated_at clock"] = """
import os
from datetime import datetime, timezone
import boto3
t = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    t.update_item(Key={"pk": event["id"]}, UpdateExpression="SET #s = :s, updated_at = :n", ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":s": "PAID", ":n": datetime.now(timezone.utc).isoformat()})
    return {"id": event["id"]}
"""

SPELLED_SOUND["random backoff jitter not key"] = """
import random
def handler(event, context):
    sample = random.Random(event["seed"]).sample(event["rows"], 3)
    return {"sample": sample}
"""

SPELLED_SOUND["powertools idempotent"] = """
import os
import boto3
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent
layer = DynamoDBPersistenceLayer(table_name=os.environ["IDEM"])
config = IdempotencyConfig(event_key_jmespath="id", raise_on_no_idempotency_key=True)
sns = boto3.client("sns")
@idempotent(config=config, persistence_store=layer)
def lambda_handler(event, context):
    m = f"order {event['id']}"
    sns.publish(TopicArn=os.environ["TOPIC"], Message=m)
    return {"m": m}
"""

SPELLED_SOUND["powertools logger tracer"] = """
from aws_lambda_powertools import Logger, Tracer, Metrics
from aws_lambda_powertools.metrics import MetricUnit
logger = Logger()
tracer = Tracer()
metrics = Metrics()
@logger.inject_lambda_context(log_event=False)
@tracer.capture_lambda_handler
@metrics.log_metrics
def lambda_handler(event, context):
    logger.append_keys(order=event["id"])
    metrics.add_metric(name="Orders", unit=MetricUnit.Count, value=1)
    tracer.put_annotation("order", event["id"])
    return {"total": sum(event["cents"])}
"""

SPELLED_SOUND["flowdsl once"] = """
import os
from flowdsl.handler import handler, once, transaction
@handler(idempotency=once("order_id"), timeout_seconds=10)
def count(*, order_id: str, n: int) -> int:
    transaction().update(TableName=os.environ["T"], Key={"id": "all"}, UpdateExpression="ADD n :n", ExpressionAttributeValues={":n": n})
    return n
"""

SPELLED_SOUND["delegated key"] = """
import os
import boto3
from flowdsl.handler import current_key, delegated, handler
sqs = boto3.client("sqs")
@handler(idempotency=delegated("order_id", to="the FIFO queue"))
def tell(*, order_id: str) -> str:
    body = f"order {order_id}"
    sqs.send_message(QueueUrl=os.environ["Q"], MessageBody=body, MessageGroupId="g", MessageDeduplicationId=current_key())
    return body
"""

SPELLED_SOUND["env read"] = """
import os
STAGE = os.environ["STAGE"]
LIMIT = int(os.getenv("LIMIT", "10"))
def handler(event, context):
    return {"stage": STAGE, "ok": event["n"] < LIMIT}
"""

SPELLED_SOUND["regex cached module"] = r"""
import re
PATTERN = re.compile(r"\d+")
CODES = {"a": 1, "b": 2}
def handler(event, context):
    return {"n": [int(x) for x in PATTERN.findall(event["text"])], "c": CODES.get(event["code"], 0)}
"""

SPELLED_SOUND["module dict copied"] = """
DEFAULTS = {"currency": "EUR"}
def handler(event, context):
    settings = dict(DEFAULTS)
    settings.update(event.get("settings", {}))
    settings["user"] = event["user"]
    return settings
"""

SPELLED_SOUND["module list copied"] = """
BASE = ["a"]
def handler(event, context):
    rows = BASE + event["rows"]
    rows.append("z")
    return rows
"""

SPELLED_SOUND["shadowed name"] = """
rows = []
def handler(event, context):
    rows = []
    rows.append(event["id"])
    return rows
"""

SPELLED_SOUND["param shadows"] = """
cache = {}
def fill(cache, event):
    cache[event["id"]] = 1
    return cache
def handler(event, context):
    return fill({}, event)
"""

SPELLED_SOUND["except raises declared"] = """
from flowdsl.handler import Permanent, handler
import boto3
s3 = boto3.client("s3")
class NotThere(Permanent): ...
@handler(raises=(NotThere,))
def size(*, bucket: str, key: str) -> int:
    try:
        return s3.head_object(Bucket=bucket, Key=key)["ContentLength"]
    except s3.exceptions.ClientError as e:
        if e.response["Error"]["Code"] == "404":
            raise NotThere(key) from e
        raise
"""

SPELLED_SOUND["except for one record then reraise"] = """
import logging
logger = logging.getLogger()
def handler(event, context):
    try:
        return {"n": int(event["n"])}
    except Exception:
        logger.exception("failed")
        raise
"""

SPELLED_SOUND["partial batch"] = """
import json
import os
import boto3
t = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            body = json.loads(record["body"])
            t.put_item(Item={"id": body["id"], "total": body["total"] + 0})
        except Exception:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""

SPELLED_SOUND["contextvars"] = """
from contextvars import ContextVar
tenant = ContextVar("tenant")
def handler(event, context):
    token = tenant.set(event["tenant"])
    try:
        return work()
    finally:
        tenant.reset(token)
def work():
    return {"t": tenant.get()}
"""

SPELLED_SOUND["http idempotency key"] = """
import os
import requests
session = requests.Session()
def handler(event, context):
    r = session.post(os.environ["URL"], json={"amount": event["amount"]}, headers={"Idempotency-Key": event["payment_id"]}, timeout=5)
    r.raise_for_status()
    return {"id": r.json()["id"]}
"""

SPELLED_SOUND["put to own key"] = """
import json, os
import boto3
s3 = boto3.resource("s3")
def handler(event, context):
    doc = json.dumps({"id": event["id"], "rows": sorted(event["rows"])})
    s3.Object(os.environ["B"], f"docs/{event['id']}.json").put(Body=doc.encode())
    return {"id": event["id"]}
"""

SPELLED_SOUND["delete"] = """
import os
import boto3
t = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    for k in event["keys"]:
        t.delete_item(Key={"id": k})
    return {"deleted": len(event["keys"])}
"""

SPELLED_SOUND["set add"] = """
import os
import boto3
t = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    t.update_item(Key={"id": event["id"]}, UpdateExpression="ADD readers :r", ExpressionAttributeValues={":r": {event["reader"]}})
    return {"id": event["id"]}
"""

SPELLED_SOUND["version conditional"] = """
import os
import boto3
t = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    t.update_item(Key={"id": event["id"]}, UpdateExpression="SET price = :p, version = version + :one", ConditionExpression="version = :v", ExpressionAttributeValues={":p": event["price"], ":one": 1, ":v": event["version"]})
    return {"id": event["id"]}
"""

SPELLED_SOUND["rds upsert"] = """
import os
import boto3
rds = boto3.client("rds-data")
def handler(event, context):
    rds.execute_statement(resourceArn=os.environ["C"], secretArn=os.environ["S"], sql="insert into orders(id, n) values (:id, :n) on conflict (id) do nothing", parameters=[{"name": "id", "value": {"stringValue": event["id"]}}, {"name": "n", "value": {"longValue": event["n"]}}])
    return {"id": event["id"]}
"""

SPELLED_SOUND["psycopg module level conn"] = """
import os
import psycopg2
_conn = None
def connection():
    global _conn
    if _conn is None or _conn.closed:
        _conn = psycopg2.connect(os.environ["DSN"])
    return _conn
def handler(event, context):
    with connection() as conn, conn.cursor() as cur:
        cur.execute("UPDATE orders SET status = 'PAID' WHERE id = %s", (event["id"],))
    return {"id": event["id"]}
"""

SPELLED_SOUND["time measure"] = """
import time
def handler(event, context):
    start = time.perf_counter()
    n = sum(x * x for x in event["xs"])
    print("took", time.perf_counter() - start)
    return {"n": n}
"""

SPELLED_SOUND["match on type not action"] = """
def handler(event, context):
    match event:
        case {"lines": [first, *rest]}:
            return {"first": first, "n": len(rest) + 1}
        case _:
            return {"first": None, "n": 0}
"""

SPELLED_SOUND["match on data value"] = """
def handler(event, context):
    match event["currency"]:
        case "EUR":
            rate = 1
        case "USD":
            rate = 2
        case _:
            rate = 3
    return {"cents": event["cents"] * rate}
"""

SPELLED_SOUND["pagination loop"] = """
import os
import boto3
t = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    total, start = 0, {}
    while True:
        page = t.query(KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": event["pk"]}, **start)
        total += sum(int(i["n"]) for i in page["Items"])
        if "LastEvaluatedKey" not in page:
            return {"total": total}
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
"""

SPELLED_SOUND["unprocessed items loop"] = """
import os
import boto3
d = boto3.client("dynamodb")
def handler(event, context):
    pending = {os.environ["T"]: [{"PutRequest": {"Item": {"id": {"S": r["id"]}, "v": {"S": r["v"]}}}} for r in event["rows"]]}
    while pending:
        pending = d.batch_write_item(RequestItems=pending).get("UnprocessedItems")
    return {"n": len(event["rows"])}
"""

SPELLED_SOUND["assumed role client per request"] = """
import boto3
sts = boto3.client("sts")
def handler(event, context):
    creds = sts.assume_role(RoleArn=event["role"], RoleSessionName="x")["Credentials"]
    s3 = boto3.client("s3", aws_access_key_id=creds["AccessKeyId"], aws_secret_access_key=creds["SecretAccessKey"], aws_session_token=creds["SessionToken"])
    o = s3.get_object(Bucket=event["b"], Key=event["k"])
    return {"n": len(o["Body"].read())}
"""

SPELLED_SOUND["assumed role session"] = """
import boto3
sts = boto3.client("sts")
def handler(event, context):
    creds = sts.assume_role(RoleArn=event["role"], RoleSessionName="x")["Credentials"]
    session = boto3.Session(aws_access_key_id=creds["AccessKeyId"], aws_secret_access_key=creds["SecretAccessKey"], aws_session_token=creds["SessionToken"])
    s3 = session.client("s3")
    o = s3.get_object(Bucket=event["b"], Key=event["k"])
    return {"n": len(o["Body"].read())}
"""

SPELLED_SOUND["region client per event"] = """
import boto3
def handler(event, context):
    s3 = boto3.client("s3", region_name=event["region"])
    o = s3.get_object(Bucket=event["b"], Key=event["k"])
    return {"n": len(o["Body"].read())}
"""

SPELLED_SOUND["warmup flag"] = """
import boto3
s3 = boto3.client("s3")
COLD = True
def handler(event, context):
    global COLD
    if COLD:
        COLD = False
        print("cold start")
    o = s3.head_object(Bucket=event["b"], Key=event["k"])
    return {"n": o["ContentLength"] + 0}
"""

SPELLED_SOUND["asyncio gather"] = """
import asyncio
async def one(x):
    await asyncio.sleep(0)
    return x * 2
async def main(xs):
    tasks = [asyncio.create_task(one(x)) for x in xs]
    return await asyncio.gather(*tasks)
def handler(event, context):
    return asyncio.run(main(event["xs"]))
"""

SPELLED_SOUND["decorator of own"] = """
import functools
def logged(f):
    @functools.wraps(f)
    def wrapper(event, context):
        print("in")
        return f(event, context)
    return wrapper
@logged
def handler(event, context):
    return {"n": event["n"] + 1}
"""

SPELLED_SOUND["send task success"] = """
import json
import boto3
sfn = boto3.client("stepfunctions")
def handler(event, context):
    out = json.dumps({"approved": event["answer"] == "yes"})
    sfn.send_task_success(taskToken=event["token"], output=out)
    return {"ok": True}
"""

SPELLED_SOUND["secrets from sm at import"] = """
import json, os
import boto3
SECRET = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["S"])["SecretString"])
def handler(event, context):
    return {"user": SECRET["user"] + event["x"]}
"""

SPELLED_SOUND["heap local"] = """
import heapq
def handler(event, context):
    heap = []
    for x in event["xs"]:
        heapq.heappush(heap, x)
    return {"smallest": heapq.nsmallest(3, heap)}
"""

SPELLED_SOUND["setattr local"] = """
class Row: pass
def handler(event, context):
    r = Row()
    for k, v in event["row"].items():
        setattr(r, k, v)
    return vars(r)
"""

SPELLED_SOUND["map append local"] = """
def handler(event, context):
    out = []
    list(map(out.append, event["rows"]))
    return out
"""

SPELLED_SOUND["globals read"] = """
def add(e): return e["a"] + 1
def handler(event, context):
    f = globals().get("add")
    return {"r": f(event)}
"""

SPELLED_SOUND["thread-local client"] = """
import threading
import boto3
_local = threading.local()
def client():
    if not hasattr(_local, "c"):
        _local.c = boto3.client("s3")
    return _local.c
def handler(event, context):
    o = client().get_object(Bucket=event["b"], Key=event["k"])
    return {"n": len(o["Body"].read())}
"""

SPELLED_SOUND["urllib get"] = """
import json, os, urllib.request
def handler(event, context):
    with urllib.request.urlopen(os.environ["URL"] + event["id"], timeout=3) as r:
        return json.load(r)
"""

SPELLED_SOUND["s3 read transform write other key"] = """
import json, os
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    doc = json.loads(s3.get_object(Bucket=event["b"], Key=event["k"])["Body"].read())
    doc["count"] = doc["count"] + 1
    s3.put_object(Bucket=os.environ["OUT"], Key=f"out/{event['k']}", Body=json.dumps(doc))
    return {"k": event["k"]}
"""

SPELLED_SOUND["ssm put own value"] = """
import os
import boto3
ssm = boto3.client("ssm")
def handler(event, context):
    value = event["value"].strip()
    ssm.put_parameter(Name=os.environ["P"], Value=value, Type="String", Overwrite=True)
    return {"value": value}
"""

SPELLED_SOUND["executor global with wait"] = """
import os
from concurrent.futures import ThreadPoolExecutor, wait
pool = ThreadPoolExecutor(4)
def handler(event, context):
    fs = [pool.submit(len, r) for r in event["rows"]]
    wait(fs)
    return [f.result() for f in fs]
"""

SPELLED_SOUND["lru cached pure bounded"] = """
from functools import lru_cache
@lru_cache(maxsize=1024)
def slug(text):
    return text.lower().replace(" ", "-")
def handler(event, context):
    return {"slug": slug(event["title"])}
"""

SPELLED_SOUND["pydantic model"] = """
from pydantic import BaseModel
from flowdsl.handler import handler, natural
class Order(BaseModel):
    id: str
    cents: list[int]
@handler(idempotency=natural())
def total(order: Order) -> int:
    return sum(order.cents)
"""

SPELLED_SOUND["memoize settings by own decorator"] = """
import functools, os
import boto3
ssm = boto3.client("ssm")
def memoize(f):
    store = {}
    @functools.wraps(f)
    def inner(*args):
        if args not in store:
            store[args] = f(*args)
        return store[args]
    return inner
@memoize
def setting(name):
    return ssm.get_parameter(Name=name)["Parameter"]["Value"]
def handler(event, context):
    return {"limit": setting(os.environ["LIMIT"]), "id": event["id"]}
"""

SPELLED_SOUND["decorator with local list"] = """
import functools
def traced(f):
    @functools.wraps(f)
    def wrapper(event, context):
        steps = []
        steps.append("start")
        result = f(event, context)
        steps.append("end")
        print(steps)
        return result
    return wrapper
@traced
def handler(event, context):
    return {"n": event["n"] + 1}
"""

SPELLED_SOUND["decorator factory registry at import"] = """
HANDLERS = {}
def register(name):
    def deco(f):
        HANDLERS[name] = f
        return f
    return deco
@register("a")
def a(x):
    return x + 1
@register("b")
def b(x):
    return x - 1
def handler(event, context):
    return {k: f(event["x"]) for k, f in HANDLERS.items()}
"""

SPELLED_SOUND["stringio local"] = """
import csv, io
def handler(event, context):
    out = io.StringIO()
    w = csv.writer(out)
    w.writerow(event["columns"])
    out.write("end")
    return {"csv": out.getvalue()}
"""

SPELLED_SOUND["collect into passed local"] = """
def collect(row, sink):
    sink.append(row)
def handler(event, context):
    out = []
    for r in event["rows"]:
        collect(r, out)
    return out
"""

SPELLED_SOUND["default params read"] = """
LIMITS = {"a": 1}
def check(row, limits=LIMITS):
    return row["n"] <= limits.get(row["k"], 0)
def handler(event, context):
    return [r for r in event["rows"] if check(r)]
"""

SPELLED_SOUND["mongo set"] = """
import os
from pymongo import MongoClient
db = MongoClient(os.environ["URI"])["shop"]
def handler(event, context):
    db.orders.update_one({"_id": event["id"]}, {"$set": {"status": event["status"]}}, upsert=True)
    return {"id": event["id"]}
"""

SPELLED_SOUND["mongo inc guarded"] = """
import os
from pymongo import MongoClient
db = MongoClient(os.environ["URI"])["shop"]
def handler(event, context):
    db.stock.update_one({"_id": event["sku"], "orders": {"$ne": event["order"]}}, {"$inc": {"qty": -1}, "$addToSet": {"orders": event["order"]}})
    return {"sku": event["sku"]}
"""

SPELLED_SOUND["partiql set"] = """
import os
import boto3
d = boto3.client("dynamodb")
def handler(event, context):
    sql = f"UPDATE {os.environ['T']} SET status = ? WHERE id = ?"
    d.execute_statement(Statement=sql, Parameters=[{"S": event["status"]}, {"S": event["id"]}])
    return {"id": event["id"]}
"""

SPELLED_SOUND["sqlalchemy set"] = """
import os
from sqlalchemy import create_engine, text
engine = create_engine(os.environ["URL"])
def handler(event, context):
    with engine.begin() as c:
        c.execute(text("UPDATE orders SET status = :s WHERE id = :id"), {"s": event["s"], "id": event["id"]})
    return {"id": event["id"]}
"""

SPELLED_SOUND["thread subclass joined"] = """
import threading
class Reader(threading.Thread):
    def __init__(self, key):
        super().__init__()
        self.key = key
        self.value = None
    def run(self):
        self.value = self.key.upper()
def handler(event, context):
    rs = [Reader(k) for k in event["keys"]]
    for r in rs:
        r.start()
    for r in rs:
        r.join()
    return [r.value for r in rs]
"""

SPELLED_SOUND["taskgroup"] = """
import asyncio
async def one(x):
    return x * 2
async def main(xs):
    async with asyncio.TaskGroup() as tg:
        ts = [tg.create_task(one(x)) for x in xs]
    return [t.result() for t in ts]
def handler(event, context):
    return asyncio.run(main(event["xs"]))
"""

SPELLED_SOUND["loop tasks gathered"] = """
import asyncio
async def one(x):
    return x * 2
async def main(xs):
    loop = asyncio.get_running_loop()
    return await asyncio.gather(*[loop.create_task(one(x)) for x in xs])
def handler(event, context):
    return asyncio.run(main(event["xs"]))
"""

SPELLED_SOUND["subprocess run in tempdir"] = """
import subprocess, tempfile
def handler(event, context):
    with tempfile.TemporaryDirectory() as d:
        subprocess.run(["convert", event["src"], f"{d}/out.png"], check=True)
        with open(f"{d}/out.png", "rb") as f:
            return {"n": len(f.read())}
"""

SPELLED_SOUND["tmp path removed"] = """
from pathlib import Path
OUT = Path("/tmp/report.html")
def handler(event, context):
    try:
        OUT.write_text(event["html"])
        return {"n": OUT.stat().st_size}
    finally:
        OUT.unlink(missing_ok=True)
"""

SPELLED_SOUND["arn from env in fstring"] = """
import os, json
import boto3
sfn = boto3.client("stepfunctions")
def handler(event, context):
    account = context.invoked_function_arn.split(":")[4]
    arn = f"arn:aws:states:{os.environ['AWS_REGION']}:{account}:stateMachine:{os.environ['MACHINE']}"
    try:
        sfn.start_execution(stateMachineArn=arn, name=event["id"], input=json.dumps(event))
    except sfn.exceptions.ExecutionAlreadyExists:
        pass
    return {"arn": arn}
"""

SPELLED_SOUND["getattr data"] = """
def handler(event, context):
    import datetime
    d = datetime.date.fromisoformat(event["day"])
    return {"value": getattr(d, event["part"])}
"""

SPELLED_SOUND["setattr on local client config"] = """
class Settings:
    pass
def handler(event, context):
    s = Settings()
    setattr(s, "tenant", event["tenant"])
    return {"tenant": s.tenant}
"""

SPELLED_SOUND["logger extra imported"] = """
import logging
from shared import logger
def handler(event, context):
    logger.append_keys(order=event["id"])
    return {"id": event["id"]}
"""

SPELLED_SOUND["imported function append-like"] = """
from models import Cart
def handler(event, context):
    cart = Cart()
    cart.items.append(event["item"])
    return cart.to_dict()
"""

SPELLED_SOUND["imported list constant read"] = """
from shared import ALLOWED
def handler(event, context):
    return {"ok": event["kind"] in ALLOWED}
"""

SPELLED_SOUND["heap module constant copied"] = """
import heapq
BASE = [3, 1]
def handler(event, context):
    h = list(BASE)
    heapq.heapify(h)
    heapq.heappush(h, event["x"])
    return {"top": h[0]}
"""

SPELLED_SOUND["class attr const container read"] = """
class Rates:
    TABLE = {"EUR": 1}
    def rate(self, c):
        return self.TABLE.get(c, 0)
def handler(event, context):
    return {"r": Rates().rate(event["c"])}
"""

SPELLED_SOUND["new instance per delivery with class list in init"] = """
class Batch:
    def __init__(self):
        self.rows = []
    def add(self, r):
        self.rows.append(r)
        return self
def handler(event, context):
    b = Batch()
    for r in event["rows"]:
        b.add(r)
    return {"n": len(b.rows)}
"""

SPELLED_SOUND["service with injected state per event"] = """
import os
import boto3
class Service:
    def __init__(self, table):
        self.table = table
    def run(self, event):
        self.event = event
        return self.table.get_item(Key={"id": event["id"]}).get("Item", {}).get("n", 0) + 1
TABLE = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    return {"n": Service(TABLE).run(event)}
"""

SPELLED_SOUND["cached client dict by region const"] = """
import boto3
_clients = {}
def client(name):
    if name not in _clients:
        _clients[name] = boto3.client(name)
    return _clients[name]
def handler(event, context):
    o = client("s3").get_object(Bucket=event["b"], Key=event["k"])
    return {"n": len(o["Body"].read())}
"""

SPELLED_SOUND["cached property client"] = """
from functools import cached_property
import os
import boto3
class App:
    @cached_property
    def table(self):
        return boto3.resource("dynamodb").Table(os.environ["T"])
    def run(self, event):
        item = self.table.get_item(Key={"id": event["id"]}).get("Item", {})
        return {"n": len(item)}
app = App()
def handler(event, context):
    return app.run(event)
"""

SPELLED_SOUND["urllib get request object"] = """
import json, os, urllib.request
def handler(event, context):
    req = urllib.request.Request(f"{os.environ['URL']}/orders/{event['id']}", headers={"Accept": "application/json"})
    with urllib.request.urlopen(req, timeout=5) as r:
        return json.load(r)
"""

SPELLED_SOUND["urllib post keyed"] = """
import json, os, urllib.request
def handler(event, context):
    req = urllib.request.Request(os.environ["URL"], data=json.dumps(event).encode(), headers={"Idempotency-Key": event["id"]}, method="POST")
    with urllib.request.urlopen(req, timeout=5) as r:
        return json.load(r)
"""

SPELLED_SOUND["urllib put"] = """
import json, os, urllib.request
def handler(event, context):
    req = urllib.request.Request(os.environ["URL"] + event["id"], data=json.dumps(event).encode(), method="PUT")
    with urllib.request.urlopen(req, timeout=5) as r:
        return {"s": r.status}
"""

SPELLED_SOUND["s3 doc with own rewrite guarded by etag"] = """
import json, os
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    o = s3.get_object(Bucket=os.environ["B"], Key="state.json")
    doc = json.loads(o["Body"].read())
    if event["id"] in doc["seen"]:
        return doc
    doc["seen"].append(event["id"])
    doc["total"] = doc["total"] + event["n"]
    s3.put_object(Bucket=os.environ["B"], Key="state.json", Body=json.dumps(doc), IfMatch=o["ETag"])
    return doc
"""

SPELLED_SOUND["s3 doc set field"] = """
import json, os
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    doc = json.loads(s3.get_object(Bucket=os.environ["B"], Key=event["k"])["Body"].read())
    doc["status"] = event["status"]
    s3.put_object(Bucket=os.environ["B"], Key=event["k"], Body=json.dumps(doc))
    return doc
"""

SPELLED_SOUND["ddb set derived"] = """
import os
import boto3
t = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    item = t.get_item(Key={"id": event["id"]})["Item"]
    item["total"] = sum(l["cents"] for l in item["lines"])
    t.put_item(Item=item)
    return {"total": int(item["total"])}
"""

SPELLED_SOUND["globals as dispatch read"] = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    n = s3.head_object(Bucket=event["b"], Key=event["k"])["ContentLength"]
    return {"n": n, "names": sorted(globals())[:0]}
"""

SPELLED_SOUND["walrus local"] = """
def handler(event, context):
    out = []
    if (rows := event.get("rows")):
        out.extend(rows)
    return out
"""

SPELLED_SOUND["sys path at import"] = """
import sys
sys.path.append("/opt/python")
import os
os.environ.setdefault("HOME", "/tmp")
def handler(event, context):
    return {"n": event["n"] + 1}
"""

SPELLED_SOUND["context manager state"] = """
from contextlib import contextmanager
@contextmanager
def collecting():
    rows = []
    yield rows
def handler(event, context):
    with collecting() as rows:
        for r in event["rows"]:
            rows.append(r)
    return rows
"""

SPELLED_SOUND["generator state"] = """
def numbered(rows):
    n = 0
    for r in rows:
        n += 1
        yield n, r
def handler(event, context):
    return [f"{n}:{r}" for n, r in numbered(event["rows"])]
"""

SPELLED_SOUND["flowdsl handler with pydantic and clients"] = """
import os
from functools import cache
import boto3
from pydantic import BaseModel
from flowdsl.handler import handler, natural
class Invoice(BaseModel):
    id: str
    cents: int
@cache
def table():
    return boto3.resource("dynamodb").Table(os.environ["INVOICES"])
@handler(idempotency=natural(), timeout_seconds=10)
def file_invoice(invoice: Invoice) -> str:
    total = max(invoice.cents, 0)
    table().put_item(Item={"id": invoice.id, "cents": total})
    return invoice.id
"""

SPELLED_SOUND["cache of list constant returned copy"] = """
from functools import cache
@cache
def countries():
    return ["DE", "FR"]
def handler(event, context):
    return {"ok": event["c"] in countries(), "n": len(list(countries()) + [event["c"]])}
"""

SPELLED_SOUND["smtp guarded"] = """
import os, smtplib
import boto3
from botocore.exceptions import ClientError
t = boto3.resource("dynamodb").Table(os.environ["T"])
def handler(event, context):
    try:
        t.put_item(Item={"id": event["id"]}, ConditionExpression="attribute_not_exists(id)")
    except ClientError as e:
        if e.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return {"sent": False}
        raise
    with smtplib.SMTP(os.environ["HOST"]) as s:
        s.sendmail("a@example.com", [event["to"]], "Hi")
    return {"sent": True}
"""
