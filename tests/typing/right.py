# pyright: reportUnusedExpression=false
"""What type checkers must be content with, and what they must infer. Read by mypy and pyright, never imported."""

from datetime import timedelta
from typing import Any, Literal, assert_type

from pydantic import BaseModel, Field

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
    jsonata,
    new,
    one_of,
    placeholder,
    returns,
    s3,
    start,
    sync,
    wait_for_task_token,
    workflow,
)
from flowdsl.dsl.distributed import FailedItem, MapRun
from flowdsl.errors import ALL, LAMBDA_TRANSIENT, Timeout
from flowdsl.handler import handler


class Line(BaseModel):
    sku: str
    quantity: int


class Order(BaseModel):
    id: str
    total: float
    tier: Literal["standard", "gold"]
    lines: list[Line]
    coupon: str | None = None
    tags: list[str] = Field(default_factory=list)


class Paid(BaseModel):
    id: str
    amount: float


class Declined(Exception): ...


@handler(raises=(Declined,), timeout_seconds=20)
def charge(*, payment_id: str, amount: float) -> Paid:
    return Paid(id=payment_id, amount=amount)


@handler
def take(order: Order) -> list[Line]:
    return order.lines


@handler
def ask(*, token: str) -> None: ...


TRANSIENT = Retry(*LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=4, backoff_rate=2, jitter_strategy="FULL")


@workflow
def child(order: Order) -> Paid:
    pay = Task(charge(payment_id=order.id, amount=order.total))
    assert_type(pay.result, Paid)
    return pay.result


@fragment
def saved(key: str) -> tuple[Task[Any], Pass[Any]]:
    put = Task(aws.s3.put_object(Bucket="b", Key=key))
    end = Pass()
    put >> end
    return put, end


@workflow(timeout_seconds=60, retry=TRANSIENT)
def parent(order: Order) -> dict[str, Any]:
    total = Var[float]()

    def each(line: Line) -> str:
        one = Pass(output=line.sku)
        assert_type(one.result, str)
        return one.result

    def left() -> int:
        a = Pass(output=1)
        return a.result

    def right() -> str:
        b = Pass(output="x")
        return b.result

    begin = Pass().assign(total, 0).assign(total, order.total)
    lines = Map(each, order.lines, max_concurrency=3)
    assert_type(lines.result, list[str])
    indexed = Map(each, order.lines, item_selector=lambda line, i: line, name="Indexed")
    assert_type(indexed.result, list[str])
    both = Parallel(left, right)
    assert_type(both.result, tuple[int, str])
    assert_type(both.result_of(right), str)
    nested = Task(child(order), timeout_seconds=30)
    assert_type(nested.result, Paid)
    taken = Task(take(order))
    assert_type(taken.result, list[Line])
    made = Task(take(new(Order)(id=order.id, total=total.value, tier="gold", lines=order.lines)))
    answer = Task(wait_for_task_token(ask(token=context.task.token), Paid), timeout_seconds=10)
    assert_type(answer.result, Paid)
    job = Task(sync(aws.glue.start_job_run(JobName="j")))
    typed = Task(returns(aws.s3.get_object(Bucket="b", Key="k"), Paid))
    assert_type(typed.result, Paid)
    paint = Task(activity("paint", order), timeout_seconds=3, heartbeat_seconds=1)
    raw = Task(resource="arn:aws:states:::sns:publish", arguments={"Message": order.id})
    pause = Wait(timedelta(minutes=5))
    other = Wait(seconds=placeholder("Pause", int))
    rows = DistributedMap(each, s3.json("b", "k", Line))
    assert_type(rows.result, list[str])
    some = DistributedMap(each, order.lines, tolerated_failure_percentage=5, name="Some")
    assert_type(some.result, list[str | FailedItem])
    written = DistributedMap(each, order.lines, result_writer=s3.writer("b"), name="Written")
    assert_type(written.result, MapRun)
    kept = saved(order.id)
    check = Choice()
    found = Succeed(output={"id": order.id})
    last = Pass(output={"n": fn.count(order.lines), "sum": fn.sum(fn.map(order.lines, lambda line: line.quantity))})
    failed = charge_failed = nested.catch(Declined, Timeout)
    stop = Fail("Stopped", cause=f"{failed.error.Error}: {charge_failed.error.message}")

    start >> begin >> lines >> indexed >> both >> nested >> taken >> made >> answer >> job >> typed >> paint >> raw
    raw >> pause >> other >> rows >> some >> written >> kept >> check
    check.when((order.total > 5) & (order.tier == "gold") & fn.exists(order.coupon)) >> found
    check.when(jsonata("$states.input.ok"), comment="raw") >> last
    check.otherwise.assign(total, 3.5) >> last
    failed >> stop
    group(taken, made).catch(ALL).assign(total, 1) >> stop
    taken.retry(Timeout, max_attempts=2).retry(TRANSIENT)
    assert_type(fn.some(order.coupon), str)
    assert_type(fn.map(order.lines, lambda line: line.sku), list[str])
    assert_type(fn.count(order.tags), int)
    assert_type(placeholder("Limit", int), int)
    return one_of(found, last)
