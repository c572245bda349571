"""ASL701 invalid-path."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class InvalidPath(Rule):
    """A path that is no JSONPath.

    AWS refuses the machine. A path begins with $ (the input), $$ (the context object) or $name (a variable).

    Instead: write $.field, $['odd name'], $.list[0].
    Source: AWS documentation, Using JSONPath paths.
    """

    code = "ASL701"
    severity = Severity.ERROR
    aws_code = "SCHEMA_VALIDATION_FAILED"
    bad = Example(
        {"A": {"Type": "Pass", "InputPath": "order.id", "End": True}},
        at="/States/A/InputPath",
        says="InputPath of 'A' is no JSONPath: 'order.id': a path begins with '$'",
    )
    good = Example({"A": {"Type": "Pass", "InputPath": "$.order.id", "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for found in context.syntax("path"):
            yield self.at(found.pointer, found.message, aws_location=found.aws_location)
