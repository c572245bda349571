"""ASL512 unknown-parameter."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class UnknownParameter(Rule):
    """A parameter that the operation does not have.

    AWS refuses the machine. Inside a parameter it takes an unknown name and ignores it (measured): there this is a warning.

    Instead: correct the name; parameters are spelled in PascalCase, whatever the API says.
    """

    code = "ASL512"
    severity = Severity.ERROR
    aws_code = "SCHEMA_VALIDATION_FAILED"
    bad = Example(
        {
            "Send": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"QueueUrl": "${Queue}", "MessageBody.$": "$", "Message": "x"},
                "End": True,
            }
        },
        at="/States/Send/Parameters/Message",
        says="'Send': sqs:sendMessage has no parameter 'Message'; did you mean 'MessageBody'?",
    )
    good = Example(
        {
            "Send": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"QueueUrl": "${Queue}", "MessageBody.$": "$"},
                "End": True,
            }
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for found in context.call_problems("unknown"):
            nested = found.problem.nested
            message = f"{found.state.name!r}: {found.problem.message}" + (
                " (AWS takes it, and ignores it)" if nested else ""
            )
            yield self.at(found.pointer, message, severity=Severity.WARNING if nested else None)
