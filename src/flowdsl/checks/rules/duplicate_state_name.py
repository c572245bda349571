"""ASL213 duplicate-state-name."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity


class DuplicateStateName(Rule):
    """Two states of one name, in different scopes of the machine.

    AWS refuses the machine: names are unique over all branches and Maps (measured).

    Instead: rename one, and what leads to it.
    """

    code = "ASL213"
    severity = Severity.ERROR
    aws_code = "DUPLICATE_STATE_NAME"
    bad = Example(
        {
            "A": {
                "Type": "Parallel",
                "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}],
                "End": True,
            }
        },
        at="/States/A/Branches/0/States/A",
        says="Duplicate State name: A, in a branch of 'A' and at the top; names are unique over all scopes, rename one",
    )
    good = Example(
        {
            "A": {
                "Type": "Parallel",
                "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}],
                "End": True,
            }
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        first: dict[str, StateNode] = {}
        for state in context.states():
            other = first.setdefault(state.name, state)
            if other is not state:
                place = context.definition.source_map.locate(other.pointer)
                yield self.at(
                    state,
                    f"Duplicate State name: {state.name}, {_scope(state)} and {_scope(other)}; names are unique over all "
                    "scopes, rename one",
                    aws_location=f"/States/{state.name}",
                    related=((place, "the other state of this name"),) if place else (),
                )


def _scope(state: StateNode) -> str:
    parent = state.scope.parent
    if parent is None:
        return "at the top"
    return f"in {'a branch' if state.scope.kind == 'branch' else 'the processor'} of {parent.name!r}"
