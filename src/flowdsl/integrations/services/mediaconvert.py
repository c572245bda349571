"""MediaConvert: `mediaconvert:createJob`."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement


def permissions(call: Call) -> Iterator[Statement]:
    env = call.environment
    queue = call.text("Queue") or "*"
    queue = queue if queue.startswith("arn:") else env.arn("mediaconvert", f"queues/{queue}")
    arns = (queue, env.arn("mediaconvert", "presets/*"), env.arn("mediaconvert", "jobTemplates/*"))
    yield Statement(("mediaconvert:CreateJob",), arns)
    if call.is_sync:
        yield Statement(("mediaconvert:CancelJob", "mediaconvert:GetJob"), (env.arn("mediaconvert", "jobs/*"),))
        yield call.managed_rule("StepFunctionsGetEventsForMediaConvertJobRule")
    yield call.pass_role("Role", service="mediaconvert.amazonaws.com")


service = OptimizedService(
    token="mediaconvert",
    folder="mediaconvert",
    sdk="mediaconvert",
    actions=(Action("createJob", sync=True, polled=("GetJob",)),),
    permissions=permissions,
    error_prefix="MediaConvert",
    base_error="AWSMediaConvertException",
)
