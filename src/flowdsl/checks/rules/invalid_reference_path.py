"""ASL702 invalid-reference-path."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class InvalidReferencePath(Rule):
    """A path that may lead to several places, where it must lead to one.

    AWS refuses the machine: `Value is not a Reference Path` (measured). Wildcards, slices, filters and functions are for InputPath, OutputPath
    and the .$ values of payload templates.

    Instead: name one place: $.a.b[0].
    Source: states-language.net, Reference Paths (spec).
    """

    code = "ASL702"
    severity = Severity.ERROR
    aws_code = "SCHEMA_VALIDATION_FAILED"
    bad = Example(
        {"A": {"Type": "Pass", "ResultPath": "$.items[*]", "End": True}},
        at="/States/A/ResultPath",
        says="Value is not a Reference Path: ResultPath of 'A' is '$.items[*]', which may lead to several places or to none",
    )
    good = Example({"A": {"Type": "Pass", "ResultPath": "$.items[0]", "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for found in context.syntax("reference-path"):
            yield self.at(found.pointer, found.message, aws_location=found.aws_location)
