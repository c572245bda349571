"""Which assignments of each variable reach each state: reaching definitions, in bits. One pass, loops repeated.

In a scope each place that assigns a name has a bit, and each name one more that stands for "not assigned yet". A variable
is surely assigned where that bit does not come through. Every field of a state sees variables as of its entry; what a
state, a Choice rule or a Catcher assigns holds on its own transitions alone (recorded).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from flowdsl.analysis.graph import Graph, ScopeGraph, Via
from flowdsl.asl.definition import Scope, StateNode, is_distributed
from flowdsl.asl.values import is_list, is_object


class Site(NamedTuple):
    """One place that assigns variables."""

    state: StateNode
    pointer: str
    """Of the Assign object."""
    names: tuple[str, ...]


class Sighting(NamedTuple):
    """A variable as one state sees it."""

    scope: Scope
    """Whose it is."""
    name: str
    sites: int
    """Bits of the assignments that may have made its value, numbers in ScopeVariables."""
    unassigned: bool
    """Whether there is a way on which nothing has assigned it."""


class ScopeVariables:
    """The variables of one scope."""

    def __init__(self, graph: ScopeGraph) -> None:
        self.graph = graph
        self.sites: list[Site] = []
        self.bits: dict[tuple[str, str], int] = {}
        """Bit number of a (pointer of an Assign, name)."""
        self.masks: dict[str, int] = {}
        """All bits of a name, "not assigned yet" left out."""
        self.unassigned: dict[str, int] = {}
        """The bit that says that a name is not assigned yet."""
        self.by_bit: list[tuple[Site, str] | None] = []
        self._per_edge: dict[int, list[tuple[str, int]]] = {}
        """(name, bit number) of what each transition assigns, the last of a name counting."""
        self.entering: list[int] = [0] * len(graph)
        self._collect()
        if self.by_bit:
            self._solve()

    def _collect(self) -> None:
        numbers: dict[str, list[int]] = {}
        for row, node in enumerate(self.graph.nodes):
            for edges, site in _sites(self.graph, row, node):
                self.sites.append(site)
                made = [(name, self._bit(site, name)) for name in site.names]
                for name, bit in made:
                    numbers.setdefault(name, []).append(bit)
                for edge in edges:
                    self._per_edge.setdefault(edge, []).extend(made)
        # Once for each name, not bit by bit: a number of a thousand bits is copied whenever one is set.
        self.masks = {name: _mask(bits, len(self.by_bit)) for name, bits in numbers.items()}

    def _bit(self, site: Site, name: str) -> int:
        if name not in self.unassigned:
            self.unassigned[name] = len(self.by_bit)
            self.by_bit.append(None)
        bit = len(self.by_bit)
        self.by_bit.append((site, name))
        self.bits[site.pointer, name] = bit
        return bit

    def makes(self, edge: int, name: str) -> bool:
        """Whether a transition assigns a name."""
        return any(made == name for made, _ in self._per_edge.get(edge, ()))

    def _solve(self) -> None:
        graph = self.graph
        start = graph.start
        if start is None:
            return
        entering = self.entering
        kept = {name: ~(mask | 1 << self.unassigned[name]) for name, mask in self.masks.items()}
        entering[start] = sum(1 << bit for bit in self.unassigned.values())
        changed = True
        while changed:
            changed = False
            for row in graph.order:
                here = entering[row]
                for edge in graph.out[row]:
                    passed = here
                    for name, bit in self._per_edge.get(edge, ()):
                        passed = passed & kept[name] | 1 << bit
                    target = graph.targets[edge]
                    after = entering[target] | passed if entering[target] else passed
                    if after != entering[target]:
                        entering[target] = after
                        changed = True
            if not graph.has_loops:
                break


class Variables:
    """The variables of every scope of a definition."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.scopes: dict[str, ScopeVariables] = {g.scope.pointer: ScopeVariables(g) for g in graph.scopes}

    def sighting(self, state: StateNode, name: str) -> Sighting | None:
        """A variable as a state sees it, the innermost scope that assigns it; None where none around does."""
        scope, row_of = state.scope, state.name
        while True:
            own = self.scopes[scope.pointer]
            if name in own.masks:
                row = own.graph.row[row_of]
                here = own.entering[row]
                return Sighting(scope, name, here & own.masks[name], bool(here >> own.unassigned[name] & 1))
            parent = scope.parent
            if parent is None or is_child_execution(scope):
                return None
            scope, row_of = parent.scope, parent.name

    def visible_names(self, state: StateNode) -> Iterator[str]:
        """Every name that a scope around a state assigns somewhere."""
        scope = state.scope
        while True:
            yield from self.scopes[scope.pointer].masks
            if is_child_execution(scope) or scope.parent is None:
                return
            scope = scope.parent.scope

    def way_without(self, sighting: Sighting, state: StateNode) -> list[str]:
        """A shortest way from the start to where a state sees a variable, on which nothing assigns it: names of states."""
        own = self.scopes[sighting.scope.pointer]
        graph = own.graph
        while state.scope.pointer != sighting.scope.pointer and state.scope.parent is not None:
            state = state.scope.parent
        goal = graph.row.get(state.name)
        if graph.start is None or goal is None:
            return []
        came: dict[int, int] = {graph.start: -1}
        queue = deque([graph.start])
        while queue:
            row = queue.popleft()
            if row == goal:
                break
            for edge in graph.out[row]:
                if not own.makes(edge, sighting.name) and graph.targets[edge] not in came:
                    came[graph.targets[edge]] = row
                    queue.append(graph.targets[edge])
        if goal not in came:
            return []
        way = [goal]
        while came[way[-1]] >= 0:
            way.append(came[way[-1]])
        return [graph.nodes[row].name for row in reversed(way)]

    def owners(self, name: str) -> list[ScopeVariables]:
        """Every scope that assigns a name, an outer one before its inner ones."""
        return [own for own in self.scopes.values() if name in own.masks]


