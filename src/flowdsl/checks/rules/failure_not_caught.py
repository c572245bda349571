"""ASL405 failure-not-caught."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.effects import effect_of
from flowdsl.analysis.errors import is_caught
from flowdsl.analysis.graph import ScopeGraph
from flowdsl.analysis.polling import asks
from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.hygiene import HygieneRule, Lapse
from flowdsl.checks.rule import Example

INVOKE = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}}
RESERVE = {**INVOKE, "ResultPath": "$.reserved", "Next": "Charge"}
CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Undo"}]


class FailureNotCaught(HygieneRule):
    """A Task that may fail after another has changed something, and no Catch that would undo it.

    The execution fails in the middle: what the earlier state did stays done.

    Instead: a Catch that leads to what undoes it, and on to a Fail.
    """

    code = "ASL405"
    bad = Example(
        {"Reserve": RESERVE, "Charge": {**INVOKE, "End": True}},
        at="/States/Charge",
        says="a failure of 'Charge' ends the execution, and what 'Reserve' did stays done; catch it, and undo that",
    )
    good = Example(
        {
            "Reserve": RESERVE,
            "Charge": {**INVOKE, "Catch": CATCH, "End": True},
            "Undo": {"Type": "Fail", "Error": "NotCharged"},
        }
    )

    def lapses(self, context: CheckContext) -> Iterator[Lapse]:
        caught: dict[str, bool] = {}
        for graph in context.graph.scopes:
            parent = graph.scope.parent
            outside = parent is not None and (
                caught.get(parent.scope.pointer, False) or is_caught(parent, "States.ALL")
            )
            caught[graph.scope.pointer] = outside
            before: list[str | None] = [None] * len(graph)
            regular = _without_failure(graph)
            for row in graph.order:
                state = graph.nodes[row]
                # What undoes is not undone.
                if state.type == "Task" and before[row] is not None and not outside and row in regular:
                    lacks = not state.fields.get("Catch")
                    said = (
                        f"a failure of {state.name!r} ends the execution, and what {before[row]!r} did stays done; catch it, and "
                        "undo that"
                    )
                    yield Lapse(state, lacks, said if lacks else "")
                done = state.name if _changes_something(state) else before[row]
                for number in graph.out[row]:
                    # Over a Catch the state most likely did nothing.
                    passed = before[row] if graph.transitions[number].via == "Catch" else done
                    target = graph.targets[number]
                    before[target] = before[target] or passed

    def summary(self, names: str, count: int, total: int) -> str:
        return (
            f"a failure of {count} of {total} Tasks ends the execution with what earlier Tasks did left done: {names}"
        )


def _without_failure(graph: ScopeGraph) -> set[int]:
    """The states that a run may come to in which nothing is caught."""
    found: set[int] = set()
    stack = [] if graph.start is None else [graph.start]
    while stack:
        row = stack.pop()
        if row not in found:
            found.add(row)
            stack += [graph.targets[n] for n in graph.out[row] if graph.transitions[n].via != "Catch"]
    return found


def _changes_something(state: StateNode) -> bool:
    """Whether a Task does something that stays. A function whose state has the name of a question is taken to ask."""
    if state.type != "Task":
        return False
    effect = effect_of(state)
    return effect != "none" and not (effect == "unknown" and asks(state))
