"""The graph of each scope: states, transitions, what is reached, what reaches an end, the loops. Linear, no recursion.

Rows are numbered in document order and kept in plain lists; networkx is behind `to_networkx` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from flowdsl.asl.definition import Definition, Scope, StateNode
from flowdsl.asl.values import is_list, is_object

if TYPE_CHECKING:
    import networkx

Via = Literal["Next", "Choices", "Default", "Catch"]


class Transition(NamedTuple):
    """One way from a state to another of its scope."""

    source: str
    target: str
    via: Via
    pointer: str
    """Of the text that names the target: .../Next, .../Choices/0/Next, .../Default, .../Catch/1/Next."""
    number: int = 0
    """Of the Choice rule or the Catcher; 0 for the others."""


class Loop(NamedTuple):
    """States that lead round to each other (a strongly connected component with a cycle in it)."""

    rows: tuple[int, ...]
    """In document order."""
    exits: tuple[int, ...]
    """Transitions that lead out, as numbers into ScopeGraph.transitions."""
    inner: tuple[int, ...]
    """Transitions that stay inside."""


class ScopeGraph:
    """The states of one scope and how they lead to each other."""

    def __init__(self, scope: Scope, nodes: list[StateNode]) -> None:
        self.scope = scope
        self.nodes = nodes
        self.row = {node.name: i for i, node in enumerate(nodes)}
        self.transitions: list[Transition] = []
        self.dangling: list[Transition] = []
        """Transitions to what is no state of this scope."""
        self.targets: list[int] = []
        """Row of each transition's target."""
        self.out: list[list[int]] = [[] for _ in nodes]
        """Numbers of the transitions that leave each row, in the order in which they are tried."""
        self.into: list[list[int]] = [[] for _ in nodes]
        start = scope.start_at
        self.start: int | None = self.row.get(start) if isinstance(start, str) else None
        for i, node in enumerate(nodes):
            for transition in transitions_of(node):
                target = self.row.get(transition.target)
                if target is None:
                    self.dangling.append(transition)
                    continue
                number = len(self.transitions)
                self.transitions.append(transition)
                self.targets.append(target)
                self.out[i].append(number)
                self.into[target].append(number)

    def __len__(self) -> int:
        return len(self.nodes)

    def successors(self, row: int) -> Iterator[int]:
        """Rows that a state may lead to, a row as often as there are ways."""
        return (self.targets[number] for number in self.out[row])

    @cached_property
    def sources(self) -> list[int]:
        """Row of each transition's source."""
        return [self.row[transition.source] for transition in self.transitions]

    @cached_property
    def ends(self) -> list[bool]:
        """Whether each row may end its scope: Succeed, Fail, End, and what is too malformed to tell."""
        broken = {transition.source for transition in self.dangling}
        return [is_end(node) or node.name in broken for node in self.nodes]

    @cached_property
    def reachable(self) -> list[bool]:
        """Whether StartAt leads to each row. Every row, when StartAt names no state."""
        if self.start is None:
            return [True] * len(self.nodes)
        return self._flood([self.start], self.out, self.targets)

    @cached_property
    def reaches_end(self) -> list[bool]:
        """Whether an end can be reached from each row."""
        return self._flood([i for i, end in enumerate(self.ends) if end], self.into, self.sources)

    @cached_property
    def has_loops(self) -> bool:
        """Whether anything leads back: in a reverse postorder of a graph without loops every transition leads on."""
        position = [-1] * len(self.nodes)
        for place, row in enumerate(self._full_order):
            position[row] = place
        return any(
            position[self.targets[number]] <= position[row]
            for row in range(len(self.nodes))
            for number in self.out[row]
        )

    @cached_property
    def _full_order(self) -> list[int]:
        if len(self.order) == len(self.nodes):
            return self.order
        roots = range(len(self.nodes)) if self.start is None else (self.start, *range(len(self.nodes)))
        return _reverse_postorder(roots, self.out, self.targets)

    @cached_property
    def components(self) -> list[int]:
        """Number of each row's strongly connected component; a component's number is below those that lead to it."""
        return _components(len(self.nodes), [[self.targets[t] for t in out] for out in self.out])

    @cached_property
    def loops(self) -> list[Loop]:
        """Every loop, in document order of its first state."""
        if not self.has_loops:
            return []
        members: dict[int, list[int]] = {}
        for row, component in enumerate(self.components):
            members.setdefault(component, []).append(row)
        found: list[Loop] = []
        for component, rows in members.items():
            inner = [t for row in rows for t in self.out[row] if self.components[self.targets[t]] == component]
            if inner:
                exits = [t for row in rows for t in self.out[row] if self.components[self.targets[t]] != component]
                found.append(Loop(tuple(rows), tuple(exits), tuple(inner)))
        return sorted(found)

    @cached_property
    def order(self) -> list[int]:
        """Reachable rows, each before what it leads to but for loops' ways back (reverse postorder from StartAt)."""
        return [] if self.start is None else _reverse_postorder((self.start,), self.out, self.targets)

    def _flood(self, seeds: list[int], edges: list[list[int]], ends: list[int]) -> list[bool]:
        seen = [False] * len(self.nodes)
        for seed in seeds:
            seen[seed] = True
        stack = list(seeds)
        while stack:
            for number in edges[stack.pop()]:
                row = ends[number]
                if not seen[row]:
                    seen[row] = True
                    stack.append(row)
        return seen

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """The scope as a graph of networkx: nodes by state name (attribute `type`), edges keyed by their pointer."""
        import networkx

        graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
        for node in self.nodes:
            graph.add_node(node.name, type=node.type)
        for transition in self.transitions:
            graph.add_edge(transition.source, transition.target, key=transition.pointer, via=transition.via)
        return graph


