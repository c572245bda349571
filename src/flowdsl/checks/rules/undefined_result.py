"""ASL306 undefined-result."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class UndefinedResult(Rule):
    """A JSONata expression that gives nothing, or may.

    A field whose expression comes to nothing fails with States.QueryEvaluationError ("returned nothing (undefined)"); a filter that matches nothing, and a
    step through an empty list, come to nothing.

    Instead: give a default: [x[...]] is a list in any case; $exists(x) ? x : default.
    Source: recorded.
    """

    code = "ASL306"
    severity = Severity.WARNING
    bad = Example(
        {
            "Make": {"Type": "Pass", "Output": [{"id": 1}, {"id": 2}], "Next": "Pick"},
            "Pick": {"Type": "Pass", "Output": "{% $states.input[id = 3] %}", "End": True},
        },
        at="/States/Pick/Output",
        says="'$states.input[id = 3]' may give nothing, and then Output fails; write [$states.input[id = 3]] for a list in any case",
        jsonata=True,
    )
    good = Example(
        {
            "Make": {"Type": "Pass", "Output": [{"id": 1}, {"id": 2}], "Next": "Pick"},
            "Pick": {"Type": "Pass", "Output": "{% [$states.input[id = 3]] %}", "End": True},
        },
        jsonata=True,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for problem in context.problems("undefined"):
            text = " ".join(problem.text.split())
            short = text if len(text) <= 80 else text[:77] + "..."
            if problem.certain:
                yield self.at(
                    problem.pointer, f"{short!r} gives nothing, and {problem.role} fails", severity=Severity.ERROR
                )
            else:
                instead = f"write [{text}] for a list in any case" if len(text) <= 60 else "give it a default"
                yield self.at(problem.pointer, f"{short!r} may give nothing, and then {problem.role} fails; {instead}")
