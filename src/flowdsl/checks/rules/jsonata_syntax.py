"""ASL710 jsonata-syntax."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class JSONataSyntax(Rule):
    """An expression that is no JSONata.

    AWS refuses the machine. It speaks JSONata 2.0.6: the later operators ?? and ?: are syntax errors.

    Instead: correct the expression; for ??, write $exists(a) ? a : b.
    Source: AWS documentation, Transforming data with JSONata.
    """

    code = "ASL710"
    severity = Severity.ERROR
    aws_code = "INVALID_JSONATA_EXPRESSION"
    bad = Example(
        {"A": {"Type": "Pass", "Output": "{% $states.input.a + %}", "End": True}},
        at="/States/A/Output",
        says="Output of 'A' is no JSONata: Unexpected end of expression in '$states.input.a +'",
        jsonata=True,
    )
    good = Example({"A": {"Type": "Pass", "Output": "{% $states.input.a + 1 %}", "End": True}}, jsonata=True)

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for found in context.syntax("syntax"):
            yield self.at(found.pointer, found.message, aws_location=found.aws_location)
