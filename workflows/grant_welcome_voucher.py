"""EventBridge rule → workflow: the event's shape is the input's type, and its subject, not its id, is the key of what is done."""
# pyright: reportUnusedExpression=false

from typing import Literal

from pydantic import BaseModel, Field

from flowdsl import Retry, Task, aws, placeholder, workflow


class Newcomer(BaseModel):
    """What the event says; the execution that told of it is there for the curious."""

    id: str
    execution: str


class CustomerOnboarded(BaseModel):
    """An event as EventBridge sends it, as far as it is used here. The rule's pattern lets no other in."""

    source: Literal["shop.customers"]
    detail_type: Literal["CustomerOnboarded"] = Field(alias="detail-type")
    time: str
    detail: Newcomer


BUSY = Retry("States.TaskFailed", interval_seconds=1, max_attempts=3, max_delay_seconds=10, jitter_strategy="FULL")


@workflow(timeout_seconds=120)
def grant_welcome_voucher(event: CustomerOnboarded) -> str:
    """Keep a voucher for a new customer, one however often the event comes or the onboarding runs, and tell them."""
    voucher = f"welcome-{event.detail.id}"

    keep = Task(
        aws.dynamodb.put_item(
            TableName=placeholder("VouchersTable", kind="table"),
            Item={"voucher": {"S": voucher}, "customer": {"S": event.detail.id}, "since": {"S": event.time}},
            ConditionExpression="attribute_not_exists(voucher)",
        ),
        timeout_seconds=30,
    )
    tell = Task(  # flowdsl: ignore[ASL405] the voucher stays good; a redrive begins here and tells of it
        aws.sqs.send_message(
            QueueUrl=placeholder("MailQueueUrl", kind="queue"),
            MessageBody={"customer": event.detail.id, "template": "voucher", "voucher": voucher},
            MessageGroupId=event.detail.id,
            MessageDeduplicationId=voucher,
        ),
        timeout_seconds=30,
    )

    keep >> tell
    keep.retry(aws.dynamodb.ConditionalCheckFailedException, max_attempts=0).retry(BUSY)
    # It is kept already; whether it was told of, nobody knows, so it is told again. The queue drops the repeat for five
    # minutes; after that, who sends the mails knows the voucher by its name.
    keep.catch(aws.dynamodb.ConditionalCheckFailedException) >> tell
    tell.retry(BUSY)

    return voucher
