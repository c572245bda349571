"""ASL502 callback-without-timeout."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.bounds import number_of
from flowdsl.analysis.task_results import target
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

ASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters": {"QueueUrl": "${Queue}", "MessageBody": {"token.$": "$$.Task.Token"}},
    "End": True,
}
FIELDS = ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath")

LONG = 3_600
"""Seconds after which a dead worker is noticed too late."""


class CallbackWithoutTimeout(Rule):
    """A Task waits for an answer from outside, with neither timeout nor heartbeat.

    When the answer is lost (a worker dies, a message goes to the dead-letter queue) the execution waits for up to a year, and nobody is told.

    Instead: TimeoutSeconds, and HeartbeatSeconds where the worker can send one; and a Catch for States.Timeout.
    Source: AWS, best practices for Step Functions (documented).
    """

    code = "ASL502"
    severity = Severity.WARNING
    bad = (
        Example(
            {"Ask": ASK},
            at="/States/Ask",
            says="'Ask' waits for an answer from outside with neither TimeoutSeconds nor HeartbeatSeconds: a lost one is waited for "
            "a year",
        ),
        Example(
            {
                "Ask": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:eu-west-1:123456789012:activity:approve",
                    "TimeoutSeconds": 86400,
                    "End": True,
                }
            },
            at="/States/Ask/TimeoutSeconds",
            says="'Ask' waits up to 86,400 seconds without HeartbeatSeconds: a worker that died is noticed only then",
            strict=True,
        ),
    )
    good = Example({"Ask": {**ASK, "TimeoutSeconds": 86400}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task"):
            found = target(state)
            # An activity's worker can always send one; who answers a token may be a person.
            is_activity = found.operation is not None and found.operation.kind == "activity"
            if not is_activity and found.pattern != "wait_for_task_token":
                continue
            if context.strict and is_activity and not any(field in state.fields for field in FIELDS[2:]):
                seconds = number_of(state.fields.get("TimeoutSeconds"))
                if seconds is not None and seconds > LONG:
                    yield self.at(
                        state,
                        f"{state.name!r} waits up to {seconds:,.0f} seconds without HeartbeatSeconds: a worker that died is "
                        "noticed only then",
                        "TimeoutSeconds",
                    )
            if not any(field in state.fields for field in FIELDS):
                yield self.at(
                    state,
                    f"{state.name!r} waits for an answer from outside with neither TimeoutSeconds nor HeartbeatSeconds: a lost "
                    "one is waited for a year",
                )
