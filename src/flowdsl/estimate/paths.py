"""The ways to each end of a machine: a shortest one by its states, and what any of them costs at most."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from flowdsl.analysis.graph import ScopeGraph
from flowdsl.estimate.estimate import EXECUTION, Estimate, ScopeEstimate
from flowdsl.estimate.model import Costs, tighter
from flowdsl.estimate.ways import arrivals, smooth_edges, worst_edges


@dataclass(frozen=True, slots=True)
class EndEstimate:
    """Every way that ends in one state."""

    state: str
    kind: Literal["succeeds", "fails"]
    shortest: tuple[str, ...]
    """State names of a way with the fewest transitions."""
    worst: Costs
    """The whole execution, at most."""
    smooth: Costs | None
    """The longest on which nothing fails; None where only a failure leads here."""


def ends_of(estimate: Estimate) -> list[EndEstimate]:
    """One entry for each state that ends the machine, in document order; those that nothing reaches left out."""
    scope = estimate.machine
    graph = scope.graph
    worst = arrivals(graph, worst_edges(graph, scope.visits), estimate.walked)
    smooth = arrivals(graph, smooth_edges(graph, scope.visits), estimate.walked, smooth=True)
    before = _parents(graph)
    found: list[EndEstimate] = []
    for row, node in enumerate(graph.nodes):
        spent = worst[row]
        if not graph.ends[row] or not graph.reachable[row] or spent is None:
            continue
        found.append(
            EndEstimate(
                node.name,
                "fails" if node.type == "Fail" else "succeeds",
                _names(graph, before, row),
                # Backwards, a loop with several ways back is bounded less closely than forwards.
                tighter(EXECUTION + spent + scope.visits[row].through, estimate.worst),
                _smooth(scope, row, smooth[row]),
            )
        )
    return found


def _smooth(scope: ScopeEstimate, row: int, spent: Costs | None) -> Costs | None:
    return None if spent is None else EXECUTION + spent + scope.visits[row].smooth


def _parents(graph: ScopeGraph) -> dict[int, int | None]:
    """The row before each on a shortest way from StartAt."""
    if graph.start is None:
        return {}
    before: dict[int, int | None] = {graph.start: None}
    queue = deque([graph.start])
    while queue:
        row = queue.popleft()
        for target in graph.successors(row):
            if target not in before:
                before[target] = row
                queue.append(target)
    return before


def _names(graph: ScopeGraph, before: dict[int, int | None], row: int) -> tuple[str, ...]:
    names: list[str] = []
    at: int | None = row
    while at is not None:
        names.append(graph.nodes[at].name)
        at = before[at]
    return tuple(reversed(names))
