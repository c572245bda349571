"""The same faults in other spellings. A line that must be found ends with the code(s) after `#!`; nothing else may be said."""

SPELLED_BAD: dict[str, str] = {}

SPELLED_BAD["globals() dict subscript"] = """
import boto3

def lambda_handler(event, context):
    globals()["last_user"] = event["user"]  #! ASL901
    return {"ok": True}
"""

SPELLED_BAD["globals() setdefault append"] = """
def lambda_handler(event, context):
    globals().setdefault("seen", []).append(event["id"])  #! ASL901
    return {"ok": True}
"""

SPELLED_BAD["globals() update"] = """
def lambda_handler(event, context):
    globals().update(user=event["user"])  #! ASL901
    return {"ok": True}
"""

SPELLED_BAD["aug list"] = """
rows = []
def handler(event, context):
    global rows
    rows += event["rows"]  #! ASL901
    return {"n": len(rows)}
"""

SPELLED_BAD["aug list no global on attr"] = """
class State:
    rows = []
STATE = State()
def handler(event, context):
    STATE.rows += event["rows"]  #! ASL901
    return {"n": len(STATE.rows)}
"""

SPELLED_BAD["dataclass instance"] = """
from dataclasses import dataclass, field
@dataclass
class Stats:
    count: int = 0
    ids: list = field(default_factory=list)
stats = Stats()
def handler(event, context):
    stats.count += 1  #! ASL901
    return {"n": stats.count}
"""

SPELLED_BAD["dataclass instance list"] = """
from dataclasses import dataclass, field
@dataclass
class Stats:
    ids: list = field(default_factory=list)
stats = Stats()
def handler(event, context):
    stats.ids.append(event["id"])  #! ASL901
    return {"n": len(stats.ids)}
"""

SPELLED_BAD["SimpleNamespace"] = """
from types import SimpleNamespace
ctx = SimpleNamespace()
def handler(event, context):
    ctx.tenant = event["tenant"]  #! ASL901
    return work()
def work():
    return {"t": ctx.tenant}
"""

SPELLED_BAD["Counter"] = """
from collections import Counter
hits = Counter()
def handler(event, context):
    hits[event["page"]] += 1  #! ASL901
    return dict(hits)
"""

SPELLED_BAD["Counter update"] = """
import collections
hits = collections.Counter()
def handler(event, context):
    hits.update(event["words"])  #! ASL901
    return hits.most_common(3)
"""

SPELLED_BAD["deque"] = """
from collections import deque
recent = deque(maxlen=100)
def handler(event, context):
    recent.append(event)  #! ASL901
    return {"n": len(recent)}
"""

SPELLED_BAD["itertools count"] = """
import itertools
sequence = itertools.count(1)
def handler(event, context):
    return {"number": next(sequence), "id": event["id"]}  #! ASL901
"""

SPELLED_BAD["class-based handler with call"] = """
class Handler:
    def __init__(self):
        self.items = []
    def __call__(self, event, context):
        self.items.append(event["item"])  #! ASL901
        return {"count": len(self.items)}
handler = Handler()
"""

SPELLED_BAD["class-based handler bound method"] = """
class Handler:
    def __init__(self):
        self.total = 0
    def handle(self, event, context):
        self.total += event["amount"]  #! ASL901
        return {"total": self.total}
lambda_handler = Handler().handle
"""

SPELLED_BAD["module attr from import"] = """
import shared
def handler(event, context):
    shared.CACHE["user"] = event["user"]  #! ASL901
    return {}
"""

SPELLED_BAD["from import list"] = """
from shared import QUEUE
def handler(event, context):
    QUEUE.append(event["user"])  #! ASL901
    return {}
"""

SPELLED_BAD["walrus into global"] = """
last = None
def handler(event, context):
    global last
    if (last := event.get("id")):  #! ASL901
        return {"id": last}
    return {}
"""

SPELLED_BAD["for target global"] = """
current = None
def handler(event, context):
    global current
    for current in event["rows"]:  #! ASL901
        work()
    return {}
def work():
    print(current)
"""

SPELLED_BAD["with target global"] = """
import contextlib
conn = None
def handler(event, context):
    global conn
    with contextlib.nullcontext(event["x"]) as conn:  #! ASL901
        return {"x": conn}
"""

SPELLED_BAD["tuple assign global"] = """
a = b = None
def handler(event, context):
    global a, b
    a, b = event["a"], event["b"]  #! ASL901
    return work()
def work():
    return {"s": a + b}
"""

SPELLED_BAD["list slice assign"] = """
buffer = []
def handler(event, context):
    buffer[:] = event["rows"]  #! ASL901
    return {"n": len(buffer)}
"""

SPELLED_BAD["or-assign dict"] = """
totals = {}
def handler(event, context):
    global totals
    totals |= event["totals"]  #! ASL901
    return totals
"""

SPELLED_BAD["set update"] = """
known = set()
def handler(event, context):
    known.update(event["ids"])  #! ASL901
    return {"n": len(known)}
"""

SPELLED_BAD["match statement"] = """
seen = []
def handler(event, context):
    match event:
        case {"id": str(order)}:
            seen.append(order)  #! ASL901
        case _:
            pass
    return {"n": len(seen)}
"""

SPELLED_BAD["try finally"] = """
done = []
def handler(event, context):
    try:
        return {"id": event["id"]}
    finally:
        done.append(event["id"])  #! ASL901
"""

SPELLED_BAD["lambda in handler comprehension"] = """
acc = []
def handler(event, context):
    [acc.append(r["id"]) for r in event["rows"]]  #! ASL901
    return {"n": len(acc)}
"""

SPELLED_BAD["lambda handler map"] = """
acc = []
def handler(event, context):
    list(map(acc.append, event["rows"]))  #! ASL901
    return {"n": len(acc)}
"""

SPELLED_BAD["function attribute"] = """
def handler(event, context):
    handler.calls = getattr(handler, "calls", 0) + 1  #! ASL901
    return {"calls": handler.calls}
"""

SPELLED_BAD["setattr module"] = """
import sys
def handler(event, context):
    setattr(sys.modules[__name__], "tenant", event["tenant"])  #! ASL901
    return {}
"""

SPELLED_BAD["setattr object"] = """
import config
def handler(event, context):
    setattr(config, "tenant", event["tenant"])  #! ASL901
    return {}
"""

SPELLED_BAD["class setattr type self"] = """
class Svc:
    last = None
    def run(self, e):
        type(self).last = e  #! ASL901
        return self.last
def handler(event, context):
    return Svc().run(event["x"])
"""

SPELLED_BAD["classmethod state"] = """
class Registry:
    items = {}
    @classmethod
    def put(cls, k, v):
        cls.items[k] = v  #! ASL901
def handler(event, context):
    Registry.put(event["k"], event["v"])
    return Registry.items
"""

SPELLED_BAD["heapq push"] = """
import heapq
heap = []
def handler(event, context):
    heapq.heappush(heap, event["prio"])  #! ASL901
    return {"top": heap[0]}
"""

SPELLED_BAD["queue module"] = """
import queue
q = queue.Queue()
def handler(event, context):
    q.put(event["x"])  #! ASL901
    return {"n": q.qsize()}
"""

SPELLED_BAD["mutable default dict"] = """
def handler(event, context, memo={}):
    memo[event["id"]] = event["v"]  #! ASL901
    return memo
"""

SPELLED_BAD["helper default list"] = """
def collect(row, acc=[]):
    acc.append(row)  #! ASL901
    return acc
def handler(event, context):
    return [collect(r) for r in event["rows"]][-1]
"""

