"""ASL301 absent-field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.analysis import shape as s
from flowdsl.analysis.flow_state import Problem
from flowdsl.checks.absences import has_origin, hint, is_proved, since, there
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

INVOKE: dict[str, Any] = {
    "Type": "Task",
    "Resource": "arn:aws:states:::dynamodb:putItem",
    "Parameters": {"TableName": "t", "Item": {}},
}


class AbsentField(Rule):
    """A field is read that no earlier state leaves there.

    In JSONPath the execution fails with States.Runtime, which nothing can catch or retry; in JSONata the value is undefined, and the field it was for
    fails with States.QueryEvaluationError. AWS accepts both.

    Instead: read what is there, or keep the field: a ResultPath puts a result beside the input instead of in its place.
    Source: Amazon States Language, input and output processing (spec); the failures (recorded).
    """

    code = "ASL301"
    severity = Severity.ERROR
    bad = (
        Example(
            {
                "Pick": {"Type": "Pass", "Parameters": {"id.$": "$.order.id"}, "Next": "Show"},
                "Show": {"Type": "Pass", "InputPath": "$.orderId", "End": True},
            },
            at="/States/Show/InputPath",
            says="'$.orderId' is not there: 'Pick' has no ResultPath, so its result replaced the input; there is 'id'",
        ),
        Example(
            {"Show": {"Type": "Pass", "Output": "{% $states.input.totl %}", "End": True}},
            at="/States/Show/Output",
            says="'$states.input.totl' is not there; there is 'total'; did you mean 'total'?",
            jsonata=True,
            input_schema={"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]},
        ),
    )
    good = Example(
        {
            "Save": {**INVOKE, "ResultPath": "$.saved", "Next": "Show"},
            "Show": {"Type": "Pass", "InputPath": "$.orderId", "End": True},
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        # What AWS refuses is told as that.
        refused = {found.pointer for found in context.syntax("reference")}
        for problem in context.problems("missing"):
            if problem.text in ("$states.result", "$states.errorOutput") and problem.pointer in refused:
                continue
            if not problem.certain or has_origin(problem, "error") or has_origin(problem, "context"):
                continue
            # A Fail fails all the same, if by another name.
            proved = is_proved(problem, typed=context.is_typed) and problem.state.type != "Fail"
            yield self.at(problem.pointer, said(problem), severity=None if proved else Severity.WARNING)


def said(problem: Problem) -> str:
    """What is not there, why, and what is there instead."""
    why = since(problem)
    found = there(problem.shape)
    verb = "has" if problem.shape.kinds & s.OBJECT else "is"
    where = f"{problem.below!r} {verb}" if problem.below not in ("", "$", "$states.input") else "there is"
    if problem.below.endswith(".Cause") and problem.shape.kinds == s.TEXT | s.NULL:
        # A function's error comes as JSON in a text.
        parsed = f"$parse({problem.below})" if problem.state.is_jsonata else f"States.StringToJson({problem.below})"
        return f"{problem.text!r} is not there: {problem.below!r} is a string; {parsed!r} first"
    instead = f"; {where} {found}" if found != "nothing" else ""
    return f"{problem.text!r} is not there{f': {why}' if why else ''}{instead}{hint(problem)}"
