"""Step Functions itself: `states:startExecution`, with .sync (Output as text) and .sync:2 (Output parsed)."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement


def permissions(call: Call) -> Iterator[Statement]:
    start = call.statement(
        "states:StartExecution",
        "StateMachineArn",
        lambda text: text if text[:2] in ("${", "#{") else call.environment.arn("states", f"stateMachine:{text}"),
    )
    yield start
    if call.is_sync:
        arn = start.resources[0]
        name = arn.split(":", 6)[6].split(":")[0] if arn.startswith("arn:") and arn.count(":") >= 6 else None
        executions = call.environment.arn("states", f"execution:{name or '*'}:*")
        why = "" if name else "the child's name is not in the definition"
        yield Statement(("states:DescribeExecution", "states:StopExecution"), (executions,), unknown=why)
        yield call.managed_rule("StepFunctionsGetEventsForStepFunctionsExecutionRule")


service = OptimizedService(
    token="states",
    folder="stepfunctions",
    sdk="sfn",
    actions=(
        Action(
            "startExecution",
            parameters=("StateMachineArn", "Input", "Name", "TraceHeader"),
            sync=True,
            sync_2=True,
            token=True,
            polled=("DescribeExecution",),
            json_text=("Input",),
        ),
    ),
    permissions=permissions,
    error_prefix="StepFunctions",
    base_error="AWSStepFunctionsException",
    errors_recorded=True,
)
