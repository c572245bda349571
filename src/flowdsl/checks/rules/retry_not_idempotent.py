"""ASL406 retry-not-idempotent."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.effects import effect_of
from flowdsl.analysis.errors import OPEN_OUTCOME
from flowdsl.analysis.task_results import handler_binding, target
from flowdsl.asl.definition import StateNode
from flowdsl.checks.context import CheckContext
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity

PUBLISH = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sns:publish",
    "Parameters": {"TopicArn": "${Topic}", "Message": "paid"},
    "End": True,
}


class RetryNotIdempotent(Rule):
    """A call that does something each time is retried on an error that may come after it has been done.

    States.ALL, States.TaskFailed and States.Timeout do not say that nothing happened: the message may have been sent, the job started. The retry does it again.

    Instead: give the call a key by which a repeat is told (MessageDeduplicationId, ClientToken, Name), made of the input, not anew each time; or retry only what is refused
    before anything happens (throttling).
    """

    code = "ASL406"
    severity = Severity.WARNING
    bad = Example(
        {"Tell": {**PUBLISH, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}]}},
        at="/States/Tell/Retry/0",
        says="a retry of 'Tell' on 'States.ALL' may do sns:publish a second time; give it a key (MessageDeduplicationId), or retry "
        "throttling alone",
    )
    good = Example({"Tell": {**PUBLISH, "Retry": [{"ErrorEquals": ["SNS.ThrottledException"], "MaxAttempts": 3}]}})

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for state in context.states("Task"):
            if not state.fields.get("Retry"):
                continue
            what = _repeated(context, state)
            if what is None:
                continue
            for retrier in context.handlers(state, "Retry"):
                names = [name for name in retrier.names if name in OPEN_OUTCOME or name.endswith(".SdkClientException")]
                if names and retrier.attempts > 0:
                    yield self.at(
                        state,
                        f"a retry of {state.name!r} on {listed(names)} may do {what[0]} a second time; {what[1]}, or retry "
                        "throttling alone",
                        "Retry",
                        retrier.number,
                    )


def _repeated(context: CheckContext, state: StateNode) -> tuple[str, str] | None:
    """(what a second call would do again, how to tell a repeat); None for a call that may be made twice."""
    found = target(state)
    if found.is_lambda:
        binding = handler_binding(state, context.definition.bindings)
        contract = binding.contract if binding is not None else {}
        if not contract.get("effects") or contract.get("idempotency"):
            return None
        return f"what {binding.target if binding else ''} does", "declare how it tells a repeat"
    if effect_of(state) != "repeats":
        return None
    keys = {
        "states:startExecution": "Name",
        "sns:publish": "MessageDeduplicationId",
        "sqs:sendMessage": "MessageDeduplicationId",
        "http:invoke": "an Idempotency-Key header",
    }
    tokens = found.operation.idempotency_tokens if found.operation is not None else ()
    key = keys.get(found.name) or next(iter(tokens), None)
    return found.name, f"give it a key ({key})" if key else "make sure that a repeat does no harm"
