"""ASL704 template-value-not-text."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class TemplateValueNotText(Rule):
    """A value under a key that ends in .$ which is no text.

    AWS refuses the machine: what is to be evaluated is a path or a call, written as a text.

    Instead: leave .$ out of the key; a constant needs none.
    Source: states-language.net, Payload Template (spec).
    """

    code = "ASL704"
    severity = Severity.ERROR
    aws_code = "SCHEMA_VALIDATION_FAILED"
    bad = Example(
        {"A": {"Type": "Pass", "Parameters": {"count.$": 5}, "End": True}},
        at="/States/A/Parameters/count.$",
        says="The value for the field 'count.$' in Parameters of 'A' must be a text, not 5; write 'count'",
    )
    good = Example({"A": {"Type": "Pass", "Parameters": {"count": 5}, "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for found in context.syntax("template-text"):
            yield self.at(found.pointer, found.message, aws_location=found.aws_location)
