"""ASL606 retries-outlive-machine."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.bounds import back_off, machine_seconds
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import duration
from flowdsl.diagnostics import Diagnostic, Severity

INVOKE = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f"},
    "End": True,
}
RETRY = {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 600, "MaxAttempts": 5, "BackoffRate": 2}


class RetriesOutliveMachine(Rule):
    """A Retrier's waits add up to more than the machine may run.

    The last retries never happen: the machine's timeout ends the execution while it waits, and no Catch runs.

    Instead: shorter or fewer retries (MaxDelaySeconds cuts each), or a longer TimeoutSeconds.
    """

    code = "ASL606"
    severity = Severity.WARNING
    bad = Example(
        {"Call": {**INVOKE, "Retry": [RETRY]}},
        at="/States/Call/Retry/0",
        says="the 5 retries of 'Call' wait 5.2 h in all, and the machine is ended after 15 min",
        machine={"TimeoutSeconds": 900},
    )
    good = Example({"Call": {**INVOKE, "Retry": [{**RETRY, "IntervalSeconds": 5}]}}, machine={"TimeoutSeconds": 900})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        limit = machine_seconds(context.document, express=context.is_express)
        if limit is None:
            return
        for state in context.states("Task", "Map", "Parallel"):
            for retrier in context.handlers(state, "Retry"):
                total = back_off(retrier)
                if total > limit:
                    message = (
                        f"the {retrier.attempts} retries of {state.name!r} wait {duration(total)} in all, and the machine is "
                        f"ended after {duration(limit)}"
                    )
                    yield self.at(state, message, "Retry", retrier.number)
