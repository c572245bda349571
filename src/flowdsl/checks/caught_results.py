"""Results that are read after their own Catch: on the way over the Catcher, the state has left none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from flowdsl.analysis.graph import ScopeGraph
from flowdsl.analysis.jsonpath_syntax import Step, parse_path
from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_object
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rules.discarded_result_read import inputs_read

FAR: Final = 300
"""States that are looked at behind one Catcher: what reads the result is near, and a long machine has many Catchers."""


class CaughtRead(NamedTuple):
    """A read of a result that is not there when the state that makes it has failed."""

    pointer: str
    text: str
    maker: StateNode
    reader: StateNode


def caught_reads(context: CheckContext) -> Iterator[CaughtRead]:
    """Reads of what a state's ResultPath holds, on the ways that its Catchers lead to, before any Choice. Only where nothing
    before the state leaves something there, as far as that is known.
    """
    for graph in context.graph.scopes:
        written = _written(graph)
        for row, state in enumerate(graph.nodes):
            if state.is_jsonata or not state.fields.get("Catch") or state.type not in ("Task", "Map", "Parallel"):
                continue
            path = parse_path(state.fields.get("ResultPath")) if _is_text(state.fields.get("ResultPath")) else None
            flow = context.flow.of(state)
            if path is None or path.root != "input" or not path.steps or flow is None:
                continue
            first = path.steps[0]
            # What is known of the input decides in other rules.
            if isinstance(first, str) and first not in flow.input.fields and written[first] == 1:
                yield from _after_catch(graph, row, path.steps)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _after_catch(graph: ScopeGraph, row: int, steps: tuple[Step, ...]) -> Iterator[CaughtRead]:
    maker = graph.nodes[row]
    stack = [
        graph.targets[number]
        for number in reversed(graph.out[row])
        if graph.transitions[number].via == "Catch"
        and _keeps(maker.fields["Catch"][graph.transitions[number].number], steps)
    ]
    seen = {row}
    while stack and len(seen) < FAR:
        here = stack.pop()
        if here in seen:
            continue
        seen.add(here)
        state = graph.nodes[here]
        if state.is_jsonata:
            continue
        if state.type != "Choice":
            for pointer, text, read in inputs_read(state):
                if read[: len(steps)] == steps:
                    yield CaughtRead(pointer, text, maker, state)
            if _keeps(state.fields, steps) or (state.type in ("Wait", "Pass") and _is_identity(state)):
                stack.extend(t for t in graph.successors(here))


def _is_identity(state: StateNode) -> bool:
    return not any(name in state.fields for name in ("Parameters", "Result", "InputPath", "OutputPath"))


def _keeps(fields: object, steps: tuple[Step, ...]) -> bool:
    """Whether what has this ResultPath leaves the document beside it as it is, and the place of the result, too."""
    if not is_object(fields) or fields.get("OutputPath", "$") != "$" or "ResultPath" not in fields:
        return False
    given = fields["ResultPath"]
    if given is None:
        return True
    path = parse_path(given) if isinstance(given, str) else None
    if path is None or path.root != "input" or not path.steps:
        return False
    length = min(len(path.steps), len(steps))
    return path.steps[:length] != steps[:length]


def _written(graph: ScopeGraph) -> Counter[Step]:
    """How many states of a scope write below each member of the document."""
    found: Counter[Step] = Counter()
    for state in graph.nodes:
        given = state.fields.get("ResultPath")
        path = parse_path(given) if isinstance(given, str) else None
        if path is not None and path.steps:
            found[path.steps[0]] += 1
    return found