def is_child_execution(scope: Scope) -> bool:
    """Whether a scope's states run in executions of their own, which see no variable from outside."""
    return scope.kind == "processor" and scope.parent is not None and is_distributed(scope.parent.fields)


def _sites(graph: ScopeGraph, row: int, node: StateNode) -> Iterator[tuple[list[int], Site]]:
    """Every place of a state that assigns, with the transitions it acts on."""
    own = _names(node.fields.get("Assign"))
    if own:
        via: Via = "Default" if node.type == "Choice" else "Next"
        yield _leaving(graph, row, via), Site(node, f"{node.pointer}/Assign", own)
    ways: tuple[Via, ...] = ("Choices", "Catch")
    for key in ways:
        holders = node.fields.get(key)
        for i, holder in enumerate(holders if is_list(holders) else ()):
            names = _names(holder.get("Assign")) if is_object(holder) else ()
            if names:
                yield _leaving(graph, row, key, i), Site(node, f"{node.pointer}/{key}/{i}/Assign", names)


def _leaving(graph: ScopeGraph, row: int, via: Via, number: int = 0) -> list[int]:
    """The transitions by which a state is left in one way; of Choice rules and Catchers, by one of them."""
    return [t for t in graph.out[row] if (graph.transitions[t].via, graph.transitions[t].number) == (via, number)]


def _names(assign: object) -> tuple[str, ...]:
    """The variables that an Assign object names; in JSONPath a key may end in `.$`."""
    return tuple(str(key).removesuffix(".$") for key in assign) if is_object(assign) else ()


def bits_of(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _mask(bits: list[int], count: int) -> int:
    """The number with these bits set."""
    if len(bits) < 8:
        return sum(1 << bit for bit in bits)
    octets = bytearray(count // 8 + 1)
    for bit in bits:
        octets[bit >> 3] |= 1 << (bit & 7)
    return int.from_bytes(octets, "little")
