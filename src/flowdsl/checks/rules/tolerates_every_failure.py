"""ASL610 tolerates-every-failure."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.bounds import number_of
from flowdsl.asl.definition import is_distributed
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.rules.no_failure_tolerance import EACH
from flowdsl.diagnostics import Diagnostic, Severity


class ToleratesEveryFailure(Rule):
    """A Distributed Map that succeeds even when every item fails, and keeps no record of it.

    With a tolerance of 100 % the Map Run always succeeds; without a ResultWriter the failures stand nowhere but in the histories of its children.

    Instead: a lower threshold, a ResultWriter, and a state that looks at what failed.
    """

    code = "ASL610"
    severity = Severity.WARNING
    bad = Example(
        {"Each": {**EACH, "ToleratedFailurePercentage": 100}},
        at="/States/Each/ToleratedFailurePercentage",
        says="'Each' succeeds even when every item fails, and has no ResultWriter that would keep what failed",
    )
    good = Example({"Each": {**EACH, "ToleratedFailurePercentage": 5}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Map"):
            if not is_distributed(state.fields) or "ResultWriter" in state.fields:
                continue
            if number_of(state.fields.get("ToleratedFailurePercentage")) == 100:
                message = f"{state.name!r} succeeds even when every item fails, and has no ResultWriter that would keep what failed"
                yield self.at(state, message, "ToleratedFailurePercentage")
