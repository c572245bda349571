"""ASL310 result-path-into-value."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.shape import describe
from flowdsl.checks.absences import WRITTEN
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class ResultPathIntoValue(Rule):
    """A ResultPath goes through what is no object.

    A result can be put beside the fields of an object; into a string, a number or a list it cannot: States.ResultPathMatchFailure.

    Instead: put it elsewhere, or shape the document first.
    Source: Amazon States Language, ResultPath (spec).
    """

    code = "ASL310"
    severity = Severity.ERROR
    bad = Example(
        {
            "Set": {"Type": "Pass", "Result": {"order": "o-1"}, "Next": "Add"},
            "Add": {"Type": "Pass", "Result": 3, "ResultPath": "$.order.total", "End": True},
        },
        at="/States/Add/ResultPath",
        says="ResultPath '$.order.total' leads through '$.order', which is a string: States.ResultPathMatchFailure",
    )
    good = Example(
        {
            "Set": {"Type": "Pass", "Result": {"order": "o-1"}, "Next": "Add"},
            "Add": {"Type": "Pass", "Result": 3, "ResultPath": "$.total", "End": True},
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for problem in context.problems("result-path"):
            verb = "is" if problem.certain else "may be"
            message = (
                f"ResultPath {problem.text!r} leads through {problem.below!r}, which {verb} {describe(problem.shape)}: "
                "States.ResultPathMatchFailure"
            )
            proved = problem.certain and "/Catch/" not in problem.pointer
            proved = proved and all(origin.kind in WRITTEN for origin in problem.shape.origins)
            yield self.at(problem.pointer, message, severity=None if proved else Severity.WARNING)
