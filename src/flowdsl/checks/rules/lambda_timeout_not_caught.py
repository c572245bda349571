"""ASL408 lambda-timeout-not-caught."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.task_results import target
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

INVOKE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f"},
    "End": True,
}
FAILED = {"Type": "Fail", "Error": "Failed"}


class LambdaTimeoutNotCaught(Rule):
    """States.Timeout is caught for a function, and the state has no timeout.

    States.Timeout is the state's own TimeoutSeconds. A function that runs out of its time fails as Sandbox.Timedout (older runtimes: Lambda.Unknown), which
    States.Timeout does not match.

    Instead: name Sandbox.Timedout too, or set TimeoutSeconds just below the function's timeout.
    """

    code = "ASL408"
    severity = Severity.WARNING
    bad = Example(
        {
            "Call": {**INVOKE, "Catch": [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.e", "Next": "Failed"}]},
            "Failed": FAILED,
        },
        at="/States/Call/Catch/0",
        says="'Call' has no TimeoutSeconds, so States.Timeout never comes: a function that runs out of time fails as Sandbox.Timedout",
    )
    good = Example(
        {
            "Call": {
                **INVOKE,
                "TimeoutSeconds": 30,
                "Catch": [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.e", "Next": "Failed"}],
            },
            "Failed": FAILED,
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task"):
            fields = state.fields
            if not target(state).is_lambda or "TimeoutSeconds" in fields or "TimeoutSecondsPath" in fields:
                continue
            if target(state).pattern != "request-response":
                continue
            named = context.all_handlers(state)
            names = {name for handler in named for name in handler.names}
            if "States.Timeout" not in names or names & {
                "Sandbox.Timedout",
                "Lambda.Unknown",
                "States.TaskFailed",
                "States.ALL",
            }:
                continue
            handler = next(h for h in named if "States.Timeout" in h.names)
            message = (
                f"{state.name!r} has no TimeoutSeconds, so States.Timeout never comes: a function that runs out of time fails as "
                "Sandbox.Timedout"
            )
            yield self.at(state, message, handler.kind, handler.number)
