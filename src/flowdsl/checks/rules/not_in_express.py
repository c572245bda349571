"""ASL514 not-in-express."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.asl.definition import Scope, StateNode, is_distributed
from flowdsl.asl.values import is_object
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity
from flowdsl.integrations.resource import parse_resource


class NotInExpress(Rule):
    """A .sync or .waitForTaskToken integration, an activity or a Distributed Map in an Express workflow.

    AWS refuses the machine (recorded): an Express workflow lasts five minutes at most and waits for nothing outside. The Express children of a
    Distributed Map are Express workflows too.

    Instead: call request and response and ask for the result later, or make the workflow STANDARD.
    Source: AWS documentation, Choosing workflow type.
    """

    code = "ASL514"
    severity = Severity.ERROR
    aws_code = "SCHEMA_VALIDATION_FAILED"
    bad = Example(
        {
            "Run": {
                "Type": "Task",
                "Resource": "arn:aws:states:::glue:startJobRun.sync",
                "Parameters": {"JobName": "load"},
                "End": True,
            }
        },
        type="EXPRESS",
        at="/States/Run/Resource",
        says="Express state machine does not support '.sync' service integration: 'Run'; call it without, or make the workflow "
        "STANDARD",
    )
    good = Example(
        {
            "Run": {
                "Type": "Task",
                "Resource": "arn:aws:states:::glue:startJobRun",
                "Parameters": {"JobName": "load"},
                "End": True,
            }
        },
        type="EXPRESS",
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task", "Map"):
            child = _express_children(state.scope)
            if not (child or context.is_express):
                continue
            whose = "the children of the Distributed Map" if child else "the workflow"
            if state.type == "Map":
                if is_distributed(state.fields):
                    message = f"Express state machine does not support a Distributed Map: {state.name!r}; make {whose} STANDARD"
                    yield self.at(state, message, "ItemProcessor")
                continue
            wait = _waits(state)
            if wait is not None:
                instead = "call it without" if wait.startswith("'") else "call a function"
                yield self.at(
                    state,
                    f"Express state machine does not support {wait}: {state.name!r}; {instead}, or make {whose} STANDARD",
                    "Resource",
                    aws_location=f"/States/{state.name}/Resource",
                )


def _waits(state: StateNode) -> str | None:
    """How a Task waits for what an Express workflow cannot wait for, in AWS's words."""
    text = state.fields.get("Resource")
    resource = parse_resource(text) if isinstance(text, str) else None
    if resource is None:
        return None
    if resource.kind == "activity":
        return "Activity ARN"
    if resource.pattern in ("sync", "sync:2"):
        return "'.sync' service integration"
    if resource.pattern == "wait_for_task_token":
        return "'.waitForTaskToken' service integration"
    return None


def _express_children(scope: Scope) -> bool:
    """Whether a scope runs, at any depth, in the Express children of a Distributed Map."""
    while scope.parent is not None:
        config = scope.body.get("ProcessorConfig")
        if is_object(config) and config.get("Mode") == "DISTRIBUTED":
            return config.get("ExecutionType") == "EXPRESS"
        scope = scope.parent.scope
    return False