SPELLED_BAD["contextvar is fine not; threading local"] = """
import threading
local = threading.local()
def handler(event, context):
    local.user = event["user"]  #! ASL901
    return greet()
def greet():
    return local.user
"""

SPELLED_BAD["lru_cache alias"] = """
import functools as ft
import boto3
t = boto3.resource("dynamodb").Table("t")
@ft.lru_cache  #! ASL902
def fetch(key):
    return t.get_item(Key={"id": key})["Item"]
def handler(event, context):
    return fetch(event["id"])
"""

SPELLED_BAD["cachetools TTL"] = """
from cachetools import TTLCache, cached
import requests
@cached(TTLCache(100, 60))  #! ASL902
def rate(cur):
    return requests.get("https://x.example/" + cur).json()
def handler(event, context):
    return {"r": rate(event["cur"])}
"""

SPELLED_BAD["cachetools dict use"] = """
from cachetools import TTLCache
import boto3
cache = TTLCache(maxsize=100, ttl=60)
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    key = event["id"]
    if key in cache:
        return cache[key]
    cache[key] = t.get_item(Key={"id": key}).get("Item")  #! ASL902
    return cache[key]
"""

SPELLED_BAD["get or None"] = """
import boto3
_users = {}
t = boto3.resource("dynamodb").Table("t")
def user(uid):
    u = _users.get(uid)
    if u is None:
        u = t.get_item(Key={"id": uid})["Item"]
        _users[uid] = u  #! ASL902
    return u
def handler(event, context):
    return user(event["user"])
"""

SPELLED_BAD["try KeyError cache"] = """
import boto3
_users = {}
t = boto3.resource("dynamodb").Table("t")
def user(uid):
    try:
        return _users[uid]
    except KeyError:
        _users[uid] = t.get_item(Key={"id": uid})["Item"]  #! ASL902
        return _users[uid]
def handler(event, context):
    return user(event["user"])
"""

SPELLED_BAD["setdefault cache"] = """
import boto3
_users = {}
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    return _users.setdefault(event["u"], t.get_item(Key={"id": event["u"]})["Item"])  #! ASL902
"""

SPELLED_BAD["walrus cache"] = """
import boto3
_users = {}
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    if (u := _users.get(event["u"])) is None:
        u = _users[event["u"]] = t.get_item(Key={"id": event["u"]})["Item"]  #! ASL902
    return u
"""

SPELLED_BAD["lru_cache wrapped call"] = """
from functools import lru_cache
import boto3
t = boto3.resource("dynamodb").Table("t")
def _load(k):
    return t.get_item(Key={"id": k})["Item"]
load = lru_cache(maxsize=128)(_load)  #! ASL902
def handler(event, context):
    return load(event["id"])
"""

SPELLED_BAD["method cache"] = """
from functools import lru_cache
import boto3
class Repo:
    def __init__(self):
        self.t = boto3.resource("dynamodb").Table("t")
    @lru_cache(maxsize=None)  #! ASL902
    def get(self, k):
        return self.t.get_item(Key={"id": k})["Item"]
repo = Repo()
def handler(event, context):
    return repo.get(event["id"])
"""

SPELLED_BAD["class dict cache"] = """
import boto3
class Repo:
    _cache = {}
    def __init__(self):
        self.t = boto3.resource("dynamodb").Table("t")
    def get(self, k):
        if k not in self._cache:
            self._cache[k] = self.t.get_item(Key={"id": k})["Item"]  #! ASL902
        return self._cache[k]
repo = Repo()
def handler(event, context):
    return repo.get(event["id"])
"""

SPELLED_BAD["tmp fixed open"] = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    s3.download_file(event["b"], event["k"], "/tmp/input.csv")  #! ASL903
    with open("/tmp/input.csv") as f:
        return {"n": len(f.readlines())}
"""

SPELLED_BAD["tmp pathlib"] = """
from pathlib import Path
def handler(event, context):
    p = Path("/tmp") / "report.txt"  #! ASL903
    p.write_text(event["text"])
    return {"n": p.stat().st_size}
"""

SPELLED_BAD["tmp tempfile.gettempdir"] = """
import os, tempfile
def handler(event, context):
    path = os.path.join(tempfile.gettempdir(), "out.json")  #! ASL903
    with open(path, "w") as f:
        f.write(event["x"])
    return {"size": os.path.getsize(path)}
"""

SPELLED_BAD["tmp makedirs"] = """
import os
def handler(event, context):
    os.makedirs("/tmp/work", exist_ok=True)  #! ASL903
    with open("/tmp/work/" + event["id"], "w") as f:
        f.write("x")
    return {}
"""

SPELLED_BAD["tmp constant"] = """
import json
OUT = "/tmp/out.json"
def handler(event, context):
    with open(OUT, "w") as f:  #! ASL903
        json.dump(event, f)
    return {"out": OUT}
"""

SPELLED_BAD["tmp append mode"] = r"""
def handler(event, context):
    with open("/tmp/log.txt", "a") as f:  #! ASL903
        f.write(event["line"] + "\n")
    return {}
"""

SPELLED_BAD["tmp exists cache"] = """
import os, boto3
s3 = boto3.client("s3")
def handler(event, context):
    if not os.path.exists("/tmp/data.bin"):
        s3.download_file(event["bucket"], event["key"], "/tmp/data.bin")  #! ASL903
    return {"size": os.path.getsize("/tmp/data.bin")}
"""

SPELLED_BAD["tmp shutil"] = """
import shutil
def handler(event, context):
    shutil.copy(event["src"], "/tmp/copy.dat")  #! ASL903
    return {}
"""

SPELLED_BAD["sqlite in tmp"] = """
import sqlite3
def handler(event, context):
    db = sqlite3.connect("/tmp/state.db")  #! ASL903
    db.execute("insert into t values (?)", (event["x"],))
    db.commit()
    return {}
"""

SPELLED_BAD["zip in tmp"] = """
import zipfile
def handler(event, context):
    with zipfile.ZipFile("/tmp/a.zip", "w") as z:  #! ASL903
        z.writestr("x", event["x"])
    return {}
"""

SPELLED_BAD["env write"] = """
import os
def handler(event, context):
    os.environ["TENANT"] = event["tenant"]  #! ASL904
    return {}
"""

SPELLED_BAD["env alias"] = """
from os import environ
def handler(event, context):
    environ["TENANT"] = event["tenant"]  #! ASL904
    return {}
"""

SPELLED_BAD["env update"] = """
import os
def handler(event, context):
    os.environ.update({"T": event["t"]})  #! ASL904
    return {}
"""

SPELLED_BAD["env setdefault"] = """
import os
def handler(event, context):
    os.environ.setdefault("T", event["t"])  #! ASL904
    return {}
"""

SPELLED_BAD["putenv"] = """
import os
def handler(event, context):
    os.putenv("T", event["t"])  #! ASL904
    return {}
"""

SPELLED_BAD["env del"] = """
import os
def handler(event, context):
    del os.environ["DEBUG"]  #! ASL904
    return {}
"""

SPELLED_BAD["env pop"] = """
import os
def handler(event, context):
    os.environ.pop("DEBUG", None)  #! ASL904
    return {}
"""

SPELLED_BAD["env |="] = """
import os
def handler(event, context):
    os.environ |= {"T": event["t"]}  #! ASL904
    return {}
"""

SPELLED_BAD["env alias var"] = """
import os
env = os.environ
def handler(event, context):
    env["T"] = event["t"]  #! ASL904
    return {}
"""

SPELLED_BAD["thread not joined"] = """
import threading
def handler(event, context):
    threading.Thread(target=work, args=(event,)).start()  #! ASL905
    return {"ok": True}
