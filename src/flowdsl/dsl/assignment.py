"""Definite assignment: whether what is read was always set before, per scope, in time linear in the graph.

One bit for each source that somebody reads; a state's set is what is set on every way to it. Loops are run to a fixpoint.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from flowdsl.dsl.choice import Choice
from flowdsl.dsl.references import ErrorSource, ResultSource, Source, VarSource
from flowdsl.dsl.wiring import Wiring


class Assignment:
    """What is set on entry to each state of one scope."""

    def __init__(self, wiring: Wiring, sources: list[Source]) -> None:
        self.wiring = wiring
        self.bits = {source: 1 << i for i, source in enumerate(sources)}
        self._sets: list[list[tuple[int, int]]] | None = None
        self._entry: list[int] | None = None
        self._trees: dict[Source, dict[int, int]] = {}

    def sets(self) -> list[list[tuple[int, int]]]:
        """By state: (the state that an edge leads to, the bits that are set on the way over it)."""
        if self._sets is None:
            bits = self.bits
            found: list[list[tuple[int, int]]] = []
            for state, edges in zip(self.wiring.states, self.wiring.edges, strict=True):
                out: list[tuple[int, int]] = []
                for target, port in edges:
                    out.append((target, self._on(state, port) if bits else 0))
                found.append(out)
            self._sets = found
        return self._sets

    def _on(self, state: Any, port: Any) -> int:
        bits, found = self.bits, 0
        if port is state:
            source = state.result_source
            if source is not None:
                found |= bits.get(source, 0)
        else:
            source = getattr(port, "source", None)
            if source is not None:
                found |= bits.get(source, 0)
            if port.assigned:
                found |= self._vars(port.assigned)
        if state.assigned and (port is state or (type(state) is Choice and port is state.default)):
            found |= self._vars(state.assigned)
        return found

    def _vars(self, assigned: dict[Any, Any]) -> int:
        found = 0
        for variable in assigned:
            source = getattr(variable, "source", None)
            if source is not None:
                found |= self.bits.get(source, 0)
        return found

    def at_entry(self) -> list[int]:
        """The bits that are set on every way from the scope's start to each state."""
        if self._entry is None:
            wiring = self.wiring
            everything = (1 << len(self.bits)) - 1
            entry = [everything] * len(wiring.states)
            if wiring.states:
                entry[wiring.entry] = 0
            sets = self.sets()
            changed = True
            while changed:
                changed = False
                for i in wiring.order:
                    known = entry[i]
                    for target, gained in sets[i]:
                        before = entry[target]
                        after = before & (known | gained)
                        if after != before:
                            entry[target] = after
                            changed = True
                if not wiring.has_loop:
                    break
            self._entry = entry
        return self._entry

    def _tree_without(self, source: Source) -> dict[int, int]:
        """By state: the one before it on a shortest way on which a source is not set. Made once a source."""
        known = self._trees.get(source)
        if known is None:
            entry, bit, sets = self.wiring.entry, self.bits[source], self.sets()
            known = self._trees[source] = {entry: -1}
            queue = deque([entry])
            while queue:
                state = queue.popleft()
                for target, gained in sets[state]:
                    if not gained & bit and target not in known:
                        known[target] = state
                        queue.append(target)
        return known

    def way_without(self, source: Source, index: int) -> list[str]:
        """The names along a shortest way from the scope's start to a state on which a source is not set."""
        wiring, came_from = self.wiring, self._tree_without(source)
        way: list[str] = []
        at = index
        while at >= 0:
            way.append(wiring.states[at].name)
            at = came_from.get(at, -1)
        way.reverse()
        return way


def source_name(source: Source) -> str:
    """How the user's code calls what is read: `charge.result`, `failed.error`, `moved.value`."""
    if isinstance(source, ResultSource):
        state = source.state
        return f"{state.bound or state.name}.result"
    if isinstance(source, ErrorSource):
        return f"{source.port.bound or 'the port'}.error"
    assert isinstance(source, VarSource)
    return f"{source.var.name}.value"
