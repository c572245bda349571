"""ASL503 no-timeout."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.task_results import target
from flowdsl.checks.context import CheckContext
from flowdsl.checks.hygiene import HygieneRule, Lapse
from flowdsl.checks.rule import Example

JOB = {
    "Type": "Task",
    "Resource": "arn:aws:states:::glue:startJobRun.sync",
    "Parameters": {"JobName": "j"},
    "End": True,
}


class NoTimeout(HygieneRule):
    """A Task without a timeout, in a machine without one.

    A Task's timeout is 99,999,999 seconds where nothing says otherwise: what hangs keeps the execution open for a year.

    Instead: TimeoutSeconds on the Task, or on the machine.
    Source: AWS, best practices for Step Functions (documented).
    """

    code = "ASL503"
    bad = (
        Example({"Run": JOB}, at="/States/Run", says="'Run' has no TimeoutSeconds, and neither has the machine"),
        Example(
            {"Run": {**JOB, "Next": "Again"}, "Again": JOB},
            at="/States/Run",
            says="2 of 2 Tasks have no TimeoutSeconds, and neither has the machine: 'Run' and 'Again'",
        ),
    )
    good = Example({"Run": JOB}, machine={"TimeoutSeconds": 3600})

    def lapses(self, context: CheckContext) -> Iterator[Lapse]:
        # An Express execution ends after five minutes whatever hangs in it.
        if "TimeoutSeconds" in context.document or (context.is_express and not context.strict):
            return
        for state in context.states("Task"):
            bounded = (
                "TimeoutSeconds" in state.fields
                or "TimeoutSecondsPath" in state.fields
                or target(state).name == "http:invoke"
            )
            yield Lapse(state, not bounded, f"{state.name!r} has no TimeoutSeconds, and neither has the machine")

    def summary(self, names: str, count: int, total: int) -> str:
        return f"{count} of {total} Tasks have no TimeoutSeconds, and neither has the machine: {names}"
