"""ASL304 always-absent."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.absences import hint, since, there
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class AlwaysAbsent(Rule):
    """A JSONata expression reads a field that is never there, and makes do without it.

    An absent value compares as false, is an empty text in a concatenation, and is left out of an object: nothing fails, and the expression never means what
    it says.

    Instead: read what is there.
    """

    code = "ASL304"
    severity = Severity.WARNING
    bad = Example(
        {
            "Make": {"Type": "Pass", "Output": {"total": 3}, "Next": "Show"},
            "Show": {"Type": "Pass", "Output": "{% 'Total: ' & $states.input.totl %}", "End": True},
        },
        at="/States/Show/Output",
        says="'$states.input.totl' is never there; there is 'total'; did you mean 'total'?",
        jsonata=True,
    )
    good = Example(
        {
            "Make": {"Type": "Pass", "Output": {"total": 3}, "Next": "Show"},
            "Show": {"Type": "Pass", "Output": "{% 'Total: ' & $states.input.total %}", "End": True},
        },
        jsonata=True,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for problem in context.problems("absent"):
            why = since(problem)
            found = there(problem.shape)
            instead = f"; there is {found}" if found != "nothing" else ""
            yield self.at(
                problem.pointer, f"{problem.text!r} is never there{f': {why}' if why else ''}{instead}{hint(problem)}"
            )
