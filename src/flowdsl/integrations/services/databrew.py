"""Glue DataBrew: `databrew:startJobRun`. The parameter is `Name`."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement


def permissions(call: Call) -> Iterator[Statement]:
    actions = ["databrew:StartJobRun"]
    if call.is_sync:
        actions += ["databrew:ListJobRuns", "databrew:StopJobRun"]
    yield call.statement(sorted(actions), "Name", lambda name: call.environment.arn("databrew", f"job/{name}"))


service = OptimizedService(
    token="databrew",
    folder="databrew",
    sdk="databrew",
    actions=(Action("startJobRun", sync=True, polled=("DescribeJobRun",)),),
    permissions=permissions,
    error_prefix="DataBrew",
    base_error="AWSGlueDataBrewException",
)
