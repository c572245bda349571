"""ASL208 unbounded-polling."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.bounds import MAX_EVENTS, events_of_round, number_of
from flowdsl.analysis.polling import Poll
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.rules.busy_loop import ASK, is_done
from flowdsl.checks.words import duration
from flowdsl.diagnostics import Diagnostic, Severity

LOOP = {
    "Hold": {"Type": "Wait", "Seconds": 15, "Next": "Ask"},
    "Ask": ASK,
    "IsDone": is_done("Hold"),
    "Done": {"Type": "Succeed"},
}


class UnboundedPolling(Rule):
    """A poll loop that nothing ends but the answer.

    When the answer never comes, the loop goes on until the execution has made 25,000 events, and fails with States.Runtime, which nothing can catch.

    Instead: count the rounds and lead to a Fail; or TimeoutSeconds on the machine.
    Source: AWS, quotas (documented); the failure (recorded).
    """

    code = "ASL208"
    severity = Severity.WARNING
    bad = Example(
        LOOP,
        at="/States/IsDone",
        says="nothing ends the loop round 'Ask' but its answer: the execution fails after 2777 rounds, in about 11.6 h; count them, or "
        "set the machine's TimeoutSeconds",
    )
    good = Example(LOOP, machine={"TimeoutSeconds": 3600})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        if "TimeoutSeconds" in context.document or context.is_express:
            return
        for poll in context.polls:
            if poll.counts:
                continue
            message = f"nothing ends the loop round {poll.asks.name!r} but its answer{_breaks(context, poll)}; count them, or set the machine's TimeoutSeconds"
            yield self.at(poll.decides, message)


def _breaks(context: CheckContext, poll: Poll) -> str:
    """When it breaks: `: the execution fails after 2777 rounds, in about 11.6 h`."""
    events = events_of_round(poll.graph, poll.loop, context.graph)
    if not events:
        return ": the rounds have no end"
    rounds = MAX_EVENTS // events
    waits = [
        number_of(poll.graph.nodes[row].fields.get("Seconds"))
        for row in poll.loop.rows
        if poll.graph.nodes[row].type == "Wait"
    ]
    known = [seconds for seconds in waits if seconds]
    when = f", in about {duration(rounds * sum(known))}" if known and len(known) == len(waits) else ""
    return f": the execution fails after {rounds} rounds{when}"
