"""ASL205 covered-choice-rule."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

MORE_THAN_10 = {"Variable": "$.n", "NumericGreaterThan": 10, "Next": "Many"}
MORE_THAN_20 = {"Variable": "$.n", "NumericGreaterThan": 20, "Next": "Most"}
ENDS = {"Many": {"Type": "Succeed"}, "Most": {"Type": "Succeed"}}


class CoveredChoiceRule(Rule):
    """A Choice rule whose every value an earlier rule takes.

    The first rule that holds is taken: this one never is.

    Instead: put the narrower rule first.
    """

    code = "ASL205"
    severity = Severity.ERROR
    bad = Example(
        {"Route": {"Type": "Choice", "Choices": [MORE_THAN_10, MORE_THAN_20], "Default": "Many"}, **ENDS},
        at="/States/Route/Choices/1",
        says="rule 2 of 'Route' is never taken: the rules before it take every value it holds for; put the narrower rule first",
    )
    good = Example({"Route": {"Type": "Choice", "Choices": [MORE_THAN_20, MORE_THAN_10], "Default": "Many"}, **ENDS})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state, dead in context.dead_rules:
            if dead.why == "covered":
                yield self.at(
                    state,
                    f"rule {dead.number + 1} of {state.name!r} is never taken: the rules before it take every value it holds for; "
                    "put the narrower rule first",
                    "Choices",
                    dead.number,
                )
