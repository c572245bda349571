"""ASL934 dispatch-on-action."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.handler_dispatch import dispatches
from flowdsl.checks.handler_rule import HandlerRule, SourceExample
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity


class DispatchOnAction(HandlerRule):
    """One function that is several: it branches on a field that says what to do.

    It needs the permissions, the memory and the time limit of all of them; its errors and its retries cannot be told apart in the
    workflow, and a change of one is a deployment of all.

    Instead: one handler for each, and a Choice in the workflow (or no choice at all: each Task calls the one it means).
    """

    code = "ASL934"
    severity = Severity.WARNING
    bad = (
        SourceExample(
            """
            def handler(event, context):
                action = event["action"]
                if action == "reserve":
                    return reserve(event)
                elif action == "charge":
                    return charge(event)
                elif action == "release":
                    return release(event)
                raise ValueError(action)
            """,
            3,
            "one function does 'reserve', 'charge' and 'release'; make each a handler of its own, called by a Task of its own",
        ),
        SourceExample(
            """
            JOBS = {"reserve": reserve, "charge": charge, "release": release}

            def handler(event, context):
                return JOBS[event["action"]](event)
            """,
            4,
            "one function does 'reserve', 'charge' and 'release'; make each a handler of its own, called by a Task of its own",
        ),
    )
    good = SourceExample(
        """
        def handler(event, context):
            if event["tier"] == "gold":
                rate = 90
            elif event["tier"] == "silver":
                rate = 95
            elif event["tier"] == "bronze":
                rate = 98
            else:
                rate = 100
            return {"cents": event["cents"] * rate // 100}
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for function in source.reached:
            for found in dispatches(source, function):
                yield self.at(
                    source,
                    found.node,
                    f"one function does {listed(found.values)}; make each a handler of its own, called by a Task of its own",
                )
