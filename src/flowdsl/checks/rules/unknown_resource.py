"""ASL510 unknown-resource."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity
from flowdsl.integrations.catalog import UnknownOperation, resolve


class UnknownResource(Rule):
    """A Task's Resource that is no ARN, or names an integration, an action or a pattern that there is not.

    AWS refuses the machine: The resource provided ... is not recognized (recorded). Upper and lower case count. A service that AWS has withdrawn
    since is a warning.

    Instead: write a function's or activity's ARN, arn:aws:states:::service:action, or arn:aws:states:::aws-sdk:service:action, with .sync or
    .waitForTaskToken where the integration has it.
    Source: AWS documentation, Integrating services.
    """

    code = "ASL510"
    severity = Severity.ERROR
    aws_code = "SCHEMA_VALIDATION_FAILED"
    bad = Example(
        {"Query": {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:query", "Parameters": {}, "End": True}},
        at="/States/Query/Resource",
        says="The resource provided arn:aws:states:::dynamodb:query is not recognized: dynamodb has no action 'query'; it is "
        "arn:aws:states:::aws-sdk:dynamodb:query ('Query')",
    )
    good = Example(
        {
            "Query": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:dynamodb:query",
                "Parameters": {"TableName": "orders"},
                "End": True,
            }
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task"):
            resource = state.fields.get("Resource")
            if not isinstance(resource, str):
                continue
            try:
                resolve(resource)
            except UnknownOperation as unknown:
                reason = str(unknown)
                if reason.startswith(repr(resource)):
                    reason = "it is no ARN that a Task can call"
                yield self.at(
                    state,
                    f"The resource provided {resource} is not recognized: {reason} ({state.name!r})",
                    "Resource",
                    # What was there once may still run where it was created.
                    severity=Severity.WARNING if unknown.part == "retired" else None,
                    aws_location=f"/States/{state.name}/Resource",
                )
