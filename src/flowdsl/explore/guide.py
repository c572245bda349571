"""Which way to take at each state, so that a run comes to a target and then to an end, soon and well."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from flowdsl.analysis.errors import all_handlers, handlers
from flowdsl.analysis.graph import Graph, ScopeGraph, Transition
from flowdsl.asl.definition import Definition, StateNode, is_distributed
from flowdsl.asl.values import is_list
from flowdsl.errors import ExceedToleratedFailureThreshold, ItemReaderFailed, matches
from flowdsl.explore.faults import MOST_TRIES, Fault, faults, named, takes, tries_before, usual
from flowdsl.interpreter.ways import Way

FAR: Final = 10_000
"""Further than any end: there is no way."""
_CATCH, _CATCH_OF_MANY, _FAIL = 6, 9, 60
"""What it costs to go by a catcher, by that of a Map or Parallel, and to end in a Fail."""

Costs = dict[str, float]
"""By a state's name, how far it is from the goal."""


class Goal(NamedTuple):
    """Where to go in one scope."""

    state: str = ""
    """A state's name; "" : any end."""
    way: str = ""
    """Pointer of a way of that state; "": to be there is enough."""
    fault: Fault | None = None
    """How that state, a Task, is to fail."""


EXIT: Final = Goal()


class Plan(NamedTuple):
    """How to come to a way: a goal for each scope on the way, the others are to be left soon."""

    target: Way
    goals: dict[str, Goal]
    """By the pointer of the scope."""


