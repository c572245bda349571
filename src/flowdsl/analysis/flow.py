"""Flow: the shape of the document at every state, forward to a fixpoint, through every scope. No recursion over states.

Each strongly connected component is visited in topological order; a loop until nothing changes, after a few rounds giving up
on what still does. Inner scopes are run where their Map or Parallel asks for them (a stack of generators). A variable is,
at each state, the join of the assignments that reach it; the whole is repeated while one that was read has grown since.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from flowdsl.analysis import shape as s
from flowdsl.analysis.context_object import context_of
from flowdsl.analysis.flow_jsonata import visit_jsonata
from flowdsl.analysis.flow_jsonpath import visit_jsonpath
from flowdsl.analysis.flow_state import Edge, InnerRun, Problem, StateFlow, VariableRead, Visit
from flowdsl.analysis.graph import Graph, ScopeGraph
from flowdsl.analysis.jsonata_guards import NO_FACTS, Facts
from flowdsl.analysis.schemas import of_schema
from flowdsl.analysis.shape import Origin, Shape
from flowdsl.analysis.shape_join import join, join_all, widen
from flowdsl.analysis.task_results import result_of, target
from flowdsl.analysis.variables import Sighting, Variables, bits_of
from flowdsl.asl.definition import Definition, StateNode

PATIENCE: Final = 3
"""Rounds of a loop, or of everything, before what still changes is given up."""

ScopeRun = Generator[InnerRun, Shape, Shape]


class Flow:
    """The data flow of one definition. `states` holds what is known of each reached state, by pointer."""

    def __init__(self, definition: Definition, graph: Graph, variables: Variables, input_schema: object = None) -> None:
        self.definition = definition
        self.graph = graph
        self.states: dict[str, StateFlow] = {}
        self.input = s.SOME if input_schema is None else of_schema(input_schema, Origin("input"))
        self.output: Shape = s.NOTHING
        self.variables = variables
        self._assigned: dict[tuple[str, str], Shape] = {}
        """What each place (pointer of its Assign, name) assigns."""
        self._read: set[tuple[str, str]] = set()
        self._joined: dict[tuple[str, int], tuple[int, Shape]] = {}
        self._generation = 0
        self._grown = False
        self._last: dict[str, tuple[Shape, Facts, Shape]] = {}
        self._rounds = 0
        while True:
            self._grown = False
            self._last.clear()
            self.output = self._drive(self.graph.scopes[0], self.input)
            self._rounds += 1
            if not self._grown or self._rounds > 2 * PATIENCE:
                break

    @property
    def reads(self) -> list[VariableRead]:
        """Every read of a variable, in the order of the states."""
        return [read for flow in self.states.values() for read in flow.reads]

    @property
    def problems(self) -> list[Problem]:
        """What cannot work, or not always, in the order of the states."""
        return [problem for flow in self.states.values() for problem in flow.problems]

    def of(self, state: StateNode) -> StateFlow | None:
        """What is known of a state; None for one that is never reached."""
        return self.states.get(state.pointer)

    def variable(self, state: StateNode, name: str) -> Shape | None:
        """A variable's shape as a state sees it: of all that may have been assigned, and whether anything has been on every
        way; None where no scope around assigns it."""
        seen = self.variables.sighting(state, name)
        if seen is None:
            return None
        if not seen.unassigned:
            return self._assigned_to(seen, name)
        return self._assigned_to(seen, name).having(s.MAYBE) if seen.sites else s.NOTHING

    def _assigned_to(self, seen: Sighting, name: str) -> Shape:
        key = (seen.scope.pointer, seen.sites)
        known = self._joined.get(key)
        if known is not None and known[0] == self._generation:
            return known[1]
        own = self.variables.scopes[seen.scope.pointer]
        found = s.NOTHING
        for bit in bits_of(seen.sites):
            made = own.by_bit[bit]
            if made is None:
                continue
            place = (made[0].pointer, name)
            self._read.add(place)
            value = self._assigned.get(place)
            if value is not None:
                found = join(found, value) if found.kinds else value
        found = found if found.kinds else s.SOME
        self._joined[key] = (self._generation, found)
        return found

    def _assign(self, pointer: str, name: str, value: Shape) -> None:
        place = (pointer, name)
        value = value.having(s.ALWAYS) if value.kinds else s.SOME
        before = self._assigned.get(place)
        if before is value or (before is not None and before == value):
            return
        if before is None:
            joined = value
        else:
            joined = join(before, value) if self._rounds < PATIENCE else widen(before, value)
            if joined == before:
                return
        self._assigned[place] = s.SOME if self._rounds > PATIENCE else joined
        if place in self._read:
            self._generation += 1
            self._grown = True

    def _drive(self, graph: ScopeGraph, input: Shape) -> Shape:
        """Runs a scope and those inside it, an inner one whenever an outer asks for it."""
        stack: list[tuple[ScopeRun, InnerRun | None]] = [(self._scope(graph, input, input, NO_FACTS), None)]
        given: list[Shape] = [input]
        answer: Shape | None = None
        while stack:
            run, asked = stack[-1]
            try:
                request = next(run) if answer is None else run.send(answer)
                answer = None
            except StopIteration as stop:
                stack.pop()
                answer = stop.value
                if stack:
                    given.pop()
                    if asked is not None and answer is not None:
                        self._last[asked.graph.scope.pointer] = (asked.input, asked.facts, answer)
                continue
            known = self._last.get(request.graph.scope.pointer)
            if known is not None and known[0] == request.input and known[1] == request.facts and not self._grown:
                answer = known[2]
                continue
            execution_input = request.execution_input if request.execution_input is not None else given[-1]
            given.append(execution_input)
            facts = NO_FACTS if request.execution_input is not None else request.facts
            stack.append((self._scope(request.graph, request.input, execution_input, facts), request))
        return answer if answer is not None else s.NOTHING

    def _scope(self, graph: ScopeGraph, input: Shape, execution_input: Shape, facts: Facts) -> ScopeRun:
        """Visits the states of one scope until nothing changes. Returns the scope's output."""
        if graph.start is None:
            return s.SOME
        run = _Run(graph, execution_input)
        run.incoming[graph.start] = input
        run.known[graph.start] = facts
        if not graph.has_loops:
            for row in graph.order:
                edges = yield from self._visit(run, row)
                run.pass_on(edges, None, 0)
            return run.output()
        components = graph.components
        position = {row: i for i, row in enumerate(graph.order)}
        members: dict[int, list[int]] = {}
        for row in graph.order:
            members.setdefault(components[row], []).append(row)
        for component in sorted(members, reverse=True):
            rows = members[component]
            if len(rows) == 1 and component not in (components[t] for t in graph.successors(rows[0])):
                edges = yield from self._visit(run, rows[0])
                run.pass_on(edges, None, 0)
                continue
            rows.sort(key=position.__getitem__)
            dirty = {row for row in rows if run.incoming[row] is not None}
            rounds = 0
            while dirty:
                rounds += 1
                for row in rows:
                    if row in dirty:
                        dirty.discard(row)
                        edges = yield from self._visit(run, row)
                        dirty |= run.pass_on(edges, component, rounds)
        return run.output()

    def _visit(self, run: _Run, row: int) -> Generator[InnerRun, Shape, list[Edge]]:
        graph = run.graph
        node = graph.nodes[row]
        flow = StateFlow(node, run.incoming[row] or s.SOME, run.known[row])
        self.states[node.pointer] = flow
        result: Shape | None = None
        waits = False
        if node.type == "Task":
            result = result_of(node, self.definition.bindings)
            waits = target(node).pattern in ("wait_for_task_token", "sync", "sync:2")
        context = run.contexts.get((node.type, waits))
        if context is None:
            context = context_of(node, run.execution_input, waits_for_token=waits)
            run.contexts[node.type, waits] = context
        visit = Visit(
            flow,
            graph,
            row,
            context,
            lambda name: self.variable(node, name),
            self._assign,
            self.graph.inner(node) if node.type in ("Map", "Parallel") else [],
        )
        steps = visit_jsonata(visit, result) if node.is_jsonata else visit_jsonpath(visit, result)
        edges = yield from steps
        if run.is_unreal[row]:
            edges = [edge._replace(real=False) for edge in edges]
        if graph.ends[row] and node.type not in ("Choice", "Fail"):
            real = not run.is_unreal[row] and not visit.fails_for_sure()
            run.outputs[row] = (flow.output if flow.output.kinds else s.SOME, real)
        return edges


