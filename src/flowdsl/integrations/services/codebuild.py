"""CodeBuild: builds, batches of builds, their reports."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement
from flowdsl.integrations.names import operation_of

_SYNC = {
    "startBuild": (("BatchGetBuilds", "StopBuild"), "StepFunctionsGetEventForCodeBuildStartBuildRule"),
    "startBuildBatch": (
        ("BatchGetBuildBatches", "StopBuildBatch"),
        "StepFunctionsGetEventForCodeBuildStartBuildBatchRule",
    ),
    "retryBuildBatch": (
        ("BatchGetBuildBatches", "StopBuildBatch"),
        "StepFunctionsGetEventForCodeBuildStartBuildBatchRule",
    ),
}


def permissions(call: Call) -> Iterator[Statement]:
    further, rule = _SYNC.get(call.action, ((), ""))
    actions = [operation_of(call.action), *(further if call.is_sync else ())]
    named = tuple(f"codebuild:{a}" for a in sorted(actions))
    env = call.environment
    if call.has("ProjectName"):
        yield call.statement(named, "ProjectName", lambda name: env.arn("codebuild", f"project/{name}"))
    elif call.action == "batchGetReports":
        yield Statement(named, (env.arn("codebuild", "report-group/*"),))
    else:
        # A build's id holds the project's name, but is known only once it runs.
        yield Statement(named, (env.arn("codebuild", "project/*"),), unknown="the project is not in the definition")
    if call.is_sync:
        yield call.managed_rule(rule)


service = OptimizedService(
    token="codebuild",
    folder="codebuild",
    sdk="codebuild",
    actions=(
        Action("startBuild", sync=True, polled=("BatchGetBuilds",)),
        Action("stopBuild"),
        Action("batchDeleteBuilds"),
        Action("batchGetReports"),
        Action("startBuildBatch", sync=True, polled=("BatchGetBuildBatches",)),
        Action("stopBuildBatch"),
        Action("retryBuildBatch", sync=True, polled=("BatchGetBuildBatches",)),
        Action("deleteBuildBatch"),
    ),
    permissions=permissions,
    error_prefix="CodeBuild",
    base_error="AWSCodeBuildException",
)