class Map:
    """A definition's graph with the plans that lead through it."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.graph = Graph(definition)
        self.states = {state.pointer: state for state in definition.states()}
        self.by_scope = {graph.scope.pointer: graph for graph in self.graph.scopes}

    def plans(self, way: Way) -> Iterator[Plan]:
        """The plans for a way; several where what fails, or how, can be chosen."""
        pointer, kind, number = taken_apart(way.pointer)
        state = self.states[pointer]
        goals = self._around(state)
        at = state.scope.pointer
        if kind not in ("Retry", "Catch"):
            yield Plan(way, {**goals, at: Goal(state.name, way.pointer)})
            return
        if state.type == "Task":
            for fault in faults(state, kind, number, self.definition.bindings):
                yield Plan(way, {**goals, at: Goal(state.name, way.pointer, fault)})
            return
        reading = Fault(str(ItemReaderFailed))
        if "ItemReader" in state.fields and tries_before(state, kind, number, reading) is not None:
            yield Plan(way, {**goals, at: Goal(state.name, way.pointer, reading)})
        for inner in self.failing(state, kind, number):
            yield Plan(way, {**goals, **inner, at: Goal(state.name, way.pointer)})

    def _around(self, state: StateNode) -> dict[str, Goal]:
        """To reach the Maps and Parallels around a state, from the outermost on."""
        goals: dict[str, Goal] = {}
        scope = state.scope
        while scope.parent is not None:
            goals[scope.parent.scope.pointer] = Goal(scope.parent.name)
            scope = scope.parent.scope
        return goals

    def failing(self, state: StateNode, kind: str, number: int, depth: int = 0) -> Iterator[dict[str, Goal]]:
        """Ways for the inside of a Map or Parallel to fail so that a retrier or catcher of it takes the failure."""
        if depth > 4:
            return
        spread = state.type == "Map" and is_distributed(state.fields)

        def is_taken(fault: Fault) -> bool:
            seen = Fault(ExceedToleratedFailureThreshold) if spread else fault
            return _reaches(state, kind, number, seen)

        yield from self._failing_inside(state, is_taken, depth)

    def _failing_inside(
        self, state: StateNode, is_taken: Callable[[Fault], bool], depth: int
    ) -> Iterator[dict[str, Goal]]:
        """Each state inside that can fail with something that is taken, and how to get it to."""
        if _tolerates_all(state):
            return
        for graph in self.graph.inner(state):
            at = graph.scope.pointer
            for row in graph.order:
                inner = graph.nodes[row]
                if inner.type == "Fail":
                    error = inner.fields.get("Error")
                    if is_taken(Fault(error if isinstance(error, str) else "")):
                        yield {at: Goal(inner.name)}
                elif inner.type == "Task":
                    for fault in self._faults_let_through(inner):
                        if is_taken(fault):
                            yield {at: Goal(inner.name, "", fault)}
                            break
                elif inner.type in ("Map", "Parallel") and depth < 4:

                    def passes(fault: Fault, inner: StateNode = inner) -> bool:
                        spread = inner.type == "Map" and is_distributed(inner.fields)
                        seen = Fault(ExceedToleratedFailureThreshold) if spread else fault
                        return not _is_handled(inner, seen) and is_taken(seen)

                    for goals in self._failing_inside(inner, passes, depth + 1):
                        yield {at: Goal(inner.name), **goals}

    def _faults_let_through(self, state: StateNode) -> Iterator[Fault]:
        """Failures of a Task that neither its Retry nor its Catch takes."""
        names = usual(state, self.definition.bindings)
        retriers = state.fields.get("Retry")
        for number in range(len(retriers) if is_list(retriers) else 0):
            names = [*names, *named(state, "Retry", number, self.definition.bindings)]
        # An error of one's own is what the catchers around most often name.
        wanted = [name for around in _around(state) for name in _own_names(around)]
        for name in dict.fromkeys((*wanted, *names)):
            fault = Fault(str(name))
            if not _is_handled(state, fault):
                yield fault

    # -- how far it is -------------------------------------------------------------------------------------------------

    def costs(self, scope: str, goal: Goal, blocked: frozenset[str], fresh: frozenset[str]) -> Costs:
        """How far each state is from the goal. `fresh` ways are gone rather than others, `blocked` ones never."""
        graph = self.by_scope[scope]
        costs: Costs = {}
        queue: list[tuple[float, str]] = []
        for name, cost in self._ends(graph, goal):
            heapq.heappush(queue, (cost, name))
        while queue:
            cost, name = heapq.heappop(queue)
            if costs.get(name, FAR) <= cost:
                continue
            costs[name] = cost
            for number in graph.into[graph.row[name]]:
                transition = graph.transitions[number]
                if transition.pointer not in blocked:
                    heapq.heappush(queue, (cost + self._price(graph, transition, fresh), transition.source))
        return costs

    def _ends(self, graph: ScopeGraph, goal: Goal) -> Iterable[tuple[str, float]]:
        if goal.state:
            return [(goal.state, 0)]
        return [
            (node.name, _FAIL if node.type == "Fail" else 0) for row, node in enumerate(graph.nodes) if graph.ends[row]
        ]

    def _price(self, graph: ScopeGraph, transition: Transition, fresh: frozenset[str]) -> float:
        if transition.via == "Catch":
            many = graph.nodes[graph.row[transition.source]].type != "Task"
            return _CATCH_OF_MANY if many else _CATCH
        return 1 if transition.pointer in fresh else 1.5


def taken_apart(pointer: str) -> tuple[str, str, int]:
    """(pointer of the state, kind of the way, its number) of a way's pointer."""
    head, _, last = pointer.rpartition("/")
    if last in ("Next", "Default") and not head.rpartition("/")[2].isdigit():
        return head, last, 0
    if last == "Next":
        head, _, last = head.rpartition("/")
        before, _, kind = head.rpartition("/")
        if kind in ("Choices", "Catch"):
            return before, kind, int(last)
        # A state whose name is a number.
        return f"{head}/{last}", "Next", 0
    before, _, kind = head.rpartition("/")
    return before, kind, int(last)


def _reaches(state: StateNode, kind: str, number: int, fault: Fault) -> bool:
    return tries_before(state, kind, number, fault) is not None


def _is_handled(state: StateNode, fault: Fault) -> bool:
    """Whether a state's own Catch takes a failure, or its Retry hides it for good."""
    if any(takes(each.names, fault) for each in handlers(state, "Catch")):
        return True
    first = next((each for each in handlers(state, "Retry") if takes(each.names, fault)), None)
    return first is not None and first.attempts > MOST_TRIES


def _tolerates_all(state: StateNode) -> bool:
    """Whether a Distributed Map goes on however many of its children fail."""
    fields = state.fields
    percentage = fields.get("ToleratedFailurePercentage")
    return is_distributed(fields) and isinstance(percentage, (int, float)) and percentage >= 100


def _around(state: StateNode) -> Iterator[StateNode]:
    scope = state.scope
    while scope.parent is not None:
        yield scope.parent
        scope = scope.parent.scope


