"""Bounds known without running: seconds a state or a Retry may take, history events of a visit, rounds of a loop."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from flowdsl.analysis.errors import Handler
from flowdsl.analysis.graph import Graph, Loop, ScopeGraph
from flowdsl.analysis.jsonata_trees import field_tree, key_of, plain
from flowdsl.analysis.task_results import target
from flowdsl.asl.definition import StateNode, is_distributed
from flowdsl.asl.values import is_list, is_object
from flowdsl.query.jsonata import nodes as n

EXPRESS_SECONDS: Final = 300
"""An Express execution runs for five minutes at most."""
MAX_EVENTS: Final = 25_000
"""Events of one Standard execution: event 25,000 is its failure."""
MAX_PAYLOAD: Final = 262_144
"""Bytes of JSON text that may pass between states."""


def number_of(value: Any) -> float | None:
    """A literal number, or an expression that is one; None for what only a run can tell."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    tree = field_tree(value)
    return None if tree is None else _calculated(tree, 0)


_ARITHMETIC: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


def _calculated(tree: n.Node, depth: int) -> float | None:
    """What sums, differences and products of literals come to: `60 * 60`."""
    tree = plain(tree)
    if isinstance(tree, n.Literal):
        return tree.value if isinstance(tree.value, (int, float)) and not isinstance(tree.value, bool) else None
    if isinstance(tree, n.Negate):
        inner = _calculated(tree.operand, depth + 1)
        return None if inner is None else -inner
    if isinstance(tree, n.Binary) and tree.operator in _ARITHMETIC and depth < 20:
        left, right = _calculated(tree.left, depth + 1), _calculated(tree.right, depth + 1)
        return None if left is None or right is None else _ARITHMETIC[tree.operator](left, right)
    return None


def machine_seconds(document: Mapping[str, Any], *, express: bool) -> float | None:
    """How long an execution may run: its TimeoutSeconds, and in Express five minutes; None: a year."""
    given = number_of(document.get("TimeoutSeconds"))
    if express:
        return min(given, EXPRESS_SECONDS) if given is not None else EXPRESS_SECONDS
    return given


def back_off(retrier: Handler) -> float:
    """Seconds that a Retrier waits in all, when every retry fails: jitter apart, which only shortens it."""
    fields = retrier.fields
    interval = _number(fields.get("IntervalSeconds"), 1)
    rate = _number(fields.get("BackoffRate"), 2)
    longest = _number(fields.get("MaxDelaySeconds"), float("inf"))
    total, delay = 0.0, interval
    for _ in range(min(retrier.attempts, 1_000)):
        total += min(delay, longest)
        delay *= rate
        if total > 1e9:
            break
    return total


class Events(NamedTuple):
    """History events of one visit: those that always come, and those that come once an item."""

    fixed: int
    per_item: int = 0


def events_of(state: StateNode, graph: Graph) -> Events:
    """The events that one visit of a state makes at least, without failures (recorded): Pass, Choice, Wait and Succeed 2,
    a Fail 1, a Task 5 and one more when it waits for a job or a token, a Parallel 4 and those of its branches, an inline
    Map 4 and per item 2 and those of its processor, a Distributed Map 5: its children have histories of their own.
    """
    match state.type:
        case "Task":
            return Events(5 if target(state).pattern == "request-response" else 6)
        case "Fail":
            return Events(1)
        case "Parallel":
            return Events(4 + sum(shortest_events(inner, graph) for inner in graph.inner(state)))
        case "Map" if is_distributed(state.fields):
            return Events(6)
        case "Map":
            return Events(4, 2 + sum(shortest_events(inner, graph) for inner in graph.inner(state)))
        case _:
            return Events(2)


def shortest_events(graph: ScopeGraph, whole: Graph) -> int:
    """The events of the cheapest way through a scope, from its start to an end; those of a failure do not count as one."""
    if graph.start is None:
        return 0
    cost = [events_of(node, whole).fixed for node in graph.nodes]
    ends = [row for row, end in enumerate(graph.ends) if end and graph.nodes[row].type != "Fail"]
    found = _cheapest(graph, graph.start, set(ends), cost)
    return found if found is not None else 0


def events_of_round(graph: ScopeGraph, loop: Loop, whole: Graph) -> int:
    """The events of the shortest round of a loop."""
    cost = [events_of(node, whole).fixed for node in graph.nodes]
    best: int | None = None
    inside = set(loop.rows)
    for row in loop.rows[:8]:
        for number in graph.out[row]:
            after = graph.targets[number]
            if after in inside:
                rest = 0 if after == row else _cheapest(graph, after, {row}, cost, inside)
                if rest is not None:
                    total = rest + (cost[row] if after == row else 0)
                    best = total if best is None else min(best, total)
    return best or 0


