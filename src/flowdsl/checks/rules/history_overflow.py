"""ASL603 history-overflow."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.bounds import MAX_EVENTS, counter_of, events_of, events_of_round, shortest_events
from flowdsl.asl.definition import is_distributed
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

COUNT = {
    "Start": {"Type": "Pass", "Assign": {"n": 0}, "Next": "Hold"},
    "Hold": {"Type": "Wait", "Seconds": 1, "Next": "Count"},
    "Count": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "Enough"},
    "Done": {"Type": "Succeed"},
}


def enough(limit: int) -> dict[str, object]:
    rule = {"Condition": f"{{% $n >= {limit} %}}", "Next": "Done"}
    return {**COUNT, "Enough": {"Type": "Choice", "Choices": [rule], "Default": "Hold"}}


class HistoryOverflow(Rule):
    """A loop, an inline Map or a way through the states that makes more than the 25,000 events an execution may have.

    Event 25,000 of a Standard execution is its failure, with States.Runtime, which nothing can catch (recorded). A Pass, Choice or Wait makes 2 events, a Task 5 or more,
    an inline Map 2 an item and those of its states.

    Instead: fewer rounds; a child execution for part of the work (startExecution.sync:2); a Distributed Map, whose children have histories of their own.
    Source: AWS, quotas (documented); the failure and the events of each state (recorded).
    """

    code = "ASL603"
    severity = Severity.ERROR
    bad = Example(
        enough(20_000),
        at="/States/Enough/Choices/0/Condition",
        says="20000 rounds of 6 events each are 120000 events: the execution fails at event 25000, in round 4166",
        jsonata=True,
    )
    good = Example(enough(100), jsonata=True)

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        if context.is_express:
            return
        for graph in context.graph.scopes:
            for loop in graph.loops:
                counter = counter_of(graph, loop)
                events = events_of_round(graph, loop, context.graph)
                if counter is not None and counter.rounds * events > MAX_EVENTS:
                    rounds = int(counter.rounds)
                    message = (
                        f"{rounds} rounds of {events} events each are {rounds * events} events: the execution fails at event "
                        f"{MAX_EVENTS}, in round {MAX_EVENTS // events}"
                    )
                    yield self.at(counter.pointer, message)
        yield from self._maps(context)
        yield from self._ways(context)

    def _ways(self, context: CheckContext) -> Iterator[Diagnostic]:
        # A state makes seven events at most without failures: fewer states need no search.
        if len(context.states()) * 7 <= MAX_EVENTS:
            return
        # With the start of the execution and its end.
        events = 2 + shortest_events(context.graph.scopes[0], context.graph)
        if events > MAX_EVENTS:
            yield self.at(
                "/StartAt",
                f"the shortest way through the states makes {events} events: the execution fails at event {MAX_EVENTS}; "
                "let a child execution do part of the work",
            )

    def _maps(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Map"):
            flow = context.flow.of(state)
            items = flow.items if flow is not None else None
            if items is None or not items.low or is_distributed(state.fields):
                continue
            events = events_of(state, context.graph)
            total = events.fixed + items.low * events.per_item
            if total > MAX_EVENTS:
                message = (
                    f"{items.low} items of {events.per_item} events each are {total} events: the execution fails at event "
                    f"{MAX_EVENTS}, at item {MAX_EVENTS // events.per_item}; {state.name!r} must be a Distributed Map"
                )
                yield self.at(state, message)
