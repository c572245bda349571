"""Batch: `batch:submitJob`."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement


def permissions(call: Call) -> Iterator[Statement]:
    env = call.environment
    queue = call.statement("batch:SubmitJob", "JobQueue", lambda name: env.arn("batch", f"job-queue/{name}"))
    definition = call.statement(
        "batch:SubmitJob", "JobDefinition", lambda name: env.arn("batch", f"job-definition/{name}")
    )
    yield queue
    yield definition
    if call.is_sync:
        # Neither action knows resources smaller than everything.
        yield Statement(("batch:DescribeJobs", "batch:TerminateJob"), ("*",))
        yield call.managed_rule("StepFunctionsGetEventsForBatchJobsRule")


service = OptimizedService(
    token="batch",
    folder="batch",
    sdk="batch",
    actions=(
        Action(
            "submitJob",
            parameters=(
                "ArrayProperties",
                "ContainerOverrides",
                "DependsOn",
                "JobDefinition",
                "JobName",
                "JobQueue",
                "Parameters",
                "RetryStrategy",
                "Timeout",
                "Tags",
            ),
            sync=True,
            polled=("DescribeJobs", "Jobs", "*"),
        ),
    ),
    permissions=permissions,
    error_prefix="Batch",
    base_error="AWSBatchException",
)
