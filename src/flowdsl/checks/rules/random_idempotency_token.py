"""ASL914 random-idempotency-token."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flowdsl.checks.handler_calls import AwsCall
from flowdsl.checks.handler_rule import HandlerRule, SourceExample, named
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_writes import guards, is_covered, is_write
from flowdsl.diagnostics import Diagnostic, Severity
from flowdsl.integrations.model import model
from flowdsl.integrations.names import normal

_ELSEWHERE = {"MessageDeduplicationId"}
"""Only FIFO queues and topics know it: ASL912 tells about it where it is wanted."""
_OVERWRITES = re.compile(
    r"(put|update|delete|set|modify|tag|untag|stop|cancel|terminate|register|deregister|associate|disassociate|attach|detach|enable|disable)_"
)
_MET = re.compile(r"Exists|Conflict|Duplicate|IdempotentParameterMismatch|InUse")
_OWN_NAME = ("CreateSchedule", "CreateStack", "CreateStateMachine")
"""A second one of the same name is refused by the service."""


class RandomIdempotencyToken(HandlerRule):
    """An operation that takes an idempotency token, called without one.

    boto3 then fills in a random one. It covers the SDK's own re-sends, and not the next delivery of the event, which gets another
    token and is taken for a new request.

    Instead: pass the token, made of the event's own id.
    Source: the trait idempotencyToken in AWS's API models.
    """

    code = "ASL914"
    severity = Severity.WARNING
    bad = SourceExample(
        """
        import os
        import boto3

        ecs = boto3.client("ecs")

        def handler(event, context):
            ecs.run_task(cluster=os.environ["CLUSTER"], taskDefinition=os.environ["TASK"], launchType="FARGATE")
            return {"started": event["id"]}
        """,
        7,
        "ecs.run_task without clientToken: boto3 fills in a random one, so a second delivery is taken for a new request; "
        "pass an id of the event",
    )
    good = SourceExample(
        """
        import os
        import boto3

        ecs = boto3.client("ecs")

        def handler(event, context):
            ecs.run_task(cluster=os.environ["CLUSTER"], taskDefinition=os.environ["TASK"], clientToken=event["id"])
            return {"started": event["id"]}
        """
    )

    def check(self, source: HandlerSource) -> Iterator[Diagnostic]:
        for call in source.calls.all:
            if (
                not call.complete
                or not is_write(call)
                or (call.receiver is not None and call.receiver.kind != "client")
            ):
                continue
            # A transaction's repeat is told about by what it writes (ASL911).
            if call.method == "transact_write_items" or is_covered(source, call.function):
                continue
            # What is put, set or deleted again is the same afterwards.
            token = None if _OVERWRITES.match(call.method) or _is_refusal_met(source, call) else _token(call)
            if token and not guards(source, call):
                yield self.at(
                    source,
                    call.node,
                    f"{named(call)} without {token}: boto3 fills in a random one, so a second delivery is taken for a new request; "
                    "pass an id of the event",
                )


def _is_refusal_met(source: HandlerSource, call: AwsCall) -> bool:
    """Whether what is there already is met: `except ResourceExistsException`."""
    for up in source.tree.above(call.node):
        if isinstance(up, ast.Try):
            words = [
                n.attr if isinstance(n, ast.Attribute) else n.id if isinstance(n, ast.Name) else n.value
                for handler in up.handlers
                for n in ast.walk(handler)
                if isinstance(n, ast.Attribute | ast.Name) or (isinstance(n, ast.Constant) and isinstance(n.value, str))
            ]
            if any(_MET.search(str(word)) for word in words):
                return True
    return False


def _token(call: AwsCall) -> str | None:
    """The token that is missing, as boto3 spells it; None where the operation has none, or it is given."""
    described = model(call.service)
    if described is None:
        return None
    operation = next((o for o in described.operations if normal(o) == normal(call.method)), None)
    if operation is None or operation in _OWN_NAME:
        return None
    given = {normal(name) for name in call.arguments}
    tokens = described.idempotency_tokens(operation)
    return next((t for t in tokens if t not in _ELSEWHERE and normal(t) not in given), None)
