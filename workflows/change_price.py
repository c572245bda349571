"""SNS fan-out: the workflow tells one topic; who listens, and what to each of them is news, it does not know."""
# pyright: reportUnusedExpression=false

from typing import Literal

from pydantic import BaseModel

from flowdsl import Retry, Succeed, Task, aws, fn, placeholder, workflow


class PriceChange(BaseModel):
    """A new price, in cents. Revisions of an article are numbered: an older one that comes late is no news."""

    sku: str
    cents: int
    revision: int
    direction: Literal["up", "down"]


BUSY = Retry("States.TaskFailed", interval_seconds=1, max_attempts=3, max_delay_seconds=10, jitter_strategy="FULL")


@workflow(timeout_seconds=120)
def change_price(change: PriceChange) -> Literal["changed"]:
    """Keep a price, and tell the shops, the search and whoever else subscribes."""
    keep = Task(
        aws.dynamodb.update_item(
            TableName=placeholder("PricesTable", kind="table"),
            Key={"sku": {"S": change.sku}},
            UpdateExpression="SET cents = :cents, revision = :revision",
            # The same revision again is the same write, and goes on to tell again.
            ConditionExpression="attribute_not_exists(revision) OR revision <= :revision",
            ExpressionAttributeValues={
                ":cents": {"N": fn.string(change.cents)},
                ":revision": {"N": fn.string(change.revision)},
            },
        ),
        timeout_seconds=30,
    )
    tell = Task(  # flowdsl: ignore[ASL405] the price holds; a redrive begins here and tells
        aws.sns.publish(
            TopicArn=placeholder("PricesTopicArn", kind="topic"),
            Message={"sku": change.sku, "cents": change.cents, "revision": change.revision},
            MessageAttributes={"direction": {"DataType": "String", "StringValue": change.direction}},
            MessageGroupId=change.sku,
            MessageDeduplicationId=f"{change.sku}-{change.revision}",
        ),
        timeout_seconds=30,
    )
    outdated = Succeed(output="outdated")

    keep >> tell
    keep.retry(aws.dynamodb.ConditionalCheckFailedException, max_attempts=0).retry(BUSY)
    keep.catch(aws.dynamodb.ConditionalCheckFailedException) >> outdated
    tell.retry(BUSY)

    return "changed"