def work(e):
    print(e)
"""

SPELLED_BAD["thread alias"] = """
from threading import Thread
def handler(event, context):
    t = Thread(target=print, args=(event,))  #! ASL905
    t.start()
    return {}
"""

SPELLED_BAD["threads list"] = """
from threading import Thread
def handler(event, context):
    ts = [Thread(target=print, args=(r,)) for r in event["rows"]]  #! ASL905
    for t in ts:
        t.start()
    return {}
"""

SPELLED_BAD["executor no wait"] = """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor()
def handler(event, context):
    pool.submit(print, event)  #! ASL905
    return {}
"""

SPELLED_BAD["executor shutdown false"] = """
import concurrent.futures as cf
def handler(event, context):
    ex = cf.ThreadPoolExecutor()
    ex.submit(print, event)  #! ASL905
    ex.shutdown(wait=False)
    return {}
"""

SPELLED_BAD["subprocess popen"] = """
import subprocess
def handler(event, context):
    subprocess.Popen(["./tool", event["x"]])  #! ASL905
    return {}
"""

SPELLED_BAD["asyncio create_task"] = """
import asyncio
async def main(event):
    asyncio.create_task(work(event))  #! ASL905
    return {}
async def work(e):
    await asyncio.sleep(0)
def handler(event, context):
    return asyncio.run(main(event))
"""

SPELLED_BAD["timer"] = """
import threading
def handler(event, context):
    threading.Timer(5, print, [event]).start()  #! ASL905
    return {}
"""

SPELLED_BAD["process"] = """
from multiprocessing import Process
def handler(event, context):
    p = Process(target=print, args=(event,))  #! ASL905
    p.start()
    return {}
"""

SPELLED_BAD["async handler"] = """
async def handler(event, context):  #! ASL906
    return {}
"""

SPELLED_BAD["client in handler"] = """
import boto3
def handler(event, context):
    c = boto3.client("dynamodb")  #! ASL907
    return c.describe_table(TableName=event["t"])["Table"]["ItemCount"] + 1
"""

SPELLED_BAD["client session"] = """
import boto3
def handler(event, context):
    s = boto3.Session()  #! ASL907
    c = s.client("s3")  #! ASL907
    r = c.get_object(Bucket=event["b"], Key=event["k"])
    return {"n": len(r["Body"].read())}
"""

SPELLED_BAD["client alias"] = """
from boto3 import client
def handler(event, context):
    c = client("s3")  #! ASL907
    r = c.get_object(Bucket=event["b"], Key=event["k"])
    return {"n": len(r["Body"].read())}
"""

SPELLED_BAD["client class per call"] = """
import boto3
class Repo:
    def __init__(self):
        self.t = boto3.resource("dynamodb").Table("t")  #! ASL907
    def get(self, k):
        return self.t.get_item(Key={"id": k}).get("Item")
def handler(event, context):
    r = Repo()
    x = r.get(event["id"])
    return {"found": bool(x)}
"""

SPELLED_BAD["psycopg"] = """
import psycopg2, os
def handler(event, context):
    conn = psycopg2.connect(os.environ["DSN"])  #! ASL907
    with conn.cursor() as c:
        c.execute("select 1 from t where id=%s", (event["id"],))
        return {"n": c.rowcount}
"""

SPELLED_BAD["redis"] = """
import redis, os
def handler(event, context):
    r = redis.Redis(host=os.environ["H"])  #! ASL907
    return {"v": r.get(event["k"])}
"""

SPELLED_BAD["requests session"] = """
import requests
def handler(event, context):
    s = requests.Session()  #! ASL907
    return s.get(event["url"]).json()
"""

SPELLED_BAD["uuid alias key"] = """
import boto3
from uuid import uuid4 as new_id
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    t.put_item(Item={"pk": str(new_id()), "n": event["n"]})  #! ASL910
    return {"ok": 1}
"""

SPELLED_BAD["uuid hex via helper"] = """
import boto3, uuid
t = boto3.resource("dynamodb").Table("t")
def make_id(prefix):
    return f"{prefix}-{uuid.uuid4().hex}"
def handler(event, context):
    item = {"id": make_id("o"), **event["order"]}
    t.put_item(Item=item)  #! ASL910
    return item
"""

SPELLED_BAD["datetime key s3"] = """
import boto3, json
from datetime import datetime as dt
s3 = boto3.client("s3")
def handler(event, context):
    key = "reports/" + dt.utcnow().strftime("%Y%m%d%H%M%S") + ".json"
    s3.put_object(Bucket="b" + event["b"], Key=key, Body=json.dumps(event))  #! ASL910
    return {"key": key}
"""

SPELLED_BAD["time_ns key"] = """
import boto3, time
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    t.put_item(Item={"pk": event["u"], "sk": time.time_ns(), "v": event["v"]})  #! ASL910
    return {"k": 1}
"""

SPELLED_BAD["secrets token key"] = """
import boto3, secrets
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    token = secrets.token_hex(8)
    t.put_item(Item=dict(id=token, user=event["u"]))  #! ASL910
    return {"token": token}
"""

SPELLED_BAD["random choice key"] = """
import boto3, random, string
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    code = "".join(random.choice(string.ascii_letters) for _ in range(8))
    t.put_item(Item={"id": code, "url": event["url"]})  #! ASL910
    return {"code": code}
"""

SPELLED_BAD["random sysrandom"] = """
import boto3, random
t = boto3.resource("dynamodb").Table("t")
rng = random.SystemRandom()
def handler(event, context):
    t.put_item(Item={"id": str(rng.randint(0, 10**9)), "u": event["u"]})  #! ASL910
    return {}
"""

SPELLED_BAD["request id key"] = """
import boto3
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    t.put_item(Item={"id": context.aws_request_id, "u": event["u"]})  #! ASL910
    return {}
"""

SPELLED_BAD["batch writer uuid"] = """
import boto3, uuid
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    with t.batch_writer() as batch:
        for r in event["rows"]:
            batch.put_item(Item={"id": str(uuid.uuid4()), **r})  #! ASL910
    return {}
"""

SPELLED_BAD["batch_write_item client comprehension"] = """
import boto3, uuid
d = boto3.client("dynamodb")
def handler(event, context):
    reqs = [{"PutRequest": {"Item": {"id": {"S": str(uuid.uuid4())}, "v": {"S": r}}}} for r in event["rows"]]
    d.batch_write_item(RequestItems={event["t"]: reqs})  #! ASL910
    return {}
"""

SPELLED_BAD["transact uuid"] = """
import boto3, uuid
d = boto3.client("dynamodb")
def handler(event, context):
    d.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": {"id": {"S": str(uuid.uuid4())}}}}])  #! ASL910
    return {"n": event["n"]}
"""

SPELLED_BAD["s3 upload_file with now"] = """
import boto3, datetime
s3 = boto3.resource("s3")
def handler(event, context):
    name = f"{datetime.datetime.now():%Y-%m-%d-%H-%M-%S}.txt"
    s3.Bucket(event["b"]).put_object(Key=name, Body=event["x"])  #! ASL910
    return {"n": name}
"""

SPELLED_BAD["s3 Object put uuid"] = """
import boto3, uuid
s3 = boto3.resource("s3")
def handler(event, context):
    s3.Object(event["b"], f"out/{uuid.uuid4()}").put(Body=event["x"])  #! ASL910
    return {}
"""

SPELLED_BAD["start exec uuid"] = """
import boto3, json, uuid
sfn = boto3.client("stepfunctions")
def handler(event, context):
    sfn.start_execution(stateMachineArn=event["arn"], name=str(uuid.uuid4()), input=json.dumps(event))  #! ASL910
    return {"ok": 1}
