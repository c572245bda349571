"""ASL314 variable-out-of-scope."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.variables import is_child_execution
from flowdsl.asl.definition import Scope
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.variable_reads import Misread, misreads_of
from flowdsl.diagnostics import Diagnostic, Severity

COUNT = {"StartAt": "Count", "States": {"Count": {"Type": "Pass", "Assign": {"n": 1}, "End": True}}}


class VariableOutOfScope(Rule):
    """A variable is read outside the branch or Map that has it, or inside a Distributed Map.

    What a branch or an iteration assigns is gone when it ends, and its siblings never see it. The states of a Distributed Map run in executions of their own and
    see no variable from outside.

    Instead: return the value as the branch's output, and assign it after the join; pass it to the children with ItemSelector or ItemBatcher.BatchInput.
    Source: Amazon States Language, variables (documented).
    """

    code = "ASL314"
    severity = Severity.ERROR
    bad = Example(
        {
            "Both": {"Type": "Parallel", "Branches": [COUNT], "Next": "Show"},
            "Show": {"Type": "Pass", "Output": "{% $n %}", "End": True},
        },
        at="/States/Show/Output",
        says="$n belongs to a branch of 'Both' and is gone here; return it as the branch's output",
        jsonata=True,
    )
    good = Example(
        {
            "Both": {
                "Type": "Parallel",
                "Branches": [COUNT],
                "Assign": {"counted": "{% $states.result[0] %}"},
                "Next": "Show",
            },
            "Show": {"Type": "Pass", "Output": "{% $counted %}", "End": True},
        },
        jsonata=True,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for misread in misreads_of(context, "out-of-scope"):
            yield self.at(misread.read.pointer, _said(misread))


def _said(misread: Misread) -> str:
    read, owner = misread.read, misread.owner
    assert owner is not None
    scope = owner.graph.scope
    if _encloses(scope, read.state.scope):
        child = _child_execution(read.state.scope)
        return (
            f"${read.name} cannot be read in the child executions of {child!r}; pass it with ItemSelector or BatchInput"
        )
    if scope.parent is None:
        return f"${read.name} is out of scope here"
    what = "a branch of" if scope.kind == "branch" else "an iteration of"
    way = "return it as the branch's output" if scope.kind == "branch" else "return it as the iteration's output"
    return f"${read.name} belongs to {what} {scope.parent.name!r} and is gone here; {way}"


def _encloses(outer: Scope, inner: Scope) -> bool:
    here: Scope | None = inner
    while here is not None:
        if here.pointer == outer.pointer:
            return True
        here = here.parent.scope if here.parent is not None else None
    return False


def _child_execution(scope: Scope) -> str:
    """The innermost Distributed Map around a scope."""
    here = scope
    while here.parent is not None:
        if is_child_execution(here):
            return here.parent.name
        here = here.parent.scope
    return ""