class Graph:
    """The graphs of every scope of a definition."""

    def __init__(self, definition: Definition) -> None:
        nodes: dict[str, list[StateNode]] = {}
        for node in definition.states():
            nodes.setdefault(node.scope.pointer, []).append(node)
        self.scopes: list[ScopeGraph] = [
            ScopeGraph(scope, nodes.get(scope.pointer, [])) for scope in definition.scopes()
        ]
        """An outer scope before its inner ones."""
        self._by_pointer = {graph.scope.pointer: graph for graph in self.scopes}

    def of(self, scope: Scope) -> ScopeGraph:
        """The graph of one scope."""
        return self._by_pointer[scope.pointer]

    def inner(self, state: StateNode) -> list[ScopeGraph]:
        """The graphs of a Map's processor or a Parallel's branches, in order."""
        return self._by_parent.get(state.pointer, [])

    @cached_property
    def _by_parent(self) -> dict[str, list[ScopeGraph]]:
        found: dict[str, list[ScopeGraph]] = {}
        for graph in self.scopes:
            if graph.scope.parent is not None:
                found.setdefault(graph.scope.parent.pointer, []).append(graph)
        return found


def transitions_of(node: StateNode) -> Iterator[Transition]:
    """Every transition of a state, in the order in which they are tried: Choices, Default, Next, Catch."""
    fields = node.fields
    if node.type == "Choice":
        choices = fields.get("Choices")
        for i, rule in enumerate(choices if is_list(choices) else ()):
            target = rule.get("Next") if is_object(rule) else None
            if isinstance(target, str):
                yield Transition(node.name, target, "Choices", f"{node.pointer}/Choices/{i}/Next", i)
        if isinstance(fields.get("Default"), str):
            yield Transition(node.name, fields["Default"], "Default", f"{node.pointer}/Default")
        return
    if node.type in ("Succeed", "Fail"):
        return
    if isinstance(fields.get("Next"), str):
        yield Transition(node.name, fields["Next"], "Next", f"{node.pointer}/Next")
    catch = fields.get("Catch")
    for i, catcher in enumerate(catch if is_list(catch) else ()):
        target = catcher.get("Next") if is_object(catcher) else None
        if isinstance(target, str):
            yield Transition(node.name, target, "Catch", f"{node.pointer}/Catch/{i}/Next", i)


def is_end(node: StateNode) -> bool:
    """Whether a state may end its scope. A state without Next (the grammar reports it) counts as an end."""
    if node.type == "Choice":
        return False
    return node.type in ("Succeed", "Fail") or "End" in node.fields or not isinstance(node.fields.get("Next"), str)


def _components(count: int, successors: list[list[int]]) -> list[int]:
    """Tarjan's strongly connected components, with a stack of our own."""
    component = [-1] * count
    number = [-1] * count
    low = [0] * count
    path: list[int] = []
    counter = found = 0
    for root in range(count):
        if number[root] >= 0:
            continue
        work: list[tuple[int, Iterator[int]]] = [(root, iter(successors[root]))]
        number[root] = low[root] = counter
        counter += 1
        path.append(root)
        while work:
            row, rest = work[-1]
            for target in rest:
                if number[target] < 0:
                    number[target] = low[target] = counter
                    counter += 1
                    path.append(target)
                    work.append((target, iter(successors[target])))
                    break
                if component[target] < 0:
                    low[row] = min(low[row], number[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[row])
                if low[row] == number[row]:
                    while True:
                        member = path.pop()
                        component[member] = found
                        if member == row:
                            break
                    found += 1
    return component


def _reverse_postorder(roots: Iterable[int], out: list[list[int]], targets: list[int]) -> list[int]:
    seen = [False] * len(out)
    order: list[int] = []
    for root in roots:
        if seen[root]:
            continue
        seen[root] = True
        work: list[tuple[int, Iterator[int]]] = [(root, iter(out[root]))]
        while work:
            row, rest = work[-1]
            for number in rest:
                target = targets[number]
                if not seen[target]:
                    seen[target] = True
                    work.append((target, iter(out[target])))
                    break
            else:
                work.pop()
                order.append(row)
    order.reverse()
    return order
