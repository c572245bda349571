"""ASL212 no-terminal-state."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class NoTerminalState(Rule):
    """A machine in which nothing ends: no Succeed, no Fail, no "End": true.

    AWS refuses the machine: Workflow has no terminal state (measured). An end in a branch or a Map is enough for AWS, though not for the execution.

    Instead: end it: give a state "End": true in place of Next, or lead to a Succeed.
    """

    code = "ASL212"
    severity = Severity.ERROR
    aws_code = "MISSING_END_STATE"
    bad = Example(
        {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}},
        at="/States",
        says="Workflow has no terminal state: no Succeed, no Fail and no state with \"End\": true ('A', 'B')",
    )
    good = Example({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": True}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        graphs = context.graph.scopes
        if graphs and graphs[0].nodes and not any(any(graph.ends) for graph in graphs):
            names = ", ".join(repr(node.name) for node in graphs[0].nodes[:3])
            more = ", ..." if len(graphs[0].nodes) > 3 else ""
            yield self.at(
                "/States",
                f'Workflow has no terminal state: no Succeed, no Fail and no state with "End": true ({names}{more})',
            )
