"""ASL202 loop-without-exit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flowdsl.analysis.progress import stuck
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity


class LoopWithoutExit(Rule):
    """States from which no end can be reached, or a loop in which nothing changes what would lead out.

    Once entered, the loop runs until the execution's timeout, or until it has made 25,000 events. AWS only asks that the machine has an end somewhere; in a branch
    or a Map it does not even ask that (measured).

    Instead: lead from one of them to a state that ends: a Succeed, a Fail, or one with "End": true.
    """

    code = "ASL202"
    severity = Severity.ERROR
    bad = (
        Example(
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
        ),
        Example(
            {
                "Ask": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.n", "NumericGreaterThanEquals": 3, "Next": "Done"}],
                    "Default": "Count",
                },
                "Count": {
                    "Type": "Pass",
                    "Parameters": {"n.$": "States.MathAdd($.n, 1)"},
                    "ResultPath": "$.count",
                    "Next": "Hold",
                },
                "Hold": {"Type": "Wait", "Seconds": 5, "Next": "Ask"},
                "Done": {"Type": "Succeed"},
            },
            at="/States/Ask",
            says="the loop of 'Ask', 'Count' and 'Hold' never ends once it goes round: nothing in it changes '$.n', by which 'Ask' would lead out",
        ),
    )
    good = Example(
        {
            "Ask": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.ok", "BooleanEquals": True, "Next": "Done"}],
                "Default": "Hold",
            },
            "Hold": {"Type": "Wait", "Seconds": 5, "Next": "Look"},
            "Look": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "look"},
                "Next": "Ask",
            },
            "Done": {"Type": "Succeed"},
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        yield from self._without_end(context)
        for graph in context.graph.scopes:
            for loop in graph.loops:
                found = stuck(graph, loop)
                if found is not None:
                    names = listed([graph.nodes[row].name for row in loop.rows])
                    why = _WHY[found.why].format(subject=repr(found.subject), choice=repr(found.state.name))
                    # It may be led out of before it has gone round once.
                    yield self.at(
                        found.state,
                        f"the loop of {names} never ends once it goes round: {why}",
                        severity=Severity.WARNING,
                    )

    def _without_end(self, context: CheckContext) -> Iterator[Diagnostic]:
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


_WHY: Final = {
    "unchanged": "nothing in it changes {subject}, by which {choice} would lead out",
    "constant": "each round gives {subject} the same value, with which {choice} does not lead out",
    "away": "each round counts {subject} away from where {choice} would lead out",
}


def _ends_inside(context: CheckContext) -> bool:
    """Whether a branch or a Map has an end, which AWS counts for the machine's (measured)."""
    return any(any(graph.ends) for graph in context.graph.scopes[1:])
