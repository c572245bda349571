"""ASL705 template-key-twice."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class TemplateKeyTwice(Rule):
    """A key with and without .$ in one object of a payload template.

    AWS refuses the machine: both give the same key.

    Instead: keep one of the two.
    Source: states-language.net, Payload Template (spec).
    """

    code = "ASL705"
    severity = Severity.ERROR
    aws_code = "SCHEMA_VALIDATION_FAILED"
    bad = Example(
        {"A": {"Type": "Pass", "Parameters": {"id": 1, "id.$": "$.id"}, "End": True}},
        at="/States/A/Parameters/id",
        says="Parameters of 'A' has both 'id' and 'id.$', which are one key; remove one",
    )
    good = Example({"A": {"Type": "Pass", "Parameters": {"id.$": "$.id"}, "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for found in context.syntax("template-key"):
            yield self.at(found.pointer, found.message, aws_location=found.aws_location)
