"""ASL313 variable-of-own-assign."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.variable_reads import misreads_of
from flowdsl.diagnostics import Diagnostic, Severity


class VariableOfOwnAssign(Rule):
    """A state reads a variable that only its own Assign gives a value.

    Assign and Output of one state both see variables as they were when it was entered (recorded): the value is there for the next state, not for this one.

    Instead: write the same expression in both, or read the variable in the next state.
    """

    code = "ASL313"
    severity = Severity.ERROR
    bad = Example(
        {"Count": {"Type": "Pass", "Assign": {"total": 1}, "Output": {"total": "{% $total %}"}, "End": True}},
        at="/States/Count/Output/total",
        says="$total has no value yet: 'Count' assigns it, and its Output sees variables as of entry; repeat the expression instead",
        jsonata=True,
    )
    good = Example(
        {"Count": {"Type": "Pass", "Assign": {"total": 1}, "Output": {"total": 1}, "End": True}}, jsonata=True
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for misread in misreads_of(context, "same-state"):
            read = misread.read
            yield self.at(
                read.pointer,
                f"${read.name} has no value yet: {read.state.name!r} assigns it, and its {read.role} sees variables as of entry; "
                "repeat the expression instead",
            )
