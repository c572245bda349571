"""SQS → workflow: one execution a parcel, named after it, so that a message that comes twice starts nothing twice."""
# pyright: reportUnusedExpression=false

from typing import Literal

from flowdsl import Choice, Retry, Succeed, Task, aws, placeholder, workflow
from flowdsl.errors import LAMBDA_TRANSIENT
from handlers.orders import release_stock
from handlers.returns import Parcel

BUSY = Retry("States.TaskFailed", interval_seconds=1, max_attempts=3, max_delay_seconds=10, jitter_strategy="FULL")
TRANSIENT = Retry(*LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=4, max_delay_seconds=30, jitter_strategy="FULL")


@workflow(timeout_seconds=600)
def take_back(parcel: Parcel) -> Literal["restocked"]:
    """Put what came back on the shelf again, or write it off."""
    condition = Choice()
    restock = Task(release_stock(order_id=parcel.order_id), timeout_seconds=30)
    write_off = Task(
        aws.dynamodb.put_item(
            TableName=placeholder("WriteOffsTable", kind="table"),
            Item={"parcel": {"S": parcel.id}, "order_id": {"S": parcel.order_id}},
        ),
        timeout_seconds=30,
    )
    written_off = Succeed(output="written off")

    condition.when(parcel.damaged) >> write_off >> written_off
    condition.otherwise >> restock
    restock.retry(TRANSIENT)
    write_off.retry(BUSY)

    return "restocked"
