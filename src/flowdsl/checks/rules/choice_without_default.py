"""ASL204 choice-without-default."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

PAID = {"Variable": "$.status", "StringEquals": "paid", "Next": "Ship"}


class ChoiceWithoutDefault(Rule):
    """A Choice that can match nothing.

    When no rule matches and there is no Default, the execution fails with States.Runtime (documented as States.NoChoiceMatched), which nothing can
    catch: a Choice has no Catch.

    Instead: give it a Default, even one that leads to a Fail with a clear Cause.
    Source: https://states-language.net/#choice-state (spec); the error's name (measured).
    """

    code = "ASL204"
    severity = Severity.WARNING
    bad = Example(
        {"Route": {"Type": "Choice", "Choices": [PAID]}, "Ship": {"Type": "Succeed"}},
        at="/States/Route",
        says="'Route' has no Default, and its rules do not take every value; add a Default, or a last rule that always holds",
    )
    good = (
        Example({"Route": {"Type": "Choice", "Choices": [PAID], "Default": "Ship"}, "Ship": {"Type": "Succeed"}}),
        Example(
            {
                "Route": {
                    "Type": "Choice",
                    "Choices": [
                        {"Variable": "$.ok", "BooleanEquals": True, "Next": "Ship"},
                        {"Variable": "$.ok", "BooleanEquals": False, "Next": "Ship"},
                    ],
                },
                "Ship": {"Type": "Succeed"},
            }
        ),
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Choice"):
            if "Default" not in state.fields and not context.choices(state).is_exhaustive(context.flow):
                yield self.at(
                    state,
                    f"{state.name!r} has no Default, and its rules do not take every value; add a Default, or a last rule that "
                    "always holds",
                )
