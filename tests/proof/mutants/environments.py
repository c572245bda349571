"""What an environment keeps for the next delivery: memory, variables, files, threads."""

from __future__ import annotations

import itertools
import logging
import os
import sys
import tempfile
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from flowdsl.handler import handler, natural
from tests.proof import aws
from tests.proof.aws import client, item
from tests.proof.mutants import mutant

SEEN: set[str] = set()
RESULTS: dict[str, str] = {}
LINES: list[str] = []
LAST: dict[str, Any] | None = None
COUNT = 0
NUMBERS = itertools.count(1)


def put(order_id: str, **values: Any) -> None:
    client("dynamodb").put_item(TableName="orders", Item=item(id=order_id, **values))


@mutant("remembers what it has done", aws.orders_world, "in a warm environment", "table orders id=o1 is lost")
def seen(event: dict[str, Any], context: Any) -> str:
    if event["order_id"] not in SEEN:
        put(event["order_id"])
        SEEN.add(event["order_id"])
    return "ok"


@mutant(
    "remembers what it has done",
    aws.orders_world,
    "killed after #1 dynamodb.PutItem",
    "table orders id=memo is lost",
    {"order_id": "memo"},
)
@handler(idempotency=natural())
def memo(*, order_id: str) -> str:
    return _memo(order_id)


@lru_cache(maxsize=128)
def _memo(order_id: str) -> str:
    put(order_id)
    return order_id


@mutant(
    "caches by the event",
    aws.orders_world,
    "kept for the next delivery",
    "environments.RESULTS is {'c1': 'C1', 'c1-2': 'C1-2'}, and was {'c1': 'C1'}",
    {"order_id": "c1"},
)
def cached(event: dict[str, Any], context: Any) -> str:
    if event["order_id"] not in RESULTS:
        RESULTS[event["order_id"]] = event["order_id"].upper()
    put(event["order_id"])
    return RESULTS[event["order_id"]]


@mutant("collects in a list", aws.orders_world, "in a warm environment", "instead of ['l1']", {"order_id": "l1"})
def collect(event: dict[str, Any], context: Any) -> list[str]:
    LINES.append(event["order_id"])
    return list(LINES)


@mutant("counts its deliveries", aws.orders_world, "in a warm environment", "n is")
def counted(event: dict[str, Any], context: Any) -> str:
    global COUNT
    COUNT += 1
    put(event["order_id"], n=COUNT)
    return "ok"


@mutant("keeps the last event", aws.orders_world, "kept for the next delivery", "environments.LAST is")
def last(event: dict[str, Any], context: Any) -> str:
    global LAST
    LAST = event
    put(event["order_id"])
    return "ok"


class Basket:
    lines: list[str] = []  # noqa: RUF012 - the defect: one list for all baskets

    def add(self, line: str) -> None:
        self.lines.append(line)


@mutant(
    "keeps in a class",
    aws.orders_world,
    "kept for the next delivery",
    "environments.Basket.lines is",
    {"order_id": "b1"},
)
def basket(event: dict[str, Any], context: Any) -> str:
    mine = Basket()
    mine.add(event["order_id"])
    put(event["order_id"])
    return "ok"


def _line(order_id: str, lines: list[str] = []) -> str:  # noqa: B006 - the defect
    lines.append(order_id)
    return ",".join(lines)


@mutant(
    "keeps in a default",
    aws.orders_world,
    "kept for the next delivery",
    "environments._line.__defaults__ is",
    {"order_id": "d1"},
)
def default(event: dict[str, Any], context: Any) -> str:
    _line(event["order_id"])
    put(event["order_id"])
    return "ok"


@mutant(
    "leaves a file",
    aws.world_with_bucket,
    "kept for the next delivery",
    "flowdsl-proof-report.txt is left behind",
    {"order_id": "f1"},
)
def leave_file(event: dict[str, Any], context: Any) -> str:
    file = Path(tempfile.gettempdir()) / "flowdsl-proof-report.txt"
    file.write_text(event["order_id"])
    client("s3").upload_file(str(file), "reports", event["order_id"])
    return "ok"


@mutant("trusts a file that it finds", aws.world_with_bucket, "in a warm environment", "is lost", {"order_id": "f2"})
def trust_file(event: dict[str, Any], context: Any) -> str:
    file = Path(tempfile.gettempdir()) / "flowdsl-proof-done.txt"
    if not file.exists():
        file.write_text("done")
        client("s3").put_object(Bucket="reports", Key=event["order_id"], Body=b"x")
    return "ok"


@mutant(
    "writes the environment",
    aws.orders_world,
    "kept for the next delivery",
    "the environment variable CURRENT_ORDER is 'e1', and was None",
    {"order_id": "e1"},
)
def variable(event: dict[str, Any], context: Any) -> str:
    os.environ["CURRENT_ORDER"] = event["order_id"]
    put(event["order_id"])
    return "ok"


@mutant(
    "leaves a thread",
    aws.orders_world,
    "kept for the next delivery",
    "the thread 'reporter' still runs",
    {"order_id": "t1"},
)
def thread(event: dict[str, Any], context: Any) -> str:
    put(event["order_id"])
    done = threading.Event()
    threading.Thread(target=done.wait, args=(0.2,), name="reporter", daemon=True).start()
    return "ok"


@mutant(
    "counts its deliveries",
    aws.orders_world,
    "in a warm environment",
    "table orders id=o1: number is",
)
def numbered(event: dict[str, Any], context: Any) -> None:
    put(event["order_id"], number=next(NUMBERS))


def _collecting() -> Any:
    lines: list[str] = []

    def enclosed(event: dict[str, Any], context: Any) -> str:
        lines.append(event["order_id"])
        put(event["order_id"])
        return "ok"

    return enclosed


enclose = mutant(
    "keeps in a closure",
    aws.orders_world,
    "kept for the next delivery",
    "environments.enclose.<lines> is",
    {"order_id": "c2"},
)(_collecting())
enclose.__qualname__ = "enclose"


@mutant(
    "adds a handler to a logger",
    aws.orders_world,
    "kept for the next delivery",
    "the logger 'flowdsl-proof-shop' is",
    {"order_id": "l2"},
)
def log(event: dict[str, Any], context: Any) -> str:
    logging.getLogger("flowdsl-proof-shop").addHandler(logging.NullHandler())
    put(event["order_id"])
    return "ok"


@mutant(
    "lets the way to modules grow",
    aws.orders_world,
    "kept for the next delivery",
    "sys.path is",
    {"order_id": "p1"},
)
def find_modules(event: dict[str, Any], context: Any) -> str:
    sys.path.append("/opt/shop")
    put(event["order_id"])
    return "ok"
