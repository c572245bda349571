"""ASL203 repeated-choice-rule."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

CREATE = {"Variable": "$.kind", "StringEquals": "create", "Next": "Create"}
ENDS = {"Create": {"Type": "Succeed"}, "Other": {"Type": "Succeed"}}


class RepeatedChoiceRule(Rule):
    """A Choice rule with the condition of an earlier one.

    The first rule that holds is taken: the second never is.

    Instead: correct its condition, or remove it.
    """

    code = "ASL203"
    severity = Severity.ERROR
    bad = Example(
        {"Route": {"Type": "Choice", "Choices": [CREATE, {**CREATE, "Next": "Other"}], "Default": "Other"}, **ENDS},
        at="/States/Route/Choices/1",
        says="rule 2 of 'Route' is never taken: rule 1 has the same condition",
    )
    good = Example(
        {
            "Route": {
                "Type": "Choice",
                "Choices": [CREATE, {**CREATE, "StringEquals": "update", "Next": "Other"}],
                "Default": "Other",
            },
            **ENDS,
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state, dead in context.dead_rules:
            if dead.why == "same" and dead.earlier is not None:
                yield self.at(
                    state,
                    f"rule {dead.number + 1} of {state.name!r} is never taken: rule {dead.earlier + 1} has the same condition",
                    "Choices",
                    dead.number,
                )
