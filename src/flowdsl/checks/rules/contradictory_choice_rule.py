"""ASL206 contradictory-choice-rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.analysis.jsonata_trees import field_tree
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity
from flowdsl.query.jsonata.nodes import Literal


def between(low: int, high: int) -> dict[str, object]:
    return {
        "And": [{"Variable": "$.n", "NumericGreaterThan": low}, {"Variable": "$.n", "NumericLessThan": high}],
        "Next": "Done",
    }


class ContradictoryChoiceRule(Rule):
    """A Choice rule that can never hold.

    What it asks for at once excludes itself: a number below 5 and above 10, a string that is a number.

    Instead: Or where And stands, or other bounds.
    """

    code = "ASL206"
    severity = Severity.ERROR
    bad = Example(
        {"Route": {"Type": "Choice", "Choices": [between(10, 5)], "Default": "Done"}, "Done": {"Type": "Succeed"}},
        at="/States/Route/Choices/0",
        says="rule 1 of 'Route' can never hold: what it asks for excludes itself",
    )
    good = Example(
        {"Route": {"Type": "Choice", "Choices": [between(5, 10)], "Default": "Done"}, "Done": {"Type": "Succeed"}}
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state, dead in context.dead_rules:
            # A plain `false` is a switch that somebody turned off.
            if dead.why == "contradictory" and not _is_plainly_false(state.fields["Choices"][dead.number]):
                message = f"rule {dead.number + 1} of {state.name!r} can never hold: what it asks for excludes itself"
                yield self.at(state, message, "Choices", dead.number)


def _is_plainly_false(rule: dict[str, Any]) -> bool:
    condition = rule.get("Condition")
    return condition is False or isinstance(field_tree(condition), Literal)
