"""ASL308 choice-type-mismatch."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis import shape as s
from flowdsl.analysis.flow_state import Problem
from flowdsl.analysis.shape import describe
from flowdsl.checks.absences import WRITTEN
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class ChoiceTypeMismatch(Rule):
    """A value is compared as what it is known not to be.

    A comparison of another type is false, never an error (recorded): the rule never holds, and the execution goes the other way without a word. Numbers
    of DynamoDB are strings ("N": "5"), and so is the Output of startExecution.sync.

    Instead: compare as what the value is, or convert it before.
    Source: recorded (491 cases).
    """

    code = "ASL308"
    severity = Severity.ERROR
    bad = (
        Example(
            {
                "Set": {"Type": "Pass", "Result": {"mode": "5"}, "Next": "Pick"},
                "Pick": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.mode", "NumericEquals": 5, "Next": "Done"}],
                    "Default": "Done",
                },
                "Done": {"Type": "Succeed"},
            },
            at="/States/Pick/Choices/0",
            says="NumericEquals never holds: '$.mode' is a string",
        ),
        Example(
            {
                "Set": {"Type": "Pass", "Assign": {"mode": "5"}, "Next": "Pick"},
                "Pick": {
                    "Type": "Choice",
                    "Choices": [{"Condition": "{% $mode = 5 %}", "Next": "Done"}],
                    "Default": "Done",
                },
                "Done": {"Type": "Succeed"},
            },
            at="/States/Pick/Choices/0/Condition",
            says="'$mode = 5' is always false: it compares a string with a number",
            jsonata=True,
        ),
    )
    good = Example(
        {
            "Set": {"Type": "Pass", "Result": {"mode": "5"}, "Next": "Pick"},
            "Pick": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.mode", "StringEquals": "5", "Next": "Done"}],
                "Default": "Done",
            },
            "Done": {"Type": "Succeed"},
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for problem in context.problems("type"):
            if problem.role == "Variable":
                yield self.at(
                    problem.pointer,
                    f"{problem.name} never holds: {problem.text!r} is {describe(problem.shape)}",
                    severity=_severity(problem, context.is_typed),
                )
        for problem in context.problems("never-equal"):
            text = " ".join(problem.text.split())
            result = "true" if problem.name == "!=" else "false"
            compared = f"it compares {describe(problem.shape)} with {describe(s.Shape(problem.expected))}"
            yield self.at(
                problem.pointer,
                f"{text!r} is always {result}: {compared}",
                severity=_severity(problem, context.is_typed),
            )


def _severity(problem: Problem, typed: bool) -> Severity | None:
    """What AWS's models say of a result is not proved by the definition; it is taken for it where the input is typed."""
    return None if typed or all(origin.kind in WRITTEN for origin in problem.shape.origins) else Severity.WARNING
