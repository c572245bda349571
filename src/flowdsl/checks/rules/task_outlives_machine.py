"""ASL605 task-outlives-machine."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.bounds import machine_seconds, number_of
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


class TaskOutlivesMachine(Rule):
    """A Task may take longer than the machine.

    The machine's timeout ends the execution first, with status TIMED_OUT: the Task's own timeout never fires, and no Catch or Retry of it
    runs.

    Instead: a TimeoutSeconds below the machine's.
    """

    code = "ASL605"
    severity = Severity.WARNING
    bad = Example(
        {"Call": {**INVOKE, "TimeoutSeconds": 1800}},
        at="/States/Call/TimeoutSeconds",
        says="TimeoutSeconds of 'Call' is 30 min and never fires: the machine is ended after 15 min",
        machine={"TimeoutSeconds": 900},
    )
    good = Example({"Call": {**INVOKE, "TimeoutSeconds": 30}}, machine={"TimeoutSeconds": 900})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        limit = machine_seconds(context.document, express=False)
        if limit is None:
            return
        for state in context.states("Task"):
            seconds = number_of(state.fields.get("TimeoutSeconds"))
            if seconds is not None and seconds > limit:
                message = (
                    f"TimeoutSeconds of {state.name!r} is {duration(seconds)} and never fires: the machine is ended after "
                    f"{duration(limit)}"
                )
                yield self.at(state, message, "TimeoutSeconds")
