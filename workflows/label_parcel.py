"""Secrets Manager: the handler reads the secret itself; the workflow, whose history many may read, never holds it."""
# pyright: reportUnusedExpression=false

from flowdsl import Fail, Retry, Task, aws, placeholder, workflow
from flowdsl.errors import LAMBDA_TRANSIENT
from flowdsl.handler import Transient
from handlers.carriers import AddressRefused, Label, register_parcel
from workflows.hand_over_parcel import Outgoing

BUSY = Retry("States.TaskFailed", interval_seconds=1, max_attempts=3, max_delay_seconds=10, jitter_strategy="FULL")
TRANSIENT = Retry(*LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=4, max_delay_seconds=30, jitter_strategy="FULL")


@workflow(timeout_seconds=600)
def label_parcel(parcel: Outgoing) -> Label:
    """Register a parcel with the carrier, and keep the label."""
    register = Task(register_parcel(parcel=parcel.id, address=parcel.address), timeout_seconds=30)
    keep = Task(  # flowdsl: ignore[ASL405] the carrier keeps the label too; a redrive begins here
        aws.dynamodb.put_item(
            TableName=placeholder("LabelsTable", kind="table"),
            Item={"parcel": {"S": parcel.id}, "tracking": {"S": register.result.tracking}},
        ),
        timeout_seconds=30,
    )
    not_there = Fail("AddressRefused", cause=f"the carrier does not go where parcel {parcel.id} is to go")

    register >> keep
    # A secret that was changed: the first attempt learns of it, the second has the new one.
    register.retry(Transient, interval_seconds=1, max_attempts=2)
    register.retry(TRANSIENT)
    register.catch(AddressRefused) >> not_there
    keep.retry(BUSY)

    return register.result
