"""What a Task can call in place of code: the direct integration of an AWS call, as a line of the language."""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from functools import lru_cache

from flowdsl.checks.handler_calls import AwsCall
from flowdsl.integrations.catalog import operation, optimized_services, sdk_operation
from flowdsl.integrations.names import member_of, normal
from flowdsl.integrations.resource import Pattern
from flowdsl.integrations.sdk import sdk_services

_IMPLIED = {"Table": "TableName", "Bucket": "Bucket", "Queue": "QueueUrl", "Topic": "TopicArn", "Object": "Bucket"}
"""What the object of a boto3 resource says without being told."""


@dataclass(frozen=True, slots=True)
class Direct:
    """An integration that does what a call does."""

    name: str
    """`aws.dynamodb.put_item`."""
    patterns: tuple[Pattern, ...]
    service: str
    """Token, as in the Resource."""
    action: str
    is_sdk: bool = False

    @property
    def required(self) -> tuple[str, ...]:
        """What it cannot be called without, as the service spells it. Loads the service's model."""
        return (sdk_operation if self.is_sdk else operation)(self.service, self.action).required

    @property
    def waits(self) -> bool:
        """Whether a Task can wait for what it starts (.sync)."""
        return "sync" in self.patterns or "sync:2" in self.patterns


@lru_cache(maxsize=1024)
def direct(service: str, method: str) -> Direct | None:
    """The integration of boto3's `client(service).method`; None where Step Functions offers none."""
    wanted = normal(method)
    for token, described in sorted(optimized_services().items()):
        if described.folder == service:
            for action in described.actions:
                if action.operation and normal(action.operation) == wanted and "Task" in action.places:
                    return Direct(
                        f"aws.{_identifier(token)}.{_identifier(method)}", action.patterns, token, action.name
                    )
    for token, sdk in sorted(sdk_services().items()):
        if sdk.folder == service and any(normal(operation) == wanted for operation in sdk.operations):
            return Direct(f"aws.{_identifier(token)}.{_identifier(method)}", ("request-response",), token, method, True)
    return None


def task_line(call: AwsCall, *, sync: bool = False) -> str | None:
    """`Task(aws.dynamodb.put_item(TableName=..., Item=...))`; None where there is no such integration.

    Arguments are named, never copied: no text of the source gets into the line but names that are identifiers.
    """
    found = direct(call.service, call.method)
    if found is None or (sync and not found.waits):
        return None
    made = f"{found.name}({', '.join(f'{name}=...' for name in names_of(call))})"
    return f"Task(sync({made}))" if sync else f"Task({made})"


def names_of(call: AwsCall) -> list[str]:
    """The names of a call's arguments that are identifiers, what a resource's object says without being told first."""
    names = [member_of(name) for name in call.arguments if name.isidentifier() and not keyword.iskeyword(name)]
    if call.receiver is not None and call.receiver.kind == "object" and call.receiver.made in _IMPLIED:
        names.insert(0, _IMPLIED[call.receiver.made])
    return list(dict.fromkeys(names))


def _identifier(name: str) -> str:
    text = name.replace("-", "_")
    return f"{text}_" if keyword.iskeyword(text) else text
