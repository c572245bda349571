"""ASL312 variable-on-some-ways."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.variable_reads import misreads_of
from flowdsl.diagnostics import Diagnostic, Severity

SIZE = {"Condition": "{% $states.input.total > 1000 %}", "Assign": {"size": "large"}, "Next": "Ship"}


class VariableOnSomeWays(Rule):
    """A variable is read that is assigned on one way to the state and not on another.

    On the other way it is undefined, and the field that reads it fails. A Choice rule, a Catcher and a state assign on their own transitions only; a
    Choice's own Assign runs for its Default alone (recorded).

    Instead: assign it on every way, or before they part; or ask: $exists($x) ? $x : default.
    """

    code = "ASL312"
    severity = Severity.ERROR
    bad = Example(
        {
            "Size": {"Type": "Choice", "Choices": [SIZE], "Default": "Ship"},
            "Ship": {"Type": "Pass", "Output": "{% $size %}", "End": True},
        },
        at="/States/Ship/Output",
        says="$size is not assigned on every way to 'Ship': not on 'Size' -> 'Ship'",
        jsonata=True,
    )
    good = Example(
        {
            "Size": {"Type": "Choice", "Choices": [SIZE], "Assign": {"size": "small"}, "Default": "Ship"},
            "Ship": {"Type": "Pass", "Output": "{% $size %}", "End": True},
        },
        jsonata=True,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for misread in misreads_of(context, "some-path"):
            read, sighting = misread.read, misread.sighting
            assert sighting is not None
            way = context.variables.way_without(sighting, read.state)
            if len(way) > 6:
                way = [*way[:2], "...", *way[-3:]]
            said = " -> ".join(name if name == "..." else repr(name) for name in way)
            missing = f": not on {said}" if len(way) > 1 else ""
            yield self.at(read.pointer, f"${read.name} is not assigned on every way to {read.state.name!r}{missing}")
