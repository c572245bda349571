"""Firehose: a record for the archive, at least once; it carries its own id, so that who reads the archive drops repeats."""
# pyright: reportUnusedExpression=false

from typing import Literal

from pydantic import BaseModel

from flowdsl import Choice, Retry, Succeed, Task, aws, fn, placeholder, workflow
from flowdsl.errors import TaskFailed


class Paid(BaseModel):
    """An order that was paid, as the archive keeps it."""

    id: str
    total: int
    keep: bool
    """Whether the customer lets us."""


BUSY = Retry("States.TaskFailed", interval_seconds=2, max_attempts=4, max_delay_seconds=30, jitter_strategy="FULL")


@workflow(timeout_seconds=300)
def archive_order(order: Paid) -> Literal["archived"]:
    """Archive an order; when Firehose stays away, put the record beside the archive under the order's own name."""
    line = f"{fn.string({'id': order.id, 'total': order.total})}\n"

    consent = Choice()
    not_kept = Succeed(output="not kept")
    deliver = Task(
        aws.sdk.firehose.put_record(DeliveryStreamName=placeholder("ArchiveStream"), Record={"Data": line}),
        timeout_seconds=30,
    )
    set_aside = Task(
        aws.sdk.s3.put_object(
            Bucket=placeholder("ReportsBucket", kind="bucket"), Key=f"set-aside/{order.id}.json", Body=line
        ),
        timeout_seconds=30,
    )

    consent.when(fn.not_(order.keep)) >> not_kept
    consent.otherwise >> deliver
    deliver.retry(BUSY)
    deliver.catch(TaskFailed) >> set_aside
    set_aside.retry(BUSY)

    return "archived"
