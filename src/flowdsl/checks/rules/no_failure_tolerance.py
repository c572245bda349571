"""ASL609 no-failure-tolerance."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.bounds import number_of
from flowdsl.asl.definition import is_distributed
from flowdsl.checks.context import CheckContext
from flowdsl.checks.hygiene import HygieneRule, Lapse
from flowdsl.checks.rule import Example

PROCESSOR = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    "StartAt": "One",
    "States": {"One": {"Type": "Pass", "End": True}},
}
EACH = {"Type": "Map", "ItemProcessor": PROCESSOR, "MaxConcurrency": 10, "End": True}
THRESHOLDS = ("ToleratedFailurePercentage", "ToleratedFailureCount")


class NoFailureTolerance(HygieneRule):
    """A Distributed Map that a single failed item ends.

    Of a million items one fails sooner or later: the Map Run fails, and what runs is aborted. A threshold of 0 counts as none (measured).

    Instead: ToleratedFailurePercentage or ToleratedFailureCount, and a ResultWriter that keeps what failed.
    """

    code = "ASL609"
    bad = Example(
        {"Each": EACH},
        at="/States/Each",
        says="'Each' fails when one of its items does; set ToleratedFailurePercentage",
    )
    good = Example({"Each": {**EACH, "ToleratedFailurePercentage": 5}})

    def lapses(self, context: CheckContext) -> Iterator[Lapse]:
        for state in context.states("Map"):
            if is_distributed(state.fields):
                given = [number_of(state.fields[key]) for key in THRESHOLDS if key in state.fields]
                tolerant = any(f"{key}Path" in state.fields for key in THRESHOLDS) or any(value != 0 for value in given)
                yield Lapse(
                    state,
                    not tolerant,
                    f"{state.name!r} fails when one of its items does; set ToleratedFailurePercentage",
                )

    def summary(self, names: str, count: int, total: int) -> str:
        return f"{count} of {total} Distributed Maps fail when one of their items does: {names}"
