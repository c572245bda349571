"""ASL722 intrinsic-call."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis import shape as s
from flowdsl.analysis.shape import describe
from flowdsl.checks.absences import WRITTEN
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class IntrinsicCall(Rule):
    """An intrinsic function is called with an argument of the wrong type, or with one it never takes.

    The execution fails with States.Runtime, "Invalid arguments in States...", which nothing can catch (recorded).

    Instead: the arguments it takes; a number that is text goes through States.StringToJson first.
    Source: AWS, intrinsic functions (documented).
    """

    code = "ASL722"
    severity = Severity.ERROR
    bad = (
        Example(
            {
                "Set": {"Type": "Pass", "Result": {"n": "5"}, "Next": "Add"},
                "Add": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "End": True},
            },
            at="/States/Add/Parameters/n.$",
            says="States.MathAdd takes a number, and '$.n' is a string",
        ),
        Example(
            {"Tell": {"Type": "Pass", "Parameters": {"t.$": "States.Format('{} of {}', $.a)"}, "End": True}},
            at="/States/Tell/Parameters/t.$",
            says="\"States.Format('{} of {}', $.a)\" always fails: its text has 2 {} and gets 1 value",
        ),
    )
    good = Example({"Add": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for problem in context.problems("refused"):
            yield self.at(problem.pointer, f"{problem.text!r} always fails: {problem.below}")
        for problem in context.problems("argument"):
            proved = problem.certain and all(origin.kind in WRITTEN for origin in problem.shape.origins)
            verb = "is" if problem.certain else "may be"
            found = describe(problem.shape if problem.certain else problem.shape.only(~problem.expected))
            yield self.at(
                problem.pointer,
                f"{problem.name} takes {describe(s.Shape(problem.expected))}, and {problem.text!r} {verb} {found}",
                severity=None if proved else Severity.WARNING,
            )
