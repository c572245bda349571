"""ASL712 jsonata-reference."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class JSONataReference(Rule):
    """An expression that reads what is not there: a bare name, $ or $$ at its top level, or a member of $states out of its place.

    AWS refuses the machine (measured): an expression has no context of its own. $states.result is there in Output and Assign of Task, Parallel
    and Map, $states.errorOutput in those of a catcher.

    Instead: write $states.input.name for the input, $name for a variable.
    Source: AWS documentation, Transforming data with JSONata.
    """

    code = "ASL712"
    severity = Severity.ERROR
    aws_code = "UNSUPPORTED_JSONATA_EXPRESSION"
    bad = Example(
        {"A": {"Type": "Pass", "Output": "{% orderId %}", "End": True}},
        at="/States/A/Output",
        says="Reference to 'orderId' at the top level is not supported in Output of 'A'; write $states.input.orderId, or $orderId for a variable",
        jsonata=True,
    )
    good = Example({"A": {"Type": "Pass", "Output": "{% $states.input.orderId %}", "End": True}}, jsonata=True)

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for found in context.syntax("reference"):
            yield self.at(found.pointer, found.message, aws_location=found.aws_location)