"""

SPELLED_BAD["start exec none"] = """
import boto3, json
sfn = boto3.client("stepfunctions")
def handler(event, context):
    r = sfn.start_execution(stateMachineArn=event["arn"], input=json.dumps(event["x"]))  #! ASL913
    return {"arn": r["executionArn"]}
"""

SPELLED_BAD["start exec time"] = """
import boto3, json, time
sfn = boto3.client("stepfunctions")
def handler(event, context):
    args = {"stateMachineArn": event["arn"], "name": f"run-{int(time.time())}", "input": json.dumps(event)}
    sfn.start_execution(**args)  #! ASL910
    return {"ok": 1}
"""

SPELLED_BAD["dedup uuid"] = """
import boto3, json, uuid
sqs = boto3.client("sqs")
def handler(event, context):
    sqs.send_message(QueueUrl=event["q"], MessageBody=json.dumps(event), MessageGroupId="g", MessageDeduplicationId=str(uuid.uuid4()))  #! ASL910
    return {}
"""

SPELLED_BAD["idempotency header uuid"] = """
import requests, uuid
def handler(event, context):
    r = requests.post("https://pay.example.com/charge", json={"a": event["a"]}, headers={"Idempotency-Key": str(uuid.uuid4())}, timeout=3)  #! ASL910
    return {"s": r.status_code}
"""

SPELLED_BAD["client token random"] = """
import boto3, uuid
ecs = boto3.client("ecs")
def handler(event, context):
    r = ecs.run_task(cluster=event["c"], taskDefinition=event["t"], clientToken=str(uuid.uuid4()))  #! ASL910
    return {"t": r["tasks"][0]["taskArn"]}
"""

SPELLED_BAD["ADD counter client"] = """
import boto3
d = boto3.client("dynamodb")
def handler(event, context):
    d.update_item(TableName=event["t"], Key={"id": {"S": event["id"]}}, UpdateExpression="ADD #c :o", ExpressionAttributeNames={"#c": "c"}, ExpressionAttributeValues={":o": {"N": "1"}})  #! ASL911
    return {"a": 1}
"""

SPELLED_BAD["SET inc"] = """
import boto3
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    expr = "SET balance = balance - :x, updated = :n"
    r = t.update_item(Key={"id": event["id"]}, UpdateExpression=expr, ExpressionAttributeValues={":x": event["x"], ":n": event["now"]}, ReturnValues="ALL_NEW")  #! ASL911
    return {"b": str(r["Attributes"]["balance"])}
"""

SPELLED_BAD["if_not_exists inc"] = """
import boto3
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    r = t.update_item(Key={"id": event["id"]}, UpdateExpression="SET n = if_not_exists(n, :z) + :o", ExpressionAttributeValues={":z": 0, ":o": 1}, ReturnValues="UPDATED_NEW")  #! ASL911
    return {"n": int(r["Attributes"]["n"])}
"""

SPELLED_BAD["list_append"] = """
import boto3
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    t.update_item(Key={"id": event["id"]}, UpdateExpression="SET evs = list_append(if_not_exists(evs, :e), :v)", ExpressionAttributeValues={":e": [], ":v": [event["v"]]})  #! ASL911
    return {"ok": 1}
"""

SPELLED_BAD["update via kwargs dict"] = """
import boto3
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    params = {
        "Key": {"id": event["id"]},
        "UpdateExpression": "ADD hits :one",
        "ExpressionAttributeValues": {":one": 1},
    }
    t.update_item(**params)  #! ASL911
    return {"ok": 1}
"""

SPELLED_BAD["update via partial helper"] = """
import boto3
t = boto3.resource("dynamodb").Table("t")
def bump(pk, by=1):
    return t.update_item(Key={"pk": pk}, UpdateExpression="ADD hits :by", ExpressionAttributeValues={":by": by})  #! ASL911
def handler(event, context):
    bump(event["page"])
    return {"ok": 1}
"""

SPELLED_BAD["update alias expression names"] = """
import boto3
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    t.update_item(Key={"id": event["id"]}, UpdateExpression="SET #v = #v + :inc", ExpressionAttributeNames={"#v": "version"}, ExpressionAttributeValues={":inc": 1})  #! ASL911
    return {"ok": 1}
"""

SPELLED_BAD["read modify write"] = """
import boto3
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    item = t.get_item(Key={"id": event["id"]})["Item"]
    item["count"] += 1
    t.put_item(Item=item)  #! ASL911
    return {"c": int(item["count"])}
"""

SPELLED_BAD["read modify write spread"] = """
import boto3
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    item = t.get_item(Key={"id": event["id"]}).get("Item", {})
    new = {**item, "total": item.get("total", 0) + event["amount"]}
    t.put_item(Item=new)  #! ASL911
    return {"ok": 1}
"""

SPELLED_BAD["read modify write s3"] = """
import boto3, json
s3 = boto3.client("s3")
def handler(event, context):
    state = json.loads(s3.get_object(Bucket=event["b"], Key="s.json")["Body"].read())
    state["count"] = state["count"] + 1
    s3.put_object(Bucket=event["b"], Key="s.json", Body=json.dumps(state))  #! ASL911
    return state
"""

SPELLED_BAD["s3 append list"] = """
import boto3, json
s3 = boto3.client("s3")
def handler(event, context):
    body = s3.get_object(Bucket=event["b"], Key="log.json")["Body"].read()
    rows = json.loads(body)
    rows.append(event["row"])
    s3.put_object(Bucket=event["b"], Key="log.json", Body=json.dumps(rows).encode())  #! ASL911
    return {"n": len(rows)}
"""

SPELLED_BAD["ssm read modify write"] = """
import boto3
ssm = boto3.client("ssm")
def handler(event, context):
    n = int(ssm.get_parameter(Name="/counter")["Parameter"]["Value"])
    ssm.put_parameter(Name="/counter", Value=str(n + 1), Type="String", Overwrite=True)  #! ASL911
    return {"n": n, "e": event["e"]}
"""

SPELLED_BAD["sql increment"] = """
import os, psycopg2
conn = psycopg2.connect(os.environ["DSN"])
def handler(event, context):
    with conn, conn.cursor() as cur:
        cur.execute("UPDATE accounts SET balance = balance + %s WHERE id = %s", (event["x"], event["id"]))  #! ASL911
    return {"ok": 1}
"""

SPELLED_BAD["rds data increment"] = """
import boto3
rds = boto3.client("rds-data")
def handler(event, context):
    rds.execute_statement(resourceArn=event["r"], secretArn=event["s"], sql="update stock set qty = qty - 1 where sku = :s", parameters=[{"name": "s", "value": {"stringValue": event["sku"]}}])  #! ASL911
    return {"ok": 1}
"""

SPELLED_BAD["redis incr"] = """
import redis, os
r = redis.Redis(host=os.environ["H"])
def handler(event, context):
    n = r.incr("visits:" + event["page"])  #! ASL911
    return {"n": n}
"""

SPELLED_BAD["sqs send plain"] = """
import boto3, json
sqs = boto3.client("sqs")
def handler(event, context):
    for o in event["orders"]:
        sqs.send_message(QueueUrl=event["q"], MessageBody=json.dumps(o))  #! ASL912
    return {"n": len(event["orders"])}
"""

SPELLED_BAD["sqs resource send"] = """
import boto3, json
q = boto3.resource("sqs").Queue("https://q")
def handler(event, context):
    if event["ok"]:
        q.send_message(MessageBody=json.dumps(event["o"]))  #! ASL912
    return {"n": 1}
