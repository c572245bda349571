"""ASL502 callback-without-timeout."""

from __future__ import annotations

from collections.abc import Iterator

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


class CallbackWithoutTimeout(Rule):
    """A Task waits for an answer from outside, with neither timeout nor heartbeat.

    When the answer is lost (a worker dies, a message goes to the dead-letter queue) the execution waits for up to a year, and nobody is told.

    Instead: TimeoutSeconds, and HeartbeatSeconds where the worker can send one; and a Catch for States.Timeout.
    Source: AWS, best practices for Step Functions (documented).
    """

    code = "ASL502"
    severity = Severity.WARNING
    bad = Example(
        {"Ask": ASK},
        at="/States/Ask",
        says="'Ask' waits for an answer from outside with neither TimeoutSeconds nor HeartbeatSeconds: a lost one is waited for a year",
    )
    good = Example({"Ask": {**ASK, "TimeoutSeconds": 86400}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task"):
            found = target(state)
            waits = found.pattern == "wait_for_task_token" or (
                found.operation is not None and found.operation.kind == "activity"
            )
            if waits and not any(field in state.fields for field in FIELDS):
                yield self.at(
                    state,
                    f"{state.name!r} waits for an answer from outside with neither TimeoutSeconds nor HeartbeatSeconds: a lost "
                    "one is waited for a year",
                )
