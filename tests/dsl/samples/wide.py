# pyright: reportUnusedExpression=false
"""A workflow that uses much of the language and imports nothing but the standard library and flowdsl."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from flowdsl import (
    Choice,
    DistributedMap,
    Fail,
    Map,
    Parallel,
    Pass,
    Retry,
    Succeed,
    Task,
    Var,
    Wait,
    activity,
    aws,
    context,
    fn,
    fragment,
    group,
    one_of,
    placeholder,
    s3,
    wait_for_task_token,
    workflow,
)
from flowdsl.errors import ALL, LAMBDA_TRANSIENT, Timeout
from flowdsl.handler import Transient, handler, once


@dataclass
class Line:
    sku: str
    quantity: int


@dataclass
class Order:
    id: str
    total: float
    tier: Literal["standard", "gold"]
    lines: list[Line]
    note: str = "none"
    coupon: str | None = None
    tags: list[str] = field(default_factory=list)


@dataclass
class Paid:
    id: str
    amount: float


class Declined(Exception):
    """The card does not cover it."""


class Busy(Transient):
    """Later, perhaps."""


@handler(raises=(Declined, Busy))
def charge(*, id: str, amount: float, tier: str = "standard") -> Paid:
    return Paid(id, amount)


@handler(idempotency=once())
def book(*, sku: str, quantity: int) -> Paid:
    return Paid(sku, quantity)


@handler
def ask(*, token: str, about: str) -> None: ...


TRANSIENT = Retry(*LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=4, backoff_rate=2.0, jitter_strategy="FULL")


@fragment
def notified(text: str) -> Any:
    send = Task(aws.sns.publish(TopicArn=placeholder("Topic", kind="topic"), Message=text))
    log = Pass()
    send >> log
    return send, log


@workflow
def child(order: Order) -> Paid:
    """A workflow of its own."""
    pay = Task(charge(id=order.id, amount=order.total))
    return pay.result


@workflow(timeout_seconds=3600, retry=TRANSIENT)
def wide(order: Order) -> Any:
    """Much of the language in one place."""
    rounds = Var[int]()

    def each(line: Line) -> str:
        """Books one line."""
        first = Wait(timedelta(seconds=5))
        booked = Task(book(sku=line.sku, quantity=line.quantity))
        many = Choice()
        first >> booked >> many
        many.when((line.quantity > 3) & (order.tier == "gold")) >> Succeed(name="Plenty", output=f"{line.sku}: many")
        few = Pass(output=f"{line.sku}: {booked.result.amount} for {order.id}")
        many.otherwise >> few
        return few.result

    def left() -> str:
        hash_it = Pass(output=fn.hash(order.id))
        return hash_it.result

    def right() -> list[str]:
        names = Pass(output=fn.map(order.lines, lambda line: fn.uppercase(line.sku)))
        return names.result

    def row(item: dict[str, str]) -> str:
        kept = Task(
            aws.dynamodb.put_item(
                TableName=placeholder("Table", kind="table"), Item={"id": {"S": item["sku"]}, "order": {"S": order.id}}
            )
        )
        kept.catch(aws.dynamodb.ConditionalCheckFailedException) >> Pass(name="Known")
        return item["sku"]

    begin = Pass().assign(rounds, 0)
    lines = Map(each, order.lines, max_concurrency=5)
    both = Parallel(left, right)
    start_note = notified(f"order {order.id} of {context.execution.start_time}")
    paid = Task(charge(id=order.id, amount=order.total * 1.25 + 3, tier=order.tier), timeout_seconds=30)
    other = Task(child(order), timeout_seconds=600)
    approval = Task(
        wait_for_task_token(ask(token=context.task.token, about=order.note), dict[str, Any]), timeout_seconds=86400
    )
    rows = DistributedMap(
        row, s3.csv(placeholder("Bucket", kind="bucket"), f"{order.id}.csv", dict[str, str]), max_concurrency=100
    )
    paint = Task(activity("paint", {"id": order.id, "n": rounds.value}), timeout_seconds=60, heartbeat_seconds=20)
    again = Choice()
    count = Pass().assign(rounds, rounds.value + 1)
    until = Wait(timestamp=datetime(2030, 1, 1, tzinfo=UTC))
    done = Pass(
        output={
            "rounds": rounds.value,
            "lines": lines.result,
            "left": both.result_of(left),
            "right": fn.join(both.result_of(right), ","),
            "coupon": order.coupon,
            "tags": order.tags,
            "big": fn.all_of(order.total > 0, order.total <= 100, fn.not_(order.tier == "gold")),
        }
    )
    failed = Fail("OrderFailed", cause=f"order {order.id} failed")

    begin >> lines >> both >> start_note >> paid >> other >> approval >> rows >> paint >> count >> again
    again.when(rounds.value < 3, comment="not yet") >> lines
    again.when(fn.exists(order.coupon) & (fn.some(order.coupon) == "x")) >> until
    again.otherwise >> done
    late = group(paid, approval).catch(Timeout, Declined)
    late.assign(rounds, -1) >> failed
    paid.retry(Transient, max_attempts=2)
    paid.catch(ALL) >> failed
    ended = until.output({"late": True})
    return one_of(done, ended)