"""

SPELLED_BAD["sns publish"] = """
import boto3
sns = boto3.client("sns")
def handler(event, context):
    msg = f"order {event['id']} is ready"
    sns.publish(TopicArn=event["topic"], Message=msg)  #! ASL912
    return {"msg": msg}
"""

SPELLED_BAD["ses"] = """
import boto3
ses = boto3.client("ses")
def handler(event, context):
    body = "Hello " + event["name"]
    ses.send_email(Source="a@example.com", Destination={"ToAddresses": [event["to"]]}, Message={"Subject": {"Data": "Hi"}, "Body": {"Text": {"Data": body}}})  #! ASL912
    return {"sent": True}
"""

SPELLED_BAD["requests post"] = """
import requests
def handler(event, context):
    r = requests.post("https://api.pay.example/charges", json={"amount": event["amount"]}, timeout=5)  #! ASL912
    r.raise_for_status()
    return r.json()
"""

SPELLED_BAD["httpx client post"] = """
import httpx
client = httpx.Client()
def handler(event, context):
    r = client.post("https://api.pay.example/charges", json={"amount": event["amount"]})  #! ASL912
    return r.json()
"""

SPELLED_BAD["urllib post"] = """
import json, urllib.request
def handler(event, context):
    req = urllib.request.Request("https://api.pay.example/charges", data=json.dumps({"a": event["a"]}).encode(), method="POST")
    with urllib.request.urlopen(req) as r:  #! ASL912
        return json.load(r)
"""

SPELLED_BAD["run_task no token"] = """
import boto3
ecs = boto3.client("ecs")
def handler(event, context):
    r = ecs.run_task(cluster=event["c"], taskDefinition=event["t"])  #! ASL914
    return {"t": r["tasks"][0]["taskArn"]}
"""

SPELLED_BAD["athena token"] = """
import boto3
a = boto3.client("athena")
def handler(event, context):
    q = a.start_query_execution(QueryString=event["q"], WorkGroup="w")  #! ASL914
    return {"id": q["QueryExecutionId"], "x": 1}
"""

SPELLED_BAD["glue start poll"] = """
import boto3, time
glue = boto3.client("glue")
def handler(event, context):
    run = glue.start_job_run(JobName=event["job"])["JobRunId"]
    while glue.get_job_run(JobName=event["job"], RunId=run)["JobRun"]["JobRunState"] == "RUNNING":  #! ASL931
        time.sleep(10)  #! ASL932
    return {"run": run}
"""

SPELLED_BAD["waiter"] = """
import boto3
ec2 = boto3.client("ec2")
def handler(event, context):
    ec2.start_instances(InstanceIds=[event["id"]])
    ec2.get_waiter("instance_running").wait(InstanceIds=[event["id"]])  #! ASL931
    return {"id": event["id"]}
"""

SPELLED_BAD["sleep alias"] = """
from time import sleep as pause
def handler(event, context):
    pause(5)  #! ASL932
    return {}
"""

SPELLED_BAD["asyncio sleep"] = """
import asyncio
async def main(e):
    await asyncio.sleep(30)  #! ASL932
    return e["x"]
def handler(event, context):
    return asyncio.run(main(event))
"""

SPELLED_BAD["lambda invoke"] = """
import boto3, json
lam = boto3.client("lambda")
def handler(event, context):
    r = lam.invoke(FunctionName="next", Payload=json.dumps(event))  #! ASL930
    return json.loads(r["Payload"].read())
"""

SPELLED_BAD["lambda invoke explicit"] = """
import boto3, json
lam = boto3.client("lambda")
def call(name, payload):
    return lam.invoke(FunctionName=name, InvocationType="RequestResponse", Payload=json.dumps(payload))  #! ASL930
def handler(event, context):
    a = call("a", event)
    return {"ok": a["StatusCode"]}
"""

SPELLED_BAD["hand retry for"] = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    for attempt in range(3):  #! ASL921
        try:
            return {"n": s3.head_object(Bucket=event["b"], Key=event["k"])["ContentLength"]}
        except Exception:
            if attempt == 2:
                raise
"""

SPELLED_BAD["hand retry while"] = """
import requests, time
def handler(event, context):
    tries = 0
    while tries < 5:  #! ASL921
        try:
            r = requests.get(event["url"], timeout=2)
            r.raise_for_status()
            return r.json()
        except requests.RequestException:
            tries += 1
            time.sleep(2 ** tries)  #! ASL932
    raise RuntimeError("no answer")
"""

SPELLED_BAD["single call"] = """
import boto3
sns = boto3.client("sns")
def handler(event, context):
    return sns.publish(TopicArn=event["t"], Message=event["m"])  #! ASL912
"""

SPELLED_BAD["single call get"] = """
import boto3
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    r = t.get_item(Key={"id": event["id"]})  #! ASL933
    return r["Item"]
"""

SPELLED_BAD["dispatch if"] = """
import boto3
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    action = event["action"]
    if action == "create":  #! ASL934
        t.put_item(Item={"id": event["id"], "v": event["v"]})
        return {"created": True}
    elif action == "delete":
        t.delete_item(Key={"id": event["id"]})
        return {"deleted": True}
    elif action == "get":
        return t.get_item(Key={"id": event["id"]}).get("Item")
    raise ValueError(action)
"""

SPELLED_BAD["dispatch match"] = """
def handler(event, context):
    match event["operation"]:  #! ASL934
        case "add":
            return add(event)
        case "sub":
            return sub(event)
        case "mul":
            return mul(event)
def add(e): return e["a"] + e["b"]
def sub(e): return e["a"] - e["b"]
def mul(e): return e["a"] * e["b"]
"""

SPELLED_BAD["dispatch dict"] = """
def add(e): return e["a"] + e["b"]
def sub(e): return e["a"] - e["b"]
def mul(e): return e["a"] * e["b"]
OPS = {"add": add, "sub": sub, "mul": mul}
def handler(event, context):
    return OPS[event["action"]](event)  #! ASL934
"""

SPELLED_BAD["secret"] = """
import requests
API_KEY = "sk_live_4f9a8b7c6d5e4f3a2b1c"  #! ASL940
def handler(event, context):
    return requests.get("https://x.example/" + event["q"], headers={"Authorization": "Bearer " + API_KEY}, timeout=3).json()
"""

SPELLED_BAD["password kw"] = """
import psycopg2
conn = psycopg2.connect(host="db.internal", user="app", password="Sup3rS3cret!9")  #! ASL940
def handler(event, context):
    with conn.cursor() as c:
        c.execute("select n from t where id = %s", (event["id"],))
        return {"n": c.fetchone()[0]}
"""

SPELLED_BAD["arn"] = """
import boto3
sns = boto3.client("sns")
TOPIC = "arn:aws:sns:eu-west-1:123456789012:orders"  #! ASL941
def handler(event, context):
    m = "x" + event["m"]
    sns.publish(TopicArn=TOPIC, Message=m)  #! ASL912
    return {"m": m}
"""

SPELLED_BAD["queue url"] = """
import boto3
sqs = boto3.client("sqs")
def handler(event, context):
    m = "x" + event["m"]
    sqs.send_message(QueueUrl="https://sqs.eu-west-1.amazonaws.com/123456789012/orders", MessageBody=m)  #! ASL912 ASL941
    return {"m": m}
"""

SPELLED_BAD["const table"] = """
import boto3
TABLE_NAME = "orders-prod"  #! ASL942
t = boto3.resource("dynamodb").Table(TABLE_NAME)
def handler(event, context):
    i = t.get_item(Key={"id": event["id"]}).get("Item")
    return {"found": i is not None}
"""

