"""The estimate of a whole definition: every scope from the inside out, each state, each way to an end, what breaks where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from flowdsl.analysis.bounds import number_of
from flowdsl.analysis.graph import Graph, ScopeGraph
from flowdsl.asl.definition import Definition, MachineType
from flowdsl.estimate.amount import Amount, Number
from flowdsl.estimate.model import EXPRESS_SECONDS, NOTHING, Assumptions, Costs, Symbol
from flowdsl.estimate.payload import Payloads
from flowdsl.estimate.retries import YEAR
from flowdsl.estimate.symbols import Symbols
from flowdsl.estimate.visits import Visit, visit_of
from flowdsl.estimate.ways import smooth_ways, worst_ways

EXECUTION = Costs(events=Amount.of(2))
"""ExecutionStarted, and the event that ends it."""


@dataclass(frozen=True, slots=True)
class ScopeEstimate:
    """One scope: a machine, a branch, a Map's processor."""

    graph: ScopeGraph
    visits: list[Visit]
    """By row."""
    worst: Costs
    """From StartAt to any end, at most."""
    smooth: Costs
    """The longest way on which nothing fails."""


def _from_start(graph: ScopeGraph, left: list[Costs | None]) -> Costs:
    found = left[graph.start] if graph.start is not None else None
    return found or NOTHING


class Estimate:
    """What an execution takes at most, symbolic in what only it knows.

    `item_counts` gives the number of items of Maps (by pointer) where the caller knows it, `item_limits` the most that
    there can be: `known_items` finds both in the data flow.
    """

    def __init__(
        self,
        definition: Definition,
        assumptions: Assumptions | None = None,
        *,
        item_counts: Mapping[str, int] | None = None,
        item_limits: Mapping[str, int] | None = None,
    ) -> None:
        self.definition = definition
        self.assumptions = assumptions or Assumptions()
        self.graph = Graph(definition)
        self.walked = Symbols(definition, self.graph, self.assumptions, item_counts, item_limits)
        self.scopes: dict[str, ScopeEstimate] = {}
        """By pointer."""
        for scope in reversed(self.graph.scopes):
            visits = [visit_of(node, self._inner(node.pointer), self.walked) for node in scope.nodes]
            self.scopes[scope.scope.pointer] = ScopeEstimate(
                scope,
                visits,
                _from_start(scope, worst_ways(scope, visits, self.walked)),
                _from_start(scope, smooth_ways(scope, visits, self.walked)),
            )

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for scope in self.graph.scopes:
            if scope.scope.parent is not None:
                found.setdefault(scope.scope.parent.pointer, []).append(scope.scope.pointer)
        return found

    def _inner(self, pointer: str) -> list[tuple[Costs, Costs]]:
        scopes = [self.scopes[p] for p in self._children.get(pointer, ())]
        return [(scope.worst, scope.smooth) for scope in scopes]

    @property
    def type(self) -> MachineType:
        """STANDARD, unless the definition says EXPRESS."""
        return self.definition.type or "STANDARD"

    @property
    def symbols(self) -> list[Symbol]:
        """What the amounts depend on, in document order."""
        return self.walked.all

    @property
    def bounds(self) -> dict[str, Number]:
        """The greatest value of each symbol that the definition bounds."""
        return self.walked.bounds

    @property
    def machine(self) -> ScopeEstimate:
        return self.scopes[""]

    @cached_property
    def worst(self) -> Costs:
        """A whole execution at most. Its seconds are not yet cut at what ends it: `life`."""
        return EXECUTION + self.machine.worst

    @cached_property
    def smooth(self) -> Costs:
        """The longest execution on which nothing fails."""
        return EXECUTION + self.machine.smooth

    @property
    def visits(self) -> list[Visit]:
        """Every state, in document order, an outer scope's before those inside."""
        return [visit for scope in self.graph.scopes for visit in self.scopes[scope.scope.pointer].visits]

    @cached_property
    def payloads(self) -> Payloads:
        """The sizes of inputs and outputs, by the assumptions."""
        return Payloads(self.graph, self.walked, self.assumptions)

    @property
    def life(self) -> tuple[Number, str]:
        """When AWS ends the execution, in seconds, and why."""
        own = number_of(self.definition.document.get("TimeoutSeconds"))
        if self.type == "EXPRESS":
            if own is not None and own < EXPRESS_SECONDS:
                return own, "TimeoutSeconds"
            return EXPRESS_SECONDS, "an Express execution ends after five minutes"
        if own is not None and own < YEAR:
            return own, "TimeoutSeconds"
        return YEAR, "a Standard execution ends after a year"
