"""ASL711 jsonata-half-open."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class JSONataHalfOpen(Rule):
    """A text that opens with {% and does not close with %}.

    It was meant as an expression; AWS takes only what opens with {% and closes with %}, with nothing before or behind.

    Instead: close it with %}.
    Source: AWS documentation, Transforming data with JSONata.
    """

    code = "ASL711"
    severity = Severity.ERROR
    aws_code = "INVALID_JSONATA_EXPRESSION"
    bad = Example(
        {"A": {"Type": "Pass", "Output": "{% $states.input.a", "End": True}},
        at="/States/A/Output",
        says="Output of 'A' opens an expression with {% but does not close it with %}: '{% $states.input.a'",
        jsonata=True,
    )
    good = Example({"A": {"Type": "Pass", "Output": "{% $states.input.a %}", "End": True}}, jsonata=True)

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for found in context.syntax("half-open"):
            yield self.at(found.pointer, found.message, aws_location=found.aws_location)