SPELLED_BAD["list bucket schedule"] = '''
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    """Runs every five minutes."""
    for o in s3.list_objects_v2(Bucket="b")["Contents"]:  #! ASL935
        process(o["Key"])
def process(k):
    print(k)
'''

SPELLED_BAD["list paginator"] = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="inbox")  #! ASL935
    keys = [o["Key"] for p in pages for o in p.get("Contents", [])]
    for k in keys:
        s3.copy_object(Bucket="archive", Key=k, CopySource={"Bucket": "inbox", "Key": k})
        s3.delete_object(Bucket="inbox", Key=k)
    return {"n": len(keys)}
"""

SPELLED_BAD["resource objects all"] = """
import boto3
bucket = boto3.resource("s3").Bucket("inbox")
def handler(event, context):
    n = 0
    for o in bucket.objects.all():  #! ASL935
        handle(o)
        n += 1
    return {"n": n}
def handle(o):
    o.delete()
"""

SPELLED_BAD["envelope"] = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    r = event["Records"][0]["s3"]  #! ASL936
    o = s3.get_object(Bucket=r["bucket"]["name"], Key=r["object"]["key"])
    return {"n": len(o["Body"].read())}
"""

SPELLED_BAD["swallow task"] = """
from flowdsl.handler import handler
import boto3
s3 = boto3.client("s3")
@handler
def load(*, bucket: str, key: str) -> dict:
    try:
        return {"n": s3.head_object(Bucket=bucket, Key=key)["ContentLength"]}
    except Exception as e:  #! ASL920
        return {"error": str(e)}
"""

SPELLED_BAD["hostname"] = """
import socket, boto3
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    owner = socket.gethostname()  #! ASL908
    return {"owner": owner, "id": event["id"]}
"""

SPELLED_BAD["middleware counter in closure"] = """
import functools
def counted(f):
    calls = []
    @functools.wraps(f)
    def wrapper(event, context):
        calls.append(event["id"])  #! ASL901
        return f(event, context)
    return wrapper
@counted
def handler(event, context):
    return {"n": event["n"] * 2}
"""

SPELLED_BAD["stats class instance in module dict"] = """
class Stats:
    def __init__(self):
        self.by_day = {}
    def note(self, day):
        self.by_day[day] = self.by_day.get(day, 0) + 1  #! ASL901
STATS = {"main": Stats()}
def handler(event, context):
    STATS["main"].note(event["day"])
    return STATS["main"].by_day
"""

SPELLED_BAD["cached factory of mutable"] = """
from functools import cache
@cache
def buffer():
    return []
def handler(event, context):
    buffer().append(event["id"])  #! ASL901
    return {"n": len(buffer())}
"""

SPELLED_BAD["list alias"] = """
rows = []
def handler(event, context):
    out = rows
    for r in event["rows"]:
        out.append(r)  #! ASL901
    return out
"""

SPELLED_BAD["dict alias"] = """
state = {}
def handler(event, context):
    s = state
    s["user"] = event["user"]  #! ASL901
    return s
"""

SPELLED_BAD["passed as argument"] = """
errors = []
def check(row, sink):
    if "id" not in row:
        sink.append(row)  #! ASL901
def handler(event, context):
    for r in event["rows"]:
        check(r, errors)
    return {"errors": errors}
"""

SPELLED_BAD["returned module container"] = """
cart = {"items": []}
def handler(event, context):
    cart["items"].append(event["item"])  #! ASL901
    return cart
"""

SPELLED_BAD["sort key global"] = """
import random
weights = [1, 2, 3]
def handler(event, context):
    weights.insert(0, event["w"])  #! ASL901
    return {"w": weights}
"""

SPELLED_BAD["bytearray"] = """
data = bytearray()
def handler(event, context):
    data.extend(event["x"].encode())  #! ASL901
    return {"n": len(data)}
"""

SPELLED_BAD["io buffer"] = """
import io
out = io.StringIO()
def handler(event, context):
    out.write(event["line"])  #! ASL901
    return {"text": out.getvalue()}
"""

SPELLED_BAD["defaultdict list"] = """
from collections import defaultdict
groups = defaultdict(list)
def handler(event, context):
    for r in event["rows"]:
        groups[r["k"]].append(r)  #! ASL901
    return {k: len(v) for k, v in groups.items()}
"""

SPELLED_BAD["powertools handler counter"] = """
from aws_lambda_powertools import Logger
logger = Logger()
count = 0
@logger.inject_lambda_context
def lambda_handler(event, context):
    global count
    count += 1  #! ASL901
    return {"count": count}
"""

SPELLED_BAD["flowdsl handler state"] = """
from flowdsl.handler import handler
_seen = set()
@handler
def check(*, order_id: str) -> bool:
    first = order_id not in _seen
    _seen.add(order_id)  #! ASL901
    return first
"""

SPELLED_BAD["typed global list"] = """
from typing import Final
HISTORY: Final[list[str]] = []
def handler(event, context):
    HISTORY.append(event["id"])  #! ASL901
    return HISTORY[-5:]
"""

SPELLED_BAD["cache typed"] = """
from typing import Dict
import boto3
_cache: Dict[str, dict] = {}
t = boto3.resource("dynamodb").Table("x")
def get_user(uid: str) -> dict:
    if uid not in _cache:
        response = t.get_item(Key={"id": uid})
        _cache[uid] = response["Item"]  #! ASL902
    return _cache[uid]
def handler(event, context):
    return get_user(event["detail"]["user"])
"""

SPELLED_BAD["cache decorator own"] = """
import functools, boto3
t = boto3.resource("dynamodb").Table("x")
def memoize(f):
    store = {}
    @functools.wraps(f)
    def inner(k):
        if k not in store:
            store[k] = f(k)  #! ASL902
        return store[k]
    return inner
@memoize
def load(k):
    return t.get_item(Key={"id": k})["Item"]
def handler(event, context):
    return load(event["id"])
"""

SPELLED_BAD["async cache"] = """
from async_lru import alru_cache
import asyncio, httpx
client = httpx.AsyncClient()
@alru_cache  #! ASL902
async def rate(c):
    return (await client.get("https://rates.example/" + c)).json()
def handler(event, context):
    return asyncio.run(rate(event["c"]))
"""

SPELLED_BAD["cache keyed tuple"] = """
from functools import lru_cache
import requests
@lru_cache(maxsize=256)  #! ASL902
def quote(sku, qty):
    return requests.get(f"https://q.example/{sku}/{qty}", timeout=3).json()
def handler(event, context):
    return {"total": sum(quote(l["sku"], l["qty"])["cents"] for l in event["lines"])}
"""

SPELLED_BAD["class cachedmethod"] = """
from cachetools import TTLCache, cachedmethod
import operator, boto3
class Repo:
    def __init__(self):
        self.cache = TTLCache(100, 300)
        self.t = boto3.resource("dynamodb").Table("x")
    @cachedmethod(operator.attrgetter("cache"))  #! ASL902
    def get(self, k):
        return self.t.get_item(Key={"id": k})["Item"]
repo = Repo()
def handler(event, context):
    return repo.get(event["id"])
"""

SPELLED_BAD["tmp dir const join f-string"] = """
import json, os
WORK = "/tmp"
def handler(event, context):
    with open(f"{WORK}/state.json", "w") as f:  #! ASL903
        json.dump(event, f)
    return {"size": os.path.getsize(f"{WORK}/state.json")}
"""

