"""ASL608 inline-map-outgrows-history."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.bounds import MAX_EVENTS, events_of
from flowdsl.asl.definition import is_distributed
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

FEWEST_ITEMS = 1000
"""A list of that many items is nothing special: 256 KiB hold it."""


def each(count: int) -> dict[str, object]:
    steps = {f"Step{i}": {"Type": "Pass", "Next": f"Step{i + 1}"} for i in range(count)}
    inner = {"StartAt": "Step0", "States": {**steps, f"Step{count}": {"Type": "Pass", "End": True}}}
    return {"Each": {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inner, "End": True}}


class InlineMapOutgrowsHistory(Rule):
    """An inline Map over a list of unknown length, with many states an item.

    Its iterations share the execution's 25,000 events; a longer list than usual ends the execution with States.Runtime, which nothing can catch.

    Instead: a Distributed Map, whose children have histories of their own; or fewer states an item.
    Source: AWS, quotas (documented); the events of each state (recorded).
    """

    code = "ASL608"
    severity = Severity.WARNING
    bad = Example(
        each(20),
        at="/States/Each",
        says="'Each' makes 44 events an item, and breaks the execution's 25000 at 569 items; a Distributed Map has no such bound",
    )
    good = Example(each(2))

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        if context.is_express:
            return
        for state in context.states("Map"):
            if is_distributed(state.fields) or state.scope.distributed:
                continue
            events = events_of(state, context.graph)
            flow = context.flow.of(state)
            items = flow.items if flow is not None else None
            most = (MAX_EVENTS - events.fixed) // events.per_item if events.per_item else 0
            if (
                not events.per_item
                or most >= FEWEST_ITEMS
                or (items is not None and items.high is not None and items.high <= most)
                # As many as that are known: they surely break it, which ASL603 tells.
                or (items is not None and items.low > most)
            ):
                continue
            message = (
                f"{state.name!r} makes {events.per_item} events an item, and breaks the execution's {MAX_EVENTS} at {most + 1} "
                "items; a Distributed Map has no such bound"
            )
            yield self.at(state, message)
