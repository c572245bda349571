"""DynamoDB without Lambda: a condition decides who is first, and a repeat is told from a rival by what is written."""
# pyright: reportUnusedExpression=false

from typing import Literal

from pydantic import BaseModel

from flowdsl import Choice, Fail, Retry, Succeed, Task, aws, placeholder, workflow


class Claim(BaseModel):
    """Somebody wants a voucher that only one can have."""

    voucher: str
    customer: str


BUSY = Retry("States.TaskFailed", interval_seconds=1, max_attempts=3, max_delay_seconds=10, jitter_strategy="FULL")
VOUCHERS = "VouchersTable"


@workflow(timeout_seconds=120)
def claim_voucher(claim: Claim) -> Literal["yours"]:
    """Give a voucher to the first who asks; ask again, and it is still yours."""
    key = {"voucher": {"S": claim.voucher}}

    take = Task(
        aws.dynamodb.update_item(
            TableName=placeholder(VOUCHERS, kind="table"),
            Key=key,
            UpdateExpression="SET customer = :customer",
            ConditionExpression="attribute_exists(voucher) AND attribute_not_exists(customer)",
            ExpressionAttributeValues={":customer": {"S": claim.customer}},
        ),
        timeout_seconds=30,
    )
    look = Task(
        aws.dynamodb.get_item(TableName=placeholder(VOUCHERS, kind="table"), Key=key, ConsistentRead=True),
        timeout_seconds=30,
    )
    whose = Choice()
    repeated = Succeed(output="yours")
    taken = Fail("VoucherTaken", cause=f"voucher {claim.voucher} is not there, or somebody else's")

    # A refusal is an answer, and not tried again: the first retrier that names it counts.
    take.retry(aws.dynamodb.ConditionalCheckFailedException, max_attempts=0).retry(BUSY)
    look.retry(BUSY)
    # A write that went through, unheard, is refused by its own condition when it is sent again: it ends here too.
    take.catch(aws.dynamodb.ConditionalCheckFailedException) >> look >> whose
    whose.when(claim.customer == look.result.Item.customer.S) >> repeated
    whose.otherwise >> taken

    return "yours"