def _cheapest(
    graph: ScopeGraph, start: int, goals: set[int], cost: list[int], inside: set[int] | None = None
) -> int | None:
    """Sum of the costs along the cheapest way, both ends included: small whole numbers, so a queue by cost does."""
    best: dict[int, int] = {start: cost[start]}
    queue = deque([start])
    while queue:
        row = queue.popleft()
        if row in goals and row != start:
            continue
        for number in graph.out[row]:
            after = graph.targets[number]
            if inside is not None and after not in inside:
                continue
            total = best[row] + cost[after]
            if total < best.get(after, 1 << 60):
                best[after] = total
                queue.append(after)
    return min((best[goal] for goal in goals if goal in best), default=None)


class Counter(NamedTuple):
    """A number that grows each round and ends a loop when it is large enough."""

    subject: str
    """As the condition writes it."""
    limit: float
    step: float
    pointer: str
    """Of the condition."""

    @property
    def rounds(self) -> float:
        """About how many rounds it allows, counting from 0."""
        return self.limit / self.step


MATH_ADD = re.compile(r"States\.MathAdd\(\s*(\$[^,\s]*)\s*,\s*(-?[0-9]+)\s*\)")
_EXIT = ("NumericGreaterThanEquals", "NumericGreaterThan", "NumericEquals")


def counter_of(graph: ScopeGraph, loop: Loop) -> Counter | None:
    """What counts the rounds of a loop, where something does; the largest bound where several do."""
    steps = _steps(graph, loop)
    found: list[Counter] = []
    inside = set(loop.rows)
    for row in loop.rows:
        state = graph.nodes[row]
        if state.type != "Choice":
            continue
        for number in graph.out[row]:
            transition = graph.transitions[number]
            if transition.via == "Choices" and graph.targets[number] not in inside:
                pointer = f"{state.pointer}/Choices/{transition.number}"
                for subject, limit in _limits(state.fields["Choices"][transition.number], state.is_jsonata):
                    step = steps.get(subject)
                    if step is not None and step > 0 and limit > 0:
                        at = f"{pointer}/Condition" if state.is_jsonata else pointer
                        found.append(Counter(subject, limit, step, at))
    return min(found, key=lambda counter: counter.rounds, default=None)


def _limits(rule: Any, jsonata: bool) -> list[tuple[str, float]]:
    """(subject, bound) of the comparisons by which a rule holds once something is large enough."""
    found: list[tuple[str, float]] = []
    if jsonata:
        tree = field_tree(rule.get("Condition"))
        for node in n.walk(tree) if tree is not None else ():
            if isinstance(node, n.Binary) and node.operator in (">=", ">", "=") and isinstance(node.right, n.Literal):
                limit = node.right.value
                if isinstance(limit, (int, float)) and not isinstance(limit, bool):
                    found.append((key_of(plain(node.left)), limit + (node.operator == ">")))
        return found
    stack = [rule]
    while stack:
        here = stack.pop()
        if is_object(here):
            stack += [inner for key in ("And", "Or") for inner in here.get(key) or ()]
            for operator in _EXIT:
                limit = here.get(operator)
                if (
                    isinstance(limit, (int, float))
                    and not isinstance(limit, bool)
                    and isinstance(here.get("Variable"), str)
                ):
                    found.append((here["Variable"], limit + (operator == "NumericGreaterThan")))
    return found


def _steps(graph: ScopeGraph, loop: Loop) -> dict[str, float]:
    """By subject, what is added to it in each round."""
    found: dict[str, float] = {}
    for row in loop.rows:
        state = graph.nodes[row]
        holders = [
            state.fields,
            *(e for key in ("Choices", "Catch") for e in state.fields.get(key) or () if is_object(e)),
        ]
        for holder in holders:
            assign = holder.get("Assign")
            for name, value in assign.items() if is_object(assign) else ():
                tree = field_tree(value)
                step = _added(plain(tree), str(name)) if tree is not None else None
                if step is not None:
                    found[key_of(n.Variable(0, 0, str(name)))] = step
        for text in _texts(state.fields.get("Parameters")):
            match = MATH_ADD.fullmatch(text.strip())
            if match is not None:
                found[match[1]] = float(match[2])
        for text in _texts(state.fields.get("Assign")):
            match = MATH_ADD.fullmatch(text.strip())
            if match is not None:
                found[match[1]] = float(match[2])
    return found


def _added(tree: n.Node, name: str) -> float | None:
    """The number in `$name + 1`."""
    if not isinstance(tree, n.Binary) or tree.operator not in ("+", "-"):
        return None
    left, right = plain(tree.left), plain(tree.right)
    if isinstance(left, n.Literal) and tree.operator == "+":
        left, right = right, left
    if isinstance(left, n.Variable) and left.name == name and isinstance(right, n.Literal):
        step = right.value
        if isinstance(step, (int, float)) and not isinstance(step, bool):
            return step if tree.operator == "+" else -step
    return None


def _texts(value: Any) -> list[str]:
    stack: list[Any] = [value]
    found: list[str] = []
    while stack:
        here = stack.pop()
        if is_object(here):
            stack.extend(here.values())
        elif is_list(here):
            stack.extend(here)
        elif isinstance(here, str):
            found.append(here)
    return found


def _number(value: Any, default: float) -> float:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else default
