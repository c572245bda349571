"""ASL507 fixed-execution-name."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.literals import is_expression
from flowdsl.analysis.task_results import parameters_of, target
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

START = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": True}
STARTS = frozenset({"states:startExecution", "aws-sdk:sfn:startExecution"})


class FixedExecutionName(Rule):
    """A child execution gets the same name each time.

    Names are taken for 90 days after an execution has ended: the second run fails with ExecutionAlreadyExists.

    Instead: a name made of the input or of $$.Execution.Name: a repeat then finds the child that is there.
    Source: AWS, StartExecution (documented).
    """

    code = "ASL507"
    severity = Severity.WARNING
    bad = Example(
        {"Nightly": {**START, "Parameters": {"StateMachineArn": "${Child}", "Name": "nightly"}}},
        at="/States/Nightly/Parameters/Name",
        says="'Nightly' starts its child as 'nightly' each time: the second run fails with ExecutionAlreadyExists; make the name of the "
        "input or of $$.Execution.Name",
    )
    good = Example({"Nightly": {**START, "Parameters": {"StateMachineArn": "${Child}", "Name.$": "$$.Execution.Name"}}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task"):
            name = parameters_of(state).get("Name")
            if target(state).name not in STARTS or not isinstance(name, str) or "${" in name or is_expression(name):
                continue
            own = "$states.context.Execution.Name" if state.is_jsonata else "$$.Execution.Name"
            message = (
                f"{state.name!r} starts its child as {name!r} each time: the second run fails with ExecutionAlreadyExists; make "
                f"the name of the input or of {own}"
            )
            yield self.at(state, message, "Arguments" if state.is_jsonata else "Parameters", "Name")
