"""ASL602 express-outlives-limit."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.bounds import EXPRESS_SECONDS, number_of
from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_object
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


class ExpressOutlivesLimit(Rule):
    """A Wait or a Task's timeout of more than five minutes in an Express workflow.

    An Express execution is ended after five minutes: the Wait never ends, and the timeout never fires.

    Instead: a Standard workflow, or shorter times.
    Source: AWS, quotas (documented).
    """

    code = "ASL602"
    severity = Severity.ERROR
    bad = (
        Example(
            {"Call": {**INVOKE, "TimeoutSeconds": 3600}},
            at="/States/Call/TimeoutSeconds",
            says="TimeoutSeconds of 'Call' is 1 h, and an Express execution is ended after 5 min",
            type="EXPRESS",
        ),
        Example(
            {"Pause": {"Type": "Wait", "Seconds": 600, "End": True}},
            at="/States/Pause/Seconds",
            says="'Pause' waits 10 min, and an Express execution is ended after 5 min",
            type="EXPRESS",
        ),
    )
    good = Example({"Call": {**INVOKE, "TimeoutSeconds": 60}}, type="EXPRESS")

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        machine = number_of(context.document.get("TimeoutSeconds"))
        if context.is_express and machine is not None and machine > EXPRESS_SECONDS:
            message = (
                f"TimeoutSeconds of the machine is {duration(machine)}, and an Express execution is ended after 5 min"
            )
            yield self.at("", message, "TimeoutSeconds", severity=Severity.WARNING)
        for state in context.states("Wait", "Task"):
            if not is_express(context, state):
                continue
            field = "Seconds" if state.type == "Wait" else "TimeoutSeconds"
            seconds = number_of(state.fields.get(field))
            if seconds is not None and seconds > EXPRESS_SECONDS:
                what = f"{state.name!r} waits" if state.type == "Wait" else f"TimeoutSeconds of {state.name!r} is"
                message = f"{what} {duration(seconds)}, and an Express execution is ended after 5 min"
                yield self.at(state, message, field)


def is_express(context: CheckContext, state: StateNode) -> bool:
    """Whether a state runs in an Express execution: the machine is one, or the children of the Map it is in are."""
    scope = state.scope
    while scope.parent is not None:
        config = scope.body.get("ProcessorConfig")
        if is_object(config) and config.get("Mode") == "DISTRIBUTED":
            return config.get("ExecutionType") == "EXPRESS"
        scope = scope.parent.scope
    return context.is_express
