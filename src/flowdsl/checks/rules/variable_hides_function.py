"""ASL315 variable-hides-function."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class VariableHidesFunction(Rule):
    """A variable has the name of a JSONata function that is called where it is visible.

    The variable wins, and the call fails: T1006, attempted to invoke a non-function (measured).

    Instead: give the variable another name.
    """

    code = "ASL315"
    severity = Severity.ERROR
    bad = Example(
        {
            "Start": {"Type": "Pass", "Assign": {"count": 0}, "Next": "Show"},
            "Show": {"Type": "Pass", "Output": "{% $count([1, 2]) %}", "End": True},
        },
        at="/States/Show/Output",
        says="the variable $count hides the function $count(), and the call fails; rename the variable",
        jsonata=True,
    )
    good = Example(
        {
            "Start": {"Type": "Pass", "Assign": {"counted": 0}, "Next": "Show"},
            "Show": {"Type": "Pass", "Output": "{% $counted + $count([1, 2]) %}", "End": True},
        },
        jsonata=True,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for problem in context.problems("hidden"):
            name = problem.name
            yield self.at(
                problem.pointer,
                f"the variable ${name} hides the function ${name}(), and the call fails; rename the variable",
            )