SPELLED_BAD["tmp pandas"] = """
import pandas as pd
def handler(event, context):
    df = pd.DataFrame(event["rows"])
    df.to_csv("/tmp/out.csv")  #! ASL903
    return {"n": len(df)}
"""

SPELLED_BAD["tmp subprocess"] = """
import subprocess
def handler(event, context):
    subprocess.run(["convert", event["src"], "/tmp/out.png"], check=True)  #! ASL903
    return {}
"""

SPELLED_BAD["tmp urlretrieve"] = """
import urllib.request
def handler(event, context):
    urllib.request.urlretrieve(event["url"], "/tmp/download")  #! ASL903
    return {"n": len(open("/tmp/download", "rb").read())}
"""

SPELLED_BAD["tmp pickle"] = """
import pickle
def handler(event, context):
    with open("/tmp/model.pkl", "wb") as f:  #! ASL903
        pickle.dump(event, f)
    return {}
"""

SPELLED_BAD["tmp Path write"] = """
from pathlib import Path
OUT = Path("/tmp/report.html")
def handler(event, context):
    OUT.write_text(event["html"])  #! ASL903
    return {"n": OUT.stat().st_size}
"""

SPELLED_BAD["tempfile fixed name"] = """
import tempfile, pathlib
def handler(event, context):
    target = pathlib.Path(tempfile.gettempdir(), "x.bin")  #! ASL903
    target.write_bytes(b"x")
    return {"x": target.read_bytes().hex() + event["x"]}
"""

SPELLED_BAD["environ in helper"] = """
import os
def configure(tenant):
    os.environ["TENANT"] = tenant  #! ASL904
def handler(event, context):
    configure(event["tenant"])
    return {}
"""

SPELLED_BAD["environ loop"] = """
import os
def handler(event, context):
    for k, v in event["env"].items():
        os.environ[k] = v  #! ASL904
    return {}
"""

SPELLED_BAD["dotenv"] = """
from dotenv import load_dotenv
def handler(event, context):
    load_dotenv()  #! ASL904
    return {}
"""

SPELLED_BAD["daemon thread"] = """
import threading
def handler(event, context):
    threading.Thread(target=print, args=("x",), daemon=True).start()  #! ASL905
    return {"ok": event["id"]}
"""

SPELLED_BAD["loop run_in_executor"] = """
import asyncio
async def main(event):
    loop = asyncio.get_running_loop()
    loop.create_task(work(event))  #! ASL905
    return {}
async def work(e): ...
def handler(event, context):
    return asyncio.run(main(event))
"""

SPELLED_BAD["thread class self"] = """
import threading
class Reporter(threading.Thread):
    def run(self):
        print("x")
def handler(event, context):
    Reporter().start()  #! ASL905
    return {"x": event["x"]}
"""

SPELLED_BAD["session resource helper"] = """
import boto3
def get_table(name):
    return boto3.resource("dynamodb").Table(name)  #! ASL907
def handler(event, context):
    t = get_table("orders")
    item = t.get_item(Key={"id": event["id"]}).get("Item") or {}
    return {"total": sum(item.get("lines", []))}
"""

SPELLED_BAD["mongo in with"] = """
import os
from pymongo import MongoClient
def handler(event, context):
    with MongoClient(os.environ["URI"]) as c:  #! ASL907
        d = c["shop"]["orders"].find_one({"_id": event["id"]})
    return {"total": d["total"]}
"""

SPELLED_BAD["sqlalchemy"] = """
import os
from sqlalchemy import create_engine, text
def handler(event, context):
    engine = create_engine(os.environ["URL"])  #! ASL907
    with engine.connect() as c:
        n = c.execute(text("select count(*) from t where k=:k"), {"k": event["k"]}).scalar()
    return {"n": n}
"""

SPELLED_BAD["hostname id key"] = """
import os, socket, boto3
t = boto3.resource("dynamodb").Table("locks")
def handler(event, context):
    worker = os.uname().nodename  #! ASL908
    return {"worker": worker, "x": event["x"]}
"""

SPELLED_BAD["random key walrus"] = """
import boto3, uuid
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    t.put_item(Item={"id": (oid := uuid.uuid4().hex), "total": event["total"]})  #! ASL910
    return {"id": oid}
"""

SPELLED_BAD["random key default arg helper"] = """
import boto3, uuid
t = boto3.resource("dynamodb").Table("t")
def save(order, key=None):
    key = key or str(uuid.uuid4())
    t.put_item(Item={"pk": key, **order})  #! ASL910
    return key
def handler(event, context):
    return {"key": save(event["order"])}
"""

SPELLED_BAD["key in class"] = """
import boto3, uuid
from dataclasses import dataclass, field, asdict
t = boto3.resource("dynamodb").Table("t")
@dataclass
class Order:
    total: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
def handler(event, context):
    order = Order(total=event["total"])
    t.put_item(Item=asdict(order))  #! ASL910
    return {"id": order.id}
"""

SPELLED_BAD["isoformat sort key"] = """
import boto3
from datetime import datetime, UTC
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    t.put_item(Item={"pk": f"USER#{event['user']}", "sk": f"EVENT#{datetime.now(UTC).isoformat()}", "v": event["v"]})  #! ASL910
    return {"ok": event["v"]}
"""

SPELLED_BAD["timestamp key attr"] = """
import boto3, datetime
d = boto3.client("dynamodb")
def handler(event, context):
    ts = int(datetime.datetime.now().timestamp() * 1000)
    d.put_item(TableName="t", Item={"pk": {"S": event["u"]}, "sk": {"N": str(ts)}})  #! ASL910
    return {"ts": ts}
"""

SPELLED_BAD["upload_fileobj time"] = """
import boto3, io, time
s3 = boto3.client("s3")
def handler(event, context):
    s3.upload_fileobj(io.BytesIO(event["x"].encode()), "b" + event["b"], f"up/{time.time()}.bin")  #! ASL910
    return {"ok": 1}
"""

SPELLED_BAD["sns dedup time"] = """
import boto3, time
sns = boto3.client("sns")
def handler(event, context):
    m = "x" + event["m"]
    sns.publish(TopicArn=event["t"], Message=m, MessageGroupId="g", MessageDeduplicationId=str(time.time()))  #! ASL910
    return {"m": m}
"""

SPELLED_BAD["client token secrets"] = """
import boto3, secrets
d = boto3.client("dynamodb")
def handler(event, context):
    d.transact_write_items(ClientRequestToken=secrets.token_hex(16), TransactItems=[{"Put": {"TableName": "t", "Item": {"id": {"S": event["id"]}}}}])  #! ASL910
    return {"id": event["id"], "n": 1}
"""

SPELLED_BAD["for update in loop"] = """
import boto3
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    for sku, n in event["lines"].items():
        t.update_item(Key={"sku": sku}, UpdateExpression="SET stock = stock - :n", ConditionExpression="stock >= :n", ExpressionAttributeValues={":n": n})  #! ASL911
    return {"n": len(event["lines"])}
"""

SPELLED_BAD["attr exists only"] = """
import boto3
from boto3.dynamodb.conditions import Attr
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    t.update_item(Key={"id": event["id"]}, UpdateExpression="ADD n :o", ConditionExpression="attribute_exists(id)", ExpressionAttributeValues={":o": 1})  #! ASL911
    return {"id": event["id"]}
"""

SPELLED_BAD["put created now"] = """
import boto3
from datetime import datetime
t = boto3.resource("dynamodb").Table("t")
def handler(event, context):
    t.put_item(Item={"id": event["id"], "createdAt": datetime.utcnow().isoformat(), "total": event["total"]})  #! ASL911
    return {"id": event["id"]}
"""

