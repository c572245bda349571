"""ECS and Fargate: `ecs:runTask`."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement


def permissions(call: Call) -> Iterator[Statement]:
    yield call.statement(
        "ecs:RunTask", "TaskDefinition", lambda name: call.environment.arn("ecs", f"task-definition/{name}")
    )
    if call.is_sync:
        cluster = call.text("Cluster")
        name = cluster.rsplit("/", 1)[-1] if cluster and "${" not in cluster else "*"
        tasks = call.environment.arn("ecs", f"task/{name}/*")
        yield Statement(("ecs:DescribeTasks", "ecs:StopTask"), (tasks,))
        yield call.managed_rule("StepFunctionsGetEventsForECSTaskRule")
    yield call.pass_role("Overrides/TaskRoleArn", "Overrides/ExecutionRoleArn", service="ecs-tasks.amazonaws.com")


service = OptimizedService(
    token="ecs",
    folder="ecs",
    sdk="ecs",
    actions=(
        Action(
            "runTask",
            parameters=(
                "Cluster",
                "Group",
                "LaunchType",
                "NetworkConfiguration",
                "Overrides",
                "PlacementConstraints",
                "PlacementStrategy",
                "PlatformVersion",
                "PropagateTags",
                "TaskDefinition",
                "EnableExecuteCommand",
            ),
            sync=True,
            token=True,
            polled=("DescribeTasks", "Tasks", "*"),
        ),
    ),
    permissions=permissions,
    error_prefix="ECS",
    base_error="AmazonECSException",
)
