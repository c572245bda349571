"""ASL703 invalid-template-value."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class InvalidTemplateValue(Rule):
    """A value under a key that ends in .$ which is neither a path nor an intrinsic function call.

    AWS refuses the machine (recorded). In a text literal of an intrinsic a backslash may stand before ', {, } and another backslash only.

    Instead: write a path such as $.a, a call such as States.Format('{}', $.a), or leave .$ out of the key for a constant.
    Source: AWS documentation, Intrinsic functions.
    """

    code = "ASL703"
    severity = Severity.ERROR
    aws_code = "SCHEMA_VALIDATION_FAILED"
    bad = Example(
        {"A": {"Type": "Pass", "Parameters": {"name.$": "customer"}, "End": True}},
        at="/States/A/Parameters/name.$",
        says="The value for the field 'name.$' must be a valid JSONPath or a valid intrinsic function call, but 'customer' in Parameters of 'A' is neither: expected a path or an intrinsic function call",
    )
    good = Example({"A": {"Type": "Pass", "Parameters": {"name.$": "$.customer"}, "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for found in context.syntax("template-value"):
            yield self.at(found.pointer, found.message, aws_location=found.aws_location)
