"""Loops that ask again and again: which they are, whether they pause, whether anything ends them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from flowdsl.analysis.bounds import counter_of
from flowdsl.analysis.graph import Loop, ScopeGraph
from flowdsl.analysis.jsonata_trees import field_tree
from flowdsl.analysis.progress import may_change
from flowdsl.analysis.task_results import parameters_of, target
from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_list, is_object
from flowdsl.query.jsonata import nodes as n

STATUS_WORDS: Final = frozenset(
    [
        "status",
        "state",
        "phase",
        "progress",
        "complete",
        "completed",
        "completion",
        "done",
        "ready",
        "finished",
        "result",
        "available",
        "active",
        "running",
        "stage",
        "outcome",
        "health",
        "healthy",
        "lifecycle",
    ]
)
"""Words in the name of what a poll loop looks at."""
QUESTIONS: Final = frozenset(
    [
        "get",
        "describe",
        "check",
        "poll",
        "probe",
        "status",
        "query",
        "ask",
        "verify",
        "is",
        "fetch",
        "monitor",
        "watch",
        "read",
        "lookup",
        "ping",
        "test",
        "list",
        "head",
    ]
)
"""Words in the name of a call that only asks."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class Poll(NamedTuple):
    """A loop that calls something until what it says has changed."""

    graph: ScopeGraph
    loop: Loop
    asks: StateNode
    """The Task that asks."""
    decides: StateNode
    """The Choice that leads out."""
    pauses: bool
    """Whether there is a Wait in it."""
    counts: bool
    """Whether something ends it after so many rounds, or at a time."""
    is_question: bool
    """Whether the Task only asks, by its name; one that works off a part each time needs no pause."""


def polls_in(graph: ScopeGraph) -> Iterator[Poll]:
    """The poll loops of a scope: a Task, and a Choice that leads out when something with the name of a status is as it
    should be. A loop over pages or items, which leads out when nothing is left, is none.
    """
    for loop in graph.loops:
        inside = set(loop.rows)
        tasks = [graph.nodes[row] for row in loop.rows if graph.nodes[row].type == "Task"]
        # One that waits for a job or a person paces the loop, and is no question.
        asking = [task for task in tasks if target(task).pattern == "request-response"]
        if not asking or len(asking) < len(tasks):
            continue
        for row in loop.rows:
            state = graph.nodes[row]
            if state.type != "Choice" or not any(graph.targets[n] not in inside for n in graph.out[row]):
                continue
            if _looks_at_status(state, tasks):
                pauses = any(graph.nodes[r].type == "Wait" for r in loop.rows)
                counts = counter_of(graph, loop) is not None or any(_is_bounded(graph, loop, r) for r in loop.rows)
                yield Poll(graph, loop, asking[-1], state, pauses, counts, asks(asking[-1]))
                break


def catch_loops(graph: ScopeGraph) -> Iterator[tuple[StateNode, int, list[str]]]:
    """(state, number of the Catcher, states on the way) of each Catcher that leads back to its own state with nothing on
    the way that could end it: no Choice that leads out, no state that waits for somebody.
    """
    for loop in graph.loops:
        inside = set(loop.rows)
        for number in loop.inner:
            transition = graph.transitions[number]
            if transition.via != "Catch":
                continue
            source = graph.row[transition.source]
            way = _way_back(graph, graph.targets[number], source, inside)
            if way is None:
                continue
            # A Task on the way that mends what one named error says is meant to end the loop.
            names = set(graph.nodes[source].fields["Catch"][transition.number].get("ErrorEquals") or ())
            mends = any(graph.nodes[row].type == "Task" for row in way if row != source)
            if not mends or names & {"States.ALL", "States.TaskFailed"}:
                yield graph.nodes[source], transition.number, [graph.nodes[row].name for row in way]


def _way_back(graph: ScopeGraph, start: int, goal: int, inside: set[int]) -> list[int] | None:
    """A shortest way between two states of a loop that no state on it could end."""
    came = {start: -1}
    queue = [start]
    for row in queue:
        if row == goal:
            way = [row]
            while came[way[-1]] >= 0:
                way.append(came[way[-1]])
            return list(reversed(way))[:-1]
        if _may_end(graph, row, inside):
            continue
        for number in graph.out[row]:
            after = graph.targets[number]
            if after in inside and after not in came and graph.transitions[number].via != "Catch":
                came[after] = row
                queue.append(after)
    return None


def _may_end(graph: ScopeGraph, row: int, inside: set[int]) -> bool:
    state = graph.nodes[row]
    if state.type == "Choice":
        return any(graph.targets[number] not in inside for number in graph.out[row])
    found = target(state)
    return state.type == "Task" and (
        found.pattern == "wait_for_task_token" or (found.operation is not None and found.operation.kind == "activity")
    )