def _own_names(state: StateNode) -> Iterator[str]:
    """Error names in a state's Catch and Retry that are not reserved ones."""
    for handler in all_handlers(state):
        for name in handler.names:
            if not name.startswith("States.") and not matches(name, "States.Timeout"):
                yield name


class Guide:
    """The way to take at each state, for one plan. What a run has taken so far says which part of the plan it is at."""

    def __init__(
        self,
        map: Map,
        plan: Plan | None,
        fresh: frozenset[str],
        blocked: frozenset[str] = frozenset(),
        variant: int = 0,
    ) -> None:
        """`variant`: which of the ways for a Map or Parallel to fail is taken, where one has to."""
        self.map = map
        self.plan = plan
        self.fresh = fresh
        self.blocked = blocked
        self.variant = variant
        self._costs: dict[tuple[str, Goal], Costs] = {}
        self._inner: dict[str, dict[str, Goal]] = {}
        self._goals: dict[tuple[str, bool], Goal] = {}
        """Of each scope, until the target is reached and after."""

    def goal(self, state: StateNode, reached: bool) -> Goal:
        """Where to go in a state's scope."""
        key = (state.scope.pointer, reached)
        known = self._goals.get(key)
        if known is None:
            known = self._goals[key] = self._goal(state, reached)
        return known

    def _goal(self, state: StateNode, reached: bool) -> Goal:
        scope = state.scope.pointer
        if self.plan is not None and not reached:
            found = self.plan.goals.get(scope)
            if found is not None:
                return found
        around = state.scope.parent
        while around is not None:
            way = next(iter(self.ways(around, reached)), "")
            if "/Catch/" in way[len(around.pointer) :]:
                goal = self._to_fail(around, way).get(scope)
                if goal is not None:
                    return goal
            around = around.scope.parent
        return EXIT

    def _to_fail(self, state: StateNode, way: str) -> dict[str, Goal]:
        """How the inside of a Map or Parallel fails so that its catcher leads on."""
        known = self._inner.get(way)
        if known is None:
            _, kind, number = taken_apart(way)
            found = list(islice(self.map.failing(state, kind, number), self.variant + 1))
            known = self._inner[way] = found[min(self.variant, len(found) - 1)] if found else {}
        return known

    @property
    def has_variants(self) -> bool:
        """Whether a Map or Parallel had to fail on the way."""
        return bool(self._inner)

    def ways(self, state: StateNode, reached: bool) -> list[str]:
        """The transitions that lead on to the goal, the best first."""
        goal = self.goal(state, reached)
        if goal.state == state.name:
            # To be here is the goal; a way of it is named, or what comes then does not matter.
            if goal.way:
                _, kind, _ = taken_apart(goal.way)
                return [goal.way] if kind != "Retry" else self._onward(state, EXIT)
            return self._onward(state, EXIT)
        return self._onward(state, goal)

    def _onward(self, state: StateNode, goal: Goal) -> list[str]:
        scope = state.scope.pointer
        costs = self._costs.get((scope, goal))
        if costs is None:
            costs = self._costs[scope, goal] = self.map.costs(scope, goal, self.blocked, self.fresh)
        graph = self.map.by_scope[scope]
        if not goal.state and graph.ends[graph.row[state.name]]:
            return []
        found: list[tuple[float, int, str]] = []
        for number in graph.out[graph.row[state.name]]:
            transition = graph.transitions[number]
            if transition.pointer in self.blocked or transition.target not in costs:
                continue
            price = self.map._price(graph, transition, self.fresh)  # pyright: ignore[reportPrivateUsage]
            found.append((costs[transition.target] + price, number, transition.pointer))
        return [pointer for _, _, pointer in sorted(found)]

    def fault(self, state: StateNode, reached: bool) -> Fault | None:
        """How a Task's call is to fail now; None: it succeeds."""
        goal = self.goal(state, reached)
        if goal.state == state.name and goal.fault is not None:
            return goal.fault
        way = next(iter(self.ways(state, reached)), "")
        if not way.startswith(f"{state.pointer}/Catch/"):
            return None
        _, kind, number = taken_apart(way)
        found = faults(state, kind, number, self.map.definition.bindings)
        return found[0] if found else None
