"""Glue: `glue:startJobRun`."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement


def permissions(call: Call) -> Iterator[Statement]:
    actions = ["glue:StartJobRun"]
    if call.is_sync:
        actions += ["glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns"]
    yield call.statement(sorted(actions), "JobName", lambda name: call.environment.arn("glue", f"job/{name}"))


service = OptimizedService(
    token="glue",
    folder="glue",
    sdk="glue",
    actions=(
        Action(
            "startJobRun",
            parameters=(
                "JobName",
                "JobRunQueuingEnabled",
                "JobRunId",
                "Arguments",
                "AllocatedCapacity",
                "Timeout",
                "MaxCapacity",
                "SecurityConfiguration",
                "NotificationProperty",
                "WorkerType",
                "NumberOfWorkers",
                "ExecutionClass",
            ),
            sync=True,
            polled=("GetJobRun", "JobRun"),
        ),
    ),
    permissions=permissions,
    error_prefix="Glue",
    base_error="AWSGlueException",
)
