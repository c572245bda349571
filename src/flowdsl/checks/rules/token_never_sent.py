"""ASL501 token-never-sent."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.literals import leaves
from flowdsl.analysis.task_results import target
from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity

SEND = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "TimeoutSeconds": 60,
    "End": True,
}


class TokenNeverSent(Rule):
    """A Task waits for its task token to come back, and sends it to nobody.

    AWS accepts it (recorded): the state waits until it times out, after a year where nothing says otherwise.

    Instead: send $$.Task.Token (in JSONata: $states.context.Task.Token) with the rest.
    """

    code = "ASL501"
    severity = Severity.ERROR
    bad = Example(
        {"Ask": {**SEND, "Parameters": {"QueueUrl": "${Queue}", "MessageBody": {"question": "?"}}}},
        at="/States/Ask/Parameters",
        says='\'Ask\' waits for its task token, and sends it to nobody; add "token.$": "$$.Task.Token"',
    )
    good = Example(
        {"Ask": {**SEND, "Parameters": {"QueueUrl": "${Queue}", "MessageBody": {"token.$": "$$.Task.Token"}}}}
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task"):
            if target(state).pattern == "wait_for_task_token" and not _sends_token(state):
                field = "Arguments" if state.is_jsonata else "Parameters"
                how = '"{% $states.context.Task.Token %}"' if state.is_jsonata else '"token.$": "$$.Task.Token"'
                message = f"{state.name!r} waits for its task token, and sends it to nobody; add {how}"
                # One that reads the token elsewhere knows of it: what sends it may not be seen here.
                known = any("Task.Token" in str(leaf.value) for leaf in leaves(state))
                at = (field,) if field in state.fields else ()
                yield self.at(state, message, *at, severity=Severity.WARNING if known else None)


def _sends_token(state: StateNode) -> bool:
    if state.is_jsonata:
        # The context object may be passed on whole.
        return any("context" in str(leaf.value) or "${" in str(leaf.value) for leaf in leaves(state, "Arguments"))
    paths = [
        state.fields.get("InputPath"),
        *(leaf.value for leaf in leaves(state, "Parameters") if leaf.key.endswith(".$")),
    ]
    return any(isinstance(text, str) and ("$$.Task" in text or text.strip() == "$$" or "${" in text) for text in paths)
