"""ASL209 catch-loop."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.polling import catch_loops
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

CALL = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": True}
AGAIN = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error"}


class CatchLoop(Rule):
    """A Catcher that leads back to its own state, and nothing counts how often.

    A failure that lasts is tried again for ever, at once or after the same pause, until 25,000 events end the execution with States.Runtime.

    Instead: a Retry, which counts and waits longer each time, and a Catch that leads to what follows a failure.
    """

    code = "ASL209"
    severity = Severity.WARNING
    bad = Example(
        {"Call": {**CALL, "Catch": [{**AGAIN, "Next": "Call"}]}},
        at="/States/Call/Catch/0/Next",
        says="a failure of 'Call' leads back to it, and nothing counts how often; write a Retry instead",
    )
    good = Example(
        {
            "Call": {
                **CALL,
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}],
                "Catch": [{**AGAIN, "Next": "Failed"}],
            },
            "Failed": {"Type": "Fail", "Error": "Failed"},
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for graph in context.graph.scopes:
            for state, number, way in catch_loops(graph):
                over = f", over {' and '.join(map(repr, way[:3]))}" if way else ""
                message = f"a failure of {state.name!r} leads back to it{over}, and nothing counts how often; write a Retry instead"
                yield self.at(state, message, "Catch", number, "Next")
