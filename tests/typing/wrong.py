# pyright: reportUnusedExpression=false
# ruff: noqa: F841
"""What both type checkers must refuse: one mistake on each line that says so. Read by them, never imported."""

from typing import Literal

from pydantic import BaseModel

from flowdsl import Choice, Map, Pass, Retry, Task, Var, new, workflow
from flowdsl.errors import Timeout
from flowdsl.handler import handler


class Line(BaseModel):
    sku: str


class Order(BaseModel):
    id: str
    total: float
    tier: Literal["standard", "gold"]
    lines: list[Line]


class Paid(BaseModel):
    id: str


@handler
def charge(*, payment_id: str, amount: float) -> Paid:
    return Paid(id=payment_id)


@workflow
def child(order: Order) -> Paid:
    pay = Task(charge(payment_id=order.id, amount=order.total))
    return pay.result


@workflow
def flow(order: Order) -> Paid:
    total = Var[float]()

    def each(line: Line) -> str:
        one = Pass(output=line.sku)
        return one.result

    a = Task(charge(payment_id=order.idd, amount=1))  # a misspelt field
    b = Task(charge(paymentid=order.id, amount=1))  # a misspelt argument
    c = Task(charge(payment_id=order.id))  # a missing argument
    d = Task(charge(payment_id=order.total, amount=1))  # an argument of the wrong type
    e = Task(child(order.id))  # an argument of the wrong type
    f = Task(charge(payment_id="p", amount=1), timeout_secs=3)  # a misspelt keyword
    g = Task(charge(payment_id="p", amount=1), timeout_seconds=[3])  # a keyword of the wrong type
    check = Choice()
    check.when(order.tier == "golden") >> a  # an impossible literal
    check.when(a.result.amount > 3) >> a  # a field that the result does not have
    h = Map(each, order.id.lines)  # a field of a text
    i = Pass().assign(total, "x")  # a value of the wrong type for a Var
    j = Map(each, [order])  # items that the function does not take
    k = Task(charge(**new(Order)(id="a")))  # a missing field
    a.retry(Timeout, max_attempt=3)  # a misspelt keyword
    a.retry(Retry(Timeout, jitter_strategy="SOME"))  # an impossible literal
    return b.result.idd  # a misspelt field of a result
