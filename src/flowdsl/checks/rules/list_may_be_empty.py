"""ASL322 list-may-be-empty."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.absences import is_place
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

QUERY = {
    "Type": "Task",
    "Resource": "arn:aws:states:::aws-sdk:dynamodb:query",
    "Parameters": {"TableName": "orders", "KeyConditionExpression": "id = :id"},
    "ResultPath": "$.found",
    "Next": "Show",
}


class ListMayBeEmpty(Rule):
    """An item is read from a list that may have fewer.

    A query that finds nothing gives an empty list, and a JSONPath execution that reads its first item fails with States.Runtime, which nothing can
    catch; a JSONata field that comes to nothing fails with States.QueryEvaluationError. Where AWS always gives an item (a description by its name),
    this is no mistake.

    Instead: ask first (IsPresent in a Choice, or the result's Count; $exists(x[0]) ? x[0] : default).
    """

    code = "ASL322"
    severity = Severity.INFO
    bad = Example(
        {
            "Find": QUERY,
            "Show": {"Type": "Pass", "Parameters": {"order.$": "$.found.Items[0]"}, "End": True},
        },
        at="/States/Show/Parameters/order.$",
        says="'$.found.Items' may be empty, and '$.found.Items[0]' is then not there; ask with IsPresent first",
    )
    good = Example(
        {
            "Find": {**QUERY, "Next": "IsFound"},
            "IsFound": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.found.Items[0]", "IsPresent": True, "Next": "Show"}],
                "Default": "Done",
            },
            "Show": {"Type": "Pass", "Parameters": {"order.$": "$.found.Items[0]"}, "Next": "Done"},
            "Done": {"Type": "Succeed"},
        },
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for problem in context.problems("missing"):
            if not problem.certain and is_place(problem):
                below = problem.below or "$"
                ask = (
                    f"write $exists({problem.text}) ? ... : a default"
                    if problem.state.is_jsonata
                    else "look at States.ArrayLength first"
                    if problem.text.startswith("States.")
                    else "ask with IsPresent first"
                )
                number = problem.name.strip("[]")
                lack = "may be empty" if number in ("0", "-1") else "may be shorter"
                yield self.at(
                    problem.pointer, f"{below!r} {lack}, and {f'{below}[{number}]'!r} is then not there; {ask}"
                )
