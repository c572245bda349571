"""ASL516 wrong-arn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeGuard

from flowdsl.analysis.literals import is_expression
from flowdsl.analysis.task_results import parameters_of, target
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

KINDS = {
    "StateMachineArn": ("states", ("stateMachine:",)),
    "ExecutionArn": ("states", ("execution:", "express:")),
    "ActivityArn": ("states", ("activity:",)),
    "TopicArn": ("sns", ("",)),
    "FunctionName": ("lambda", ("function:",)),
}
"""What the ARN in a parameter is of: its service, and how what follows the account begins."""


class WrongArn(Rule):
    """An ARN of another kind than its place takes, or with an account that is no account.

    Nothing checks it before the call is made, and then the call fails: InvalidArn, or a resource that is not there.

    Instead: the ARN of what is meant; best a placeholder that the deployment fills in.
    """

    code = "ASL516"
    severity = Severity.ERROR
    bad = (
        Example(
            {
                "Start": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::states:startExecution",
                    "Parameters": {"StateMachineArn": "arn:aws:states:eu-west-1:123456789012:statemachine:x"},
                    "End": True,
                }
            },
            at="/States/Start/Parameters/StateMachineArn",
            says="'Start': StateMachineArn must be arn:aws:states:REGION:ACCOUNT:stateMachine:..., found "
            "'arn:aws:states:eu-west-1:123456789012:statemachine:x'",
        ),
        Example(
            {
                "Call": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "Parameters": {"FunctionName": "arn:aws:lambda:eu-west-1:123456789012:charge"},
                    "End": True,
                }
            },
            at="/States/Call/Parameters/FunctionName",
            says="'Call': FunctionName must be arn:aws:lambda:REGION:ACCOUNT:function:..., found "
            "'arn:aws:lambda:eu-west-1:123456789012:charge'",
        ),
        Example(
            {
                "Tell": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::sns:publish",
                    "Parameters": {"Message": "m", "TopicArn": "arn:aws:sqs:eu-west-1:123456789012:q"},
                    "End": True,
                }
            },
            at="/States/Tell/Parameters/TopicArn",
            says="'Tell': TopicArn must be arn:aws:sns:REGION:ACCOUNT:..., found 'arn:aws:sqs:eu-west-1:123456789012:q'",
        ),
        Example(
            {"Call": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:12345:function:f", "End": True}},
            at="/States/Call/Resource",
            says="'Call': an account has 12 digits, found '12345'",
        ),
    )
    good = Example(
        {
            "Start": {
                "Type": "Task",
                "Resource": "arn:aws:states:::states:startExecution",
                "Parameters": {"StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:x"},
                "End": True,
            }
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task"):
            meant = target(state)
            resource = meant.resource
            if resource is not None and resource.kind in ("lambda", "activity"):
                problem = _account_problem(resource.account)
                if problem:
                    yield self.at(state, f"{state.name!r}: {problem}", "Resource", severity=Severity.WARNING)
            if meant.operation is None:
                continue
            field = "Arguments" if state.is_jsonata else "Parameters"
            parameters = parameters_of(state)
            for name, (service, begins) in KINDS.items():
                text = parameters.get(name)
                if not _is_arn(text):
                    continue
                parts = text.split(":", 5)
                if len(parts) < 6 or parts[2] != service or not parts[5].startswith(begins):
                    due = f"arn:{parts[1]}:{service}:REGION:ACCOUNT:{begins[0]}..."
                    yield self.at(state, f"{state.name!r}: {name} must be {due}, found {text!r}", field, name)
                    continue
                problem = _account_problem(parts[4])
                if problem:
                    yield self.at(state, f"{state.name!r}: {problem}", field, name, severity=Severity.WARNING)


def _is_arn(value: Any) -> TypeGuard[str]:
    return (
        isinstance(value, str)
        and value.startswith("arn:")
        and not is_expression(value)
        # What a tool fills in before the deployment: ${Name}, #{Name}, {{name}}, <name>.
        and re.search(r"[$#{<%]", value) is None
    )


def _account_problem(account: str) -> str:
    """What is wrong with digits that are no account; words stand for one that is filled in."""
    if not account.isdigit() or len(account) == 12:
        return ""
    return f"an account has 12 digits, found {account!r}"
