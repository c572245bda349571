"""ASL207 busy-loop."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

ASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke",
    "Parameters": {"FunctionName": "f"},
    "Next": "IsDone",
}
DONE = {"Variable": "$.Payload.status", "StringEquals": "DONE", "Next": "Done"}


def is_done(default: str) -> dict[str, object]:
    return {"Type": "Choice", "Choices": [DONE], "Default": default}


class BusyLoop(Rule):
    """A loop that asks for a status again at once.

    Each round is some nine events of the 25,000 an execution may have, and as many transitions to pay for: what takes minutes ends the execution in seconds.

    Instead: a Wait in the loop; or .sync, where the service offers it.
    """

    code = "ASL207"
    severity = Severity.WARNING
    bad = Example(
        {"Ask": ASK, "IsDone": is_done("Ask"), "Done": {"Type": "Succeed"}},
        at="/States/IsDone",
        says="'Ask' is called again at once until 'IsDone' leads out: put a Wait into the loop",
    )
    good = Example(
        {
            "Hold": {"Type": "Wait", "Seconds": 30, "Next": "Ask"},
            "Ask": ASK,
            "IsDone": is_done("Hold"),
            "Done": {"Type": "Succeed"},
        }
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for poll in context.polls:
            if not poll.pauses and poll.is_question:
                message = f"{poll.asks.name!r} is called again at once until {poll.decides.name!r} leads out: put a Wait into the loop"
                yield self.at(poll.decides, message)
