"""ASL611 unbounded-concurrency."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.bounds import number_of
from flowdsl.asl.definition import StateNode, is_distributed
from flowdsl.asl.values import is_object
from flowdsl.checks.context import CheckContext
from flowdsl.checks.hygiene import HygieneRule, Lapse
from flowdsl.checks.rule import Example

ONE = {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}
CHILD = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **ONE}
EACH = {"Type": "Map", "ItemProcessor": CHILD, "ToleratedFailurePercentage": 5, "End": True}


class UnboundedConcurrency(HygieneRule):
    """A Map whose iterations all start at once.

    Without MaxConcurrency (or with 0) an inline Map runs some 40 at a time, a Distributed Map 10,000: the functions, tables and APIs behind it are throttled first.

    Instead: MaxConcurrency, as many as what is behind it bears.
    Source: AWS, quotas (documented).
    """

    code = "ASL611"
    bad = Example(
        {"Each": EACH},
        at="/States/Each",
        says="'Each' has no MaxConcurrency: up to 10,000 of its iterations run at a time",
    )
    good = Example({"Each": {**EACH, "MaxConcurrency": 50}})

    def lapses(self, context: CheckContext) -> Iterator[Lapse]:
        for state in context.states("Map"):
            # An inline Map that says nothing runs some 40 at a time, which most services bear.
            silent = not is_distributed(state.fields) and "MaxConcurrency" not in state.fields
            if silent and not (context.strict and _calls_something(state)):
                continue
            bounded = "MaxConcurrencyPath" in state.fields or number_of(state.fields.get("MaxConcurrency", 0)) != 0
            most = "10,000" if is_distributed(state.fields) else "40"
            said = "has MaxConcurrency 0" if "MaxConcurrency" in state.fields else "has no MaxConcurrency"
            yield Lapse(state, not bounded, f"{state.name!r} {said}: up to {most} of its iterations run at a time")

    def summary(self, names: str, count: int, total: int) -> str:
        return f"{count} of {total} Maps have no MaxConcurrency: {names}"


def _calls_something(state: StateNode) -> bool:
    """Whether an iteration has more to do than to move data about."""
    processor = state.fields.get("ItemProcessor", state.fields.get("Iterator"))
    states = processor.get("States") if is_object(processor) else None
    inner = states.values() if is_object(states) else ()
    return any(is_object(one) and one.get("Type") in ("Task", "Map", "Parallel") for one in inner)
