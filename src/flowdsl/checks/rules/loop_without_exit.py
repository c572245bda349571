"""ASL202 loop-without-exit."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity


class LoopWithoutExit(Rule):
    """States from which no end can be reached.

    Once entered, the loop runs until the execution's timeout, or until it has made 25,000 events. AWS only asks that the machine has an end somewhere; in a branch
    or a Map it does not even ask that (measured).

    Instead: lead from one of them to a state that ends: a Succeed, a Fail, or one with "End": true.
    """

    code = "ASL202"
    severity = Severity.ERROR
    bad = Example(
        {
            "Ask": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.ok", "BooleanEquals": True, "Next": "Done"}],
                "Default": "SpinA",
            },
            "SpinA": {"Type": "Wait", "Seconds": 5, "Next": "SpinB"},
            "SpinB": {"Type": "Pass", "Next": "SpinA"},
            "Done": {"Type": "Succeed"},
        },
        at="/States/SpinA",
        says="no end can be reached from 'SpinA' and 'SpinB': once there, the execution goes round until it times out",
    )
    good = Example(
        {
            "Ask": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.ok", "BooleanEquals": True, "Next": "Done"}],
                "Default": "Hold",
            },
            "Hold": {"Type": "Wait", "Seconds": 5, "Next": "Ask"},
            "Done": {"Type": "Succeed"},
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for graph in context.graph.scopes:
            lost = [row for row, ends in enumerate(graph.reaches_end) if not ends and graph.reachable[row]]
            # A machine without any end is refused by AWS: the grammar says so.
            if not lost or (graph.scope.parent is None and not any(graph.ends) and not _ends_inside(context)):
                continue
            looping = {row for loop in graph.loops for row in loop.rows}
            spinning = [row for row in lost if row in looping] or lost
            names = [graph.nodes[row].name for row in spinning]
            yield self.at(
                graph.nodes[spinning[0]],
                f"no end can be reached from {listed(names)}: once there, the execution goes round until it times out",
            )


def _ends_inside(context: CheckContext) -> bool:
    """Whether a branch or a Map has an end, which AWS counts for the machine's (measured)."""
    return any(any(graph.ends) for graph in context.graph.scopes[1:])
