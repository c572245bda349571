"""ASL201 unreachable-island."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.graph import ScopeGraph
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity


class UnreachableIsland(Rule):
    """States that lead to each other, and that nothing which runs leads to.

    AWS only asks that some state leads to each one; it accepts states that lead round among themselves (measured). They never run.

    Instead: lead to one of them from a state that runs, or remove them.
    """

    code = "ASL201"
    severity = Severity.ERROR
    bad = Example(
        {"A": {"Type": "Succeed"}, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}},
        at="/States/B",
        says="'B' and 'C' are never reached: nothing that runs leads to them; lead to one from a reached state, or remove them",
    )
    good = Example({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for graph in context.graph.scopes:
            if not all(graph.reachable):
                for island in _islands(graph):
                    names = [graph.nodes[row].name for row in island]
                    them, ways = (
                        ("them", "lead to one from a reached state, or remove them")
                        if len(names) > 1
                        else ("it", "lead to it, or remove it")
                    )
                    verb = "are" if len(names) > 1 else "is"
                    yield self.at(
                        graph.nodes[island[0]],
                        f"{listed(names)} {verb} never reached: nothing that runs leads to {them}; {ways}",
                    )


def _islands(graph: ScopeGraph) -> list[list[int]]:
    """Unreached rows that hang together, those alone left out that nothing at all leads to (the grammar reports them)."""
    seen: set[int] = set()
    found: list[list[int]] = []
    for row, reached in enumerate(graph.reachable):
        if reached or row in seen:
            continue
        island, stack = [row], [row]
        seen.add(row)
        while stack:
            here = stack.pop()
            near = [graph.targets[t] for t in graph.out[here]] + [graph.sources[t] for t in graph.into[here]]
            for other in near:
                if other not in seen and not graph.reachable[other]:
                    seen.add(other)
                    island.append(other)
                    stack.append(other)
        orphaned = any(not graph.into[member] for member in island)
        if not orphaned:
            found.append(sorted(island))
    return found