SPELLED_BAD["transact ADD"] = """
import boto3
d = boto3.client("dynamodb")
def handler(event, context):
    d.transact_write_items(TransactItems=[  #! ASL911
        {"Update": {"TableName": "a", "Key": {"id": {"S": event["from"]}}, "UpdateExpression": "SET bal = bal - :x", "ExpressionAttributeValues": {":x": {"N": event["x"]}}}},
        {"Update": {"TableName": "a", "Key": {"id": {"S": event["to"]}}, "UpdateExpression": "SET bal = bal + :x", "ExpressionAttributeValues": {":x": {"N": event["x"]}}}},
    ])
    return {"ok": event["x"]}
"""

SPELLED_BAD["partiql increment"] = """
import boto3
d = boto3.client("dynamodb")
def handler(event, context):
    d.execute_statement(Statement="UPDATE stock SET qty = qty - 1 WHERE sku = ?", Parameters=[{"S": event["sku"]}])  #! ASL911
    return {"sku": event["sku"] + "x"}
"""

SPELLED_BAD["mongo inc"] = """
import os
from pymongo import MongoClient
db = MongoClient(os.environ["URI"])["shop"]
def handler(event, context):
    db.stock.update_one({"_id": event["sku"]}, {"$inc": {"qty": -1}})  #! ASL911
    return {"sku": event["sku"]}
"""

SPELLED_BAD["sqlalchemy increment"] = """
import os
from sqlalchemy import create_engine, text
engine = create_engine(os.environ["URL"])
def handler(event, context):
    with engine.begin() as c:
        c.execute(text("UPDATE acc SET bal = bal + :x WHERE id = :id"), {"x": event["x"], "id": event["id"]})  #! ASL911
    return {"id": event["id"]}
"""

SPELLED_BAD["smtp"] = """
import smtplib, os
from email.message import EmailMessage
def handler(event, context):
    m = EmailMessage()
    m["To"] = event["to"]
    with smtplib.SMTP(os.environ["HOST"]) as s:
        s.send_message(m)  #! ASL912
    return {"to": event["to"]}
"""

SPELLED_BAD["sesv2"] = """
import boto3
ses = boto3.client("sesv2")
def handler(event, context):
    body = f"Hi {event['name']}"
    ses.send_email(FromEmailAddress="a@example.com", Destination={"ToAddresses": [event["to"]]}, Content={"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": body}}}})  #! ASL912
    return {"n": len(body)}
"""

SPELLED_BAD["urllib3 post"] = """
import json, urllib3
http = urllib3.PoolManager()
def handler(event, context):
    r = http.request("POST", "https://pay.example/charges", body=json.dumps({"a": event["a"]}))  #! ASL912
    return {"s": r.status}
"""

SPELLED_BAD["requests session post"] = """
import requests
s = requests.Session()
def handler(event, context):
    r = s.post("https://pay.example/charges", json={"a": event["a"]}, timeout=3)  #! ASL912
    return {"s": r.status_code}
"""

SPELLED_BAD["http.client post"] = """
import http.client, json
def handler(event, context):
    c = http.client.HTTPSConnection("pay.example")
    c.request("POST", "/charges", json.dumps({"a": event["a"]}))  #! ASL912
    return {"s": c.getresponse().status}
"""

SPELLED_BAD["sns batch"] = """
import boto3
sns = boto3.client("sns")
def handler(event, context):
    entries = [{"Id": str(i), "Message": m} for i, m in enumerate(event["ms"])]
    sns.publish_batch(TopicArn=event["t"], PublishBatchRequestEntries=entries)  #! ASL912
    return {"n": len(entries)}
"""

SPELLED_BAD["poll athena"] = """
import boto3, time
athena = boto3.client("athena")
def run(q):
    qid = athena.start_query_execution(QueryString=q, WorkGroup="w", ClientRequestToken=q.ljust(32, "x"))["QueryExecutionId"]
    for _ in range(100):  #! ASL931
        s = athena.get_query_execution(QueryExecutionId=qid)["QueryExecution"]["Status"]["State"]
        if s in ("SUCCEEDED", "FAILED", "CANCELLED"):
            return s
        time.sleep(2)  #! ASL932
    raise TimeoutError(q)
def handler(event, context):
    return {"s": run(event["q"])}
"""

SPELLED_BAD["poll recursion batch"] = """
import boto3, time
batch = boto3.client("batch")
def handler(event, context):
    job = batch.submit_job(jobName=event["n"], jobQueue=event["q"], jobDefinition=event["d"])["jobId"]
    status = "SUBMITTED"
    while status not in ("SUCCEEDED", "FAILED"):  #! ASL931
        time.sleep(15)  #! ASL932
        status = batch.describe_jobs(jobs=[job])["jobs"][0]["status"]
    return {"status": status}
"""

SPELLED_BAD["sfn wait"] = """
import boto3, json, time
sfn = boto3.client("stepfunctions")
def handler(event, context):
    arn = sfn.start_execution(stateMachineArn=event["m"], name=event["id"], input=json.dumps(event))["executionArn"]
    while sfn.describe_execution(executionArn=arn)["status"] == "RUNNING":  #! ASL931
        time.sleep(1)  #! ASL932
    return {"arn": arn}
"""

SPELLED_BAD["secret dict"] = """
import pymysql
CONFIG = {"host": "db", "user": "root", "password": "hunter2hunter2"}  #! ASL940
conn = pymysql.connect(**CONFIG)
def handler(event, context):
    with conn.cursor() as c:
        c.execute("select 1 from t where id=%s", (event["id"],))
        return {"n": c.rowcount}
"""

SPELLED_BAD["aws keys"] = """
import boto3
s3 = boto3.client("s3", aws_access_key_id="AKIAIOSFODNN7ABCDEFG", aws_secret_access_key="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")  #! ASL940
def handler(event, context):
    return {"n": s3.head_object(Bucket=event["b"], Key=event["k"])["ContentLength"] + 1}
"""

SPELLED_BAD["account fstring"] = """
import boto3, os
sfn = boto3.client("stepfunctions")
def handler(event, context):
    arn = f"arn:aws:states:{os.environ['AWS_REGION']}:123456789012:stateMachine:orders"  #! ASL941
    sfn.start_execution(stateMachineArn=arn, name=event["id"])
    return {"arn": arn}
"""

SPELLED_BAD["const bucket"] = """
import boto3
BUCKET = "acme-reports-prod"  #! ASL942
s3 = boto3.client("s3")
def handler(event, context):
    return {"n": len(s3.get_object(Bucket=BUCKET, Key=event["k"])["Body"].read())}
"""

SPELLED_BAD["scan all"] = """
import boto3
t = boto3.resource("dynamodb").Table("jobs" if True else "")
def handler(event, context):
    items = t.scan()["Items"]  #! ASL935
    for i in items:
        if i["status"] == "NEW":
            t.update_item(Key={"id": i["id"]}, UpdateExpression="SET #s = :d", ExpressionAttributeNames={"#s": "status"}, ExpressionAttributeValues={":d": "DONE"})
    return {"n": len(items)}
"""

SPELLED_BAD["envelope sqs"] = """
import json
def handler(event, context):
    for r in event["Records"]:  #! ASL936
        body = json.loads(r["body"])
        process(body)
def process(b):
    print(b)
"""

SPELLED_BAD["dispatch getattr"] = """
class Ops:
    def create(self, e): return {"c": e["x"]}
    def delete(self, e): return {"d": e["x"]}
    def update(self, e): return {"u": e["x"]}
def handler(event, context):
    return getattr(Ops(), event["operation"])(event)  #! ASL934
"""
