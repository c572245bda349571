"""EventBridge Scheduler → workflow: the day comes with the event, not from a clock, so a late or repeated run is the same run.

A schedule is the last resort; here it is right, because no event tells that a day is over.
"""
# pyright: reportUnusedExpression=false

from typing import Any

from pydantic import BaseModel

from flowdsl import Choice, Fail, Retry, Succeed, Task, Wait, aws, fn, placeholder, workflow


class Scheduled(BaseModel):
    """The schedule's own input: `{"time": "<aws.scheduler.scheduled-time>"}`, as in 2026-11-12T00:00:00Z."""

    time: str


BUSY = Retry("States.TaskFailed", interval_seconds=2, max_attempts=4, max_delay_seconds=30, jitter_strategy="FULL")


@workflow(timeout_seconds=6 * 3600)
def export_orders(scheduled: Scheduled) -> Any:
    """Export the payments as they were at midnight, under the name of the day."""
    day = fn.substring(scheduled.time, 0, 10)

    export = Task(
        aws.sdk.dynamodb.export_table_to_point_in_time(
            TableArn=placeholder("PaymentsTableArn", kind="table"),
            ExportTime=scheduled.time,
            # The same token within eight hours is the same export: nothing is exported twice.
            ClientToken=f"payments-{day}",
            S3Bucket=placeholder("ReportsBucket", kind="bucket"),
            S3Prefix=f"payments/{day}",
        ),
        timeout_seconds=60,
    )
    pause = Wait(seconds=300)
    look = Task(  # flowdsl: ignore[ASL405] the export goes on unseen; a redrive looks at it again
        aws.sdk.dynamodb.describe_export(ExportArn=export.result.ExportDescription.ExportArn), timeout_seconds=60
    )
    status = Choice()
    exported = Succeed()
    failed = Fail("ExportFailed", cause=f"the payments of {day} could not be exported")

    export >> pause >> look >> status
    status.when(look.result.ExportDescription.ExportStatus == "IN_PROGRESS") >> pause
    status.when(look.result.ExportDescription.ExportStatus == "FAILED") >> failed
    status.otherwise >> exported
    export.retry(BUSY)
    look.retry(BUSY)

    return look.result.ExportDescription.ExportManifest
