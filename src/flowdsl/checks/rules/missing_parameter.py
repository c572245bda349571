"""ASL511 missing-parameter."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class MissingParameter(Rule):
    """A call without a parameter that the operation must have.

    AWS refuses the machine (measured). An SDK integration needs Parameters or Arguments even where nothing is required.

    Instead: give the parameter; for an SDK integration without any, {}.
    """

    code = "ASL511"
    severity = Severity.ERROR
    aws_code = "SCHEMA_VALIDATION_FAILED"
    bad = Example(
        {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"Payload.$": "$"},
                "End": True,
            }
        },
        at="/States/Call/Parameters",
        says="'Call': lambda:invoke needs FunctionName",
    )
    good = Example(
        {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "price", "Payload.$": "$"},
                "End": True,
            }
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for found in context.call_problems("missing", "absent"):
            # A name in another case is told as a parameter that there is not.
            if " is spelled " in found.problem.message:
                continue
            yield self.at(found.pointer, f"{found.state.name!r}: {found.problem.message}")
