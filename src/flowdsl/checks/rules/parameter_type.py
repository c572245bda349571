"""ASL513 parameter-type."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.argument_types import misfits
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class ParameterType(Rule):
    """A parameter of another type than the operation takes, or a value that it does not know.

    AWS refuses the machine for a literal of a wrong type (measured), and the call fails for a computed one. A value that is none of those the API lists fails when the call is made: a warning here,
    since services add values.

    Instead: write a literal of the type, or compute it.
    """

    code = "ASL513"
    severity = Severity.ERROR
    aws_code = "SCHEMA_VALIDATION_FAILED"
    bad = Example(
        {
            "Send": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"QueueUrl": "${Queue}", "MessageBody.$": "$", "DelaySeconds": "soon"},
                "End": True,
            }
        },
        at="/States/Send/Parameters/DelaySeconds",
        says="'Send': DelaySeconds of sqs:sendMessage must be a number",
    )
    good = Example(
        {
            "Send": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"QueueUrl": "${Queue}", "MessageBody.$": "$", "DelaySeconds": 5},
                "End": True,
            }
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for found in context.call_problems("type", "value"):
            severity = Severity.WARNING if found.problem.kind == "value" else None
            yield self.at(found.pointer, f"{found.state.name!r}: {found.problem.message}", severity=severity)
        # What a computed value is, is certain where somebody says what the input is.
        severity = None if context.is_typed else Severity.WARNING
        for state in context.states("Task"):
            flow = context.flow.of(state)
            for misfit in misfits(state, flow.arguments) if flow is not None else ():
                yield self.at(
                    f"{state.pointer}{misfit.pointer}", f"{state.name!r}: {misfit.message}", severity=severity
                )