def asks(task: StateNode) -> bool:
    """Whether a Task's action, function or own name is that of a question."""
    found = target(task)
    names = [task.name, str(parameters_of(task).get("FunctionName", "")).rpartition(":")[2]]
    if found.operation is not None and not found.is_lambda:
        names = [found.operation.action]
    return any(_words(name) & QUESTIONS for name in names)


def _looks_at_status(state: StateNode, tasks: list[StateNode]) -> bool:
    """Whether a Choice compares something that is named like a status with a constant, or a variable or member that a
    Task of the loop gave what is named so.
    """
    rules = state.fields.get("Choices")
    found = [
        words
        for rule in (rules if is_list(rules) else ())
        if is_object(rule)
        for words in _compared_names(rule, state.is_jsonata)
    ]
    if any(words & STATUS_WORDS for words in found):
        return True
    return any(
        _words(name) in found and words & STATUS_WORDS for task in tasks if found for name, words in _renamed(task)
    )


def _renamed(task: StateNode) -> Iterator[tuple[str, set[str]]]:
    """(name, words of the last name of what it is given) of the members and variables that a Task makes of its result."""
    for field in ("Assign", "Output", "ResultSelector"):
        given = task.fields.get(field)
        for name, value in given.items() if is_object(given) else ():
            if isinstance(value, str) and value.startswith("$"):
                yield name.removesuffix(".$"), _words(_last_name(value))
            elif (tree := field_tree(value)) is not None:
                yield name, _last_words(tree)
        # An object in an expression: `$merge([$states.input, {"st": $states.result.Status}])`.
        tree = field_tree(given)
        for node in n.walk(tree) if tree is not None else ():
            for key, value in node.pairs if isinstance(node, n.Object) else ():
                if isinstance(key, n.Literal) and isinstance(key.value, str):
                    yield key.value, _last_words(value)


def _last_words(tree: n.Node) -> set[str]:
    last = tree.steps[-1] if isinstance(tree, n.Path) else None
    return _words(last.name) if isinstance(last, n.Name) else set()


def _compared_names(rule: dict[str, Any], jsonata: bool) -> Iterator[set[str]]:
    """The words in the names of what is compared for equality."""
    if jsonata:
        tree = field_tree(rule.get("Condition"))
        for node in n.walk(tree) if tree is not None else ():
            if isinstance(node, n.Binary) and node.operator in ("=", "!=", "in"):
                for inner in n.walk(node):
                    if isinstance(inner, (n.Name, n.Variable)):
                        yield _words(inner.name)
        last = tree.steps[-1] if isinstance(tree, n.Path) else tree
        if isinstance(last, (n.Name, n.Variable)):
            yield _words(last.name)
        return
    stack: list[Any] = [rule]
    while stack:
        here = stack.pop()
        if not is_object(here):
            continue
        for key in ("And", "Or"):
            stack.extend(here.get(key) or ())
        stack.append(here.get("Not"))
        if any(key in here for key in ("StringEquals", "BooleanEquals", "StringMatches", "StringEqualsPath")):
            yield _words(_last_name(str(here.get("Variable"))))


def _last_name(path: str) -> str:
    """The last name of a path: `status` of `$.job.status` and of `$['job']['status']`."""
    return path.rpartition(".")[2].rpartition("[")[2].strip("]'\"") or path


@lru_cache(maxsize=4096)
def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)}


def _is_bounded(graph: ScopeGraph, loop: Loop, row: int) -> bool:
    """Whether a Choice compares numbers or times, by which a loop that counts elsewhere may end; a comparison of what nothing
    in the loop changes is none.
    """
    state = graph.nodes[row]
    rules = state.fields.get("Choices")
    if state.type != "Choice" or not is_list(rules):
        return False
    return any(_compares_amounts(rule) and may_change(graph, loop, state, rule) for rule in rules)


def _compares_amounts(rule: Any) -> bool:
    stack: list[Any] = [rule]
    while stack:
        here = stack.pop()
        if not is_object(here):
            continue
        for key in ("And", "Or"):
            stack.extend(here.get(key) or ())
        stack.append(here.get("Not"))
        if any(str(key).startswith(("Numeric", "Timestamp")) for key in here):
            return True
        tree = field_tree(here.get("Condition"))
        compares = (isinstance(node, n.Binary) and node.operator[0] in "<>" for node in n.walk(tree)) if tree else ()
        if any(compares):
            return True
    return False
