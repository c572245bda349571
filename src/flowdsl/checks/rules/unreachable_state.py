"""ASL211 unreachable-state."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.graph import ScopeGraph
from flowdsl.asl.values import has_placeholder, is_list, is_object
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class UnreachableState(Rule):
    """A state that no transition leads to.

    AWS refuses the machine: State "C" is not reachable (measured).

    Instead: lead to it from another state, or remove it.
    """

    code = "ASL211"
    severity = Severity.ERROR
    aws_code = "MISSING_TRANSITION_TARGET"
    bad = Example(
        {"A": {"Type": "Succeed"}, "C": {"Type": "Succeed"}},
        at="/States/C",
        says='State "C" is not reachable: no transition leads to it; lead to it from another state, or remove it',
    )
    good = Example({"A": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Succeed"}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for graph in context.graph.scopes:
            if graph.start is None or _is_open(graph):
                continue
            for row, node in enumerate(graph.nodes):
                if row != graph.start and not graph.into[row]:
                    yield self.at(
                        node,
                        f'State "{node.name}" is not reachable: no transition leads to it; lead to it from another state, or '
                        "remove it",
                    )


def _is_open(graph: ScopeGraph) -> bool:
    """Whether something yet to be filled in, `${...}`, may lead to any state."""
    if any(has_placeholder(transition.target) for transition in graph.dangling):
        return True
    for node in graph.nodes:
        choices = node.fields.get("Choices") if node.type == "Choice" else None
        if has_placeholder(choices) or (is_list(choices) and any(not is_object(rule) for rule in choices)):
            return True
    return any(map(has_placeholder, set[str]().union(*(node.fields for node in graph.nodes))))