class _Run:
    """What comes in to each state of a scope while the scope is worked on."""

    def __init__(self, graph: ScopeGraph, execution_input: Shape) -> None:
        self.graph = graph
        self.execution_input = execution_input
        self.contexts: dict[tuple[str, bool], Shape] = {}
        """The context object by type of state, and whether it waits for a token."""
        self.incoming: list[Shape | None] = [None] * len(graph)
        self.known: list[Facts] = [NO_FACTS] * len(graph)
        self.is_unreal: list[bool] = [False] * len(graph)
        """Rows that only states lead to which surely fail."""
        self.outputs: dict[int, tuple[Shape, bool]] = {}

    def pass_on(self, edges: list[Edge], component: int | None, rounds: int) -> set[int]:
        """Joins what leaves a state into what its targets get; the targets inside the loop that get more than before."""
        changed: set[int] = set()
        graph = self.graph
        for edge in edges:
            target = graph.targets[edge.number]
            before = self.incoming[target]
            output = edge.output if edge.output.kinds else s.SOME
            inside = component is not None and graph.components[target] == component
            if before is None or (self.is_unreal[target] and edge.real):
                self.incoming[target], self.known[target] = output, edge.facts
                self.is_unreal[target] = not edge.real
            elif not edge.real and not self.is_unreal[target]:
                continue
            else:
                joined = join(before, output) if rounds <= PATIENCE or not inside else widen(before, output)
                if rounds > 4 * PATIENCE:
                    joined = s.SOME
                facts = self.known[target] & edge.facts if self.known[target] else NO_FACTS
                if facts == self.known[target] and (joined is before or joined == before):
                    continue
                self.incoming[target], self.known[target] = joined, facts
            if inside:
                changed.add(target)
        return changed

    def output(self) -> Shape:
        """What the scope gives: of the ends that can be reached without failing, if there are any."""
        chosen = [shape for _, (shape, real) in sorted(self.outputs.items()) if real]
        chosen = chosen or [shape for _, (shape, _) in sorted(self.outputs.items())]
        found = join_all(tuple(chosen))
        return found.having(s.ALWAYS) if found.kinds else found
